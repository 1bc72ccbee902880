// Waiting for a state that nothing announces: look, and look again, for a bounded time.

export interface Patience {
  readonly withinMs?: number;
  readonly everyMs?: number;
}

/** What `look` returned when it first fitted. Throws with the last thing seen, so that the test says what was there. */
export async function eventually<T>(
  look: () => Promise<T> | T,
  fits: (seen: T) => boolean,
  { withinMs = 30_000, everyMs = 25 }: Patience = {},
): Promise<T> {
  const until = performance.now() + withinMs;
  for (;;) {
    const seen = await look();
    if (fits(seen)) return seen;
    if (performance.now() > until) throw new Error(`not within ${withinMs} ms; last seen: ${JSON.stringify(seen)}`);
    await pause(everyMs);
  }
}

/** Between two looks or two tries; never in place of knowing. */
export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
