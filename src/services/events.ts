// The live stream of one payment. A topic is shared by everybody in this process who watches the same intent: one
// subscription, one read for each piece of news. A watcher is only a cursor into the topic's last snapshot, which holds all
// events, so that a slow one costs no memory and nothing can be skipped or repeated. Hints come over the bus; what they do
// not tell, the tail finds in MongoDB.

import { RequestError } from '../core/errors.ts';
import { isUuid } from '../core/ids.ts';
import { isTerminal, type Intent } from '../core/intent.ts';
import { StreamClosed, type Auth, type Events, type StreamEnd, type StreamItem, type Viewer } from './index.ts';
import type { Bus, IntentStore, Log } from './ports.ts';

const SEQUENCE_MAX = 1_000_000_000;
const TAIL_CHUNK = 1_000;
/** A snapshot this young was read after the broker had confirmed; a newcomer needs no other. */
const FRESH_MS = 500;

export interface EventsSettings {
  /** How often MongoDB is looked at for news that no hint told, and keys for their revocation. */
  readonly tailMs: number;
  /** A reader that has not taken waiting news for this long is ended. */
  readonly stallMs: number;
}

interface Topic {
  readonly id: string;
  readonly appId: string;
  items: readonly StreamItem[];
  done: boolean;
  readAt: number;
  reading: Promise<void> | null;
  queued: Promise<void> | null;
  readonly watchers: Set<Watcher>;
  readonly joined: Promise<() => void>;
}

interface Watcher {
  readonly viewer: Viewer;
  cursor: number;
  /** Since when news has been waiting for this reader; null when it has everything. */
  behindSince: number | null;
  ended: StreamClosed | null;
  wake: (() => void) | null;
}

export interface EventsWorld {
  readonly intents: IntentStore;
  readonly bus: Bus;
  readonly auth: Auth;
  readonly log: Log;
}

