// Goal: Payme's 12 hours end to the millisecond on both sides; its statement is what was created; and while the database is
// away nothing is promised, and nothing is lost (F28, F32, I21). Method: the whole product, on a clock of the test's own, and
// behind a proxy that cuts it off from MongoDB.

import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from '../testkit/eventually.ts';
import { checkInvariants } from '../testkit/invariants.ts';
import { needed } from '../testkit/needs.ts';
import { payAsPayer } from '../testkit/payer.ts';
import { AMOUNT, creation, newId, paymeAt, wish } from '../testkit/payme.ts';
import { ownPlaces } from '../testkit/places.ts';
import { mongoThrough, startProxy } from '../testkit/proxy.ts';
import { startStack, type Stack, type StackOptions } from '../testkit/stack.ts';
import { created, intentNow } from '../testkit/wishes.ts';
import { openWitness } from '../testkit/witness.ts';

const LIMIT_MS = 43_200_000;
const UPDATE = '\x02findAndModify\0\x08\0\0\0intents\0';
const tuning = { settleMs: 200, promptMs: null, slowMs: 300, lateMs: 2_000 };

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

async function start(options: StackOptions): Promise<Stack> {
  const stack = await startStack({ tuning, ...options });
  closers.push(() => stack.close());
  return stack;
}

describe('12 hours', () => {
  /** A transaction that Payme opened at `time`, on a clock that stands still. */
  async function opened() {
    let now = Date.now();
    const stack = await start({ work: false, clock: { now: () => new Date(now) } });
    const payme = paymeAt(stack);
    const { id } = await created(stack.client, wish());
    const [tx, time] = [newId(), now - 1_234];
    expect(await payme.says('CreateTransaction', creation(tx, id, time))).toBe(1);
    return { stack, payme, id, tx, reach: (ms: number) => void (now = time + ms) };
  }

  it.each([
    [LIMIT_MS - 1, 2, 'SUCCEEDED'],
    [LIMIT_MS, 2, 'SUCCEEDED'],
    [LIMIT_MS + 1, -31008, 'EXPIRED'],
  ])('a performance after %i ms: %s, %s', async (ms, answer, status) => {
    const { stack, payme, id, tx, reach } = await opened();
    reach(ms);
    expect(await payme.says('PerformTransaction', { id: tx })).toBe(answer);
    expect((await intentNow(stack.client, id)).status).toBe(status);
  });

  it('are over by our own hand too, where Payme never calls again', async () => {
    const { stack, payme, id, tx, reach } = await opened();
    reach(LIMIT_MS);
    await stack.house.services.work.pollIntent(id);
    expect((await intentNow(stack.client, id)).status).toBe('PROCESSING');
    reach(LIMIT_MS + 1);
    await stack.house.services.work.pollIntent(id);
    expect(await intentNow(stack.client, id)).toMatchObject({ status: 'EXPIRED', failure: { code: 'TIMED_OUT' } });
    const { result } = await payme.rpc('CheckTransaction', { id: tx });
    expect(result).toMatchObject({ state: -1, reason: 4, perform_time: 0 });
    expect(await payme.says('PerformTransaction', { id: tx })).toBe(-31008);
    reach(2 * LIMIT_MS);
    expect((await payme.rpc('CheckTransaction', { id: tx })).result).toEqual(result);
  });
});

it('a statement has what was created, by the time of Payme, both ends included', async () => {
  const stack = await start({});
  const payme = paymeAt(stack);
  const from = Date.now();
  const ids: string[] = [];
  for (const offset of [2_000, 0, 1_000]) {
    const { id } = await created(stack.client, wish());
    const tx = newId();
    expect(await payme.says('CreateTransaction', creation(tx, id, from - offset))).toBe(1);
    ids.push(tx);
  }
  // Waits for its payer: Payme has created nothing for it.
  await created(stack.client, wish());
  const [oldest = '', newest = '', middle = ''] = ids;
  await payme.rpc('PerformTransaction', { id: middle });
  const drawn = async (start: number, end: number) => {
    const { result } = await payme.rpc('GetStatement', { from: start, to: end });
    return (result?.['transactions'] as Record<string, unknown>[]).map(({ id, state, amount }) => [id, state, amount]);
  };
  const [first, second, third] = [oldest, middle, newest].map((id) => [id, id === middle ? 2 : 1, AMOUNT]);
  expect(await drawn(from - 2_000, from)).toEqual([first, second, third]);
  expect(await drawn(from - 1_999, from - 1)).toEqual([second]);
  expect(await drawn(from + 1, from + 1_000)).toEqual([]);
});

