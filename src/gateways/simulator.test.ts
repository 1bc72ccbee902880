// Goal: the books are the truth that every fault test is held against, so the kit itself must keep them through restarts and
// do exactly what it is told. Method: the mock provider's simulator under a clock that stands still, over real HTTP.

import { randomUUID } from 'node:crypto';
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { startSimulators, type RunningSimulators } from '../simulators.ts';
import { openWorld, type OpenWorld } from './conformance-world.fixture.ts';
import { mock } from './registry.ts';
import { openDoor, type TestDoor } from './simulator-door.fixture.ts';
import { manualTimers, type ManualTimers } from './simulator-timers.fixture.ts';

const closers: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function world(): Promise<OpenWorld> {
  const opened = await openWorld(mock);
  closers.push(() => opened.close());
  return opened;
}

function wish(overrides: object = {}): object {
  const ids = { reference: randomUUID(), intentId: randomUUID() };
  return { ...ids, amount: 500, currency: 'XOF', mode: 'REDIRECT', ...overrides };
}

async function pay(url: string, body: object): Promise<{ id: string; state: string }> {
  const headers = { 'content-type': 'application/json', 'x-mock-key': 'mock_made_up_api_key_0d4f' };
  const response = await fetch(`${url}/v1/payments`, { method: 'POST', headers, body: JSON.stringify(body) });
  return (await response.json()) as { id: string; state: string };
}

describe('control calls', () => {
  it.each([
    ['/_script', {}, 'times'],
    ['/_script', { times: 0 }, 'times'],
    ['/_script', { times: 1.5 }, 'times'],
    ['/_script', { times: 1, on: 'capture' }, 'on'],
    ['/_script', { times: 1, mood: 'cross' }, 'mood'],
    ['/_script', { times: 1, callback: 'slow' }, 'callback'],
    ['/_script', { times: 1, moood: 'slow' }, 'moood'],
    ['/_phone', { action: 'approve' }, 'reference'],
    ['/_phone', { reference: 'x', action: 'wave' }, 'action'],
    ['/_phone', { reference: 'nobody', action: 'approve' }, 'reference'],
  ])('%s %j names the field %s', async (path, body, field) => {
    const { post } = await world();
    expect(await post(path, body)).toMatchObject({ status: 400, body: { error: { field } } });
  });

  it('applies a script to the next requests of its kind, the oldest script first', async () => {
    const { post, simulatorUrl } = await world();
    await post('/_script', { times: 1, on: 'lookup', mood: 'unauthorized' });
    await post('/_script', { times: 2, mood: 'rate-limited' });
    const asked = async (path: string): Promise<number> =>
      (await fetch(`${simulatorUrl}${path}`, { headers: { 'x-mock-key': 'mock_made_up_api_key_0d4f' } })).status;
    await pay(simulatorUrl, wish());
    expect([await asked('/v1/payments/x'), await asked('/v1/payments/x'), await asked('/v1/payments/x')]).toEqual([
      401, 429, 404,
    ]);
  });

  it('finds an operation by our reference and by theirs, and ends it once', async () => {
    const { post, simulatorUrl, ledger } = await world();
    const [first, second, third] = [wish(), wish(), wish()] as { reference: string; intentId: string }[];
    for (const one of [first, second, third]) await pay(simulatorUrl, one ?? {});
    const books = await ledger();
    await post('/_phone', { reference: first?.reference, action: 'approve' });
    await post('/_phone', { reference: second?.intentId, action: 'reject' });
    await post('/_phone', { reference: books[2]?.providerId, action: 'no-balance' });
    expect((await ledger()).map(({ state }) => state)).toEqual(['succeeded', 'failed', 'failed']);
    const again = await post('/_phone', { reference: second?.intentId, action: 'approve' });
    expect(again).toMatchObject({
      status: 400,
      body: { error: { message: expect.stringContaining('failed') as string } },
    });
  });

  it('shows a ledger line as the tests read it', async () => {
    const { simulatorUrl, ledger, clock } = await world();
    const body = wish() as { reference: string; intentId: string };
    const { id } = await pay(simulatorUrl, body);
    expect(await ledger()).toEqual([
      {
        reference: body.intentId,
        operationId: body.reference,
        providerId: id,
        kind: 'collect',
        amount: 500,
        currency: 'XOF',
        state: 'pending',
        at: clock.now().toISOString(),
      },
    ]);
  });

  it('has no answer for what is not there', async () => {
    const { simulatorUrl, post } = await world();
    expect((await fetch(`${simulatorUrl}/nothing`)).status).toBe(404);
    expect((await fetch(simulatorUrl.replace('/mock', '/acme/_ledger'))).status).toBe(404);
    expect((await post('/_script', { times: 1, mood: 'x'.repeat(300_000) })).status).toBe(413);
  });
});

