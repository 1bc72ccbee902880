// Goal: an intent moves along the published table alone, and its events always tell the same story as the document.
// Method: every pair of statuses, then random walks of status changes and refunds.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anIntent, anIntentIn, momentOf } from './intent.fixture.ts';
import {
  advance,
  append,
  currentAttempt,
  fold,
  INTENT_STATUSES,
  isTerminal,
  revise,
  withAttempt,
  type Intent,
  type IntentEvent,
  type IntentStatus,
} from './intent.ts';
import { amountRefunded, recordRefund, reserveRefund } from './refund.ts';

/** The table as it is published, written down once more and by hand: `x` moves, `=` stays, `.` is refused. */
const PUBLISHED: Readonly<Record<IntentStatus, string>> = {
  //           PENDING PROCESSING SUCCEEDED FAILED CANCELLED EXPIRED
  PENDING: '=xxxxx',
  PROCESSING: '.=xxxx',
  SUCCEEDED: '..=...',
  FAILED: '..x=..',
  CANCELLED: '..x.=.',
  EXPIRED: '..x..=',
};

const PAIRS = INTENT_STATUSES.flatMap((from) =>
  INTENT_STATUSES.map((to, column) => ({ from, to, says: PUBLISHED[from].charAt(column) })),
);
const KIND_OF = new Map([
  ['x', 'moved'],
  ['=', 'unchanged'],
  ['.', 'refused'],
]);

describe('advance', () => {
  it.each(PAIRS)('$from to $to: $says', ({ from, to, says }) => {
    const before = anIntentIn(from);
    const step = advance(before, to, momentOf(9));
    expect(step.kind).toBe(KIND_OF.get(says));
    if (step.kind === 'refused') expect(step).toEqual({ kind: 'refused', from, to });
    if (step.kind === 'unchanged') expect(step.intent).toBe(before);
    if (step.kind !== 'moved') return;
    expect(step.intent).toMatchObject({ status: to, version: before.version + 1, updatedAt: momentOf(9).at });
    expect(step.intent.late).toBe(isTerminal(from));
    expect(step.intent.events.slice(0, -1)).toEqual(before.events);
    expect(step.intent.events.at(-1)).toMatchObject({ sequence: before.events.length + 1, from, status: to });
  });

  it.each([
    ['PROCESSING', 'PAYMENT_PROCESSING'],
    ['SUCCEEDED', 'PAYMENT_COMPLETED'],
    ['FAILED', 'PAYMENT_FAILED'],
    ['CANCELLED', 'PAYMENT_CANCELLED'],
    ['EXPIRED', 'PAYMENT_EXPIRED'],
  ] as const)('to %s is told as %s, with its cause', (to, type) => {
    const { at, eventId, cause } = momentOf(3);
    const { events } = moved(anIntent(), to, 3);
    expect(events.map((event) => event.type)).toEqual(['PAYMENT_INITIATED', type]);
    expect(events.at(-1)).toEqual({
      id: eventId,
      sequence: 2,
      type,
      from: 'PENDING',
      status: to,
      at,
      cause,
      refund: null,
    });
  });

  it('takes the change along, and drops what belonged to the status before', () => {
    const waiting = anIntent({ nextAction: { kind: 'REDIRECT', url: 'https://pay.example' }, polls: 7 });
    expect(moved(waiting, 'PROCESSING', 1)).toMatchObject({ nextAction: null, failure: null, polls: 0 });
    const step = advance(waiting, 'PROCESSING', momentOf(1), { gatewayTransactionId: 't-1', polls: 3 });
    expect(step).toMatchObject({ kind: 'moved', intent: { gatewayTransactionId: 't-1', polls: 3 } });
  });

  it('leaves the intent it was given as it was', () => {
    const before = Object.freeze(anIntent({ events: Object.freeze([...anIntent().events]) }));
    const copy = structuredClone(before);
    advance(before, 'SUCCEEDED', momentOf(1));
    expect(before).toEqual(copy);
  });
});

it('calls everything terminal that nothing but a late success can leave', () => {
  const terminal = INTENT_STATUSES.filter(isTerminal);
  expect(terminal).toEqual(['SUCCEEDED', 'FAILED', 'CANCELLED', 'EXPIRED']);
});

describe('a change without an event', () => {
  it('counts the version and keeps the events', () => {
    const before = anIntent();
    const after = revise(before, { outcomeUnknown: true }, momentOf(5).at);
    expect(after).toEqual({ ...before, outcomeUnknown: true, version: 2, updatedAt: momentOf(5).at });
  });
});

