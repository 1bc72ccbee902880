// Goal: whatever becomes of Redis costs time and nothing else (I15, I28). Method: the same payments run in health and while
// a Redis of the test's own is flushed, killed, stopped, full, taken over by its replica, or behind a bad line; the stories
// that their pages were told and the providers' books have to be the same.

import { Redis } from 'ioredis';
import { readdirSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { JOBS } from '../../src/jobs/index.ts';
import { TRANSPORTS } from '../testkit/client.ts';
import { CreateIntent } from '../testkit/documents.ts';
import { eventually } from '../testkit/eventually.ts';
import { openPage, type Page } from '../testkit/page.ts';
import { ownRedis, type OwnServer } from '../testkit/processes.ts';
import { startProxy, type Proxy } from '../testkit/proxy.ts';
import type { Mode } from '../testkit/proxy-modes.ts';
import { startSystem, type System } from '../testkit/system.ts';
import { aMockWish, aWish, created } from '../testkit/wishes.ts';

vi.setConfig({ testTimeout: 60_000 });

let system: System;
let redis: OwnServer;
/** All of the product's words to Redis. */
let wire: Proxy;
let healthy: readonly string[];
beforeAll(async () => {
  [redis, wire] = await Promise.all([ownRedis(), startProxy()]);
  wire.lead(redis.port);
  system = await startSystem({
    tuning: { settleMs: 400, promptMs: null, slowMs: 500, lateMs: 20_000 },
    env: {
      REDIS_URL: `redis://127.0.0.1:${wire.port}`,
      MOCK_POLL_DELAYS_MS: '300,600',
      KKIAPAY_POLL_DELAYS_MS: '300,600',
    },
  });
  await Promise.all([system.start('api'), system.start('worker')]);
  healthy = await stories(await open());
});
afterAll(async () => {
  await system.close();
  await Promise.all([redis.remove(), wire.close()]);
});

const WORDS = ['', 'none', 'reject', 'lost-reply', 'duplicate', 'none no-balance', 'reordered', 'garbage none'];

interface Told {
  readonly words: string;
  readonly id: string;
  readonly page: Page;
}

/** The same payments every time, a page before each. */
async function open(): Promise<readonly Told[]> {
  const wishes = [
    ...[...WORDS, ...WORDS].map((words) => ({ words, wish: aMockWish(words) })),
    ...[0, 2, 3, 5, 6].map((digit) => ({
      words: `kkiapay ${digit}`,
      wish: aWish({ customer: { phone: `+229016100000${digit}` } }),
    })),
  ];
  return Promise.all(
    wishes.map(async ({ words, wish }, index) => {
      const { id } = await created(system.client, wish);
      return { words, id, page: openPage(system.client, TRANSPORTS[index % 2] ?? 'ws', id) };
    }),
  );
}

/** What each page was told, and what the provider's books say, in one order. */
async function stories(told: readonly Told[]): Promise<readonly string[]> {
  const events = await Promise.all(told.map(({ page }) => page.ended));
  const books = [...(await system.controls.ledger('mock')), ...(await system.controls.ledger('kkiapay'))];
  return told
    .map(({ words, id }, index) => {
      const lines = books.filter(({ reference }) => reference === id).map(({ kind, state }) => `${kind} ${state}`);
      return `${words}: ${events[index]?.map(({ status }) => status).join(' ')}; ${lines.join(', ')}`;
    })
    .toSorted();
}

/** Resolves when the pages together have seen this many events. */
async function seen(told: readonly Told[], count: number): Promise<void> {
  await eventually(
    () => told.reduce((sum, { page }) => sum + page.seen.length, 0),
    (sum) => sum >= count,
    { everyMs: 5 },
  );
}

async function withClient<T>(use: (client: Redis) => Promise<T>, { url } = redis): Promise<T> {
  const client = new Redis(url);
  try {
    return await use(client);
  } finally {
    client.disconnect();
  }
}

it('F17: FLUSHALL in idleness and again and again under load; I15 I28', async () => {
  await withClient(async (client) => {
    await client.flushall();
    const told = await open();
    let isOver = false;
    const end = stories(told).finally(() => (isOver = true));
    for (let count = 0; !isOver && count < 10_000; count += 1) await client.flushall();
    expect(await end).toEqual(healthy);
  });
  await system.check();
});

it('F18: kill -9 without AOF, back at once, back later, and back after all is over; I15 I28', async () => {
  const told = await open();
  await seen(told, 20);
  await redis.kill();
  await redis.start();
  await seen(told, 45);
  await redis.kill();
  expect(await stories(told)).toEqual(healthy);
  const without = await open();
  await seen(without, 45);
  await redis.start();
  expect(await stories(without)).toEqual(healthy);
  await isUp();
  await system.check();
});

it('F19: kill -9 with an append-only file, whole and with its tail torn off; I28', async () => {
  const kept = await ownRedis({ persistent: true });
  try {
    goTo(kept);
    await isUp();
    const told = await open();
    await seen(told, 20);
    await kept.kill();
    await kept.start();
    await seen(told, 45);
    await kept.kill();
    const dir = join(kept.dir, 'appendonlydir');
    const file = join(dir, readdirSync(dir).find((name) => name.endsWith('.incr.aof')) ?? 'none');
    // In the middle of a command: what was acknowledged last is gone.
    truncateSync(file, statSync(file).size - 25);
    await kept.start();
    expect(await withClient((client) => client.dbsize(), kept)).toBeGreaterThan(0);
    expect(await stories(told)).toEqual(healthy);
    expect(await stories(await open())).toEqual(healthy);
  } finally {
    goTo(redis);
    await kept.remove();
  }
  await isUp();
  await system.check();
});

it('F21: a replica that lags takes over, and the old primary comes back as its replica; I28', async () => {
  const primary = await ownRedis();
  const replica = await ownRedis({ replicaOf: primary.port });
  try {
    goTo(primary);
    await isUp();
    await eventually(
      () => withClient((client) => client.info('replication'), replica),
      (info) => info.includes('master_link_status:up'),
    );
    replica.running().child.kill('SIGSTOP');
    const told = await open();
    await seen(told, 25);
    await primary.kill();
    replica.running().child.kill('SIGCONT');
    await withClient((client) => client.replicaof('NO', 'ONE'), replica);
    goTo(replica);
    expect(await stories(told)).toEqual(healthy);
    await isUp();

    // Whoever is connected to a primary that becomes a replica stays connected, and is told READONLY.
    await primary.start();
    goTo(primary);
    await isUp();
    const later = await open();
    await withClient((client) => client.replicaof('127.0.0.1', replica.port), primary);
    wire.lead(replica.port);
    expect(await stories(later)).toEqual(healthy);
    expect(await stories(await open())).toEqual(healthy);
    // Nobody stays behind: bells and hints go to the primary that is one, and the door says so.
    await isUp();
    await eventually(
      () => withClient((client) => client.client('LIST'), replica),
      (list) => String(list).match(/cmd=bzpopmin/g)?.length === JOBS.length,
    );
    const { id } = await created(system.client, aMockWish('none ignore'));
    const page = openPage(system.client, 'ws', id);
    await page.sees(({ sequence }) => sequence === 2);
    const channel = `${system.env['REDIS_PREFIX'] ?? ''}:intent:${id}`;
    expect(await withClient((client) => client.pubsub('NUMSUB', channel), replica)).toEqual([channel, 1]);
    await system.controls.phone('mock', id, 'approve');
    expect((await page.ended).at(-1)?.status).toBe('SUCCEEDED');
  } finally {
    goTo(redis);
    await Promise.all([primary.remove(), replica.remove()]);
  }
  await isUp();
  await system.check();
});

it.each<[string, Mode]>([
  ['two seconds late', { latencyMs: 2_000 }],
  ['cut in the middle of replies', { cutAfter: 300 }],
  ['swallowed', 'blackhole'],
  ['reset', 'cut'],
])('F23: the words of Redis are %s: mutations stay under a second, and all goes on; I28', async (_what, mode) => {
  wire.set(mode);
  const told = await open();
  const tookMs: number[] = [];
  for (let time = 0; time < 5; time += 1) {
    const before = performance.now();
    await system.client.call(CreateIntent, { input: aMockWish() });
    tookMs.push(performance.now() - before);
  }
  expect(tookMs.toSorted((a, b) => a - b)[2]).toBeLessThan(1_000);
  expect(await stories(told)).toEqual(healthy);
  wire.set('pass');
  wire.cut();
  await isUp();
  await system.witness.allEnd();
  await system.check();
});

it('F20: Redis is stopped: mutations stay under a second, and all goes on; I28', async () => {
  redis.running().child.kill('SIGSTOP');
  const told = await open();
  const tookMs: number[] = [];
  for (let time = 0; time < 9; time += 1) {
    const before = performance.now();
    await system.client.call(CreateIntent, { input: aMockWish() });
    tookMs.push(performance.now() - before);
  }
  // The middle one: this machine may be busy, but a wait for Redis would be in all of them.
  expect(tookMs.toSorted((a, b) => a - b)[4]).toBeLessThan(1_000);
  expect(await stories(told)).toEqual(healthy);
  await system.witness.allEnd();
  redis.running().child.kill('SIGCONT');
  await isUp();
  await system.check();
});

it('F22: Redis is full and takes no job; I28', async () => {
  await withClient((client) => client.config('SET', 'maxmemory', '1'));
  expect(await stories(await open())).toEqual(healthy);
  await withClient((client) => client.config('SET', 'maxmemory', '0'));
  expect(await stories(await open())).toEqual(healthy);
  await system.check();
});

/** All connections end, and are made again to this one. */
function goTo(server: OwnServer): void {
  wire.lead(server.port);
  wire.cut();
}

/** The door says so when it has Redis back. */
async function isUp(): Promise<void> {
  const ready = async () =>
    (await (await fetch(`${system.apiUrl}/readyz`)).json()) as { parts: Record<string, string> };
  await eventually(ready, ({ parts }) => parts['redis'] === 'up', { everyMs: 100 });
}
