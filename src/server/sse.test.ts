// Goal: a stream over SSE has the rights, the bounds and the end of one over a socket. Method: fetch, and a raw socket that
// stops reading.

import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { until, useDoors } from './door.fixture.ts';
import { BIG_SELECTION, bigItemOf, INTENT_ID, itemOf, KEY, streamClosed, TOKEN } from './stage.fixture.ts';

const open = useDoors();

const query = `subscription { intentEvents(intentId: "${INTENT_ID}") { sequence } }`;
const HEADERS = { 'content-type': 'application/json', accept: 'text/event-stream' };

interface Reader {
  readonly res: Response;
  /** The next event but for comments: its name and what it carries; null when the answer has ended. */
  next(): Promise<{ readonly event: string; readonly data: unknown } | null>;
  /** Everything that has come, comments too. */
  heard(): string;
  stop(): void;
}

async function watch(
  url: string,
  headers: Record<string, string> = { 'x-api-key': KEY },
  text = query,
): Promise<Reader> {
  const stop = new AbortController();
  const body = JSON.stringify({ query: text });
  const res = await fetch(url, { method: 'POST', headers: { ...HEADERS, ...headers }, body, signal: stop.signal });
  const reader = res.body?.pipeThrough(new TextDecoderStream()).getReader();
  let all = '';
  let rest = '';
  return {
    res,
    heard: () => all,
    stop: () => stop.abort(),
    async next() {
      for (;;) {
        const end = rest.indexOf('\n\n');
        if (end === -1) {
          const read = await reader?.read();
          if (read === undefined || read.done) return null;
          all += read.value;
          rest += read.value;
          continue;
        }
        const lines = rest.slice(0, end).split('\n');
        rest = rest.slice(end + 2);
        const field = (name: string) =>
          lines
            .find((line) => line.startsWith(`${name}:`))
            ?.slice(name.length + 1)
            .trim();
        const event = field('event');
        const data = field('data') ?? '';
        if (event !== undefined) return { event, data: data === '' ? null : (JSON.parse(data) as unknown) };
      }
    },
  };
}

