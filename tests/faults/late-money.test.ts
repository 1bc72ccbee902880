// Goal: money that comes after we gave up is counted, however late, and never dropped (F49, I3, I22). Method: a payment that
// expires within seconds, then its true callback a second, an hour and three days after, by a clock that the test moves;
// one that nobody calls back about at all, found by the looks that are planned after the end; and success, expiry and
// cancellation at the same moment (F56).

import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { all, TRANSPORTS } from '../testkit/client.ts';
import { CancelIntent } from '../testkit/documents.ts';
import { checkInvariants } from '../testkit/invariants.ts';
import { deliver, openPostOffice, type PostOffice } from '../testkit/post-office.ts';
import { startProxy, type Proxy } from '../testkit/proxy.ts';
import { startStack, type Stack } from '../testkit/stack.ts';
import { aMockWish, aWish, created, paid } from '../testkit/wishes.ts';
import { openWitness, type Witness } from '../testkit/witness.ts';

vi.setConfig({ testTimeout: 60_000 });

const HOUR_MS = 3_600_000;
const ASK = 'POST /kkiapay/api/v1/transactions/status';

let stack: Stack;
let witness: Witness;
let post: PostOffice;
let provider: Proxy;
let ahead = 0;
beforeAll(async () => {
  [post, provider] = await Promise.all([openPostOffice(), startProxy()]);
  stack = await startStack({
    webhookUrl: post.webhookUrl,
    clock: { now: () => new Date(Date.now() + ahead) },
    tuning: { settleMs: 100, promptMs: null, slowMs: 500, lateMs: 20_000 },
    env: {
      KKIAPAY_BASE_URL: `http://127.0.0.1:${provider.port}/kkiapay`,
      KKIAPAY_CALL_TIMEOUT_MS: '4000',
      KKIAPAY_PROMPT_SECONDS: '1',
      KKIAPAY_MARGIN_SECONDS: '1',
      KKIAPAY_POLL_DELAYS_MS: '500,1000',
    },
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

/** While it is in force the provider says that the payer has not answered yet. */
function undecided(): () => void {
  return provider.rewrite('reply', '"status":"SUCCESS"', '"status":"PENDING"');
}

it('F49: the callback comes 1 s, 1 h and 3 days after the end; I3 I20 I22', async () => {
  const decided = undecided();
  const intents = await Promise.all([1, 2, 3].map(() => created(stack.client, aWish())));
  ahead = 6_000;
  for (const { id } of intents) expect((await witness.sees(id)).status).toBe('EXPIRED');
  decided();
  for (const [index, laterMs] of [1_000, HOUR_MS, 72 * HOUR_MS].entries()) {
    ahead = 6_000 + laterMs;
    const id = intents[index]?.id ?? '';
    expect(await deliver(stack.apiUrl, await post.letter(id))).toBe(200);
    expect(await witness.sees(id, ({ status }) => status === 'SUCCEEDED')).toMatchObject({ late: true, failure: null });
    for (const transport of TRANSPORTS) {
      const events = await all(stack.client.watch(transport, id));
      expect(events.map(({ status }) => status)).toEqual(['PENDING', 'PROCESSING', 'EXPIRED', 'SUCCEEDED']);
    }
  }
  ahead = 0;
  await held();
});

it('F49: nobody calls back; the looks that are planned after the end find the money, and then they end; I22 I23', async () => {
  const decided = undecided();
  const [found, never] = await Promise.all([created(stack.client, aWish()), created(stack.client, aWish())]);
  ahead = 6_000;
  for (const { id } of [found, never]) expect((await witness.sees(id)).due).not.toBeNull();
  // The jobs in Redis wait by a clock of its own, so the test does what they would ring for.
  const { work } = stack.house.services;
  // A minute, five, half an hour and a day after it ended, as its gateway plans; each time the answer is not there yet.
  const planned = [60_000, 300_000, 1_800_000];
  for (const [index, afterMs] of planned.entries()) {
    ahead += afterMs + 1_000;
    for (const { id } of [found, never]) {
      await work.pollIntent(id);
      await witness.sees(id, ({ polls }) => polls === index + 1);
    }
  }
  decided();
  const lie = provider.rewrite('request', never.gatewayTransactionId ?? 'none', 'A'.repeat(9));
  ahead += 24 * HOUR_MS;
  for (const { id } of [found, never]) await work.pollIntent(id);
  expect(await witness.sees(found.id, ({ status }) => status === 'SUCCEEDED')).toMatchObject({ late: true });
  expect(await witness.sees(never.id, ({ due }) => due === null)).toMatchObject({ status: 'EXPIRED' });
  lie();
  // Nothing is planned for it any more; but whoever asks is told the truth.
  const asked = provider.watch([ASK]);
  await deliver(stack.apiUrl, await post.letter(never.id));
  expect(await witness.sees(never.id, ({ status }) => status === 'SUCCEEDED')).toMatchObject({ late: true });
  expect(asked.count()).toBe(1);
  ahead = 0;
  await held();
});

it('F49: the order was paid again meanwhile; both payments count, and people are told of the second; I22', async () => {
  const decided = undecided();
  const first = await created(stack.client, aWish({ referenceId: 'order-twice' }));
  ahead = 6_000;
  expect((await witness.sees(first.id)).status).toBe('EXPIRED');
  decided();
  ahead = 0;
  const second = await paid(stack.client, aMockWish('', { referenceId: 'order-twice' }));
  expect(await deliver(stack.apiUrl, await post.letter(first.id))).toBe(200);
  const reviewReason = `PAID_TWICE: intent ${second.id}`;
  const late = await witness.sees(first.id, ({ status }) => status === 'SUCCEEDED');
  expect(late).toMatchObject({ late: true, needsReview: true, reviewReason });
  expect(await witness.intent(second.id)).toMatchObject({ status: 'SUCCEEDED', needsReview: false });
  await held();
});

it('F56: expired, cancelled and paid at the same moment: one end each, and no money dropped; I1 I2 I3 I22', async () => {
  const decided = undecided();
  const intents = await Promise.all(Array.from({ length: 30 }, () => created(stack.client, aWish())));
  const letters = await Promise.all(intents.map(({ id }) => post.letter(id)));
  decided();
  // From here on the sweeper expires them; callbacks and cancellations come in between, and some of them first.
  ahead = 6_000;
  const races = intents.map(async ({ id }, index) => {
    const input = { idempotencyKey: id, intentId: id };
    const cancel = (): Promise<unknown> => stack.client.call(CancelIntent, { input });
    const tell = (): Promise<unknown> => deliver(stack.apiUrl, letters[index] ?? never());
    if (index % 3 === 0) await cancel();
    await Promise.all(index % 3 === 1 ? [cancel(), tell()] : [tell()]);
  });
  await Promise.all(races);
  const ends = await Promise.all(intents.map(({ id }) => witness.sees(id, ({ status }) => status === 'SUCCEEDED')));
  for (const { late, events } of ends) expect(late).toBe(events.at(-2)?.status !== 'PROCESSING');
  ahead = 0;
  await held();
});

function never(): never {
  throw new Error('a letter is missing');
}

async function held(): Promise<void> {
  checkInvariants(await witness.evidence({ controls: stack.controls }));
}
