// Things that come in their own time and are taken one by one. Whoever waits for them with promises holds half a kilobyte of
// promises for as long as nothing comes; a waiter here is an object that is there anyway, told when it is worth to ask again.

export interface Waiter {
  /** Must not throw. */
  wake(): void;
}

export interface Supply<T> {
  /**
   * The next one; null: no more will come; undefined: there is none yet, and `waiter` will be woken, perhaps for nothing.
   * One waiter at a time. Throws, once, what ended it other than well.
   */
  take(waiter: Waiter): T | null | undefined;
  /** Nothing more is wanted. Whoever waits is woken to find the end. */
  close(): void;
}

/** For those who would rather wait with a promise. */
export function nextOf<T>(supply: Supply<T>): Promise<T | null> {
  return new Promise((resolve, reject) => {
    const waiter: Waiter = {
      wake() {
        try {
          const next = supply.take(waiter);
          if (next !== undefined) resolve(next);
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      },
    };
    waiter.wake();
  });
}

/** The same as an iterator. */
export function iteratorOf<T>(supply: Supply<T>): AsyncIterableIterator<T, undefined> {
  return {
    async next() {
      const value = await nextOf(supply);
      return value === null ? OVER : { done: false, value };
    },
    async return() {
      supply.close();
      return OVER;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

const OVER: IteratorReturnResult<undefined> = { done: true, value: undefined };
