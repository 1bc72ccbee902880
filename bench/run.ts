// npm run bench [-- b1 b2 …]: times the product against floors that do the same work without it, in the same run.
// Without names it runs all, and writes bench/RESULTS.md. Ends with 1 when a goal is missed.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { benchCreates } from './create.ts';
import { benchFanOut } from './fan-out.ts';
import type { Plan } from './load.ts';
import { clearServerCore, describeMachine, packageVersions, root } from './machine.ts';
import { openPlaces, type Places } from './places.ts';
import { benchQueries } from './query.ts';
import { resultsPage, tableOf, verdictsOf, type Outcome } from './report.ts';
import { stopServers } from './server.ts';

const BENCHES = ['b1', 'b1-whole', 'b2', 'b2-push', 'b4', 'b6'];
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
let outcomes: readonly Outcome[] = [];
try {
  outcomes = await runAll(places);
} finally {
  await stopServers();
  await places.close();
}

console.log(`\n${tableOf(outcomes)}\n`);
for (const outcome of outcomes) {
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
  writeFileSync(RESULTS, resultsPage(outcomes, about));
  console.log(`Written to ${relative(root, RESULTS)}.`);
}
process.exitCode = outcomes.flatMap(verdictsOf).every(({ met }) => met) ? 0 : 1;

async function runAll(inPlaces: Places): Promise<readonly Outcome[]> {
  const all: Outcome[] = [];
  if (wanted('b1') || wanted('b1-whole'))
    all.push(...(await shown('queries', () => benchQueries(wanted, plan, profiles))));
  if (wanted('b2') || wanted('b2-push') || wanted('b4')) {
    all.push(...(await shown('createIntent', () => benchCreates(wanted, { places: inPlaces, plan, profiles }))));
  }
  if (wanted('b6')) all.push(await shown('live events', () => benchFanOut(inPlaces, profiles)));
  return all;
}

async function shown<Value>(what: string, work: () => Promise<Value>): Promise<Value> {
  const startedAt = performance.now();
  console.log(`Timing ${what} …`);
  const value = await work();
  console.log(`  done in ${Math.round((performance.now() - startedAt) / 1_000)} s`);
  return value;
}
