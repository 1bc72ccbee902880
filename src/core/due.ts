// When an intent has to be looked at again. Whatever is open has a due date (I23); the sweeper needs nothing else.

import { currentAttempt, isTerminal, type Due, type Intent } from './intent.ts';
import { isRefundOpen, type Refund } from './refund.ts';

export interface Pace {
  readonly pollDelaysMs: readonly number[];
  /** null: nobody knows for how long. */
  readonly afterCareMs: readonly number[] | null;
  readonly refundDelaysMs: readonly number[];
  /** A call may be out for this long; what it left open is looked at once it is over. */
  readonly leaseMs: number;
}

const HOUR_MS = 3_600_000;

/** Of a gateway that is switched off: its payments stay due, and nobody looks before it is on again. */
export const UNKNOWN_PACE: Pace = {
  pollDelaysMs: [HOUR_MS],
  afterCareMs: null,
  refundDelaysMs: [HOUR_MS],
  leaseMs: 15_000,
};

/** The same intent with the due date that its state asks for. Part of the write that changed the state. */
export function withDue(intent: Intent, pace: Pace, at: Date): Intent {
  return { ...intent, due: dueOf(intent, pace, at) };
}

export function dueOf(intent: Intent, pace: Pace, at: Date): Due | null {
  if (!isTerminal(intent.status)) return { kind: 'poll-intent', at: nextQuestion(intent, pace, at) };
  if (intent.status === 'SUCCEEDED') {
    const next = intent.refunds.filter(isRefundOpen).map((refund) => refundQuestionAt(refund, pace));
    return next.length === 0 ? null : { kind: 'poll-refund', at: earliest(next) };
  }
  // We gave up, or the product did, and the provider never said no: late money is still looked for.
  const undecided = intent.status === 'EXPIRED' || intent.status === 'CANCELLED';
  const askable = currentAttempt(intent) !== null || intent.gatewayTransactionId !== null;
  const pause = pace.afterCareMs === null ? HOUR_MS : pace.afterCareMs[intent.polls];
  if (!undecided || !askable || pause === undefined) return null;
  return { kind: 'poll-intent', at: later(at, pause) };
}

function nextQuestion(intent: Intent, pace: Pace, at: Date): Date {
  if (intent.lease !== null && currentAttempt(intent)?.state === 'SENT') return intent.lease.until;
  const end = intent.expiresAt ?? at;
  const askable = currentAttempt(intent) !== null || intent.gatewayTransactionId !== null;
  if (!askable && end > at) return end;
  const next = later(at, pauseOf(pace.pollDelaysMs, intent.polls));
  return end > at ? earliest([next, end]) : next;
}

/** When an open refund has to be asked about. */
export function refundQuestionAt(refund: Refund, pace: Pace): Date {
  const waitsForCall = refund.status === 'PENDING' && !refund.manual;
  return later(refund.updatedAt, waitsForCall ? pace.leaseMs : pauseOf(pace.refundDelaysMs, refund.polls));
}

/** The pause before question number `asked`; the last one repeats. */
export function pauseOf(delays: readonly number[], asked: number): number {
  return delays[Math.min(asked, delays.length - 1)] ?? 60_000;
}

function later(at: Date, ms: number): Date {
  return new Date(at.getTime() + ms);
}

function earliest(dates: readonly Date[]): Date {
  return new Date(Math.min(...dates.map((date) => date.getTime())));
}
