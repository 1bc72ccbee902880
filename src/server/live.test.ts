// Goal: sockets keep the protocol, and open for nobody who may not (B60, B64 to B66). Method: real sockets of a client that
// keeps no rule by itself, and of the official one.

import { createClient } from 'graphql-ws';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { until, useDoors } from './door.fixture.ts';
import { openKnownSocket, openSocket, refused, subscribeOnce, WATCH, watch } from './socket.fixture.ts';
import { itemOf, KEY, streamClosed, TOKEN } from './stage.fixture.ts';

const open = useDoors();

describe('a subscription', () => {
  it.each([{ apiKey: KEY }, { clientToken: TOKEN }])(
    'sends what happens, in order, and ends with the payment',
    async (init) => {
      const { wsUrl, stage } = await open();
      const socket = await openKnownSocket(wsUrl, init);
      watch(socket, 'a"b');
      await until(() => stage.streams.count() === 1);
      for (const sequence of [1, 2, 3]) stage.streams.push(itemOf(sequence));
      stage.streams.finish();
      for (const sequence of [1, 2, 3]) {
        const data = { intentEvents: { sequence, status: 'PROCESSING' } };
        expect(await socket.take()).toEqual({ id: 'a"b', type: 'next', payload: { data } });
      }
      expect(await socket.take()).toEqual({ id: 'a"b', type: 'complete' });
    },
  );

  it('works with the official client', async () => {
    const { wsUrl, stage } = await open();
    const client = createClient({ url: wsUrl, webSocketImpl: WebSocket, connectionParams: { clientToken: TOKEN } });
    const events = client.iterate<{ intentEvents: { sequence: number } }>(WATCH);
    const first = events.next();
    await until(() => stage.streams.count() === 1);
    stage.streams.push(itemOf(1));
    stage.streams.finish();
    expect((await first).value).toEqual({ data: { intentEvents: { sequence: 1, status: 'PROCESSING' } } });
    expect((await events.next()).done).toBe(true);
    await client.dispose();
  });

  it('that its client ends, or whose socket goes, leaves nothing behind', async () => {
    const { wsUrl, stage } = await open();
    const socket = await openKnownSocket(wsUrl, { apiKey: KEY });
    watch(socket, '1');
    watch(socket, '2');
    await until(() => stage.streams.count() === 2);
    socket.send({ type: 'complete', id: '1' });
    await until(() => stage.streams.count() === 1);
    socket.ws.terminate();
    await until(() => stage.streams.count() === 0 && stage.metrics.counts.get('sockets') === 0);
    expect(stage.metrics.counts.get('streams')).toBe(0);
  });

  it('of nothing of the viewer is NOT_FOUND on its id, and the socket stays', async () => {
    const { wsUrl, stage } = await open();
    const socket = await openKnownSocket(wsUrl, { apiKey: KEY });
    watch(socket, '1', { query: 'subscription { intentEvents(intentId: "another") { id } }' });
    expect(await socket.take()).toMatchObject({
      id: '1',
      type: 'error',
      payload: [{ extensions: { code: 'NOT_FOUND' } }],
    });
    watch(socket, '__proto__');
    watch(socket, 'constructor');
    await until(() => stage.streams.count() === 2);
    stage.streams.push(itemOf(1));
    expect([(await socket.take()).id, (await socket.take()).id].sort()).toEqual(['__proto__', 'constructor']);
  });

  it.each([
    ['{ __typename }', /use HTTP/],
    ['mutation { __typename }', /use HTTP/],
    ['subscription {', /Syntax Error/],
    ['subscription { nope }', /Cannot query field/],
    ['{ __schema { queryType { name } } }', /use HTTP/],
  ])('is all there is over a socket: %s', async (query, message) => {
    const { wsUrl } = await open();
    const answer = await subscribeOnce(wsUrl, { apiKey: KEY }, { query });
    expect(answer).toMatchObject({ type: 'error', payload: [{ message: expect.stringMatching(message) as string }] });
  });

  it('whose source breaks is told nothing of why', async () => {
    const { wsUrl, stage } = await open();
    const socket = await openKnownSocket(wsUrl, { apiKey: KEY });
    watch(socket);
    await until(() => stage.streams.count() === 1);
    stage.streams.fail(new Error('secret 10.0.0.7'));
    const message = await socket.take();
    expect(message).toMatchObject({
      type: 'error',
      payload: [{ message: 'Unexpected error.', extensions: { code: 'INTERNAL' } }],
    });
    expect(JSON.stringify(message)).not.toContain('10.0.0.7');
    expect(stage.logs).toHaveLength(1);
  });

  it.each([
    ['REVOKED', 4403, 'Forbidden'],
    ['SLOW_READER', 1013, 'slow reader'],
    ['SHUTTING_DOWN', 1001, 'Going away'],
  ] as const)('that ends because of %s closes the socket with %i', async (reason, code, text) => {
    const { wsUrl, stage } = await open();
    const socket = await openKnownSocket(wsUrl, { apiKey: KEY });
    watch(socket);
    await until(() => stage.streams.count() === 1);
    stage.streams.fail(streamClosed(reason));
    expect(await socket.closed).toEqual({ code, reason: text });
    expect(socket.messages).toEqual([]);
  });

  it('shows what came in the same moment first, and in its order', async () => {
    const { wsUrl, stage } = await open();
    const socket = await openKnownSocket(wsUrl, { apiKey: KEY });
    watch(socket);
    await until(() => stage.streams.count() === 1);
    for (let sequence = 1; sequence <= 5; sequence += 1) stage.streams.push(itemOf(sequence));
    stage.streams.fail(streamClosed('SHUTTING_DOWN'));
    expect((await socket.closed).code).toBe(1001);
    const seen = socket.messages as readonly { payload: { data: { intentEvents: { sequence: number } } } }[];
    expect(seen.map(({ payload }) => payload.data.intentEvents.sequence)).toEqual([1, 2, 3, 4, 5]);
  });
});

