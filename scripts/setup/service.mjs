// One way to have MongoDB and Redis running: take over what runs already, else start it where it was before.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { readText } from './files.mjs';
import { freePort, isFree } from './ports.mjs';
import { isAlive, startDetached, stop } from './processes.mjs';
import { progress, say, SetupError, tail } from './report.mjs';

const START_DEADLINE_MS = 60_000;
// Long enough for a machine that is busy with other things: a server that is only slow is not to be stopped.
const ANSWER_DEADLINE_MS = 10_000;
const LOOK_MS = 2000;
// It may be stuck for good, and what it has acknowledged is in its journal.
const STUCK_GRACE_MS = 3000;
const PORT_RELEASE_MS = 1500;
const LOG_LINES = 8;

/**
 * @param service what is to run, as `mongoService` and `redisService` describe it
 * @param record what an earlier run wrote down about it, or null
 * @param remember is called the moment there is something to write down, before any waiting
 */
export async function ensureService(service, record, remember) {
  if (isAlive(record)) {
    if (await service.answers(record.port, ANSWER_DEADLINE_MS)) return record;
    say(`${service.name} (pid ${record.pid}) does not answer. It is stopped and started again.`);
    await stop(record, { graceMs: STUCK_GRACE_MS });
  }
  const { command, version } = await service.find();
  // The port of the time before, so that an app that is still running finds its way back.
  const port = record?.port && (await becomesFree(record.port)) ? record.port : await freePort();
  return progress(`${service.name}: starting ${version}`, () => start(service, command, port, remember));
}

/** A server that was killed this moment may hold its port a little longer than its pid. */
async function becomesFree(port) {
  const until = Date.now() + PORT_RELEASE_MS;
  while (!(await isFree(port))) {
    if (Date.now() >= until) return false;
    await pause(50);
  }
  return true;
}

async function start(service, command, port, remember) {
  const dir = join(service.home, service.key);
  const log = join(service.home, `${service.key}.log`);
  mkdirSync(dir, { recursive: true });
  const { record, ended } = startDetached({
    command,
    args: service.args(port, dir),
    cwd: dir,
    env: { ...process.env, LC_ALL: 'C', ...service.env },
    marker: service.marker,
    log,
  });
  const running = { ...record, port };
  remember(running);

  let outcome = null;
  void ended.then((how) => (outcome = how));
  const until = Date.now() + START_DEADLINE_MS;
  while (Date.now() < until && outcome === null) {
    if (await service.answers(port, LOOK_MS)) return running;
    await pause(50);
  }
  const how = outcome === null ? `did not answer within ${START_DEADLINE_MS / 1000} s` : `ended (${outcome})`;
  await stop(running, { graceMs: service.graceMs });
  throw new SetupError(
    `${service.name} was started with ${command}, but it ${how}. Its data is in ${dir}; its log, ${log}, ends with:\n\n` +
      tail(service.readable(readText(log)), LOG_LINES),
  );
}
