// Goal: every gateway takes a payment from the mutation to its terminal event, and both transports show the same story.
// Method: the whole product on real MongoDB and Redis, the provider's simulator over HTTP, a page with its token alone.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { all, TRANSPORTS } from '../testkit/client.ts';
import { startStack, type Stack } from '../testkit/stack.ts';
import { aMockWish, aWish, created, intentNow } from '../testkit/wishes.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ tuning: { settleMs: 300, promptMs: null, slowMs: 300, lateMs: 2_000 } });
});
afterAll(() => stack.close());

const FLOWS = [
  { name: 'KkiaPay push', wish: () => aWish(), end: 'SUCCEEDED', failure: null },
  {
    name: 'KkiaPay, payer refuses',
    wish: () => aWish({ customer: { phone: '+2290161000003' } }),
    end: 'FAILED',
    failure: 'DECLINED_BY_PAYER',
  },
  {
    name: 'KkiaPay, no balance',
    wish: () => aWish({ customer: { phone: '+2290168000002' } }),
    end: 'FAILED',
    failure: 'INSUFFICIENT_FUNDS',
  },
  {
    name: 'KkiaPay, old 8-digit number',
    wish: () => aWish({ customer: { phone: '+22961000000' } }),
    end: 'SUCCEEDED',
    failure: null,
  },
  { name: 'mock push', wish: () => aMockWish(), end: 'SUCCEEDED', failure: null },
  { name: 'mock redirect', wish: () => aMockWish('', { customer: null }), end: 'SUCCEEDED', failure: null },
  { name: 'mock, payer refuses', wish: () => aMockWish('reject'), end: 'FAILED', failure: 'DECLINED_BY_PAYER' },
  { name: 'mock, wrong PIN', wish: () => aMockWish('wrong-pin'), end: 'FAILED', failure: 'WRONG_PIN' },
  { name: 'mock, no callback', wish: () => aMockWish('none'), end: 'SUCCEEDED', failure: null },
] as const;

describe.each(TRANSPORTS)('over %s', (transport) => {
  it.each(FLOWS)('$name ends $end', async ({ wish, end, failure }) => {
    const intent = await created(stack.client, wish());
    expect(intent.status).toBe('PROCESSING');
    const page = stack.clientOf(intent.clientToken ?? '');
    const events = await all(page.watch(transport, intent.id));
    expect(events.map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
    expect(events.map(({ status }) => status)).toEqual(['PENDING', 'PROCESSING', end]);
    expect(events.at(-1)?.intent).toEqual({ id: intent.id, status: end });

    const after = await intentNow(stack.client, intent.id);
    expect(after.failure?.code ?? null).toBe(failure);
    expect(after.events.map(({ id }) => id)).toEqual(events.map(({ id }) => id));
    expect(after.nextAction).toBeNull();
  });
});

describe('what the answer shows', () => {
  it('masks the phone, formats the money and names the route', async () => {
    const intent = await created(stack.client, aWish({ amount: { amount: 12_500, currency: 'XOF' } }));
    expect(intent.amount).toEqual({ amount: 12_500, currency: 'XOF', exponent: 0, formatted: '12,500 XOF' });
    expect(intent.nextAction).toMatchObject({ __typename: 'PhonePushAction', phone: '+229 •••••••• 00' });
    expect(intent.routing.filter(({ taken }) => taken).map(({ gateway }) => gateway.id)).toEqual(['KKIAPAY']);
    expect(intent.routing.every(({ reason }) => reason.length > 0)).toBe(true);
  });

  it('keeps the token to the one who created', async () => {
    const intent = await created(stack.client, aWish());
    expect(intent.clientToken).toMatch(/^ct_/);
    expect((await intentNow(stack.client, intent.id)).clientToken).toBeNull();
  });

  it('gives a widget what it needs and nothing secret, and waits without calling the provider', async () => {
    const before = await stack.controls.ledger('kkiapay');
    const intent = await created(stack.client, aWish({ customer: null }));
    expect(intent).toMatchObject({ status: 'PENDING', paymentMode: 'WIDGET' });
    expect(intent.nextAction).toMatchObject({
      __typename: 'WidgetAction',
      sandbox: true,
      data: JSON.stringify({ intentId: intent.id }),
    });
    const secrets = [stack.simulators.env['KKIAPAY_PRIVATE_KEY'], stack.simulators.env['KKIAPAY_SECRET_KEY']];
    for (const secret of secrets) expect(JSON.stringify(intent)).not.toContain(secret);
    expect(await stack.controls.ledger('kkiapay')).toEqual(before);
  });
});
