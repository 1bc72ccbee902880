// What a test plants into a process before it starts: a crash or a blocked event loop at a step of money, another wall clock.
// docs/fault-tests.md says how to use it, and how to do the same by hand.

import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Step } from '../../src/services/steps.ts';

/** A step, or the n-th time that it is made. */
export type Moment = Step | `${Step}:${number}`;

export interface Plan {
  readonly crashAt?: Moment;
  /** The event loop is blocked from here on, until the test lets it go. */
  readonly stallAt?: Moment;
  /** Counts steps of this gateway, or of this intent, alone. */
  readonly onlyFor?: string;
  /** The wall clock, as compared with the true one. */
  readonly clockAheadMs?: number;
}

export interface Planted {
  readonly env: Readonly<Record<string, string>>;
  /** Ends what `stallAt` began. */
  letGo(): void;
  /** What the wall clock jumps to when the process gets SIGPWR. */
  setClock(aheadMs: number): void;
}

export function plant({ crashAt, stallAt, onlyFor, clockAheadMs }: Plan): Planted {
  const dir = mkdtempSync(join(process.env['TEST_DATA_DIR'] || tmpdir(), 'planted-'));
  const [latch, clock] = [join(dir, 'let-go'), join(dir, 'clock')];
  const preload = new URL('preload.ts', import.meta.url).href;
  return {
    env: {
      NODE_OPTIONS: `--import ${preload}`,
      ...(crashAt === undefined ? {} : { CRASH_AT: crashAt }),
      ...(stallAt === undefined ? {} : { STALL_AT: stallAt, STALL_UNTIL: latch }),
      ...(onlyFor === undefined ? {} : { ONLY_FOR: onlyFor }),
      ...(clockAheadMs === undefined ? {} : { CLOCK_AHEAD_MS: `${clockAheadMs}`, CLOCK_FILE: clock }),
    },
    letGo: () => writeFileSync(latch, ''),
    setClock: (aheadMs) => writeFileSync(clock, `${aheadMs}`),
  };
}
