// The machine that the figures belong to, and who runs where: the server under measurement has a core to itself; the
// load, MongoDB and Redis share what else there is.

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { dirname, join } from 'node:path';

export const root = dirname(import.meta.dirname);

interface Cores {
  readonly server: string;
  readonly others: string;
}

/** null: this system has no taskset, or this process may use one core only. Then everybody runs wherever. */
const cores: Cores | null = coresOf(process.pid);

function coresOf(pid: number): Cores | null {
  const { status, stdout } = spawnSync('taskset', ['-cp', String(pid)], { encoding: 'utf8' });
  const list = status === 0 ? (/: ([\d,-]+)\s*$/.exec(stdout)?.[1] ?? '') : '';
  const [server, ...others] = list.split(',').flatMap((part) => {
    const [first = 0, last = first] = part.split('-').map(Number);
    return part === '' ? [] : Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
  return server === undefined || others.length === 0 ? null : { server: String(server), others: others.join(',') };
}

/** What stands before a command that is to run on the servers' core. */
export function onServerCore(): readonly string[] {
  return cores === null ? [] : ['taskset', '-c', cores.server];
}

/** Moves this process, and the MongoDB and the Redis that were started for this run, off the servers' core. */
export function clearServerCore(): void {
  if (cores === null) return;
  for (const pid of [process.pid, ...sandboxPids()]) spawnSync('taskset', ['-acp', cores.others, String(pid)]);
}

/** Databases that are somebody's own stay where they are. */
function sandboxPids(): readonly number[] {
  const file = join(process.env['TEST_DATA_DIR'] ?? '', 'sandbox.json');
  if (!existsSync(file)) return [];
  const { parts = {} } = JSON.parse(readFileSync(file, 'utf8')) as { parts?: Record<string, { pid: number }> };
  return Object.values(parts).map(({ pid }) => pid);
}

/** The clock that all processes of this machine share, so that one may say when it began and another when it ended. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** What else this machine was doing, of all its cores together, in the minute before. */
const loadBefore = loadavg()[0] ?? 0;

export function describeMachine(): string {
  const [cpu] = cpus();
  const gib = Math.round(totalmem() / 2 ** 30);
  const where =
    cores === null
      ? 'nothing is pinned to a core'
      : `servers on core ${cores.server}, everything else on ${cores.others}`;
  const hardware = `${cpu?.model.trim() ?? 'unknown CPU'}, ${cpus().length} cores, ${gib} GiB`;
  const load = `load before the run ${loadBefore.toFixed(1)}`;
  return `${hardware}, ${process.platform} ${process.arch}; ${where}; ${load}`;
}

const PACKAGES = [
  ...['graphql', 'graphql-yoga', '@pothos/core', 'graphql-ws', 'ws', 'mongoose', 'mongodb', 'ioredis', 'bullmq'],
  ...['undici', 'autocannon'],
];
/** Another version of it may be installed for others. */
const BROUGHT_BY: Readonly<Record<string, string>> = { mongodb: 'mongoose' };

export function packageVersions(): readonly (readonly [string, string])[] {
  return PACKAGES.map((name) => {
    const own = join(root, 'node_modules', BROUGHT_BY[name] ?? '', 'node_modules', name, 'package.json');
    const file = existsSync(own) ? own : join(root, 'node_modules', name, 'package.json');
    return [name, (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version] as const;
  });
}
