// Goal: the order and the number of a payment's messages do not matter (I18, I20). Method: random orders of the create
// call's answer, reports and our own giving up, on one payment.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anIntent, aReport, momentOf } from './intent.fixture.ts';
import { fold, TRANSITIONS, type Intent, type IntentStatus } from './intent.ts';
import type { CollectOutcome, PaymentReport } from './report.ts';
import { expire, recordOutcome, settle } from './settle.ts';

describe("one payment's messages, in any order and any number (I20)", () => {
  type Message = (intent: Intent, second: number) => Intent;
  const say =
    (change: Partial<PaymentReport>): Message =>
    (intent, second) =>
      settle(intent, aReport(change), 'live', momentOf(second));
  const reply =
    (outcome: CollectOutcome): Message =>
    (intent, second) =>
      recordOutcome(intent, outcome, momentOf(second));

  const replies = fc.constantFrom<CollectOutcome>(
    { kind: 'accepted', providerId: 'transaction-1', nextAction: null },
    { kind: 'accepted', providerId: null, nextAction: { kind: 'REDIRECT', url: 'https://pay.example' } },
    { kind: 'unknown', reason: 'reset' },
  );
  const reports = (...states: PaymentReport['state'][]) =>
    fc.array(
      fc
        .record({ state: fc.constantFrom(...states), reference: fc.constantFrom('attempt-1', 'intent-1', null) })
        .map(say),
      { maxLength: 5 },
    );
  const inAnyOrder = (messages: readonly Message[]) =>
    fc.shuffledSubarray([...messages], { minLength: messages.length, maxLength: messages.length });
  const run = (messages: readonly Message[]): Intent =>
    messages.reduce((intent, message, index) => message(intent, index + 1), anIntent());
  const story = ({ status, outcomeUnknown, needsReview, reviewReason, failure, late, ...intent }: Intent) => {
    const { gatewayTransactionId, instrument, nextAction, attempts, lease } = intent;
    const verdict = { status, outcomeUnknown, needsReview, reviewReason, failure, late };
    return { ...verdict, gatewayTransactionId, instrument, nextAction, attempts, lease };
  };
  const paidOnce = ({ events }: Intent) => events.filter(({ type }) => type === 'PAYMENT_COMPLETED').length;

  it('a success ends in one and the same document', () => {
    const more = (...states: PaymentReport['state'][]) =>
      fc.tuple(replies, reports(...states)).chain(([outcome, list]) => inAnyOrder([reply(outcome), say({}), ...list]));
    const plain = story(run([say({})]));
    const gone = story(run([say({}), say({ state: 'refunded' })]));
    expect(gone).toMatchObject({ needsReview: true, reviewReason: 'REFUNDED_ELSEWHERE: transaction transaction-1' });
    const reversed = more('pending', 'succeeded').map((list) => [...list, say({ state: 'refunded' })]);
    const anyOrder = reversed.chain((list) => inAnyOrder(list));
    fc.assert(fc.property(anyOrder, (list) => void expect(story(run(list))).toEqual(gone)));
    fc.assert(
      fc.property(more('pending', 'succeeded'), (list) => {
        const intent = run(list);
        expect(story(intent)).toEqual(plain);
        expect(paidOnce(intent)).toBe(1);
        expect(fold(intent.events)).toMatchObject({ status: 'SUCCEEDED', sequence: intent.events.length });
      }),
    );
  });

  it('a success counts once, whatever else was said of it and whenever we gave up', () => {
    const giveUp: Message = (intent, second) => expire(intent, momentOf(second));
    const messages = fc
      .tuple(replies, reports('pending', 'failed', 'cancelled', 'expired', 'succeeded'))
      .chain(([outcome, list]) => inAnyOrder([reply(outcome), say({}), giveUp, ...list]));
    fc.assert(
      fc.property(messages, (list) => {
        const intent = run(list);
        const before = intent.events.find(({ type }) => type === 'PAYMENT_COMPLETED')?.from;
        expect(intent).toMatchObject({ status: 'SUCCEEDED', failure: null, needsReview: false, outcomeUnknown: false });
        expect(intent.late).toBe(before !== 'PENDING' && before !== 'PROCESSING');
        expect(intent.gatewayTransactionId).toBe('transaction-1');
        expect(paidOnce(intent)).toBe(1);
        expect(fold(intent.events)).toMatchObject({ status: 'SUCCEEDED', late: intent.late });
      }),
    );
  });

  it('a failure ends in one and the same document', () => {
    const messages = fc
      .tuple(replies, reports('pending', 'failed'))
      .chain(([outcome, list]) => inAnyOrder([reply(outcome), say({ state: 'failed' }), ...list]));
    const plain = story(run([say({ state: 'failed' })]));
    fc.assert(
      fc.property(messages, (list) => {
        expect(story(run(list))).toEqual(plain);
      }),
    );
  });

  it('a repeat of any of them changes nothing more (I18)', () => {
    const messages = fc
      .tuple(replies, reports('pending', 'failed', 'cancelled', 'succeeded'))
      .chain(([outcome, list]) => inAnyOrder([reply(outcome), ...list]).map((order) => ({ order, list })));
    fc.assert(
      fc.property(messages, ({ order, list }) => {
        const intent = run(order);
        expect(list.reduce((again, message) => message(again, 99), intent)).toBe(intent);
      }),
    );
  });

  it('never leave a status that the table has no way to', () => {
    const messages = fc
      .tuple(replies, reports('pending', 'succeeded', 'refunded', 'failed', 'cancelled', 'expired'))
      .chain(([outcome, list]) => inAnyOrder([reply(outcome), ...list]));
    fc.assert(
      fc.property(messages, (list) => {
        let intent = anIntent();
        for (const [index, message] of list.entries()) {
          const before: IntentStatus = intent.status;
          intent = message(intent, index + 1);
          expect([before, ...TRANSITIONS[before]]).toContain(intent.status);
        }
      }),
    );
  });
});
