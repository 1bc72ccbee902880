// Real processes to kill: our API and worker, and a mongod and a redis-server of a test's own.

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import mongoose from 'mongoose';
import { needed } from './needs.ts';

export interface Running {
  readonly pid: number;
  readonly child: ChildProcess;
  /** Resolves when the process is gone. */
  kill(signal: NodeJS.Signals): Promise<void>;
  readonly exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  /** Everything that it wrote. */
  readonly output: () => string;
}

/** Everything started here, so that a failing test leaves nothing running. */
const started = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of started) child.kill('SIGKILL');
});

/** Of our own environment: where programs are, and the folder by which a run of the tests finds what it left behind. */
const { PATH = '', TEST_DATA_DIR = '' } = process.env;
/** Compiled once for all the processes of a run. Empty: Node keeps none. */
const NODE_COMPILE_CACHE = TEST_DATA_DIR === '' ? '' : join(TEST_DATA_DIR, 'compiled');

export function run(command: string, args: readonly string[], env: Readonly<Record<string, string>>): Running {
  const child = spawn(command, args, {
    env: { PATH, TEST_DATA_DIR, NODE_COMPILE_CACHE, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.add(child);
  const lines: string[] = [];
  child.stdout.on('data', (chunk: Buffer) => lines.push(chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => lines.push(chunk.toString()));
  const exited = once(child, 'exit').then(([code, signal]) => {
    started.delete(child);
    return { code: code as number | null, signal: signal as NodeJS.Signals | null };
  });
  return {
    pid: child.pid ?? 0,
    child,
    exited,
    output: () => lines.join(''),
    async kill(signal) {
      child.kill(signal);
      await exited;
    },
  };
}

export interface Listening extends Running {
  readonly url: string;
}

/** `src/<entry>.ts` once its log says that it listens or works; or once it was killed, which a planted crash may do before. */
export async function runEntry(entry: 'api' | 'worker', env: Readonly<Record<string, string>>): Promise<Listening> {
  const running = run(process.execPath, [`src/${entry}.ts`], { LOG_LEVEL: 'info', ...env });
  const ready = new Promise<string>((resolve, reject) => {
    if (running.child.stdout === null) throw new Error('no output');
    createInterface({ input: running.child.stdout }).on('line', (line) => {
      if (line.includes('"msg":"listening"') || line.includes('"msg":"working"')) {
        resolve((JSON.parse(line) as { url?: string }).url ?? '');
      }
    });
    void running.exited.then(({ code, signal }) => {
      if (signal === 'SIGKILL') resolve('');
      else reject(new Error(`${entry} ended with ${code}:\n${running.output()}`));
    });
  });
  return { ...running, url: await ready };
}

export interface OwnServer {
  readonly url: string;
  readonly port: number;
  /** Where its files are. */
  readonly dir: string;
  readonly running: () => Running;
  start(): Promise<void>;
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** Ends it and removes its files. */
  remove(): Promise<void>;
}

/**
 * A redis-server on a port of its own. `persistent: false` forgets everything when it dies; otherwise it keeps an append-only
 * file, written out every second. `replicaOf`: the port of another, whose replica it is.
 */
export async function ownRedis({ persistent = false, policy = 'noeviction', replicaOf = 0 } = {}): Promise<OwnServer> {
  const dir = mkdtempSync(join(tmpdir(), 'passerelle-redis-'));
  const port = await freePort();
  const args = ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', dir, '--save', '', '--maxmemory-policy', policy];
  if (replicaOf !== 0) args.push('--replicaof', '127.0.0.1', `${replicaOf}`);
  const start = async (): Promise<Running> => {
    const running = run(needed('redisBin'), [...args, '--appendonly', persistent ? 'yes' : 'no'], libraries());
    await said(running, /Ready to accept connections/);
    return running;
  };
  return ownServer(`redis://127.0.0.1:${port}`, port, dir, start);
}

/** A mongod that waits to become a member of the replica set of this name. Fail points work in it. */
export async function mongodOn(port: number, replSet: string, more: readonly string[] = []): Promise<OwnServer> {
  const dir = mkdtempSync(join(tmpdir(), 'passerelle-mongo-'));
  const places = ['--dbpath', dir, '--port', `${port}`, '--bind_ip', '127.0.0.1'];
  const args = [...places, '--replSet', replSet, '--wiredTigerCacheSizeGB', '0.25', '--oplogSize', '128'];
  const start = async (): Promise<Running> => {
    const running = run(needed('mongodBin'), [...args, '--setParameter', 'enableTestCommands=1', ...more], libraries());
    await said(running, /Waiting for connections/);
    return running;
  };
  return ownServer(`mongodb://127.0.0.1:${port}/own?replicaSet=${replSet}`, port, dir, start);
}

/** A mongod, as a replica set of one. */
export async function ownMongod(): Promise<OwnServer> {
  const port = await freePort();
  const server = await mongodOn(port, 'own');
  const host = `127.0.0.1:${port}`;
  await asPrimary(port, { replSetInitiate: { _id: 'own', members: [{ _id: 0, host }] } });
  return {
    ...server,
    async start() {
      await server.start();
      await asPrimary(port);
    },
  };
}

/** Waits until it takes writes, after the command if there is one. */
async function asPrimary(port: number, command: Readonly<Record<string, unknown>> | null = null): Promise<void> {
  const url = `mongodb://127.0.0.1:${port}/?directConnection=true`;
  const client = await mongoose.mongo.MongoClient.connect(url, { serverSelectionTimeoutMS: 10_000 });
  try {
    if (command !== null) await client.db('admin').command(command);
    for (;;) {
      const hello = await client.db('admin').command({ hello: 1 });
      if (hello['isWritablePrimary'] === true) return;
    }
  } finally {
    await client.close();
  }
}

async function ownServer(url: string, port: number, dir: string, start: () => Promise<Running>): Promise<OwnServer> {
  let running = await start();
  return {
    url,
    port,
    dir,
    running: () => running,
    async start() {
      running = await start();
    },
    kill: (signal = 'SIGKILL') => running.kill(signal),
    async remove() {
      if (running.child.exitCode === null && running.child.signalCode === null) await running.kill('SIGKILL');
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** Set-up may have unpacked a server with its libraries beside it. */
function libraries(): Record<string, string> {
  const path = process.env['LD_LIBRARY_PATH'];
  return path === undefined ? {} : { LD_LIBRARY_PATH: path };
}

async function said(running: Running, words: RegExp): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    running.child.stdout?.on('data', () => {
      if (words.test(running.output())) resolve();
    });
    void running.exited.then(({ code }) => reject(new Error(`ended with ${code}:\n${running.output()}`)));
  });
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
