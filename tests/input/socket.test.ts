// Goal: a socket that does not keep the protocol, or may not be opened, is closed or refused with the code and the reason,
// and the process and its other sockets live on (B60 to B67). Method: tables, over real sockets and raw upgrades.

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openKnownSocket, openSocket, refused as refusedUpgrade } from '../../src/server/socket.fixture.ts';
import type { Message } from '../../src/server/socket.fixture.ts';
import { eventually } from '../testkit/eventually.ts';
import { aMockWish, created } from '../testkit/wishes.ts';
import { speak } from '../testkit/speak.ts';
import { answerIn, ask, expectNothingTold, expectOneShape, expectRefusal, operation } from './asking.ts';
import type { Refused, Shown } from './asking.ts';
import { openStage, type Stage } from './stage.ts';

let stage: Stage;
let url = '';
let mine = '';
beforeAll(async () => {
  stage = await openStage({ env: { SOCKETS_PER_KEY: '50', NEW_SOCKETS_PER_IP: '20' } });
  url = stage.graphqlUrl.replace('http', 'ws');
  mine = (await created(stage.client, aMockWish('none ignore'))).id;
});
afterAll(() => stage.close());

const WATCH = 'subscription ($id: ID!, $after: Int) { intentEvents(intentId: $id, after: $after) { sequence } }';
const watch = (id: string, variables: object) => ({ type: 'subscribe', id, payload: { query: WATCH, variables } });
const init = (): object => ({ type: 'connection_init', payload: { apiKey: stage.apiKey } });

/** After whatever a test did to its own socket, another one works. */
async function stillServes(): Promise<void> {
  const { ws, send, take } = await openKnownSocket(url, { apiKey: stage.apiKey });
  send(watch('1', { id: mine }));
  expect(await take('next')).toEqual({ id: '1', type: 'next', payload: { data: { intentEvents: { sequence: 1 } } } });
  ws.terminate();
}

type Sent = () => object | string | Buffer;

async function closedBy(messages: readonly Sent[]): Promise<{ code: number; reason: string }> {
  const socket = await openSocket(url);
  for (const message of messages) socket.send(message());
  const end = await stage.unmarked(() => socket.closed);
  expectNothingTold(end.reason);
  await stillServes();
  return end;
}

describe('B60 to B62: the protocol', () => {
  const bad = (payload: object) => () => ({ type: 'connection_init', payload });
  const INVALID = 'Invalid message received';
  const rows: readonly (readonly [string, readonly Sent[], number, string])[] = [
    ['B60 no init in 3 s', [], 4408, 'Connection initialisation timeout'],
    ['B60 a second init', [init, init], 4429, 'Too many initialisation requests'],
    ['B60 subscribe before the ack', [() => watch('1', { id: mine })], 4401, 'Unauthorized'],
    ['B60 no key', [bad({})], 4403, 'Forbidden'],
    ['B60 a bad key', [bad({ apiKey: 'pk_test_wrong' })], 4403, 'Forbidden'],
    ['B60 a number for a key', [bad({ apiKey: 7 })], 4403, 'Forbidden'],
    ['B60 an operator for a key', [bad({ apiKey: { $ne: null } })], 4403, 'Forbidden'],
    [
      'B60 a prototype key',
      [() => '{"type":"connection_init","payload":{"__proto__":{"apiKey":"x"}}}'],
      4403,
      'Forbidden',
    ],
    ['B60 garbage', [() => 'garbage'], 4400, INVALID],
    ['B60 nothing', [() => ''], 4400, INVALID],
    ['B60 null', [() => 'null'], 4400, INVALID],
    ['B60 a list', [() => '[]'], 4400, INVALID],
    ['B60 binary', [() => Buffer.from('{"type":"ping"}')], 4400, INVALID],
    ['B60 an unknown type', [() => ({ type: 'unheard of' })], 4400, INVALID],
    ['B60 a type of the server’s', [() => ({ type: 'next', id: '1', payload: {} })], 4400, INVALID],
    ['B60 a number for an id', [init, () => ({ type: 'subscribe', id: 1, payload: { query: WATCH } })], 4400, INVALID],
    ['B60 an empty id', [init, () => ({ type: 'subscribe', id: '', payload: { query: WATCH } })], 4400, INVALID],
    [
      'B60 a query that is no text',
      [init, () => ({ type: 'subscribe', id: '1', payload: { query: { $ne: 1 } } })],
      4400,
      INVALID,
    ],
    [
      'B60 variables that are no object',
      [init, () => ({ type: 'subscribe', id: '1', payload: { query: WATCH, variables: 'x' } })],
      4400,
      INVALID,
    ],
    ['B61 a frame over 64 KiB', [() => ({ type: 'ping', payload: { pad: 'x'.repeat(65_536) } })], 1009, ''],
    ['B62 a ping of 2 MB', [() => ({ type: 'ping', payload: { pad: 'x'.repeat(2_000_000) } })], 1009, ''],
  ];
  it.each(rows)('%s', async (_name, messages, code, reason) => {
    expect(await closedBy(messages)).toEqual({ code, reason });
  });

  it('B60 one id twice', async () => {
    const socket = await openKnownSocket(url, { apiKey: stage.apiKey });
    socket.send(watch('1', { id: mine }));
    await socket.take('next');
    socket.send(watch('1', { id: mine }));
    expect(await socket.closed).toEqual({ code: 4409, reason: 'Subscriber for 1 already exists' });
    await stillServes();
  });

  it.each(['graphql-ws', ''])('B60 another subprotocol: %j', async (protocol) => {
    const socket = await openSocket(url, { protocol }).catch(() => null);
    if (socket !== null) expect((await socket.closed).code).toBe(4406);
    await stillServes();
  });

  it('B62 a ping is answered, and what it brought is not sent back', async () => {
    const socket = await openKnownSocket(url, { apiKey: stage.apiKey });
    socket.send({ type: 'ping', payload: { pad: 'x'.repeat(10_000) } });
    expect(await socket.take('pong')).toEqual({ type: 'pong' });
    socket.ws.terminate();
  });
});

