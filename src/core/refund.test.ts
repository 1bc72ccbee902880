// Goal: no more goes back than came in, at any version (I10), and PAYMENT_REFUNDED is said of what has really gone back
// (I33). Method: each outcome, each refusal, then random refunds with random outcomes.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidState, OverRefund, ValidationProblem } from './errors.ts';
import { failureOf } from './failure.ts';
import { anIntentIn, momentOf } from './intent.fixture.ts';
import { fold, INTENT_STATUSES, type Intent } from './intent.ts';
import {
  amountRefunded,
  isRefundOpen,
  recordRefund,
  refundable,
  REFUNDS_MAX,
  reserved,
  reserveRefund,
  settleRefund,
  type Refund,
} from './refund.ts';
import type { RefundOutcome, RefundReport } from './report.ts';

const CAPTURED = 5000;

function reserve(intent: Intent, amount: number | null, id = `refund-${intent.refunds.length + 1}`): Intent {
  const record = { key: `refund:${id}`, requestHash: 'hash' };
  return reserveRefund(intent, { id, amount, reason: 'returned', record }, momentOf(2).at).intent;
}

function refusal(attempt: () => unknown): unknown {
  try {
    attempt();
  } catch (error) {
    return error;
  }
  return null;
}

const firstOf = (intent: Intent): Refund | undefined => intent.refunds[0];
const refundEvents = ({ events }: Intent) => events.filter(({ type }) => type === 'PAYMENT_REFUNDED');
const accepted = (change: Partial<RefundReport>): RefundOutcome => ({
  kind: 'accepted',
  report: { amount: null, providerRefundId: 'provider-refund', state: 'succeeded', failure: null, ...change },
});
const declined: RefundOutcome = { kind: 'declined', failure: failureOf('PROVIDER_ERROR', 'not_eligible') };
const unknown: RefundOutcome = { kind: 'unknown', reason: 'timeout' };
const manual: RefundOutcome = { kind: 'manual', reason: 'card payments go back by hand' };
const paid = anIntentIn('SUCCEEDED');

describe('a reservation', () => {
  it('takes its amount before anything is called, and keeps the key', () => {
    const intent = reserve(paid, 2000);
    expect(firstOf(intent)).toMatchObject({
      amount: 2000,
      status: 'PENDING',
      reason: 'returned',
      outcomeUnknown: false,
    });
    expect(refundable(intent)).toEqual({ amount: 3000, currency: 'XOF' });
    expect(amountRefunded(intent)).toEqual({ amount: 0, currency: 'XOF' });
    expect(intent.keys).toContainEqual({ key: 'refund:refund-1', requestHash: 'hash' });
    expect(intent.version).toBe(paid.version + 1);
    expect(intent.events).toEqual(paid.events);
  });

  it('takes all that is left when no amount is named', () => {
    expect(reserve(reserve(paid, 2000), null).refunds[1]?.amount).toBe(3000);
  });

  it.each(INTENT_STATUSES.filter((status) => status !== 'SUCCEEDED'))('is refused on %s, by its name', (status) => {
    const error = refusal(() => reserve(anIntentIn(status), 100));
    expect(error).toBeInstanceOf(InvalidState);
    expect(error).toMatchObject({ code: 'INVALID_STATE', status, path: ['input', 'intentId'] });
    expect(String(error)).toContain(status);
    expect(refundable(anIntentIn(status)).amount).toBe(0);
  });

  it.each([
    [0, 'At most 3,000 XOF is left to refund.'],
    [-1, 'At most 3,000 XOF is left to refund.'],
    [3001, 'At most 3,000 XOF is left to refund.'],
    [CAPTURED, 'At most 3,000 XOF is left to refund.'],
  ])('of %i is refused with what is left', (amount, message) => {
    const error = refusal(() => reserve(reserve(paid, 2000), amount));
    expect(error).toBeInstanceOf(OverRefund);
    expect(error).toMatchObject({ message, refundable: { amount: 3000, currency: 'XOF' }, path: ['input', 'amount'] });
  });

  it.each([1, null])('of %s is refused when nothing is left', (amount) => {
    const error = refusal(() => reserve(reserve(paid, null), amount));
    expect(error).toMatchObject({
      code: 'OVER_REFUND',
      message: 'Nothing is left to refund.',
      refundable: { amount: 0 },
    });
  });

  it('is refused beyond a hundred (I36)', () => {
    const many = Array.from({ length: REFUNDS_MAX }).reduce<Intent>((intent) => reserve(intent, 1), paid);
    expect(refusal(() => reserve(many, 1))).toBeInstanceOf(ValidationProblem);
  });
});

