// Goal: everything of ours dies in one moment, at any time, and what was acknowledged stands, what was begun ends, and nothing is
// done twice (F8; every invariant). Method: rounds from a seed. In each one API, worker, Redis and mongod are killed with
// kill -9 at a random moment of random work, and started again while callers repeat with their keys; the next round strikes
// before the last one is healed. FAULT_ROUNDS sets how many (by hand: 200), FAULT_SEED which ones; both are named when it fails.

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { chanceOf } from '../model/chance.ts';
import { TRANSPORTS, type Client } from '../testkit/client.ts';
import { eventually, pause } from '../testkit/eventually.ts';
import { openPage, type Page } from '../testkit/page.ts';
import { ownMongod, ownRedis, type OwnServer } from '../testkit/processes.ts';
import { startSystem, type System } from '../testkit/system.ts';
import { aMockWish, aWish, insist, refunded } from '../testkit/wishes.ts';

const ROUNDS = Number(process.env['FAULT_ROUNDS'] ?? 3);
const SEED = Number(process.env['FAULT_SEED'] ?? 20_260_101);
/** Everything is healed, and held against the books, after so many. */
const HELD_EVERY = 10;
const PAYMENTS = 8;
/** Of a caller, over many deaths. */
const PATIENCE_MS = 300_000;
const WORDS = ['', 'none', 'lost-reply', 'duplicate', 'slow', 'garbage none', 'reject', 'reordered'];

vi.setConfig({ testTimeout: 60_000 + ROUNDS * 30_000, hookTimeout: 90_000 });

let system: System;
let mongod: OwnServer;
let redis: OwnServer;
beforeAll(async () => {
  [mongod, redis] = await Promise.all([ownMongod(), ownRedis()]);
  system = await startSystem({
    tuning: { settleMs: 200, promptMs: null, slowMs: 600, lateMs: 20_000 },
    env: {
      MONGODB_URL: mongod.url,
      REDIS_URL: redis.url,
      MOCK_CALL_TIMEOUT_MS: '1000',
      MOCK_POLL_DELAYS_MS: '300,600',
      KKIAPAY_CALL_TIMEOUT_MS: '1500',
      KKIAPAY_POLL_DELAYS_MS: '300,600',
      KKIAPAY_PROMPT_SECONDS: '5',
      KKIAPAY_MARGIN_SECONDS: '1',
    },
  });
});
afterAll(async () => {
  await system.close();
  await Promise.all([mongod.remove(), redis.remove()]);
});

/** A caller creates, watches, and now and then sends a part back; it never gives up. */
async function serve(client: Client, chance: () => number, pages: Page[]): Promise<void> {
  const push = chance() < 0.25;
  const input = push ? aWish() : aMockWish(WORDS[Math.floor(chance() * WORDS.length)]);
  const key = randomUUID();
  const [transport, back] = [TRANSPORTS[Math.floor(chance() * 2)] ?? 'ws', chance() < 0.3 ? 500 : 0];
  const id = await insist(client, input, PATIENCE_MS);
  const page = openPage(client, transport, id);
  pages.push(page);
  const end = (await page.ended).at(-1)?.status;
  if (end !== 'SUCCEEDED' || back === 0 || push) return;
  const ask = () => refunded(client, id, back, key).catch(() => null);
  await eventually(ask, (answer) => answer?.__typename === 'RefundIntentSuccess', {
    everyMs: 200,
    withinMs: PATIENCE_MS,
  });
}

async function round(seed: number, callers: Promise<void>[], pages: Page[]): Promise<void> {
  const { next: chance } = chanceOf(`F8 ${seed}`);
  const parts = await Promise.all([system.start('api'), system.start('worker')]);
  for (let count = 0; count < PAYMENTS; count += 1) {
    const caller = serve(system.client, chance, pages);
    // Heard of when they are waited for.
    caller.catch(() => undefined);
    callers.push(caller);
  }
  await pause(Math.floor(chance() * 1_500));
  await Promise.all([...parts, mongod, redis].map((part) => part.kill('SIGKILL')));
  await Promise.all([mongod.start(), redis.start()]);
}

async function healed(callers: Promise<void>[], pages: readonly Page[]): Promise<void> {
  const parts = await Promise.all([system.start('api'), system.start('worker')]);
  await Promise.all(callers.splice(0));
  await system.witness.allEnd();
  await eventually(system.witness.inbox, (rows) => rows.every(({ state }) => state !== 'RECEIVED'), {
    withinMs: 60_000,
  });
  const isBack = ({ status }: { status: string }): boolean => status === 'SUCCEEDED';
  await eventually(
    () => system.witness.intents(),
    (intents) => intents.every(({ refunds }) => refunds.every(isBack)),
  );
  // Whoever watched was told the whole story, over every death.
  for (const page of pages) {
    const { events } = await system.witness.intent(page.intentId);
    const told = page.seen.map(({ sequence, status }) => [sequence, status]);
    expect(told).toEqual(events.slice(0, told.length).map(({ sequence, status }) => [sequence, status]));
  }
  await system.check();
  await Promise.all(parts.map((part) => part.kill('SIGKILL')));
}

it(`F8: everything is killed at once, ${ROUNDS} times from seed ${SEED}; every invariant`, async () => {
  const callers: Promise<void>[] = [];
  const pages: Page[] = [];
  for (let number = 1; number <= ROUNDS; number += 1) {
    const seed = SEED + number;
    try {
      await round(seed, callers, pages);
      if (number % HELD_EVERY === 0 || number === ROUNDS) await healed(callers, pages);
    } catch (error) {
      throw new Error(`in round ${number}: FAULT_SEED=${seed - 1} FAULT_ROUNDS=1`, { cause: error });
    }
  }
});
