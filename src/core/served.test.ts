// Goal: a provider that calls us may step in any order, any number of times, beside our own endings, and whoever comes second
// is told what stands. Method: every state that an intent of such a provider can be in, against every step.

import { describe, expect, it } from 'vitest';
import { anIntent, momentOf } from './intent.fixture.ts';
import { advance, fold, type Intent, type IntentStatus } from './intent.ts';
import { failureOf } from './failure.ts';
import { amountRefunded, recordRefund, reserved, reserveRefund } from './refund.ts';
import { cancelTransaction, openTransaction, performTransaction, reverseTransaction } from './served.ts';
import { expire } from './settle.ts';

const ID = 'transaction-1';
const TIME = new Date(Date.UTC(2026, 0, 1, 0, 0, 0, 7));
const ENDS = momentOf(100).at;
const NEXT = { kind: 'REDIRECT', url: 'https://checkout.example/link' } as const;

const STEPS = {
  open: (intent: Intent, n = 50) =>
    openTransaction(intent, { providerId: ID, time: TIME, expiresAt: ENDS }, momentOf(n)),
  'open another': (intent: Intent) =>
    openTransaction(intent, { providerId: 'transaction-2', time: TIME, expiresAt: ENDS }, momentOf(50)),
  perform: (intent: Intent, n = 50) => performTransaction(intent, ID, momentOf(n)),
  'perform another': (intent: Intent) => performTransaction(intent, 'transaction-2', momentOf(50)),
  cancel: (intent: Intent, n = 50) => cancelled(intent, 'FAILED', n),
  'cancel another': (intent: Intent) =>
    cancelTransaction(
      intent,
      'transaction-2',
      { status: 'FAILED', reason: '3', failure: failureOf('UNKNOWN', '3') },
      momentOf(50),
    ),
  reverse: (intent: Intent, n = 50) => reversed(intent, n),
  'reverse another': (intent: Intent) =>
    reverseTransaction(intent, 'transaction-2', { reason: '5', refundId: 'refund-x' }, () => momentOf(50)),
} as const;
type Step = keyof typeof STEPS;

function cancelled(intent: Intent, status: 'FAILED' | 'CANCELLED' | 'EXPIRED', n: number): Intent {
  return cancelTransaction(intent, ID, { status, reason: '3', failure: failureOf('UNKNOWN', '3') }, momentOf(n));
}

function reversed(intent: Intent, n: number): Intent {
  let next = n;
  return reverseTransaction(intent, ID, { reason: '5', refundId: 'refund-x' }, () => momentOf(next++));
}

function ended(intent: Intent, status: IntentStatus): Intent {
  const moved = advance(intent, status, momentOf(4));
  if (moved.kind !== 'moved') throw new Error(`${intent.status} does not lead to ${status}`);
  return moved.intent;
}

const pending = anIntent({ attempts: [], lease: null, paymentMode: 'REDIRECT', nextAction: NEXT });
const open = STEPS.open(pending, 2);
const performed = STEPS.perform(open, 3);

const STATES = {
  'waits for the payer': pending,
  'was cancelled before it began': ended(pending, 'CANCELLED'),
  'ran out before it began': expire(pending, momentOf(4)),
  'is open': open,
  'is performed': performed,
  'is reversed': reversed(performed, 4),
  'was cancelled by the provider': cancelled(open, 'FAILED', 4),
  'was cancelled by the product': ended(open, 'CANCELLED'),
  'ran out while it was open': expire(open, momentOf(4)),
} as const satisfies Readonly<Record<string, Intent>>;
type State = keyof typeof STATES;

/** All that a step does. Every other pair leaves the very object. */
const MOVES: Readonly<Partial<Record<State, Partial<Record<Step, IntentStatus>>>>> = {
  'waits for the payer': { open: 'PROCESSING', 'open another': 'PROCESSING' },
  'is open': { perform: 'SUCCEEDED', cancel: 'FAILED' },
  'is performed': { reverse: 'SUCCEEDED' },
};

const PAIRS = Object.keys(STATES).flatMap((state) =>
  Object.keys(STEPS).map((step) => [state as State, step as Step] as const),
);

describe('every state and every step', () => {
  it.each(PAIRS)('a payment that %s: %s', (state, step) => {
    const before: Intent = STATES[state];
    const after = STEPS[step](before);
    const to = MOVES[state]?.[step];
    if (to === undefined) {
      expect(after).toBe(before);
      return;
    }
    expect(after.status).toBe(to);
    expect(after.version).toBeGreaterThan(before.version);
    expect(after.events.length).toBe(before.events.length + 1);
    expect(fold(after.events).status).toBe(to);
    // The same step again finds it done.
    expect(STEPS[step](after)).toBe(after);
  });
});

