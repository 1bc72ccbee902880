// Goal: bad input gets one clear answer that names the field and the rule, and nothing is stored or called. Method: tables
// of inputs with one fault each (the numbers are those of the bad-input catalogue), over HTTP.

import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CancelIntent, CreateIntent, ListIntents, RefundIntent } from '../testkit/documents.ts';
import { startStack, type Stack } from '../testkit/stack.ts';
import { aMockWish, aWish, created, paid, refunded } from '../testkit/wishes.ts';

let stack: Stack;
beforeAll(async () => {
  // The two by name: what nobody can take must not depend on who else is in the registry.
  const env = { GATEWAYS: 'kkiapay,mock', KKIAPAY_AMOUNT_MIN: '100', KKIAPAY_AMOUNT_MAX: '1000000' };
  stack = await startStack({ env });
});
afterAll(() => stack.close());

/** Sent as it stands, past the types. */
async function createRaw(change: object): Promise<{
  status: number;
  body: {
    data?: { createIntent?: Record<string, unknown> } | null;
    errors?: { message: string; extensions: { code: string } }[];
  };
}> {
  const { status, body } = await stack.client.raw(CreateIntent, { input: { ...aWish(), ...change } });
  return { status, body: JSON.parse(JSON.stringify(body)) as never };
}

