// Goal: a process that sleeps through its lease and wakes up does no harm: another has decided, and its fence stops the
// sleeper (I7, I8, I24). Method: real processes are stopped with SIGSTOP while a proxy holds the one answer that they wait
// for (F9), or their event loop is blocked at a step (F10); others take over, and the sleepers go on.

import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { CreateIntent } from '../testkit/documents.ts';
import { eventually } from '../testkit/eventually.ts';
import { openPage } from '../testkit/page.ts';
import type { Plan } from '../testkit/planted.ts';
import type { Listening } from '../testkit/processes.ts';
import { mongoThrough, type Proxy, startProxy } from '../testkit/proxy.ts';
import { startSystem, type System } from '../testkit/system.ts';
import { aMockWish, aWish, created, paid, refunded } from '../testkit/wishes.ts';

vi.setConfig({ testTimeout: 120_000 });

const INSERT = '\x02insert\0\x08\0\0\0intents\0';
const UPDATE = '\x02findAndModify\0\x08\0\0\0intents\0';
const PUSH = 'POST /kkiapay/api/v1/payments/request';

let system: System;
let mongo: Proxy;
let provider: Proxy;
beforeAll(async () => {
  [mongo, provider] = await Promise.all([startProxy(), startProxy()]);
  system = await startSystem({
    tuning: { settleMs: 100, promptMs: null, slowMs: 500, lateMs: 20_000 },
    env: {
      MOCK_CALL_TIMEOUT_MS: '1000',
      MOCK_POLL_DELAYS_MS: '300',
      KKIAPAY_CALL_TIMEOUT_MS: '3000',
      KKIAPAY_PROMPT_SECONDS: '1',
      KKIAPAY_MARGIN_SECONDS: '1',
      KKIAPAY_POLL_DELAYS_MS: '300',
    },
  });
  provider.lead(Number(new URL(system.simulators.url).port));
  mongo.lead(Number(new URL(system.env['MONGODB_URL'] ?? '').port));
  await system.start('api');
});
afterAll(async () => {
  await system.close();
  await Promise.all([mongo.close(), provider.close()]);
});

/** Those of one test alone: another's would take its work away. */
const workers: Listening[] = [];
async function startWorker(env: Readonly<Record<string, string>> = {}, plan: Plan | null = null) {
  const worker = await system.start('worker', env, plan);
  workers.push(worker);
  return worker;
}
afterEach(async () => {
  await Promise.all(workers.splice(0).map(({ kill }) => kill('SIGKILL')));
});

const throughProvider = () => ({
  MOCK_BASE_URL: `http://127.0.0.1:${provider.port}/mock`,
  KKIAPAY_BASE_URL: `http://127.0.0.1:${provider.port}/kkiapay`,
});

it('F9: a worker sleeps with a stale answer in its hand; another takes over, and the fence holds; I24', async () => {
  const sleeper = await startWorker(throughProvider());
  // The answer that the sleeper will wake up to is a lie by then.
  const honest = provider.rewrite('reply', '"state":"pending"', '"state":"failed" ');
  const asked = provider.watch(['GET /mock/v1/payments/'], 'hold-reply');
  const intent = await created(system.client, aMockWish('none ignore'));
  await asked.answered(1);
  sleeper.child.kill('SIGSTOP');
  honest();
  asked.end();
  expect((await system.witness.intent(intent.id)).lease).not.toBeNull();

  await startWorker();
  const taken = await system.witness.sees(intent.id, (now) => now.polls > 0);
  expect(taken.status).toBe('PROCESSING');

  asked.release();
  sleeper.child.kill('SIGCONT');
  await eventually(sleeper.output, (log) => log.includes(`the lease on ${intent.id} was taken over`));
  expect((await system.witness.intent(intent.id)).status).toBe('PROCESSING');
  await system.controls.phone('mock', intent.id, 'approve');
  const page = openPage(system.client, 'ws', intent.id);
  expect((await page.ended).map(({ status }) => status)).toEqual(['PENDING', 'PROCESSING', 'SUCCEEDED']);
  await system.check();
});

