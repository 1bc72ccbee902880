// Goal: a payment whose gateway is switched off does not expire unasked. Method: one database, a house with the gateway and
// one without it, and a clock in hand.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { startStack, type Stack } from '../testkit/stack.ts';
import { aMockWish, created, intentNow } from '../testkit/wishes.ts';

let aheadMs = 0;
const clock = { now: () => new Date(Date.now() + aheadMs) };
let stack: Stack;
let without: Stack;
beforeAll(async () => {
  stack = await startStack({ work: false, clock });
  without = await startStack({
    work: false,
    clock,
    env: { GATEWAYS: 'kkiapay', MONGODB_URL: stack.config.MONGODB_URL },
  });
});
afterAll(() => Promise.all([stack.close(), without.close()]));

it('waits, and is settled or expired once it can be asked again', async () => {
  const intent = await created(stack.client, aMockWish('ignore none'));
  aheadMs = 600_000;
  await without.house.services.work.pollIntent(intent.id);
  expect((await intentNow(stack.client, intent.id)).status).toBe('PROCESSING');
  aheadMs += 3_600_000;
  await stack.house.services.work.pollIntent(intent.id);
  expect((await intentNow(stack.client, intent.id)).status).toBe('EXPIRED');
});
