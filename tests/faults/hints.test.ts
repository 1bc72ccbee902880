// Goal: streams are gapless whatever becomes of the hints that wake them (I15). Method: API and worker are processes of
// their own, so that all news goes through Redis; Redis comes up after them (F24), and a proxy cuts the API's subscriber
// connection again and again while events come (F25). The pages believe nothing that is out of order.

import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { TRANSPORTS } from '../testkit/client.ts';
import { eventually } from '../testkit/eventually.ts';
import { openPage, type Page } from '../testkit/page.ts';
import { ownRedis, type OwnServer } from '../testkit/processes.ts';
import { startProxy, type Proxy } from '../testkit/proxy.ts';
import { startSystem, type System } from '../testkit/system.ts';
import { aMockWish, created } from '../testkit/wishes.ts';

vi.setConfig({ testTimeout: 60_000 });

const WAVE = 20;
const WAVES = 17;

let system: System;
let redis: OwnServer;
let hints: Proxy;
beforeAll(async () => {
  [redis, hints] = await Promise.all([ownRedis(), startProxy()]);
  hints.lead(redis.port);
  await redis.kill();
  system = await startSystem({
    tuning: { settleMs: 300, promptMs: null, slowMs: 500, lateMs: 20_000 },
    env: { REDIS_URL: redis.url, MOCK_POLL_DELAYS_MS: '300,600', TAIL_MS: '1000', NEW_SOCKETS_PER_IP: '1000' },
  });
  await Promise.all([system.start('worker'), system.start('api', { REDIS_URL: `redis://127.0.0.1:${hints.port}` })]);
});
afterAll(async () => {
  await system.close();
  await Promise.all([redis.remove(), hints.close()]);
});

async function readiness(): Promise<{ status: string; parts: Record<string, string> }> {
  const response = await fetch(`${system.apiUrl}/readyz`);
  expect(response.status).toBe(200);
  return (await response.json()) as { status: string; parts: Record<string, string> };
}

it('F24: without Redis from the start all works, and says degraded; when it comes, hints come too; I15 I23', async () => {
  expect(await readiness()).toEqual({ status: 'degraded', parts: { mongodb: 'up', redis: 'away' } });
  const paid = await created(system.client, aMockWish('none'));
  for (const transport of TRANSPORTS) {
    const events = await openPage(system.client, transport, paid.id).ended;
    expect(events.map(({ status }) => status)).toEqual(['PENDING', 'PROCESSING', 'SUCCEEDED']);
  }
  const open = await created(system.client, aMockWish('none ignore'));
  const pages = TRANSPORTS.map((transport) => openPage(system.client, transport, open.id));
  for (const page of pages) await page.sees(({ sequence }) => sequence === 2);

  await redis.start();
  await eventually(readiness, ({ parts }) => parts['redis'] === 'up', { everyMs: 100 });
  const client = new Redis(redis.url);
  // A page that came while there was no Redis is heard of now: one subscription, however many watch.
  const channel = `${system.env['REDIS_PREFIX'] ?? ''}:intent:${open.id}`;
  await eventually(
    () => client.pubsub('NUMSUB', channel),
    (reply) => reply[1] === 1,
  );
  client.disconnect();
  await system.controls.phone('mock', open.id, 'approve');
  for (const page of pages) {
    expect((await page.ended).at(-1)?.status).toBe('SUCCEEDED');
    expect(page.cuts()).toBe(0);
  }
  await system.check();
});

it('F25 F23: the subscriber connection is cut and swallowed through 1,000 events; nobody misses or repeats one; I12 I15', async () => {
  const pages: Page[] = [];
  let cuts = 0;
  const isBlack = (wave: number): boolean => wave > (WAVES * 3) / 4;
  for (let wave = 1; wave <= WAVES; wave += 1) {
    // No reset and no word: what a lost route looks like. Only the look into MongoDB can tell.
    if (isBlack(wave) && !isBlack(wave - 1)) hints.set('blackhole');
    const made = Array.from({ length: WAVE }, () => created(system.client, aMockWish('none ignore')));
    if (!isBlack(wave)) cuts += hints.cut('subscribe');
    const intents = await Promise.all(made);
    pages.push(...intents.map(({ id }, index) => openPage(system.client, TRANSPORTS[index % 2] ?? 'ws', id)));
    for (const [index, { id }] of intents.entries()) {
      await system.controls.phone('mock', id, index % 3 === 0 ? 'reject' : 'approve');
      if (!isBlack(wave) && index === WAVE / 2) cuts += hints.cut('subscribe');
    }
  }
  const ends = await Promise.all(pages.map(({ ended }) => ended));
  for (const [index, events] of ends.entries()) {
    const end = (index % WAVE) % 3 === 0 ? 'FAILED' : 'SUCCEEDED';
    expect(events.map(({ status }) => status)).toEqual(['PENDING', 'PROCESSING', end]);
  }
  expect(ends.flat().length).toBeGreaterThanOrEqual(1_000);
  expect(cuts).toBeGreaterThan(WAVES / 2);
  // The pages never knew: what was cut was behind the door.
  expect(pages.map((page) => page.cuts()).filter((count) => count > 0)).toEqual([]);
  hints.set('cut');
  hints.set('pass');
  await eventually(readiness, ({ parts }) => parts['redis'] === 'up', { everyMs: 100 });
  await system.check();
});
