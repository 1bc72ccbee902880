// Many seeds in one process, a few of them at once: while one waits for MongoDB another computes. Each has a database, a
// clock and a scheduler of its own, so that none can tell that the others are there.

import { randomUUID } from 'node:crypto';
import { openPlace } from './database.ts';
import { play, type Outcome, type RunOptions } from './run.ts';

export interface FleetOptions extends RunOptions {
  readonly mongoUrl: string;
  readonly lanes?: number;
}

const LANES = 3;

/** Tells each outcome as it comes, in no order. `onOutcome` may return false to end early. */
export async function playAll(
  seeds: Iterable<number>,
  { mongoUrl, lanes = LANES, ...options }: FleetOptions,
  onOutcome: (outcome: Outcome) => boolean | void,
): Promise<void> {
  const left = seeds[Symbol.iterator]();
  let goesOn = true;
  const name = `model_${randomUUID().replaceAll('-', '').slice(0, 12)}`;

  async function lane(number: number): Promise<void> {
    const place = await openPlace(mongoUrl, `${name}_${number}`);
    try {
      for (let next = left.next(); goesOn && next.done !== true; next = left.next()) {
        const seed = next.value;
        const outcome = await play(seed, place, options).catch((error: unknown) => failed(seed, error));
        if (onOutcome(outcome) === false) goesOn = false;
      }
    } finally {
      await place.close();
    }
  }
  await Promise.all(Array.from({ length: lanes }, (_, number) => lane(number)));
}

/** A run that could not be played to its end is a finding too. */
function failed(seed: number, error: unknown): Outcome {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { seed, faults: [`the run broke off: ${text}`], reached: new Map(), trace: [], hash: '' };
}

export function* seedsFrom(from: number, count: number, step = 1): Generator<number> {
  for (let index = 0; index < count; index += step) yield from + index;
}

/** What all of them reached, the names in order. */
export function merged(tallies: Iterable<ReadonlyMap<string, number>>): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  for (const tally of tallies) for (const [name, times] of tally) sums.set(name, (sums.get(name) ?? 0) + times);
  return new Map([...sums].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
