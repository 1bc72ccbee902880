// The simulator's test numbers. M-Pesa publishes one, 254708374149, and seed 002 two more; all that begin alike are the
// simulator's own lines, so that every code and every way of calling back has a number. They are shared by all who test, so
// none of them is ever busy, and none is refused for paying the same amount twice.

import type { Ending } from '../simulator-books.ts';
import type { Draft } from '../simulator-operations.ts';

type Outcome = Pick<Draft<unknown>, 'ending' | 'callback'>;

const failed = (reason: string): Outcome => ({ ending: { state: 'failed', reason } });

/** By the last three digits. */
const OUTCOMES: Readonly<Record<string, Outcome>> = {
  149: {},
  150: failed('1'),
  151: failed('SFC_IC0003'),
  152: { ending: { state: 'cancelled', reason: '1032' } },
  153: { ending: 'ignored' },
  154: { ending: { state: 'expired', reason: '1019' } },
  155: failed('2001'),
  156: failed('1001'),
  157: failed('17'),
  158: failed('26'),
  159: failed('9999'),
  160: { callback: 'none' },
  161: { callback: 'late' },
  162: { callback: 'duplicate' },
  163: { callback: 'early' },
  164: { callback: 'reordered' },
  // A code that no document has.
  165: failed('7777'),
};

const SHARED = /^254708374(\d{3})$/;

export function isShared(phone: string): boolean {
  return SHARED.test(phone);
}

export function outcomeOf(phone: string): Outcome {
  return OUTCOMES[SHARED.exec(phone)?.[1] ?? ''] ?? {};
}

export const REJECTED: Ending = { state: 'cancelled', reason: '1032' };
export const WRONG_PIN: Ending = { state: 'failed', reason: '2001' };
export const NO_BALANCE: Ending = { state: 'failed', reason: '1' };
export const NO_ANSWER: Ending = { state: 'expired', reason: '1037' };
export const TOO_SOON: Ending = { state: 'failed', reason: '17' };
