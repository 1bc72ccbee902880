// Goal: what a payer may have paid does not end as a payment that merely ran out: a success that nobody confirms is for people,
// and a bank that is still moving the money is waited for (I3). Method: the real parts on a clock that the test moves; a proxy
// in front of the provider changes what it says of a payment.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { openPostOffice, deliver, type PostOffice } from '../testkit/post-office.ts';
import { startProxy, type Proxy } from '../testkit/proxy.ts';
import { startStack, type Stack } from '../testkit/stack.ts';
import { aWish, created } from '../testkit/wishes.ts';
import { openWitness, type Witness } from '../testkit/witness.ts';

const HOUR_MS = 3_600_000;

let stack: Stack;
let witness: Witness;
let post: PostOffice;
let provider: Proxy;
let ahead = 0;
beforeAll(async () => {
  [post, provider] = await Promise.all([openPostOffice(), startProxy()]);
  const base = `http://127.0.0.1:${provider.port}`;
  stack = await startStack({
    work: false,
    webhookUrl: post.webhookUrl,
    clock: { now: () => new Date(Date.now() + ahead) },
    tuning: { settleMs: 50, promptMs: null, slowMs: 500, lateMs: 20_000 },
    env: { KKIAPAY_BASE_URL: `${base}/kkiapay`, STRIPE_BASE_URL: `${base}/stripe` },
  });
  provider.lead(Number(new URL(stack.simulators.url).port));
  witness = await openWitness(stack.config.MONGODB_URL);
});
afterAll(async () => {
  await witness.close();
  await stack.close();
  await provider.close();
  await post.close();
});

it('a success that the provider does not confirm for two minutes is for people, and counts once it does', async () => {
  const { id } = await created(stack.client, aWish());
  const letter = await post.letter(id);
  const denied = provider.rewrite('reply', '"status":"SUCCESS"', '"status":"PENDING"');
  expect(await deliver(stack.apiUrl, letter)).toBe(200);
  const [row] = await witness.inbox();
  const tried = async (): Promise<boolean> => {
    ahead += 60_000;
    await stack.house.services.webhooks.process(row?._id ?? '');
    return (await witness.intent(id)).needsReview;
  };
  const flags: boolean[] = [];
  for (let count = 1; count <= 6; count += 1) flags.push(await tried());
  expect(flags).toEqual([false, false, false, false, false, true]);
  const { reviewReason, status, version } = await witness.intent(id);
  expect([status, reviewReason]).toEqual(['PROCESSING', expect.stringMatching(/^UNCONFIRMED_SUCCESS: transaction /)]);
  await tried();
  expect((await witness.intent(id)).version, 'said once').toBe(version);
  denied();
  await tried();
  expect(await witness.intent(id)).toMatchObject({ status: 'SUCCEEDED', needsReview: true });
});

it('a payment whose money is on its way does not run out; one that nobody pays does', async () => {
  const amount = { amount: 5_000, currency: 'USD' };
  const wish = aWish({ gateway: 'STRIPE', amount, country: 'US', customer: null, referenceId: 'by-hand-1' });
  const { id } = await created(stack.client, wish);
  // Of one length, so that the reply's own length stays true.
  const open = '"status":"requires_payment_method"';
  const underWay = provider.rewrite('reply', open, '"status":"processing"'.padEnd(open.length));
  for (let hour = 1; hour <= 3; hour += 1) {
    ahead += HOUR_MS;
    await stack.house.services.work.pollIntent(id);
    expect(await witness.intent(id)).toMatchObject({ status: 'PROCESSING', polls: hour });
  }
  underWay();
  ahead += HOUR_MS;
  await stack.house.services.work.pollIntent(id);
  expect((await witness.intent(id)).status).toBe('EXPIRED');
});
