// Goal: the listener itself. Bad requests get one shape of answer, bodies are bounded while they are read, nothing hangs.
// Method: a real door on a free port; raw sockets where fetch is too well-behaved.

import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { createStage, KEY, openDoor, type Stage, type TestDoor } from './door.fixture.ts';
import type { DoorSettings } from './settings.ts';

let opened: TestDoor[] = [];
afterEach(async () => {
  await Promise.all(opened.map(({ door }) => door.close()));
  opened = [];
});

async function open(settings: Partial<DoorSettings> = {}, stage: Stage = createStage()) {
  const door = await openDoor(stage, settings);
  opened.push(door);
  return { ...door, stage, base: `http://127.0.0.1:${door.port}` };
}

interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: { data?: unknown; errors?: { message: string; extensions: Record<string, unknown> }[] };
}

async function ask(url: string, init: RequestInit = {}): Promise<Reply> {
  const res = await fetch(url, init);
  const text = await res.text();
  return { status: res.status, headers: res.headers, body: (text === '' ? {} : JSON.parse(text)) as Reply['body'] };
}

const JSON_HEADERS = { 'content-type': 'application/json' };

function post(url: string, body: unknown, headers: Record<string, string> = {}): Promise<Reply> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return ask(url, { method: 'POST', headers: { ...JSON_HEADERS, ...headers }, body: text });
}

/** Sends bytes as they are, and reads until the other side closes. */
function speak(port: number, ...parts: readonly (string | Buffer)[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let heard = '';
    socket.on('data', (chunk) => (heard += chunk.toString()));
    socket.on('close', () => resolve(heard));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE' && error.code !== 'ECONNRESET') reject(error);
    });
    for (const part of parts) socket.write(part);
  });
}

const head = (lines: readonly string[]): string => `${lines.join('\r\n')}\r\n\r\n`;

describe('every answer', () => {
  it('carries the request id that was given, when it is safe to repeat', async () => {
    const { url } = await open();
    const given = await post(url, { query: '{ __typename }' }, { 'x-request-id': 'order-7:retry.1' });
    expect(given.headers.get('x-request-id')).toBe('order-7:retry.1');
    for (const unsafe of ['a b', '<script>', 'x'.repeat(65)]) {
      const { headers } = await post(url, { query: '{ __typename }' }, { 'x-request-id': unsafe });
      expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    }
  });

  it('carries the security headers, and HSTS in production alone', async () => {
    const expected = {
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
      'content-security-policy': "frame-ancestors 'none'",
    };
    const { base } = await open({ production: true });
    for (const path of ['/livez', '/graphql?query={__typename}', '/nothing', '/webhooks/mock']) {
      const { headers } = await fetch(`${base}${path}`);
      expect(Object.fromEntries(headers)).toMatchObject(expected);
      expect(headers.get('strict-transport-security')).toMatch(/max-age=/);
    }
    const { base: dev } = await open({ production: false });
    expect((await fetch(`${dev}/livez`)).headers.has('strict-transport-security')).toBe(false);
  });

  it('has one shape when it is an error, with the id that is in the header', async () => {
    const { base, url } = await open();
    const replies = [
      await ask(`${base}/nothing`),
      await ask(`${base}/webhooks/mock`),
      await ask(url, { method: 'PUT' }),
      await post(url, '{'),
      await post(url, { query: '{ nope }' }, { accept: 'application/graphql-response+json' }),
      await post(url, { query: '{ __typename }' }, { 'x-api-key': 'pk_test_wrong' }),
    ];
    expect(replies.map(({ status }) => status)).toEqual([404, 405, 405, 400, 400, 401]);
    for (const { headers, body } of replies) {
      const [error] = body.errors ?? [];
      expect(error?.message).toMatch(/\S/);
      expect(error?.extensions).toEqual({
        code: expect.stringMatching(/^[A-Z_]+$/) as string,
        requestId: headers.get('x-request-id'),
      });
    }
  });

  it('to a wrong verb names the right ones', async () => {
    const { base, url } = await open();
    const verbs = async (at: string, method: string) => (await fetch(at, { method })).headers.get('allow');
    expect(await verbs(url, 'DELETE')).toBe('GET, POST, OPTIONS');
    expect(await verbs(url, 'HEAD')).toBe('GET, POST, OPTIONS');
    expect(await verbs(`${base}/webhooks/mock`, 'PUT')).toBe('POST');
    expect(await verbs(`${base}/livez`, 'POST')).toBe('GET, HEAD');
  });
});

