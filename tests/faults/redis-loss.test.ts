// Goal: whatever becomes of Redis costs time and nothing else (I15, I28). Method: the same payments run in health and while
// a Redis of the test's own is flushed, killed, stopped or full; the stories that their pages were told and the providers'
// books have to be the same.

import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { TRANSPORTS } from '../testkit/client.ts';
import { CreateIntent } from '../testkit/documents.ts';
import { eventually } from '../testkit/eventually.ts';
import { openPage, type Page } from '../testkit/page.ts';
import { ownRedis, type OwnServer } from '../testkit/processes.ts';
import { startSystem, type System } from '../testkit/system.ts';
import { aMockWish, aWish, created } from '../testkit/wishes.ts';

vi.setConfig({ testTimeout: 60_000 });

let system: System;
let redis: OwnServer;
let healthy: readonly string[];
beforeAll(async () => {
  redis = await ownRedis();
  system = await startSystem({
    tuning: { settleMs: 400, promptMs: null, slowMs: 500, lateMs: 20_000 },
    env: { REDIS_URL: redis.url, MOCK_POLL_DELAYS_MS: '300,600', KKIAPAY_POLL_DELAYS_MS: '300,600' },
  });
  await Promise.all([system.start('api'), system.start('worker')]);
  healthy = await stories(await open());
});
afterAll(async () => {
  await system.close();
  await redis.remove();
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

async function withClient<T>(use: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis(redis.url);
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

/** The door says so when it has Redis back. */
async function isUp(): Promise<void> {
  const ready = async () =>
    (await (await fetch(`${system.apiUrl}/readyz`)).json()) as { parts: Record<string, string> };
  await eventually(ready, ({ parts }) => parts['redis'] === 'up', { everyMs: 100 });
}
