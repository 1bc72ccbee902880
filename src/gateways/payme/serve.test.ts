// Goal: who calls, how, and about which order: each is refused in Payme's own words (B54, B56), and nothing is touched by what is
// refused. Method: tables of calls over a desk in memory.

import { describe, expect, it } from 'vitest';
import { CREDENTIAL } from './fixtures/vectors.ts';
import {
  AMOUNT,
  anOrder,
  creation,
  NOW,
  openTable,
  order,
  ORDER,
  OTHER_ORDER,
  OTHER_TX,
  TX,
  type Said,
} from './payme.fixture.ts';
import { METHODS } from './simulator-sandbox.ts';

const said = (body: string): Said => JSON.parse(body) as Said;
const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;

describe('who calls', () => {
  it.each([
    ['nothing', undefined],
    ['an empty header', ''],
    ['another scheme', `Bearer ${CREDENTIAL.key}`],
    ['no base64', 'Basic ???'],
    ['the key alone', basic(CREDENTIAL.key)],
    ['another login', basic(`Payme:${CREDENTIAL.key}`)],
    ['a login in other letters', basic(`paycom:${CREDENTIAL.key}`)],
    ['another key', basic('Paycom:payme_test_key_0123456789abcdefghijl')],
    ['a longer key', basic(`Paycom:${CREDENTIAL.key}x`)],
    ['half a key', basic(`Paycom:${CREDENTIAL.key.slice(0, 18)}`)],
    ['an endless one', `Basic ${'QUJD'.repeat(100_000)}`],
  ])('with %s hears -32504 from every method, and nothing is looked at', async (_name, authorization) => {
    const { bench, send } = openTable();
    for (const method of [...METHODS, 'NoSuchMethod', '']) {
      const answer = await send({ headers: { authorization }, body: JSON.stringify({ id: 7, method, params: {} }) });
      expect([answer.status, answer.verdict, said(answer.body).error?.code, said(answer.body).id]).toEqual([
        200,
        'forged',
        -32504,
        7,
      ]);
    }
    expect(said((await send({ headers: { authorization }, body: '{' })).body).error?.code).toBe(-32504);
    expect(bench.touched).toEqual([]);
  });

  it('is known by the header of the documents, whatever the scheme is written like', async () => {
    const { send } = openTable();
    const body = JSON.stringify({ id: 1, method: 'CheckPerformTransaction', params: order() });
    for (const authorization of [CREDENTIAL.header, CREDENTIAL.header.replace('Basic', 'basic')]) {
      expect(said((await send({ headers: { authorization }, body })).body).result).toEqual({ allow: true });
    }
  });

  it('may use the old key while it is being changed, and another login where Payme says so', async () => {
    const { send } = openTable({ PAYME_SECRET_KEYS_EXTRA: 'old-key, older-key', PAYME_LOGIN: 'Merchant' });
    const body = JSON.stringify({ id: 1, method: 'CheckPerformTransaction', params: order() });
    const codes = [`Merchant:${CREDENTIAL.key}`, 'Merchant:old-key', 'Merchant:older-key', 'Merchant:oldest-key'].map(
      async (text) => said((await send({ headers: { authorization: basic(text) }, body })).body).error?.code,
    );
    expect(await Promise.all(codes)).toEqual([undefined, undefined, undefined, -32504]);
  });

  it.each([
    ['', '203.0.113.9', true],
    ['185.234.113.1,185.234.113.2', '185.234.113.2', true],
    ['185.234.113.1,185.234.113.2', '203.0.113.9', false],
  ])('from addresses "%s", %s: %s', async (PAYME_ADDRESSES, remoteAddress, isTaken) => {
    const { send } = openTable({ PAYME_ADDRESSES });
    const body = JSON.stringify({ id: 1, method: 'CheckPerformTransaction', params: order() });
    expect((await send({ remoteAddress, body })).verdict).toBe(isTaken ? 'served' : 'forged');
  });
});

describe('how it calls', () => {
  const good = { id: 5, method: 'CheckPerformTransaction', params: order() };

  it.each([
    ['GET', { method: 'GET', body: '' }, -32300, null],
    ['PUT', { method: 'PUT', body: JSON.stringify(good) }, -32300, 5],
    ['nothing', { body: '' }, -32700, null],
    ['half of it', { body: '{"id":5,"method":"Check' }, -32700, null],
    ['a form', { body: 'id=5&method=CheckTransaction' }, -32700, null],
    ['bytes', { body: Buffer.from([0xff, 0xfe, 0x00]) }, -32700, null],
    ['null', { body: 'null' }, -32600, null],
    ['a list', { body: JSON.stringify([good]) }, -32600, null],
    ['no method', { body: '{"id":5,"params":{}}' }, -32600, 5],
    ['a method that is no text', { body: '{"id":5,"method":7,"params":{}}' }, -32600, 5],
    ['no id', { body: JSON.stringify({ ...good, id: undefined }) }, -32600, null],
    ['an id that is none', { body: JSON.stringify({ ...good, id: { $gt: 1 } }) }, -32600, null],
    ['no params', { body: '{"id":5,"method":"CheckTransaction"}' }, -32600, 5],
    ['a list of params', { body: '{"id":5,"method":"CheckTransaction","params":["x"]}' }, -32600, 5],
    ['another method', { body: '{"id":5,"method":"Refund","params":{}}' }, -32601, 5],
    ['a method of every object', { body: '{"id":5,"method":"constructor","params":{}}' }, -32601, 5],
    ['ChangePassword', { body: '{"id":5,"method":"ChangePassword","params":{"password":"x"}}' }, -32601, 5],
    ['SetFiscalData', { body: '{"id":5,"method":"SetFiscalData","params":{}}' }, -32601, 5],
  ])('%s', async (_name, call, code, id) => {
    const { status, verdict, body } = await openTable().send(call);
    expect([status, verdict, said(body).error?.code, said(body).id]).toEqual([200, 'refused', code, id]);
  });

  it('names the method that there is not', async () => {
    expect((await openTable().rpc('Refund')).error?.data).toBe('Refund');
    expect((await openTable().rpc('x'.repeat(500))).error?.data).toHaveLength(64);
  });

  it.each([
    ['a number', 5],
    ['a large number', 1_772_971_200_123],
    ['a word', 'call-5'],
    ['zero', 0],
  ])('echoes %s', async (_name, id) => {
    const { body } = await openTable().send({ body: JSON.stringify({ ...good, id, jsonrpc: '2.0' }) });
    expect(said(body)).toEqual({ jsonrpc: '2.0', id, result: { allow: true } });
  });

  it.each(['text/json; charset=UTF-8', 'application/json', 'text/plain', 'application/x-www-form-urlencoded', ''])(
    'as %s',
    async (type) => {
      const headers = { authorization: CREDENTIAL.header, 'content-type': type };
      const { headers: answered, body } = await openTable().send({ headers, body: JSON.stringify(good) });
      expect(said(body).result).toEqual({ allow: true });
      expect(answered['content-type']).toBe('application/json; charset=utf-8');
    },
  );
});

