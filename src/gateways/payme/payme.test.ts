// Goal: Payme's link and words are those of its documents, and ours in its mouth. Method: the sheet's vectors; every
// reason; every state that an intent can be in.

import { describe, expect, it } from 'vitest';
import { FAILURE_CODES } from '../../core/failure.ts';
import { capabilitiesOf } from '../capabilities.ts';
import type { ServedIntent } from '../served.ts';
import { linkOf } from './client.ts';
import { LINKS } from './fixtures/vectors.ts';
import { payme } from './index.ts';
import { connect, ENV, NOW, ORDER, TX } from './payme.fixture.ts';
import { endingOf, transactionOf } from './status.ts';

const wish = {
  intentId: ORDER,
  reference: ORDER,
  amount: { amount: 15_000_000, currency: 'UZS' },
  country: 'UZ',
  mode: 'REDIRECT',
  customer: { id: null, email: null, phone: null, name: null },
  returnUrl: 'https://shop.example/done',
  description: 'order-1',
  metadata: [],
} as const;

function linkText(env: Readonly<Record<string, string>> = {}, change: object = {}): string {
  const action = connect(env).invite?.({ ...wish, ...change });
  const url = action?.kind === 'REDIRECT' ? action.url : '';
  return Buffer.from(url.slice(url.lastIndexOf('uz/') + 3), 'base64').toString('utf8');
}

describe('the link', () => {
  it.each(LINKS)('is $base64', ({ pairs, base64 }) => {
    expect(linkOf('https://checkout.paycom.uz', pairs)).toBe(`https://checkout.paycom.uz/${base64}`);
  });

  it('names the cash desk, the order, the tiyin, the way back and the language', () => {
    expect(linkText()).toBe(
      `m=587f72c72cac0d162c722ae2;ac.order_id=${ORDER};a=15000000;c=https://shop.example/done;l=ru`,
    );
    expect(linkText({ PAYME_LANGUAGE: 'uz', PAYME_ACCOUNT_FIELD: 'invoice' }, { returnUrl: null })).toBe(
      `m=587f72c72cac0d162c722ae2;ac.invoice=${ORDER};a=15000000;l=uz`,
    );
  });

  it('bears a way back with a semicolon, or with letters of any kind', () => {
    const text = linkText({}, { returnUrl: 'https://shop.example/a;b=1?q=тест' });
    expect(text.split(';')).toContain('c=https://shop.example/a%3Bb=1?q=тест');
  });

  it.each([
    ['sandbox', 'https://test.paycom.uz/'],
    ['live', 'https://checkout.paycom.uz/'],
  ])('leads to Payme: %s', (environment, host) => {
    const gateway = connect({ PAYME_ENVIRONMENT: environment, PAYME_CHECKOUT_URL: '' });
    const action = gateway.invite?.(wish);
    expect(action?.kind === 'REDIRECT' && action.url.startsWith(host)).toBe(true);
    expect(gateway.environment).toBe(environment);
  });
});

describe('the settings', () => {
  const faults = (change: Readonly<Record<string, string>>): readonly string[] => {
    const parsed = payme.settings.safeParse({ ...ENV, ...change });
    return parsed.success ? [] : parsed.error.issues.map(({ path }) => String(path[0]));
  };

  it.each([
    ['PAYME_MERCHANT_ID', '587f72c7'],
    ['PAYME_SECRET_KEY', ''],
    ['PAYME_LOGIN', 'Pay:com'],
    ['PAYME_ACCOUNT_FIELD', 'order id;a=1'],
    ['PAYME_LANGUAGE', 'fr'],
    ['PAYME_ADDRESSES', '185.234.113.1,payme.uz'],
    ['PAYME_REVERSIBLE', 'maybe'],
    ['PAYME_AMOUNT_MIN', '1.5'],
    ['PAYME_LINK_SECONDS', '0'],
  ])('refuse %s=%s', (name, value) => {
    expect(faults({ [name]: value })).toEqual([name]);
  });

  it('have limits in tiyin, where they are given', () => {
    expect(connect().limits).toEqual({});
    expect(connect({ PAYME_AMOUNT_MIN: '100000' }).limits).toEqual({
      UZS: { min: 100_000, max: Number.MAX_SAFE_INTEGER },
    });
    expect(connect({ PAYME_AMOUNT_MAX: '500' }).limits).toEqual({ UZS: { min: 1, max: 500 } });
  });
});

it('takes payments, and can neither be asked nor told to refund', () => {
  expect(capabilitiesOf(connect(), payme.refunds)).toEqual(['COLLECT']);
});

describe('a reason for a cancellation', () => {
  it.each([
    [1, 'FAILED', 'MISCONFIGURED'],
    [2, 'FAILED', 'CARD_DECLINED'],
    [3, 'FAILED', 'PROVIDER_ERROR'],
    [4, 'EXPIRED', 'TIMED_OUT'],
    [5, 'CANCELLED', null],
    [10, 'FAILED', 'UNKNOWN'],
    [6, 'CANCELLED', null],
    [-1, 'CANCELLED', null],
  ])('%i ends it %s', (reason, status, code) => {
    const ending = endingOf(reason);
    expect([ending.status, ending.reason, ending.failure?.code ?? null]).toEqual([status, String(reason), code]);
    expect(code === null || (FAILURE_CODES as readonly string[]).includes(code)).toBe(true);
  });
});

describe('what Payme hears', () => {
  const at = (ms: number): Date => new Date(NOW + ms);
  const told = (
    status: ServedIntent['status'],
    performed: number | null,
    cancelled: number | null,
    reason: string | null,
  ) =>
    transactionOf({
      id: ORDER,
      amount: wish.amount,
      status,
      isAskedBack: false,
      transaction: {
        providerId: TX,
        time: at(0),
        openedAt: at(1),
        performedAt: performed === null ? null : at(performed),
        cancelledAt: cancelled === null ? null : at(cancelled),
        reason,
      },
    });

  it.each([
    ['open', 'PROCESSING', null, null, null, { state: 1, perform_time: 0, cancel_time: 0, reason: null }],
    ['performed', 'SUCCEEDED', 2, null, null, { state: 2, perform_time: NOW + 2, cancel_time: 0, reason: null }],
    ['reversed', 'SUCCEEDED', 2, 3, '5', { state: -2, perform_time: NOW + 2, cancel_time: NOW + 3, reason: 5 }],
    ['cancelled by Payme', 'FAILED', null, 3, '2', { state: -1, perform_time: 0, cancel_time: NOW + 3, reason: 2 }],
    ['cancelled by the product', 'CANCELLED', null, 3, null, { state: -1, perform_time: 0, reason: 10 }],
    ['over its time, as we saw first', 'EXPIRED', null, 3, null, { state: -1, cancel_time: NOW + 3, reason: 4 }],
    ['over its time, as Payme said', 'EXPIRED', null, 3, '4', { state: -1, reason: 4 }],
  ] as const)('of one that is %s', (_name, status, performed, cancelled, reason, row) => {
    const heard = told(status, performed, cancelled, reason);
    expect(heard).toMatchObject({ id: TX, time: NOW, transaction: ORDER, create_time: NOW + 1, ...row });
  });

  it('is nothing before it has begun', () => {
    expect(
      transactionOf({ id: ORDER, amount: wish.amount, status: 'PENDING', isAskedBack: false, transaction: null }),
    ).toBeNull();
  });
});