describe('the outcome of the call', () => {
  const asked = reserve(paid, 2000);
  const after = (outcome: RefundOutcome, intent = asked) => recordRefund(intent, 'refund-1', outcome, momentOf(4));

  it('succeeded: the event is said, the status stays', () => {
    const done = after(accepted({}));
    expect(firstOf(done)).toMatchObject({ status: 'SUCCEEDED', gatewayRefundId: 'provider-refund' });
    expect(done.status).toBe('SUCCEEDED');
    expect(refundEvents(done)).toMatchObject([{ refund: { id: 'refund-1', amount: 2000 }, status: 'SUCCEEDED' }]);
    expect(amountRefunded(done).amount).toBe(2000);
  });

  it.each<[string, RefundOutcome, Partial<Refund>]>([
    ['pending', accepted({ state: 'pending' }), { status: 'PROCESSING', outcomeUnknown: false }],
    ['unknown', unknown, { status: 'PROCESSING', outcomeUnknown: true }],
    ['manual', manual, { status: 'PENDING', manual: true }],
  ])('%s: still reserved, and no event', (_what, outcome, refund) => {
    const open = after(outcome);
    expect(firstOf(open)).toMatchObject(refund);
    expect(refundable(open).amount).toBe(3000);
    expect(refundEvents(open)).toEqual([]);
    expect(refundEvents(after(accepted({}), open))).toHaveLength(1);
  });

  it.each([
    ['declined', declined, 'PROVIDER_ERROR'],
    ['failed', accepted({ state: 'failed', failure: failureOf('UNKNOWN', 'x') }), 'UNKNOWN'],
  ])('%s: the reservation is free again, and no event', (_what, outcome, code) => {
    const freed = after(outcome);
    expect(firstOf(freed)).toMatchObject({ status: 'FAILED', failure: { code } });
    expect(refundable(freed).amount).toBe(CAPTURED);
    expect(refundEvents(freed)).toEqual([]);
  });

  it('pending leaves a refund that people make with people', () => {
    expect(firstOf(after(accepted({ state: 'pending' }), after(manual)))).toMatchObject({
      status: 'PENDING',
      manual: true,
    });
  });

  it('keeps the id of the provider when a later answer has none', () => {
    const done = after(accepted({ providerRefundId: null }), after(accepted({ state: 'pending' })));
    expect(firstOf(done)?.gatewayRefundId).toBe('provider-refund');
  });

  it.each([accepted({}), accepted({ state: 'pending' }), accepted({ state: 'failed' }), declined, unknown, manual])(
    'comes once: an ended refund does not hear %j',
    (outcome) => {
      for (const ended of [after(accepted({})), after(declined)]) expect(after(outcome, ended)).toBe(ended);
    },
  );

  it('of a refund that is not there says nothing', () => {
    for (const outcome of [accepted({}), unknown, manual]) {
      expect(recordRefund(asked, 'refund-9', outcome, momentOf(4))).toBe(asked);
    }
  });
});

it('holds for random partial refunds with random outcomes, at every version', () => {
  const outcomes = fc.constantFrom(
    accepted({}),
    accepted({ state: 'pending' }),
    accepted({ state: 'failed' }),
    declined,
    unknown,
    manual,
  );
  const steps = fc.array(
    fc.oneof(
      fc.record({ amount: fc.option(fc.integer({ min: 1, max: CAPTURED })) }),
      fc.record({ pick: fc.nat(), outcome: outcomes }),
    ),
    { maxLength: 40 },
  );
  fc.assert(
    fc.property(steps, (list) => {
      let intent = paid;
      for (const [index, step] of list.entries()) {
        const before = intent;
        if ('amount' in step) {
          const error = refusal(() => {
            intent = reserve(intent, step.amount);
          });
          if (error === null) expect(reserved(intent)).toBe(reserved(before) + (intent.refunds.at(-1)?.amount ?? 0));
          else expect(error).toMatchObject({ refundable: refundable(before) });
        } else if (intent.refunds.length > 0) {
          const { id = '' } = intent.refunds[step.pick % intent.refunds.length] ?? {};
          intent = recordRefund(intent, id, step.outcome, momentOf(index + 10));
        }
        holds(before, intent);
      }
    }),
  );
});

