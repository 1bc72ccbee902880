// Ten thousand pages, each of which watches a payment of its own. B5: all payments have news at once, and each hint comes
// over Redis; until the last page has its own, against a bare WebSocket server that sends the same bytes to as many. B7:
// what a page that watches and hears nothing costs in memory, against the same bare server.

import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { Intent } from '../src/core/intent.ts';
import {
  createdIntent,
  measured,
  openFloor,
  openListeners,
  openWatchers,
  startApi,
  startBroadcast,
  type Side,
} from './live.ts';
import type { Crowd } from './crowd-apart.ts';
import { inTurns, type Figures } from './load.ts';
import type { Places } from './places.ts';
import type { MemoryFigures, MemoryOutcome, Outcome } from './report.ts';
import type { Profiles, Server } from './server.ts';

const SOCKETS = 10_000;
const ROUNDS = 4;
const BURSTS_A_ROUND = 3;
const MEMORY_ROUNDS = 2;
/** Opened and closed again before the first look at the memory: what is made once is not a socket's. */
const WARM_SOCKETS = 500;
/** From then on the tail finds what no hint has told, as it always may. */
const TAIL_WAITS_MS = 1_000;
/** Longer than anything is kept for the sake of those who come at the same time. */
const SETTLE_MS = 3_000;
const COLLECTIONS = 3;

/** Who is measured: in every round with sockets, and with payments, of its own. */
interface Contender {
  readonly server: Server;
  open(): Promise<Side>;
}

export async function benchBurst(places: Places, profiles: Profiles): Promise<Outcome> {
  const ours = await openOurs(places, profiles);
  const floor = await openBare(await textOf(ours), profiles);
  await roundOf(ours);
  await roundOf(floor);
  const rounds = await inTurns(ours, floor, ROUNDS, roundOf);
  await Promise.all([ours.server.stop(), floor.server.stop()]);
  const goals = [{ name: 'time', must: 0.16, aim: 0.3 }] as const;
  const title = `An event of its own to each of ${SOCKETS} sockets, until the last has it, against raw ws`;
  return { id: 'b5', title, unit: 'sockets', goals, rounds };
}

/** Payments of its own, because few have as many events as a run has bursts; and the first event of a socket is not counted. */
async function roundOf({ open }: Contender): Promise<Figures> {
  const side = await open();
  await side.event();
  const figures = await measured(side, BURSTS_A_ROUND);
  await side.crowd.close();
  return figures;
}

/** What one socket is sent. */
async function textOf({ open }: Contender): Promise<string> {
  const side = await open();
  const { texts } = await side.event();
  await side.crowd.close();
  return texts[0] ?? '';
}

async function openOurs(places: Places, profiles: Profiles): Promise<Contender> {
  const server = await startApi(places, profiles);
  const intent = await createdIntent(server, places);
  return {
    server,
    async open() {
      const ids = await copies(intent, places, SOCKETS);
      const crowd = await openWatchers(server, places.apiKey, ids);
      return { server, crowd, event: newsOfAll(ids, crowd, places) };
    },
  };
}

/** The floor, whose sockets are quiet for as long between two events: after a pause the kernel sends more slowly. */
async function openBare(text: string, profiles: Profiles): Promise<Contender> {
  const server = await startBroadcast(profiles);
  return {
    server,
    async open() {
      const side = await openFloor(server, text, SOCKETS);
      return {
        ...side,
        async event() {
          const quiet = pause(TAIL_WAITS_MS);
          const arrival = await side.event();
          await quiet;
          return arrival;
        },
      };
    },
  };
}