/** What a subscription is answered on its id. */
async function answerTo(payload: object, id = '1'): Promise<Shown> {
  const socket = await openKnownSocket(url, { apiKey: stage.apiKey });
  socket.send({ type: 'subscribe', id, payload });
  const message: Message = await stage.unmarked(() => socket.take());
  socket.ws.terminate();
  expect([message.type, message.id]).toEqual(['error', id]);
  const [error, ...more] = message.payload as readonly Shown[];
  if (error === undefined) throw new Error('no error came');
  expect(more).toEqual([]);
  expectOneShape(error, null);
  expectNothingTold(JSON.stringify(message));
  return error;
}

describe('B63: how much', () => {
  it('B63 the 21st subscription', async () => {
    const from = performance.now();
    const socket = await openKnownSocket(url, { apiKey: stage.apiKey });
    for (let at = 1; at <= 19; at += 1) socket.send(watch(String(at), { id: mine, after: 1_000 }));
    // A socket says at most twenty things in a second: the rest comes in the next.
    await eventually(
      () => performance.now() - from,
      (ms) => ms > 1_100,
    );
    socket.send(watch('20', { id: mine, after: 1_000 }));
    socket.send(watch('21', { id: mine, after: 1_000 }));
    const error = await socket.take('error');
    expect([
      error.id,
      (error.payload as readonly Shown[]).map(({ message, extensions }) => [message, extensions.code]),
    ]).toEqual(['21', [['The limit is 20 subscriptions on one socket.', 'TOO_MANY_SUBSCRIPTIONS']]]);
    socket.ws.terminate();
  });

  it('B63 the 51st socket of a key', async () => {
    const { apiKey } = await stage.newKey('kaba');
    const sockets = [];
    for (let at = 0; at < 50; at += 1) sockets.push(await openKnownSocket(url, { apiKey }));
    const more = await openSocket(url);
    more.send({ type: 'connection_init', payload: { apiKey } });
    expect(await more.closed).toEqual({ code: 4429, reason: 'Too many sockets: the limit is 50' });
    for (const { ws } of sockets) ws.terminate();
    await stillServes();
  });

  it('B63 the 21st message in a second', async () => {
    const socket = await openKnownSocket(url, { apiKey: stage.apiKey });
    for (let at = 0; at < 21; at += 1) socket.send({ type: 'ping' });
    expect(await socket.closed).toEqual({ code: 4429, reason: 'Too many messages' });
    await stillServes();
  });
});

