// Goal: every bound of a socket holds (B61 to B63, S16). Method: real sockets on doors whose intervals are short, and one that
// stops reading.

import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { until, useDoors } from './door.fixture.ts';
import { frame, openKnownSocket, openSocket, refused, watch } from './socket.fixture.ts';
import { BIG_SELECTION, bigItemOf, createStage, INTENT_ID, KEY, keyViewer, TOKEN } from './stage.fixture.ts';

const open = useDoors();

describe('limits', () => {
  it('of subscriptions on one socket, answered on the id that is too much', async () => {
    const { wsUrl, stage } = await open({ subscriptionsPerSocket: 2 });
    const socket = await openKnownSocket(wsUrl, { apiKey: KEY });
    for (const id of ['1', '2', '3']) watch(socket, id);
    const answer = { id: '3', type: 'error', payload: [{ extensions: { code: 'TOO_MANY_SUBSCRIPTIONS' } }] };
    expect(await socket.take()).toMatchObject(answer);
    expect(stage.streams.count()).toBe(2);
    socket.send({ type: 'complete', id: '1' });
    await until(() => stage.streams.count() === 1);
    watch(socket, '3');
    await until(() => stage.streams.count() === 2);
  });

  it('of sockets of one key, of one token, and of who has said nothing', async () => {
    const stage = createStage();
    stage.viewers.set('pk_test_three000_x', keyViewer('three000', ['read'], { socketsMax: 3 }));
    const { wsUrl } = await open(
      { socketsPerKey: 2, socketsPerToken: 1, uninitialisedPerIp: 3, initWaitMs: 2_000 },
      stage,
    );
    for (const [init, max] of [
      [{ apiKey: KEY }, 2],
      [{ clientToken: TOKEN }, 1],
      [{ apiKey: 'pk_test_three000_x' }, 3],
    ] as const) {
      const sockets = [];
      for (let at = 0; at < max; at += 1) sockets.push(await openKnownSocket(wsUrl, init));
      const more = await openSocket(wsUrl);
      more.send({ type: 'connection_init', payload: init });
      expect(await more.closed).toEqual({ code: 4429, reason: `Too many sockets: the limit is ${max}` });
      sockets[0]?.ws.close();
      await sockets[0]?.closed;
      await until(() => stage.metrics.counts.get('sockets') === max - 1);
      (await openKnownSocket(wsUrl, init)).ws.terminate();
      for (const { ws } of sockets) ws.terminate();
      await until(() => stage.metrics.counts.get('sockets') === 0);
    }
    const silent = await Promise.all([openSocket(wsUrl), openSocket(wsUrl), openSocket(wsUrl)]);
    expect(await refused(wsUrl)).toMatchObject({ status: 429 });
    silent[0]?.ws.terminate();
    await until(() => stage.metrics.counts.get('sockets') === 2);
    (await openSocket(wsUrl)).ws.terminate();
  });

  it('of messages in a second, whatever they are', async () => {
    const { wsUrl } = await open();
    const texts = await openKnownSocket(wsUrl, { apiKey: KEY });
    for (let at = 0; at < 20; at += 1) texts.send({ type: 'ping' });
    expect(await texts.closed).toEqual({ code: 4429, reason: 'Too many messages' });
    const frames = await openKnownSocket(wsUrl, { apiKey: KEY });
    for (let at = 0; at < 20; at += 1) frames.ws.ping();
    expect((await frames.closed).code).toBe(4429);
  });

  it('of the size of a message, and a ping is answered without an echo', async () => {
    const { wsUrl } = await open();
    const polite = await openKnownSocket(wsUrl, { apiKey: KEY });
    polite.send({ type: 'ping', payload: { text: 'x'.repeat(60_000) } });
    expect(await polite.take()).toEqual({ type: 'pong' });
    polite.send({ type: 'ping', payload: { text: 'x'.repeat(2_000_000) } });
    expect((await polite.closed).code).toBe(1009);
  });

  it('of operations, which subscribing is one of', async () => {
    const stage = createStage();
    stage.viewers.set('pk_test_counted0_x', keyViewer('counted0', ['read'], { requestsPerMinute: 2 }));
    const { wsUrl } = await open({}, stage);
    const socket = await openKnownSocket(wsUrl, { apiKey: 'pk_test_counted0_x' });
    watch(socket, '1');
    watch(socket, '2');
    expect(await socket.take()).toMatchObject({
      id: '2',
      type: 'error',
      payload: [{ extensions: { code: 'RATE_LIMITED' } }],
    });
  });
});

