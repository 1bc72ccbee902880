// Goal: work that is rung for too often is done once, and work that nobody can ring for is done all the same (I7, I8, I23).
// Method: ten workers on one stack; the same bell under ten names (F11); a failed job that sits on our job's name, so that
// every ring is swallowed (F27); cancellations and successes at the same moment (F56).

import { Queue, Worker } from 'bullmq';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { buildHouse } from '../../src/compose.ts';
import { createDoorbell, JOBS, type Doorbell } from '../../src/jobs/index.ts';
import { createLog } from '../../src/log.ts';
import { CancelIntent, RefreshIntent } from '../testkit/documents.ts';
import { eventually } from '../testkit/eventually.ts';
import { checkInvariants } from '../testkit/invariants.ts';
import { startProxy, type Proxy } from '../testkit/proxy.ts';
import { startStack, type Stack } from '../testkit/stack.ts';
import { aMockWish, aWish, created, paid, refunded } from '../testkit/wishes.ts';
import { openWitness, type Witness } from '../testkit/witness.ts';

vi.setConfig({ testTimeout: 60_000 });

const WORKERS = 10;

let stack: Stack;
let witness: Witness;
let provider: Proxy;
let doorbell: Doorbell;
beforeAll(async () => {
  provider = await startProxy();
  stack = await startStack({
    work: false,
    tuning: { settleMs: 300, promptMs: null, slowMs: 500, lateMs: 20_000 },
    env: {
      MOCK_BASE_URL: `http://127.0.0.1:${provider.port}/mock`,
      MOCK_CALL_TIMEOUT_MS: '1000',
      // Late enough that the test rings first, and early enough that the sweeper comes soon.
      MOCK_POLL_DELAYS_MS: '1000',
      KKIAPAY_CALL_TIMEOUT_MS: '4000',
      KKIAPAY_PROMPT_SECONDS: '1',
      KKIAPAY_MARGIN_SECONDS: '0',
    },
  });
  provider.lead(Number(new URL(stack.simulators.url).port));
  witness = await openWitness(stack.config.MONGODB_URL);
  const { REDIS_URL: redisUrl, REDIS_PREFIX: prefix } = stack.config;
  doorbell = createDoorbell(JOBS, { redisUrl, prefix, log: createLog('silent') });
});
afterAll(async () => {
  await doorbell.close();
  await witness.close();
  await stack.close();
  await provider.close();
});

const held = async (): Promise<void> => checkInvariants(await witness.evidence({ controls: stack.controls }));

/** Runs `during` beside this many workers, each a house of its own: they share MongoDB and Redis, and nothing in memory. */
async function withWorkers(count: number, during: () => Promise<void>): Promise<void> {
  const log = createLog('silent');
  const houses = await Promise.all(
    Array.from({ length: count }, () => buildHouse(stack.config, log, { publicUrl: () => stack.apiUrl })),
  );
  const stops = houses.map((house) => house.startWork());
  try {
    await during();
  } finally {
    await Promise.all(stops.map((stop) => stop()));
    await Promise.all(houses.map((house) => house.close()));
  }
}

it('F11: ten workers and ten bells for one lost call: it is sent again once; I7 I8', async () => {
  const calls = provider.watch(['POST /mock/v1/payments']);
  await stack.controls.script('mock', { times: 1, on: 'collect', mood: 'silent' });
  const intent = await created(stack.client, aMockWish('none'));
  expect(intent.outcomeUnknown).toBe(true);
  await withWorkers(WORKERS, async () => {
    const due = (await witness.intent(intent.id)).due?.at.getTime() ?? 0;
    const afterMs = Math.max(0, due - stack.house.clock.now().getTime());
    const bells = Array.from({ length: 10 }, (_, index) => ({
      kind: 'poll-intent' as const,
      id: intent.id,
      version: 1_000 + index,
    }));
    await Promise.all(bells.map((bell) => doorbell.ring(bell, afterMs)));
    expect((await witness.sees(intent.id)).status).toBe('SUCCEEDED');
  });
  expect(calls.count()).toBe(2);
  calls.end();
  await held();
});

