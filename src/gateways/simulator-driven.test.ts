// Goal: a simulator that drives our door goes on where it was cut off, and its books say what our answers allowed. Method: the
// teller, over HTTP, on a clock that stands still; our side is a desk in memory behind a door that can be closed.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { anIntent } from '../core/intent.fixture.ts';
import { startSimulators } from '../simulators.ts';
import { createServedBench, type OpenServedBench } from './conformance-desk.ts';
import { openDoor } from './simulator-door.fixture.ts';
import { manualTimers, type ManualTimers } from './simulator-timers.fixture.ts';
import { teller } from './teller.fixture.ts';

const ORDER = '0199f3c2-7a10-7c3e-8b5d-3f2a1c9d8e7f';
const closers: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

interface Play {
  readonly timers: ManualTimers;
  readonly bench: OpenServedBench;
  /** A simulator on the same books; returns how to post to it, and to stop it. */
  start(): Promise<{ post(path: string, body: unknown): Promise<unknown>; stop(): Promise<void> }>;
  books(): Promise<readonly string[]>;
  /** false: nobody answers the provider. */
  isOpen: boolean;
}

async function play(): Promise<Play> {
  const timers = manualTimers();
  const booksDir = mkdtempSync(join(tmpdir(), 'passerelle-books-'));
  closers.push(() => rmSync(booksDir, { recursive: true }));
  const bench = createServedBench(() => timers.now());
  bench.put(anIntent({ id: ORDER, gateway: 'teller', attempts: [], lease: null, expiresAt: null }));
  const stage: { isOpen: boolean } = { isOpen: true };
  const door = await openDoor(undefined, async (call) => {
    if (!stage.isOpen) throw new Error('closed');
    return bench.serve(call);
  });
  closers.push(() => door.close());
  let url = '';
  return Object.assign(stage, {
    timers,
    bench,
    async start() {
      const running = await startSimulators({
        definitions: [teller],
        port: 0,
        booksDir,
        webhookUrl: () => door.url,
        timers,
      });
      url = `${running.url}/teller`;
      const settings = teller.settings.parse(running.env);
      const http = { send: () => Promise.reject(new Error('nobody is called')) };
      const { serve } = teller.connect(settings, { http, now: () => timers.now(), webhookUrl: () => door.url });
      if (serve !== undefined) bench.take(serve, 'teller');
      let stopped: Promise<void> | null = null;
      const stop = (): Promise<void> => (stopped ??= running.close());
      closers.push(stop);
      return {
        stop,
        async post(path: string, body: unknown) {
          const response = await fetch(`${url}${path}`, { method: 'POST', body: JSON.stringify(body) });
          return (await response.json()) as unknown;
        },
      };
    },
    async books() {
      const lines = (await (await fetch(`${url}/_ledger`)).json()) as { kind: string; state: string }[];
      return lines.map(({ kind, state }) => `${kind} ${state}`);
    },
  });
}

const LINK = `http://teller.example/pay?order=${ORDER}&amount=5000`;

it('what waited for the payer waits on after a restart, and is performed', async () => {
  const scene = await play();
  const first = await scene.start();
  expect(await first.post('/_pay', { url: LINK })).toEqual({ state: 'pending' });
  await first.stop();
  const second = await scene.start();
  expect(await scene.books()).toEqual(['collect pending']);
  expect(await second.post('/_phone', { reference: ORDER, action: 'approve' })).toMatchObject({ state: 'succeeded' });
  expect(scene.bench.intent(ORDER).status).toBe('SUCCEEDED');
  expect(await second.post('/_reverse', { reference: ORDER })).toMatchObject({ reversed: true });
  expect(await scene.books()).toEqual(['collect succeeded', 'refund succeeded']);
});

it('a call that nobody answers is made again, and by the next process where this one ends', async () => {
  const scene = await play();
  scene.isOpen = false;
  const first = await scene.start();
  const cut = first.post('/_pay', { url: LINK }).catch(() => 'cut');
  await scene.timers.waitedFor(1_000);
  scene.timers.pass(1_000);
  await scene.timers.waitedFor(1_000);
  expect(scene.bench.intent(ORDER).status).toBe('PENDING');
  await first.stop();
  await cut;
  scene.isOpen = true;
  const second = await scene.start();
  expect(await second.post('/_phone', { reference: ORDER, action: 'approve' })).toMatchObject({ state: 'succeeded' });
  expect(scene.bench.exchanges.map(({ answer }) => answer.verdict)).toEqual(['served', 'served']);
});

it('takes nothing where we refuse, and says with which word', async () => {
  const scene = await play();
  const { post } = await scene.start();
  await post('/_pay', { url: LINK });
  scene.bench.cancel(ORDER);
  expect(await post('/_phone', { reference: ORDER, action: 'approve' })).toMatchObject({ state: 'failed' });
  expect(await post('/_reverse', { reference: ORDER })).toMatchObject({ reversed: false });
  expect(await scene.books()).toEqual(['collect failed']);
});

it('names the field at fault', async () => {
  const scene = await play();
  const { post } = await scene.start();
  expect(await post('/_reverse', {})).toMatchObject({ error: { field: 'reference' } });
  expect(await post('/_reverse', { reference: 'nobody' })).toMatchObject({ error: { field: 'reference' } });
});
