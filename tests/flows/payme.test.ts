// Goal: a payment through Payme goes from the link to the page that watches it, and Payme and we agree whatever happens in
// between (B54, B56, F54, I20). Method: the whole product on real MongoDB and Redis; Payme's simulator drives our door over
// HTTP; what only Payme could send, the test sends as Payme.

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { all, TRANSPORTS } from '../testkit/client.ts';
import { CancelIntent } from '../testkit/documents.ts';
import { eventually } from '../testkit/eventually.ts';
import { payAsPayer } from '../testkit/payer.ts';
import { AMOUNT, creation, newId, order, paymeAt, wish, type Payme } from '../testkit/payme.ts';
import { startStack, type Stack } from '../testkit/stack.ts';
import { aWish, created, intentNow, refunded } from '../testkit/wishes.ts';

let stack: Stack;
let payme: Payme;
beforeAll(async () => {
  stack = await startStack({ tuning: { settleMs: 200, promptMs: null, slowMs: 300, lateMs: 2_000 } });
  payme = paymeAt(stack);
});
afterAll(() => stack.close());

const books = async (reference: string) =>
  (await stack.controls.ledger('payme')).filter((line) => line.reference === reference);
const ended = async (id: string) =>
  eventually(
    () => books(id),
    (lines) => lines.length > 0 && lines.every(({ state }) => state !== 'pending'),
  );
/** Opened by Payme, and nothing more. */
async function openedBy(time = Date.now()): Promise<{ intentId: string; tx: string }> {
  const { id: intentId } = await created(stack.client, wish());
  const tx = newId();
  expect(await payme.says('CreateTransaction', creation(tx, intentId, time))).toBe(1);
  return { intentId, tx };
}

describe.each(TRANSPORTS)('over %s', (transport) => {
  it('a payer follows the link and pays, and the page sees it', async () => {
    const intent = await created(stack.client, wish());
    expect(intent).toMatchObject({ status: 'PENDING', paymentMode: 'REDIRECT', gateway: { id: 'PAYME' } });
    expect(intent.nextAction).toMatchObject({ __typename: 'RedirectAction' });
    const page = all(stack.clientOf(intent.clientToken ?? '').watch(transport, intent.id));
    await payAsPayer(stack.controls, intent);
    const events = await page;
    expect(events.map(({ status }) => status)).toEqual(['PENDING', 'PROCESSING', 'SUCCEEDED']);
    expect(await ended(intent.id)).toMatchObject([{ kind: 'collect', state: 'succeeded', amount: AMOUNT }]);
    const after = await intentNow(stack.client, intent.id);
    expect(after.gatewayTransactionId).toBe((await books(intent.id))[0]?.providerId);
    expect(after.nextAction).toBeNull();
  });
});

describe('as Payme calls', () => {
  it.each([
    ['lost-reply', 'normal'],
    ['slow', 'normal'],
    ['normal', 'duplicate'],
    ['normal', 'early'],
    ['normal', 'late'],
  ])('%s and %s: one payment', async (mood, callback) => {
    const intent = await created(stack.client, wish());
    await stack.controls.script('payme', { times: 1, on: 'collect', mood, callback });
    await payAsPayer(stack.controls, intent);
    expect(await ended(intent.id)).toMatchObject([{ kind: 'collect', state: 'succeeded' }]);
    const { status, events } = await intentNow(stack.client, intent.id);
    expect([status, events.length]).toEqual(['SUCCEEDED', 3]);
  });

  it.each(['forged', 'wrong-amount'])('%s: nothing', async (callback) => {
    const intent = await created(stack.client, wish());
    await stack.controls.script('payme', { times: 1, on: 'collect', callback });
    await payAsPayer(stack.controls, intent);
    expect(await ended(intent.id)).toMatchObject([{ state: 'failed' }]);
    expect(await intentNow(stack.client, intent.id)).toMatchObject({ status: 'PENDING', version: intent.version });
  });

  it('the sandbox passes us in its ten steps', async () => {
    const [first, second] = [await created(stack.client, wish()), await created(stack.client, wish())];
    const asked = { orderId: first.id, secondOrderId: second.id, amount: AMOUNT, wrongOrder: randomUUID() };
    const { passed, steps } = (await stack.controls.post('/payme/_sandbox', asked)) as {
      passed: boolean;
      steps: { faults: string[] }[];
    };
    expect(steps.flatMap(({ faults }) => faults)).toEqual([]);
    expect([passed, steps.length]).toEqual([true, 10]);
  });

  it('B56: each refusal is HTTP 200 with its code, at the door itself', async () => {
    const bad = { authorization: `Basic ${Buffer.from('Paycom:wrong').toString('base64')}` };
    expect(await payme.send('{"id":3,"method":"CheckTransaction","params":{}}', bad)).toMatchObject({
      id: 3,
      error: { code: -32504 },
    });
    expect((await payme.send('{"id":')).error?.code).toBe(-32700);
    expect((await payme.send('', undefined, 'GET')).error?.code).toBe(-32300);
    expect((await payme.rpc('NoSuchMethod', {})).error).toMatchObject({ code: -32601, data: 'NoSuchMethod' });
    const { id } = await created(stack.client, wish());
    expect(await payme.says('CheckPerformTransaction', order(id, 1))).toBe(-31001);
    // B54: an order of another gateway is as unknown as one that nobody made.
    const { id: foreign } = await created(stack.client, aWish({ customer: null }));
    for (const other of [foreign, randomUUID()]) {
      expect(await payme.says('CheckPerformTransaction', order(other))).toBe(-31050);
    }
    expect(await payme.says('PerformTransaction', { id: newId() })).toBe(-31003);
  });
});