it('F57: 50 refunds of random size at once, beside three workers, with answers lost: never more than came in; I10 I11 I33', async () => {
  await withWorkers(3, async () => {
    const payment = await paid(stack.client, aMockWish());
    await stack.controls.script('mock', { times: 10, on: 'refund', mood: 'lost-reply' });
    const sizes = Array.from({ length: 50 }, () => 50 + Math.floor(Math.random() * 300));
    const answers = await Promise.all(sizes.map((size) => refunded(stack.client, payment.id, size)));
    const names = new Set(answers.map(({ __typename }) => __typename));
    expect(names).toEqual(new Set(['RefundIntentSuccess', 'OverRefund']));
    const after = await witness.sees(payment.id, ({ refunds }) =>
      refunds.every(({ status }) => status === 'SUCCEEDED'),
    );
    const sum = after.refunds.reduce((total, { amount }) => total + amount, 0);
    const books = (await stack.controls.ledger('mock')).filter(
      ({ kind, reference }) => kind === 'refund' && reference === payment.id,
    );
    expect(books.reduce((total, { amount }) => total + amount, 0)).toBe(sum);
    expect(sum).toBeLessThanOrEqual(payment.amount.amount);
  });
  await held();
});

it('F27: a failed job sits on the name of ours and swallows every ring; the work is done; I23', async () => {
  const intent = await created(stack.client, aMockWish('none'));
  const { REDIS_URL: url, REDIS_PREFIX: prefix } = stack.config;
  const queue = new Queue('poll-intent', { connection: { url }, prefix });
  const names = Array.from({ length: 20 }, (_, version) => `poll-intent-${intent.id}-${version}`);
  // What a past version of us may have left: jobs that failed, and were kept.
  await queue.drain(true);
  for (const jobId of names)
    await queue.add('poll-intent', { id: intent.id }, { jobId, attempts: 1, removeOnFail: false });
  const failing = new Worker('poll-intent', () => Promise.reject(new Error('planted')), {
    connection: { url },
    prefix,
  });
  const failed = new Promise<void>((resolve) => {
    let count = 0;
    failing.on('failed', () => (count += 1) === names.length && resolve());
  });
  await failed;
  await failing.close();
  expect(await queue.getFailedCount()).toBe(names.length);

  await withWorkers(1, async () => {
    expect((await witness.sees(intent.id)).status).toBe('SUCCEEDED');
  });
  await queue.obliterate({ force: true });
  await queue.close();
  await held();
});

it('F56: cancelled and paid at the same moment: one end, and no money dropped; I1 I2 I3 I22', async () => {
  await withWorkers(2, async () => {
    const wishes = Array.from({ length: 60 }, (_, index) =>
      index % 3 === 0 ? aWish() : aMockWish(index % 3 === 1 ? '' : 'none'),
    );
    const intents = await Promise.all(wishes.map((wish) => created(stack.client, wish)));
    const races = intents.map(async ({ id }, index) => {
      const input = { idempotencyKey: randomUUID(), intentId: id };
      // In turn: at once, with the payer's own act, and when the success is on its way.
      if (index % 4 === 1) await Promise.all([approve(index, id), stack.client.call(CancelIntent, { input })]);
      if (index % 4 === 2) await approve(index, id);
      return stack.client.call(CancelIntent, { input });
    });
    await Promise.all(races);
    // Each was paid, whatever we had been told before: money wins. Where no callback comes, somebody asks.
    for (const [index, { id }] of intents.entries()) {
      const ask = async () => {
        if (index % 3 === 2) await stack.client.call(RefreshIntent, { id });
        return (await witness.intent(id)).status;
      };
      await eventually(ask, (status) => status === 'SUCCEEDED');
    }
  });
  await held();

  async function approve(index: number, id: string): Promise<void> {
    // It may have ended by itself already.
    await stack.controls.phone(index % 3 === 0 ? 'kkiapay' : 'mock', id, 'approve').catch(() => undefined);
  }
});
