// Loaded into a process of the product before its own code (`node --import`), as ./planted.ts asks for it: kills the process or
// blocks its event loop at a step of money, and shifts its wall clock. The product knows nothing of it.

import { subscribe } from 'node:diagnostics_channel';
import { existsSync, readFileSync, writeSync } from 'node:fs';
import { STEP_CHANNEL } from '../../src/services/steps.ts';

const { CRASH_AT, STALL_AT, STALL_UNTIL, ONLY_FOR = '', CLOCK_AHEAD_MS, CLOCK_FILE } = process.env;

const STDERR = 2;
const say = (words: string): void => void writeSync(STDERR, `${words}\n`);

/** Calls `strike` at the n-th time that the step in `<label>[:n]` is made for the gateway or id in ONLY_FOR. */
function at(target: string, strike: () => void): void {
  const [label, nth = '1'] = target.split(':');
  let left = Number(nth);
  subscribe(STEP_CHANNEL, (message) => {
    const { label: made, gateway, id } = message as { label: string; gateway: string; id: string };
    if (made !== label || (ONLY_FOR !== '' && ONLY_FOR !== gateway && ONLY_FOR !== id)) return;
    left -= 1;
    if (left === 0) strike();
  });
}

if (CRASH_AT !== undefined) {
  at(CRASH_AT, () => {
    say(`crash at ${CRASH_AT}`);
    process.kill(process.pid, 'SIGKILL');
  });
}

if (STALL_AT !== undefined && STALL_UNTIL !== undefined) {
  at(STALL_AT, () => {
    say(`stall at ${STALL_AT}`);
    while (!existsSync(STALL_UNTIL));
    say('stall is over');
  });
}

/** The wall clock alone: `performance.now()` counts on, as the monotonic clock does when people or NTP set the time. */
if (CLOCK_AHEAD_MS !== undefined) {
  let aheadMs = Number(CLOCK_AHEAD_MS);
  const True = Date;
  const present = (): number => True.now() + aheadMs;
  globalThis.Date = new Proxy(True, {
    construct: (_target, args: [] | [number | string], self) =>
      Reflect.construct(True, args.length === 0 ? [present()] : args, self) as Date,
    apply: () => new True(present()).toString(),
    get: (target, name) => (name === 'now' ? present : (Reflect.get(target, name) as unknown)),
  });
  process.on('SIGPWR', () => {
    aheadMs = Number(readFileSync(CLOCK_FILE ?? '', 'utf8'));
    say(`the clock is ${aheadMs} ms ahead`);
  });
}
