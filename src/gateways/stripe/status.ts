// Stripe's words in ours (sheet, "Status mapping" and "Errors"). What is not listed is unknown, and moves nothing.

import { z } from 'zod';
import { failureOf, type Failure, type FailureCode } from '../../core/failure.ts';
import type { Instrument } from '../../core/intent.ts';
import type { PaymentReport, RefundReport } from '../../core/report.ts';
import { fromStripe } from './amounts.ts';

/** A PaymentIntent that a payer may still pay is pending, whatever became of the last card: it takes another one. */
const STATES: ReadonlyMap<string, PaymentReport['state']> = new Map([
  ['requires_payment_method', 'pending'],
  ['requires_confirmation', 'pending'],
  ['requires_action', 'pending'],
  ['processing', 'pending'],
  // Authorised, and not captured: no money has moved.
  ['requires_capture', 'pending'],
  ['succeeded', 'succeeded'],
  ['canceled', 'cancelled'],
]);

/** Cancelled because time was over: by us (`abandoned`), or by Stripe. */
const OVERTIME: readonly string[] = ['abandoned', 'automatic', 'expired'];

const REFUND_STATES: ReadonlyMap<string, RefundReport['state']> = new Map([
  ['pending', 'pending'],
  ['requires_action', 'pending'],
  ['succeeded', 'succeeded'],
  ['failed', 'failed'],
  ['canceled', 'failed'],
]);

const FAILURES: ReadonlyMap<string, FailureCode> = new Map([
  ['insufficient_funds', 'INSUFFICIENT_FUNDS'],
  ['balance_insufficient', 'INSUFFICIENT_FUNDS'],
  ['card_declined', 'CARD_DECLINED'],
  ['generic_decline', 'CARD_DECLINED'],
  ['do_not_honor', 'CARD_DECLINED'],
  ['call_issuer', 'CARD_DECLINED'],
  ['card_not_supported', 'CARD_DECLINED'],
  ['currency_not_supported', 'CARD_DECLINED'],
  ['expired_card', 'CARD_DECLINED'],
  ['incorrect_cvc', 'CARD_DECLINED'],
  ['invalid_cvc', 'CARD_DECLINED'],
  ['incorrect_number', 'CARD_DECLINED'],
  ['invalid_number', 'CARD_DECLINED'],
  ['invalid_expiry_month', 'CARD_DECLINED'],
  ['invalid_expiry_year', 'CARD_DECLINED'],
  ['testmode_decline', 'CARD_DECLINED'],
  ['live_mode_test_card', 'CARD_DECLINED'],
  ['incorrect_pin', 'WRONG_PIN'],
  ['invalid_pin', 'WRONG_PIN'],
  ['pin_try_exceeded', 'WRONG_PIN'],
  ['authentication_required', 'AUTHENTICATION_FAILED'],
  ['payment_intent_authentication_failure', 'AUTHENTICATION_FAILED'],
  ['card_velocity_exceeded', 'LIMIT_EXCEEDED'],
  ['withdrawal_count_limit_exceeded', 'LIMIT_EXCEEDED'],
  ['processing_error', 'PROVIDER_ERROR'],
  ['issuer_not_available', 'PROVIDER_ERROR'],
  ['try_again_later', 'PROVIDER_ERROR'],
  ['charge_already_refunded', 'PROVIDER_ERROR'],
  ['charge_disputed', 'PROVIDER_ERROR'],
  ['payment_intent_unexpected_state', 'PROVIDER_ERROR'],
  ['rate_limit', 'PROVIDER_BUSY'],
  ['lock_timeout', 'PROVIDER_BUSY'],
  ['invalid_amount', 'INVALID_AMOUNT'],
  ['amount_too_small', 'INVALID_AMOUNT'],
  ['amount_too_large', 'INVALID_AMOUNT'],
  ['parameter_missing', 'MISCONFIGURED'],
  ['parameter_unknown', 'MISCONFIGURED'],
  ['parameter_invalid_integer', 'MISCONFIGURED'],
  ['resource_missing', 'MISCONFIGURED'],
  // Why a refund came back: the payer's side of it.
  ['lost_or_stolen_card', 'CARD_DECLINED'],
  ['expired_or_canceled_card', 'CARD_DECLINED'],
  ['declined', 'CARD_DECLINED'],
  ['charge_for_pending_refund_disputed', 'PROVIDER_ERROR'],
  ['merchant_request', 'PROVIDER_ERROR'],
]);

/** Sheet, "Errors": who holds a stolen card, or is taken for a thief, must not learn it from us. */
const NEVER_REVEALED: readonly string[] = [
  'lost_card',
  'stolen_card',
  'fraudulent',
  'pickup_card',
  'merchant_blacklist',
  'restricted_card',
  'security_violation',
  'lost_or_stolen_card',
];
const REVEALED_INSTEAD = 'card_declined';

const BANK_METHODS =
  'acss_debit au_becs_debit bacs_debit bancontact blik boleto customer_balance eps fpx giropay id_bank_transfer ideal ' +
  'multibanco ng_bank ng_bank_transfer ng_ussd nz_bank_account p24 pay_by_bank payto pix sepa_debit sofort swish ' +
  'us_bank_account';
const WALLET_METHODS =
  'alipay amazon_pay cashapp gcash gopay grabpay kakao_pay link mb_way mobilepay momo naver_pay ng_wallet payco paypal ' +
  'paypay revolut_pay samsung_pay satispay shopeepay touch_n_go truemoney twint vipps wechat_pay';

