// Turns what a provider told us into the intent's next state. The create call, a webhook, a poll and a verification all
// come through here, so that any order and any number of them end in the same state (I20).

import { failureOf, type Failure } from './failure.ts';
import {
  advance,
  currentAttempt,
  isTerminal,
  revise,
  withAttempt,
  type Change,
  type Intent,
  type IntentStatus,
  type Moment,
} from './intent.ts';
import { sameMoney } from './money.ts';
import type { CollectOutcome, Environment, PaymentReport } from './report.ts';

/** Why a report may not settle an intent. */
export type Mismatch = 'AMOUNT_MISMATCH' | 'WRONG_ENVIRONMENT' | 'TRANSACTION_ALREADY_USED';

/** Checks a report against the intent it is said to belong to. Rule 6: amount and currency must be equal, to the unit. */
export function mismatchOf(intent: Intent, report: PaymentReport, environment: Environment): Mismatch | null {
  if (report.environment !== null && report.environment !== environment) return 'WRONG_ENVIRONMENT';
  const references = [intent.id, ...intent.attempts.map((attempt) => attempt.id)];
  if (report.reference !== null && !references.includes(report.reference)) return 'TRANSACTION_ALREADY_USED';
  if (isAnother(intent, report.providerId)) {
    // It may still be ours where it says so: a payer may fail once in a widget and then succeed. But what we asked the
    // provider for is one transaction, and while that may be paid, no other one tells how it ends.
    const isAskedFor = currentAttempt(intent) !== null && intent.status !== 'FAILED';
    if (intent.status === 'SUCCEEDED' || report.reference === null || isAskedFor) return 'TRANSACTION_ALREADY_USED';
  }
  const captured = report.state === 'succeeded' || report.state === 'refunded';
  // Such an answer names no amount, so it cannot clear away that a callback has named another one.
  if (captured && report.amountFixed === true && isDoubted(intent, report.providerId)) return 'AMOUNT_MISMATCH';
  if (report.amount === null) return captured && report.amountFixed !== true ? 'AMOUNT_MISMATCH' : null;
  return sameMoney(report.amount, intent.amount) ? null : 'AMOUNT_MISMATCH';
}

function isAnother(intent: Intent, transactionId: string): boolean {
  const known = [intent.gatewayTransactionId, currentAttempt(intent)?.providerId ?? null];
  return known.some((id) => id !== null) && !known.includes(transactionId);
}

/** As people read it, and as `isDoubted` finds it again. */
export function reasonOf(mismatch: Mismatch, transactionId: string): string {
  return `${mismatch}: transaction ${transactionId}`;
}

/** People were told that this transaction is of another amount. */
function isDoubted({ reviewReason }: Intent, transactionId: string): boolean {
  return reviewReason?.split(REASON_BREAK).includes(reasonOf('AMOUNT_MISMATCH', transactionId)) ?? false;
}

const STATUS_OF_STATE: Readonly<Record<PaymentReport['state'], IntentStatus>> = {
  pending: 'PROCESSING',
  succeeded: 'SUCCEEDED',
  refunded: 'SUCCEEDED',
  failed: 'FAILED',
  cancelled: 'CANCELLED',
  expired: 'EXPIRED',
};

const REASON_BREAK = '; ';

/** Applies a confirmed report. Returns the same object when it holds no news. */
export function settle(intent: Intent, report: PaymentReport, environment: Environment, moment: Moment): Intent {
  const mismatch = mismatchOf(intent, report, environment);
  // Play money is not misplaced money: it leaves no trace on the intent (I19).
  if (mismatch === 'WRONG_ENVIRONMENT') return intent;
  if (mismatch !== null) {
    const captured = report.state === 'succeeded' || report.state === 'refunded';
    return captured ? review(intent, reasonOf(mismatch, report.providerId), moment) : intent;
  }
  const to = STATUS_OF_STATE[report.state];
  const isOut = currentAttempt(intent)?.state === 'SENT';
  const inTheAir = isOut && to === 'PROCESSING';
  const known: Change = {
    gatewayTransactionId: claimOf(intent, report, to),
    instrument: report.instrument ?? intent.instrument,
    receipt: report.receipt ?? intent.receipt,
    outcomeUnknown: false,
    // The create call is still out: what it answers (the prompt's end, the next action) is not lost to this report.
    attempts: withAttempt(intent, { state: inTheAir ? 'SENT' : 'ACCEPTED', providerId: report.providerId }),
    // The lease covered that call, which has nothing left to decide.
    lease: isOut && !inTheAir ? null : intent.lease,
  };
  const moved = advance(intent, to, moment, {
    ...known,
    nextAction: to === 'PROCESSING' ? intent.nextAction : null,
    failure: failureFor(to, report.failure),
  });
  if (report.state === 'refunded' && !intent.refunds.some(({ status }) => status !== 'FAILED')) {
    // The money came and went behind our back: it is not there to ship goods for.
    const settled = moved.kind === 'moved' ? moved.intent : intent;
    return review(settled, `REFUNDED_ELSEWHERE: transaction ${report.providerId}`, moment);
  }
  if (moved.kind === 'moved') return moved.intent;
  // A stale or contradicting report; a terminal intent does not learn from it.
  if (moved.kind === 'refused' || isTerminal(intent.status)) return intent;
  const unresolved = currentAttempt(intent)?.state === 'UNKNOWN';
  const learnt = intent.outcomeUnknown || intent.gatewayTransactionId === null || unresolved;
  return learnt ? revise(intent, known, moment.at) : intent;
}

