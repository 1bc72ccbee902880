// Goal: with money, "it did not leave" and "nobody knows" are never mixed up, and a write is sent once. Method: the real
// client against a real server that refuses, resets, trickles, floods and falls silent.

import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { REPLY_BYTES_MAX, type HttpRequest } from './gateways/http.ts';
import { createHttpClient, type CallStats, type HttpClientOptions } from './outbound.ts';

const closers: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  vi.useRealTimers();
  for (const close of closers.splice(0)) await close();
});

async function serve(listener: RequestListener): Promise<{ url: string; server: Server; seen: IncomingMessage[] }> {
  const seen: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    seen.push(request);
    listener(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server, seen };
}

function client(options: Partial<HttpClientOptions> = {}) {
  const made = createHttpClient({ gateway: 'acme', ...options });
  closers.push(() => made.close());
  return made;
}

function ask(url: string, overrides: Partial<HttpRequest> = {}): HttpRequest {
  return { method: 'GET', url, headers: {}, body: null, timeoutMs: 2_000, effect: 'read', ...overrides };
}

const write = { method: 'POST', body: '{}', effect: 'write' } as const;
const ok = (_request: IncomingMessage, response: ServerResponse): void => void response.end('ok');

/** A port where nobody listens. */
async function closedPort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

describe('what was answered', () => {
  it('brings status, headers and text, whatever the status', async () => {
    const { url, seen } = await serve((_request, response) => {
      response.writeHead(418, { 'x-two': ['a', 'b'] }).end('short and stout');
    });
    const reply = await client().send(ask(url, { ...write, headers: { 'x-api-key': 'k' } }));
    expect(reply).toMatchObject({ kind: 'answered', status: 418, text: 'short and stout' });
    expect(reply.kind === 'answered' && reply.headers['x-two']).toBe('a, b');
    expect(seen[0]?.headers['x-api-key']).toBe('k');
  });

  it('does not follow a redirect', async () => {
    const { url, seen } = await serve(
      (_request, response) => void response.writeHead(302, { location: '/there' }).end(),
    );
    expect(await client().send(ask(url))).toMatchObject({ kind: 'answered', status: 302 });
    expect(seen).toHaveLength(1);
  });
});

describe('what never left', () => {
  it('is unsent where the port refuses', async () => {
    const reply = await client().send(ask(`http://127.0.0.1:${await closedPort()}`, write));
    expect(reply).toEqual({ kind: 'unsent', reason: 'not connected: ECONNREFUSED' });
  });

  it('is unsent where the host has no address', async () => {
    const reply = await client().send(ask('http://no-such-host.invalid/', { ...write, timeoutMs: 15_000 }));
    expect(reply).toMatchObject({ kind: 'unsent' });
  });

  it('is unsent where the queue is full, and where the time runs out in the queue', async () => {
    const { url, seen } = await serve(() => undefined);
    const http = client({ maxConcurrent: 1 });
    const replies = await Promise.all(
      Array.from({ length: 6 }, () => http.send(ask(url, { ...write, timeoutMs: 100 }))),
    );
    const reasons = replies.map((reply) => (reply.kind === 'answered' ? 'answered' : `${reply.kind}: ${reply.reason}`));
    expect(reasons).toEqual([
      'silent: no answer in time',
      ...Array.from({ length: 4 }, () => 'unsent: its time was over before it was sent'),
      'unsent: too many calls are waiting',
    ]);
    expect(seen).toHaveLength(1);
  });
});

describe('what left and has no end', () => {
  const ways: readonly (readonly [string, RequestListener, string | RegExp])[] = [
    ['falls silent', () => undefined, 'no answer in time'],
    ['resets before an answer', (request) => void request.socket.resetAndDestroy(), /^the connection was lost/],
    [
      'cuts the answer in its middle',
      (request, response) => {
        response.writeHead(200, { 'content-length': '100' });
        response.write('{"ok":', () => request.socket.destroy());
      },
      /^the connection was lost/,
    ],
    [
      'trickles a byte at a time',
      (_request, response) => {
        const timer = setInterval(() => response.write('.'), 20);
        response.on('close', () => clearInterval(timer));
      },
      'no answer in time',
    ],
    [
      'answers without an end',
      (_request, response) => {
        const chunk = Buffer.alloc(65_536);
        const pour = (error?: Error | null): void => {
          if (error == null && !response.destroyed) response.write(chunk, pour);
        };
        pour();
      },
      'the answer is too large',
    ],
    [
      'announces too large an answer',
      (_request, response) => void response.end(Buffer.alloc(REPLY_BYTES_MAX + 1)),
      'the answer is too large',
    ],
  ];

  it.each(ways)('is silent where the provider %s', async (_way, listener, reason) => {
    const { url, seen } = await serve(listener);
    const reply = await client().send(ask(url, { ...write, timeoutMs: 300 }));
    expect(reply.kind).toBe('silent');
    expect(reply.kind === 'silent' && reply.reason).toEqual(
      typeof reason === 'string' ? reason : expect.stringMatching(reason),
    );
    // Whatever the fault: a write is sent once.
    expect(seen).toHaveLength(1);
  });

  it('holds one deadline over all tries of a read', async () => {
    const { url } = await serve(() => undefined);
    const startedAt = performance.now();
    expect((await client().send(ask(url, { timeoutMs: 200 }))).kind).toBe('silent');
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });
});