describe('attempts', () => {
  const two = [
    { id: 'attempt-1', state: 'DECLINED', sentAt: momentOf(0).at, providerId: null },
    { id: 'attempt-2', state: 'SENT', sentAt: momentOf(1).at, providerId: null },
  ] as const;

  it('are changed at the last one alone', () => {
    const intent = anIntent({ attempts: two });
    expect(currentAttempt(intent)?.id).toBe('attempt-2');
    expect(withAttempt(intent, { state: 'UNKNOWN' })).toEqual([two[0], { ...two[1], state: 'UNKNOWN' }]);
  });

  it('may be none', () => {
    const intent = anIntent({ attempts: [] });
    expect(currentAttempt(intent)).toBeNull();
    expect(withAttempt(intent, { state: 'UNKNOWN' })).toEqual([]);
  });
});

describe('fold', () => {
  /** What may happen to an intent, in any order; steps that the rules refuse leave it as it is. */
  const steps = fc.array(fc.oneof(fc.constantFrom(...INTENT_STATUSES), fc.integer({ min: 1, max: 3000 })), {
    maxLength: 30,
  });
  const walks = steps.map((list) => list.reduce<Intent>(walk, anIntent()));

  it('tells what the document tells, at every step (I13)', () => {
    fc.assert(
      fc.property(steps, (list) => {
        let intent = anIntent();
        for (const [index, step] of list.entries()) {
          intent = walk(intent, step, index);
          const { status, late, events } = intent;
          const refunded = amountRefunded(intent).amount;
          expect(fold(events)).toEqual({ status, late, sequence: events.length, amountRefunded: refunded });
        }
      }),
    );
  });

  it('finds events numbered 1 to n, each from where the last one ended (I12)', () => {
    fc.assert(
      fc.property(walks, ({ events }) => {
        expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, index) => index + 1));
        expect(events.map(({ from }) => from)).toEqual([null, ...events.slice(0, -1).map(({ status }) => status)]);
        expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
      }),
    );
  });

  it('refuses a gap, a repeat and another order', () => {
    fc.assert(
      fc.property(walks, fc.nat(), ({ events }, chance) => {
        fc.pre(events.length > 1);
        const at = chance % (events.length - 1);
        const [one, next] = [events[at], events[at + 1]] as [IntentEvent, IntentEvent];
        expect(() => fold(events.toSpliced(at, 1))).toThrow(`event ${at + 1} is missing`);
        expect(() => fold(events.toSpliced(at, 1, one, one))).toThrow('is missing');
        expect(() => fold(events.toSpliced(at, 2, next, one))).toThrow(`event ${at + 1} is missing`);
      }),
    );
  });

  it('refuses what the table does not know', () => {
    const { events } = anIntentIn('SUCCEEDED');
    const last = events.at(-1) as IntentEvent;
    const failed: IntentEvent = { ...last, sequence: 3, from: 'SUCCEEDED', status: 'FAILED', type: 'PAYMENT_FAILED' };
    expect(() => fold([...events, failed])).toThrow('no way from SUCCEEDED to FAILED');
    expect(() => fold([...events, { ...failed, from: 'PENDING' }])).toThrow('starts from PENDING, not from SUCCEEDED');
    expect(() => fold([])).toThrow('at least one event');
  });

  it('knows a refund that leaves the status as it was', () => {
    const paid = anIntentIn('SUCCEEDED');
    const refund = { id: 'refund-1', amount: 700 };
    const after = append(paid, { type: 'PAYMENT_REFUNDED', from: paid.status, refund }, momentOf(5));
    expect(fold(after.events)).toEqual({ status: 'SUCCEEDED', sequence: 3, amountRefunded: 700, late: false });
  });
});

function moved(intent: Intent, to: IntentStatus, second: number): Intent {
  const step = advance(intent, to, momentOf(second));
  if (step.kind !== 'moved') throw new Error(`${intent.status} to ${to} is ${step.kind}`);
  return step.intent;
}

/** One step: a status to go to, or an amount to send back. */
function walk(intent: Intent, step: IntentStatus | number, index: number): Intent {
  const moment = momentOf(index + 10);
  if (typeof step === 'string') {
    const next = advance(intent, step, moment);
    return next.kind === 'moved' ? next.intent : intent;
  }
  const wish = { id: `refund-${index}`, amount: step, reason: null, record: { key: `k-${index}`, requestHash: '' } };
  try {
    const { intent: reserved } = reserveRefund(intent, wish, moment.at);
    const report = { amount: null, providerRefundId: null, state: 'succeeded', failure: null } as const;
    return recordRefund(reserved, wish.id, { kind: 'accepted', report }, moment);
  } catch {
    return intent;
  }
}
