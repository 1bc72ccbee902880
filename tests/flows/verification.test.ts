// Goal: a page cannot talk us into a payment that was not made for its intent (I4, I5, I6). Method: payments made in the
// simulator's widget, claimed rightly and wrongly.

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { VerifyKkiapay } from '../testkit/documents.ts';
import { startStack, type Stack } from '../testkit/stack.ts';
import { aMockWish, aWish, created, intentNow } from '../testkit/wishes.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.close());

const widgetIntent = () => created(stack.client, aWish({ customer: null }));

async function payInWidget(body: object): Promise<string> {
  const { transactionId } = (await stack.controls.post('/kkiapay/_widget', { amount: 5_000, ...body })) as {
    transactionId: string;
  };
  return transactionId;
}

async function verify(intentId: string, transactionId: string, idempotencyKey = randomUUID()) {
  return (await stack.client.call(VerifyKkiapay, { input: { idempotencyKey, intentId, transactionId } })).verifyKkiapay;
}

it('settles the payment that was made for it, once', async () => {
  const intent = await widgetIntent();
  const transactionId = await payInWidget({ data: { intentId: intent.id }, partnerId: intent.id });
  const key = randomUUID();
  expect(await verify(intent.id, transactionId, key)).toMatchObject({
    intent: { status: 'SUCCEEDED', gatewayTransactionId: transactionId },
  });
  expect(await verify(intent.id, transactionId, key)).toMatchObject({
    replayed: true,
    intent: { status: 'SUCCEEDED' },
  });
  expect(await verify(intent.id, transactionId)).toMatchObject({ replayed: false, intent: { status: 'SUCCEEDED' } });
  expect(
    (await intentNow(stack.client, intent.id)).events.filter(({ type }) => type === 'PAYMENT_COMPLETED'),
  ).toHaveLength(1);
});

it("takes a payment whose page passed the product's own reference as partnerId", async () => {
  const intent = await widgetIntent();
  const transactionId = await payInWidget({ partnerId: 'order-1' });
  expect(await verify(intent.id, transactionId)).toMatchObject({ intent: { status: 'SUCCEEDED' } });
});

it('I6: refuses a transaction that another intent has used, and one made for another intent', async () => {
  const [a, b, c] = await Promise.all([widgetIntent(), widgetIntent(), widgetIntent()]);
  const used = await payInWidget({});
  await verify(a.id, used);
  expect(await verify(b.id, used)).toMatchObject({
    __typename: 'VerificationProblem',
    code: 'TRANSACTION_ALREADY_USED',
  });
  const named = await payInWidget({ data: { intentId: c.id } });
  expect(await verify(b.id, named)).toMatchObject({ code: 'TRANSACTION_ALREADY_USED' });
  expect((await intentNow(stack.client, b.id)).status).toBe('PENDING');
});

it('lets one of many intents that claim the same transaction at once have it', async () => {
  const intents = await Promise.all(Array.from({ length: 10 }, widgetIntent));
  const transactionId = await payInWidget({});
  const answers = await Promise.all(intents.map(({ id }) => verify(id, transactionId)));
  const winners = answers.filter(({ __typename }) => __typename === 'VerifyKkiapaySuccess');
  expect(winners).toHaveLength(1);
});

it('I5: refuses another amount, and flags the intent that the money names', async () => {
  const intent = await widgetIntent();
  const transactionId = await payInWidget({ amount: 4_999, data: { intentId: intent.id } });
  expect(await verify(intent.id, transactionId)).toMatchObject({
    code: 'AMOUNT_MISMATCH',
    path: ['input', 'transactionId'],
  });
  expect(await intentNow(stack.client, intent.id)).toMatchObject({ status: 'PENDING', needsReview: true });
});

it('I4: refuses a second payment for it, and tells people of the money', async () => {
  const intent = await widgetIntent();
  const first = await payInWidget({ data: { intentId: intent.id } });
  expect(await verify(intent.id, first)).toMatchObject({ intent: { status: 'SUCCEEDED', needsReview: false } });
  const strange = await payInWidget({});
  expect(await verify(intent.id, strange)).toMatchObject({ code: 'INVALID_STATE' });
  expect(await intentNow(stack.client, intent.id)).toMatchObject({ needsReview: false });

  await stack.controls.script('kkiapay', { times: 1, on: 'collect', callback: 'none' });
  const second = await payInWidget({ data: { intentId: intent.id } });
  expect(await verify(intent.id, second)).toMatchObject({ code: 'INVALID_STATE' });
  expect(await intentNow(stack.client, intent.id)).toMatchObject({ needsReview: true });
});

it('refuses an id of the other environment, an unknown one and one that is no id', async () => {
  const intent = await widgetIntent();
  const live = await payInWidget({ sandbox: false });
  expect(await verify(intent.id, live)).toMatchObject({ code: 'WRONG_ENVIRONMENT', retryable: false });
  expect(await verify(intent.id, 'NoSuchId9')).toMatchObject({ code: 'NOT_VERIFIED', retryable: true });
  expect(await verify(intent.id, '{"$ne":null}')).toMatchObject({ code: 'NOT_VERIFIED' });
});

it('is only for KkiaPay, and only for an intent of the asker', async () => {
  const mock = await created(stack.client, aMockWish('none ignore'));
  expect(await verify(mock.id, 'abcdefghi')).toMatchObject({ code: 'NOT_SUPPORTED' });
  expect(await verify(randomUUID(), 'abcdefghi')).toMatchObject({
    __typename: 'NotFoundProblem',
    path: ['input', 'intentId'],
  });
});
