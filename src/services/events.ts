// The live stream of one payment. A topic is shared by everybody in this process who watches the same intent: one
// subscription, one read for each piece of news. A watcher is only a cursor into the topic's last snapshot, which holds all
// events, so that a slow one costs no memory and nothing can be skipped or repeated. Hints come over the bus; what they do
// not tell, the tail finds in MongoDB.

import { RequestError } from '../core/errors.ts';
import { isUuid } from '../core/ids.ts';
import { isTerminal, type Intent } from '../core/intent.ts';
import { StreamClosed, type Auth, type Events, type StreamEnd, type StreamItem } from './index.ts';
import type { Bus, IntentStore, Log } from './ports.ts';
import { createReads } from './reads.ts';
import {
  addWatcher,
  emptyTopic,
  forget,
  itemOf,
  learn,
  removeWatcher,
  type Step,
  type Topic,
  type Watcher,
} from './topic.ts';

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

  const reads = createReads<Topic>({
    async read(wanted) {
      const at = performance.now();
      for (const topic of wanted) topic.readAt = at;
      const found = await intents.findEach([...wanted]);
      for (const topic of wanted) {
        const intent = found.get(topic.id);
        if (intent !== undefined) show(topic, intent);
      }
    },
    failed: (error) => log.warn({ err: error }, 'reading news failed; the tail tries again'),
  });

  function show(topic: Topic, intent: Intent): void {
    const isNews = learn(topic, intent, isTerminal(intent.status));
    if (isNews || topic.done) for (const watcher of [...topic.watchers]) stir(watcher);
  }

  function stir(watcher: Watcher): void {
    if (watcher.cursor < watcher.topic.count) watcher.behindSince ??= performance.now();
    const { wake } = watcher;
    if (wake === null) return;
    watcher.wake = null;
    wake(next(watcher));
  }

  bus.onHint((id, sequence) => {
    const topic = topics.get(id);
    // A read that fails has been logged, and the tail asks again.
    if (topic !== undefined && sequence > topic.count) reads.want(topic).catch(() => undefined);
  });

  function topicOf(appId: string, id: string): Topic {
    const known = topics.get(id);
    if (known !== undefined) return known;
    const topic = emptyTopic(appId, id);
    topics.set(id, topic);
    topic.joining = bus.join(id).then(() => {
      topic.joining = null;
    });
    return topic;
  }

  function leave(watcher: Watcher): void {
    const { topic } = watcher;
    if (!removeWatcher(watcher) || topic.watchers.length > 0) return;
    topics.delete(topic.id);
    bus.leave(topic.id);
  }

  function end(watcher: Watcher, reason: StreamEnd): void {
    watcher.ended = new StreamClosed(reason, ENDINGS[reason]);
    stir(watcher);
    leave(watcher);
  }

  async function tail(): Promise<void> {
    const all = [...topics.values()];
    for (let start = 0; start < all.length; start += TAIL_CHUNK) {
      for (const id of await intents.ahead(all.slice(start, start + TAIL_CHUNK))) {
        const topic = topics.get(id);
        if (topic !== undefined) reads.want(topic).catch(() => undefined);
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
        if (live.get(name) === false) end(watcher, 'REVOKED');
        else if (watcher.behindSince !== null && now - watcher.behindSince > settings.stallMs)
          end(watcher, 'SLOW_READER');
      }
      if (now - topic.readAt > FRESH_MS) forget(topic);
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

  function finish(watcher: Watcher): void {
    watcher.isOver = true;
    leave(watcher);
    stir(watcher);
  }

  /** At once, or when the watcher is stirred. One at a time. */
  function next(watcher: Watcher): Promise<Step> {
    const { topic, cursor, ended } = watcher;
    if (watcher.isOver) return Promise.resolve(OVER);
    if (ended !== null) {
      finish(watcher);
      return Promise.reject(ended);
    }
    if (cursor < topic.count) return take(watcher);
    if (topic.done) {
      finish(watcher);
      return Promise.resolve(OVER);
    }
    return new Promise((resolve) => {
      watcher.wake = resolve;
    });
  }

  async function take(watcher: Watcher): Promise<Step> {
    const isLive = await auth.isLive(watcher.viewer).catch((error: unknown) => {
      finish(watcher);
      throw error;
    });
    if (!isLive) {
      finish(watcher);
      throw new StreamClosed('REVOKED', ENDINGS.REVOKED);
    }
    // It has been ended meanwhile, and nothing is kept for it.
    if (watcher.place === -1) return next(watcher);
    const { topic, cursor } = watcher;
    const value = itemOf(topic, cursor);
    watcher.cursor = cursor + 1;
    watcher.behindSince = watcher.cursor < topic.count ? performance.now() : null;
    // Nobody else has a use for it. Where many watch, more may be coming, and it waits for the next look.
    if (topic.watchers.length === 1) forget(topic);
    return { done: false, value };
  }

  function iterate(watcher: Watcher): AsyncIterableIterator<StreamItem> {
    return {
      next: () => next(watcher),
      async return() {
        finish(watcher);
        return OVER;
      },
      async throw(error: unknown) {
        finish(watcher);
        throw error;
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
      if (closed) throw closing();
      // A foreign intent that is being watched is looked for like one that does not exist, and takes as long (I26).
      const isKnown = topics.get(intentId)?.appId === viewer.appId;
      if (!isKnown && (await intents.findOf(viewer.appId, intentId)) === null) return null;
      if (closed) throw closing();

      const topic = topicOf(viewer.appId, intentId);
      const watcher = addWatcher(topic, viewer, after ?? 0);
      try {
        // Subscribe, wait for the broker's word, and only then read: what happens in between is in the read or in a hint.
        if (topic.joining !== null) await topic.joining;
        if (topic.snapshot === null || performance.now() - topic.readAt > FRESH_MS) await reads.want(topic);
      } catch (error) {
        leave(watcher);
        throw error;
      }
      return iterate(watcher);
    },

    close() {
      closed = true;
      clearInterval(timer);
      for (const topic of [...topics.values()]) {
        for (const watcher of [...topic.watchers]) end(watcher, 'SHUTTING_DOWN');
      }
    },
  };
}

const OVER: IteratorReturnResult<undefined> = { done: true, value: undefined };

const ENDINGS: Readonly<Record<StreamEnd, string>> = {
  REVOKED: 'The key or token of this stream is no longer valid.',
  SLOW_READER: 'This reader is too slow; connect again with the last sequence you saw.',
  SHUTTING_DOWN: 'The server is shutting down; connect again with the last sequence you saw.',
};

function closing(): StreamClosed {
  return new StreamClosed('SHUTTING_DOWN', ENDINGS.SHUTTING_DOWN);
}