describe('at once', () => {
  it('F54: 50 creations and 50 performances make one row and one success, and hear the same', async () => {
    const { id: intentId } = await created(stack.client, wish());
    const tx = newId();
    const fifty = (method: string, params: object) =>
      Promise.all(Array.from({ length: 50 }, async () => JSON.stringify((await payme.rpc(method, params)).result)));
    expect(new Set(await fifty('CreateTransaction', creation(tx, intentId))).size).toBe(1);
    expect(new Set(await fifty('PerformTransaction', { id: tx })).size).toBe(1);
    const { status, events } = await intentNow(stack.client, intentId);
    expect([status, events.map(({ type }) => type)]).toEqual([
      'SUCCEEDED',
      ['PAYMENT_INITIATED', 'PAYMENT_PROCESSING', 'PAYMENT_COMPLETED'],
    ]);
  });

  it('one transaction for two orders is made for one of them', async () => {
    const both = [await created(stack.client, wish()), await created(stack.client, wish())];
    const tx = newId();
    const answers = await Promise.all(both.map(({ id }) => payme.says('CreateTransaction', creation(tx, id))));
    expect(answers.toSorted()).toEqual([-31050, 1]);
  });

  it('F54, I20: performing races giving up, twenty times, and both sides agree on who was first', async () => {
    const race = async (seed: number): Promise<void> => {
      const { intentId, tx } = await openedBy();
      const calls = [
        () => payme.says('PerformTransaction', { id: tx }),
        () => payme.says('CancelTransaction', { id: tx, reason: 3 }),
      ];
      const ordered = seed % 2 === 0 ? calls : calls.toReversed();
      const answers = await Promise.all(ordered.flatMap((call) => [call(), call()]));
      const { result } = await payme.rpc('CheckTransaction', { id: tx });
      const end = result?.['state'];
      const { status, refunds } = await intentNow(stack.client, intentId);
      // Whoever gave it up has heard so, whether or not the money had been taken by then.
      expect(answers).toContain(end);
      expect([end, status, refunds.length]).toEqual(end === -2 ? [-2, 'SUCCEEDED', 1] : [-1, 'FAILED', 0]);
      expect(await payme.says('PerformTransaction', { id: tx })).toBe(-31008);
      expect(await payme.says('CancelTransaction', { id: tx, reason: 5 })).toBe(end);
    };
    await Promise.all(Array.from({ length: 20 }, (_, seed) => race(seed)));
  });
});

describe('what the product does', () => {
  it('takes a payment back while it is open: Payme hears so, and takes no money', async () => {
    const intent = await created(stack.client, wish());
    await payAsPayer(stack.controls, intent);
    const input = { idempotencyKey: randomUUID(), intentId: intent.id, reason: 'sold out' };
    expect((await stack.client.call(CancelIntent, { input })).cancelIntent).toMatchObject({
      __typename: 'CancelIntentSuccess',
      intent: { status: 'CANCELLED' },
    });
    const [line] = await ended(intent.id);
    expect(line).toMatchObject({ state: 'failed' });
    const { result } = await payme.rpc('CheckTransaction', { id: line?.providerId });
    expect(result).toMatchObject({ state: -1, reason: 10, perform_time: 0 });
    expect(await payme.says('PerformTransaction', { id: line?.providerId })).toBe(-31008);
  });

  it('asks for a refund: people make it in the cabinet, and it is done when Payme says so', async () => {
    const { intentId, tx } = await openedBy();
    expect(await payme.says('PerformTransaction', { id: tx })).toBe(2);
    expect(await refunded(stack.client, intentId, 4_000_000)).toMatchObject({
      refund: { status: 'PENDING', gatewayRefundId: null },
    });
    expect(await payme.says('CancelTransaction', { id: tx, reason: 5 })).toBe(-2);
    expect(await payme.says('CancelTransaction', { id: tx, reason: 5 })).toBe(-2);
    const { status, refunds, amountRefunded } = await intentNow(stack.client, intentId);
    expect([status, amountRefunded.amount]).toEqual(['SUCCEEDED', AMOUNT]);
    expect(refunds.map((refund) => [refund.amount.amount, refund.status, refund.gatewayRefundId])).toEqual([
      [4_000_000, 'SUCCEEDED', tx],
      [11_000_000, 'SUCCEEDED', tx],
    ]);
  });

  it('hears of a reversal that nobody had asked for', async () => {
    const intent = await created(stack.client, wish());
    await payAsPayer(stack.controls, intent);
    await ended(intent.id);
    await stack.controls.post('/payme/_reverse', { reference: intent.id });
    expect(await books(intent.id)).toMatchObject([{ kind: 'collect' }, { kind: 'refund', state: 'succeeded' }]);
    expect((await intentNow(stack.client, intent.id)).amountRefunded.amount).toBe(AMOUNT);
  });
});
