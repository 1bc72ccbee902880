// Goal: whatever is open has a due date, and nothing that has ended does (I23).

import { describe, expect, it } from 'vitest';
import { dueOf, pauseOf, type Pace } from './due.ts';
import { anIntentIn as intentIn } from './intent.fixture.ts';
import { INTENT_STATUSES, type Attempt, type Intent, type IntentStatus } from './intent.ts';
import type { Refund } from './refund.ts';

const at = new Date('2026-03-08T12:00:00.000Z');
const pace: Pace = {
  pollDelaysMs: [1_000, 2_000],
  afterCareMs: [60_000, 120_000],
  refundDelaysMs: [5_000, 9_000],
  leaseMs: 15_000,
};
const after = (ms: number): Date => new Date(at.getTime() + ms);
const attempt: Attempt = { id: 'a', state: 'ACCEPTED', sentAt: at, providerId: 'p' };
const bare: Partial<Intent> = {
  polls: 0,
  lease: null,
  refunds: [],
  attempts: [attempt],
  expiresAt: after(90_000),
  gatewayTransactionId: 'p',
};
const anIntentIn = (status: IntentStatus, change: Partial<Intent>): Intent => ({ ...intentIn(status), ...change });
const aRefund = (change: Partial<Refund>): Refund => ({
  id: 'r',
  amount: 1,
  status: 'PROCESSING',
  manual: false,
  outcomeUnknown: false,
  reason: null,
  gatewayRefundId: null,
  failure: null,
  polls: 0,
  createdAt: at,
  updatedAt: at,
  ...change,
});

describe('an open payment', () => {
  it('is asked about at its pace, the last pause repeating', () => {
    const due = [0, 1, 2, 9].map((polls) => dueOf(anIntentIn('PROCESSING', { ...bare, polls }), pace, at)?.at);
    expect(due).toEqual([after(1_000), after(2_000), after(2_000), after(2_000)]);
  });

  it('is asked about one last time when it expires, not after', () => {
    const intent = anIntentIn('PROCESSING', { ...bare, expiresAt: after(500) });
    expect(dueOf(intent, pace, at)).toEqual({ kind: 'poll-intent', at: after(500) });
  });

  it('waits for the end of the lease while its call is out', () => {
    const lease = { owner: 'o', fence: 1, until: after(15_000) };
    const intent = anIntentIn('PENDING', { ...bare, lease, attempts: [{ ...attempt, state: 'SENT' }] });
    expect(dueOf(intent, pace, at)?.at).toEqual(after(15_000));
  });

  it('that the payer starts is only looked at when it expires', () => {
    const intent = anIntentIn('PENDING', { ...bare, attempts: [], gatewayTransactionId: null });
    expect(dueOf(intent, pace, at)?.at).toEqual(after(90_000));
  });
});

describe('an ended payment', () => {
  it.each(INTENT_STATUSES)('%s has a due date exactly when something may still come', (status) => {
    const due = dueOf(anIntentIn(status, bare), pace, at);
    expect(due !== null).toBe(['PENDING', 'PROCESSING', 'EXPIRED', 'CANCELLED'].includes(status));
  });

  it('is looked at again after it expired, a bounded number of times', () => {
    const due = [0, 1, 2].map((polls) => dueOf(anIntentIn('EXPIRED', { ...bare, polls }), pace, at)?.at ?? null);
    expect(due).toEqual([after(60_000), after(120_000), null]);
  });

  it('waits for its open refunds, the first one first', () => {
    const refunds = [aRefund({ polls: 1 }), aRefund({ id: 's' }), aRefund({ id: 't', status: 'SUCCEEDED' })];
    expect(dueOf(anIntentIn('SUCCEEDED', { ...bare, refunds }), pace, at)).toEqual({
      kind: 'poll-refund',
      at: after(5_000),
    });
  });

  it('gives a refund whose call may be out the time of that call', () => {
    const refunds = [aRefund({ status: 'PENDING' })];
    expect(dueOf(anIntentIn('SUCCEEDED', { ...bare, refunds }), pace, at)?.at).toEqual(after(15_000));
  });
});

it('pauses by the list, and by a minute where there is none', () => {
  expect([pauseOf([1, 2], 0), pauseOf([1, 2], 5), pauseOf([], 0)]).toEqual([1, 2, 60_000]);
});
