// What a process knows of one intent that is being watched, and how far each watcher has come. Data, and what can be
// worked out of it; `events.ts` moves it.

import type { Intent } from '../core/intent.ts';
import type { StreamClosed, StreamItem, Viewer } from './index.ts';

export interface Topic {
  readonly id: string;
  readonly appId: string;
  /** The number of events that are known of. */
  count: number;
  version: number;
  /** What was read last; null when everybody has had all of it. Ten thousand quiet topics hold no payments. */
  snapshot: Snapshot | null;
  done: boolean;
  readAt: number;
  /** null once the broker has confirmed. */
  joining: Promise<void> | null;
  readonly watchers: Watcher[];
}

interface Snapshot {
  readonly intent: Intent;
  /** Each is made when the first watcher comes to it. */
  readonly items: (StreamItem | undefined)[];
}

export interface Watcher {
  readonly topic: Topic;
  readonly viewer: Viewer;
  /** Among the topic's watchers; -1 when it has left. */
  place: number;
  cursor: number;
  /** Since when news has been waiting for this reader; null when it has everything. */
  behindSince: number | null;
  ended: StreamClosed | null;
  isOver: boolean;
  /** Of the reader that waits for the next step; null when it does not. */
  wake: ((step: Promise<Step>) => void) | null;
}

export type Step = IteratorResult<StreamItem, undefined>;

export function emptyTopic(appId: string, id: string): Topic {
  return {
    id,
    appId,
    count: 0,
    version: -1,
    snapshot: null,
    done: false,
    readAt: -Infinity,
    joining: null,
    watchers: [],
  };
}

/** Takes in what was read. true: there are events that were not known. */
export function learn(topic: Topic, intent: Intent, isOver: boolean): boolean {
  const count = intent.events.length;
  // Several reads are under way at a time, and an older one may come last.
  if (intent.version < topic.version || count < topic.count) return false;
  const isNews = count > topic.count;
  // All items carry the latest intent, so that one snapshot is held and not one for each event.
  if (isNews || topic.snapshot?.intent.version !== intent.version) topic.snapshot = { intent, items: [] };
  topic.count = count;
  topic.version = intent.version;
  topic.done = isOver;
  return isNews;
}

/** Lets go of a payment that everybody has had all of. */
export function forget(topic: Topic): void {
  if (topic.watchers.every(({ cursor }) => cursor >= topic.count)) topic.snapshot = null;
}

/** Every watcher of one event is given the same object. */
export function itemOf({ id, snapshot }: Topic, index: number): StreamItem {
  const event = snapshot?.intent.events[index];
  if (snapshot === null || event === undefined) throw new Error(`event ${index + 1} of ${id} was let go too early`);
  const { intent, items } = snapshot;
  return (items[index] ??= { event, intent });
}

export function addWatcher(topic: Topic, viewer: Viewer, cursor: number): Watcher {
  const place = topic.watchers.length;
  const watcher: Watcher = { topic, viewer, place, cursor, behindSince: null, ended: null, isOver: false, wake: null };
  topic.watchers.push(watcher);
  return watcher;
}

/** false: it has left before. */
export function removeWatcher(watcher: Watcher): boolean {
  const { topic, place } = watcher;
  if (place === -1) return false;
  watcher.place = -1;
  // The last one takes the place, so that thousands may leave without a search.
  const last = topic.watchers.pop();
  if (last !== undefined && last !== watcher) {
    topic.watchers[place] = last;
    last.place = place;
  }
  return true;
}
