// A TCP proxy between two real parts, which does what networks do: passes, cuts, swallows the answer, says nothing. It can
// also tell when certain words go by, so that a test strikes at that very moment and not after a while.

import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { passBack, type Mode, type Way } from './proxy-modes.ts';

export interface Watch {
  /** Requests that went by so far. */
  count(): number;
  /** Resolves when `times` of them have arrived where they were going. */
  asked(times: number): Promise<void>;
  /** Resolves when `times` of them were answered by the server, whether or not the answer was passed on. */
  answered(times: number): Promise<void>;
  /** The requests as they came, word by word. */
  requests(): readonly string[];
  /** Bytes that came back over their connections. */
  written(): number;
  /** Lets go of replies that were held; what comes after them passes. */
  release(): void;
  end(): void;
}

export interface Proxy {
  readonly port: number;
  /** Where it leads; may be said after others have been told where it stands. */
  lead(port: number): void;
  /** For all connections, those to come included; or for those over which these words went or will go. */
  set(mode: Mode, words?: string): void;
  /** Resets connections: all, or those over which these words went. Returns how many. */
  cut(words?: string): number;
  /** Looks out for requests that hold all of these words. Each puts its connection into `mode`. */
  watch(words: readonly string[], mode?: Mode): Watch;
  /** Writes other words in place of these; a body has to keep its length. Returns how to stop. */
  rewrite(way: 'request' | 'reply', from: string, to: string): () => void;
  close(): Promise<void>;
}

interface Line extends Way {
  readonly server: Socket;
  /** The first of what the client said: enough to know what the connection is for. */
  said: string;
  /** What the client has said since the server last answered. */
  request: { text: string };
  awaiting: Counted[];
}

interface Counted {
  readonly words: readonly string[];
  readonly mode: Mode;
  asked: number;
  answered: number;
  readonly requests: { readonly text: string }[];
  readonly lines: Line[];
  readonly waiting: Set<() => void>;
}

const SAID_MAX = 16_384;
const REQUEST_MAX = 262_144;

/** The same database behind a proxy. The driver is told not to ask for other members, which it would reach past the proxy. */
export function mongoThrough(proxy: { readonly port: number }, mongoUrl: string): string {
  const url = new URL(mongoUrl);
  url.host = `127.0.0.1:${proxy.port}`;
  url.search = '?directConnection=true';
  return url.href;
}

export async function startProxy(target = 0): Promise<Proxy> {
  const lines = new Set<Line>();
  const watches = new Set<Counted>();
  const rewrites = new Set<{ way: 'request' | 'reply'; from: string; to: string }>();
  let port = target;
  let mode: Mode = 'pass';
  /** For connections over which these words go. */
  const rules = new Map<string, Mode>();

  const server = createServer({ noDelay: true }, (client) => {
    if (mode === 'cut' || port === 0) {
      client.on('error', () => undefined);
      client.resetAndDestroy();
      return;
    }
    open(client);
  });

  function open(client: Socket): void {
    const server = connect({ port, host: '127.0.0.1', noDelay: true });
    const line: Line = { client, server, mode, said: '', request: { text: '' }, awaiting: [], held: [], passed: 0 };
    lines.add(line);
    client.on('data', (bytes: Buffer) => request(line, bytes));
    server.on('data', (bytes: Buffer) => reply(line, bytes));
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      one.on('error', () => undefined);
      one.on('end', () => other.end());
      one.on('close', () => {
        lines.delete(line);
        other.destroy();
      });
    }
  }

  function request(line: Line, bytes: Buffer): void {
    const text = bytes.toString('latin1');
    if (line.said.length < SAID_MAX) line.said += text;
    if (line.request.text.length < REQUEST_MAX) line.request.text += text;
    const isNew = (watch: Counted): boolean => !line.awaiting.includes(watch);
    const hit = [...watches].filter(
      (watch) => isNew(watch) && watch.words.every((word) => line.request.text.includes(word)),
    );
    for (const [words, then] of rules) if (line.said.includes(words)) line.mode = then;
    for (const watch of hit) {
      watch.requests.push(line.request);
      watch.lines.push(line);
      if (watch.mode !== 'pass') line.mode = watch.mode;
    }
    line.awaiting.push(...hit);
    if (line.mode === 'cut') reset(line);
    else if (line.mode !== 'blackhole') line.server.write(rewritten('request', bytes));
    for (const watch of hit) tell(watch, 'asked');
  }

  function reply(line: Line, bytes: Buffer): void {
    const answered = line.awaiting.splice(0);
    line.request = { text: '' };
    passBack(line, rewritten('reply', bytes), () => reset(line));
    for (const watch of answered) tell(watch, 'answered');
  }

  function rewritten(way: 'request' | 'reply', bytes: Buffer): Buffer {
    const due = [...rewrites].filter((one) => one.way === way);
    if (due.length === 0) return bytes;
    return Buffer.from(
      due.reduce((text, { from, to }) => text.replaceAll(from, to), bytes.toString('latin1')),
      'latin1',
    );
  }

  function reset(line: Line): void {
    line.client.resetAndDestroy();
    line.server.resetAndDestroy();
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');

  return {
    port: address.port,
    lead: (next) => (port = next),
    set(next, words) {
      if (words === undefined) mode = next;
      else if (next === 'pass') rules.delete(words);
      else rules.set(words, next);
      for (const line of lines) {
        if (words !== undefined && !line.said.includes(words)) continue;
        line.mode = next;
        line.passed = 0;
        if (next === 'cut') reset(line);
      }
    },
    cut(words = '') {
      const hit = [...lines].filter(({ said }) => said.includes(words));
      for (const line of hit) reset(line);
      return hit.length;
    },
    watch(words, then = 'pass') {
      const watch: Counted = { words, mode: then, asked: 0, answered: 0, requests: [], lines: [], waiting: new Set() };
      watches.add(watch);
      return {
        count: () => watch.asked,
        asked: (times) => reached(watch, 'asked', times),
        answered: (times) => reached(watch, 'answered', times),
        requests: () => watch.requests.map(({ text }) => text),
        written: () => watch.lines.reduce((sum, { client }) => sum + client.bytesWritten, 0),
        release() {
          for (const line of watch.lines.splice(0)) {
            line.mode = 'pass';
            for (const bytes of line.held.splice(0)) line.client.write(bytes);
          }
        },
        end: () => void watches.delete(watch),
      };
    },
    rewrite(way, from, to) {
      const one = { way, from, to };
      rewrites.add(one);
      return () => void rewrites.delete(one);
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const line of lines) reset(line);
      await closed;
    },
  };
}

function tell(watch: Counted, what: 'asked' | 'answered'): void {
  watch[what] += 1;
  for (const wake of watch.waiting) wake();
}

function reached(watch: Counted, what: 'asked' | 'answered', times: number): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (watch[what] < times) return;
      watch.waiting.delete(look);
      resolve();
    };
    watch.waiting.add(look);
    look();
  });
}