const INSTRUMENTS: ReadonlyMap<string, Instrument> = new Map([
  ...['card', 'card_present', 'kr_card', 'ng_card'].map((type): [string, Instrument] => [type, 'CARD']),
  ...BANK_METHODS.split(' ').map((type): [string, Instrument] => [type, 'BANK']),
  ...WALLET_METHODS.split(' ').map((type): [string, Instrument] => [type, 'WALLET']),
]);

const errorShape = z.looseObject({ code: z.string().nullish(), decline_code: z.string().nullish() });

const chargeShape = z.looseObject({
  refunded: z.boolean().nullish(),
  receipt_number: z.string().nullish(),
  payment_method_details: z.looseObject({ type: z.string() }).nullish(),
});

const metadata = z.record(z.string(), z.string()).nullish();
const units = z.int().min(0);
const currency = z.string().regex(/^[a-z]{3}$/);
/** The id of a thing, or the thing itself where the answer was asked to hold it. */
const idOrObject = z.union([z.string(), z.looseObject({ id: z.string() }).transform(({ id }) => id)]).nullish();

const PAYMENT_ID = /^pi_[A-Za-z0-9_]{1,200}$/;
const REFUND_ID = /^[a-z]{2,4}_[A-Za-z0-9_]{1,200}$/;

/** What is needed of a PaymentIntent, wherever it comes from: the rest may change from version to version. */
export const paymentShape = z.looseObject({
  object: z.literal('payment_intent'),
  id: z.string().regex(PAYMENT_ID),
  status: z.string(),
  amount: units,
  amount_received: units.optional(),
  currency,
  livemode: z.boolean().optional(),
  metadata,
  last_payment_error: errorShape.nullish(),
  cancellation_reason: z.string().nullish(),
  latest_charge: z.union([z.string(), chargeShape]).nullish(),
});
export type StripePayment = z.infer<typeof paymentShape>;

export const refundShape = z.looseObject({
  object: z.literal('refund'),
  id: z.string().regex(REFUND_ID),
  status: z.string(),
  amount: units,
  currency,
  payment_intent: idOrObject,
  metadata,
  failure_reason: z.string().nullish(),
});
export type StripeRefund = z.infer<typeof refundShape>;

/** null: its status is not documented. */
export function reportOf(payment: StripePayment, livemode: boolean | undefined): PaymentReport | null {
  const state = stateOf(payment);
  if (state === null) return null;
  const charge = typeof payment.latest_charge === 'object' ? payment.latest_charge : null;
  const wasPaid = state === 'succeeded' || state === 'refunded';
  return {
    providerId: payment.id,
    reference: payment.metadata?.['attemptId'] ?? payment.metadata?.['intentId'] ?? null,
    state,
    amount: fromStripe(wasPaid ? (payment.amount_received ?? payment.amount) : payment.amount, payment.currency),
    receipt: charge?.receipt_number ?? null,
    environment: environmentOf(livemode),
    instrument: instrumentOf(charge?.payment_method_details?.type),
    failure: endingOf(state, payment),
    // A bank debit: confirmed by the payer, and settled days later.
    ...(payment.status === 'processing' ? { isUnderWay: true } : {}),
  };
}

function stateOf({ status, cancellation_reason: reason, latest_charge: charge }: StripePayment) {
  const state = STATES.get(status) ?? null;
  if (state === 'cancelled' && reason != null && OVERTIME.includes(reason)) return 'expired';
  // `refunded` is true only once all of it has gone back.
  const isBack = typeof charge === 'object' && charge?.refunded === true;
  return state === 'succeeded' && isBack ? 'refunded' : state;
}

/** Why it ended: the last card's refusal says more than that time was over. */
function endingOf(
  state: PaymentReport['state'],
  { last_payment_error: error, cancellation_reason }: StripePayment,
): Failure | null {
  if (state !== 'cancelled' && state !== 'expired') return null;
  if (error != null) return failureOfError(error.code ?? null, error.decline_code ?? null);
  if (state === 'expired') return failureOf('TIMED_OUT', cancellation_reason ?? null);
  return cancellation_reason === 'requested_by_customer' ? failureOf('DECLINED_BY_PAYER', cancellation_reason) : null;
}

/** null: its status, or its amount, is not documented. */
export function refundReportOf(refund: StripeRefund): RefundReport | null {
  const state = REFUND_STATES.get(refund.status);
  const amount = fromStripe(refund.amount, refund.currency);
  if (state === undefined || amount === null) return null;
  const reason = refund.status === 'canceled' ? 'canceled' : (refund.failure_reason ?? null);
  return {
    amount: amount.amount,
    providerRefundId: refund.id,
    state,
    failure: state === 'failed' ? failureOfError(reason, null) : null,
  };
}

/** The decline code is the issuer's, and says more; one that is not listed stays behind Stripe's own code. */
export function failureOfError(code: string | null, declineCode: string | null): Failure {
  const hidden = [declineCode, code].some((one) => one !== null && NEVER_REVEALED.includes(one));
  if (hidden) return failureOf('CARD_DECLINED', REVEALED_INSTEAD);
  for (const one of [declineCode, code]) {
    const known = one === null ? undefined : FAILURES.get(one);
    if (known !== undefined) return failureOf(known, one);
  }
  return failureOf('UNKNOWN', wordIn(code));
}

/** Codes are words. Anything else has no place in a failure. */
export function wordIn(code: string | null | undefined): string | null {
  return code != null && /^[a-z][a-z0-9_]{0,63}$/.test(code) ? code : null;
}

export function instrumentOf(type: string | undefined): Instrument | null {
  return type === undefined ? null : (INSTRUMENTS.get(type) ?? null);
}

export function environmentOf(livemode: boolean | undefined): PaymentReport['environment'] {
  if (livemode === undefined) return null;
  return livemode ? 'live' : 'sandbox';
}