describe('what the provider hears again', () => {
  it('an open transaction keeps the times of both clocks, the way to pay, and its own end', () => {
    expect(open).toMatchObject({
      served: { providerId: ID, time: TIME, openedAt: momentOf(2).at, performedAt: null, cancelledAt: null },
      gatewayTransactionId: ID,
      nextAction: NEXT,
      expiresAt: ENDS,
    });
  });

  it('a performed one keeps when', () => {
    expect(performed.served).toMatchObject({
      openedAt: momentOf(2).at,
      performedAt: momentOf(3).at,
      cancelledAt: null,
    });
    expect(performed.nextAction).toBeNull();
  });

  it('a cancelled one keeps when, and the reason that was given', () => {
    expect(STATES['was cancelled by the provider']).toMatchObject({
      served: { performedAt: null, cancelledAt: momentOf(4).at, reason: '3' },
      failure: { code: 'UNKNOWN', providerCode: '3' },
    });
  });

  it.each(['was cancelled by the product', 'ran out while it was open'] as const)(
    'one that %s is closed by the same write, without a reason of the provider',
    (state) => {
      expect(STATES[state].served).toMatchObject({ performedAt: null, cancelledAt: momentOf(4).at, reason: null });
    },
  );

  it.each(['was cancelled before it began', 'ran out before it began'] as const)('one that %s has none', (state) => {
    expect(STATES[state].served).toBeNull();
  });

  it.each(['FAILED', 'CANCELLED', 'EXPIRED'] as const)('a cancellation ends it %s', (status) => {
    expect(cancelled(open, status, 9).status).toBe(status);
  });
});

describe('its time', () => {
  it.each([
    [99, 'SUCCEEDED'],
    [100, 'PROCESSING'],
    [101, 'PROCESSING'],
  ])('at second %i of 100 a performed one is %s', (n, status) => {
    expect(STEPS.perform(open, n).status).toBe(status);
  });

  it('is over for the performer alone: it can still be cancelled', () => {
    expect(STEPS.cancel(open, 200).status).toBe('FAILED');
  });
});

describe('a reversal', () => {
  const wish = (id: string, amount: number | null) => ({
    id,
    amount,
    reason: null,
    record: { key: `refund:${id}`, requestHash: id },
  });
  const manual = (intent: Intent, id: string, amount: number | null): Intent =>
    recordRefund(
      reserveRefund(intent, wish(id, amount), momentOf(5).at).intent,
      id,
      { kind: 'manual', reason: '' },
      momentOf(5),
    );

  it('of an untouched payment is one refund of the whole', () => {
    const after = STATES['is reversed'];
    expect(after.refunds).toMatchObject([{ id: 'refund-x', amount: 5_000, status: 'SUCCEEDED', gatewayRefundId: ID }]);
    expect(after.served).toMatchObject({ performedAt: momentOf(3).at, cancelledAt: momentOf(4).at, reason: '5' });
    expect(after.events.at(-1)).toMatchObject({ type: 'PAYMENT_REFUNDED', refund: { id: 'refund-x', amount: 5_000 } });
  });

  it('makes the refunds that people were to make, and one more of what is left', () => {
    const asked = manual(manual(performed, 'refund-1', 1_000), 'refund-2', 500);
    const after = reversed(asked, 6);
    expect(after.refunds.map(({ id, amount, status }) => [id, amount, status])).toEqual([
      ['refund-1', 1_000, 'SUCCEEDED'],
      ['refund-2', 500, 'SUCCEEDED'],
      ['refund-x', 3_500, 'SUCCEEDED'],
    ]);
    expect([amountRefunded(after).amount, reserved(after)]).toEqual([5_000, 5_000]);
    expect(after.events.slice(-3).map(({ type }) => type)).toEqual(Array(3).fill('PAYMENT_REFUNDED'));
    expect(fold(after.events).amountRefunded).toBe(5_000);
    expect(new Set(after.events.map(({ id }) => id)).size).toBe(after.events.length);
  });

  it('adds none where all of it was asked for', () => {
    const after = reversed(manual(performed, 'refund-1', null), 6);
    expect(after.refunds).toMatchObject([{ id: 'refund-1', amount: 5_000, status: 'SUCCEEDED' }]);
  });

  it('leaves a refund that was refused as it is', () => {
    const asked = reserveRefund(performed, wish('refund-1', 2_000), momentOf(5).at).intent;
    const refused = recordRefund(
      asked,
      'refund-1',
      { kind: 'declined', failure: failureOf('PROVIDER_ERROR', null) },
      momentOf(5),
    );
    expect(reversed(refused, 6).refunds.map(({ amount, status }) => [amount, status])).toEqual([
      [2_000, 'FAILED'],
      [5_000, 'SUCCEEDED'],
    ]);
  });
});
