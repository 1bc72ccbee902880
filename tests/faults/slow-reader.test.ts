// Goal: a reader that stops reading is cut off with a reason and costs the server no memory, and loses nothing when it comes
// back (F26, I15, I36). Method: sockets and SSE streams of an API process of its own stop reading while far more is written
// to them than it may hold. What it holds is weighed after a collection of garbage, by a hook planted from outside.

import { request, type IncomingMessage } from 'node:http';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { eventually } from '../testkit/eventually.ts';
import { openPage } from '../testkit/page.ts';
import type { Listening } from '../testkit/processes.ts';
import { startSystem, type System } from '../testkit/system.ts';
import { aMockWish, created, paid, refunded } from '../testkit/wishes.ts';

vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

/** Of the 1,090 MB that are due to those who do not read: each may have a little over 1 MiB wait for it. */
const HELD_MAX_MB = 300;
const REFUNDS = 60;
const READERS = 24;
/** Of one socket: with connection_init fewer than the 20 messages that it may send in a second. */
const SUBSCRIPTIONS = 18;

/** Some 280 KB an event: the metadata of the intent, under many names. */
const NAMES = Array.from({ length: 12 }, (_, index) => `m${index}: metadata { key value }`).join(' ');
const QUERY = `subscription Big($intentId: ID!, $after: Int) {
  intentEvents(intentId: $intentId, after: $after) { sequence status intent { ${NAMES} } }
}`;

/** Weighs the process when it is told to, and says so in its output. */
const SCALES = `process.on('SIGPWR', () => {
  gc();
  const { heapUsed, external } = process.memoryUsage();
  process.stdout.write(JSON.stringify({ weighs: (heapUsed + external) / 1048576 }) + '\\n');
})`;

let system: System;
let api: Listening;
/** An intent with many events, and many with two each. */
let long: string;
let open: readonly string[];
beforeAll(async () => {
  system = await startSystem({
    tuning: { settleMs: 100, promptMs: null, slowMs: 500, lateMs: 20_000 },
    env: { NEW_SOCKETS_PER_IP: '1000', MOCK_PROMPT_SECONDS: '600' },
  });
  const [started] = await Promise.all([
    system.start('api', { NODE_OPTIONS: `--expose-gc --import data:text/javascript,${encodeURIComponent(SCALES)}` }),
    system.start('worker'),
  ]);
  api = started;
  long = (await paid(system.client, bigWish(''))).id;
  for (let count = 0; count < REFUNDS; count += 1) await refunded(system.client, long, 10);
  open = (
    await Promise.all(Array.from({ length: SUBSCRIPTIONS }, () => created(system.client, bigWish('none ignore'))))
  ).map(({ id }) => id);
});
afterAll(() => system.close());

function bigWish(words: string) {
  const filler = Array.from({ length: 45 }, (_, index) => ({ key: `filler-${index}`, value: 'x'.repeat(500) }));
  return aMockWish('', { metadata: [...filler, { key: 'mock', value: words }] });
}

interface Reader {
  readonly socket: WebSocket;
  /** How the socket was closed. */
  readonly closed: Promise<{ code: number; reason: string }>;
}

/** Says who it is, stops reading, and subscribes. */
async function reader(intentIds: readonly string[]): Promise<Reader> {
  const socket = new WebSocket(`ws://127.0.0.1:${system.port}/graphql`, 'graphql-transport-ws');
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.once('close', (code, reason) => resolve({ code, reason: reason.toString() }));
  });
  await new Promise((resolve) => socket.once('open', resolve));
  socket.send(JSON.stringify({ type: 'connection_init', payload: { apiKey: system.apiKey } }));
  await new Promise((resolve) => socket.once('message', resolve));
  socket.pause();
  for (const intentId of intentIds) {
    socket.send(
      JSON.stringify({ id: randomUUID(), type: 'subscribe', payload: { query: QUERY, variables: { intentId } } }),
    );
  }
  return { socket, closed };
}

/** Asks for server-sent events, and does not read them. */
function sseReader(intentId: string): Promise<IncomingMessage> {
  const headers = {
    'content-type': 'application/json',
    accept: 'text/event-stream',
    authorization: `Bearer ${system.apiKey}`,
  };
  return new Promise((resolve, reject) => {
    const call = request(`${system.apiUrl}/graphql`, { method: 'POST', headers, agent: false }, resolve).once(
      'error',
      reject,
    );
    call.end(JSON.stringify({ query: QUERY, variables: { intentId } }));
  });
}

async function heldMb(): Promise<number> {
  const weights = (): number[] => [...api.output().matchAll(/"weighs":([\d.]+)/g)].map(([, mb]) => Number(mb));
  const known = weights().length;
  api.child.kill('SIGPWR');
  return (await eventually(weights, ({ length }) => length > known)).at(-1) ?? 0;
}

async function metric(name: string): Promise<number> {
  const port = /"metricsPort":(\d+)/.exec(api.output())?.[1] ?? '';
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  return text
    .split('\n')
    .filter((line) => line.startsWith(name))
    .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

it('F26: who stops reading is told 1013 and why, and misses nothing when he comes back; I15', async () => {
  const { socket, closed } = await reader(open);
  // Each pump waits after its first event, unless the socket has ended: then it runs dry, and all its events are counted.
  await eventually(
    () => metric('passerelle_stream_events_total{transport="ws"}'),
    (sent) => sent === 2 * SUBSCRIPTIONS,
  );
  socket.resume();
  expect(await closed).toEqual({ code: 1013, reason: 'slow reader' });
  const page = openPage(system.client, 'ws', long, 3);
  expect((await page.ended).map(({ sequence }) => sequence)).toEqual(
    Array.from({ length: REFUNDS }, (_, index) => index + 4),
  );
  await system.check();
});

it('F26: many who do not read are all cut, and memory stays flat; I36', async () => {
  const before = await heldMb();
  // Events of many subscriptions at once are more than may wait on a socket; of one long stream the first ones fill it.
  const readers = (
    await Promise.all(Array.from({ length: READERS }, () => Promise.all([reader(open), reader([long])])))
  ).flat();
  const streams = await Promise.all(Array.from({ length: READERS }, () => sseReader(long)));
  for (const stream of streams) stream.pause();

  let most = before;
  const gone = async (): Promise<number> => {
    most = Math.max(most, await heldMb());
    return (await metric('passerelle_sockets')) + (await metric('passerelle_streams{'));
  };
  await eventually(gone, (left) => left === 0, { everyMs: 200 });
  expect(most - before).toBeLessThan(HELD_MAX_MB);

  for (const { socket } of readers) socket.resume();
  // Too late to read the reason, most of them; but none was told that all is said.
  for (const { closed } of readers) expect([1006, 1013]).toContain((await closed).code);
  for (const stream of streams) expect(await textOf(stream)).not.toContain('event: complete');
  await system.check();
});

async function textOf(stream: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of stream) chunks.push(chunk as Buffer);
  } catch {
    // Cut in the middle, as it should be.
  }
  return Buffer.concat(chunks).toString();
}