describe('the database', () => {
  async function behindProxy() {
    const wire = await startProxy(Number(new URL(needed('mongoUrl')).port));
    closers.push(() => wire.close());
    const places = ownPlaces();
    const witness = await openWitness(places.MONGODB_URL);
    closers.push(() => witness.close());
    const stack = await start({ env: { ...places, MONGODB_URL: mongoThrough(wire, places.MONGODB_URL) } });
    return { wire, witness, stack, payme: paymeAt(stack) };
  }

  it('F28, I21: away is -32400, and the repeat is done', async () => {
    const { wire, witness, stack, payme } = await behindProxy();
    const { id } = await created(stack.client, wish());
    const tx = newId();
    const calls = [
      ['CreateTransaction', creation(tx, id), 1],
      ['PerformTransaction', { id: tx }, 2],
      ['CancelTransaction', { id: tx, reason: 5 }, -2],
    ] as const;
    for (const [method, params, state] of calls) {
      const before = await witness.intent(id);
      wire.set('cut');
      expect(await payme.rpc(method, params)).toMatchObject({ error: { code: -32400 } });
      expect(await witness.intent(id)).toEqual(before);
      wire.set('pass');
      await eventually(
        () => payme.says(method, params),
        (said) => said === state,
        { everyMs: 100 },
      );
    }
    expect((await intentNow(stack.client, id)).refunds).toHaveLength(1);
  });

  it('F32, I21: a success whose acknowledgement is lost is one success, and is told with its own time', async () => {
    const { wire, witness, stack, payme } = await behindProxy();
    const { id } = await created(stack.client, wish());
    const tx = newId();
    await payme.rpc('CreateTransaction', creation(tx, id));
    const lost = wire.watch([UPDATE], 'cut-reply');
    const said = await eventually(
      () => payme.rpc('PerformTransaction', { id: tx }),
      ({ result }) => result !== undefined,
      { everyMs: 100 },
    );
    expect(lost.count()).toBeGreaterThan(0);
    lost.end();
    const { served, events } = await witness.intent(id);
    expect(said.result?.['perform_time']).toBe(served?.performedAt?.getTime());
    expect(events.filter(({ type }) => type === 'PAYMENT_COMPLETED')).toHaveLength(1);
  });

  it('comes and goes while payers pay: Payme repeats, and both books agree', async () => {
    const { wire, witness, stack } = await behindProxy();
    const moods = ['normal', 'lost-reply', 'normal', 'normal'];
    const callbacks = ['normal', 'normal', 'duplicate', 'reordered'];
    const intents: string[] = [];
    for (const [index, mood] of moods.entries()) {
      const intent = await created(stack.client, wish());
      await stack.controls.script('payme', { times: 1, on: 'collect', mood, callback: callbacks[index] ?? 'normal' });
      await payAsPayer(stack.controls, intent);
      intents.push(intent.id);
    }
    wire.set('cut');
    const payme = paymeAt(stack);
    expect(await payme.says('CheckTransaction', { id: newId() })).toBe(-32400);
    wire.set('pass');
    await eventually(
      () => stack.controls.ledger('payme'),
      (lines) => lines.length >= intents.length && lines.every(({ state }) => state !== 'pending'),
    );
    await witness.allEnd();
    checkInvariants(await witness.evidence({ controls: stack.controls }));
  });
});