describe('an open socket', () => {
  it('is closed soon after its key is revoked, though nothing happens', async () => {
    const { wsUrl, stage } = await open();
    const [one, two] = await Promise.all([
      openKnownSocket(wsUrl, { apiKey: KEY }),
      openKnownSocket(wsUrl, { clientToken: TOKEN }),
    ]);
    const other = await openKnownSocket(wsUrl, { apiKey: 'pk_test_admin000_secret' });
    stage.revoked.add('reader00');
    expect(await one.closed).toEqual({ code: 4403, reason: 'Forbidden' });
    expect((await two.closed).code).toBe(4403);
    expect(other.ws.readyState).toBe(WebSocket.OPEN);
  });

  it('is closed when it is open for too long', async () => {
    const { wsUrl } = await open({ socketLifeMs: 100 });
    const socket = await openKnownSocket(wsUrl, { apiKey: KEY });
    expect((await socket.closed).code).toBe(1001);
  });

  it('is cut when its peer answers no ping, and kept when it does', async () => {
    const { wsUrl, stage } = await open({ pingMs: 50 });
    const living = await openKnownSocket(wsUrl, { apiKey: KEY });
    const dead = await openSocket(wsUrl, { autoPong: false });
    dead.send({ type: 'connection_init', payload: { apiKey: KEY } });
    expect((await dead.closed).code).toBe(1006);
    expect(living.ws.readyState).toBe(WebSocket.OPEN);
    await until(() => stage.metrics.counts.get('sockets') === 1);
  });

  it.each([
    ['for too long', { stallMs: 150, socketBufferMaxBytes: 1e9 }, true],
    ['for too much', { stallMs: 60_000, socketBufferMaxBytes: 30_000 }, false],
  ])('is cut when it reads nothing %s, and holds little until then', async (_how, settings, isHeldBack) => {
    const { wsUrl, stage, port } = await open(settings);
    const reader = connect(port, '127.0.0.1');
    const key = { 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==' };
    const headers = { host: 'a', connection: 'upgrade', upgrade: 'websocket', 'sec-websocket-version': '13', ...key };
    const lines = Object.entries({ ...headers, 'sec-websocket-protocol': 'graphql-transport-ws' });
    reader.write(
      `GET ${new URL(wsUrl).pathname} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`,
    );
    reader.write(frame({ type: 'connection_init', payload: { apiKey: KEY } }));
    await sleep(50);
    const query = `subscription { intentEvents(intentId: "${INTENT_ID}") ${BIG_SELECTION} }`;
    reader.write(frame({ type: 'subscribe', id: '1', payload: { query } }));
    await until(() => stage.streams.count() === 1);
    reader.pause();
    let waiting = 0;
    for (let at = 0; stage.metrics.counts.get('sockets') === 1 && at < 2_000; at += 1) {
      stage.streams.push(bigItemOf(at));
      await sleep(1);
      waiting = Math.max(waiting, stage.streams.waiting());
    }
    expect([stage.metrics.counts.get('sockets'), stage.streams.count()]).toEqual([0, 0]);
    // What the reader did not take was left with the source, whose own bound it is under.
    expect(waiting > 0).toBe(isHeldBack);
    reader.destroy();
  });

  it('is told to go when the door closes', async () => {
    const { wsUrl, door, stage } = await open();
    const socket = await openKnownSocket(wsUrl, { apiKey: KEY });
    watch(socket);
    await until(() => stage.streams.count() === 1);
    const closing = door.close();
    expect(await socket.closed).toEqual({ code: 1001, reason: 'Going away' });
    await closing;
    expect(stage.streams.count()).toBe(0);
  });
});
