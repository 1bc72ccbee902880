// What the benches of live events share: sides of which one is the product and one the floor, an event that reaches a
// crowd, and what the server has used until the last of the crowd had it.

import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Intent } from '../src/core/intent.ts';
import { createIntentStore } from '../src/store/intents.ts';
import { openCrowd, type Arrival, type Crowd } from './crowd-apart.ts';
import { CREATE_INTENT, INTENT_EVENTS } from './documents.ts';
import { ask, jsonRequest, type Figures } from './load.ts';
import type { Places } from './places.ts';
import { median } from './report.ts';
import { startServer, type Profiles, type Server } from './server.ts';
import type { Broadcast } from './servers/broadcast.ts';

/** Fewer than the sockets of one address that may wait for their connection_init. */
const AT_ONCE = 16;
const PAUSE_MS = 100;

export interface Side {
  readonly server: Server;
  readonly crowd: Crowd;
  event(): Promise<Arrival>;
}

export function startApi({ env }: Places, profiles: Profiles): Promise<Server> {
  return startServer({ name: 'api-live', entry: 'src/api.ts', env }, profiles);
}

export function startBroadcast(profiles: Profiles): Promise<Server> {
  return startServer({ name: 'broadcast', entry: 'bench/servers/broadcast.ts' }, profiles);
}

/** A payment as the product itself stores it. */
export async function createdIntent({ url }: Server, { apiKey, models }: Places): Promise<Intent> {
  const amount = { amount: 5_000, currency: 'XOF' };
  const wish = { amount, country: 'BJ', referenceId: 'order-1', gateway: 'KKIAPAY', paymentMode: 'WIDGET' };
  const variables = { input: { ...wish, idempotencyKey: randomUUID() } };
  const answer = await ask(jsonRequest(`${url}/graphql`, { query: CREATE_INTENT, variables }, apiKey), '');
  const { data } = JSON.parse(answer) as { data: { createIntent: { intent: { id: string } } } };
  const stored = await createIntentStore(models).find(data.createIntent.intent.id);
  if (stored === null) throw new Error(`no intent was made: ${answer}`);
  return stored;
}

/** One socket for each id, which watches that payment and has been sent its first event. */
export function openWatchers({ url }: Server, apiKey: string, intentIds: readonly string[]): Promise<Crowd> {
  const hello = { type: 'connection_init', payload: { apiKey } };
  const payload = { query: INTENT_EVENTS, variables: { intentId: '[<id>]' } };
  return openCrowd({
    url: `${url}/graphql`,
    ids: intentIds,
    atOnce: AT_ONCE,
    protocol: 'graphql-transport-ws',
    steps: [
      { send: JSON.stringify(hello), until: 'connection_ack' },
      { send: JSON.stringify({ id: '1', type: 'subscribe', payload }), until: '"sequence":1,' },
    ],
  });
}

export function openListeners({ url }: Server, count: number): Promise<Crowd> {
  const ids = Array.from({ length: count }, String);
  return openCrowd({ url: `${url}/`, ids, atOnce: AT_ONCE, protocol: null, steps: [] });
}

/** The floor sends the bytes of `text` to as many. */
export async function openFloor(server: Server, text: string, count: number): Promise<Side> {
  const crowd = await openListeners(server, count);
  const event = async (): Promise<Arrival> => {
    const arrival = await crowd.event(() => server.tell({ kind: 'broadcast', text } satisfies Broadcast));
    if (arrival.texts.some((one) => one !== text)) throw new Error('the floor sent something else');
    return arrival;
  };
  return { server, crowd, event };
}

export async function measured({ server, event }: Side, events: number): Promise<Figures> {
  const before = await server.usage();
  const arrivals: Arrival[] = [];
  while (arrivals.length < events) {
    arrivals.push(await event());
    await pause(PAUSE_MS);
  }
  const after = await server.usage();
  const sockets = arrivals[0]?.texts.length ?? 0;
  const lasts = arrivals.map(({ lastMs }) => lastMs);
  const cpuUs = after.cpuUs - before.cpuUs;
  const ms = median(lasts);
  return {
    count: events,
    perSecond: (1_000 / ms) * sockets,
    cpuUs: cpuUs / events / sockets,
    busy: cpuUs / 1_000 / lasts.reduce((sum, one) => sum + one, 0),
    p50Ms: ms,
    p99Ms: Math.max(...lasts),
    rssMiB: after.rssBytes / 2 ** 20,
  };
}

export async function closeSide({ server, crowd }: Side): Promise<void> {
  await crowd.close();
  await server.stop();
}
