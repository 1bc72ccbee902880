// Goal: a refund that was reserved by a process which died at once is never left to nobody (I23). Method: a payment through
// a provider that takes no call for refunds, and a reservation in its document as the dead process left it; then the poll.

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { reserveRefund } from '../../src/core/refund.ts';
import { createIntentStore } from '../../src/store/intents.ts';
import { createModels } from '../../src/store/models.ts';
import { connectMongo } from '../../src/store/mongo.ts';
import { eventually } from '../testkit/eventually.ts';
import { startStack, type Stack } from '../testkit/stack.ts';
import { aWish, created, intentNow } from '../testkit/wishes.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ work: false, tuning: { settleMs: 10 } });
});
afterAll(() => stack.close());

it('is for people, where no call can be out', async () => {
  const wish = { gateway: 'PAYME', amount: { amount: 15_000_000, currency: 'UZS' }, country: 'UZ' } as const;
  const { id, nextAction } = await created(stack.client, aWish({ ...wish, customer: null }));
  const url = nextAction?.__typename === 'RedirectAction' ? nextAction.url : '';
  await stack.controls.post('/payme/_pay', { url });
  await eventually(
    () => intentNow(stack.client, id),
    ({ status }) => status === 'SUCCEEDED',
  );

  const connection = await connectMongo(stack.config.MONGODB_URL);
  const store = createIntentStore(createModels(connection));
  const paid = await store.find(id);
  if (paid === null) throw new Error('it was there');
  const aMinuteAgo = new Date(stack.house.clock.now().getTime() - 60_000);
  const record = { key: `refund:${randomUUID()}`, requestHash: '' };
  const reserved = reserveRefund(paid, { id: randomUUID(), amount: 5_000, reason: null, record }, aMinuteAgo).intent;
  await store.write(paid, { ...reserved, due: { kind: 'poll-refund', at: aMinuteAgo } });

  await stack.house.services.work.pollRefund(id);
  const [refund] = (await store.find(id))?.refunds ?? [];
  await connection.close();
  expect(refund).toMatchObject({ status: 'PENDING', manual: true, outcomeUnknown: false });
});
