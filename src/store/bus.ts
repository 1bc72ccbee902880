// Hints over Redis pub/sub: "intent X has event n". At most once, by nature; what is lost is found by the tail in
// `services/events.ts`. One subscription a topic and process, however many watch it.

import { once } from 'node:events';
import { Redis } from 'ioredis';
import type { Bus, Log } from '../services/ports.ts';

/** No request waits longer than this for Redis (rule 8). */
const WAIT_MS = 250;
const CHANNELS_AT_ONCE = 500;
/** At start alone: the connection has only just been asked for, and what is asked before it stands is refused unasked. */
const FIRST_READY_MS = 3_000;
/** What `state` writes is gone after this. */
const PULSE_MS = 60_000;
/** A process that has only just started may miss an answer within 250 ms. */
const POLICY_TRIES = 3;

export interface RedisBus extends Bus {
  /** Writes to it, for 250 ms at most: a primary that has become a replica answers every question and takes no bell. */
  state(): Promise<'up' | 'away'>;
  /** `maxmemory-policy` as the server has it; null when Redis is not there within 3 s, or does not say. */
  evictionPolicy(): Promise<string | null>;
  close(): void;
}

export function createBus({ url, prefix, log }: { url: string; prefix: string; log: Log }): RedisBus {
  const shared = {
    lazyConnect: true,
    connectTimeout: 2_000,
    retryStrategy: (tries: number) => Math.min(50 * 2 ** tries, 1_000),
  };
  const publisher = new Redis(url, {
    ...shared,
    enableOfflineQueue: false,
    commandTimeout: WAIT_MS,
    maxRetriesPerRequest: 0,
    reconnectOnError: isReadOnly,
  });
  // The ready check sends INFO, which a connection in subscriber mode refuses.
  const subscriber = new Redis(url, {
    ...shared,
    enableOfflineQueue: false,
    enableReadyCheck: false,
    autoResubscribe: false,
  });

  const joined = new Set<string>();
  const hintListeners = new Set<(intentId: string, sequence: number) => void>();
  const gapListeners = new Set<() => void>();
  const channels = `${prefix}:intent:`;
  const channelOf = (intentId: string): string => `${channels}${intentId}`;
  /** Asked for in this moment, to be sent as one command: a restart brings all pages back at once. */
  let joining: { readonly ids: Set<string>; readonly confirmed: Promise<void> } | null = null;

  for (const [name, redis] of [
    ['publisher', publisher],
    ['subscriber', subscriber],
  ] as const) {
    let away = false;
    redis.on('error', (error: Error) => {
      if (!away)
        log.warn({ connection: name, reason: error.message }, 'redis is away; hints are late until it is back');
      away = true;
    });
    redis.on('ready', () => {
      away = false;
    });
    redis.connect().catch(() => undefined);
  }

  const hear = (intentId: string, sequence: number): void => {
    for (const listener of hintListeners) listener(intentId, sequence);
  };
  subscriber.on('message', (channel: string, message: string) => hear(channel.slice(channels.length), Number(message)));

  // After a cut, hints may have been missed: join everything again, then let the tail look.
  subscriber.on('ready', () => {
    void subscribe([...joined])
      .then(() => {
        for (const listener of gapListeners) listener();
      })
      .catch((error: unknown) => log.warn({ reason: String(error) }, 'subscribing again failed'));
  });
  async function subscribe(ids: readonly string[]): Promise<void> {
    for (let start = 0; start < ids.length; start += CHANNELS_AT_ONCE) {
      await subscriber.subscribe(...ids.slice(start, start + CHANNELS_AT_ONCE).map(channelOf));
    }
  }

  function newJoining() {
    const ids = new Set<string>();
    const confirmed = Promise.resolve().then(async () => {
      joining = null;
      // Rejected when Redis is away: `ready` joins it then.
      await within(WAIT_MS, subscribe([...ids])).catch(() => undefined);
    });
    return { ids, confirmed };
  }

  return {
    publish(intentId, sequence) {
      // Watchers in this process hear it at once, Redis or not; a second hint of the same event is harmless.
      hear(intentId, sequence);
      publisher.publish(channelOf(intentId), String(sequence)).catch(() => undefined);
    },

    join(intentId) {
      joined.add(intentId);
      joining ??= newJoining();
      joining.ids.add(intentId);
      return joining.confirmed;
    },
    leave(intentId) {
      joined.delete(intentId);
      // One that has not been sent yet is not sent.
      if (joining?.ids.delete(intentId) !== true) subscriber.unsubscribe(channelOf(intentId)).catch(() => undefined);
    },
    onHint(listener) {
      hintListeners.add(listener);
    },
    onGap(listener) {
      gapListeners.add(listener);
    },
    async state() {
      const fault = await publisher.set(`${prefix}:pulse`, '1', 'PX', PULSE_MS).then(() => null, toError);
      // The subscriber writes nothing, and would hear nothing of it by itself.
      if (fault !== null && isReadOnly(fault)) subscriber.disconnect(true);
      return fault === null && subscriber.status === 'ready' ? 'up' : 'away';
    },
    async evictionPolicy() {
      if (publisher.status !== 'ready') await within(FIRST_READY_MS, once(publisher, 'ready')).catch(() => undefined);
      for (let tries = 0; tries < POLICY_TRIES; tries += 1) {
        const reply = await publisher.config('GET', 'maxmemory-policy').catch(() => null);
        if (Array.isArray(reply) && typeof reply[1] === 'string') return reply[1];
      }
      return null;
    },
    close() {
      publisher.disconnect();
      subscriber.disconnect();
    },
  };
}

/** We are still connected to what was the primary; the address may lead to another by now. */
function isReadOnly({ message }: Error): boolean {
  return message.includes('READONLY');
}

const toError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));

function within(ms: number, work: Promise<unknown>): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no answer in ${ms} ms`)), ms);
    work.then(() => resolve(), reject).finally(() => clearTimeout(timer));
  });
}
