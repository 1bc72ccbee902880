// Goal: what is no good as an opening handshake is refused in our own shape, and what only offers another protocol is
// answered as if it had not. Method: raw requests to a real door.

import { describe, expect, it } from 'vitest';
import { speak } from '../../tests/testkit/speak.ts';
import { head, useDoors } from './door.fixture.ts';
import { KEY } from './stage.fixture.ts';

const open = useDoors();

const GOOD = {
  host: 'a',
  connection: 'upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
  'sec-websocket-protocol': 'graphql-transport-ws',
};
const written = (first: string, headers: Readonly<Record<string, string>>): string =>
  head(first, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`));

describe('a handshake', () => {
  it.each([
    ['another verb', 'POST /graphql HTTP/1.1', {}, 405, 'METHOD_NOT_ALLOWED', 'A socket is opened with GET.'],
    ['no version', 'GET /graphql HTTP/1.1', { 'sec-websocket-version': '' }, 400, 'BAD_REQUEST', 'Version must be 13.'],
    ['version 8', 'GET /graphql HTTP/1.1', { 'sec-websocket-version': '8' }, 400, 'BAD_REQUEST', 'Version must be 13.'],
    ['a short key', 'GET /graphql HTTP/1.1', { 'sec-websocket-key': 'a' }, 400, 'BAD_REQUEST', '16 bytes in base64.'],
    [
      'broken names',
      'GET /graphql HTTP/1.1',
      { 'sec-websocket-protocol': 'a b,' },
      400,
      'BAD_REQUEST',
      'list of names.',
    ],
  ])('with %s is refused', async (_what, first, change, status, code, message) => {
    const { port } = await open();
    const heard = await speak(port, written(first, { ...GOOD, ...change }));
    expect(heard).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    const [, body = ''] = heard.split('\r\n\r\n');
    const { errors } = JSON.parse(body) as { errors: { message: string; extensions: { code: string } }[] };
    expect(errors[0]?.extensions.code).toBe(code);
    expect(errors[0]?.message).toContain(message);
  });

  it('of another protocol is an offer that is left where it is', async () => {
    const { port } = await open();
    const offer = { host: 'a', connection: 'upgrade, close', upgrade: 'h2c' };
    expect(await speak(port, written('GET /livez HTTP/1.1', offer))).toMatch(/^HTTP\/1.1 200 [\s\S]*"status":"ok"/);
  });
});

describe('a head', () => {
  it('without a host, or with an expectation, is refused in our own shape', async () => {
    const { port } = await open();
    const noHost = await speak(port, head('GET /livez HTTP/1.1', 'connection: close'));
    expect(noHost).toMatch(/^HTTP\/1.1 400 [\s\S]*"message":"There must be a Host header\."/);
    const older = await speak(port, head('GET /livez HTTP/1.0'));
    expect(older).toMatch(/^HTTP\/1.1 200 /);
    const expects = await speak(port, head('POST /graphql HTTP/1.1', 'host: a', 'connection: close', 'expect: magic'));
    expect(expects).toMatch(/^HTTP\/1.1 417 [\s\S]*"code":"EXPECTATION_FAILED"/);
  });

  it('that is no HTTP behind a request under way closes the connection, and is not taken for its answer', async () => {
    const { port, stage, url } = await open();
    let go = (): void => undefined;
    stage.before = () => new Promise((resolve) => (go = resolve));
    const body = JSON.stringify({ query: `{ intent(id: "0192e4a0-0000-7000-8000-000000000001") { id } }` });
    const headers = ['host: a', 'content-type: application/json', `x-api-key: ${KEY}`];
    const first = head('POST /graphql HTTP/1.1', ...headers, `content-length: ${body.length}`);
    expect(await speak(port, `${first}${body}`, 'NONSENSE\r\n\r\n')).toBe('');
    go();
    stage.before = () => undefined;
    expect((await fetch(url, { method: 'OPTIONS' })).status).toBe(204);
  });
});
