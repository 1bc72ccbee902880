// B6: one payment, five thousand pages that watch it. From the moment the news is out until the last of them has it,
// through the real API process, against a bare WebSocket server that sends the same bytes.

import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { append, revise, type Intent } from '../src/core/intent.ts';
import { createLog } from '../src/log.ts';
import { createBus, type RedisBus } from '../src/store/bus.ts';
import { createIntentStore } from '../src/store/intents.ts';
import {
  closeSide,
  createdIntent,
  measured,
  openFloor,
  openWatchers,
  startApi,
  startBroadcast,
  type Side,
} from './live.ts';
import { inTurns } from './load.ts';
import type { Places } from './places.ts';
import type { Outcome } from './report.ts';
import type { Profiles } from './server.ts';

const SOCKETS = 5_000;
const EVENTS_A_ROUND = 5;
const ROUNDS = 4;
const REDIS_MS = 5_000;

export async function benchFanOut(places: Places, profiles: Profiles): Promise<Outcome> {
  const { redisUrl: url, redisPrefix: prefix } = places;
  const bus = createBus({ url, prefix, log: createLog('warn') });
  try {
    await connected(bus);
    const ours = await openOurs(places, bus, profiles);
    const { texts } = await ours.event();
    const floor = await openFloor(await startBroadcast(profiles), texts[0] ?? '', SOCKETS);
    const measure = (side: Side) => measured(side, EVENTS_A_ROUND);
    await measure(ours);
    await measure(floor);
    const rounds = await inTurns(ours, floor, ROUNDS, measure);
    await closeSide(ours);
    await closeSide(floor);
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

async function openOurs(places: Places, bus: RedisBus, profiles: Profiles): Promise<Side> {
  const server = await startApi(places, profiles);
  const store = createIntentStore(places.models);
  let intent = await createdIntent(server, places);
  const ids = Array.from({ length: SOCKETS }, () => intent.id);
  const crowd = await openWatchers(server, places.apiKey, ids);

  return {
    server,
    crowd,
    async event() {
      const after = withNews(intent);
      const sequence = after.events.length;
      const arrival = await crowd.event(
        () => bus.publish(intent.id, sequence),
        async () => {
          const written = await store.write(intent, after);
          if (written !== 'written') throw new Error(`the event was not stored: ${written}`);
          intent = after;
        },
      );
      const [first = ''] = arrival.texts;
      if (!first.includes(`"sequence":${sequence},`)) throw new Error(`not event ${sequence}: ${first}`);
      const other = arrival.texts.find((text) => text !== first);
      if (other !== undefined) throw new Error(`not everybody was sent the same: ${first} and ${other}`);
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
