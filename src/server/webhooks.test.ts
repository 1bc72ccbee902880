// Goal: a provider's call reaches the use case byte by byte, and is answered 200 only when it is stored (B46 to B54).

import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { head, openDoor, type TestDoor } from './door.fixture.ts';
import { createStage, type Stage } from './stage.fixture.ts';

let stage: Stage;
let test: TestDoor;
let base = '';

beforeAll(async () => {
  stage = createStage();
  test = await openDoor(stage, { webhookMaxBytes: 2_000, trustedProxies: 1 });
  base = `http://127.0.0.1:${test.port}/webhooks`;
});
afterAll(() => test.door.close());
beforeEach(() => {
  stage.received = 'stored';
  stage.webhooks.length = 0;
  stage.logs.length = 0;
});

async function call(path: string, init: RequestInit = {}): Promise<{ status: number; headers: Headers; text: string }> {
  const headers = { 'content-type': 'application/json', ...(init.headers as Record<string, string>) };
  const res = await fetch(`${base}${path}`, { method: 'POST', body: '{"secret":"echo"}', ...init, headers });
  return { status: res.status, headers: res.headers, text: await res.text() };
}

describe('a webhook', () => {
  it('reaches its gateway as it came, with its path and the address that the proxy saw', async () => {
    const body = Buffer.from([0x7b, 0x20, 0xff, 0x00, 0x7d]);
    const reply = await call('/mtn-momo/s3cret/path', {
      body,
      headers: { 'x-forwarded-for': '6.6.6.6, ::ffff:41.0.0.9' },
    });
    expect([reply.status, reply.text]).toEqual([200, '{"received":true}']);
    expect(stage.webhooks).toEqual([{ gateway: 'mtn-momo', path: 's3cret/path', body, from: '41.0.0.9' }]);
    await call('/mock');
    expect(stage.webhooks[1]).toMatchObject({ path: '', from: '127.0.0.1' });
  });

  it.each([
    ['stored', 200],
    ['duplicate', 200],
    ['parked', 200],
    ['unreadable', 400],
    ['forged', 401],
    ['stranger', 403],
    ['misplaced', 404],
    ['unknown-gateway', 404],
  ] as const)('that is %s is answered %i, without an echo', async (received, status) => {
    stage.received = received;
    const reply = await call('/mock');
    expect(reply.status).toBe(status);
    expect(reply.text).not.toContain('echo');
    const gateway = received === 'unknown-gateway' ? 'unknown' : 'mock';
    expect(stage.metrics.counts.get(`webhook ${gateway} ${received}`)).toBeGreaterThan(0);
  });

  it('that cannot be stored is answered 503, so that it is sent again', async () => {
    stage.received = Object.assign(new Error('10.0.0.7 is away'), { name: 'MongoNetworkError' });
    const reply = await call('/mock');
    expect([reply.status, reply.headers.get('retry-after')]).toEqual([503, '5']);
    expect(reply.text).toContain('UNAVAILABLE');
    expect(reply.text).not.toContain('10.0.0.7');
    expect(stage.logs).toMatchObject([{ level: 'error', fields: { gateway: 'mock' } }]);
  });

  it('is a POST', async () => {
    for (const method of ['GET', 'HEAD', 'PUT']) {
      const res = await fetch(`${base}/mock`, { method });
      expect([res.status, res.headers.get('allow')]).toEqual([405, 'POST']);
    }
  });

  it('goes to a gateway', async () => {
    for (const path of ['/', '//x', '/UPPER', '/a.b', `/${'x'.repeat(33)}`, '/nobody']) {
      expect((await call(path)).status).toBe(404);
      expect((await fetch(`${base}${path}`)).status).toBe(404);
    }
    expect(stage.webhooks).toEqual([]);
  });

  it('comes below /billing too, where seed 003 has it', async () => {
    const res = await fetch(`${base.replace('/webhooks', '/billing')}/mock`, {
      method: 'POST',
      body: Buffer.from('{}'),
    });
    expect(res.status).toBe(200);
    expect(stage.webhooks).toMatchObject([{ gateway: 'mock', path: '' }]);
  });

  it('is JSON, a form, or of no type', async () => {
    for (const type of [
      'application/json; charset=utf-8',
      'application/cloudevents+json',
      'application/x-www-form-urlencoded',
    ]) {
      expect((await call('/mock', { headers: { 'content-type': type } })).status).toBe(200);
    }
    const untyped = await fetch(`${base}/mock`, { method: 'POST', body: Buffer.from('{}') });
    expect(untyped.status).toBe(200);
    for (const type of ['text/plain', 'text/xml', 'application/octet-stream']) {
      expect((await call('/mock', { headers: { 'content-type': type } })).status).toBe(415);
    }
    expect((await call('/mock', { headers: { 'content-encoding': 'gzip' } })).status).toBe(415);
  });

  it('is not larger than the limit', async () => {
    const reply = await call('/mock', { body: 'x'.repeat(2_001) });
    expect(reply.status).toBe(413);
    expect(reply.text).toContain('2000 bytes');
  });

  it('F53: that trickles in is ended with 408, and reaches nobody', async () => {
    const { port, door } = await openDoor(stage, { headersMs: 100, requestMs: 300, lingerMs: 50 });
    const line = head('POST /webhooks/mock HTTP/1.1', 'host: a', 'content-type: application/json', 'content-length: 9');
    const socket = connect(port, '127.0.0.1').setEncoding('utf8');
    let heard = '';
    socket.on('data', (text: string) => (heard += text));
    // A byte now and then keeps a line alive that is watched for silence alone.
    const drops = setInterval(() => socket.write('1'), 100);
    socket.write(line);
    await once(socket, 'close');
    clearInterval(drops);
    expect(heard).toMatch(/^HTTP\/1.1 408 /);
    expect(stage.webhooks).toEqual([]);
    await door.close();
  });

  it('comes no more often from one address than the limit', async () => {
    const door = await openDoor(stage, { webhooksPerMinute: 2 });
    const reply = async () => {
      const res = await fetch(`http://127.0.0.1:${door.port}/webhooks/mock`, {
        method: 'POST',
        body: Buffer.from('{}'),
      });
      return [res.status, res.headers.has('retry-after')];
    };
    expect([await reply(), await reply(), await reply()]).toEqual([
      [200, false],
      [200, false],
      [429, true],
    ]);
    await door.door.close();
  });
});

describe('a call that is served', () => {
  const teller = (init: RequestInit): Promise<Response> =>
    fetch(`${base.replace('/webhooks', '/billing')}/teller`, init);

  it('is answered as the protocol says, whatever its verb and type', async () => {
    const post = await teller({ method: 'POST', body: 'me', headers: { 'content-type': 'text/odd' } });
    expect([post.status, post.headers.get('content-type'), await post.text()]).toEqual([
      200,
      'text/json',
      '{"you":"me"}',
    ]);
    const get = await teller({ method: 'GET' });
    expect([get.status, await get.text()]).toEqual([200, '{"you":""}']);
    expect(stage.metrics.counts.get('webhook teller served')).toBe(1);
    expect(stage.metrics.counts.get('webhook teller refused')).toBe(1);
  });

  it('is not larger than the limit', async () => {
    expect((await teller({ method: 'POST', body: 'x'.repeat(2_001) })).status).toBe(413);
  });

  it('is nowhere else', async () => {
    const res = await fetch(`${base}/teller`, { method: 'POST', body: Buffer.from('{}') });
    expect(res.status).toBe(404);
  });
});
