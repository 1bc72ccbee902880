// The live stream of one payment. A topic is shared by everybody in this process who watches the same intent: one
// subscription, one read for each piece of news. A watcher is only a cursor into the topic's last snapshot, which holds all
// events, so that a slow one costs no memory and nothing can be skipped or repeated. Hints come over the bus; what they do
// not tell, the tail finds in MongoDB.

import { RequestError } from '../core/errors.ts';
import { isUuid } from '../core/ids.ts';
import { isTerminal } from '../core/intent.ts';
import type { AuthWithTokens } from './auth.ts';
import type { Events } from './index.ts';
import type { Bus, IntentStore, Log, Reading } from './ports.ts';
import { createReads } from './reads.ts';
import { emptyTopic, forget, learn, removeWatcher, type Topic } from './topic.ts';
import { endOf, Watcher, type WatcherHome } from './watcher.ts';

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
  readonly auth: Pick<AuthWithTokens, 'isLive' | 'isLiveNow' | 'isKeyLive'>;
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
      const found = await intents.readEach([...wanted]);
      for (const topic of wanted) {
        const reading = found.get(topic.id);
        if (reading !== undefined) show(topic, reading);
      }
    },
    failed: (error) => log.warn({ err: error }, 'reading news failed; the tail tries again'),
  });

  function show(topic: Topic, reading: Reading): void {
    const isNews = learn(topic, reading, isTerminal(reading.intent.status));
    if (isNews || topic.done) for (const watcher of [...topic.watchers]) watcher.stir();
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

  function left(watcher: Watcher): void {
    const { topic } = watcher;
    if (!removeWatcher(watcher) || topic.watchers.length > 0) return;
    topics.delete(topic.id);
    bus.leave(topic.id);
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

  /** What the database says of the keys behind all watchers: one question a key. Those that it does not say are left out. */
  async function keysNow(): Promise<ReadonlyMap<string, boolean>> {
    const keyIds = new Set<string>();
    topics.forEach(({ watchers }) => {
      for (const { viewer } of watchers) keyIds.add(viewer.keyId);
    });
    const answers = new Map<string, boolean>();
    const asking = [...keyIds].map(async (keyId) => answers.set(keyId, await auth.isKeyLive(keyId)));
    for (const result of await Promise.allSettled(asking)) {
      if (result.status === 'rejected') log.warn({ err: result.reason as unknown }, 'looking at a key again failed');
    }
    return answers;
  }

  /** Every 2 s for as long as nothing happens, so it leaves little to clear away: no copies and no lists. */
  async function lookAfter(): Promise<void> {
    const keys = await keysNow();
    const now = performance.now();
    topics.forEach((topic) => {
      // From the end: when one leaves, the last one takes its place.
      for (let at = topic.watchers.length - 1; at >= 0; at -= 1) {
        const watcher = topic.watchers[at];
        if (watcher === undefined) continue;
        const { viewer, behindSince } = watcher;
        if (keys.get(viewer.keyId) === false || auth.isLiveNow(viewer) === false) watcher.end('REVOKED');
        else if (behindSince !== null && now - behindSince > settings.stallMs) watcher.end('SLOW_READER');
      }
      if (now - topic.readAt > FRESH_MS && !forget(topic)) topic.snapshot?.reading.keep();
    });
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

  const home: WatcherHome = { isLive: auth.isLive, isLiveNow: auth.isLiveNow, left };

  return {
    async watch(viewer, intentId, after) {
      if (after !== null && (after < 0 || after > SEQUENCE_MAX)) {
        throw new RequestError('BAD_USER_INPUT', `after must be 0..${SEQUENCE_MAX}.`);
      }
      const allowed = isUuid(intentId) && (viewer.kind === 'key' || viewer.intentId === intentId);
      if (!allowed) return null;
      if (closed) throw endOf('SHUTTING_DOWN');
      // A foreign intent that is being watched is looked for like one that does not exist, and takes as long (I26).
      const isKnown = topics.get(intentId)?.appId === viewer.appId;
      if (!isKnown && !(await intents.has(viewer.appId, intentId))) return null;
      if (closed) throw endOf('SHUTTING_DOWN');

      const topic = topicOf(viewer.appId, intentId);
      const watcher = new Watcher(home, topic, viewer, after ?? 0);
      try {
        // Subscribe, wait for the broker's word, and only then read: what happens in between is in the read or in a hint.
        if (topic.joining !== null) await topic.joining;
        if (topic.snapshot === null || performance.now() - topic.readAt > FRESH_MS) await reads.want(topic);
      } catch (error) {
        left(watcher);
        throw error;
      }
      return watcher;
    },

    close() {
      closed = true;
      clearInterval(timer);
      for (const topic of [...topics.values()]) {
        for (const watcher of [...topic.watchers]) watcher.end('SHUTTING_DOWN');
      }
    },
  };
}