describe('B64 and B66: what is asked', () => {
  const CREATE = 'mutation ($input: CreateIntentInput!) { createIntent(input: $input) { __typename } }';
  const USE_HTTP = 'Queries and mutations are not served over a socket: use HTTP.';
  const AFTER = 'Int cannot represent non-integer value.';
  const asked = (variables: object) => ({ query: WATCH, variables });
  it.each([
    ['B64 a query', { query: '{ __typename }' }, 'BAD_REQUEST', USE_HTTP],
    ['B64 a mutation', { query: CREATE, variables: { input: aMockWish() } }, 'BAD_REQUEST', USE_HTTP],
    ['B64 introspection', { query: '{ __schema { queryType { name } } }' }, 'BAD_REQUEST', USE_HTTP],
    ['B66 no such payment', asked({ id: randomUUID() }), 'NOT_FOUND', 'No such payment intent.'],
    ['B66 an id of 10,000 characters', asked({ id: 'x'.repeat(10_000) }), 'NOT_FOUND', 'No such payment intent.'],
    ['B66 a prototype key for a payment', asked({ id: '__proto__' }), 'NOT_FOUND', 'No such payment intent.'],
    [
      'B66 an operator for a payment',
      asked({ id: { $ne: null } }),
      'BAD_USER_INPUT',
      'Variable "$id" got an invalid value; ID cannot represent value.',
    ],
    [
      'B66 after "x"',
      asked({ id: randomUUID(), after: 'x' }),
      'BAD_USER_INPUT',
      `Variable "$after" got an invalid value; ${AFTER}`,
    ],
    [
      'B66 after 2^31',
      asked({ id: randomUUID(), after: 2 ** 31 }),
      'BAD_USER_INPUT',
      'Variable "$after" got an invalid value; Int cannot represent non 32-bit signed integer value.',
    ],
  ] as const)('%s', async (_name, payload, code, message) => {
    const error = await answerTo(payload);
    expect([error.extensions.code, error.message]).toEqual([code, message]);
  });

  it('B66 after -1 and after 2,000,000,000', async () => {
    const negative = await answerTo(asked({ id: mine, after: -1 }));
    expect([negative.extensions.code, negative.message]).toEqual(['BAD_USER_INPUT', 'after must be 0 or more.']);
    const far = await answerTo(asked({ id: mine, after: 2_000_000_000 }));
    expect([far.extensions.code, far.message]).toEqual(['BAD_USER_INPUT', 'after must be 0..1000000000.']);
  });

  it.each(['socket', 'sse'])('B66 another app’s payment over %s, as one that is not there', async (way) => {
    const { apiKey } = await stage.newKey('events');
    const answers = [];
    for (const id of [mine, randomUUID()]) {
      if (way === 'sse') {
        const { status, text } = await ask(
          stage.apiUrl,
          operation(apiKey, asked({ id }), { accept: 'text/event-stream' }),
        );
        answers.push(`${status} ${text}`);
      } else {
        const { ws, send, take } = await openKnownSocket(url, { apiKey });
        send(watch('1', { id }));
        answers.push(JSON.stringify(await take('error')));
        ws.terminate();
      }
    }
    const [foreign, missing] = answers.map((text) => text.replace(/"requestId":"[^"]*"/, ''));
    expect(foreign).toBe(missing);
    expect(foreign).toContain('NOT_FOUND');
  });

  it.each(['__proto__', 'constructor', 'toString', 'a"b', '\u0000', '\ud83d'])(
    'B66 works under the id %j',
    async (id) => {
      const { ws, send, take } = await openKnownSocket(url, { apiKey: stage.apiKey });
      send(watch(id, { id: mine }));
      expect((await take('next')).id).toBe(id);
      ws.terminate();
    },
  );
});

describe('B65 and B67: the upgrade', () => {
  const GOOD = [
    ...['host: a', 'connection: upgrade', 'upgrade: websocket', 'sec-websocket-version: 13'],
    ...['sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==', 'sec-websocket-protocol: graphql-transport-ws'],
  ];
  async function upgraded(path: string, ...more: readonly string[]) {
    const head = [`GET ${path} HTTP/1.1`, ...GOOD, ...more].join('\r\n');
    return answerIn(await stage.unmarked(() => speak(stage.port, `${head}\r\n\r\n`)));
  }
  const IN_URL =
    'Credentials do not belong in a URL. Send them in the Authorization or X-API-Key header, or in connection_init on a ' +
    'socket; what stood in this URL has to be replaced.';
  const rows: readonly (readonly [string, string, readonly string[], Refused])[] = [
    [
      'B65 a page of another origin',
      '/graphql',
      ['origin: https://evil.example'],
      { status: 403, code: 'FORBIDDEN', message: 'Pages of this origin may not open one here.' },
    ],
    [
      'B65 a page of no origin',
      '/graphql',
      ['origin: null'],
      { status: 403, code: 'FORBIDDEN', message: 'Pages of this origin may not open one here.' },
    ],
    ['B65 a key in the URL', '/graphql?apiKey=abc', [], { status: 400, code: 'BAD_REQUEST', message: IN_URL }],
    ['B65 a token in the URL', '/graphql?clientToken=abc', [], { status: 400, code: 'BAD_REQUEST', message: IN_URL }],
    ['B65 another path', '/elsewhere', [], { status: 404, code: 'NOT_FOUND', message: 'There is nothing here.' }],
    [
      'B67 2,000 headers',
      '/graphql',
      Array.from({ length: 2_000 }, (_, at) => `x-${at}: 1`),
      { status: 431, code: 'HEADERS_TOO_LARGE', message: 'The limit is 100 headers, and 16384 bytes for all of them.' },
    ],
  ];
  it.each(rows)('%s', async (_name, path, headers, refused) => {
    expectRefusal(await upgraded(path, ...headers), refused);
    await stillServes();
  });

  it('B63 the 21st socket of an address that waits to say who it is', async () => {
    const silent = await Promise.all(Array.from({ length: 20 }, () => openSocket(url)));
    const { status, body } = await refusedUpgrade(url);
    expect(status).toBe(429);
    expect(JSON.parse(body)).toMatchObject({
      errors: [
        {
          message: 'The limit is 20 sockets of one address that wait for connection_init.',
          extensions: { code: 'RATE_LIMITED' },
        },
      ],
    });
    for (const { ws } of silent) ws.terminate();
  });
});
