// Goal: what belongs to a gateway that is switched off, or that a process beside the others does not know, waits for whoever knows
// it: nothing expires unasked, no callback is put aside, no late money forgotten (I3, I23). Method: one database, a
// house with the gateway and one without it, and a clock in hand.

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CancelIntent } from '../testkit/documents.ts';
import { eventually } from '../testkit/eventually.ts';
import { startStack, type Stack } from '../testkit/stack.ts';
import { aMockWish, created, intentNow } from '../testkit/wishes.ts';
import { openWitness, type Witness } from '../testkit/witness.ts';

let aheadMs = 0;
const clock = { now: () => new Date(Date.now() + aheadMs) };
let stack: Stack;
let without: Stack;
let witness: Witness;
beforeAll(async () => {
  stack = await startStack({
    work: false,
    clock,
    tuning: { settleMs: 50, promptMs: null, slowMs: 500, lateMs: 20_000 },
  });
  without = await startStack({
    work: false,
    clock,
    env: { GATEWAYS: 'kkiapay', MONGODB_URL: stack.config.MONGODB_URL },
  });
  witness = await openWitness(stack.config.MONGODB_URL);
});
afterAll(async () => {
  await witness.close();
  await Promise.all([stack.close(), without.close()]);
});

it('a callback that was taken waits, however often somebody else comes by', async () => {
  const intent = await created(stack.client, aMockWish());
  const [row] = await eventually(
    async () => (await witness.inbox()).filter(({ state }) => state === 'RECEIVED'),
    (rows) => rows.length === 1,
  );
  for (let times = 0; times < 3; times += 1) await without.house.services.webhooks.process(row?._id ?? '');
  expect(await witness.inbox()).toContainEqual(row);
  await stack.house.services.webhooks.process(row?._id ?? '');
  expect((await intentNow(stack.client, intent.id)).status).toBe('SUCCEEDED');
});

it('a payment waits, and is settled or expired once it can be asked again', async () => {
  const intent = await created(stack.client, aMockWish('ignore none'));
  aheadMs += 600_000;
  const before = await witness.intent(intent.id);
  await without.house.services.work.pollIntent(intent.id);
  expect(await without.house.services.work.sweep(), 'there is nothing for it to do').toBe(0);
  expect(await witness.intent(intent.id)).toEqual(before);
  expect((await intentNow(without.client, intent.id)).status).toBe('PROCESSING');
  await stack.house.services.work.pollIntent(intent.id);
  expect((await intentNow(stack.client, intent.id)).status).toBe('EXPIRED');
});

it('one that was cancelled is still looked at for late money', async () => {
  const intent = await created(stack.client, aMockWish('ignore none'));
  const input = { idempotencyKey: randomUUID(), intentId: intent.id };
  expect((await without.client.call(CancelIntent, { input })).cancelIntent).toMatchObject({
    intent: { status: 'CANCELLED' },
  });
  aheadMs += 3_600_000;
  await without.house.services.work.pollIntent(intent.id);
  await stack.controls.phone('mock', intent.id, 'approve');
  await stack.house.services.work.pollIntent(intent.id);
  expect(await intentNow(stack.client, intent.id)).toMatchObject({ status: 'SUCCEEDED' });
});