describe('which order', () => {
  const ASKED = [
    ['CheckPerformTransaction', (change: object) => order(change)],
    ['CreateTransaction', (change: object) => creation(change)],
  ] as const;

  describe.each(ASKED)('%s', (method, params) => {
    it.each([
      ['one tiyin more', { amount: AMOUNT + 1 }, -31001],
      ['one tiyin less', { amount: AMOUNT - 1 }, -31001],
      ['soum in place of tiyin', { amount: AMOUNT / 100 }, -31001],
      ['text', { amount: String(AMOUNT) }, -31001],
      ['a fraction', { amount: AMOUNT + 0.5 }, -31001],
      ['nothing', { amount: 0 }, -31001],
      ['less than nothing', { amount: -AMOUNT }, -31001],
      ['no amount', { amount: undefined }, -31001],
      ['an operator', { amount: { $gt: 0 } }, -31001],
      ['another order', { account: { order_id: OTHER_ORDER } }, -31050],
      ['an order that is no id of ours', { account: { order_id: 'ORD-1' } }, -31050],
      ['a number for an order', { account: { order_id: 42 } }, -31050],
      ['an operator for an order', { account: { order_id: { $ne: null } } }, -31052],
      ['an empty order', { account: { order_id: '' } }, -31052],
      ['another field', { account: { invoice: ORDER } }, -31052],
      ['an inherited field', { account: JSON.parse('{"__proto__":{"order_id":"x"}}') as object }, -31052],
      ['no account', { account: undefined }, -31052],
      ['an account that is none', { account: ORDER }, -31052],
    ])('%s', async (_name, change, code) => {
      const table = openTable();
      const before = table.bench.intent(ORDER);
      const { error } = await table.rpc(method, params(change));
      expect(error?.code).toBe(code);
      if (code <= -31050) {
        expect(error?.data).toBe('order_id');
        const words = {
          ru: expect.any(String) as string,
          uz: expect.any(String) as string,
          en: expect.any(String) as string,
        };
        expect(error?.message).toEqual(words);
      }
      expect(table.bench.intent(ORDER)).toBe(before);
    });

    it('of another gateway is none of Payme', async () => {
      const table = openTable();
      table.bench.put(anOrder(OTHER_ORDER, { gateway: 'click' }));
      expect(await table.says(method, params({ account: { order_id: OTHER_ORDER } }))).toBe(-31050);
    });

    it('that is over can no longer be paid', async () => {
      for (const end of ['cancel', 'expire'] as const) {
        const table = openTable();
        table.bench[end](ORDER);
        expect(await table.says(method, params({ id: OTHER_TX }))).toBe(-31051);
      }
    });

    it('by another field, where the cash desk says so', async () => {
      const table = openTable({ PAYME_ACCOUNT_FIELD: 'invoice' });
      expect(await table.says(method, params({ account: { invoice: ORDER } }))).toBe(
        method === 'CreateTransaction' ? 1 : true,
      );
      expect((await table.rpc(method, params({}))).error?.data).toBe('invoice');
    });
  });
});

describe('what is missing', () => {
  it.each([
    ['CreateTransaction', creation({ id: undefined })],
    ['CreateTransaction', creation({ id: 42 })],
    ['CreateTransaction', creation({ id: '' })],
    ['CreateTransaction', creation({ id: 'x'.repeat(65) })],
    ['CreateTransaction', creation({ time: undefined })],
    ['CreateTransaction', creation({ time: String(NOW) })],
    ['CreateTransaction', creation({ time: NOW + 0.5 })],
    ['CreateTransaction', creation({ time: -1 })],
    ['CreateTransaction', creation({ time: 10_000_000_000_000 })],
    ['PerformTransaction', {}],
    ['PerformTransaction', { id: { $ne: null } }],
    ['CancelTransaction', { id: TX }],
    ['CancelTransaction', { id: TX, reason: '5' }],
    ['CheckTransaction', { id: 7 }],
    ['GetStatement', { from: NOW }],
    ['GetStatement', { from: 'x', to: NOW }],
  ])('%s %j is -32600', async (method, params) => {
    const table = openTable();
    expect(await table.says(method, params)).toBe(-32600);
    expect(table.bench.intent(ORDER).status).toBe('PENDING');
  });
});
