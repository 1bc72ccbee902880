// What a gateway tells us of a payment or a refund, in our words. Only a *confirmed* report may settle anything: one that
// came as the provider's own status answer, or in a webhook whose signature proves its origin.

import type { Failure } from './failure.ts';
import type { Instrument, NextAction } from './intent.ts';
import type { Money } from './money.ts';

export type Environment = 'live' | 'sandbox';

export interface PaymentReport {
  /** The provider's id of the payment. */
  readonly providerId: string;
  /** Our intent's or attempt's id as the provider echoed it; null when it echoed none. */
  readonly reference: string | null;
  /** `refunded`: it was captured, and the whole of it has gone back since. */
  readonly state: 'pending' | 'succeeded' | 'failed' | 'cancelled' | 'expired' | 'refunded';
  /** The payer has paid, and the money is on its way, which takes days with some banks: nobody gives it up meanwhile. */
  readonly isUnderWay?: boolean;
  /**
   * What is paid for it, in minor units, without a fee that the payer pays on top; null when the provider does not say. A
   * success must say.
   */
  readonly amount: Money | null;
  /**
   * true: under this id nobody can pay another amount than the one we asked for, so that a success need not name it. What
   * is named is compared all the same.
   */
  readonly amountFixed?: boolean;
  /** The number on the payer's own receipt, where it is not `providerId`. */
  readonly receipt?: string | null;
  /** null when the provider does not say. */
  readonly environment: Environment | null;
  readonly instrument: Instrument | null;
  /** Set with `failed`, `cancelled` and `expired`. */
  readonly failure: Failure | null;
}

/**
 * The provider's own answer, and what an unproven callback claims where the answer is silent: a claim of another amount
 * makes it stricter, never easier.
 */
export function together(answer: PaymentReport, hint: PaymentReport | null): PaymentReport {
  if (hint === null || hint.providerId !== answer.providerId || hint.state !== answer.state) return answer;
  return { ...answer, amount: answer.amount ?? hint.amount, receipt: answer.receipt ?? hint.receipt ?? null };
}

/** What came of a call that starts a payment. */
export type CollectOutcome =
  /** `providerId`: where the answer holds none, the name by which status answers and callbacks know it, even one of ours. */
  | { readonly kind: 'accepted'; readonly providerId: string | null; readonly nextAction: NextAction | null }
  | { readonly kind: 'declined'; readonly failure: Failure }
  | { readonly kind: 'unknown'; readonly reason: string };

export interface RefundReport {
  /** What went back, in minor units; null when the provider does not say. Another amount than asked for is no success. */
  readonly amount: number | null;
  readonly providerRefundId: string | null;
  readonly state: 'pending' | 'succeeded' | 'failed';
  readonly failure: Failure | null;
}

/** `manual`: the provider has no call for this refund; people make it in its dashboard, and until then it is pending. */
export type RefundOutcome =
  | { readonly kind: 'accepted'; readonly report: RefundReport }
  | { readonly kind: 'declined'; readonly failure: Failure }
  | { readonly kind: 'unknown'; readonly reason: string }
  | { readonly kind: 'manual'; readonly reason: string };
