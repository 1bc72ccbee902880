// PaymentIntents, from creation to their end (sheet, "How a local simulator should behave", 3).

import { randomBytes } from 'node:crypto';
import { json, type SimulatorReply, type SimulatorRequest } from '../simulator-http.ts';
import type { Ending, Operation } from '../simulator-books.ts';
import type { Desk } from '../simulator.ts';
import { cardOf, type TestCard } from './simulator-cards.ts';
import type { Notifier } from './simulator-events.ts';
import { fieldsOf, listIn, mapIn, missing, unknownIn, wholeIn, type Fields } from './simulator-form.ts';
import {
  booked,
  invalid,
  isError,
  isPayment,
  newId,
  paymentIntent,
  statusOf,
  type Detail,
  type Payment,
  type PaymentDetail,
  type StripeError,
} from './simulator-objects.ts';

const CREATE = [
  'amount',
  'currency',
  'automatic_payment_methods[enabled]',
  'automatic_payment_methods[allow_redirects]',
  'allowed_payment_method_types[]',
  'capture_method',
  'confirm',
  'customer',
  'description',
  'expand[]',
  'metadata[*]',
  'off_session',
  'payment_method',
  'receipt_email',
  'return_url',
  'statement_descriptor_suffix',
];
const CONFIRM = ['payment_method', 'return_url', 'off_session', 'client_secret', 'key', 'expand[]'];
const UNITS_MAX = 99_999_999;
const REASONS = ['duplicate', 'fraudulent', 'requested_by_customer', 'abandoned'];
/** Says in the order's reference that nobody pays by himself: somebody will come to the page. */
const BY_HAND = /^by-hand/;

type Answer = SimulatorReply | StripeError;

