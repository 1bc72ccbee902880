// A clock that stands still until a test lets time pass.

import type { Timers } from './simulator-timers.ts';

export interface ManualTimers extends Timers {
  /** Runs what falls due within the next `ms`, in its order. */
  pass(ms: number): void;
  /** Resolves once somebody waits for exactly `ms`. */
  waitedFor(ms: number): Promise<void>;
}

interface Waiting {
  readonly at: number;
  readonly forMs: number;
  readonly run: () => void;
}

export function manualTimers(from = new Date('2026-03-08T12:00:00.000Z')): ManualTimers {
  let now = from.getTime();
  const waiting = new Set<Waiting>();
  const watchers = new Set<() => void>();

  return {
    now: () => new Date(now),
    after(ms, run) {
      const entry: Waiting = { at: now + ms, forMs: ms, run };
      waiting.add(entry);
      for (const look of watchers) look();
      return () => waiting.delete(entry);
    },
    pass(ms) {
      const until = now + ms;
      for (let next = earliest(waiting, until); next !== null; next = earliest(waiting, until)) {
        waiting.delete(next);
        now = Math.max(now, next.at);
        next.run();
      }
      now = until;
    },
    waitedFor(ms) {
      return new Promise((resolve) => {
        const look = (): void => {
          if (![...waiting].some(({ forMs }) => forMs === ms)) return;
          watchers.delete(look);
          resolve();
        };
        watchers.add(look);
        look();
      });
    },
  };
}

function earliest(waiting: ReadonlySet<Waiting>, until: number): Waiting | null {
  let first: Waiting | null = null;
  for (const entry of waiting) if (entry.at <= until && (first === null || entry.at < first.at)) first = entry;
  return first;
}
