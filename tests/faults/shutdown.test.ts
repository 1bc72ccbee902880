// Goal: a process that is told to stop finishes what it has begun and then goes, and one that breaks goes at once; neither
// loses anything (I3, I12, I15, I23, I35). Method: real processes under load get SIGTERM, SIGTERM and then SIGKILL, or a
// fault that nobody catches, planted from outside; then they are started again and the books are held against ours.

import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { TRANSPORTS } from '../testkit/client.ts';
import { CreateIntent } from '../testkit/documents.ts';
import { eventually } from '../testkit/eventually.ts';
import { openPage } from '../testkit/page.ts';
import type { Listening } from '../testkit/processes.ts';
import { startProxy, type Proxy } from '../testkit/proxy.ts';
import { startSystem, type System } from '../testkit/system.ts';
import { aMockWish, created, repeated } from '../testkit/wishes.ts';

vi.setConfig({ testTimeout: 60_000 });

const PAY = 'POST /mock/v1/payments';
const LOOK = 'GET /mock/v1/payments/';

let system: System;
let api: Listening;
let worker: Listening;
let provider: Proxy;
beforeAll(async () => {
  provider = await startProxy();
  system = await startSystem({
    tuning: { settleMs: 300, promptMs: null, slowMs: 700, lateMs: 20_000 },
    env: {
      MOCK_BASE_URL: `http://127.0.0.1:${provider.port}/mock`,
      MOCK_POLL_DELAYS_MS: '300,600',
    },
  });
  provider.lead(Number(new URL(system.simulators.url).port));
  [api, worker] = await Promise.all([system.start('api'), system.start('worker')]);
});
afterAll(async () => {
  await system.close();
  await provider.close();
});

it('F13: SIGTERM under load: what was begun is answered, streams go on elsewhere, exit 0; I12 I15 I35', async () => {
  const watched = await created(system.client, aMockWish('none ignore'));
  const pages = TRANSPORTS.map((transport) => openPage(system.client, transport, watched.id));
  for (const page of pages) await page.sees(({ sequence }) => sequence === 2);

  const calls = provider.watch([PAY]);
  const begun = Array.from({ length: 20 }, () => system.client.call(CreateIntent, { input: aMockWish('slow') }));
  await calls.asked(20);
  calls.end();
  const stopped = Promise.all([api, worker].map((part) => part.kill('SIGTERM')));
  const later = Array.from({ length: 20 }, () => aMockWish('', { referenceId: 'late' }));
  const refused = await Promise.allSettled(later.map((input) => system.client.raw(CreateIntent, { input })));
  // Answered, refused with the word to come back, or not connected: never a fault of ours.
  for (const one of refused) if (one.status === 'fulfilled') expect([200, 503]).toContain(one.value.status);
  for (const { createIntent } of await Promise.all(begun)) expect(createIntent).toMatchObject({ replayed: false });
  await stopped;
  expect(await Promise.all([api.exited, worker.exited])).toEqual([
    { code: 0, signal: null },
    { code: 0, signal: null },
  ]);

  [api, worker] = await Promise.all([system.start('api'), system.start('worker')]);
  await Promise.all(later.map((input) => system.client.call(CreateIntent, { input })));
  await system.controls.phone('mock', watched.id, 'approve');
  for (const page of pages) {
    expect((await page.ended).map(({ status }) => status)).toEqual(['PENDING', 'PROCESSING', 'SUCCEEDED']);
    expect(page.cuts()).toBeGreaterThan(0);
  }
  await system.witness.allEnd();
  await system.check();
});

it('F13: SIGTERM, and SIGKILL before it is done; I3 I8 I16', async () => {
  const calls = provider.watch([PAY]);
  const wishes = Array.from({ length: 10 }, () => aMockWish('slow'));
  const begun = Promise.allSettled(wishes.map((input) => system.client.call(CreateIntent, { input })));
  await calls.asked(10);
  calls.end();
  api.child.kill('SIGTERM');
  await eventually(api.output, (log) => log.includes('"msg":"stopping"'));
  await api.kill('SIGKILL');
  await begun;
  api = await system.start('api');
  const again = await Promise.all(wishes.map((input) => repeated(system.client, input)));
  for (const answer of again) expect(answer).toMatchObject({ replayed: true });
  await system.witness.allEnd();
  await system.check();
});

it.each([
  ['exception', 'SIGWINCH', "setImmediate(() => { throw new Error('planted') })"],
  ['rejection', 'SIGPWR', "void Promise.reject(new Error('planted'))"],
] as const)(
  'F16: an unhandled %s ends the worker with a word and a code; its work is taken up; I23',
  async (_what, signal, fault) => {
    const hook = `process.on('${signal}', () => { ${fault} })`;
    const broken = await system.start('worker', {
      NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(hook)}`,
    });
    const looks = provider.watch([LOOK], 'hold-reply');
    const intents = await Promise.all(Array.from({ length: 5 }, () => created(system.client, aMockWish('none'))));
    await looks.answered(1);
    broken.child.kill(signal);
    looks.end();
    looks.release();
    const { code } = await broken.exited;
    expect(code).toBeGreaterThan(0);
    expect(broken.output()).toMatch(/"stopping after a fault"/);
    expect(broken.output()).toContain('planted');
    for (const { id } of intents) expect((await system.witness.sees(id)).status).toBe('SUCCEEDED');
    await system.check();
  },
);