export function createPayments(notifier: Notifier, baseUrl: string) {
  return { create, retrieve, update, confirm, cancel, capture, pay, paymentOf, show };

  function show(payment: Payment, expand: readonly string[] = []): object {
    const { livemode } = notifier.options();
    return paymentIntent(payment, { baseUrl, livemode, refunds: notifier.refunds(), expand });
  }

  function create(request: SimulatorRequest, desk: Desk<Detail>): Answer {
    const fields = fieldsOf(request);
    const units = wholeIn(fields, 'amount');
    const currency = fields.get('currency');
    const fault = unknownIn(fields, CREATE) ?? faultIn(units, currency);
    if (fault !== null || typeof units !== 'number' || currency === undefined) return fault ?? missing('amount');
    const key = request.headers['idempotency-key'] ?? null;
    // The books outlive the process, and so does what a key has made.
    const before = key === null ? null : desk.books.find('collect', key);
    if (isPayment(before) && before.operationId === key) return json(200, show(asCreated(before)));
    const { scale, ...money } = booked(units, currency.toLowerCase());
    const metadata = mapIn(fields, 'metadata');
    const waits = notifier.options().payer === 'page' || metadata['payer'] === 'page';
    const description = fields.get('description') ?? null;
    const detail: PaymentDetail = {
      of: 'payment',
      status: 'requires_payment_method',
      secret: randomBytes(12).toString('hex'),
      scale,
      metadata,
      description,
      captureMethod: fields.get('capture_method') === 'manual' ? 'manual' : 'automatic',
      method: null,
      lastError: null,
      returnUrl: fields.get('return_url') ?? null,
    };
    const confirms = fields.get('confirm') === 'true';
    const byHand = waits || confirms || detail.captureMethod === 'manual' || BY_HAND.test(description ?? '');
    const opened = desk.open({
      kind: 'collect',
      providerId: newId('pi'),
      reference: metadata['intentId'] ?? null,
      operationId: key,
      ...money,
      detail,
      ...(byHand ? { ending: 'ignored' } : {}),
    });
    if (!isPayment(opened)) return missing('amount');
    return confirms ? confirmWith(opened, fields, desk) : json(200, show(opened, listIn(fields, 'expand')));
  }

  function faultIn(units: number | StripeError | null, currency: string | undefined): StripeError | null {
    if (units === null) return missing('amount');
    if (currency === undefined) return missing('currency');
    if (isError(units)) return units;
    if (!/^[a-z]{3}$/i.test(currency)) return invalid(400, null, 'Invalid currency.', 'currency');
    if (units > UNITS_MAX) return invalid(400, 'amount_too_large', 'Amount must be no more than 99999999.', 'amount');
    const least = currency.toLowerCase() === 'usd' ? 50 : 1;
    return units < least ? invalid(400, 'amount_too_small', 'Amount is below the minimum.', 'amount') : null;
  }

  function retrieve(request: SimulatorRequest, desk: Desk<Detail>, [id = '']: readonly string[]): Answer {
    const fields = fieldsOf(request);
    const payment = paymentOf(id, desk);
    const fault = unknownIn(fields, ['client_secret', 'key', 'expand[]']);
    if (fault !== null) return fault;
    return payment === null ? noSuch(id) : json(200, show(payment, listIn(fields, 'expand')));
  }

  function update(request: SimulatorRequest, desk: Desk<Detail>, [id = '']: readonly string[]): Answer {
    const fields = fieldsOf(request);
    const payment = paymentOf(id, desk);
    if (payment === null) return noSuch(id);
    const fault = unknownIn(fields, ['description', 'metadata[*]', 'expand[]']);
    if (fault !== null) return fault;
    const metadata = { ...payment.detail.metadata, ...mapIn(fields, 'metadata') };
    const description = fields.get('description') ?? payment.detail.description;
    const updated = { ...payment, detail: { ...payment.detail, metadata, description } };
    desk.books.write(updated);
    return json(200, show(updated, listIn(fields, 'expand')));
  }

  function confirm(request: SimulatorRequest, desk: Desk<Detail>, [id = '']: readonly string[]): Answer {
    const fields = fieldsOf(request);
    const payment = paymentOf(id, desk);
    if (payment === null) return noSuch(id);
    return unknownIn(fields, CONFIRM) ?? confirmWith(payment, fields, desk);
  }

  function confirmWith(payment: Payment, fields: Fields, desk: Desk<Detail>): Answer {
    const method = fields.get('payment_method');
    const card = method === undefined ? null : cardOf(method);
    if (method === undefined) return missing('payment_method');
    if (card === null)
      return invalid(404, 'resource_missing', `No such PaymentMethod: '${method.slice(0, 80)}'`, 'payment_method');
    const paid = pay(payment, card, fields.get('return_url') ?? null, desk);
    return isError(paid) ? paid : json(200, show(paid, listIn(fields, 'expand')));
  }

  /** The payer tries a card, through the interface or on the page. */
  function pay(payment: Payment, card: TestCard, returnUrl: string | null, desk: Desk<Detail>): Payment | StripeError {
    const { status } = payment.detail;
    const isOpen =
      payment.state === 'pending' && (status === 'requires_payment_method' || status === 'requires_confirmation');
    if (!isOpen) return unexpected(payment, 'confirm');
    const tried = { ...payment.detail, method: card.method, returnUrl: returnUrl ?? payment.detail.returnUrl };
    const keep = (detail: PaymentDetail): Payment => again(desk.keepOpen(payment, detail), payment);
    if (card.decline !== null) {
      const error = cardError(card.decline.code, card.decline.declineCode);
      const open = keep({ ...tried, status: 'requires_payment_method', lastError: error });
      return { status: 402, error: { ...error, payment_intent: show(open) } };
    }
    if (card.asksBank === true) return keep({ ...tried, status: 'requires_action', lastError: null });
    if (tried.captureMethod === 'manual') return keep({ ...tried, status: 'requires_capture', lastError: null });
    desk.books.write({ ...payment, detail: { ...tried, lastError: null } });
    return again(desk.act(payment, 'approve'), payment);
  }

  function cancel(request: SimulatorRequest, desk: Desk<Detail>, [id = '']: readonly string[]): Answer {
    const fields = fieldsOf(request);
    const payment = paymentOf(id, desk);
    if (payment === null) return noSuch(id);
    const fault = unknownIn(fields, ['cancellation_reason', 'expand[]']);
    if (fault !== null) return fault;
    const reason = fields.get('cancellation_reason') ?? null;
    if (reason !== null && !REASONS.includes(reason)) {
      return invalid(400, null, 'Invalid cancellation_reason.', 'cancellation_reason');
    }
    if (payment.state !== 'pending') return unexpected(payment, 'cancel');
    const closed = desk.end(payment, { state: 'cancelled', reason });
    return json(200, show(again(closed, payment), listIn(fields, 'expand')));
  }

  function capture(request: SimulatorRequest, desk: Desk<Detail>, [id = '']: readonly string[]): Answer {
    const payment = paymentOf(id, desk);
    if (payment === null) return noSuch(id);
    const fields = fieldsOf(request);
    const fault = unknownIn(fields, ['expand[]']);
    if (fault !== null) return fault;
    if (statusOf(payment) !== 'requires_capture') return unexpected(payment, 'capture');
    return json(200, show(again(desk.act(payment, 'approve'), payment), listIn(fields, 'expand')));
  }

  function unexpected(payment: Payment, verb: string): StripeError {
    const text = `You cannot ${verb} this PaymentIntent because it has a status of ${statusOf(payment)}.`;
    const { status, error } = invalid(400, 'payment_intent_unexpected_state', text);
    return { status, error: { ...error, payment_intent: show(payment) } };
  }
}

/** By Stripe's own id alone. */
export function paymentOf(id: string, desk: Desk<Detail>): Payment | null {
  const found = desk.books.find('collect', id);
  return isPayment(found) && found.providerId === id ? found : null;
}

export function noSuch(id: string): StripeError {
  return invalid(404, 'resource_missing', `No such payment_intent: '${id.slice(0, 80)}'`, 'intent');
}

export function cardError(code: string, declineCode: string | null): Readonly<Record<string, unknown>> {
  const declined = declineCode === null ? {} : { decline_code: declineCode };
  return { type: 'card_error', code, ...declined, message: 'Your card was declined.' };
}

/** What is kept of a try that the payer's phone, in the kit's words, has spoilt: the payment takes another card. */
export function afterRefusal(operation: Operation<Detail>, { reason }: Ending): Detail | null {
  if (!isPayment(operation)) return null;
  const code = reason === 'insufficient_funds' ? 'card_declined' : (reason ?? 'card_declined');
  return { ...operation.detail, status: 'requires_payment_method', lastError: cardError(code, reason) };
}

function asCreated(payment: Payment): Payment {
  const detail = { ...payment.detail, status: 'requires_payment_method', method: null, lastError: null } as const;
  return { ...payment, state: 'pending', detail };
}

function again(operation: Operation<Detail> | null, before: Payment): Payment {
  return isPayment(operation) ? operation : before;
}
