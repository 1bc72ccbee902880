// Goal: a repeated call has one effect and the same answer (I16, I17). Method: many equal calls at once, over HTTP.

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CancelIntent, CreateIntent, RefundIntent } from '../testkit/documents.ts';
import { startStack, type Stack } from '../testkit/stack.ts';
import { aMockWish, aWish, created, intentNow, paid } from '../testkit/wishes.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.close());

it('F55: 100 equal calls at once make one intent and one provider call, and get 100 equal answers', async () => {
  const input = aWish({ referenceId: 'once' });
  const answers = await Promise.all(Array.from({ length: 100 }, () => stack.client.call(CreateIntent, { input })));
  const successes = answers.flatMap(({ createIntent }) =>
    createIntent.__typename === 'CreateIntentSuccess' ? [createIntent] : [],
  );
  expect(successes).toHaveLength(100);
  expect(successes.filter(({ replayed }) => !replayed)).toHaveLength(1);
  const [first, ...rest] = successes.map(({ intent }) => intent);
  for (const intent of rest) expect(intent).toEqual(first);
  expect(first?.nextAction?.__typename).toBe('PhonePushAction');
  const entries = (await stack.controls.ledger('kkiapay')).filter(({ reference }) => reference === first?.id);
  expect(entries).toHaveLength(1);
});

it('answers a late repeat with the intent as it is now', async () => {
  const input = aMockWish();
  const intent = await paid(stack.client, input);
  const { createIntent } = await stack.client.call(CreateIntent, { input });
  expect(createIntent).toMatchObject({ replayed: true, intent: { id: intent.id, status: 'SUCCEEDED' } });
});

it('refuses the same key with another input, and changes nothing', async () => {
  const input = aMockWish();
  const intent = await created(stack.client, input);
  const other = { ...input, amount: { amount: 5_001, currency: 'XOF' } };
  const { createIntent } = await stack.client.call(CreateIntent, { input: other });
  expect(createIntent).toMatchObject({
    __typename: 'IdempotencyConflict',
    code: 'IDEMPOTENCY_CONFLICT',
    path: ['input', 'idempotencyKey'],
  });
  expect((await intentNow(stack.client, intent.id)).amount.amount).toBe(5_000);
});

it('takes the order of metadata and the spelling of a phone for the same input', async () => {
  const metadata = [
    { key: 'a', value: '1' },
    { key: 'b', value: '2' },
  ];
  const input = aMockWish('', { customer: { phone: '+229 61 00 00 00' }, metadata });
  const intent = await created(stack.client, input);
  const { createIntent } = await stack.client.call(CreateIntent, {
    input: { ...input, customer: { phone: '+2290161000000' }, metadata: metadata.toReversed() },
  });
  expect(createIntent).toMatchObject({ replayed: true, intent: { id: intent.id } });
});

it('I17: keeps the keys of two apps and of two operations apart', async () => {
  const other = stack.clientOf((await stack.newKey('events')).apiKey);
  const input = aMockWish();
  const mine = await paid(stack.client, input);
  const theirs = await created(other, input);
  expect(theirs.id).not.toBe(mine.id);
  const refund = { idempotencyKey: input.idempotencyKey, intentId: mine.id };
  const { refundIntent } = await stack.client.call(RefundIntent, { input: refund });
  expect(refundIntent).toMatchObject({ __typename: 'RefundIntentSuccess', replayed: false });
});

it('refuses a refund or cancel key that was used on another intent', async () => {
  const [a, b] = await Promise.all([paid(stack.client, aMockWish()), paid(stack.client, aMockWish())]);
  const idempotencyKey = randomUUID();
  const first = await stack.client.call(RefundIntent, { input: { idempotencyKey, intentId: a.id, amount: 10 } });
  expect(first.refundIntent).toMatchObject({ replayed: false });
  const second = await stack.client.call(RefundIntent, { input: { idempotencyKey, intentId: b.id, amount: 10 } });
  expect(second.refundIntent.__typename).toBe('IdempotencyConflict');
  expect((await intentNow(stack.client, b.id)).refunds).toEqual([]);
});

it('repeats a refund as one refund, also at the same moment', async () => {
  const intent = await paid(stack.client, aMockWish());
  const input = { idempotencyKey: randomUUID(), intentId: intent.id, amount: 1_000, reason: 'twice' };
  const answers = await Promise.all(Array.from({ length: 20 }, () => stack.client.call(RefundIntent, { input })));
  const refunds = answers.flatMap(({ refundIntent }) =>
    refundIntent.__typename === 'RefundIntentSuccess' ? [refundIntent] : [],
  );
  expect(refunds).toHaveLength(20);
  expect(new Set(refunds.map(({ refund }) => refund.id)).size).toBe(1);
  expect(refunds.filter(({ replayed }) => !replayed)).toHaveLength(1);
  const books = (await stack.controls.ledger('mock')).filter(
    ({ kind, amount }) => kind === 'refund' && amount === 1_000,
  );
  expect(books).toHaveLength(1);
});

it('repeats a cancellation, and refuses another one', async () => {
  const intent = await created(stack.client, aWish({ customer: null }));
  const input = { idempotencyKey: randomUUID(), intentId: intent.id, reason: 'changed my mind' };
  const first = await stack.client.call(CancelIntent, { input });
  const again = await stack.client.call(CancelIntent, { input });
  expect(first.cancelIntent).toMatchObject({ replayed: false, intent: { status: 'CANCELLED' } });
  expect(again.cancelIntent).toMatchObject({ replayed: true, intent: { status: 'CANCELLED' } });
  const other = await stack.client.call(CancelIntent, { input: { ...input, idempotencyKey: randomUUID() } });
  expect(other.cancelIntent).toMatchObject({ __typename: 'InvalidState', status: 'CANCELLED', retryable: false });
});
