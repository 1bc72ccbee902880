// npm run soak: as many seeds as somebody has time for, or one of them with its whole trace.

import { fork } from 'node:child_process';
import { parseArgs } from 'node:util';
import { plant, PLANTS } from './plants.ts';
import type { Outcome } from './run.ts';

const OPTIONS = {
  seeds: { type: 'string', default: '1000' },
  from: { type: 'string', default: '1' },
  seed: { type: 'string' },
  gateway: { type: 'string', multiple: true },
  jobs: { type: 'string', default: '1' },
  /** Plants one fault, and stops at the first seed that sees it. */
  plant: { type: 'string' },
  /** Every plant in its turn. */
  plants: { type: 'boolean', default: false },
  /** Of one process among several: every how manieth seed is its own. */
  step: { type: 'string', default: '1' },
} as const;

const PROGRESS_EVERY = 100;

const say = (text: string): void => void process.stdout.write(`${text}\n`);

interface Sum {
  played: number;
  faults: (readonly [number, readonly string[]])[];
  reached: ReadonlyMap<string, number>;
}

const { values } = parseArgs({ options: OPTIONS });
const whole = (name: 'seeds' | 'from' | 'jobs' | 'step'): number => {
  const value = Number(values[name]);
  if (!Number.isSafeInteger(value) || value < 1) throw new Error(`--${name} must be a whole number, 1 or more`);
  return value;
};
const mongoUrl = process.env['TEST_MONGODB_URL'];
if (mongoUrl === undefined) throw new Error('TEST_MONGODB_URL is not set: run this with `npm run soak`');
const gateways = values.gateway ?? null;

if (values.plant !== undefined) plant(values.plant);
// Only now: a fault has to be planted before the product is loaded.
const { merged, playAll, seedsFrom } = await import('./fleet.ts');

process.exitCode = await run();
if (process.connected) process.disconnect?.();

function run(): Promise<number> {
  if (values.plants) return seeAll();
  if (values.plant !== undefined) return see(values.plant);
  return values.seed === undefined ? soak() : replay(Number(values.seed));
}

/** Each in a process of its own, because a module is loaded once. */
async function seeAll(): Promise<number> {
  let unseen = 0;
  for (const { name } of PLANTS) {
    const child = fork(new URL(import.meta.url), [
      '--plant',
      name,
      '--from',
      `${whole('from')}`,
      '--seeds',
      `${whole('seeds')}`,
    ]);
    const code = await new Promise((resolve) => child.on('exit', resolve));
    if (code !== 0) unseen += 1;
  }
  say(unseen === 0 ? `all ${PLANTS.length} are seen` : `${unseen} of ${PLANTS.length} are not seen`);
  return unseen === 0 ? 0 : 1;
}

async function see(name: string): Promise<number> {
  let played = 0;
  let by: readonly string[] = [];
  await playAll(seedsFrom(whole('from'), whole('seeds')), { mongoUrl: mongoUrl ?? '', gateways }, ({ faults }) => {
    if (by.length > 0) return false;
    played += 1;
    by = faults;
    return by.length === 0;
  });
  const laws = [...new Set(by.map((fault) => fault.split(':')[0]))].join(' ');
  say(`${name}: ${by.length === 0 ? `not seen in ${played} seeds` : `seen after ${played} seeds, by ${laws}`}`);
  if (by.length > 0) say(`  ${by[0]?.slice(0, 200)}`);
  return by.length === 0 ? 1 : 0;
}

async function replay(seed: number): Promise<number> {
  let broken = 0;
  await playAll([seed], { mongoUrl: mongoUrl ?? '', gateways, lanes: 1 }, ({ trace, reached, faults, hash }) => {
    broken = faults.length;
    say(trace.join('\n'));
    say(`\nreached:\n${histogram(reached)}`);
    say(`\nseed ${seed}, history ${hash}: ${verdict(faults)}`);
  });
  return broken === 0 ? 0 : 1;
}

async function soak(): Promise<number> {
  const started = performance.now();
  const jobs = whole('jobs');
  const sum = jobs === 1 ? await here() : await beside(jobs);
  if (process.send !== undefined) {
    process.send({ ...sum, reached: [...sum.reached] });
    return 0;
  }
  const seconds = (performance.now() - started) / 1_000;
  say(`\nreached:\n${histogram(sum.reached)}`);
  say(`\n${sum.played} seeds in ${seconds.toFixed(0)} s: ${(sum.played / seconds).toFixed(1)} seeds/s`);
  say(sum.faults.length === 0 ? 'none failed' : `${sum.faults.length} failed:`);
  for (const [seed, faults] of sum.faults.toSorted(([a], [b]) => a - b)) say(`seed ${seed}: ${verdict(faults)}`);
  if (sum.faults.length > 0) say('\nOne with its trace: npm run soak -- --seed <n>');
  return sum.faults.length === 0 ? 0 : 1;
}

async function here(): Promise<Sum> {
  const outcomes: Pick<Outcome, 'reached'>[] = [];
  const sum: Sum = { played: 0, faults: [], reached: new Map() };
  const seeds = seedsFrom(whole('from'), whole('seeds'), whole('step'));
  await playAll(seeds, { mongoUrl: mongoUrl ?? '', gateways }, ({ seed, faults, reached }) => {
    sum.played += 1;
    outcomes.push({ reached });
    if (faults.length > 0) {
      sum.faults.push([seed, faults]);
      say(`seed ${seed}: ${verdict(faults)}`);
    } else if (sum.played % PROGRESS_EVERY === 0) say(`${sum.played} seeds`);
  });
  return { ...sum, reached: merged(outcomes.map(({ reached }) => reached)) };
}

/** The same seeds in several processes; each takes every n-th. */
async function beside(jobs: number): Promise<Sum> {
  const sums = await Promise.all(Array.from({ length: jobs }, (_, index) => job(index, jobs)));
  return {
    played: sums.reduce((count, { played }) => count + played, 0),
    faults: sums.flatMap(({ faults }) => faults),
    reached: merged(sums.map(({ reached }) => reached)),
  };
}

function job(index: number, jobs: number): Promise<Sum> {
  const own = ['--from', `${whole('from') + index}`, '--seeds', `${whole('seeds') - index}`, '--step', `${jobs}`];
  const chosen = (gateways ?? []).flatMap((id) => ['--gateway', id]);
  const child = fork(new URL(import.meta.url), [...own, ...chosen]);
  return new Promise((resolve, reject) => {
    child.on('message', (message) => {
      const { reached, ...sum } = message as Omit<Sum, 'reached'> & { reached: [string, number][] };
      resolve({ ...sum, reached: new Map(reached) });
    });
    child.on('exit', (code) => reject(new Error(`a process of the soak ended with ${code}`)));
  });
}

function histogram(reached: ReadonlyMap<string, number>): string {
  return [...reached].map(([name, times]) => `${`${times}`.padStart(8)}  ${name}`).join('\n');
}

function verdict(faults: readonly string[]): string {
  return faults.length === 0 ? 'all kept' : `\n${faults.map((fault) => `  ${fault}`).join('\n')}`;
}
