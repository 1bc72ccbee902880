// Goal: no bytes at all bring the process down, and none are answered with a fault. Method: 5,000 requests to the three
// doors, each broken in one or two ways by a seeded hand, over raw connections; after them the same process still serves.

import { connect } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { chanceOf } from '../model/chance.ts';
import { ask, expectNothingTold, operation } from './asking.ts';
import { openStage, type Stage } from './stage.ts';

const REQUESTS = 5_000;
const AT_ONCE = 200;
/** A request that is never whole is not waited for. */
const SILENCE_MS = 400;

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

const chance = chanceOf('a broken request');

const QUERY = '{"query":"{ intents(first: 1) { edges { cursor } } }"}';

function whole(): string {
  const key = chance.pick([`authorization: Bearer ${stage.apiKey}`, 'x-api-key: pk_test_x', 'x-nothing: 1']);
  const post = (path: string, body: string, type = 'application/json'): string =>
    `POST ${path} HTTP/1.1\r\nhost: a\r\n${key}\r\ncontent-type: ${type}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n` +
    `connection: close\r\n\r\n${body}`;
  return chance.pick([
    post('/graphql', QUERY),
    post('/graphql', QUERY),
    post('/webhooks/mock', '{"event":"x"}'),
    post('/webhooks/kkiapay', 'a=b', 'application/x-www-form-urlencoded'),
    `GET /graphql?query=%7B__typename%7D HTTP/1.1\r\nhost: a\r\n${key}\r\nconnection: close\r\n\r\n`,
    'GET /livez HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n',
    `GET /graphql HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n` +
      'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-protocol: graphql-transport-ws\r\n\r\n',
  ]);
}

const bytes = (count: number): string => chance.bytes(count).toString('latin1');
const after = (text: string, line: string): string => text.replace('host: a\r\n', `host: a\r\n${line}\r\n`);

const BREAKS: readonly ((text: string) => string)[] = [
  (text) => text.slice(0, chance.whole(text.length)),
  (text) =>
    `${text.slice(0, chance.whole(text.length))}${bytes(1 + chance.whole(8))}${text.slice(chance.whole(text.length))}`,
  (text) =>
    text.replace(/^\w+/, chance.pick(['PUT', 'TRACE', 'PROPFIND', 'get', 'CONNECT', 'M-SEARCH', 'X', '', 'GET GET'])),
  (text) => text.replace('HTTP/1.1', chance.pick(['HTTP/1.0', 'HTTP/2.0', 'HTTP/9.9', 'http/1.1', '', 'ICAP/1.0'])),
  (text) =>
    after(
      text,
      chance.pick(['host: b', 'content-length: 5', 'content-type: text/plain', 'x-api-key: a', 'upgrade: h2c']),
    ),
  (text) => after(text, `x: ${'y'.repeat(chance.whole(30_000))}`),
  (text) => after(text, Array.from({ length: chance.whole(300) }, (_, at) => `x-${at}: ${at}`).join('\r\n') || 'x: 1'),
  (text) =>
    after(
      text,
      chance.pick(['transfer-encoding: chunked', 'transfer-encoding: gzip, chunked', 'transfer-encoding: x']),
    ),
  (text) =>
    text.replace(
      /content-length: \d+/,
      `content-length: ${chance.pick(['-1', '1e3', '99999999999', '0', 'x', '5, 6'])}`,
    ),
  (text) =>
    text
      .replace(/content-length: \d+/, 'transfer-encoding: chunked')
      .replace(/\r\n\r\n(.*)/, `\r\n\r\n${chance.pick(['zz', '5\r\nab', 'fffffffff', '-1', '0\r\nx'])}\r\n$1`),
  (text) =>
    after(
      text,
      chance.pick([
        'expect: 100-continue',
        'expect: magic',
        'connection: keep-alive, upgrade',
        'content-encoding: gzip',
      ]),
    ),
  (text) => text.replace('host: a\r\n', chance.pick(['', 'host:\r\n', 'host: \0\r\n', 'host: a\n', ' host: a\r\n'])),
  (text) =>
    text.replace(
      / (\/\S*)/,
      ` ${chance.pick(['*', '/%00', '/%ff%fe', '//', '/../../etc/passwd', '/graphql?query=%zz', 'http://[', `/${'a'.repeat(9_000)}`, '/graphql?variables=%7B', '/webhooks/%2e%2e'])}`,
    ),
  (text) => `${text}${chance.pick(['GARBAGE\r\n\r\n', bytes(20), text, '\0', 'POST /graphql HTTP/1.1\r\n'])}`,
  (text) => text.replace('connection: close', chance.pick(['connection: keep-alive', 'connection: x', ''])),
  (text) => text.replaceAll('\r\n', chance.pick(['\n', '\r', '\r\n\r\n', '\r\n '])),
  (text) =>
    text.replace(
      QUERY,
      chance.pick([
        '{',
        '[]',
        'null',
        '\ufeff{}',
        '{"query":{"$ne":1}}',
        `{"query":"${'{a'.repeat(2_000)}"}`,
        '"\ud800"',
      ]),
    ),
];

/** What is heard until the other side closes, or has been silent for a while. */
function heardFor(request: Buffer): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(stage.port, '127.0.0.1');
    let heard = '';
    socket.on('data', (chunk: Buffer) => (heard += chunk.toString('latin1')));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(heard));
    socket.setTimeout(SILENCE_MS, () => socket.destroy());
    socket.write(request);
  });
}

it('5,000 broken requests: no fault, no secret, no end', async () => {
  const before = await stage.mark();
  const statuses = new Map<string, number>();
  const faults: string[] = [];
  const requests = Array.from({ length: REQUESTS }, () => {
    const once = chance.pick(BREAKS)(whole());
    return Buffer.from(chance.is(0.3) ? chance.pick(BREAKS)(once) : once, 'latin1');
  });

  function judge(request: Buffer, heard: string): void {
    const found = [...heard.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status = '']) => status);
    for (const status of found) statuses.set(status, (statuses.get(status) ?? 0) + 1);
    if (found.some((status) => status.startsWith('5'))) faults.push(`${request.toString('latin1')} → ${heard}`);
    // The request's own bytes are not ours: only what an error says is looked through.
    for (const [, said = ''] of heard.matchAll(/"message":"((?:[^"\\]|\\.)*)"/g)) expectNothingTold(said);
  }

  const waiting = [...requests];
  async function speaker(): Promise<void> {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) judge(next, await heardFor(next));
  }
  await Promise.all(Array.from({ length: AT_ONCE }, speaker));
  expect(faults).toEqual([]);
  expect([...statuses.keys()]).toEqual(
    expect.arrayContaining(['101', '200', '400', '401', '404', '405', '415', '431']),
  );
  expect(await stage.mark()).toBe(before);
  const alive = await ask(stage.apiUrl, operation(stage.apiKey, { query: '{ __typename }' }));
  expect([alive.status, alive.text]).toEqual([200, '{"data":{"__typename":"Query"}}']);
}, 60_000);
