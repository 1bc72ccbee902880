// A server in a process of its own, on the servers' core: how it is started, asked what it has used, and ended.

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Usage, UsageReply } from './gauge.ts';
import { onServerCore, root } from './machine.ts';

const START_MS = 30_000;
const ANSWER_MS = 10_000;
const STOP_MS = 5_000;

/** What a server writes to its output once it listens. The product's own log line has the same form. */
export interface Listening {
  readonly msg: 'listening';
  readonly url: string;
  /** Settings for those who want to reach it, by environment name. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface Server extends Listening {
  readonly name: string;
  usage(): Promise<Usage>;
  tell(message: object): void;
  stop(): Promise<void>;
}

export interface ServerPlan {
  readonly name: string;
  /** Relative to the project. */
  readonly entry: string;
  /** Handed over as one argument of JSON. */
  readonly input?: object;
  readonly env?: Readonly<Record<string, string>>;
  /** false: on the client's side, as what a provider runs would be. */
  readonly measured?: boolean;
}

/** A folder for CPU profiles, or null. */
export type Profiles = string | null;

const running = new Set<Server>();

export async function startServer(plan: ServerPlan, profiles: Profiles): Promise<Server> {
  const { name, entry, input = {}, env = {}, measured = true } = plan;
  const profiling =
    profiles === null ? [] : ['--cpu-prof', `--cpu-prof-dir=${profiles}`, `--cpu-prof-name=${name}.cpuprofile`];
  const node = [process.execPath, ...profiling, '--import', join(root, 'bench', 'gauge.ts'), join(root, entry)];
  const [command = process.execPath, ...args] = [...(measured ? onServerCore() : []), ...node, JSON.stringify(input)];
  const child = spawn(command, args, {
    cwd: root,
    env: { PATH: process.env['PATH'] ?? '', NODE_ENV: 'production', ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const exited = once(child, 'exit');
  const listening = await listeningOf(name, child);

  const server: Server = {
    ...listening,
    name,
    async usage() {
      const signal = AbortSignal.timeout(ANSWER_MS);
      child.send({ kind: 'usage' });
      const [{ usage }] = (await once(child, 'message', { signal })) as [UsageReply];
      return usage;
    },
    tell: (message) => void child.send(message),
    async stop() {
      running.delete(server);
      if (child.connected) child.send({ kind: 'stop' });
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
      await exited;
      clearTimeout(timer);
    },
  };
  running.add(server);
  return server;
}

export async function stopServers(): Promise<void> {
  await Promise.all([...running].map((server) => server.stop()));
}

async function listeningOf(name: string, child: ChildProcess): Promise<Listening> {
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error(`${name} has no output`);
  const said: string[] = [];
  const found = Promise.withResolvers<Listening>();
  const lines = createInterface({ input: stdout });
  lines.on('line', (line) => {
    said.push(line);
    if (line.includes('"msg":"listening"')) found.resolve(JSON.parse(line) as Listening);
  });
  stderr.on('data', (chunk: Buffer) => said.push(chunk.toString()));
  child.once('exit', (code) => found.reject(new Error(`${name} ended with ${code}:\n${said.join('\n')}`)));
  const timer = setTimeout(() => {
    child.kill('SIGKILL');
    found.reject(new Error(`${name} did not listen within ${START_MS} ms:\n${said.join('\n')}`));
  }, START_MS);
  try {
    return await found.promise;
  } finally {
    clearTimeout(timer);
    lines.close();
    // What else it says is nobody's, and must not fill its pipe.
    stdout.resume();
  }
}
