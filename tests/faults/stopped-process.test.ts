// Goal: a process that sleeps through its lease and wakes up does no harm: another has decided, and its fence stops the
// sleeper (I7, I8, I24). Method: real processes are stopped with SIGSTOP while a proxy holds the one answer that they wait
// for, others take over, and the sleepers go on with SIGCONT.

import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { CreateIntent } from '../testkit/documents.ts';
import { eventually } from '../testkit/eventually.ts';
import { openPage } from '../testkit/page.ts';
import { startProxy, type Proxy } from '../testkit/proxy.ts';
import { startSystem, type System } from '../testkit/system.ts';
import { aMockWish, aWish, created, paid, refunded } from '../testkit/wishes.ts';

vi.setConfig({ testTimeout: 60_000 });

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

const throughProvider = () => ({
  MOCK_BASE_URL: `http://127.0.0.1:${provider.port}/mock`,
  KKIAPAY_BASE_URL: `http://127.0.0.1:${provider.port}/kkiapay`,
});

it('F9: a worker sleeps with a stale answer in its hand; another takes over, and the fence holds; I24', async () => {
  const sleeper = await system.start('worker', throughProvider());
  // The answer that the sleeper will wake up to is a lie by then.
  const honest = provider.rewrite('reply', '"state":"pending"', '"state":"failed" ');
  const asked = provider.watch(['GET /mock/v1/payments/'], 'hold-reply');
  const intent = await created(system.client, aMockWish('none ignore'));
  await asked.answered(1);
  sleeper.child.kill('SIGSTOP');
  honest();
  asked.end();
  expect((await system.witness.intent(intent.id)).lease).not.toBeNull();

  await system.start('worker');
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
  await sleeper.kill('SIGTERM');
});

it('F9: an API sleeps between storing and calling; when it wakes up it does not call; I7 I8 I10 I11', async () => {
  const url = new URL(system.env['MONGODB_URL'] ?? '');
  url.host = `127.0.0.1:${mongo.port}`;
  url.search = '?directConnection=true';
  const held = { PORT: '0', MONGODB_URL: url.href, ...throughProvider() };
  const [sleeper] = await Promise.all([system.start('api', held), system.start('worker')]);
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
