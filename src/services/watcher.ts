// One reader of a live stream: a cursor into what its topic knows. There are ten thousand of them, so what it can do is
// written once, on its class, and what it waits with is its reader.

import { iteratorOf, type Waiter } from '../core/supply.ts';
import { StreamClosed, type StreamEnd, type StreamItem, type Viewer, type Watch } from './index.ts';
import { addWatcher, forget, itemOf, type Topic } from './topic.ts';

/** What a watcher needs of the streams that it is one of. */
export interface WatcherHome {
  /** What is known of the right to see it, without asking. */
  readonly isLiveNow: (viewer: Viewer) => boolean | null;
  readonly isLive: (viewer: Viewer) => Promise<boolean>;
  readonly left: (watcher: Watcher) => void;
}

export class Watcher implements Watch {
  readonly home: WatcherHome;
  readonly topic: Topic;
  readonly viewer: Viewer;
  /** Among the topic's watchers; -1 when it has left. */
  place: number;
  cursor: number;
  /** Since when news has been waiting for this reader; null when it has everything. */
  behindSince: number | null = null;
  /** What the next look throws. */
  fault: Error | null = null;
  isOver = false;
  waiter: Waiter | null = null;
  isAsking = false;
  /** What was answered a moment ago. */
  answer: boolean | null = null;

  constructor(home: WatcherHome, topic: Topic, viewer: Viewer, cursor: number) {
    this.home = home;
    this.topic = topic;
    this.viewer = viewer;
    this.cursor = cursor;
    this.place = addWatcher(topic, this);
  }

  take(waiter: Waiter): StreamItem | null | undefined {
    if (this.isOver) return null;
    if (this.fault !== null) return this.fail(this.fault);
    const { topic, cursor } = this;
    if (cursor >= topic.count) {
      if (topic.done) {
        this.close();
        return null;
      }
      this.waiter = waiter;
      return undefined;
    }
    const isLive = this.answer ?? this.home.isLiveNow(this.viewer);
    if (isLive === null) {
      this.waiter = waiter;
      this.ask();
      return undefined;
    }
    if (!isLive) return this.fail(endOf('REVOKED'));
    const item = itemOf(topic, cursor);
    this.cursor = cursor + 1;
    this.behindSince = this.cursor < topic.count ? performance.now() : null;
    // Nobody else has a use for it. Where many watch, more may be coming, and it waits for the next look.
    if (topic.watchers.length === 1) forget(topic);
    return item;
  }

  close(): void {
    this.isOver = true;
    this.home.left(this);
    this.wake();
  }

  /** There may be something new for its reader. */
  stir(): void {
    if (this.cursor < this.topic.count) this.behindSince ??= performance.now();
    this.wake();
  }

  /** Nothing is kept for it any more, and its reader hears why. */
  end(reason: StreamEnd): void {
    this.fault = endOf(reason);
    this.stir();
    this.home.left(this);
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<StreamItem, undefined> {
    return iteratorOf(this);
  }

  private wake(): void {
    const { waiter } = this;
    this.waiter = null;
    waiter?.wake();
  }

  private fail(error: Error): never {
    this.close();
    throw error;
  }

  private ask(): void {
    if (this.isAsking) return;
    this.isAsking = true;
    this.home
      .isLive(this.viewer)
      .then((answer) => {
        this.answer = answer;
      })
      .catch((error: unknown) => {
        this.fault ??= error instanceof Error ? error : new Error(String(error));
      })
      .finally(() => {
        this.isAsking = false;
        this.wake();
        // It was for this look.
        this.answer = null;
      });
  }
}

const ENDINGS: Readonly<Record<StreamEnd, string>> = {
  REVOKED: 'The key or token of this stream is no longer valid.',
  SLOW_READER: 'This reader is too slow; connect again with the last sequence you saw.',
  SHUTTING_DOWN: 'The server is shutting down; connect again with the last sequence you saw.',
};

export function endOf(reason: StreamEnd): StreamClosed {
  return new StreamClosed(reason, ENDINGS[reason]);
}