describe('a body', () => {
  it('above the limit is refused with the limit named, whether declared or counted', async () => {
    const { port } = await open({ maxBodyBytes: 1_000 });
    const big = 'x'.repeat(3_000);
    const declared = await speak(
      port,
      head(['POST /graphql HTTP/1.1', 'host: a', 'content-type: application/json', 'content-length: 3000']),
      big,
    );
    const chunked = await speak(
      port,
      head(['POST /graphql HTTP/1.1', 'host: a', 'content-type: application/json', 'transfer-encoding: chunked']),
      `${big.length.toString(16)}\r\n${big}\r\n`,
    );
    for (const heard of [declared, chunked]) {
      expect(heard).toMatch(/^HTTP\/1.1 413 /);
      expect(heard).toContain('connection: close');
      expect(heard).toContain('larger than the 1000 bytes allowed');
      expect(heard).toContain('PAYLOAD_TOO_LARGE');
    }
  });

  it('of the size of the limit is taken', async () => {
    const { url } = await open({ maxBodyBytes: 1_000 });
    const query = '{ __typename }';
    const { length } = JSON.stringify({ query, extensions: { pad: '' } });
    const { status } = await post(url, { query, extensions: { pad: 'x'.repeat(1_000 - length) } });
    expect(status).toBe(200);
  });

  it('that an earnest client sends far too large still shows it the 413', async () => {
    const { url } = await open();
    const { status } = await post(url, 'x'.repeat(5_000_000));
    expect(status).toBe(413);
  });

  it('is not unpacked, so that no bomb is', async () => {
    const { url } = await open();
    const { status, body } = await post(url, { query: '{ __typename }' }, { 'content-encoding': 'gzip' });
    expect([status, body.errors?.[0]?.extensions['code']]).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE']);
  });

  it.each([
    undefined,
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/graphql',
    'application/graphql+json',
    'application/json; charset=latin1',
    'application/jsonp',
  ])('of content type %s is refused with 415', async (type) => {
    const { url } = await open();
    const body = Buffer.from('{"query":"{ __typename }"}');
    const { status } = await ask(url, { method: 'POST', body, headers: type === undefined ? {} : { 'content-type': type } });
    expect(status).toBe(415);
  });

  it.each([
    ['', /empty/],
    ['{"query":', /invalid JSON/],
    ['{"query":"{ __typename }","query":"{ __typename }"}', /twice/],
    ['{"query":"{ __typename }","variables":{"a":1,"a":2}}', /twice/],
    [`{"query":"{ __typename }","extensions":${'[1,'.repeat(10_000)}1${']'.repeat(10_000)}}`, /64 levels/],
    [Buffer.from('{"query":"{ __typename } \xff"}', 'latin1'), /UTF-8/],
    ['\ufeff{"query":"{ __typename }"}', /invalid JSON/],
    ['{"query":"{ __typename }\u0000"}', /invalid JSON/],
  ])('that is no JSON is refused without an echo (%#)', async (body, message) => {
    const { url } = await open();
    const { status, body: reply } = await ask(url, { method: 'POST', body, headers: JSON_HEADERS });
    expect(status).toBe(400);
    expect(reply.errors?.[0]?.message).toMatch(/^POST body sent invalid JSON\./);
    expect(reply.errors?.[0]?.message).toMatch(message);
  });

  it('may hold colons, braces and quotes in its strings', async () => {
    const { url } = await open();
    const note = 'a:b "c\\" {[:]} \\\\';
    const { status } = await post(url, { query: '{ __typename }', extensions: { [note]: note, deep: { note } } });
    expect(status).toBe(200);
  });

  it.each([
    [{}, /query/],
    [{ query: null }, /query/],
    [{ query: 42 }, /"query"/],
    [{ query: '{ __typename }', variables: 'x' }, /"variables"/],
    [{ query: '{ __typename }', operationName: 'Nope' }, /operationName/],
    [{ query: 'query A { __typename } query B { __typename }' }, /operationName/],
    [{ query: '{ __typename }', quary: 1 }, /"quary"/],
    [[{ query: '{ __typename }' }], /Batching is not supported/],
    ['"text"', /object/],
  ])('names the member that is wrong (%#)', async (body, message) => {
    const { url } = await open();
    const { status, body: reply } = await post(url, body);
    expect(status).toBe(400);
    expect(reply.errors?.[0]?.message).toMatch(message);
  });

  it('whose sender goes away costs nothing and harms nobody', async () => {
    const { url, port, stage } = await open();
    const socket = connect(port, '127.0.0.1');
    socket.write(head(['POST /graphql HTTP/1.1', 'host: a', 'content-type: application/json', 'content-length: 90']) + '{');
    await sleep(30);
    socket.destroy();
    await sleep(30);
    expect((await post(url, { query: '{ __typename }' })).status).toBe(200);
    expect(stage.logs).toEqual([]);
  });
});