/** All of these payments have one more event, and their hints come over Redis. */
function newsOfAll(ids: readonly string[], crowd: Crowd, { redisUrl, redisPrefix, models }: Places): Side['event'] {
  const intents = models.intents.collection;
  const ours = { _id: { $in: ids } } as never;
  let sequence = 1;
  return async () => {
    sequence += 1;
    // Without the number that the tail looks at, or it would tell some of them beforehand.
    const event = [{ ...newsOf(sequence), id: randomUUID() }];
    await intents.updateMany(ours, [
      { $set: { events: { $concatArrays: ['$events', event] }, version: { $add: ['$version', 1] } } },
    ]);
    const redis = new Redis(redisUrl);
    await redis.ping();
    const burst = redis.pipeline();
    for (const id of ids) burst.publish(`${redisPrefix}:intent:${id}`, String(sequence));
    const tail = pause(TAIL_WAITS_MS).then(() => intents.updateMany(ours, { $set: { sequence } }));
    const arrival = await crowd.event(() => void burst.exec());
    await tail;
    redis.disconnect();
    const wrong = arrival.texts.find(
      (text, at) => !text.includes(`"sequence":${sequence},`) || !text.includes(`"intent":{"id":"${ids[at] ?? ''}"`),
    );
    if (wrong !== undefined) throw new Error(`not event ${sequence} of its own payment: ${wrong}`);
    return arrival;
  };
}

/** Of all kinds, a refund's is the one that may come any number of times and ends nothing. */
function newsOf(sequence: number) {
  const cause = { kind: 'gateway', id: 'kkiapay' };
  const refund = { id: randomUUID(), amount: 1 };
  return { sequence, type: 'PAYMENT_REFUNDED', from: 'PENDING', status: 'PENDING', at: new Date(), cause, refund };
}

/** Payments like this one, each with its own ids and keys. */
async function copies(intent: Intent, { models }: Places, count: number): Promise<readonly string[]> {
  const { id, ...rest } = intent;
  const document = { ...rest, sequence: intent.events.length, lastOps: [] };
  const all = Array.from({ length: count }, () => ({
    ...document,
    _id: randomUUID(),
    events: intent.events.map((event) => ({ ...event, id: randomUUID() })),
    attempts: intent.attempts.map((attempt) => ({ ...attempt, id: randomUUID() })),
    keys: intent.keys.map((record) => ({ ...record, key: `create:${randomUUID()}` })),
  }));
  await models.intents.collection.insertMany(all as never);
  return all.map(({ _id }) => _id);
}

export async function benchMemory(places: Places, profiles: Profiles): Promise<MemoryOutcome> {
  const rounds = [];
  while (rounds.length < MEMORY_ROUNDS) {
    rounds.push({ ours: await memoryOfOurs(places, profiles), floor: await memoryOfFloor(profiles) });
  }
  const goals = [{ name: 'RSS', must: 3.3, aim: 2 }] as const;
  const title = `Memory for each of ${SOCKETS} sockets that watch a payment of their own, against raw ws`;
  return { id: 'b7', title, goals, rounds };
}

async function memoryOfOurs(places: Places, profiles: Profiles): Promise<MemoryFigures> {
  const server = await startApi(places, profiles);
  const ids = await copies(await createdIntent(server, places), places, WARM_SOCKETS + SOCKETS);
  return memoryOf(server, async (from, to) => openWatchers(server, places.apiKey, ids.slice(from, to)));
}

async function memoryOfFloor(profiles: Profiles): Promise<MemoryFigures> {
  const server = await startBroadcast(profiles);
  return memoryOf(server, async (from, to) => openListeners(server, to - from));
}

async function memoryOf(server: Server, open: (from: number, to: number) => Promise<Crowd>): Promise<MemoryFigures> {
  const warm = await open(0, WARM_SOCKETS);
  await warm.close();
  const before = await settled(server);
  const crowd = await open(WARM_SOCKETS, WARM_SOCKETS + SOCKETS);
  const after = await settled(server);
  await crowd.close();
  await server.stop();
  return {
    rssBytes: (after.rssBytes - before.rssBytes) / SOCKETS,
    heldBytes: (after.heldBytes - before.heldBytes) / SOCKETS,
    rssMiB: after.rssBytes / 2 ** 20,
  };
}

async function settled(server: Server) {
  await pause(SETTLE_MS);
  for (let times = 0; times < COLLECTIONS; times += 1) {
    server.tell({ kind: 'collect' });
    await server.usage();
    await pause(SETTLE_MS / COLLECTIONS);
  }
  return server.usage();
}