let before = 0;
const stored = async (): Promise<number> => {
  const [{ intents }, books] = [
    await stack.client.call(ListIntents, { first: 100 }),
    await stack.controls.ledger('kkiapay'),
  ];
  return intents.edges.length + books.length;
};
describe('what the language refuses is a top-level error that names the place', () => {
  beforeEach(async () => {
    before = await stored();
  });
  afterEach(async () => expect(await stored()).toBe(before));

  const AMOUNT = 'whole number of minor units, 1 to 1000000000000';
  it.each([
    ['B19 zero', { amount: { amount: 0, currency: 'XOF' } }, 'input.amount.amount', AMOUNT],
    ['B19 negative', { amount: { amount: -1, currency: 'XOF' } }, 'input.amount.amount', AMOUNT],
    ['B20 a fraction', { amount: { amount: 12.5, currency: 'XOF' } }, 'input.amount.amount', AMOUNT],
    ['B20 a string', { amount: { amount: '12', currency: 'XOF' } }, 'input.amount.amount', AMOUNT],
    ['B20 true', { amount: { amount: true, currency: 'XOF' } }, 'input.amount.amount', AMOUNT],
    ['B20 a list', { amount: { amount: [], currency: 'XOF' } }, 'input.amount.amount', AMOUNT],
    ['B20 null', { amount: { amount: null, currency: 'XOF' } }, 'input.amount.amount', ''],
    ['B21 over the cap', { amount: { amount: 1_000_000_000_001, currency: 'XOF' } }, 'input.amount.amount', AMOUNT],
    ['B21 past the safe integers', { amount: { amount: 2 ** 60, currency: 'XOF' } }, 'input.amount.amount', AMOUNT],
    ['B23 lower case', { amount: { amount: 1, currency: 'xof' } }, 'input.amount.currency', 'must be one of'],
    ['B23 not offered', { amount: { amount: 1, currency: 'XXX' } }, 'input.amount.currency', 'must be one of'],
    ['B27 no country', { country: 'ZZ' }, 'input.country', 'ISO 3166-1'],
    ['B27 lower case', { country: 'bj' }, 'input.country', 'ISO 3166-1'],
    ['B33 an operator for an id', { referenceId: { $ne: null } }, 'input.referenceId', ''],
    ['B36 no key', { idempotencyKey: null }, 'input.idempotencyKey', ''],
    ['B38 no such gateway', { gateway: 'PAYPAL' }, 'input.gateway', 'GatewayId'],
    ['B30 a nested value', { metadata: [{ key: 'a', value: { b: 1 } }] }, 'input.metadata[0].value', ''],
    ['an unknown field', { payee: '+2290161000000' }, 'input', 'payee'],
  ])('%s', async (_name, change, place, rule) => {
    const { status, body } = await createRaw(change);
    expect(status).toBe(400);
    expect(body.errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
    expect(body.errors?.[0]?.message).toContain(place);
    expect(body.errors?.[0]?.message).toContain(rule);
    // The payer's number stands in the input beside the fault.
    expect(JSON.stringify(body)).not.toContain('61000000');
  });

  it.each([
    ['customer: "+2290161000000"', 'input.customer'],
    ['referenceId: 2290161000000', 'input.referenceId'],
    ['customer: { phone: 2290161000000 }', 'input.customer.phone'],
  ])('written in the document: %s', async (fault, place) => {
    const rest = 'idempotencyKey: "k", amount: { amount: 1, currency: "XOF" }, country: "BJ"';
    const reference = fault.startsWith('referenceId') ? '' : ', referenceId: "r"';
    const response = await fetch(stack.graphqlUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${stack.apiKey}` },
      body: JSON.stringify({
        query: `mutation { createIntent(input: { ${rest}${reference}, ${fault} }) { __typename } }`,
      }),
    });
    const body = await response.text();
    expect(body).toContain('BAD_USER_INPUT');
    expect(body).toContain(place);
    expect(body).not.toContain('61000000');
  });
});

describe('what takes a rule to know is a problem with its path', () => {
  beforeEach(async () => {
    before = await stored();
  });
  afterEach(async () => expect(await stored()).toBe(before));

  const metadata = (key: string, value: string) => ({ metadata: [{ key, value }] });
  it.each([
    ['B36 empty key', { idempotencyKey: '' }, ['idempotencyKey'], '1..255 printable ASCII'],
    ['B36 long key', { idempotencyKey: 'x'.repeat(256) }, ['idempotencyKey'], '1..255 printable ASCII'],
    ['B36 not ASCII', { idempotencyKey: 'clé' }, ['idempotencyKey'], '1..255 printable ASCII'],
    ['B28 no country code', { customer: { phone: '61000000' } }, ['customer', 'phone'], 'E.164'],
    ['B28 letters', { customer: { phone: '+22961OOOOOO' } }, ['customer', 'phone'], 'E.164'],
    ['B28 too short', { customer: { phone: '+229' } }, ['customer', 'phone'], 'E.164'],
    ['B28 full-width digits', { customer: { phone: '+２２９６１００００００' } }, ['customer', 'phone'], 'E.164'],
    ['B28 right-to-left mark', { customer: { phone: '\u200f+22961000000' } }, ['customer', 'phone'], 'E.164'],
    ['no phone for a push', { customer: null, paymentMode: 'PUSH' }, ['customer', 'phone'], 'needed for PUSH'],
    ['B29 javascript', { returnUrl: 'javascript:alert(1)' }, ['returnUrl'], 'absolute'],
    ['B29 user name', { returnUrl: 'https://a:b@shop.example' }, ['returnUrl'], 'user name'],
    ['B29 line break', { returnUrl: 'https://shop.example/\r\nx: y' }, ['returnUrl'], 'control characters'],
    ['B30 an operator', metadata('$where', '1'), ['metadata', '0', 'key'], '$where'],
    ['B30 a path', metadata('a.b', '1'), ['metadata', '0', 'key'], 'a.b'],
    ['B30 __proto__', metadata('__proto__', '1'), ['metadata', '0', 'key'], '__proto__'],
    ['B30 constructor', metadata('constructor', '1'), ['metadata', '0', 'key'], 'constructor'],
    ['B30 long value', metadata('note', 'x'.repeat(501)), ['metadata', '0', 'value'], '500'],
    [
      'B31 a card number',
      metadata('note', 'card 4242 4242 4242 4242'),
      ['metadata', '0', 'value'],
      'card numbers are not accepted',
    ],
    ['B32 control characters', { referenceId: 'a\u0000b' }, ['referenceId'], 'control characters'],
    ['B32 long reference', { referenceId: 'x'.repeat(10_000) }, ['referenceId'], '200'],
    ['a bad address', { customer: { phone: '+2290161000000', email: 'nobody' } }, ['customer', 'email'], 'email'],
  ])('%s', async (_name, change, path, rule) => {
    const { status, body } = await createRaw(change);
    expect(status).toBe(200);
    expect(body.data?.createIntent).toMatchObject({
      __typename: 'ValidationProblem',
      code: 'VALIDATION',
      retryable: false,
      path: ['input', ...path],
    });
    expect(String(body.data?.createIntent?.['message'])).toContain(rule);
    expect(JSON.stringify(body)).not.toContain('4242 4242');
  });

  it.each([
    ['B24 another currency', { amount: { amount: 500, currency: 'USD' } }, 'kkiapay: takes XOF only, not USD'],
    ['under its least', { amount: { amount: 99, currency: 'XOF' } }, 'kkiapay: takes at least 100 XOF'],
    ['over its most', { amount: { amount: 1_000_001, currency: 'XOF' } }, 'kkiapay: takes at most 1,000,000 XOF'],
    ['a mode it has not', { paymentMode: 'CLIENT_SECRET' }, 'kkiapay: has no CLIENT_SECRET mode'],
  ])('%s: nobody can take it, and why', async (_name, change, reason) => {
    const { body } = await createRaw(change);
    expect(body.data?.createIntent).toMatchObject({ __typename: 'NoGatewayAvailable', code: 'NO_GATEWAY_AVAILABLE' });
    expect(String(body.data?.createIntent?.['message'])).toContain(reason);
  });
});

describe('states', () => {
  it('B40: a refund of nothing, of too much, of what was not paid', async () => {
    const open = await created(stack.client, aWish({ customer: null }));
    expect(await refunded(stack.client, open.id, null)).toMatchObject({ __typename: 'InvalidState' });
    const done = await paid(stack.client, aMockWish());
    expect(await refunded(stack.client, done.id, 5_001)).toMatchObject({
      __typename: 'OverRefund',
      refundable: { amount: 5_000 },
    });
    const { status, body } = await stack.client.raw(RefundIntent, {
      input: { idempotencyKey: randomUUID(), intentId: done.id, amount: 0 },
    });
    expect([status, body.errors?.[0]?.extensions?.['code']]).toEqual([400, 'BAD_USER_INPUT']);
  });

  it('B41: a cancellation after success, and while nobody knows', async () => {
    const cancel = async (intentId: string) =>
      (await stack.client.call(CancelIntent, { input: { idempotencyKey: randomUUID(), intentId } })).cancelIntent;
    const done = await paid(stack.client, aMockWish());
    expect(await cancel(done.id)).toMatchObject({ __typename: 'InvalidState', status: 'SUCCEEDED', retryable: false });
    await stack.controls.script('kkiapay', { times: 1, on: 'collect', mood: 'garbage', callback: 'none' });
    const unknown = await created(stack.client, aWish());
    expect(unknown).toMatchObject({ status: 'PROCESSING', outcomeUnknown: true });
    const answer = await cancel(unknown.id);
    expect(answer).toMatchObject({ __typename: 'InvalidState', status: 'PROCESSING', retryable: true });
  });

  it('B34, B42: ids that are nobody’s', async () => {
    for (const intentId of ['', 'x'.repeat(10_000), 'a:b', 'a\u0000b', randomUUID(), randomUUID().toUpperCase()]) {
      const { cancelIntent } = await stack.client.call(CancelIntent, {
        input: { idempotencyKey: randomUUID(), intentId },
      });
      expect(cancelIntent).toEqual({
        __typename: 'NotFoundProblem',
        code: 'NOT_FOUND',
        message: 'No such payment intent.',
        retryable: false,
        path: ['input', 'intentId'],
      });
    }
  });
});