/** What is true of any two versions that follow each other. */
function holds(before: Intent, intent: Intent): void {
  const sumOf = (refunds: readonly Refund[]) => refunds.reduce((sum, { amount }) => sum + amount, 0);
  const done = intent.refunds.filter(({ status }) => status === 'SUCCEEDED');
  expect(sumOf(intent.refunds.filter(({ status }) => status !== 'FAILED'))).toBeLessThanOrEqual(CAPTURED);
  expect(reserved(intent) + refundable(intent).amount).toBe(CAPTURED);
  expect(amountRefunded(intent).amount).toBe(sumOf(done));
  expect(fold(intent.events).amountRefunded).toBe(sumOf(done));
  expect(refundEvents(intent).map(({ refund }) => refund?.id)).toHaveLength(done.length);
  for (const refund of before.refunds.filter((earlier) => !isRefundOpen(earlier))) {
    expect(intent.refunds).toContainEqual(refund);
  }
}

it('is settled by the same rules when the news comes by a poll', () => {
  const open = recordRefund(reserve(paid, null), 'refund-1', unknown, momentOf(3));
  const done = settleRefund(
    open,
    'refund-1',
    { amount: null, providerRefundId: 'r', state: 'succeeded', failure: null },
    momentOf(4),
  );
  expect(firstOf(done)).toMatchObject({ status: 'SUCCEEDED', outcomeUnknown: false });
  expect(
    settleRefund(
      done,
      'refund-1',
      { amount: null, providerRefundId: 'r', state: 'failed', failure: null },
      momentOf(5),
    ),
  ).toMatchObject({
    needsReview: true,
    reviewReason: 'REFUND_FAILED_LATER: refund refund-1',
    refunds: [{ status: 'SUCCEEDED' }],
  });
});

it('I5: a refund that sent back another amount is for people, and ends nothing', () => {
  const moment = momentOf(9);
  const intent = anIntentIn('SUCCEEDED');
  const wish = { id: 'refund-x', amount: 10, reason: null, record: { key: 'refund:x', requestHash: 'h' } };
  const { intent: reserved } = reserveRefund(intent, wish, moment.at);
  const report = { amount: 11, providerRefundId: null, state: 'succeeded', failure: null } as const;
  const after = settleRefund(reserved, 'refund-x', report, moment);
  expect(after).toMatchObject({ needsReview: true, reviewReason: 'REFUND_AMOUNT_MISMATCH: refund refund-x' });
  expect(after.refunds.map(({ status }) => status)).toEqual(['PENDING']);
  expect(settleRefund(after, 'refund-x', report, moment)).toBe(after);
  expect(settleRefund(after, 'refund-x', { ...report, amount: 10 }, moment).refunds[0]?.status).toBe('SUCCEEDED');
});

it('I37: a second refund of the provider under one of ours is for people', () => {
  const intent = anIntentIn('SUCCEEDED');
  const wish = { id: 'refund-x', amount: 10, reason: null, record: { key: 'refund:x', requestHash: 'h' } };
  const { intent: reserved } = reserveRefund(intent, wish, momentOf(8).at);
  const report = { amount: 10, providerRefundId: 're_1', state: 'succeeded', failure: null } as const;
  const done = settleRefund(reserved, 'refund-x', report, momentOf(9));
  expect(done).toMatchObject({ needsReview: false, refunds: [{ status: 'SUCCEEDED', gatewayRefundId: 're_1' }] });
  expect(settleRefund(done, 'refund-x', report, momentOf(10))).toBe(done);
  expect(settleRefund(done, 'refund-x', { ...report, providerRefundId: 're_2' }, momentOf(10))).toMatchObject({
    needsReview: true,
    reviewReason: 'REFUNDED_ELSEWHERE: refund re_2',
    refunds: done.refunds,
  });
});