describe('headers', () => {
  it('that are too many or too large are refused with 431, and the process lives', async () => {
    const { port, url } = await open();
    const many = Array.from({ length: 101 }, (_, at) => `x-${at}: 1`);
    const upgrade = ['connection: upgrade', 'upgrade: websocket', 'sec-websocket-version: 13', 'sec-websocket-key: a'];
    const flood = Array.from({ length: 2_000 }, (_, at) => `x-header-${at}: value`);
    for (const lines of [many, flood, [...upgrade, ...many], [...upgrade, ...flood], [`x: ${'y'.repeat(20_000)}`]]) {
      const heard = await speak(port, head(['GET /graphql HTTP/1.1', 'host: a', 'connection: close', ...lines]));
      expect(heard).toMatch(/^HTTP\/1.1 431 /);
      expect(heard).toContain('HEADERS_TOO_LARGE');
    }
    expect((await post(url, { query: '{ __typename }' })).status).toBe(200);
  });

  it('that do not end in time are answered with 408', async () => {
    const { port } = await open({ headersMs: 100 });
    expect(await speak(port, 'GET /graphql HTTP/1.1\r\nhost: a\r\n')).toMatch(/^HTTP\/1.1 408 /);
  });

  it('that are no HTTP are answered with 400', async () => {
    const { port } = await open();
    const heard = await speak(port, 'NONSENSE\r\n\r\n');
    expect(heard).toMatch(/^HTTP\/1.1 400 /);
    expect(heard).toContain('"code":"BAD_REQUEST"');
  });
});

describe('health', () => {
  it('says whether the process lives and whether it should be sent work', async () => {
    const { base, stage } = await open();
    const health = async (path: string) => {
      const { status, body } = await ask(`${base}${path}`);
      return [status, (body as { status?: string }).status];
    };
    expect(await health('/livez')).toEqual([200, 'ok']);
    expect(await health('/readyz')).toEqual([200, 'ok']);
    stage.readiness = { ok: true, parts: { mongodb: 'up', redis: 'away' } };
    expect(await health('/readyz')).toEqual([200, 'degraded']);
    stage.readiness = { ok: false, parts: { mongodb: 'away', redis: 'up' } };
    expect(await health('/readyz')).toEqual([503, 'unavailable']);
    expect(await health('/livez')).toEqual([200, 'ok']);
    expect((await fetch(`${base}/livez`, { method: 'HEAD' })).status).toBe(200);
  });
});

