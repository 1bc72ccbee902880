// Goal: what nobody knows is never called a failure, is asked about, and moves money at most once (rule 4, I8, I9). Method:
// providers that fall silent at the worst moment; their books are counted.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { until } from '../testkit/client.ts';
import { startStack, type Stack } from '../testkit/stack.ts';
import { aMockWish, created, intentNow } from '../testkit/wishes.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ env: { MOCK_POLL_DELAYS_MS: '100,200', MOCK_CALL_TIMEOUT_MS: '1000' } });
});
afterAll(() => stack.close());

const collected = async (intentId: string) =>
  (await stack.controls.ledger('mock')).filter(({ kind, reference }) => kind === 'collect' && reference === intentId);

it('F39, I9: an attempt that never arrived is sent again under the same reference, and a no to that one is not a no', async () => {
  // The first call and two repeats get a 502 without an effect; only then does the provider take it.
  await stack.controls.script('mock', { times: 3, on: 'collect', mood: 'server-error' });
  const intent = await created(stack.client, aMockWish());
  expect(intent).toMatchObject({ status: 'PROCESSING', outcomeUnknown: true, failure: null });
  const events = await until(stack.client.watch('sse', intent.id), ({ status }) => status === 'SUCCEEDED');
  expect(events.map(({ status }) => status)).toEqual(['PENDING', 'PROCESSING', 'SUCCEEDED']);
  expect(await collected(intent.id)).toHaveLength(1);
  expect(await intentNow(stack.client, intent.id)).toMatchObject({ outcomeUnknown: false, needsReview: false });
});

it('F38: an attempt that was taken and not answered is found by our reference, and not sent again', async () => {
  await stack.controls.script('mock', { times: 1, on: 'collect', mood: 'lost-reply', callback: 'none' });
  const intent = await created(stack.client, aMockWish('none'));
  expect(intent).toMatchObject({ status: 'PROCESSING', outcomeUnknown: true });
  await until(stack.client.watch('ws', intent.id), ({ status }) => status === 'SUCCEEDED');
  expect(await collected(intent.id)).toHaveLength(1);
});
