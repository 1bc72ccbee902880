// The app itself: started on the pinned Node, listened to until it serves, recognised when it runs already.
import { createHash } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { readText } from './files.mjs';
import { dataDir, pinnedNode, root } from './paths.mjs';
import { DEFAULT_PORTS } from './ports.mjs';
import { startDetached } from './processes.mjs';
import { progress, SetupError, tail } from './report.mjs';

export const appLog = join(dataDir, 'app.log');
export const appErrorLog = join(dataDir, 'app.errors.log');
export const APP_GRACE_MS = 12_000;

const entry = join(root, 'src', 'dev.ts');
const READY_DEADLINE_MS = 90_000;
const LAST_WORD_MS = 200;
const ANSWER_MS = 3000;
const ASK_AGAIN_MS = 200;
const LOG_LINES = 20;
const OUR_SETTINGS = ['PORT', 'SIMULATOR_PORT', 'MONGODB_URL', 'REDIS_URL'];

/** Of the settings that a run depends on only the fingerprint is kept: some of them are secrets. */
export function settingsOf(names) {
  const values = [...new Set([...OUR_SETTINGS, ...names])].sort().map((name) => [name, process.env[name] ?? null]);
  return createHash('sha256').update(JSON.stringify(values)).digest('hex');
}

function newestIn(folder) {
  const times = readdirSync(folder, { withFileTypes: true }).map((item) => {
    const path = join(folder, item.name);
    return item.isDirectory() ? newestIn(path) : statSync(path).mtimeMs;
  });
  return Math.max(0, ...times);
}

const newestSourceMs = () =>
  Math.max(newestIn(join(root, 'src')), statSync(join(root, 'node_modules', '.package-lock.json')).mtimeMs);

export const appLogTail = () => tail(readText(appLog), LOG_LINES);
const withLog = (text) => {
  const log = `${appLogTail()}\n${tail(readText(appErrorLog), LOG_LINES)}`.trim();
  return log === '' ? text : `${text} Its log ends with:\n\n${log}`;
};

/** Waits for the app's first word. It sends `ready` once it serves, or `failed` with a text for the person. */
async function firstWord(child, ended) {
  const said = new Promise((resolve) => child.on('message', resolve));
  // A word that was sent just before the end may still be on its way when the end is known.
  const over = ended.then(async (how) => {
    await pause(LAST_WORD_MS);
    return { type: 'failed', message: withLog(`The app ended (${how}) before it was ready.`) };
  });
  const tooLate = `The app was not ready within ${READY_DEADLINE_MS / 1000} s.`;
  const waiting = new AbortController();
  const late = pause(READY_DEADLINE_MS, null, waiting).then(
    () => ({ type: 'failed', message: withLog(tooLate) }),
    () => null,
  );
  const word = await Promise.race([said, over, late]);
  waiting.abort();
  if (word.type === 'ready') return word;
  throw new SetupError(word.message);
}

export async function startApp({ mongoUrl, redisUrl }, remember) {
  const startedMs = Date.now();
  const { child, ended, record } = startDetached({
    command: pinnedNode,
    args: [entry],
    cwd: root,
    env: {
      ...process.env,
      MONGODB_URL: mongoUrl,
      REDIS_URL: redisUrl,
      PORT: process.env.PORT ?? DEFAULT_PORTS.PORT,
      SIMULATOR_PORT: process.env.SIMULATOR_PORT ?? DEFAULT_PORTS.SIMULATOR_PORT,
      DATA_DIR: dataDir,
      NODE_ENV: 'development',
    },
    marker: entry,
    log: appLog,
    errorLog: appErrorLog,
    ipc: true,
  });
  remember(record);
  const { type: _type, ...ready } = await progress('Passerelle: starting', () => firstWord(child, ended));
  const app = { ...record, startedMs, mongoUrl, redisUrl, ready, settings: settingsOf(Object.keys(ready.env ?? {})) };
  remember(app);
  return app;
}

/** Why the app that runs cannot be kept as it is, or null when it can. */
export function whyNotKept(app, { mongoUrl, redisUrl }) {
  if (!app.ready) return 'it was still starting';
  if (app.mongoUrl !== mongoUrl || app.redisUrl !== redisUrl) return 'its database has moved';
  if (app.settings !== settingsOf(Object.keys(app.ready.env ?? {}))) return 'the settings are others now';
  if (newestSourceMs() > app.startedMs) return 'its sources have changed since';
  return null;
}

/** The app takes a moment to find a database again that was away; until then it is alive but not ready. */
export async function becomesReady({ ready }, deadlineMs) {
  const until = Date.now() + deadlineMs;
  const url = new URL('/readyz', ready.graphqlUrl);
  do {
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_MS) });
      if (response.ok) return true;
    } catch {
      // No answer is an answer too: it is asked again until the deadline.
    }
    await pause(ASK_AGAIN_MS);
  } while (Date.now() < until);
  return false;
}
