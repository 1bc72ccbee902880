// Goal: Payme's calls are answered by the state machine of the sheet's section 8, with the same times whenever they are repeated.
// Method: each row, over a desk in memory and a clock that stands still.

import { describe, expect, it } from 'vitest';
import {
  AMOUNT,
  anOrder,
  creation,
  LIMIT_MS,
  NOW,
  openTable,
  order,
  ORDER,
  OTHER_ORDER,
  OTHER_TX,
  ROWS,
  TX,
} from './payme.fixture.ts';

const CALLS = {
  create: ['CreateTransaction', creation()],
  'create late': ['CreateTransaction', creation({ time: NOW - LIMIT_MS - 1 })],
  'create another': ['CreateTransaction', creation({ id: OTHER_TX })],
  perform: ['PerformTransaction', { id: TX }],
  cancel: ['CancelTransaction', { id: TX, reason: 3 }],
  check: ['CheckTransaction', { id: TX }],
  'may it be paid': ['CheckPerformTransaction', order()],
} as const;

describe('the state machine', () => {
  it.each([
    ['none', 'create', 1, 'PROCESSING'],
    ['none', 'create late', -31008, 'PENDING'],
    ['none', 'perform', -31003, 'PENDING'],
    ['none', 'cancel', -31003, 'PENDING'],
    ['none', 'check', -31003, 'PENDING'],
    ['none', 'may it be paid', true, 'PENDING'],
    ['1', 'create', 1, 'PROCESSING'],
    ['1', 'create another', -31008, 'PROCESSING'],
    ['1', 'may it be paid', -31008, 'PROCESSING'],
    ['1', 'perform', 2, 'SUCCEEDED'],
    ['1', 'cancel', -1, 'FAILED'],
    ['1', 'check', 1, 'PROCESSING'],
    ['1 overdue', 'create', -31008, 'EXPIRED'],
    ['1 overdue', 'create another', -31051, 'EXPIRED'],
    ['1 overdue', 'may it be paid', -31051, 'EXPIRED'],
    ['1 overdue', 'perform', -31008, 'EXPIRED'],
    ['1 overdue', 'cancel', -1, 'EXPIRED'],
    ['1 overdue', 'check', -1, 'EXPIRED'],
    ['2', 'create', -31008, 'SUCCEEDED'],
    ['2', 'create another', -31051, 'SUCCEEDED'],
    ['2', 'may it be paid', -31051, 'SUCCEEDED'],
    ['2', 'perform', 2, 'SUCCEEDED'],
    ['2', 'cancel', -2, 'SUCCEEDED'],
    ['2', 'check', 2, 'SUCCEEDED'],
    ['-1', 'create', -31008, 'FAILED'],
    ['-1', 'create another', -31051, 'FAILED'],
    ['-1', 'perform', -31008, 'FAILED'],
    ['-1', 'cancel', -1, 'FAILED'],
    ['-1', 'check', -1, 'FAILED'],
    ['-2', 'create', -31008, 'SUCCEEDED'],
    ['-2', 'perform', -31008, 'SUCCEEDED'],
    ['-2', 'cancel', -2, 'SUCCEEDED'],
    ['-2', 'check', -2, 'SUCCEEDED'],
    ['taken back by the product', 'create', -31008, 'CANCELLED'],
    ['taken back by the product', 'perform', -31008, 'CANCELLED'],
    ['taken back by the product', 'cancel', -1, 'CANCELLED'],
    ['taken back by the product', 'check', -1, 'CANCELLED'],
    ['ended by our sweeper', 'perform', -31008, 'EXPIRED'],
    ['ended by our sweeper', 'check', -1, 'EXPIRED'],
  ] as const)('row %s, call %s: %s, and the order is %s', async (row, call, answer, status) => {
    const table = openTable();
    await ROWS[row]?.(table);
    table.pass(1);
    const [method, params] = CALLS[call];
    expect(await table.says(method, params)).toBe(answer);
    const after = table.bench.intent(ORDER);
    expect(after.status).toBe(status);
    // Once more, later: the same answer, and nothing moves.
    table.pass(1_000);
    const again = await table.says(method, params);
    if (call !== 'may it be paid') expect(again).toBe(answer);
    expect(table.bench.intent(ORDER)).toBe(after);
  });
});

const COUNT = 50;

