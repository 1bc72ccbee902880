// Goal: each rule takes what it should, refuses the bad-input catalogue (B19 to B36), and quotes no value. Method: tables.
// Card numbers have a file of their own.

import { describe, expect, it } from 'vitest';
import {
  amountRule,
  countryRule,
  currencyRule,
  emailRule,
  idempotencyKeyRule,
  metadataRule,
  nameRule,
  reasonRule,
  referenceIdRule,
  returnUrlRule,
  transactionIdRule,
  type Rule,
} from './rules.ts';

interface Case {
  readonly name: string;
  readonly rule: (value: string) => Rule;
  readonly takes: readonly string[];
  readonly refuses: readonly string[];
  readonly message: string;
}

const BAD_TEXT = [
  'line\nbreak',
  'tab\t',
  'nul\0',
  'escape\x1b[2J',
  '\x7f',
  '\x85',
  'half \ud83d pair',
  'turned \u202egnp.exe',
  'line\u2028break',
  `z${'\u0301'.repeat(9)}`,
];

const CASES: readonly Case[] = [
  {
    name: 'idempotencyKey',
    rule: idempotencyKeyRule,
    takes: ['k', 'order 42: ~!', 'x'.repeat(255)],
    refuses: ['', 'x'.repeat(256), 'clé', 'key\n', ...BAD_TEXT],
    message: 'idempotencyKey must be 1..255 printable ASCII characters.',
  },
  {
    name: 'referenceId',
    rule: referenceIdRule,
    takes: ['i', 'facture n° 42 – café 😀', 'x'.repeat(200), '4111111111111111'],
    refuses: ['', 'x'.repeat(201), ...BAD_TEXT],
    message: 'referenceId must be 1..200 characters without control characters.',
  },
  {
    name: 'country',
    rule: countryRule,
    takes: ['BJ', 'UZ', 'US', 'CI', 'ZW', 'AD'],
    refuses: ['ZZ', 'bj', '', 'BEN', 'UK', 'XK', 'EU', ' BJ', 'BJ TG'],
    message: 'country must be an ISO 3166-1 alpha-2 code in upper case, e.g. BJ.',
  },
  {
    name: 'email',
    rule: emailRule,
    takes: ['ada@example.com', 'a.b+c_d@mail.example.co.uk', 'x@a-b.bj'],
    refuses: [
      'ada',
      'ada@localhost',
      '@example.com',
      'ada@',
      'a b@example.com',
      'ada@example..com',
      'ada@-x.com',
      'ada@example.com\r\nBcc: eve@example.com',
      `${'x'.repeat(65)}@example.com`,
      `a@${'x.'.repeat(130)}com`,
      '',
    ],
    message: 'email must be an address like ada@example.com, at most 254 characters.',
  },
  {
    name: 'name',
    rule: (text) => nameRule(text),
    takes: ['Adjoa', "N'Golo Kanté", '山田', '\u200fعائشة', 'Nguye\u0302\u0303n'],
    refuses: ['', 'x'.repeat(201), ...BAD_TEXT],
    message: 'name must be 1..200 characters without control characters.',
  },
  {
    name: 'transactionId',
    rule: (text) => transactionIdRule(text),
    takes: ['k4Ye0fPqj', 'x'.repeat(128)],
    refuses: ['', 'x'.repeat(129), ...BAD_TEXT],
    message: 'transactionId must be 1..128 characters without control characters.',
  },
  {
    name: 'id',
    rule: (text) => nameRule(text, 'id'),
    takes: ['customer-1'],
    refuses: ['', 'x'.repeat(201), ...BAD_TEXT],
    message: 'id must be 1..200 characters without control characters.',
  },
  {
    name: 'reason',
    rule: reasonRule,
    takes: ['', 'The customer changed their mind.', 'x'.repeat(500)],
    refuses: ['x'.repeat(501), ...BAD_TEXT],
    message: 'reason must be at most 500 characters without control characters.',
  },
];

describe.each(CASES)('$name', ({ rule, takes, refuses, message }) => {
  it.each(takes.map((value) => [value]))('takes %j', (value) => {
    expect(rule(value)).toBeNull();
  });

  it.each(refuses.map((value) => [value]))('refuses %j', (value) => {
    expect(rule(value)).toBe(message);
  });
});

describe('currency', () => {
  it('takes what we have an exponent for', () => {
    for (const code of ['XOF', 'KES', 'TND', 'UZS']) expect(currencyRule(code)).toBeNull();
  });

  it.each(['usd', 'US', 'USDT', 'XXX', 'constructor', ''])('answers %j with the list', (code) => {
    expect(currencyRule(code)).toMatch(/^currency must be one of ARS, BOB, .*XOF, ZAR, ZMW\.$/);
  });
});

