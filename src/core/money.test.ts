// Goal: no conversion gains or loses a unit. Method: properties over every currency, and a table of what is refused.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  AMOUNT_MAX,
  CURRENCIES,
  exponentOf,
  formatMoney,
  fromMajor,
  isAmount,
  isCurrency,
  sameMoney,
  toMajor,
  type Money,
} from './money.ts';

const currencies = fc.constantFrom(...Object.keys(CURRENCIES));
const monies: fc.Arbitrary<Money> = fc.record({
  amount: fc.oneof(fc.integer({ min: 0, max: 10_000 }), fc.integer({ min: 0, max: AMOUNT_MAX }), fc.maxSafeNat()),
  currency: currencies,
});

describe('currencies', () => {
  it.each([
    ['XOF XAF GNF CLP UGX RWF', 0],
    ['KES NGN USD UZS GHS EUR CAD GBP COP MXN BRL PEN ARS BOB ZAR TZS ZMW', 2],
    ['TND', 3],
  ])('%s have %i decimals', (codes, exponent) => {
    for (const code of codes.split(' ')) expect([code, exponentOf(code)]).toEqual([code, exponent]);
  });

  it.each(['usd', 'US', 'USDT', 'XXX', '', 'constructor', '__proto__', 'toString'])('does not know %j', (code) => {
    expect(isCurrency(code)).toBe(false);
    expect(() => exponentOf(code)).toThrow(RangeError);
  });
});

describe('isAmount', () => {
  it.each([1, 5000, AMOUNT_MAX])('takes %d', (amount) => {
    expect(isAmount(amount)).toBe(true);
  });

  it.each([0, -0, -1, 12.5, AMOUNT_MAX + 1, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY, '5', 5n, null, true, [5]])(
    'refuses %s',
    (amount) => {
      expect(isAmount(amount)).toBe(false);
    },
  );
});

it('takes money for the same only when both the amount and the currency are', () => {
  const money = { amount: 5000, currency: 'XOF' };
  expect(sameMoney(money, { ...money })).toBe(true);
  expect(sameMoney(money, { ...money, amount: 5001 })).toBe(false);
  expect(sameMoney(money, { ...money, currency: 'XAF' })).toBe(false);
});

describe('formatMoney', () => {
  it.each([
    [5000, 'XOF', '5,000 XOF'],
    [0, 'XOF', '0 XOF'],
    [999, 'CLP', '999 CLP'],
    [123_450, 'KES', '1,234.50 KES'],
    [5, 'USD', '0.05 USD'],
    [-5, 'USD', '-0.05 USD'],
    [-123_450, 'KES', '-1,234.50 KES'],
    [12_345, 'TND', '12.345 TND'],
    [AMOUNT_MAX, 'XOF', '1,000,000,000,000 XOF'],
    [AMOUNT_MAX, 'UZS', '10,000,000,000.00 UZS'],
  ])('writes %i %s as %s', (amount, currency, text) => {
    expect(formatMoney({ amount, currency })).toBe(text);
  });

  it('loses nothing', () => {
    fc.assert(
      fc.property(monies, (money) => {
        const [number = '', currency] = formatMoney(money).split(' ');
        expect(currency).toBe(money.currency);
        expect(number).toMatch(/^\d{1,3}(,\d{3})*(\.\d+)?$/);
        expect(fromMajor(number.replaceAll(',', ''), money.currency)).toBe(money.amount);
      }),
    );
  });
});

describe('toMajor and fromMajor', () => {
  it.each([
    [1250, 'KES', '12.50'],
    [5, 'KES', '0.05'],
    [0, 'KES', '0.00'],
    [-1250, 'KES', '-12.50'],
    [5000, 'XOF', '5000'],
    [12_345, 'TND', '12.345'],
    [Number.MAX_SAFE_INTEGER, 'USD', '90071992547409.91'],
  ])('write %i %s as %s', (amount, currency, text) => {
    expect(toMajor({ amount, currency })).toBe(text);
  });

  it.each([12.5, Number.NaN, 2 ** 53])('take %d for no amount of money', (amount) => {
    expect(() => toMajor({ amount, currency: 'XOF' })).toThrow(RangeError);
  });

  it('are inverse, with any number of zeros behind', () => {
    fc.assert(
      fc.property(monies, fc.nat({ max: 8 }), (money, zeros) => {
        const text = toMajor(money);
        expect(fromMajor(text, money.currency)).toBe(money.amount);
        const longer = text.includes('.') ? text + '0'.repeat(zeros) : `${text}.0${'0'.repeat(zeros)}`;
        expect(fromMajor(longer, money.currency)).toBe(money.amount);
      }),
    );
  });

  it('are inverse for numbers as JSON brings them', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: AMOUNT_MAX }), currencies, (amount, currency) => {
        const parsed: unknown = JSON.parse(toMajor({ amount, currency }));
        expect(fromMajor(parsed as number, currency)).toBe(amount);
      }),
    );
  });

  it('refuse any decimal that the currency does not have', () => {
    fc.assert(
      fc.property(monies, fc.nat({ max: 5 }), fc.integer({ min: 1, max: 9 }), (money, zeros, digit) => {
        const text = toMajor(money);
        const finer = `${text}${text.includes('.') ? '' : '.'}${'0'.repeat(zeros)}${digit}`;
        expect(fromMajor(finer, money.currency)).toBeNull();
      }),
    );
  });

  it.each([
    ['12.5', 'KES', 1250],
    ['12', 'KES', 1200],
    [12.5, 'KES', 1250],
    [0.1, 'TND', 100],
    ['5000.00', 'XOF', 5000],
    [5000, 'XOF', 5000],
    [1.005, 'TND', 1005],
    [4.35, 'USD', 435],
  ])('read %j %s as %i', (value, currency, amount) => {
    expect(fromMajor(value, currency)).toBe(amount);
  });

  it.each([
    ['1e3'],
    [1e21],
    [1e-7],
    ['0x10'],
    ['-1'],
    [-1],
    ['+1'],
    ['1,234.50'],
    ['1 234'],
    [' 5'],
    ['5\n'],
    ['.5'],
    ['5.'],
    [''],
    ['٥'],
    ['NaN'],
    [Number.NaN],
    [Number.POSITIVE_INFINITY],
    [0.1 + 0.2],
    ['9007199254740993'],
    [90_071_992_547_409.92],
    ['1'.repeat(10_000)],
  ])('refuse %j', (value) => {
    expect(fromMajor(value, 'KES')).toBeNull();
  });
});
