// Reads what many ask for with few queries. Ten thousand hints that come at once would be ten thousand finds, which is more
// than the connections to MongoDB take in a few seconds; so whatever is asked for in the same moment, or while enough
// queries are out, goes together.

/** As much as one query asks for: about what one reply brings. */
const TOGETHER_MAX = 200;
/** One is read while the reply of another is taken in. */
const AT_ONCE_MAX = 4;

export interface Reads<Wish> {
  /**
   * Resolves when a read has been taken in that began after this call. Rejects when it failed; that has been told to
   * `failed`, so whoever does not wait need not look.
   */
  want(wish: Wish): Promise<void>;
}

interface Batch<Wish> {
  readonly wishes: Set<Wish>;
  readonly done: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export function createReads<Wish>(world: {
  /** Reads these and takes in what it finds. */
  readonly read: (wishes: ReadonlySet<Wish>) => Promise<void>;
  readonly failed: (error: unknown) => void;
}): Reads<Wish> {
  const { read, failed } = world;
  /** Not begun. Only the last one takes more. */
  const waiting: Batch<Wish>[] = [];
  let running = 0;
  let isDue = false;

  function newBatch(): Batch<Wish> {
    const { promise: done, resolve, reject } = Promise.withResolvers<undefined>();
    done.catch(failed);
    const batch: Batch<Wish> = { wishes: new Set(), done, resolve: () => resolve(undefined), reject };
    waiting.push(batch);
    return batch;
  }

  function start(): void {
    isDue = false;
    while (running < AT_ONCE_MAX) {
      const batch = waiting.shift();
      if (batch === undefined) return;
      running += 1;
      read(batch.wishes)
        .then(batch.resolve, batch.reject)
        .finally(() => {
          running -= 1;
          start();
        });
    }
  }

  return {
    want(wish) {
      const asked = waiting.find(({ wishes }) => wishes.has(wish));
      if (asked !== undefined) return asked.done;
      const last = waiting.at(-1);
      const batch = last === undefined || last.wishes.size >= TOGETHER_MAX ? newBatch() : last;
      batch.wishes.add(wish);
      if (!isDue && running < AT_ONCE_MAX) {
        isDue = true;
        queueMicrotask(start);
      }
      return batch.done;
    },
  };
}
