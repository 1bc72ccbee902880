// Time as a simulator sees it: injected, so that a test can let two minutes pass at once.

export interface Timers {
  now(): Date;
  /** Runs once, after at least `ms`. The function that is returned forgets it. */
  after(ms: number, run: () => void): () => void;
}

/** The machine's own time. A waiting timer does not keep the process alive. */
export function systemTimers(): Timers {
  return {
    now: () => new Date(),
    after(ms, run) {
      const timer = setTimeout(run, ms);
      timer.unref();
      return () => clearTimeout(timer);
    },
  };
}
