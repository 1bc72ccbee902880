// Goal: the 12 hours, what may be sent back, and the statement that Payme draws. Method: a clock that is moved to the
// millisecond, over a desk in memory.

import { describe, expect, it } from 'vitest';
import { reserveRefund } from '../../core/refund.ts';
import { AMOUNT, anOrder, creation, LIMIT_MS, NOW, openTable, ORDER, OTHER_ORDER, ROWS, TX } from './payme.fixture.ts';

describe('12 hours from the time that Payme gave', () => {
  it.each([
    [LIMIT_MS - 1, 2, 'SUCCEEDED'],
    [LIMIT_MS, 2, 'SUCCEEDED'],
    [LIMIT_MS + 1, -31008, 'EXPIRED'],
  ])('performed after %i ms: %s', async (ms, answer, status) => {
    const table = openTable();
    // Ours came half an hour later: it does not count (sheet 16.2).
    table.pass(1_800_000);
    await table.rpc('CreateTransaction', creation());
    table.pass(ms - 1_800_000);
    expect(await table.says('PerformTransaction', { id: TX })).toBe(answer);
    expect(table.bench.intent(ORDER).status).toBe(status);
  });

  it.each([
    [LIMIT_MS - 1, 1],
    [LIMIT_MS, 1],
    [LIMIT_MS + 1, -31008],
    [-60_000, 1],
  ])('created %i ms after its own time: %s', async (ms, answer) => {
    expect(await openTable().says('CreateTransaction', creation({ time: NOW - ms }))).toBe(answer);
  });

  it('one that is over says when it was closed, and why, from the first touch on', async () => {
    const table = openTable();
    await ROWS['1 overdue']?.(table);
    const { result } = await table.rpc('CheckTransaction', { id: TX });
    expect(result).toMatchObject({ state: -1, reason: 4, cancel_time: NOW + LIMIT_MS + 1, perform_time: 0 });
    table.pass(5_000);
    expect((await table.rpc('CheckTransaction', { id: TX })).result).toEqual(result);
    expect(table.bench.intent(ORDER).failure).toMatchObject({ code: 'TIMED_OUT' });
  });
});

describe('a payment that was performed', () => {
  it('is not sent back where the goods are kept', async () => {
    const table = openTable({ PAYME_REVERSIBLE: 'false' });
    await ROWS['2']?.(table);
    const before = table.bench.intent(ORDER);
    expect(await table.says('CancelTransaction', { id: TX, reason: 5 })).toBe(-31007);
    expect(table.bench.intent(ORDER)).toBe(before);
  });

  it('goes back all the same where the product has asked for it: people cancel it in the cabinet', async () => {
    const table = openTable({ PAYME_REVERSIBLE: 'false' });
    await ROWS['2']?.(table);
    const wish = { id: 'refund-1', amount: null, reason: null, record: { key: 'refund:1', requestHash: '' } };
    table.bench.put(reserveRefund(table.bench.intent(ORDER), wish, new Date(NOW)).intent);
    expect(await table.says('CancelTransaction', { id: TX, reason: 5 })).toBe(-2);
    expect(table.bench.intent(ORDER).refunds.map(({ status }) => status)).toEqual(['SUCCEEDED']);
  });

  it('can be taken back before it is performed all the same', async () => {
    const table = openTable({ PAYME_REVERSIBLE: 'false' });
    await ROWS['1']?.(table);
    expect(await table.says('CancelTransaction', { id: TX, reason: 5 })).toBe(-1);
  });

  it.each([
    ['perform', 'true', -2, 'SUCCEEDED'],
    ['perform', 'false', -31007, 'SUCCEEDED'],
    ['cancel', 'true', -1, 'FAILED'],
    ['cancel', 'false', -1, 'FAILED'],
  ] as const)('%s first, reversible %s: the cancellation says %s', async (first, reversible, answer, status) => {
    const table = openTable({ PAYME_REVERSIBLE: reversible });
    await ROWS['1']?.(table);
    table.bench.first(first);
    const both = ['PerformTransaction', 'CancelTransaction'].map((method) => table.says(method, { id: TX, reason: 3 }));
    expect((await Promise.all(both))[1]).toBe(answer);
    expect(table.bench.intent(ORDER).status).toBe(status);
  });
});

describe('a statement', () => {
  it('has what was created, by the time of Payme, both ends included, the oldest first', async () => {
    const table = openTable();
    const orders = ['81', '82', '83', '84'].map((end) => OTHER_ORDER.slice(0, -2) + end);
    for (const [index, id] of orders.entries()) {
      table.bench.put(anOrder(id));
      // Created in the other order than they began.
      const time = NOW - index * 1_000;
      await table.rpc('CreateTransaction', { ...creation({ account: { order_id: id } }), id: `tx-${index}`, time });
    }
    await table.rpc('PerformTransaction', { id: 'tx-1' });
    const ids = async (from: number, to: number) =>
      ((await table.rpc('GetStatement', { from, to })).result?.['transactions'] as { id: string }[]).map(
        ({ id }) => id,
      );
    expect(await ids(NOW - 2_000, NOW)).toEqual(['tx-2', 'tx-1', 'tx-0']);
    expect(await ids(NOW - 1_999, NOW - 1)).toEqual(['tx-1']);
    expect(await ids(NOW, NOW)).toEqual(['tx-0']);
    expect(await ids(NOW + 1, NOW + 1_000)).toEqual([]);
    const { result } = await table.rpc('GetStatement', { from: NOW - 1_000, to: NOW - 1_000 });
    expect(result).toEqual({
      transactions: [
        {
          id: 'tx-1',
          time: NOW - 1_000,
          amount: AMOUNT,
          account: { order_id: orders[1] },
          create_time: NOW,
          perform_time: NOW,
          cancel_time: 0,
          transaction: orders[1],
          state: 2,
          reason: null,
          receivers: null,
        },
      ],
    });
  });

  it('shows what is over as over', async () => {
    const table = openTable();
    await ROWS['1 overdue']?.(table);
    const { result } = await table.rpc('GetStatement', { from: NOW, to: NOW });
    expect(result?.['transactions']).toMatchObject([{ state: -1, reason: 4 }]);
  });

  it('that ends before it begins is refused', async () => {
    expect((await openTable().rpc('GetStatement', { from: NOW, to: NOW - 1 })).error).toMatchObject({
      code: -31050,
      data: 'from',
    });
  });
});