export function createEvents({ intents, bus, auth, log }: EventsWorld, settings: EventsSettings): Events {
  const topics = new Map<string, Topic>();
  let closed = false;
  let tailing: Promise<void> | null = null;

  /** One read runs and at most one waits: whoever asks during a read shares the next one, which sees all that they want. */
  function read(topic: Topic): Promise<void> {
    if (topic.queued !== null) return topic.queued;
    const start = async (): Promise<void> => {
      topic.queued = null;
      topic.readAt = performance.now();
      const intent = await intents.findOf(topic.appId, topic.id);
      if (intent !== null) show(topic, intent);
    };
    const running = topic.reading;
    const mine = (running === null ? start() : running.then(start, start)).finally(() => {
      if (topic.reading === mine) topic.reading = null;
    });
    if (running !== null) topic.queued = mine;
    topic.reading = mine;
    return mine;
  }

  function show(topic: Topic, intent: Intent): void {
    if (intent.events.length < topic.items.length) return;
    const news = intent.events.length > topic.items.length;
    // All items carry the latest intent, so that one snapshot is held and not one for each event.
    if (news || topic.items[0]?.intent.version !== intent.version)
      topic.items = intent.events.map((event) => ({ event, intent }));
    topic.done = isTerminal(intent.status);
    if (news || topic.done) for (const watcher of topic.watchers) stir(topic, watcher);
  }

  function stir(topic: Topic, watcher: Watcher): void {
    if (watcher.cursor < topic.items.length) watcher.behindSince ??= performance.now();
    watcher.wake?.();
    watcher.wake = null;
  }

  function onHint(topic: Topic, sequence: number): void {
    if (sequence <= topic.items.length) return;
    read(topic).catch((error: unknown) =>
      log.warn({ intentId: topic.id, err: error }, 'reading news failed; the tail tries again'),
    );
  }

  function topicOf(appId: string, id: string): Topic {
    const known = topics.get(id);
    if (known !== undefined) return known;
    const topic: Topic = {
      id,
      appId,
      items: [],
      done: false,
      readAt: -Infinity,
      reading: null,
      queued: null,
      watchers: new Set(),
      joined: bus.subscribe(id, (sequence) => onHint(topic, sequence)),
    };
    topics.set(id, topic);
    return topic;
  }

  function leave(topic: Topic, watcher: Watcher): void {
    topic.watchers.delete(watcher);
    if (topic.watchers.size > 0 || topics.get(topic.id) !== topic) return;
    topics.delete(topic.id);
    void topic.joined.then((unsubscribe) => unsubscribe());
  }

  function end(topic: Topic, watcher: Watcher, reason: StreamEnd): void {
    watcher.ended = new StreamClosed(reason, ENDINGS[reason]);
    stir(topic, watcher);
    leave(topic, watcher);
  }

  async function tail(): Promise<void> {
    const ids = [...topics.keys()];
    for (let start = 0; start < ids.length; start += TAIL_CHUNK) {
      const sequences = await intents.sequences(ids.slice(start, start + TAIL_CHUNK));
      for (const [id, sequence] of sequences) {
        const topic = topics.get(id);
        if (topic !== undefined) onHint(topic, sequence);
      }
    }
  }

  async function lookAfter(): Promise<void> {
    const now = performance.now();
    const live = new Map<string, boolean>();
    for (const topic of topics.values()) {
      for (const watcher of [...topic.watchers]) {
        const { viewer } = watcher;
        const name = viewer.kind === 'client' ? `${viewer.keyId}.${viewer.expiresAt.getTime()}` : viewer.keyId;
        if (!live.has(name)) live.set(name, await auth.isLive(viewer));
        if (live.get(name) === false) end(topic, watcher, 'REVOKED');
        else if (watcher.behindSince !== null && now - watcher.behindSince > settings.stallMs)
          end(topic, watcher, 'SLOW_READER');
      }
    }
  }

  const timer = setInterval(() => {
    tailing ??= Promise.all([tail(), lookAfter()])
      .then(() => undefined)
      // MongoDB is away: streams stay open and catch up when it is back.
      .catch((error: unknown) => log.warn({ err: error }, 'looking for news failed'))
      .finally(() => {
        tailing = null;
      });
  }, settings.tailMs);
  timer.unref();
  bus.onGap(() => void tail().catch((error: unknown) => log.warn({ err: error }, 'looking for missed news failed')));

  function iterate(topic: Topic, watcher: Watcher): AsyncIterableIterator<StreamItem> {
    const over: IteratorReturnResult<undefined> = { done: true, value: undefined };
    let finished = false;
    const finish = (): IteratorReturnResult<undefined> => {
      finished = true;
      leave(topic, watcher);
      watcher.wake?.();
      return over;
    };

    async function next(): Promise<IteratorResult<StreamItem, undefined>> {
      for (;;) {
        if (finished) return over;
        if (watcher.ended !== null) {
          finish();
          throw watcher.ended;
        }
        const item = topic.items[watcher.cursor];
        if (item !== undefined) {
          const isLive = await auth.isLive(watcher.viewer).catch((error: unknown) => {
            finish();
            throw error;
          });
          if (!isLive) {
            finish();
            throw new StreamClosed('REVOKED', ENDINGS.REVOKED);
          }
          watcher.cursor += 1;
          watcher.behindSince = watcher.cursor < topic.items.length ? performance.now() : null;
          return { done: false, value: item };
        }
        if (topic.done) return finish();
        await new Promise<void>((resolve) => {
          watcher.wake = resolve;
        });
      }
    }

    return {
      next,
      return: () => Promise.resolve(finish()),
      throw: (error: unknown) => {
        finish();
        return Promise.reject(error instanceof Error ? error : new Error(String(error)));
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }

  return {
    async watch(viewer, intentId, after) {
      if (after !== null && (after < 0 || after > SEQUENCE_MAX)) {
        throw new RequestError('BAD_USER_INPUT', `after must be 0..${SEQUENCE_MAX}.`);
      }
      const allowed = isUuid(intentId) && (viewer.kind === 'key' || viewer.intentId === intentId);
      if (!allowed) return null;
      if (closed) throw new StreamClosed('SHUTTING_DOWN', ENDINGS.SHUTTING_DOWN);
      // A foreign intent that is being watched is looked for like one that does not exist, and takes as long (I26).
      const isKnown = topics.get(intentId)?.appId === viewer.appId;
      if (!isKnown && (await intents.findOf(viewer.appId, intentId)) === null) return null;

      const topic = topicOf(viewer.appId, intentId);
      const watcher: Watcher = { viewer, cursor: after ?? 0, behindSince: null, ended: null, wake: null };
      topic.watchers.add(watcher);
      try {
        // Subscribe, wait for the broker's word, and only then read: what happens in between is in the read or in a hint.
        await topic.joined;
        if (performance.now() - topic.readAt > FRESH_MS || topic.items.length === 0) await read(topic);
        else await topic.reading;
      } catch (error) {
        leave(topic, watcher);
        throw error;
      }
      return iterate(topic, watcher);
    },

    close() {
      closed = true;
      clearInterval(timer);
      for (const topic of [...topics.values()]) {
        for (const watcher of [...topic.watchers]) end(topic, watcher, 'SHUTTING_DOWN');
      }
    },
  };
}

const ENDINGS: Readonly<Record<StreamEnd, string>> = {
  REVOKED: 'The key or token of this stream is no longer valid.',
  SLOW_READER: 'This reader is too slow; connect again with the last sequence you saw.',
  SHUTTING_DOWN: 'The server is shutting down; connect again with the last sequence you saw.',
};
