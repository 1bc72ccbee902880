// Refund rules. A refund reserves first: what is not refused counts against what was captured, at every version (I10).

import { InvalidState, OverRefund, ValidationProblem } from './errors.ts';
import type { Failure } from './failure.ts';
import { append, revise, type IdempotencyRecord, type Intent, type Moment } from './intent.ts';
import { formatMoney, type Money } from './money.ts';
import type { RefundOutcome, RefundReport } from './report.ts';
import { review } from './settle.ts';

export const REFUND_STATUSES = ['PENDING', 'PROCESSING', 'SUCCEEDED', 'FAILED'] as const;
export type RefundStatus = (typeof REFUND_STATUSES)[number];
export const REFUNDS_MAX = 100;

export interface Refund {
  /** Ours, stored before the call and sent with it. */
  readonly id: string;
  readonly amount: number;
  /**
   * PENDING: reserved and not yet asked for, or left to people (`manual`). PROCESSING: the provider works on it, or its
   * answer was lost (`outcomeUnknown`). FAILED releases the reservation.
   */
  readonly status: RefundStatus;
  readonly manual: boolean;
  readonly outcomeUnknown: boolean;
  readonly reason: string | null;
  readonly gatewayRefundId: string | null;
  readonly failure: Failure | null;
  readonly polls: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export function isRefundOpen(refund: Refund): boolean {
  return refund.status === 'PENDING' || refund.status === 'PROCESSING';
}

/** Everything that is not refused counts, whether or not it is certain. */
export function reserved(intent: Intent): number {
  return intent.refunds.reduce((sum, refund) => (refund.status === 'FAILED' ? sum : sum + refund.amount), 0);
}

export function amountRefunded(intent: Intent): Money {
  const done = intent.refunds.filter((refund) => refund.status === 'SUCCEEDED');
  return { ...intent.amount, amount: done.reduce((sum, refund) => sum + refund.amount, 0) };
}

export function refundable(intent: Intent): Money {
  const captured = intent.status === 'SUCCEEDED' ? intent.amount.amount : 0;
  return { ...intent.amount, amount: captured - reserved(intent) };
}

/** Nothing of what was paid is left that a refund has not been asked for. */
export function isAllReserved(intent: Intent): boolean {
  return intent.status === 'SUCCEEDED' && refundable(intent).amount === 0;
}

export interface RefundWish {
  readonly id: string;
  /** Minor units; null is all that is left. */
  readonly amount: number | null;
  readonly reason: string | null;
  readonly record: IdempotencyRecord;
}

/** Reserves, or refuses with what is left. */
export function reserveRefund(intent: Intent, wish: RefundWish, at: Date): { intent: Intent; refund: Refund } {
  if (intent.status !== 'SUCCEEDED') {
    throw new InvalidState(intent.status, `Only a SUCCEEDED payment can be refunded; this one is ${intent.status}.`);
  }
  if (intent.refunds.length >= REFUNDS_MAX) {
    throw new ValidationProblem(['input', 'intentId'], `A payment takes at most ${REFUNDS_MAX} refunds.`);
  }
  const left = refundable(intent);
  const amount = wish.amount ?? left.amount;
  if (amount < 1 || amount > left.amount) {
    const text = left.amount === 0 ? 'Nothing is left to refund.' : `At most ${formatMoney(left)} is left to refund.`;
    throw new OverRefund(left, text);
  }
  const refund = newRefund(wish.id, amount, wish.reason, at);
  return {
    intent: revise(intent, { refunds: [...intent.refunds, refund], keys: [...intent.keys, wish.record] }, at),
    refund,
  };
}

/** Reserves all that is left, for a refund that the provider has made by itself. It knows no limit: the money is gone. */
export function reserveAll(intent: Intent, refundId: string, at: Date): Intent {
  const refund = newRefund(refundId, refundable(intent).amount, null, at);
  return revise(intent, { refunds: [...intent.refunds, refund] }, at);
}

function newRefund(id: string, amount: number, reason: string | null, at: Date): Refund {
  return {
    id,
    amount,
    status: 'PENDING',
    manual: false,
    outcomeUnknown: false,
    reason,
    gatewayRefundId: null,
    failure: null,
    polls: 0,
    createdAt: at,
    updatedAt: at,
  };
}

/** Records what came of the call for one refund. A refund that has ended stays as it is. */
export function recordRefund(intent: Intent, refundId: string, outcome: RefundOutcome, moment: Moment): Intent {
  if (!intent.refunds.some((refund) => refund.id === refundId && isRefundOpen(refund))) return intent;
  switch (outcome.kind) {
    case 'accepted':
      return settleRefund(intent, refundId, outcome.report, moment);
    case 'declined':
      // Given up meanwhile, and perhaps sent again: a no to the first call frees nothing.
      if (intent.refunds.some(({ id, outcomeUnknown }) => id === refundId && outcomeUnknown)) return intent;
      return settleRefund(
        intent,
        refundId,
        { amount: null, providerRefundId: null, state: 'failed', failure: outcome.failure },
        moment,
      );
    case 'unknown':
      return patchRefund(intent, refundId, { status: 'PROCESSING', outcomeUnknown: true }, moment.at);
    case 'manual':
      return patchRefund(intent, refundId, { status: 'PENDING', manual: true }, moment.at);
  }
}

export function settleRefund(intent: Intent, refundId: string, report: RefundReport, moment: Moment): Intent {
  const before = intent.refunds.find((refund) => refund.id === refundId);
  if (before === undefined) return intent;
  const [known, told] = [before.gatewayRefundId, report.providerRefundId];
  // It went back twice under one name of ours.
  if (!isRefundOpen(before) && known !== null && told !== null && known !== told) {
    return settleForeignRefund(intent, report, moment);
  }
  if (before.status === 'SUCCEEDED' && report.state === 'failed') {
    // The payer's bank sent it back: the payer has heard that the money came, and it is ours again.
    return review(intent, `REFUND_FAILED_LATER: refund ${refundId}`, moment);
  }
  if (!isRefundOpen(before)) return intent;
  const gatewayRefundId = report.providerRefundId ?? before.gatewayRefundId;
  if (report.state === 'pending') {
    const waits = before.manual ? 'PENDING' : 'PROCESSING';
    return patchRefund(intent, refundId, { status: waits, outcomeUnknown: false, gatewayRefundId }, moment.at);
  }
  if (report.state === 'succeeded' && report.amount !== null && report.amount !== before.amount) {
    // Some of the money went back, and not as this refund says: a reversal in the dashboard that covers several, say.
    return review(intent, `REFUND_AMOUNT_MISMATCH: refund ${refundId}`, moment);
  }
  const status = report.state === 'succeeded' ? 'SUCCEEDED' : 'FAILED';
  const ended = patchRefund(
    intent,
    refundId,
    { status, outcomeUnknown: false, gatewayRefundId, failure: report.failure },
    moment.at,
  );
  if (status === 'FAILED') return ended;
  // PAYMENT_REFUNDED is said only once the provider has confirmed it (I33).
  const refund = { id: refundId, amount: before.amount };
  return append(ended, { type: 'PAYMENT_REFUNDED', from: intent.status, refund }, moment);
}

/** Money that went back by another hand than ours is not there to ship goods for, and not there to be refunded again. */
export function settleForeignRefund(intent: Intent, report: RefundReport, moment: Moment): Intent {
  if (report.state === 'failed') return intent;
  return review(intent, `REFUNDED_ELSEWHERE: refund ${report.providerRefundId ?? 'without an id'}`, moment);
}

export function patchRefund(intent: Intent, refundId: string, change: Partial<Refund>, at: Date): Intent {
  const refunds = intent.refunds.map((refund) =>
    refund.id === refundId ? { ...refund, ...change, updatedAt: at } : refund,
  );
  return revise(intent, { refunds }, at);
}
