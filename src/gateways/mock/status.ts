// The mock provider's words in ours. What is not listed is unknown.

import { failureOf, type Failure, type FailureCode } from '../../core/failure.ts';
import type { Money } from '../../core/money.ts';
import { isAmount, isCurrency } from '../../core/money.ts';
import type { PaymentReport } from '../../core/report.ts';

const PAYMENT_STATES: ReadonlyMap<string, PaymentReport['state']> = new Map([
  ['pending', 'pending'],
  ['succeeded', 'succeeded'],
  ['failed', 'failed'],
  ['expired', 'expired'],
]);

const TRANSFER_STATES: ReadonlyMap<string, 'pending' | 'succeeded' | 'failed'> = new Map([
  ['pending', 'pending'],
  ['succeeded', 'succeeded'],
  ['failed', 'failed'],
  ['expired', 'failed'],
]);

const FAILURES: ReadonlyMap<string, FailureCode> = new Map([
  ['rejected', 'DECLINED_BY_PAYER'],
  ['wrong_pin', 'WRONG_PIN'],
  ['no_balance', 'INSUFFICIENT_FUNDS'],
  ['no_answer', 'TIMED_OUT'],
  ['invalid_phone', 'INVALID_PHONE'],
  ['invalid_amount', 'INVALID_AMOUNT'],
  ['over_captured', 'INVALID_AMOUNT'],
  ['not_captured', 'PROVIDER_ERROR'],
  ['not_found', 'MISCONFIGURED'],
  ['reference_taken', 'MISCONFIGURED'],
  ['unauthorized', 'MISCONFIGURED'],
  ['too_many_requests', 'PROVIDER_BUSY'],
]);

export function paymentStateOf(state: string): PaymentReport['state'] | null {
  return PAYMENT_STATES.get(state) ?? null;
}

/** Of a refund or a payout. */
export function transferStateOf(state: string): 'pending' | 'succeeded' | 'failed' | null {
  return TRANSFER_STATES.get(state) ?? null;
}

export function failureOfCode(code: string | null): Failure {
  // The word of a test's metadata that the simulator does not know: the test is wrong, not the payer.
  if (code?.startsWith('unknown_word:') === true) return failureOf('MISCONFIGURED', code);
  return failureOf((code === null ? undefined : FAILURES.get(code)) ?? 'UNKNOWN', code);
}

export function moneyOf(amount: unknown, currency: unknown): Money | null {
  return isAmount(amount) && typeof currency === 'string' && isCurrency(currency) ? { amount, currency } : null;
}
