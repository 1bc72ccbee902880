// Goal: the listener itself: every answer has one shape, bad heads are refused, and closing loses nothing. Method: a real
// door on a free port; raw sockets where fetch is too well-behaved.

import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { speak } from '../../tests/testkit/speak.ts';
import { ask, head, post, useDoors } from './door.fixture.ts';
import { createStage, KEY } from './stage.fixture.ts';

const open = useDoors();

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

describe('headers', () => {
  it('that are too many or too large are refused with 431, and the process lives', async () => {
    const { port, url } = await open();
    const many = Array.from({ length: 101 }, (_, at) => `x-${at}: 1`);
    const upgrade = ['connection: upgrade', 'upgrade: websocket', 'sec-websocket-version: 13', 'sec-websocket-key: a'];
    const flood = Array.from({ length: 2_000 }, (_, at) => `x-header-${at}: value`);
    for (const lines of [many, flood, [...upgrade, ...many], [...upgrade, ...flood], [`x: ${'y'.repeat(20_000)}`]]) {
      const heard = await speak(port, head('GET /graphql HTTP/1.1', 'host: a', 'connection: close', ...lines));
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

describe('opening and closing', () => {
  it('says which setting to change when the port is taken', async () => {
    const { port } = await open();
    await expect(open({}, createStage(), port)).rejects.toThrow(/port \d+ is taken: set PORT to a free one/);
  });

  it('lets what is under way end, and takes nothing more', async () => {
    const stage = createStage();
    const { url, base, door } = await open({}, stage);
    let go = (): void => undefined;
    stage.before = () => new Promise((resolve) => (go = resolve));
    const query = '{ intent(id: "0192e4a0-0000-7000-8000-000000000001") { id } }';
    const slow = post(url, { query }, { 'x-api-key': KEY });
    await sleep(50);
    const closed = door.close();
    await sleep(30);
    await expect(fetch(`${base}/livez`)).rejects.toThrow();
    go();
    const { status, headers } = await slow;
    expect([status, headers.get('connection')]).toEqual([200, 'close']);
    await closed;
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
