// Goal: what MongoDB has acknowledged stands, and what it has not is done once or not at all (I13, I16, I21, I29). Method: a
// mongod of the test's own is killed under load and started again (F28), acknowledgements are cut off after the write
// (F32), writes are acknowledged by no majority (F33) or are slow where connections are few (F34); callers repeat with their
// key until they have an answer.

import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { TRANSPORTS } from '../testkit/client.ts';
import { CreateIntent } from '../testkit/documents.ts';
import { eventually } from '../testkit/eventually.ts';
import { withFailCommand } from '../testkit/fail-point.ts';
import { openPage } from '../testkit/page.ts';
import { ownMongod, type OwnServer } from '../testkit/processes.ts';
import { mongoThrough, type Proxy, startProxy } from '../testkit/proxy.ts';
import { startSystem, type System } from '../testkit/system.ts';
import { aMockWish, aWish, created, insist, paid, refunded } from '../testkit/wishes.ts';

vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

/** Waiting for a connection (5 s), and for what then goes over it (2 s each). */
const ANSWERED_WITHIN_MS = 20_000;

const INSERT = '\x02insert\0\x08\0\0\0intents\0';
const UPDATE = '\x02findAndModify\0\x08\0\0\0intents\0';

let system: System;
let mongod: OwnServer;
let wire: Proxy;
beforeAll(async () => {
  [mongod, wire] = await Promise.all([ownMongod(), startProxy()]);
  wire.lead(mongod.port);
  system = await startSystem({
    tuning: { settleMs: 300, promptMs: null, slowMs: 500, lateMs: 20_000 },
    env: { MONGODB_URL: mongod.url, MOCK_POLL_DELAYS_MS: '500,1000', KKIAPAY_POLL_DELAYS_MS: '500,1000' },
  });
  await system.start('worker');
});
afterAll(async () => {
  await system.close();
  await Promise.all([mongod.remove(), wire.close()]);
});

it('F28: mongod is killed in the middle of writes, and comes back; I3 I13 I15 I16 I21 I29', async () => {
  await system.start('api');
  const watched = await Promise.all([
    created(system.client, aMockWish('none ignore')),
    created(system.client, aMockWish('none ignore')),
  ]);
  const pages = watched.map(({ id }, index) => openPage(system.client, TRANSPORTS[index] ?? 'ws', id));
  for (const page of pages) await page.sees(({ sequence }) => sequence === 2);

  const wishes = Array.from({ length: 40 }, (_, index) =>
    index % 4 === 0 ? aWish() : aMockWish(['', 'duplicate', 'lost-reply'][index % 3]),
  );
  const answers: Promise<string>[] = [];
  let answered = 0;
  for (const input of wishes) answers.push(insist(system.client, input).finally(() => (answered += 1)));
  await eventually(
    () => answered,
    (count) => count >= 5,
    { everyMs: 5 },
  );
  await mongod.kill();
  const readiness = await fetch(`${system.apiUrl}/readyz`);
  expect(readiness.status).toBe(503);
  await mongod.start();

  const ids = await Promise.all(answers);
  expect(new Set(ids).size).toBe(wishes.length);
  await Promise.all(watched.map(({ id }) => system.controls.phone('mock', id, 'approve')));
  for (const page of pages) expect((await page.ended).at(-1)?.status).toBe('SUCCEEDED');
  await system.witness.allEnd();
  // None that was answered is gone, and none was made that nobody asked for.
  const all = await system.witness.intents();
  expect(all.map(({ _id }) => _id).toSorted()).toEqual([...ids, ...watched.map(({ id }) => id)].toSorted());
  await eventually(system.witness.inbox, (rows) => rows.every(({ state }) => state !== 'RECEIVED'));
  await system.check();
});

it('F32: each write is done, and each acknowledgement lost: once is once; I12 I29', async () => {
  const api = await system.start('api', { PORT: '0', MONGODB_URL: mongoThrough(wire, mongod.url) });
  const client = system.clientOf(system.apiKey, `${api.url}/graphql`);
  const payment = await paid(client, aMockWish());
  const lost = [INSERT, UPDATE].map((words) => wire.watch([words], 'cut-reply'));
  const id = await insist(client, aMockWish('none', { referenceId: 'deaf' }));
  expect(await refunded(client, payment.id, 1_000)).toMatchObject({ refund: { status: 'SUCCEEDED' } });
  // The driver's own retry is cut off as well, so that we have to find out by ourselves.
  for (const watch of lost) expect(watch.count()).toBeGreaterThan(1);
  for (const watch of lost) watch.end();
  expect(await system.witness.intents({ referenceId: 'deaf' })).toHaveLength(1);
  expect((await system.witness.sees(id)).attempts).toHaveLength(1);
  expect((await system.witness.intent(payment.id)).refunds).toHaveLength(1);
  await system.check();
});

it('F33: writes that no majority has confirmed in time are looked up, not repeated; I12 I29', async () => {
  const writeConcernError = { code: 64, errmsg: 'waiting for replication timed out', errInfo: { wtimeout: true } };
  const fault = { times: 6, failCommands: ['insert', 'findAndModify'], writeConcernError };
  await withFailCommand(mongod.url, fault, async () => {
    const ids = await Promise.all(
      [0, 1, 2].map(() => insist(system.client, aMockWish('none', { referenceId: 'doubt' }))),
    );
    expect(await system.witness.intents({ referenceId: 'doubt' })).toHaveLength(3);
    for (const id of ids) expect((await system.witness.sees(id)).status).toBe('SUCCEEDED');
  });
  await system.check();
});

it('F34: every write takes 2 s, and there are five connections: answers in time, and nothing piles up; I16 I23', async () => {
  const api = await system.start('api', { PORT: '0', MONGODB_URL: `${mongod.url}&maxPoolSize=5` });
  const client = system.clientOf(system.apiKey, `${api.url}/graphql`);
  const wishes = Array.from({ length: 40 }, () => aMockWish('none', { referenceId: 'slow' }));
  const fault = { failCommands: ['insert', 'findAndModify'], blockConnection: true, blockTimeMS: 2_000 };
  const answers = await withFailCommand(mongod.url, fault, () =>
    Promise.all(
      wishes.map(async (input) => {
        const began = performance.now();
        const { status, body } = await client.raw(CreateIntent, { input });
        return { status, code: body.errors?.[0]?.extensions?.['code'], tookMs: performance.now() - began };
      }),
    ),
  );
  // Some were served, and those that would have waited for too long were told so, in the words for it.
  const served = answers.filter(({ status }) => status === 200);
  const refused = answers.filter(({ status }) => status !== 200);
  expect(served.length).toBeGreaterThan(0);
  expect(refused.length).toBeGreaterThan(0);
  for (const { status, code } of refused) expect([status, code]).toEqual([503, 'UNAVAILABLE']);
  for (const { tookMs } of answers) expect(tookMs).toBeLessThan(ANSWERED_WITHIN_MS);

  // It does not work off what nobody waits for any more: the next one is served at once.
  const began = performance.now();
  await created(client, aMockWish('none', { referenceId: 'next' }));
  expect(performance.now() - began).toBeLessThan(3_000);
  const ids = await Promise.all(wishes.map((input) => insist(client, input)));
  expect(new Set(ids).size).toBe(wishes.length);
  expect(await system.witness.intents({ referenceId: 'slow' })).toHaveLength(wishes.length);
  await system.witness.allEnd();
  await system.check();
});