describe('who opens a socket', () => {
  it.each([{}, { apiKey: 'pk_test_wrong' }, { apiKey: 7 }, { apiKey: KEY, clientToken: TOKEN }, { key: KEY }])(
    'says so with one good credential, or is closed with 4403: %j',
    async (payload) => {
      const { wsUrl } = await open();
      const socket = await openSocket(wsUrl);
      socket.send({ type: 'connection_init', payload });
      expect(await socket.closed).toEqual({ code: 4403, reason: 'Forbidden' });
    },
  );

  it('is asked to come back when nobody can say', async () => {
    const { wsUrl, stage } = await open();
    stage.isAuthAway = true;
    const socket = await openSocket(wsUrl);
    socket.send({ type: 'connection_init', payload: { apiKey: KEY } });
    expect((await socket.closed).code).toBe(1013);
  });

  it.each([
    [[], 4408],
    [[{ type: 'connection_init', payload: { apiKey: KEY } }, { type: 'connection_init' }], 4429],
    [[{ type: 'subscribe', id: '1', payload: WATCH }], 4401],
    [['garbage'], 4400],
    [[Buffer.from('{"type":"ping"}')], 4400],
    [[{ type: 'unheard of' }], 4400],
    [[{ type: 'next', id: '1', payload: {} }], 4400],
  ])('keeps the protocol (%#)', async (messages, code) => {
    const { wsUrl, stage } = await open();
    const socket = await openSocket(wsUrl);
    for (const message of messages) socket.send(message);
    expect((await socket.closed).code).toBe(code);
    expect(stage.logs).toEqual([]);
  });

  it('may not use one id twice, nor another protocol', async () => {
    const { wsUrl } = await open();
    const twice = await openKnownSocket(wsUrl, { apiKey: KEY });
    watch(twice);
    watch(twice);
    expect((await twice.closed).code).toBe(4409);
    for (const protocol of ['graphql-ws', '']) {
      const other = await openSocket(wsUrl, { protocol }).catch(() => null);
      if (other !== null) expect((await other.closed).code).toBe(4406);
    }
  });

  it('comes from an origin on the list, from this host, or from a server', async () => {
    const { wsUrl, port } = await open({ allowedOrigins: ['https://pay.example'] });
    for (const origin of ['https://evil.example', 'null', 'not a url']) {
      expect(await refused(wsUrl, { origin })).toMatchObject({
        status: 403,
        body: expect.stringContaining('FORBIDDEN') as string,
      });
    }
    for (const origin of ['https://pay.example', `http://127.0.0.1:${port}`]) {
      const socket = await openSocket(wsUrl, { headers: { origin } });
      socket.ws.terminate();
    }
  });

  it('puts no key into the URL', async () => {
    const { wsUrl, stage } = await open();
    for (const query of [
      '?apiKey=abc',
      '?token=abc',
      `?x=${KEY}`,
      `?x=${encodeURIComponent(TOKEN).replace('_', '%5F')}`,
    ]) {
      expect(await refused(`${wsUrl}${query}`)).toMatchObject({ status: 400 });
    }
    expect(stage.logs).toEqual([]);
  });

  it('asks for the path of GraphQL', async () => {
    const { wsUrl } = await open();
    expect((await refused(wsUrl.replace('/graphql', '/other'))).status).toBe(404);
  });
});