it('F9: an API sleeps between storing and calling; when it wakes up it does not call; I7 I8 I10 I11', async () => {
  const held = { PORT: '0', MONGODB_URL: mongoThrough(mongo, system.env['MONGODB_URL'] ?? ''), ...throughProvider() };
  const [sleeper] = await Promise.all([system.start('api', held), startWorker()]);
  const client = system.clientOf(system.apiKey, `${sleeper.url}/graphql`);
  const payment = await paid(system.client, aMockWish());

  const pushes = provider.watch([PUSH]);
  const refunds = provider.watch(['POST /mock/v1/refunds']);
  const stored = mongo.watch([INSERT, 'slept'], 'hold-reply');
  const reserved = mongo.watch([UPDATE, payment.id], 'hold-reply');
  const creation = client.call(CreateIntent, { input: aWish({ referenceId: 'slept' }) });
  const refund = refunded(client, payment.id, 2_000);
  await Promise.all([stored.answered(1), reserved.answered(1)]);
  sleeper.child.kill('SIGSTOP');
  for (const watch of [stored, reserved]) watch.end();

  const [intent] = await system.witness.intents({ referenceId: 'slept' });
  expect((await system.witness.sees(intent?._id ?? '')).status).toBe('EXPIRED');
  // The worker asked about the refund, heard that there is none, and sent it under the same id.
  await system.witness.sees(payment.id, (now) => now.refunds.every(({ status }) => status === 'SUCCEEDED'));
  for (const watch of [stored, reserved]) watch.release();
  sleeper.child.kill('SIGCONT');
  expect((await creation).createIntent).toMatchObject({ replayed: false, intent: { status: 'EXPIRED' } });
  expect(await refund).toMatchObject({ refund: { status: 'SUCCEEDED' } });
  expect([pushes.count(), refunds.count()]).toEqual([0, 0]);
  expect(await system.controls.ledger('kkiapay')).toEqual([]);
  await system.check();
});

it('F10: the event loop of a worker is blocked with a stale answer in its hand; the fence holds; I7 I24', async () => {
  const honest = provider.rewrite('reply', '"state":"pending"', '"state":"failed" ');
  const intent = await created(system.client, aMockWish('none ignore'));
  const blocked = await startWorker(throughProvider(), { stallAt: 'asked', onlyFor: intent.id });
  await eventually(blocked.output, (log) => log.includes('stall at asked'));
  honest();
  await startWorker();
  const taken = await system.witness.sees(intent.id, (now) => now.polls > 0);
  expect(taken.status).toBe('PROCESSING');

  blocked.letGo();
  await eventually(blocked.output, (log) => log.includes(`the lease on ${intent.id} was taken over`));
  expect((await system.witness.intent(intent.id)).status).toBe('PROCESSING');
  await system.controls.phone('mock', intent.id, 'approve');
  expect((await system.witness.sees(intent.id)).status).toBe('SUCCEEDED');
  await system.check();
});

it('F10: it is blocked before it sends a lost call again; another has, and its own changes nothing; I7 I9 I24', async () => {
  const calls = provider.watch(['POST /mock/v1/payments', 'blocked']);
  await system.controls.script('mock', { times: 1, on: 'collect', mood: 'silent' });
  const lost = await system.start('api', { PORT: '0', ...throughProvider() });
  const client = system.clientOf(system.apiKey, `${lost.url}/graphql`);
  const blocked = await startWorker(throughProvider(), { stallAt: 'resending' });
  const intent = await created(client, aMockWish('none', { referenceId: 'blocked' }));
  await eventually(blocked.output, (log) => log.includes('stall at resending'));
  await startWorker(throughProvider());
  expect((await system.witness.sees(intent.id)).status).toBe('SUCCEEDED');

  blocked.letGo();
  await eventually(blocked.output, (log) => log.includes(`the lease on ${intent.id} was taken over`));
  const bodies = calls.requests().map((text) => text.slice(text.indexOf('{')));
  // Its own may not even have left: the provider has closed a connection that was silent for so long.
  expect(bodies.length).toBeGreaterThanOrEqual(2);
  expect(new Set(bodies).size).toBe(1);
  const ledger = await system.controls.ledger('mock');
  expect(ledger.filter(({ reference }) => reference === intent.id)).toHaveLength(1);
  await system.check();
});