describe('callbacks', () => {
  it('are tried again until they are taken, at the provider’s pace', async () => {
    let taken = false;
    const tries: number[] = [];
    const timers = manualTimers();
    const door = await startDoor(() => {
      tries.push(timers.now().getTime());
      return taken ? 200 : 503;
    });
    const { url } = await start({ timers, webhookUrl: door.url });
    const begun = timers.now().getTime();
    await pay(url, wish());
    timers.pass(1_000);
    await timers.waitedFor(500);
    timers.pass(500);
    await timers.waitedFor(1_000);
    taken = true;
    timers.pass(1_000);
    await door.called(3);
    timers.pass(60_000);
    expect(tries.map((at) => at - begun)).toEqual([1_000, 1_500, 2_500]);
  });
});

describe('the books', () => {
  it('outlive the process: what waited waits on, what was not told is told', async () => {
    const booksDir = mkdtempSync(join(tmpdir(), 'passerelle-books-'));
    closers.push(() => rmSync(booksDir, { recursive: true }));
    const file = join(booksDir, 'mock.jsonl');
    const timers = manualTimers();
    const first = await start({ timers, booksDir, webhookUrl: 'http://127.0.0.1:9/closed' });
    await pay(first.url, wish({ amount: 100 }));
    timers.pass(600);
    await pay(first.url, wish({ amount: 200 }));
    timers.pass(400);
    await timers.waitedFor(500);
    await first.simulators.close();
    // A process killed in the middle of a line: that effect was never answered.
    appendFileSync(file, '{"kind":"collect","providerId":"half');

    const told: string[] = [];
    const door = await startDoor((body) => {
      told.push((JSON.parse(body) as { event: string }).event);
      return 200;
    });
    const second = await start({ timers, booksDir, webhookUrl: door.url });
    await door.called(1);
    expect(await states(second.url)).toEqual(['100 succeeded', '200 pending']);
    timers.pass(600);
    await door.called(2);
    expect(await states(second.url)).toEqual(['100 succeeded', '200 succeeded']);
    expect(told).toEqual(['payment.succeeded', 'payment.succeeded']);
    await second.simulators.close();

    const third = await start({ timers, booksDir, webhookUrl: door.url });
    await pay(third.url, wish({ amount: 300 }));
    expect(await states(third.url)).toEqual(['100 succeeded', '200 succeeded', '300 pending']);
    expect(
      readFileSync(file, 'utf8')
        .split('\n')
        .filter((line) => line.includes('half')),
    ).toHaveLength(1);
  });
});

async function startDoor(answer: (body: string) => number): Promise<TestDoor> {
  const door = await openDoor(answer);
  closers.push(() => door.close());
  return door;
}

async function states(url: string): Promise<readonly string[]> {
  const lines = (await (await fetch(`${url}/_ledger`)).json()) as { amount: number; state: string }[];
  return lines.map(({ amount, state }) => `${amount} ${state}`);
}

async function start(options: {
  timers: ManualTimers;
  webhookUrl: string;
  booksDir?: string;
}): Promise<{ url: string; simulators: RunningSimulators }> {
  const { timers, webhookUrl, booksDir = null } = options;
  const simulators = await startSimulators({
    definitions: [mock],
    port: 0,
    booksDir,
    webhookUrl: () => webhookUrl,
    timers,
  });
  closers.push(() => simulators.close());
  return { url: `${simulators.url}/mock`, simulators };
}
