// npm run bench [-- b1 b2 …]: times the product against floors that do the same work without it, in the same run.
// Without names it runs all, and writes bench/RESULTS.md. Ends with 1 when a goal is missed.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { benchCreates } from './create.ts';
import { benchFanOut } from './fan-out.ts';
import type { Plan } from './load.ts';
import { clearServerCore, describeMachine, packageVersions, root } from './machine.ts';
import { benchBurst, benchMemory } from './own-topics.ts';
import { openPlaces, type Places } from './places.ts';
import { benchQueries } from './query.ts';
import {
  memoryTableOf,
  resultsPage,
  tableOf,
  verdictsOf,
  type MemoryOutcome,
  type Outcome,
  type Results,
} from './report.ts';
import { stopServers } from './server.ts';

const BENCHES = ['b1', 'b1-whole', 'b2', 'b2-push', 'b4', 'b5', 'b6', 'b7'];
const RESULTS = join(root, 'bench', 'RESULTS.md');
const PROFILES = join(root, '.data', 'profiles');

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '4' },
    /** Leaves a CPU profile of every server in .data/profiles; figures are slower then. */
    profile: { type: 'boolean', default: false },
  },
});
const unknown = positionals.filter((name) => !BENCHES.includes(name));
if (unknown.length > 0) {
  console.error(`There is no bench called ${unknown.join(', ')}; there is ${BENCHES.join(', ')}.`);
  process.exit(1);
}

const plan: Plan = { rounds: Number(values.rounds), seconds: Number(values.seconds) };
if (!(plan.rounds >= 1 && plan.seconds >= 1)) {
  console.error('--rounds and --seconds are numbers from 1.');
  process.exit(1);
}

const wanted = (id: string): boolean => positionals.length === 0 || positionals.includes(id);
const profiles = values.profile ? PROFILES : null;
if (profiles !== null) mkdirSync(profiles, { recursive: true });

clearServerCore();
const places = await openPlaces();
let results: Results = { outcomes: [], memory: [] };
try {
  results = await runAll(places);
} finally {
  await stopServers();
  await places.close();
}

const { outcomes, memory } = results;
const all = [...outcomes, ...memory];
if (outcomes.length > 0) console.log(`\n${tableOf(outcomes)}`);
if (memory.length > 0) console.log(`\n${memoryTableOf(memory)}`);
console.log();
for (const outcome of all) {
  for (const { text } of verdictsOf(outcome)) console.log(`${outcome.id}: ${text}`);
}
if (positionals.length === 0 && profiles === null) {
  const versions = [['node', process.versions.node] as const, ...packageVersions(), ...places.versions];
  const about = {
    date: new Date().toISOString().slice(0, 10),
    machine: describeMachine(),
    versions: versions.map((pair) => pair.join(' ')).join(', '),
    command: ['npm run bench', ...(process.argv.length > 2 ? ['--', ...process.argv.slice(2)] : [])].join(' '),
  };
  writeFileSync(RESULTS, resultsPage(results, about));
  console.log(`Written to ${relative(root, RESULTS)}.`);
}
process.exitCode = all.flatMap(verdictsOf).every(({ met }) => met) ? 0 : 1;

async function runAll(inPlaces: Places): Promise<Results> {
  const timed: Outcome[] = [];
  const memory: MemoryOutcome[] = [];
  if (wanted('b1') || wanted('b1-whole'))
    timed.push(...(await shown('queries', () => benchQueries(wanted, plan, profiles))));
  if (wanted('b2') || wanted('b2-push') || wanted('b4')) {
    timed.push(...(await shown('createIntent', () => benchCreates(wanted, { places: inPlaces, plan, profiles }))));
  }
  if (wanted('b5')) timed.push(await shown('events of 10,000 payments', () => benchBurst(inPlaces, profiles)));
  if (wanted('b6')) timed.push(await shown('an event for 5,000', () => benchFanOut(inPlaces, profiles)));
  if (wanted('b7')) memory.push(await shown('memory', () => benchMemory(inPlaces, profiles)));
  return { outcomes: timed, memory };
}

async function shown<Value>(what: string, work: () => Promise<Value>): Promise<Value> {
  const startedAt = performance.now();
  console.log(`Timing ${what} …`);
  const value = await work();
  console.log(`  done in ${Math.round((performance.now() - startedAt) / 1_000)} s`);
  return value;
}
