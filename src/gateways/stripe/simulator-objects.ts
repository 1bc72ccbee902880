// Stripe's objects, as the simulator's books have them.

import { randomBytes } from 'node:crypto';
import { fromStripe } from './amounts.ts';
import type { Operation } from '../simulator-books.ts';
import { json, type SimulatorReply } from '../simulator-http.ts';
import { cardOf, PLAIN_CARD, type TestCard } from './simulator-cards.ts';

export interface PaymentDetail {
  readonly of: 'payment';
  /** While it is open; its end is in the books. */
  readonly status: 'requires_payment_method' | 'requires_confirmation' | 'requires_action' | 'requires_capture';
  readonly secret: string;
  /** How many of Stripe's units one of the books' is. */
  readonly scale: number;
  readonly metadata: Readonly<Record<string, string>>;
  readonly description: string | null;
  readonly captureMethod: 'automatic' | 'manual';
  /** The PaymentMethod that was tried last. */
  readonly method: string | null;
  readonly lastError: object | null;
  readonly returnUrl: string | null;
}

export interface RefundDetail {
  readonly of: 'refund';
  readonly payment: string;
  readonly scale: number;
  readonly metadata: Readonly<Record<string, string>>;
  readonly reason: string | null;
  /** It was pending first. */
  readonly waited: boolean;
}

export type Detail = PaymentDetail | RefundDetail;
export type Payment = Operation<Detail> & { readonly detail: PaymentDetail };
export type Refund = Operation<Detail> & { readonly detail: RefundDetail };

export function isPayment(operation: Operation<Detail> | null): operation is Payment {
  return operation?.detail.of === 'payment';
}

export function isRefund(operation: Operation<Detail> | null): operation is Refund {
  return operation?.detail.of === 'refund';
}

export function newId(prefix: string): string {
  return `${prefix}_${randomBytes(12).toString('hex')}`;
}

/** A payment in which a refund has been made is found by these alone. */
export function backOf(payment: Payment, refunds: readonly Refund[]): number {
  const standing = refunds.filter(
    ({ state, detail }) => detail.payment === payment.providerId && state !== 'failed' && state !== 'cancelled',
  );
  return standing.reduce((sum, { amount }) => sum + amount, 0);
}

export function cardUsed({ detail }: Payment): TestCard {
  return (detail.method === null ? null : cardOf(detail.method)) ?? PLAIN_CARD;
}

export function chargeIdOf({ providerId }: { readonly providerId: string }): string {
  return providerId.replace(/^pi_/, 'ch_');
}

export function statusOf({ state, detail }: Payment): string {
  if (state === 'pending') return detail.status;
  return state === 'succeeded' ? 'succeeded' : 'canceled';
}

export interface View {
  readonly baseUrl: string;
  readonly livemode: boolean;
  readonly refunds: readonly Refund[];
  readonly expand: readonly string[];
}

export function paymentIntent(payment: Payment, view: View): object {
  const { providerId: id, amount, currency, detail, createdAt, state, reason, at } = payment;
  const status = statusOf(payment);
  const units = amount * detail.scale;
  const wasTried = status === 'succeeded' || status === 'requires_capture' || detail.lastError !== null;
  const charge = view.expand.includes('latest_charge') ? chargeOf(payment, view) : chargeIdOf(payment);
  return {
    id,
    object: 'payment_intent',
    amount: units,
    amount_capturable: status === 'requires_capture' ? units : 0,
    amount_received: status === 'succeeded' ? units : 0,
    automatic_payment_methods: { allow_redirects: 'always', enabled: true },
    canceled_at: state === 'cancelled' ? seconds(at) : null,
    cancellation_reason: state === 'cancelled' ? reason : null,
    capture_method: detail.captureMethod,
    client_secret: secretOf(payment),
    confirmation_method: 'automatic',
    created: seconds(createdAt),
    currency: currency.toLowerCase(),
    customer: null,
    description: detail.description,
    last_payment_error: detail.lastError,
    latest_charge: wasTried ? charge : null,
    livemode: view.livemode,
    metadata: detail.metadata,
    next_action: status === 'requires_action' ? bankPage(payment, view.baseUrl) : null,
    payment_method: status === 'requires_payment_method' ? null : (detail.method ?? PLAIN_CARD.method),
    payment_method_types: ['card'],
    receipt_email: null,
    status,
  };
}

