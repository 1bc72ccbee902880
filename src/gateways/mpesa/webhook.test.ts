// Goal: a callback is read as M-Pesa sends it, in every form that was met, and what it claims is never more than it says.
// Method: the published bodies, changed one thing at a time (B55); whose they are is in the vectors, which the suite checks.

import { describe, expect, it } from 'vitest';
import { CANCELLED_BODY, PATH, REFERENCE, SUCCESS_BODY } from './fixtures/vectors.ts';
import { CHECKOUT, connected } from './mpesa.fixture.ts';

type Item = { readonly Name: string; readonly Value?: unknown };

const ITEMS = (JSON.parse(SUCCESS_BODY) as { Body: { stkCallback: { CallbackMetadata: { Item: Item[] } } } }).Body
  .stkCallback.CallbackMetadata.Item;

/** The published success with other fields; undefined takes one away. */
function telling(change: object): string {
  const told = JSON.parse(SUCCESS_BODY) as { Body: { stkCallback: object } };
  return JSON.stringify({ Body: { stkCallback: { ...told.Body.stkCallback, ...change } } });
}
const withItems = (Item: readonly Item[]): string => telling({ CallbackMetadata: { Item } });
const withItem = (Name: string, Value?: unknown): string =>
  withItems(ITEMS.map((item) => (item.Name === Name ? { Name, Value } : item)));

const read = (body: string, path = PATH) => connected().gateway.webhook.read(Buffer.from(body), path);

const PAID = {
  providerId: CHECKOUT,
  reference: REFERENCE,
  state: 'succeeded',
  amount: { amount: 5_000, currency: 'KES' },
  receipt: 'RKL1234ABC',
  failure: null,
  environment: null,
  instrument: 'WALLET',
};

describe('the published callbacks', () => {
  it('say that it was paid, how much, and the number on the receipt', () => {
    expect(read(SUCCESS_BODY)).toEqual({
      event: 'stk.0',
      dedupeKey: `${CHECKOUT}:0:RKL1234ABC:5000:${REFERENCE}`,
      providerId: CHECKOUT,
      reference: REFERENCE,
      report: PAID,
    });
  });

  it('say that it was cancelled', () => {
    expect(read(CANCELLED_BODY)).toMatchObject({
      event: 'stk.1032',
      providerId: CHECKOUT,
      reference: REFERENCE,
      report: { state: 'cancelled', failure: { code: 'DECLINED_BY_PAYER', providerCode: '1032' }, amount: null },
    });
  });

  it('are answered in the words that M-Pesa waits for', () => {
    expect(connected().gateway.webhook.acknowledgement).toEqual({ ResultCode: 0, ResultDesc: 'Accepted' });
  });
});

describe('a success claims what it says', () => {
  it.each<[string, string, object]>([
    ['the code as text', telling({ ResultCode: '0' }), PAID],
    ['items in another order', withItems(ITEMS.toReversed()), PAID],
    ['fewer items', withItems(ITEMS.slice(0, 2)), PAID],
    ['an item that nobody knows', withItems([{ Name: 'Fee', Value: 3 }, ...ITEMS]), PAID],
    ['an amount of 50.0', SUCCESS_BODY.replace('"Value":50}', '"Value":50.0}'), PAID],
    ['an amount as text', withItem('Amount', '50.00'), PAID],
    ['another amount', withItem('Amount', 51), { ...PAID, amount: { amount: 5_100, currency: 'KES' } }],
    ['other words', telling({ ResultDesc: 'Niaje' }), PAID],
    ['fields that nobody knows', telling({ Extra: { deep: [1] } }), PAID],
  ])('with %s', (_what, body, report) => {
    expect(read(body)?.report).toEqual(report);
  });

  it.each<[string, string]>([
    ['no metadata', telling({ CallbackMetadata: undefined })],
    ['metadata that is null', telling({ CallbackMetadata: null })],
    ['no items', withItems([])],
    ['no amount', withItems(ITEMS.filter(({ Name }) => Name !== 'Amount'))],
    ['an amount without a value', withItem('Amount')],
    ['no receipt', withItems(ITEMS.filter(({ Name }) => Name !== 'MpesaReceiptNumber'))],
    ['a receipt without a value', withItem('MpesaReceiptNumber')],
    ['a receipt that is none', withItem('MpesaReceiptNumber', '<b>')],
    ['a code that is not listed', telling({ ResultCode: 7777 })],
  ])('and with %s it only names the payment', (_what, body) => {
    expect(read(body)).toMatchObject({ providerId: CHECKOUT, reference: REFERENCE, report: null });
  });
});

describe('what M-Pesa does not document is kept for people', () => {
  it.each<[string, string]>([
    ['no id', telling({ CheckoutRequestID: undefined })],
    ['an id that is none', telling({ CheckoutRequestID: 'two words' })],
    ['no code', telling({ ResultCode: undefined })],
    ['a code that is none', telling({ ResultCode: 'not a code' })],
    ['items that are no list', telling({ CallbackMetadata: { Item: { Name: 'Amount', Value: 50 } } })],
    ['another envelope', JSON.stringify({ Result: { ResultCode: 0 } })],
  ])('%s', (_what, body) => {
    expect(read(body)).toBeNull();
  });

  it.each<[string, unknown]>([
    ['half a shilling', 50.5],
    ['a negative amount', -50],
    ['no money', 0],
    ['an amount in words', 'fifty'],
    ['an amount that is an operator', { $gt: 0 }],
  ])('%s is none, and is remembered: the query names no amount that could clear it away', (_what, amount) => {
    const review = `AMOUNT_MISMATCH: transaction ${CHECKOUT}`;
    expect(read(withItem('Amount', amount))).toMatchObject({ providerId: CHECKOUT, report: null, review });
  });

  it('as is a call whose path says nothing', () => {
    expect(read(SUCCESS_BODY, '')).toBeNull();
  });
});

it('tells two ends of one payment apart, and a fuller telling from an empty one', () => {
  const bodies = [SUCCESS_BODY, CANCELLED_BODY, telling({ CallbackMetadata: undefined }), withItem('Amount', 51)];
  expect(new Set(bodies.map((body) => read(body)?.dedupeKey)).size).toBe(bodies.length);
  expect(read(withItems(ITEMS.toReversed()))?.dedupeKey).toBe(read(SUCCESS_BODY)?.dedupeKey);
});
