// KkiaPay's words in ours. Every documented status and code is listed; what is not listed is unknown, and moves nothing.

import { failureOf, type Failure, type FailureCode } from '../../core/failure.ts';
import { isUuid } from '../../core/ids.ts';
import type { Instrument } from '../../core/intent.ts';
import type { Money } from '../../core/money.ts';
import type { PaymentReport } from '../../core/report.ts';

/** Loose on purpose: sandbox ids have 9 URL-safe characters, seed 001 shows longer ones (sheet 3.3). */
export const TRANSACTION_ID = /^[A-Za-z0-9_-]{4,64}$/;

/** Sheet 4. PENDING is documented; INITIATED and PROCESSING were seen by third parties; COMPLETE is seed 001's. */
const STATES: ReadonlyMap<string, PaymentReport['state']> = new Map([
  ['PENDING', 'pending'],
  ['INITIATED', 'pending'],
  ['PROCESSING', 'pending'],
  ['SUCCESS', 'succeeded'],
  ['COMPLETE', 'succeeded'],
  ['COMPLETED', 'succeeded'],
  ['SUCCEEDED', 'succeeded'],
  ['SUCCESSFUL', 'succeeded'],
  ['FAILED', 'failed'],
  ['CANCELLED', 'cancelled'],
  ['CANCELED', 'cancelled'],
  ['REVERTED', 'refunded'],
  ['REFUNDED', 'refunded'],
]);

/** Sheet 6, in lower case: the sources do not agree on capitals, nor on how "insufficient" is spelt. */
const FAILURES: ReadonlyMap<string, FailureCode> = new Map([
  ['insufficient_fund', 'INSUFFICIENT_FUNDS'],
  ['insufficent_fund', 'INSUFFICIENT_FUNDS'],
  ['insufficient_funds', 'INSUFFICIENT_FUNDS'],
  ['processing_error', 'PROVIDER_BUSY'],
  ['payment_declined', 'DECLINED_BY_PAYER'],
  ['user_rejected', 'DECLINED_BY_PAYER'],
  ['cancelled_by_user', 'DECLINED_BY_PAYER'],
  ['timeout', 'TIMED_OUT'],
  ['expired', 'TIMED_OUT'],
  ['wrong_pin', 'WRONG_PIN'],
  ['invalid_phone', 'INVALID_PHONE'],
  ['invalid_phone_number', 'INVALID_PHONE'],
  ['invalid_amount', 'INVALID_AMOUNT'],
  ['operator_error', 'PROVIDER_ERROR'],
  ['network_error', 'PROVIDER_ERROR'],
  ['transaction_error', 'PROVIDER_ERROR'],
  ['card_declined', 'CARD_DECLINED'],
  ['card_fraudulent', 'CARD_DECLINED'],
  ['invalid_api_key', 'MISCONFIGURED'],
  ['unknown', 'UNKNOWN'],
]);

/** What revert refuses with (sheet 3.4). TRANSACTION_NOT_ELIGIBLE is not here: it also means "reverted already". */
const REFUND_REFUSALS: ReadonlyMap<string, FailureCode> = new Map([
  // The merchant's balance, not the payer's.
  ['INSUFFICIENT_FUND', 'INSUFFICIENT_FUNDS'],
  ['TRANSACTION_NOT_FOUND', 'MISCONFIGURED'],
  ['INVALID_TRANSACTION', 'MISCONFIGURED'],
  ['INVALID_TRANSACTION_TYPE', 'PROVIDER_ERROR'],
  ['FAILED', 'PROVIDER_ERROR'],
]);

const INSTRUMENTS: ReadonlyMap<string, Instrument> = new Map([
  ['MOBILE_MONEY', 'WALLET'],
  ['WALLET', 'WALLET'],
  ['CARD', 'CARD'],
  ['BANK_ACCOUNT', 'BANK'],
]);

/** A code as providers write codes. Free text is none: it may hold the payer's number. */
export function codeIn(value: unknown): string | null {
  return typeof value === 'string' && /^[A-Za-z][A-Za-z0-9_.-]{0,63}$/.test(value) ? value : null;
}

/** null: not documented. */
export function stateOf(status: string, failureCode: unknown): PaymentReport['state'] | null {
  const state = STATES.get(status) ?? null;
  // Sheet 4: a failure by time is the prompt that nobody answered.
  return state === 'failed' && failureOfCode(failureCode).code === 'TIMED_OUT' ? 'expired' : state;
}

/** The first code that we know; without one, the first that was given. */
export function failureOfCode(...values: readonly unknown[]): Failure {
  const codes = values.map(codeIn).filter((code) => code !== null);
  for (const code of codes) {
    const known = FAILURES.get(code.toLowerCase());
    if (known !== undefined) return failureOf(known, code);
  }
  return failureOf('UNKNOWN', codes[0] ?? null);
}

/** null: no documented refusal, so it proves nothing. */
export function refundRefusalOf(code: string): Failure | null {
  const known = REFUND_REFUSALS.get(code);
  return known === undefined ? null : failureOf(known, code);
}

export function instrumentOf(source: unknown): Instrument | null {
  return typeof source === 'string' ? (INSTRUMENTS.get(source) ?? null) : null;
}

/** KkiaPay's amounts are whole XOF, which has no smaller unit (sheet 7); anything else is no amount. */
export function moneyOf(amount: unknown): Money | null {
  return typeof amount === 'number' && Number.isSafeInteger(amount) && amount >= 0 ? { amount, currency: 'XOF' } : null;
}

/**
 * Our intent's id, out of what KkiaPay echoes: `state` or `stateData` as we gave it, an object or its JSON (sheet 3.3, 5),
 * else `partnerId`, which other integrations of the same merchant fill in their own way. An id in our field that is not
 * ours is returned as it is: it says that the payment belongs to somebody else.
 */
export function referenceIn(state: unknown, partnerId: unknown): string | null {
  const intentId = fieldOf(state, 'intentId') ?? fieldOf(parsed(state), 'intentId');
  if (intentId !== null) return intentId;
  return typeof partnerId === 'string' && isUuid(partnerId) ? partnerId : null;
}

function parsed(state: unknown): unknown {
  if (typeof state !== 'string') return null;
  try {
    return JSON.parse(state) as unknown;
  } catch {
    return null;
  }
}

function fieldOf(value: unknown, name: string): string | null {
  if (typeof value !== 'object' || value === null) return null;
  const field: unknown = Object.entries(value).find(([key]) => key === name)?.[1];
  return typeof field === 'string' && field !== '' ? field.slice(0, 100) : null;
}
