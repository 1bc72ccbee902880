// The sweeper: a plain timer in every worker process, because a scheduler that lives in Redis goes when Redis is wiped. It
// rings for whatever MongoDB says is due, and runs it here when nobody can be rung.

import type { Log, Work } from '../services/index.ts';

export interface Sweeper {
  close(): Promise<void>;
}

/** `everyMs`, give or take a quarter, so that many workers do not sweep in step. */
export function startSweeper({ work, everyMs, log }: { work: Work; everyMs: number; log: Log }): Sweeper {
  let running: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  const plan = (): void => {
    timer = setTimeout(
      () => {
        running = sweep();
      },
      everyMs * (0.75 + Math.random() / 2),
    );
  };
  async function sweep(): Promise<void> {
    try {
      await work.sweep();
    } catch (error) {
      log.warn({ err: error }, 'sweep failed; the next one comes in a moment');
    }
    if (!closed) plan();
  }
  plan();

  return {
    async close() {
      closed = true;
      clearTimeout(timer);
      await running;
    },
  };
}
