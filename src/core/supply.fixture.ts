// A supply that gives what a test has put in.

import { iteratorOf, type Supply, type Waiter } from './supply.ts';

export interface Queue<T> extends Supply<T>, AsyncIterable<T, undefined> {
  /** An error ends it, and so does null. */
  push(news: T | Error | null): void;
  readonly waiting: number;
  readonly isClosed: boolean;
}

export function queueOf<T>(...first: readonly (T | null)[]): Queue<T> {
  const queue: (T | Error | null)[] = [...first];
  let waiter: Waiter | null = null;
  let isClosed = false;
  const wake = (): void => {
    const woken = waiter;
    waiter = null;
    woken?.wake();
  };
  return {
    get waiting() {
      return queue.length;
    },
    get isClosed() {
      return isClosed;
    },
    push(news) {
      queue.push(news);
      wake();
    },
    take(reader) {
      if (isClosed) return null;
      const news = queue.shift();
      if (news === undefined) waiter = reader;
      if (news === null || news instanceof Error) isClosed = true;
      if (news instanceof Error) throw news;
      return news;
    },
    close() {
      isClosed = true;
      wake();
    },
    [Symbol.asyncIterator]() {
      return iteratorOf(this);
    },
  };
}
