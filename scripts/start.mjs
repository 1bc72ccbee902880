// npm start: packages, MongoDB, Redis and the app; then it keeps them until Ctrl-C, and stops what it keeps.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { APP_GRACE_MS, becomesReady, startApp, whyNotKept } from './setup/app.mjs';
import { readJson, writeJson } from './setup/files.mjs';
import { createKeeper } from './setup/keeper.mjs';
import { lock } from './setup/lock.mjs';
import { mongoService } from './setup/mongo.mjs';
import { ensurePackages } from './setup/packages.mjs';
import { dataDir } from './setup/paths.mjs';
import { isAlive, recordOf, stop, tellToLetGo, waitForEnd } from './setup/processes.mjs';
import { redisService } from './setup/redis.mjs';
import { DEFAULT_PORTS, isFree } from './setup/ports.mjs';
import { combined, progress, say, SetupError } from './setup/report.mjs';
import { openState } from './setup/run-state.mjs';
import { ensureService } from './setup/service.mjs';

const runFile = join(dataDir, 'run.json');
const devFile = join(dataDir, 'dev.json');
const DATABASE = 'passerelle';
// The longest that a keeper takes to stop all it keeps: it may have begun to when it is asked to let go.
const LET_GO_MS = 40_000;
const READY_AGAIN_MS = 30_000;

const mongo = mongoService({ home: dataDir, variable: 'MONGODB_URL' });
const redis = redisService({ home: dataDir, variable: 'REDIS_URL' });
const keeper = createKeeper({ app: APP_GRACE_MS, redis: redis.graceMs, mongo: mongo.graceMs }, () =>
  rmSync(devFile, { force: true }),
);

/** Another npm start that still runs here leaves everything running and goes. */
async function takeOverFrom(other) {
  if (!isAlive(other)) return;
  tellToLetGo(other);
  const gone = await progress(`Taking over from the npm start that runs here (pid ${other.pid})`, () =>
    waitForEnd(other, LET_GO_MS),
  );
  if (!gone) await stop(other, { graceMs: 0 });
}

async function ensureDatabase(state, service) {
  const givenUrl = process.env[service.variable];
  const before = state.get(service.key);
  // The address of the one that is kept here may come back by way of the environment. It is still ours to keep.
  const ownUrl = before?.port && service.url(before.port, DATABASE);
  if (givenUrl && givenUrl !== ownUrl) {
    await stop(before, { graceMs: service.graceMs });
    state.forget(service.key);
    return { url: givenUrl, pid: null, kept: false };
  }
  const record = await ensureService(service, before, (started) => state.set(service.key, started));
  return { url: service.url(record.port, DATABASE), pid: record.pid, kept: record === before };
}

async function ensureDatabases(state) {
  const results = await Promise.allSettled([ensureDatabase(state, mongo), ensureDatabase(state, redis)]);
  const faults = results.filter(({ status }) => status === 'rejected').map(({ reason }) => reason);
  if (faults.length > 0) throw combined(faults);
  return results.map(({ value }) => value);
}

async function ensureApp(state, urls) {
  const running = state.get('app');
  if (isAlive(running)) {
    const why = whyNotKept(running, urls);
    const isReady = () => becomesReady(running, READY_AGAIN_MS);
    if (why === null && (await progress('Passerelle: waiting until the running app is ready', isReady))) {
      return { app: running, kept: true };
    }
    say(`The app that is running (pid ${running.pid}) is started again: ${why ?? 'it does not answer'}.`);
    await stop(running, { graceMs: APP_GRACE_MS });
  }
  return { app: await startApp(urls, (started) => state.set('app', started)), kept: false };
}

function announce({ ready }) {
  const rows = [
    ['GraphQL', ready.graphqlUrl],
    ['Subscriptions', ready.wsUrl],
    ['Console', ready.consoleUrl],
    ['Simulators', ready.simulatorUrl],
    ['API key', `${ready.apiKey} (app ${ready.appId})`],
  ];
  say('\nPasserelle is running. Ctrl-C stops it and all that was started for it.\n');
  for (const [name, value] of rows) say(`  ${name.padEnd(14)} ${value}`);
  say(`\nA first call to paste:\n\n${ready.firstCall}\n`);
}

/** A port that somebody else has is said before anything that runs is touched. The app that runs may have it: it gives way. */
async function throwIfTaken({ ready } = {}) {
  const own = [ready?.graphqlUrl, ready?.simulatorUrl].map((url) => (url ? new URL(url).port : ''));
  for (const name of ['PORT', 'SIMULATOR_PORT']) {
    const port = process.env[name] ?? DEFAULT_PORTS[name];
    if (/^[1-9]\d{0,4}$/.test(port) && !own.includes(port) && !(await isFree(Number(port)))) {
      throw new SetupError(`Port ${port} is taken. Free it, or choose another with ${name}; 0 takes a free one.`);
    }
  }
}

async function main() {
  await ensurePackages();
  const { release } = await lock('start');
  const { app: running, supervisor } = readJson(runFile) ?? {};
  await throwIfTaken(isAlive(running) ? running : undefined);
  await takeOverFrom(supervisor);
  const state = openState(runFile);
  keeper.keeps(state);
  state.set('supervisor', recordOf(process.pid, 'start.mjs'));
  // After a kill it may still be there, and whoever waits for it would call a server that is gone.
  if (!isAlive(state.get('app'))) rmSync(devFile, { force: true });

  const [database, hints] = await ensureDatabases(state);
  const { app, kept } = await ensureApp(state, { mongoUrl: database.url, redisUrl: hints.url });
  const { firstCall: _firstCall, env = {}, ...addresses } = app.ready;
  writeJson(devFile, {
    ...addresses,
    mongoUrl: database.url,
    redisUrl: hints.url,
    pids: { app: app.pid, mongod: database.pid, redis: hints.pid },
    env,
  });
  release();

  const taken = [kept && 'the app', database.kept && 'MongoDB', hints.kept && 'Redis'].filter(Boolean);
  if (taken.length > 0) say(`Found running, and taken over: ${taken.join(', ')}.`);
  // It shows what the app has complained of so far; the addresses come last, where people look.
  keeper.watch({ fromStart: !kept });
  announce(app);
}

await keeper.run(main);