/** Records what the call that starts the payment came to. A faster webhook may already have settled the intent. */
export function recordOutcome(intent: Intent, outcome: CollectOutcome, moment: Moment): Intent {
  const { state, providerId = null } = currentAttempt(intent) ?? {};
  // UNKNOWN too: an answer that comes after another process gave this one up is still the provider's answer.
  if (state !== 'SENT' && state !== 'UNKNOWN') return intent;
  // A no that late may be about a call beside which the same payment was sent again: only a yes is certain then.
  if (state === 'UNKNOWN' && outcome.kind === 'declined') return intent;
  switch (outcome.kind) {
    case 'accepted': {
      const change: Change = {
        attempts: withAttempt(intent, { state: 'ACCEPTED', providerId: outcome.providerId ?? providerId }),
        gatewayTransactionId: intent.gatewayTransactionId ?? outcome.providerId,
        nextAction: outcome.nextAction,
        outcomeUnknown: false,
        lease: null,
      };
      return moveOrLearn(intent, 'PROCESSING', change, moment);
    }
    case 'declined': {
      const change: Change = {
        attempts: withAttempt(intent, { state: 'DECLINED' }),
        failure: outcome.failure,
        outcomeUnknown: false,
        lease: null,
      };
      return moveOrLearn(intent, 'FAILED', change, moment);
    }
    case 'unknown': {
      // May or may not have happened: never FAILED (rule 4), and people see `outcomeUnknown`. Unless the provider has
      // named its payment in the meantime: then the lost answer leaves nothing open.
      const lost = providerId === null;
      const change: Change = {
        attempts: withAttempt(intent, { state: lost ? 'UNKNOWN' : 'ACCEPTED' }),
        outcomeUnknown: lost,
        lease: null,
      };
      return moveOrLearn(intent, 'PROCESSING', change, moment);
    }
  }
}

/**
 * What an unproven callback adds to a payment that the provider's own answer has settled: the number on the payer's
 * receipt, or another amount than the one that was asked for, which people must see.
 */
export function annotate(intent: Intent, hint: PaymentReport, moment: Moment): Intent {
  if (intent.status !== 'SUCCEEDED' || hint.state !== 'succeeded') return intent;
  const doubted = doubt(intent, hint, moment);
  const { receipt = null } = hint;
  if (doubted !== intent || receipt === null || receipt === intent.receipt) return doubted;
  // Two receipts are two payments, or one of them is not true.
  if (intent.receipt !== null) return review(intent, `SECOND_RECEIPT: receipt ${receipt}`, moment);
  return revise(intent, { receipt }, moment.at);
}

/** An unproven callback that names another amount: where the provider's own answer names none, nothing clears that away. */
export function doubt(intent: Intent, hint: PaymentReport, moment: Moment): Intent {
  const isOther = hint.state === 'succeeded' && hint.amount !== null && !sameMoney(hint.amount, intent.amount);
  return isOther ? review(intent, reasonOf('AMOUNT_MISMATCH', hint.providerId), moment) : intent;
}

/** Ends the wait. A success may still come, and counts. */
export function expire(intent: Intent, moment: Moment): Intent {
  const moved = advance(intent, 'EXPIRED', moment, { failure: failureOf('TIMED_OUT', null), lease: null });
  return moved.kind === 'moved' ? moved.intent : intent;
}

/**
 * Flags the intent for people. Money that we cannot place is never dropped and never counted as success (I5). Every
 * reason is kept, once and in one order: a repeat changes nothing (I18), and no transaction hides another.
 */
export function review(intent: Intent, reason: string, moment: Moment): Intent {
  const known = intent.reviewReason?.split(REASON_BREAK) ?? [];
  if (intent.needsReview && known.includes(reason)) return intent;
  const reviewReason = [...new Set([...known, reason])].toSorted().join(REASON_BREAK);
  return revise(intent, { needsReview: true, reviewReason }, moment.at);
}

function moveOrLearn(intent: Intent, to: IntentStatus, change: Change, moment: Moment): Intent {
  const moved = advance(intent, to, moment, change);
  if (moved.kind === 'moved') return moved.intent;
  // A webhook overtook the reply. If it settled the intent, the attempt is no longer in the air and nothing else changes.
  const { attempts = intent.attempts, gatewayTransactionId = intent.gatewayTransactionId } = change;
  return revise(
    intent,
    isTerminal(intent.status) ? { attempts, gatewayTransactionId, lease: null } : change,
    moment.at,
  );
}

/** A failed try in a widget does not claim the intent's one transaction: the payer may try again, and succeed. */
function claimOf(intent: Intent, report: PaymentReport, to: IntentStatus): string | null {
  if (to === 'SUCCEEDED') return report.providerId;
  const failedTry = intent.paymentMode === 'WIDGET' && to !== 'PROCESSING';
  return intent.gatewayTransactionId ?? (failedTry ? null : report.providerId);
}

function failureFor(to: IntentStatus, reported: Failure | null): Failure | null {
  if (to === 'FAILED') return reported ?? failureOf('UNKNOWN', null);
  if (to === 'EXPIRED') return reported ?? failureOf('TIMED_OUT', null);
  return to === 'CANCELLED' ? reported : null;
}
