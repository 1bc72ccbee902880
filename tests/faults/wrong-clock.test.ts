// Goal: a machine whose clock is wrong, or jumps, decides nothing by it: leases, due dates, expiry and the age of a signature follow
// the database server's clock (F59, I3, I7, I19, I24, I32). Method: an API an hour ahead, a worker an hour behind and one
// whose clock jumps back in the middle, by a preload that shifts `Date`; payments of both providers run through them, and
// every time in every document is held against the true one.

import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { TRANSPORTS } from '../testkit/client.ts';
import { eventually } from '../testkit/eventually.ts';
import { openPage } from '../testkit/page.ts';
import { deliver, openPostOffice, signedByMock, type PostOffice } from '../testkit/post-office.ts';
import { startSystem, type System } from '../testkit/system.ts';
import { aMockWish, aWish, created, paid, refunded } from '../testkit/wishes.ts';

vi.setConfig({ testTimeout: 60_000 });

const HOUR_MS = 3_600_000;
/** Between a clock of this machine and what follows it, on a busy day. */
const NEAR_MS = 30_000;

let system: System;
let post: PostOffice;
beforeAll(async () => {
  post = await openPostOffice();
  system = await startSystem({
    webhookUrl: post.webhookUrl,
    tuning: { settleMs: 200, promptMs: null, slowMs: 500, lateMs: 20_000 },
    env: {
      MOCK_CALL_TIMEOUT_MS: '1000',
      MOCK_POLL_DELAYS_MS: '300,600',
      KKIAPAY_CALL_TIMEOUT_MS: '1500',
      KKIAPAY_PROMPT_SECONDS: '2',
      KKIAPAY_MARGIN_SECONDS: '1',
      KKIAPAY_POLL_DELAYS_MS: '300,600',
    },
  });
  await system.start('api', {}, { clockAheadMs: HOUR_MS });
});
afterAll(async () => {
  await system.close();
  await post.close();
});

it('F59: the API is an hour ahead, and the worker an hour behind: all ends as it should; I3 I7 I32', async () => {
  const behind = await system.start('worker', {}, { clockAheadMs: -HOUR_MS });
  // The log is stamped by the process's own clock, so that the test knows that it is wrong.
  const stamp = Date.parse(/"time":"([^"]+)"/.exec(behind.output())?.[1] ?? '');
  expect(Math.abs(stamp - (Date.now() - HOUR_MS))).toBeLessThan(NEAR_MS);

  const wishes = ['none', 'reject none', 'lost-reply none', 'none'].map((words) => aMockWish(words));
  const intents = await Promise.all([...wishes, aWish(), aWish()].map((wish) => created(system.client, wish)));
  const pages = intents.map(({ id }, index) => openPage(system.client, TRANSPORTS[index % 2] ?? 'ws', id));
  const ends = (await Promise.all(pages.map(({ ended }) => ended))).map((events) => events.at(-1)?.status);
  expect(ends).toEqual(['SUCCEEDED', 'FAILED', 'SUCCEEDED', 'SUCCEEDED', 'SUCCEEDED', 'SUCCEEDED']);
  expect(await refunded(system.client, intents[0]?.id ?? '', 1_000)).toMatchObject({ refund: { status: 'SUCCEEDED' } });
  await timesAreTrue();
  await system.check();
  await behind.kill('SIGKILL');
});

it('F59: a payment expires when its time is over, and not before, by the clock of neither; I22 I32', async () => {
  const ahead = await system.start('worker', {}, { clockAheadMs: HOUR_MS });
  const intent = await created(system.client, aWish({ customer: { phone: '+2290161000004' } }));
  // Each look brings the next: had a wrong clock been asked, the first one would have been the last, or there were none.
  await system.witness.sees(intent.id, ({ polls }) => polls > 1);
  const end = await system.witness.sees(intent.id);
  expect(end.status).toBe('EXPIRED');
  const { expiresAt, updatedAt } = end;
  expect(updatedAt.getTime()).toBeGreaterThanOrEqual(expiresAt?.getTime() ?? Infinity);
  await timesAreTrue();
  await ahead.kill('SIGKILL');
});

it('F59: a clock jumps back an hour while a lease is held; nobody is robbed of it, and nothing is done twice; I7 I8 I24 I32', async () => {
  const jumping = await system.start('worker', {}, { clockAheadMs: 0 });
  const payment = await paid(system.client, aMockWish('none'));
  await system.controls.script('mock', { times: 1, on: 'collect', mood: 'silent' });
  const lost = created(system.client, aMockWish('none'));
  jumping.setClock(-HOUR_MS);
  jumping.child.kill('SIGPWR');
  await eventually(jumping.output, (log) => log.includes('the clock is -3600000 ms ahead'));
  expect((await system.witness.sees((await lost).id)).status).toBe('SUCCEEDED');
  expect(await refunded(system.client, payment.id, null)).toMatchObject({ refund: { status: 'SUCCEEDED' } });
  jumping.setClock(HOUR_MS);
  jumping.child.kill('SIGPWR');
  await eventually(jumping.output, (log) => log.includes('the clock is 3600000 ms ahead'));
  const next = await created(system.client, aMockWish('none'));
  expect((await system.witness.sees(next.id)).status).toBe('SUCCEEDED');
  const ledger = await system.controls.ledger('mock');
  expect(ledger.filter(({ reference, kind }) => reference === next.id && kind === 'collect')).toHaveLength(1);
  await timesAreTrue();
  await system.check();
});

it('F59: a signature is as old as the database says, and neither too old nor from the future is taken; I19 I32', async () => {
  const { id } = await created(system.client, aMockWish('ignore'));
  const letter = await post.letter((await created(system.client, aMockWish())).id);
  const secret = system.simulators.env['MOCK_WEBHOOK_SECRET'] ?? '';
  const at = (offsetMs: number) => signedByMock(letter.body, secret, Date.now() + offsetMs);
  // Fresh by the clock of the API, which is an hour ahead, and an hour from the future by the true one.
  expect(await deliver(system.apiUrl, at(HOUR_MS))).toBe(401);
  expect(await deliver(system.apiUrl, at(-HOUR_MS))).toBe(401);
  expect(await deliver(system.apiUrl, at(-310_000))).toBe(401);
  expect(await deliver(system.apiUrl, at(310_000))).toBe(401);
  expect(await deliver(system.apiUrl, at(0))).toBe(200);
  await system.controls.phone('mock', id, 'approve');
  await system.witness.allEnd();
  await system.check();
});

/** No time in any document is an hour off; what is planned is planned from now. */
async function timesAreTrue(): Promise<void> {
  const now = Date.now();
  const isNear = (at: Date): boolean => at.getTime() <= now + NEAR_MS && at.getTime() > now - HOUR_MS / 2;
  for (const { _id, createdAt, updatedAt, events, attempts, due, lease } of await system.witness.intents()) {
    const past = [createdAt, updatedAt, ...events.map(({ at }) => at), ...attempts.map(({ sentAt }) => sentAt)];
    expect([_id, past.filter((at) => !isNear(at))]).toEqual([_id, []]);
    for (const next of [due?.at, lease?.until]) {
      if (next !== undefined) expect(Math.abs(next.getTime() - now)).toBeLessThan(HOUR_MS / 2);
    }
  }
  for (const { dueAt } of await system.witness.inbox()) {
    if (dueAt !== null) expect(Math.abs(dueAt.getTime() - now)).toBeLessThan(HOUR_MS / 2);
  }
}
