// B6: one payment, five thousand pages that watch it. From the moment the news is out until the last of them has it,
// through the real API process, against a bare WebSocket server that sends the same bytes.

import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { append, revise, type Intent } from '../src/core/intent.ts';
import { createLog } from '../src/log.ts';
import { createBus, type RedisBus } from '../src/store/bus.ts';
import { createIntentStore } from '../src/store/intents.ts';
import { openCrowd, type Arrival, type Crowd } from './crowd.ts';
import { CREATE_INTENT, INTENT_EVENTS } from './documents.ts';
import { ask, inTurns, jsonRequest, type Figures } from './load.ts';
import type { Places } from './places.ts';
import { median, type Outcome } from './report.ts';
import { startServer, type Profiles, type Server } from './server.ts';
import type { Broadcast } from './servers/broadcast.ts';

const SOCKETS = 5_000;
const EVENTS_A_ROUND = 5;
const ROUNDS = 4;
/** Fewer than the sockets of one address that may wait for their connection_init. */
const AT_ONCE = 16;
const PAUSE_MS = 100;
const REDIS_MS = 5_000;

interface Side {
  readonly server: Server;
  readonly crowd: Crowd;
  event(): Promise<Arrival>;
}

export async function benchFanOut(places: Places, profiles: Profiles): Promise<Outcome> {
  const { redisUrl: url, redisPrefix: prefix } = places;
  const bus = createBus({ url, prefix, log: createLog('warn') });
  try {
    await connected(bus);
    const ours = await openOurs(places, bus, profiles);
    const { text } = await ours.event();
    const floor = await openFloor(text, profiles);
    await measured(ours);
    await measured(floor);
    const rounds = await inTurns(ours, floor, ROUNDS, measured);
    for (const { server, crowd } of [ours, floor]) {
      crowd.close();
      await server.stop();
    }
    const goals = [{ name: 'time', must: 0.24, aim: 0.42 }] as const;
    const title = `One event to ${SOCKETS} sockets, until the last has it, against raw ws`;
    return { id: 'b6', title, unit: 'sockets', goals, rounds };
  } finally {
    bus.close();
  }
}

async function connected(bus: RedisBus): Promise<void> {
  const tooLate = performance.now() + REDIS_MS;
  while ((await bus.state()) !== 'up') {
    if (performance.now() > tooLate) throw new Error('Redis cannot be reached');
    await pause(10);
  }
}

async function openOurs({ env, apiKey, models }: Places, bus: RedisBus, profiles: Profiles): Promise<Side> {
  const server = await startServer({ name: 'api-live', entry: 'src/api.ts', env }, profiles);
  const graphqlUrl = `${server.url}/graphql`;
  const amount = { amount: 5_000, currency: 'XOF' };
  const wish = { amount, country: 'BJ', referenceId: 'order-1', gateway: 'KKIAPAY', paymentMode: 'WIDGET' };
  const variables = { input: { ...wish, idempotencyKey: randomUUID() } };
  const answer = await ask(jsonRequest(graphqlUrl, { query: CREATE_INTENT, variables }, apiKey), '');
  const { data } = JSON.parse(answer) as { data: { createIntent: { intent: { id: string } } } };
  const { id: intentId } = data.createIntent.intent;
  const store = createIntentStore(models);
  const stored = await store.find(intentId);
  if (stored === null) throw new Error(`no intent was made: ${answer}`);
  let intent: Intent = stored;

  const hello = { type: 'connection_init', payload: { apiKey } };
  const subscribe = { id: '1', type: 'subscribe', payload: { query: INTENT_EVENTS, variables: { intentId } } };
  const crowd = await openCrowd({
    url: graphqlUrl,
    count: SOCKETS,
    atOnce: AT_ONCE,
    protocol: 'graphql-transport-ws',
    steps: [
      { send: JSON.stringify(hello), until: (text) => text.includes('connection_ack') },
      { send: JSON.stringify(subscribe), until: (text) => text.includes('"sequence":1,') },
    ],
  });

  return {
    server,
    crowd,
    async event() {
      const after = withNews(intent);
      const written = await store.write(intent, after);
      if (written !== 'written') throw new Error(`the event was not stored: ${written}`);
      intent = after;
      const sequence = after.events.length;
      const arrival = await crowd.event(() => bus.publish(intentId, sequence));
      if (!arrival.text.includes(`"sequence":${sequence},`)) throw new Error(`not event ${sequence}: ${arrival.text}`);
      return arrival;
    },
  };
}

/** One event more. Of all kinds, a refund's is the one that may come any number of times and ends nothing. */
function withNews(intent: Intent): Intent {
  const at = new Date();
  const moment = { at, eventId: randomUUID(), cause: { kind: 'gateway', id: 'kkiapay' } } as const;
  const refund = { id: randomUUID(), amount: 1 };
  return append(revise(intent, {}, at), { type: 'PAYMENT_REFUNDED', from: intent.status, refund }, moment);
}

async function openFloor(text: string, profiles: Profiles): Promise<Side> {
  const server = await startServer({ name: 'broadcast', entry: 'bench/servers/broadcast.ts' }, profiles);
  const crowd = await openCrowd({ url: `${server.url}/`, count: SOCKETS, atOnce: AT_ONCE, protocol: null, steps: [] });
  const event = async (): Promise<Arrival> => {
    const arrival = await crowd.event(() => server.tell({ kind: 'broadcast', text } satisfies Broadcast));
    if (arrival.text !== text) throw new Error(`the floor sent something else: ${arrival.text}`);
    return arrival;
  };
  return { server, crowd, event };
}

async function measured({ server, event }: Side): Promise<Figures> {
  const before = await server.usage();
  const arrivals: Arrival[] = [];
  while (arrivals.length < EVENTS_A_ROUND) {
    arrivals.push(await event());
    await pause(PAUSE_MS);
  }
  const after = await server.usage();
  const lasts = arrivals.map(({ lastMs }) => lastMs);
  const cpuUs = after.cpuUs - before.cpuUs;
  const ms = median(lasts);
  return {
    count: EVENTS_A_ROUND,
    perSecond: (1_000 / ms) * SOCKETS,
    cpuUs: cpuUs / EVENTS_A_ROUND / SOCKETS,
    busy: cpuUs / 1_000 / lasts.reduce((sum, one) => sum + one, 0),
    p50Ms: ms,
    p99Ms: Math.max(...lasts),
    rssMiB: after.rssBytes / 2 ** 20,
  };
}
