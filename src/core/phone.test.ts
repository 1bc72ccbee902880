// Goal: numbers are recognised, brought to the present plan, and never shown in full.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digitsOf, isE164, maskPhone, upgradeBenin } from './phone.ts';

const digits = (min: number, max: number) =>
  fc.array(fc.integer({ min: 0, max: 9 }), { minLength: min, maxLength: max }).map((list) => list.join(''));
const numbers = fc.tuple(fc.integer({ min: 1, max: 9 }), digits(6, 14)).map(([first, rest]) => `+${first}${rest}`);

describe('isE164', () => {
  it.each(['+2290161000000', '+22961000000', '+254712345678', '+14155550100', '+123456789012345'])(
    'takes %s',
    (text) => {
      expect(isE164(text)).toBe(true);
    },
  );

  it.each([
    '2290161000000',
    '+0290161000000',
    '+229',
    '+22901610000001234567',
    '+229 01 61 00 00 00',
    '+22961OOOOOO',
    '\u200f+2290161000000',
    '+\uff12\uff12\uff19\uff10\uff11\uff16\uff11\uff10',
    '+2290161000000\n',
    '00229 61000000',
    '',
  ])('refuses %j', (text) => {
    expect(isE164(text)).toBe(false);
  });
});

describe('upgradeBenin', () => {
  it('puts 01 before the old 8 digits', () => {
    expect(upgradeBenin('+22961000000')).toBe('+2290161000000');
  });

  it.each(['+2290161000000', '+22861000000', '+229610000', '+2296100000000', '+254712345678', 'no number'])(
    'leaves %s as it is',
    (text) => {
      expect(upgradeBenin(text)).toBe(text);
    },
  );

  it('does its work once', () => {
    fc.assert(
      fc.property(digits(8, 8), (old) => {
        const upgraded = upgradeBenin(`+229${old}`);
        expect(upgraded).toBe(`+22901${old}`);
        expect(upgradeBenin(upgraded)).toBe(upgraded);
      }),
    );
  });
});

it('writes the digits without the plus', () => {
  expect(digitsOf('+2290161000000')).toBe('2290161000000');
  expect(digitsOf('2290161000000')).toBe('2290161000000');
});

describe('maskPhone', () => {
  it.each([
    ['+2290161000000', '+229 •••••••• 00'],
    ['+254712345678', '+254 ••••••• 78'],
    ['+14155550142', '+1 •••••••• 42'],
    ['+33612345699', '+33 ••••••• 99'],
    ['+998901234567', '+998 ••••••• 67'],
    ['+4915112345678', '+491 •••••••• 78'],
  ])('shows %s as %s', (phone, masked) => {
    expect(maskPhone(phone)).toBe(masked);
  });

  it.each(['61000000', '+12', 'call 61000000', ''])('hides %j whole, as it is no phone number', (text) => {
    expect(maskPhone(text)).toBe('••••');
  });

  it('never shows more than the country code and two digits', () => {
    fc.assert(
      fc.property(numbers, (phone) => {
        const masked = maskPhone(phone);
        expect(masked).toMatch(/^\+\d{1,3} •{2,} \d{2}$/);
        expect(masked.replaceAll(' ', '')).toHaveLength(phone.length);
        expect(masked.slice(-2)).toBe(phone.slice(-2));
      }),
    );
  });
});
