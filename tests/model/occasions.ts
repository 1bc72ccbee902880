// When things happen to a payment: mostly in the seconds after it was made, where the races are, and sometimes whenever.

import type { Chance } from './chance.ts';
import type { Database } from './database.ts';
import type { Scheduler } from './scheduler.ts';
import type { Story } from './stories.ts';

export interface Occasions {
  /** Once, within the run. */
  someTime(story: Story, label: string, act: () => void): void;
  /** Soon after the payment is there, if it ever is. */
  soonAfterBirth(story: Story, label: string, act: () => void): void;
}

const SOON_MS = 15_000;
const SOON = 0.65;

export function createOccasions({
  scheduler,
  chance: seed,
  database,
  withinMs,
}: {
  readonly scheduler: Scheduler;
  readonly chance: Chance;
  readonly database: Database;
  readonly withinMs: number;
}): Occasions {
  const chance = seed.fork('occasions');

  function soonAfterBirth({ appId, key }: Story, label: string, act: () => void): void {
    const ms = Math.floor(SOON_MS * chance.next() ** 2);
    database.onBirth((intent) => {
      const isIts = intent.appId === appId && intent.keys.some((kept) => kept.key === `create:${key}`);
      if (isIts) scheduler.after(ms, label, act);
    });
  }

  return {
    soonAfterBirth,
    someTime(story, label, act) {
      if (chance.is(SOON)) soonAfterBirth(story, label, act);
      else scheduler.after(chance.whole(withinMs), label, act);
    },
  };
}