describe('asking again', () => {
  function failing(times: number): RequestListener {
    let left = times;
    return (request, response) => {
      left -= 1;
      if (left >= 0) request.socket.destroy();
      else ok(request, response);
    };
  }

  it('repeats a read that failed', async () => {
    const settled: CallStats[] = [];
    const { url, seen } = await serve(failing(2));
    const reply = await client({ onSettled: (stats) => settled.push(stats) }).send(ask(url, { timeoutMs: 5_000 }));
    expect(reply).toMatchObject({ kind: 'answered', status: 200 });
    expect(seen).toHaveLength(3);
    expect(settled).toMatchObject([{ gateway: 'acme', effect: 'read', kind: 'answered', status: 200, tries: 3 }]);
  });

  it('gives up after two repeats', async () => {
    const { url, seen } = await serve((_request, response) => void response.writeHead(503).end());
    expect(await client().send(ask(url, { timeoutMs: 5_000 }))).toMatchObject({ kind: 'answered', status: 503 });
    expect(seen).toHaveLength(3);
  });

  it('repeats no answer below 500, and no write at all', async () => {
    const { url, seen } = await serve((_request, response) => void response.writeHead(429).end());
    await client().send(ask(url));
    expect(seen).toHaveLength(1);
    const broken = await serve((_request, response) => void response.writeHead(503).end());
    await client().send(ask(broken.url, { ...write, timeoutMs: 5_000 }));
    expect(broken.seen).toHaveLength(1);
  });
});

describe('the breaker', () => {
  const breaker = { failures: 3, halfOpenAfterMs: 10_000 };
  const open = { kind: 'unsent', reason: 'its breaker is open' };

  async function sickThenWell() {
    let isWell = false;
    const served = await serve((_request, response) => void response.writeHead(isWell ? 200 : 500).end());
    return { ...served, recover: () => (isWell = true) };
  }

  it('opens after failures in a row, lets one call try later, and closes when that one goes well', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const { url, seen, recover } = await sickThenWell();
    const http = client({ breaker });
    for (let n = 0; n < 3; n += 1) await http.send(ask(url, write));
    expect(await http.send(ask(url, write))).toEqual(open);
    expect(seen).toHaveLength(3);

    vi.setSystemTime(Date.now() + breaker.halfOpenAfterMs);
    expect(await http.send(ask(url, write))).toMatchObject({ kind: 'answered', status: 500 });
    expect(await http.send(ask(url, write))).toEqual(open);

    recover();
    vi.setSystemTime(Date.now() + breaker.halfOpenAfterMs);
    expect(await http.send(ask(url, write))).toMatchObject({ kind: 'answered', status: 200 });
    expect(await http.send(ask(url, write))).toMatchObject({ kind: 'answered', status: 200 });
  });

  it('takes a 5xx that the provider means as an answer for one: no repeat, no breaker, whoever else asks', async () => {
    const { url, seen } = await serve((request, response) => {
      response.writeHead(500).end(request.url === '/pending' ? 'being processed' : 'oops');
    });
    const http = client({ breaker });
    const isOrdinary = (status: number, text: string): boolean => status === 500 && text === 'being processed';
    const answers = await Promise.all(
      Array.from({ length: 9 }, () => http.send(ask(`${url}/pending`, { isOrdinary, timeoutMs: 5_000 }))),
    );
    expect(answers).toEqual(answers.map(() => expect.objectContaining({ kind: 'answered', status: 500 }) as unknown));
    expect(seen).toHaveLength(9);
    // The same status with other words is a failure as ever.
    for (let n = 0; n < 3; n += 1) await http.send(ask(`${url}/broken`, { isOrdinary, timeoutMs: 500 }));
    expect(await http.send(ask(`${url}/pending`, { isOrdinary }))).toEqual(open);
  });

  it('of writes leaves reads alone', async () => {
    const { url } = await sickThenWell();
    const http = client({ breaker });
    for (let n = 0; n < 4; n += 1) await http.send(ask(url, write));
    expect(await http.send(ask(url, { timeoutMs: 500 }))).toMatchObject({ kind: 'answered', status: 500 });
  });

  it('makes nobody wait for a half-open call longer than the own deadline', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const { url } = await serve(() => undefined);
    const http = client({ breaker: { failures: 1, halfOpenAfterMs: 1 } });
    await http.send(ask(url, { ...write, timeoutMs: 50 }));
    vi.setSystemTime(Date.now() + 1);
    const trying = http.send(ask(url, { ...write, timeoutMs: 400 }));
    const waiting = await http.send(ask(url, { ...write, timeoutMs: 50 }));
    expect(waiting).toEqual({ kind: 'unsent', reason: 'its time was over before it was sent' });
    expect((await trying).kind).toBe('silent');
  });
});

describe('a limit of calls', () => {
  it('keeps a call here that it has no place for, and says so', async () => {
    const { url, seen } = await serve(ok);
    const asked: number[] = [];
    const budget = async (waitMaxMs: number): Promise<null> => {
      asked.push(waitMaxMs);
      return null;
    };
    const { send } = client({ budget });
    const refused = { kind: 'unsent', reason: 'the provider is called as often as it allows' };
    expect(await send(ask(url, { timeoutMs: 30_000 }))).toEqual(refused);
    expect(await send(ask(url, { ...write, timeoutMs: 30_000 }))).toEqual(refused);
    expect(seen).toEqual([]);
    // A question about a payment that was made waits for its place longer than a new payment does.
    expect(asked).toEqual([10_000, 3_000]);
  });

  it('makes a call wait for its place', async () => {
    const { url, seen } = await serve(ok);
    let place = 0;
    const { send } = client({ budget: async () => (place += 20) });
    const startedAt = performance.now();
    expect(await send(ask(url, write))).toMatchObject({ kind: 'answered' });
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(19);
    expect(seen).toHaveLength(1);
  });

  it('that nobody can read lets no call out', async () => {
    const { url, seen } = await serve(ok);
    const { send } = client({ budget: () => Promise.reject(new Error('the database is away')) });
    expect(await send(ask(url, write))).toMatchObject({ kind: 'unsent' });
    expect(seen).toEqual([]);
  });
});
