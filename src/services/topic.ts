// What a process knows of one intent that is being watched, and how far each watcher has come. Data, and what can be
// worked out of it; `events.ts` moves it.

import type { StreamItem } from './index.ts';
import type { Reading } from './ports.ts';
import type { Watcher } from './watcher.ts';

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
  watchers: Watcher[];
}

interface Snapshot {
  readonly reading: Reading;
  /** Each is made when the first watcher comes to it. */
  readonly items: (StreamItem | undefined)[];
}

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
export function learn(topic: Topic, reading: Reading, isOver: boolean): boolean {
  const { eventCount: count } = reading;
  const { version } = reading.intent;
  // Several reads are under way at a time, and an older one may come last.
  if (version < topic.version || count < topic.count) return false;
  const isNews = count > topic.count;
  // All items carry the latest intent, so that one snapshot is held and not one for each event.
  if (isNews || topic.snapshot === null || version !== topic.version) topic.snapshot = { reading, items: [] };
  topic.count = count;
  topic.version = version;
  topic.done = isOver;
  return isNews;
}

/** Lets go of a payment that everybody has had all of. true: nothing is held any more. */
export function forget(topic: Topic): boolean {
  if (topic.snapshot !== null && topic.watchers.every(({ cursor }) => cursor >= topic.count)) topic.snapshot = null;
  return topic.snapshot === null;
}

/** Every watcher of one event is given the same object. */
export function itemOf({ id, snapshot }: Topic, index: number): StreamItem {
  if (snapshot === null) throw new Error(`event ${index + 1} of ${id} was let go too early`);
  const { reading, items } = snapshot;
  return (items[index] ??= { event: reading.eventAt(index), intent: reading.intent });
}

/** Its place among them. */
export function addWatcher(topic: Topic, watcher: Watcher): number {
  const place = topic.watchers.length;
  // Most are alone: a list that was grown by `push` has room for sixteen more.
  if (place === 0) topic.watchers = [watcher];
  else topic.watchers.push(watcher);
  return place;
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
