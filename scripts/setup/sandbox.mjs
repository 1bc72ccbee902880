// A MongoDB and a Redis for one run of the tests or the benches: ports and data of their own, gone at the end.
import { mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { readJson, writeJson } from './files.mjs';
import { mongoService } from './mongo.mjs';
import { ensurePackages } from './packages.mjs';
import { dataDir, sourcesEnv } from './paths.mjs';
import { isAlive, recordOf, stop } from './processes.mjs';
import { redisService } from './redis.mjs';
import { combined } from './report.mjs';
import { ensureService } from './service.mjs';

const testsDir = join(dataDir, 'test');
const CACHE_GB = 0.5;

/** Every process that was started for a sandbox, by whatever route: its folder is in their environment or is theirs. */
function processesOf(dir) {
  if (process.platform !== 'linux') return [];
  const belongs = (pid) => {
    try {
      if (`${readlinkSync(`/proc/${pid}/cwd`)}/`.startsWith(`${dir}/`)) return true;
      return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(`TEST_DATA_DIR=${dir}`);
    } catch {
      return false;
    }
  };
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  return pids.filter(belongs).map((pid) => recordOf(Number(pid), ''));
}

/** The data is thrown away, so nothing need end gently. */
async function clear(dir) {
  const { parts = {} } = readJson(join(dir, 'sandbox.json')) ?? {};
  const records = [...Object.values(parts), ...processesOf(dir)];
  await Promise.all(records.map((record) => stop(record, { graceMs: 0 })));
  rmSync(dir, { recursive: true, force: true, maxRetries: 3 });
}

/** A run that was killed could not clear up after itself. */
async function clearOldOnes() {
  mkdirSync(testsDir, { recursive: true });
  for (const name of readdirSync(testsDir)) {
    const dir = join(testsDir, name);
    if (!isAlive(readJson(join(dir, 'sandbox.json'))?.owner)) await clear(dir);
  }
}

async function startServices(dir, { testing }) {
  const file = join(dir, 'sandbox.json');
  const owner = recordOf(process.pid, '.mjs');
  const parts = {};
  writeJson(file, { owner, parts });
  const start = async (service, binary) => {
    const { variable } = service;
    const given = process.env[variable];
    if (given) return { [variable]: given, [binary]: process.env[binary] ?? '' };
    const { command, version } = await service.find();
    const found = { ...service, find: () => ({ command, version }) };
    const { port } = await ensureService(found, null, (record) => {
      parts[service.key] = record;
      writeJson(file, { owner, parts });
    });
    return { [variable]: service.url(port, 'passerelle'), [binary]: command };
  };
  const results = await Promise.allSettled([
    start(mongoService({ home: dir, variable: 'TEST_MONGODB_URL', testing, cacheGb: CACHE_GB }), 'TEST_MONGOD_BIN'),
    start(redisService({ home: dir, variable: 'TEST_REDIS_URL' }), 'TEST_REDIS_BIN'),
  ]);
  const faults = results.filter(({ status }) => status === 'rejected').map(({ reason }) => reason);
  if (faults.length > 0) throw combined(faults);
  return Object.assign({}, ...results.map(({ value }) => value));
}

/**
 * Runs `work` with an environment that names the services (TEST_MONGODB_URL, TEST_REDIS_URL), their programs for tests
 * that kill some of their own (TEST_MONGOD_BIN, TEST_REDIS_BIN) and a folder that is removed at the end, with whatever
 * still runs in it (TEST_DATA_DIR). A service that is named already is taken as it is.
 */
export async function withSandbox({ testing }, work) {
  const dir = join(testsDir, String(process.pid));
  await ensurePackages();
  await clearOldOnes();
  try {
    const services = await startServices(dir, { testing });
    // A database that the person works with is never a place for tests.
    const { MONGODB_URL: _mongo, REDIS_URL: _redis, ...env } = sourcesEnv({ ...services, TEST_DATA_DIR: dir });
    return await work(env);
  } finally {
    await clear(dir);
  }
}
