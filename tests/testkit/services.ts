// Tells the tests where the real parts are. `npm test` starts mongod and redis-server on ports of their own, names
// them in the environment and runs vitest; run by itself vitest has none, and the tests that need them say so
// (`./needs.ts`).

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  /** Null: not given. */
  interface ProvidedContext {
    /** A single-node replica set that the tests may fill with databases. */
    mongoUrl: string | null;
    redisUrl: string | null;
    /** The binaries, for tests that start, stop and kill a server of their own. */
    mongodBin: string | null;
    redisBin: string | null;
  }
}

export function setup(project: TestProject): void {
  project.provide('mongoUrl', setting('TEST_MONGODB_URL'));
  project.provide('redisUrl', setting('TEST_REDIS_URL'));
  project.provide('mongodBin', setting('TEST_MONGOD_BIN'));
  project.provide('redisBin', setting('TEST_REDIS_BIN'));
  compile();
}

/** Loads the product once in a process that may end well, which is when Node keeps what it has compiled: fault tests start it hundreds of times. */
function compile(): void {
  const dir = setting('TEST_DATA_DIR');
  if (dir === null) return;
  const load = "await Promise.all([import('./src/serve.ts'), import('./tests/testkit/preload.ts')])";
  const env = { ...process.env, NODE_COMPILE_CACHE: join(dir, 'compiled') };
  spawn(process.execPath, ['--input-type=module', '-e', load], { env, stdio: 'ignore' }).unref();
}

function setting(name: string): string | null {
  const value = process.env[name]?.trim();
  return value === undefined || value === '' ? null : value;
}