describe('a stream', () => {
  it.each([{ 'x-api-key': KEY }, { authorization: `Bearer ${TOKEN}` }])(
    'sends what happens, and ends with the payment',
    async (who) => {
      const { url, stage } = await open();
      const reader = await watch(url, who);
      expect([reader.res.status, reader.res.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
      expect(reader.res.headers.get('cache-control')).toBe('no-store');
      await until(() => stage.streams.count() === 1);
      for (const sequence of [1, 2]) stage.streams.push(itemOf(sequence));
      stage.streams.finish();
      for (const sequence of [1, 2]) {
        expect(await reader.next()).toEqual({ event: 'next', data: { data: { intentEvents: { sequence } } } });
      }
      expect(await reader.next()).toEqual({ event: 'complete', data: null });
      expect(await reader.next()).toBeNull();
      await until(() => stage.metrics.counts.get('streams') === 0);
    },
  );

  it('may be asked for with GET, and beats while nothing happens', async () => {
    const { url } = await open();
    const res = await fetch(`${url}?query=${encodeURIComponent(query)}`, {
      headers: { accept: 'text/event-stream', 'x-api-key': KEY },
    });
    expect(res.status).toBe(200);
    const reader = res.body?.getReader();
    // The first comes at once; vitest's NODE_ENV makes yoga beat every 300 ms instead of every 12 s.
    for (let beat = 0; beat < 2; beat += 1)
      expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe(':\n\n');
    await reader?.cancel();
  });

  it('that its reader leaves, leaves nothing behind', async () => {
    const { url, stage } = await open();
    const reader = await watch(url);
    await until(() => stage.streams.count() === 1);
    reader.stop();
    await until(() => stage.streams.count() === 0 && stage.metrics.counts.get('streams') === 0);
  });

  it('whose reader leaves while it is being opened, leaves nothing behind either', async () => {
    const { url, stage, door } = await open();
    const left: object[] = [];
    door.server.on('connection', (socket) => socket.once('close', () => left.push(socket)));
    const opening = Promise.withResolvers<undefined>();
    const begun: object[] = [];
    stage.before = async () => {
      begun.push({});
      await opening.promise;
    };
    const leaving = new AbortController();
    const init = { method: 'POST', body: JSON.stringify({ query }), signal: leaving.signal };
    const asked = Array.from({ length: 10 }, () =>
      fetch(url, { ...init, headers: { ...HEADERS, authorization: `Bearer ${TOKEN}` } }).catch(() => null),
    );
    await until(() => begun.length === 10);
    leaving.abort();
    await Promise.all(asked);
    await until(() => left.length === 10);
    opening.resolve(undefined);
    stage.before = () => undefined;
    await until(() => (stage.metrics.counts.get('streams') ?? 0) === 0 && stage.streams.count() === 0);
    const { res, stop } = await watch(url, { authorization: `Bearer ${TOKEN}` });
    expect(res.status).toBe(200);
    stop();
  });

  it('is not for strangers, nor for other payments', async () => {
    const { url } = await open();
    const stranger = await watch(url, {});
    expect(stranger.res.status).toBe(401);
    expect(await stranger.next()).toMatchObject({ data: { errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] } });
    const other = await watch(url, undefined, 'subscription { intentEvents(intentId: "another") { id } }');
    expect(other.res.status).toBe(404);
    expect(await other.next()).toMatchObject({ data: { errors: [{ extensions: { code: 'NOT_FOUND' } }] } });
    expect(await other.next()).toMatchObject({ event: 'complete' });
  });

  it('that cannot be answered as Accept asks is closed again', async () => {
    const { url, stage } = await open();
    const headers = { 'content-type': 'application/json', accept: 'application/json', 'x-api-key': KEY };
    const res = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query }) });
    expect(res.status).toBe(406);
    await until(() => stage.streams.count() === 0 && stage.metrics.counts.get('streams') === 0);
  });

  it('takes a place, of which a token has few', async () => {
    const { url, stage } = await open({ socketsPerToken: 2 });
    const who = { authorization: `Bearer ${TOKEN}` };
    const first = await watch(url, who);
    await watch(url, who);
    const third = await watch(url, who);
    expect([third.res.status, third.res.headers.get('retry-after')]).toEqual([429, '1']);
    expect(await third.next()).toMatchObject({ data: { errors: [{ extensions: { code: 'RATE_LIMITED' } }] } });
    expect(stage.streams.count()).toBe(2);
    first.stop();
    await until(() => stage.streams.count() === 1);
    expect((await watch(url, who)).res.status).toBe(200);
  });

  it('ends soon after its key is revoked, though nothing happens', async () => {
    const { url, stage } = await open();
    const reader = await watch(url);
    await until(() => stage.streams.count() === 1);
    stage.revoked.add('reader00');
    expect(await reader.next()).toMatchObject({
      event: 'next',
      data: { errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] },
    });
    expect(await reader.next()).toMatchObject({ event: 'complete' });
    expect(await reader.next()).toBeNull();
    expect(stage.streams.count()).toBe(0);
  });

  it.each(['SLOW_READER', 'SHUTTING_DOWN'] as const)(
    'that ends because of %s is cut without `complete`',
    async (reason) => {
      const { url, stage } = await open();
      const reader = await watch(url);
      await until(() => stage.streams.count() === 1);
      stage.streams.fail(streamClosed(reason));
      await expect(reader.next()).rejects.toThrow();
      expect(reader.heard()).not.toContain('complete');
    },
  );

  it('whose source breaks is told nothing of why', async () => {
    const { url, stage } = await open();
    const reader = await watch(url);
    await until(() => stage.streams.count() === 1);
    stage.streams.fail(new Error('secret 10.0.0.7'));
    expect(await reader.next()).toMatchObject({
      data: { errors: [{ message: 'Unexpected error.', extensions: { code: 'INTERNAL' } }] },
    });
    expect(await reader.next()).toMatchObject({ event: 'complete' });
    expect(reader.heard()).not.toContain('10.0.0.7');
  });

  it('is cut when it is open for too long, and when the door closes', async () => {
    const { url } = await open({ socketLifeMs: 100 });
    await expect((await watch(url)).next()).rejects.toThrow();
    const { url: other, door } = await open();
    const reader = await watch(other);
    const from = performance.now();
    await Promise.all([expect(reader.next()).rejects.toThrow(), door.close()]);
    expect(performance.now() - from).toBeLessThan(1_000);
  });

  it('is cut when its reader reads nothing for too long, and holds little until then', async () => {
    const { port, stage } = await open({ stallMs: 150 });
    const reader = connect(port, '127.0.0.1');
    const body = JSON.stringify({ query: query.replace('{ sequence }', BIG_SELECTION) });
    const lines = Object.entries({ ...HEADERS, host: 'a', 'x-api-key': KEY, 'content-length': String(body.length) });
    reader.write(
      `POST /graphql HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`,
    );
    await until(() => stage.streams.count() === 1);
    reader.pause();
    let waiting = 0;
    for (let at = 0; stage.streams.count() === 1 && at < 2_000; at += 1) {
      stage.streams.push(bigItemOf(at));
      await sleep(1);
      waiting = Math.max(waiting, stage.streams.waiting());
    }
    expect(stage.streams.count()).toBe(0);
    // What the reader did not take was left with the source, whose own bound it is under.
    expect(waiting).toBeGreaterThan(0);
    reader.destroy();
  });
});
