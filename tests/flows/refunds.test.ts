// Goal: refunds are honest and never exceed what was captured (I10, I11, I33). Method: the providers' books are counted.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { RefreshIntent } from '../testkit/documents.ts';
import { startStack, type Stack } from '../testkit/stack.ts';
import { aMockWish, aWish, created, intentNow, paid, refunded } from '../testkit/wishes.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ tuning: { settleMs: 200, promptMs: null, slowMs: 300, lateMs: 2_000 } });
});
afterAll(() => stack.close());

it('refunds in parts up to what was captured, and says what is left', async () => {
  const intent = await paid(stack.client, aMockWish());
  expect(await refunded(stack.client, intent.id, 2_000)).toMatchObject({
    refund: { status: 'SUCCEEDED', amount: { amount: 2_000 } },
  });
  const over = await refunded(stack.client, intent.id, 3_001);
  expect(over).toMatchObject({ __typename: 'OverRefund', path: ['input', 'amount'], refundable: { amount: 3_000 } });
  expect(over).toHaveProperty('message', 'At most 3,000 XOF is left to refund.');
  expect(await refunded(stack.client, intent.id, null)).toMatchObject({ refund: { amount: { amount: 3_000 } } });
  expect(await refunded(stack.client, intent.id, null)).toMatchObject({
    __typename: 'OverRefund',
    message: 'Nothing is left to refund.',
  });
  const after = await intentNow(stack.client, intent.id);
  expect(after.amountRefunded.amount).toBe(5_000);
  expect(after.events.map(({ type }) => type).slice(3)).toEqual(['PAYMENT_REFUNDED', 'PAYMENT_REFUNDED']);
});

it('F57: 50 refunds at once never send back more than was captured', async () => {
  const intent = await paid(stack.client, aMockWish());
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, index) => refunded(stack.client, intent.id, 150 + index)),
  );
  const sent = answers.flatMap((answer) =>
    answer.__typename === 'RefundIntentSuccess' ? [answer.refund.amount.amount] : [],
  );
  const sum = sent.reduce((total, amount) => total + amount, 0);
  expect(sum).toBeLessThanOrEqual(5_000);
  expect(sent.length).toBeGreaterThan(20);
  const after = await intentNow(stack.client, intent.id);
  expect(after.amountRefunded.amount).toBe(sum);
  const books = (await stack.controls.ledger('mock')).filter(
    ({ kind, reference }) => kind === 'refund' && reference === intent.id,
  );
  expect(books.reduce((total, { amount }) => total + amount, 0)).toBe(sum);
});

it('refuses what was not paid', async () => {
  const intent = await created(stack.client, aWish({ customer: null }));
  expect(await refunded(stack.client, intent.id, null)).toMatchObject({
    __typename: 'InvalidState',
    code: 'INVALID_STATE',
  });
});

it('KkiaPay: the whole amount goes back by a call, a part is left to people and stays pending', async () => {
  const whole = await paid(stack.client, aWish());
  expect(await refunded(stack.client, whole.id, null)).toMatchObject({ refund: { status: 'SUCCEEDED' } });
  const part = await paid(stack.client, aWish());
  expect(await refunded(stack.client, part.id, 1_000)).toMatchObject({
    refund: { status: 'PENDING', gatewayRefundId: null },
  });
  const after = await intentNow(stack.client, part.id);
  expect(after.amountRefunded.amount).toBe(0);
  expect(after.events.some(({ type }) => type === 'PAYMENT_REFUNDED')).toBe(false);
  expect(await refunded(stack.client, part.id, 4_001)).toMatchObject({ __typename: 'OverRefund' });
});

it('F38: a refund whose answer is lost is shown as unknown, is not sent twice, and is settled by asking', async () => {
  const intent = await paid(stack.client, aWish());
  await stack.controls.script('kkiapay', { times: 1, on: 'refund', mood: 'lost-reply' });
  expect(await refunded(stack.client, intent.id, null)).toMatchObject({ refund: { status: 'PROCESSING' } });
  await stack.client.call(RefreshIntent, { id: intent.id });
  const after = await intentNow(stack.client, intent.id);
  expect(after.refunds.map(({ status }) => status)).toEqual(['SUCCEEDED']);
  const books = (await stack.controls.ledger('kkiapay')).filter(
    ({ kind, reference }) => kind === 'refund' && reference === intent.id,
  );
  expect(books.map(({ amount }) => amount)).toEqual([5_000]);
});