export function secretOf({ providerId, detail }: Payment): string {
  return `${providerId}_secret_${detail.secret}`;
}

function bankPage(payment: Payment, baseUrl: string): object {
  const url = `${baseUrl}/3ds?payment_intent_client_secret=${secretOf(payment)}`;
  return { type: 'redirect_to_url', redirect_to_url: { url, return_url: payment.detail.returnUrl } };
}

export function chargeOf(payment: Payment, { livemode, refunds }: Pick<View, 'livemode' | 'refunds'>): object {
  const { providerId, amount, currency, detail, createdAt, state } = payment;
  const card = cardUsed(payment);
  const back = backOf(payment, refunds);
  const isPaid = state === 'succeeded';
  return {
    id: chargeIdOf(payment),
    object: 'charge',
    amount: amount * detail.scale,
    amount_captured: isPaid ? amount * detail.scale : 0,
    amount_refunded: back * detail.scale,
    captured: isPaid,
    created: seconds(createdAt),
    currency: currency.toLowerCase(),
    description: detail.description,
    disputed: card.disputed === true && isPaid,
    livemode,
    metadata: detail.metadata,
    paid: isPaid,
    payment_intent: providerId,
    payment_method: detail.method ?? PLAIN_CARD.method,
    payment_method_details: {
      type: 'card',
      card: { brand: card.method.includes('mastercard') ? 'mastercard' : 'visa', last4: card.number.slice(-4) },
    },
    receipt_number: null,
    refunded: isPaid && back >= amount,
    status: isPaid ? 'succeeded' : 'failed',
  };
}

export function refundOf({ providerId, amount, currency, detail, createdAt, state, reason }: Refund): object {
  return {
    id: providerId,
    object: 'refund',
    amount: amount * detail.scale,
    balance_transaction: `txn_${providerId}`,
    charge: chargeIdOf({ providerId: detail.payment }),
    created: seconds(createdAt),
    currency: currency.toLowerCase(),
    metadata: detail.metadata,
    payment_intent: detail.payment,
    reason: detail.reason,
    receipt_number: null,
    status: state === 'cancelled' ? 'canceled' : state,
    ...(state === 'failed' ? { failure_reason: reason } : {}),
    ...(state === 'pending' ? { pending_reason: 'processing' } : {}),
  };
}

/** Money as it lies on the account: a fee of 2.9 % comes off each payment, and a refund brings it not back. */
export function balanceTransaction({ kind, providerId, amount, currency, detail, at }: Operation<Detail>): object {
  const units = amount * detail.scale;
  const isPayment = kind === 'collect';
  const fee = isPayment ? Math.round(units * 0.029) : 0;
  const signed = isPayment ? units : -units;
  return {
    id: `txn_${providerId}`,
    object: 'balance_transaction',
    amount: signed,
    available_on: seconds(at),
    created: seconds(at),
    currency: currency.toLowerCase(),
    fee,
    net: signed - fee,
    reporting_category: isPayment ? 'charge' : 'refund',
    source: isPayment ? chargeIdOf({ providerId }) : providerId,
    status: 'available',
    type: isPayment ? 'charge' : 'refund',
  };
}

/** The books count in our minor units; a currency that is none of ours stays in Stripe's. */
export function booked(units: number, currency: string): { amount: number; currency: string; scale: number } {
  const money = fromStripe(units, currency);
  if (money === null || money.amount === 0) return { amount: units, currency: currency.toUpperCase(), scale: 1 };
  return { ...money, scale: units / money.amount };
}

export function seconds(iso: string): number {
  return Math.floor(Date.parse(iso) / 1_000);
}

export interface StripeError {
  readonly status: number;
  readonly error: Readonly<Record<string, unknown>>;
}

export function invalid(status: number, code: string | null, message: string, param?: string): StripeError {
  const named = { ...(code === null ? {} : { code }), ...(param === undefined ? {} : { param }) };
  return { status, error: { type: 'invalid_request_error', message, ...named } };
}

export function isError(value: unknown): value is StripeError {
  return typeof value === 'object' && value !== null && 'status' in value && 'error' in value;
}

export function errorReply({ status, error }: StripeError): SimulatorReply {
  return json(status, { error });
}