describe('amount', () => {
  it.each([1, 5000, 1_000_000_000_000])('takes %d', (amount) => {
    expect(amountRule(amount)).toBeNull();
  });

  it.each([0, -0, -1, 12.5, '12.5', '1e3', ' 5', '٥', true, null, [], 1_000_000_000_001, Number.NaN])(
    'refuses %s',
    (amount) => {
      expect(amountRule(amount)).toBe('amount must be a whole number of minor units, 1 to 1000000000000.');
    },
  );
});

describe('returnUrl', () => {
  it.each(['https://shop.example/done', 'HTTPS://shop.example', 'https://shop.example:8443/a?b=c&d=@e#f'])(
    'takes %s everywhere',
    (url) => {
      expect(returnUrlRule(url, true)).toBeNull();
      expect(returnUrlRule(url, false)).toBeNull();
    },
  );

  it('takes http outside production alone', () => {
    expect(returnUrlRule('http://localhost:3000/done', false)).toBeNull();
    expect(returnUrlRule('http://localhost:3000/done', true)).toBe('returnUrl must be an absolute https URL.');
  });

  it.each([
    ['javascript:alert(1)', 'absolute'],
    ['data:text/html,x', 'absolute'],
    ['ftp://shop.example', 'absolute'],
    ['//shop.example', 'absolute'],
    ['/done', 'absolute'],
    ['https:shop.example', 'absolute'],
    ['https://', 'absolute'],
    ['https://shop.example:99999', 'absolute'],
    ['', 'absolute'],
    ['https://user@shop.example', 'user name'],
    ['https://user:secret@shop.example', 'user name'],
    ['https://@shop.example', 'user name'],
    ['https://shop.example\\@evil.example', 'backslashes'],
    ['https://shop.example/\r\nSet-Cookie: a=b', 'control characters'],
    [' https://shop.example', 'spaces'],
    ['java\nscript:alert(1)', 'control characters'],
    [`https://shop.example/${'x'.repeat(2000)}`, 'at most 2000'],
  ])('refuses %j and names the rule', (url, rule) => {
    for (const production of [true, false]) expect(returnUrlRule(url, production)).toContain(rule);
  });
});

describe('metadata', () => {
  const entry = (key: string, value = 'v') => ({ key, value });

  it('takes none, fifty, and everything that is ordinary', () => {
    expect(metadataRule([])).toBeNull();
    expect(metadataRule(Array.from({ length: 50 }, (_, n) => entry(`key-${n}`)))).toBeNull();
    expect(metadataRule([entry('businessPhone', '+2290161000000'), entry('note_1', ''), entry('0', 'é😀')])).toBeNull();
    expect(metadataRule([entry('k'.repeat(40), 'x'.repeat(500))])).toBeNull();
  });

  it('refuses the fifty-first', () => {
    const message = 'metadata must have at most 50 entries.';
    expect(metadataRule(Array.from({ length: 51 }, (_, n) => entry(`key-${n}`)))).toEqual({ path: [], message });
  });

  it.each(['', 'k'.repeat(41), '$where', 'a.b', '__proto__', '-a', 'a b', 'clé', 'a\n', 'half \ud83d', 'a"b'])(
    'refuses the key %j and names it',
    (key) => {
      const fault = metadataRule([entry('fine'), entry(key)]);
      expect(fault?.path).toEqual(['1', 'key']);
      expect(fault?.message).toContain(
        `metadata[1].key ${JSON.stringify(key.slice(0, 40).toWellFormed())} is not allowed`,
      );
    },
  );

  it.each(['constructor', 'prototype'])('refuses the key %s, which means something to an object', (key) => {
    expect(metadataRule([entry(key)])).toEqual({
      path: ['0', 'key'],
      message: `metadata[0].key "${key}" is not allowed.`,
    });
  });

  it('refuses a key that is there twice', () => {
    const message = 'metadata[2].key "a" is there twice.';
    expect(metadataRule([entry('a'), entry('b'), entry('a')])).toEqual({ path: ['2', 'key'], message });
  });

  it.each(['x'.repeat(501), ...BAD_TEXT])('refuses the value %j', (value) => {
    const message = 'metadata note must be at most 500 characters without control characters.';
    expect(metadataRule([entry('note', value)])).toEqual({ path: ['0', 'value'], message });
  });

  it('refuses a card number in a value, and does not repeat it', () => {
    const message = 'metadata note: card numbers are not accepted.';
    expect(metadataRule([entry('note', 'paid with 4111 1111 1111 1111')])).toEqual({ path: ['0', 'value'], message });
  });

  it('refuses a card number as a key, and does not repeat it', () => {
    const message = 'metadata[0].key: card numbers are not accepted.';
    expect(metadataRule([entry('4111111111111111')])).toEqual({ path: ['0', 'key'], message });
  });
});