describe('a call that is repeated', () => {
  it('hears the same times and states, to the millisecond, however late', async () => {
    const table = openTable();
    const calls = [
      ['CreateTransaction', creation()],
      ['CheckTransaction', { id: TX }],
      ['PerformTransaction', { id: TX }],
      ['CheckTransaction', { id: TX }],
      ['CancelTransaction', { id: TX, reason: 5 }],
      ['CheckTransaction', { id: TX }],
    ] as const;
    const heard: unknown[] = [];
    for (const [method, params] of calls) {
      table.pass(17);
      const { result } = await table.rpc(method, params);
      table.pass(86_400_000 / 24);
      expect((await table.rpc(method, params)).result).toEqual(result);
      heard.push(result);
    }
    const created = NOW + 17;
    const performed = NOW + 3 * 17 + 2 * 3_600_000;
    const cancelled = NOW + 5 * 17 + 4 * 3_600_000;
    const open = { create_time: created, perform_time: 0, cancel_time: 0, transaction: ORDER, state: 1, reason: null };
    expect(heard).toEqual([
      { create_time: created, transaction: ORDER, state: 1 },
      open,
      { transaction: ORDER, perform_time: performed, state: 2 },
      { ...open, perform_time: performed, state: 2 },
      { transaction: ORDER, cancel_time: cancelled, state: -2 },
      { ...open, perform_time: performed, cancel_time: cancelled, state: -2, reason: 5 },
    ]);
  });

  it('with another reason does not change the first one', async () => {
    const table = openTable();
    await ROWS['-1']?.(table);
    await table.rpc('CancelTransaction', { id: TX, reason: 5 });
    expect((await table.rpc('CheckTransaction', { id: TX })).result).toMatchObject({ reason: 2, state: -1 });
  });

  it.each([
    ['another amount', { amount: AMOUNT + 1 }, -31001],
    ['another account', { account: { order_id: OTHER_ORDER } }, -31050],
  ])('with %s is refused, and changes nothing', async (_name, change, code) => {
    const table = openTable();
    table.bench.put(anOrder(OTHER_ORDER));
    await table.rpc('CreateTransaction', creation());
    const before = table.bench.intent(ORDER);
    expect(await table.says('CreateTransaction', creation(change))).toBe(code);
    expect(table.bench.intent(ORDER)).toBe(before);
    expect(table.bench.intent(OTHER_ORDER).status).toBe('PENDING');
  });

  it('with another time keeps the first one', async () => {
    const table = openTable();
    await table.rpc('CreateTransaction', creation());
    const { result } = await table.rpc('CreateTransaction', creation({ time: NOW - 1 }));
    expect(result).toEqual({ create_time: NOW, transaction: ORDER, state: 1 });
    expect(table.bench.intent(ORDER).served?.time.getTime()).toBe(NOW);
  });

  it(`F54: ${COUNT} at once make one row and one success, and are answered alike`, async () => {
    const table = openTable();
    const all = (method: string, params: object) =>
      Promise.all(Array.from({ length: COUNT }, async () => JSON.stringify((await table.rpc(method, params)).result)));
    expect(new Set(await all('CreateTransaction', creation())).size).toBe(1);
    expect(new Set(await all('PerformTransaction', { id: TX })).size).toBe(1);
    expect(table.bench.intent(ORDER).events.map(({ type }) => type)).toEqual([
      'PAYMENT_INITIATED',
      'PAYMENT_PROCESSING',
      'PAYMENT_COMPLETED',
    ]);
    expect(new Set(await all('CancelTransaction', { id: TX, reason: 5 })).size).toBe(1);
    expect(table.bench.intent(ORDER).refunds).toHaveLength(1);
  });

  it('F54: a call that comes at any moment of the same call is answered alike', async () => {
    for (let turns = 0; turns < 12; turns += 1) {
      const table = openTable();
      const first = table.rpc('CreateTransaction', creation());
      for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      const second = table.rpc('CreateTransaction', creation());
      expect((await second).result).toEqual({ create_time: NOW, transaction: ORDER, state: 1 });
      expect((await first).result).toEqual((await second).result);
    }
  });

  it(`${COUNT} transactions at once for one order: one is created, the others are refused`, async () => {
    const table = openTable();
    const ids = Array.from({ length: COUNT }, (_, index) => TX.slice(0, -2) + String(index).padStart(2, '0'));
    const answers = await Promise.all(ids.map((id) => table.says('CreateTransaction', creation({ id }))));
    expect(answers.filter((answer) => answer === 1)).toHaveLength(1);
    expect(answers.filter((answer) => answer === -31008)).toHaveLength(COUNT - 1);
  });

  it('one transaction at once for two orders is made for one of them', async () => {
    const table = openTable();
    table.bench.put(anOrder(OTHER_ORDER));
    const answers = await Promise.all(
      [ORDER, OTHER_ORDER].map((id) => table.says('CreateTransaction', creation({ account: { order_id: id } }))),
    );
    expect(answers.toSorted()).toEqual([-31050, 1]);
  });
});
