// Payme's words in ours, and ours in Payme's. What Payme hears of a transaction is made of the intent's status and its stored
// transaction alone, so it hears the same whenever it asks.

import { failureOf, type FailureCode } from '../../core/failure.ts';
import type { Ending } from '../../core/served.ts';
import type { ServedIntent } from '../served.ts';

/** Sheet 6. 1: created, nothing taken. 2: performed. -1: cancelled before, -2: cancelled after it was performed. */
export type PaymeState = 1 | 2 | -1 | -2;

export interface PaymeTransaction {
  /** Payme's. */
  readonly id: string;
  readonly time: number;
  /** Ours. */
  readonly transaction: string;
  readonly state: PaymeState;
  /** Milliseconds; 0 for what has not happened (sheet 7.5, 16.4). */
  readonly create_time: number;
  readonly perform_time: number;
  readonly cancel_time: number;
  readonly reason: number | null;
}

/** Sheet 6: Payme's reason for a cancellation before the payment was performed. */
const ENDINGS: ReadonlyMap<number, readonly [Ending['status'], FailureCode | null]> = new Map([
  // The receiver is not found or not active: our cash desk.
  [1, ['FAILED', 'MISCONFIGURED']],
  // The card's processing centre refused the debit.
  [2, ['FAILED', 'CARD_DECLINED']],
  [3, ['FAILED', 'PROVIDER_ERROR']],
  [4, ['EXPIRED', 'TIMED_OUT']],
  [5, ['CANCELLED', null]],
  [10, ['FAILED', 'UNKNOWN']],
]);

export const TIMED_OUT = 4;
/** Of those that Payme lists, the one that does not blame the payer, the card or Payme. */
const WITHDRAWN = 10;

/** A reason that is not listed is kept, and told again, and blames nobody. */
export function endingOf(reason: number): Ending {
  const [status, code] = ENDINGS.get(reason) ?? ['CANCELLED', null];
  return { status, reason: String(reason), failure: code === null ? null : failureOf(code, String(reason)) };
}

/** null: Payme has not opened a transaction for this order. */
export function transactionOf({ id, status, transaction }: ServedIntent): PaymeTransaction | null {
  if (transaction === null) return null;
  const { providerId, time, openedAt, performedAt, cancelledAt, reason } = transaction;
  const state = stateOf(performedAt !== null, cancelledAt !== null);
  // Where we ended it ourselves, Payme has given no reason: our time was over, or the product took the order back.
  const ours = status === 'EXPIRED' ? TIMED_OUT : WITHDRAWN;
  return {
    id: providerId,
    time: time.getTime(),
    transaction: id,
    state,
    create_time: openedAt.getTime(),
    perform_time: performedAt?.getTime() ?? 0,
    cancel_time: cancelledAt?.getTime() ?? 0,
    reason: state > 0 ? null : reason === null ? ours : Number(reason),
  };
}

function stateOf(isPerformed: boolean, isCancelled: boolean): PaymeState {
  if (isPerformed) return isCancelled ? -2 : 2;
  return isCancelled ? -1 : 1;
}
