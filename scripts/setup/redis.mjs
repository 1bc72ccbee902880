// Redis: where its server comes from and how it is run here, with an append-only file and no eviction.
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fetchDebian } from './debian.mjs';
import { onPath } from './files.mjs';
import { lock } from './lock.mjs';
import { binDir } from './paths.mjs';
import { runTool } from './processes.mjs';
import { progress, SetupError } from './report.mjs';

const ANSWER_MS = 1000;
const LOOK_EVERY_MS = 30;

async function versionOf(command) {
  const { code, output } = await runTool(command, ['--version'], { timeoutMs: 20_000 });
  if (code !== 0) return { version: null, why: output.trim().split('\n')[0] || 'it does not run here' };
  return { version: output.match(/v=(\S+)/)?.[1] ?? 'of unknown version', why: null };
}

async function fetchServer() {
  const command = join(binDir, 'redis', 'redis-server');
  const { release } = await lock('redis');
  try {
    if (existsSync(command)) return { command, why: null };
    const why = await progress("Redis: fetching Debian's package", () => fetchDebian('redis-server', dirname(command)));
    return { command, why };
  } finally {
    release();
  }
}

async function findRedis(variable) {
  const reasons = [];
  const installed = onPath('redis-server');
  if (installed !== null) {
    const { version, why } = await versionOf(installed);
    if (why === null) return { command: installed, version };
    reasons.push(`${installed}: ${why}`);
  } else {
    reasons.push('there is no redis-server on the PATH');
  }
  const fetched = await fetchServer();
  const { version, why } = fetched.why === null ? await versionOf(fetched.command) : fetched;
  if (why === null) return { command: fetched.command, version };
  throw new SetupError(
    [
      'Redis cannot be had here:',
      ...[...reasons, why].map((reason) => `  - ${reason}`),
      'Ways out, any one of them:',
      `  - set ${variable} to a Redis 7 that you have, with maxmemory-policy noeviction (redis://host:port)`,
      '  - install Redis so that redis-server is on the PATH (https://redis.io/docs/latest/operate/oss_and_stack/install/)',
    ].join('\n'),
  );
}

/** True once the server takes commands: while it reads its file after a start it answers with an error. */
function ping(port) {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' }, () => socket.write('PING\r\n'));
    const finish = (answer) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(ANSWER_MS, () => finish(false));
    socket.once('error', () => finish(false));
    socket.once('data', (data) => finish(data.toString().startsWith('+PONG')));
  });
}

/** @param home the folder for the data and the log @param variable names another server in place of this one */
export function redisService({ home, variable }) {
  return {
    name: 'Redis',
    key: 'redis',
    home,
    // Redis rewrites its own command line, so that of the data's folder nothing is left in it.
    marker: 'redis-server',
    graceMs: 5000,
    env: {},
    variable,
    find: () => findRedis(variable),
    readable: (log) => log,
    args: (port, dir) => [
      ...['--port', String(port), '--bind', '127.0.0.1', '--dir', dir, '--daemonize', 'no'],
      ...['--appendonly', 'yes', '--save', '', '--maxmemory-policy', 'noeviction'],
    ],
    url: (port) => `redis://127.0.0.1:${port}`,
    async answers(port, deadlineMs) {
      const until = Date.now() + deadlineMs;
      do {
        if (await ping(port)) return true;
        await pause(LOOK_EVERY_MS);
      } while (Date.now() < until);
      return false;
    },
  };
}
