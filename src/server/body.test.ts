// Goal: a body is bounded while it is read, and is strict JSON (B02 to B07). Method: a real door; raw sockets where fetch is
// too well-behaved.

import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { speak } from '../../tests/testkit/speak.ts';
import { ask, head, post, useDoors } from './door.fixture.ts';

const open = useDoors();
const JSON_HEADERS = { 'content-type': 'application/json' };

describe('a body', () => {
  it('above the limit is refused with the limit named, whether declared or counted', async () => {
    const { port } = await open({ maxBodyBytes: 1_000 });
    const big = 'x'.repeat(3_000);
    const declared = await speak(
      port,
      head('POST /graphql HTTP/1.1', 'host: a', 'content-type: application/json', 'content-length: 3000'),
      big,
    );
    const chunked = await speak(
      port,
      head('POST /graphql HTTP/1.1', 'host: a', 'content-type: application/json', 'transfer-encoding: chunked'),
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
    const { status } = await ask(url, {
      method: 'POST',
      body,
      headers: type === undefined ? {} : { 'content-type': type },
    });
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
    socket.write(
      head('POST /graphql HTTP/1.1', 'host: a', 'content-type: application/json', 'content-length: 90') + '{',
    );
    await sleep(30);
    socket.destroy();
    await sleep(30);
    expect((await post(url, { query: '{ __typename }' })).status).toBe(200);
    expect(stage.logs).toEqual([]);
  });
});