describe('pages of other origins', () => {
  const preflight = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' };

  it('are answered when they are on the list, and never with credentials', async () => {
    const { url } = await open({ allowedOrigins: ['https://pay.example'] });
    const origin = 'https://pay.example';
    const asked = await fetch(url, { method: 'OPTIONS', headers: { origin, ...preflight } });
    expect(asked.status).toBe(204);
    expect(asked.headers.get('access-control-allow-origin')).toBe(origin);
    expect(asked.headers.get('access-control-allow-headers')).toContain('authorization');
    const { status, headers } = await post(url, { query: '{ __typename }' }, { origin });
    expect([status, headers.get('access-control-allow-origin'), headers.get('vary')]).toEqual([200, origin, 'origin']);
    for (const one of [asked.headers, headers]) expect(one.has('access-control-allow-credentials')).toBe(false);
  });

  it('see errors too, when they are on the list', async () => {
    const { url } = await open({ allowedOrigins: ['https://pay.example'] });
    const { headers } = await post(url, '{', { origin: 'https://pay.example' });
    expect(headers.get('access-control-allow-origin')).toBe('https://pay.example');
  });

  it.each(['https://evil.example', 'https://pay.example.evil.example', 'null'])('such as %s are not', async (origin) => {
    const { url } = await open({ allowedOrigins: ['https://pay.example'] });
    const asked = await fetch(url, { method: 'OPTIONS', headers: { origin, ...preflight } });
    expect(asked.status).toBe(403);
    const { headers } = await post(url, { query: '{ __typename }' }, { origin });
    for (const one of [asked.headers, headers]) expect(one.has('access-control-allow-origin')).toBe(false);
  });

  it('are all told the same in development', async () => {
    const { url } = await open({ allowedOrigins: ['*'] });
    const { headers } = await post(url, { query: '{ __typename }' }, { origin: 'https://any.example' });
    expect(headers.get('access-control-allow-origin')).toBe('*');
    expect(headers.has('access-control-allow-credentials')).toBe(false);
  });
});

describe('opening and closing', () => {
  it('says which setting to change when the port is taken', async () => {
    const { port, door } = await open();
    const other = (await open()).door;
    expect(port).toBe((door.server.address() as { port: number }).port);
    await other.close();
    const again = await openDoor(createStage());
    opened.push(again);
    await again.door.close();
    const { createDoor } = await import('./http.ts');
    const { services, metrics, readiness } = createStage();
    const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
    const second = createDoor({ services, metrics, log: silent, settings: {}, ready: async () => readiness });
    await expect(second.listen(port, '127.0.0.1')).rejects.toThrow(/port \d+ is taken: set PORT/);
  });

  it('lets what is under way end, and takes nothing more', async () => {
    const stage = createStage();
    const { url, base, door, port } = await open({}, stage);
    let go = (): void => undefined;
    stage.before = () => new Promise((resolve) => (go = resolve));
    const query = '{ intent(id: "0192e4a0-0000-7000-8000-000000000001") { id } }';
    const slow = post(url, { query }, { 'x-api-key': KEY });
    // A connection that is open already may still ask how things stand.
    const kept = connect(port, '127.0.0.1');
    let heard = '';
    kept.on('data', (chunk) => (heard += chunk.toString()));
    await sleep(50);
    kept.write('POST /graphql HTTP/1.1\r\nhost: a\r\n');
    await sleep(20);
    const closed = door.close();
    await sleep(30);
    await expect(fetch(`${base}/livez`)).rejects.toThrow();
    go();
    const { status, headers } = await slow;
    expect([status, headers.get('connection')]).toEqual([200, 'close']);
    kept.end(head(['content-type: application/json', 'content-length: 2']) + '{}');
    await closed;
    expect(heard).toMatch(/connection: close/);
  });

  it('cuts what takes longer than it may', async () => {
    const stage = createStage();
    const { url, door } = await open({ drainMs: 100 }, stage);
    stage.before = () => new Promise(() => undefined);
    const query = '{ intent(id: "0192e4a0-0000-7000-8000-000000000001") { id } }';
    const hung = expect(post(url, { query }, { 'x-api-key': KEY })).rejects.toThrow();
    await sleep(50);
    const from = performance.now();
    await door.close();
    expect(performance.now() - from).toBeLessThan(1_000);
    await hung;
    expect(stage.logs.map(({ message }) => message)).toContain('requests were cut when the door closed');
  });
});
