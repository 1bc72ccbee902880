// Goal: a value that has the right form and breaks a rule is a problem with its path, whole; nothing is stored, nobody is
// called, and the value is not repeated (B24 to B39, as far as a rule refuses it). Method: createIntent with one thing wrong
// at a time, over real HTTP.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CreateIntent, ListIntents } from '../testkit/documents.ts';
import { aWish, created } from '../testkit/wishes.ts';
import { expectRefusal } from './asking.ts';
import { create, metadata, money, textsIn, TWO_GATEWAYS } from './creating.ts';
import { openStage, type Stage } from './stage.ts';

let stage: Stage;
let production: Stage;
beforeAll(async () => {
  [stage, production] = await Promise.all([openStage({ env: TWO_GATEWAYS }), openStage({ production: true })]);
});
afterAll(() => Promise.all([stage.close(), production.close()]));

const PHONE = 'phone must be E.164, e.g. +2290161000000.';
const ASKED =
  'phone must be a number of BF, BJ, CG, CI, CM, GA, GN, ML, NE, SN, TD, TG: kkiapay asks no others by PUSH.';
const KEY_RULE = 'a key is 1..40 letters, digits, _ or -, starting with a letter or digit.';
const plain = (field: string, max: number): string =>
  `${field} must be 1..${max} characters without control characters.`;
const KEY = 'idempotencyKey must be 1..255 printable ASCII characters.';

describe('what a rule refuses', () => {
  const customer = (part: object) => ({ customer: { phone: '+2290161000000', ...part } });
  const phone = (name: string, number: string, rule = PHONE) =>
    [`B28 ${name}`, customer({ phone: number }), ['customer', 'phone'], rule] as const;
  const url = (name: string, returnUrl: string, rule: string) =>
    [`B29 ${name}`, { returnUrl }, ['returnUrl'], `returnUrl must ${rule}`] as const;
  const key = (name: string, rule = `is not allowed: ${KEY_RULE}`) =>
    [
      `B30 the key ${name.slice(0, 20)}`,
      metadata(name),
      ['metadata', '0', 'key'],
      `metadata[0].key "${name.slice(0, 40)}" ${rule}`,
    ] as const;
  const NO_CONTROL = 'not contain spaces, control characters or backslashes.';
  const ABSOLUTE = 'be an absolute https or http URL.';

  const rows: readonly (readonly [string, object, readonly string[], string])[] = [
    phone('no country code', '61000000'),
    phone('letters', '+22961OOOOOO'),
    phone('3 digits', '+229'),
    phone('20 digits', '+12345678901234567890'),
    phone('a right-to-left mark', '\u200f+22961000000'),
    phone('a turned direction', '+229\u202e61000000'),
    phone('full-width digits', '+２２９６１００００００'),
    phone('Arabic digits', '+٢٢٩٦١٠٠٠٠٠٠'),
    phone('nothing', ''),
    phone('NUL behind it', '+2290161000000\0'),
    phone('two numbers', '+2290161000000,+2290162000000'),
    phone('Kenya’s, for KkiaPay’s push', '+254712345678', ASKED),
    phone('France’s, for KkiaPay’s push', '+33612345678', ASKED),
    phone('a number of no country', '+883510001234567', ASKED),
    [
      'B28 none where one is needed',
      { customer: null, paymentMode: 'PUSH' },
      ['customer', 'phone'],
      'customer.phone is needed for PUSH.',
    ],
    url('javascript:', 'javascript:alert(1)', ABSOLUTE),
    url('data:', 'data:text/html,<script>', ABSOLUTE),
    url('a path', '/done', ABSOLUTE),
    url('another scheme', 'ftp://shop.example/', ABSOLUTE),
    url('a user name', 'https://a:b@shop.example', 'not contain a user name or password.'),
    url('a line break', 'https://shop.example/\r\nset-cookie: a=b', NO_CONTROL),
    url('a backslash', 'https://shop.example\\@evil.example', NO_CONTROL),
    url('NUL', 'https://shop.example/\0', NO_CONTROL),
    url('3,000 characters', `https://shop.example/${'x'.repeat(3_000)}`, 'be at most 2000 characters.'),
    [
      'B30 51 entries',
      { metadata: Array.from({ length: 51 }, (_, at) => ({ key: `key-${at}`, value: 'v' })) },
      ['metadata'],
      'metadata must have at most 50 entries.',
    ],
    key('k'.repeat(41)),
    key('$where'),
    key('$ne'),
    key('a.b'),
    key('__proto__'),
    key(''),
    key('constructor', 'is not allowed.'),
    key('prototype', 'is not allowed.'),
    [
      'B30 a key twice',
      {
        metadata: [
          { key: 'a', value: '1' },
          { key: 'a', value: '2' },
        ],
      },
      ['metadata', '1', 'key'],
      'metadata[1].key "a" is there twice.',
    ],
    [
      'B30 a value of 501 characters',
      metadata('n', 'x'.repeat(501)),
      ['metadata', '0', 'value'],
      'metadata n must be at most 500 characters without control characters.',
    ],
    [
      'B31 a card number in a value',
      metadata('n', 'card 4242 4242 4242 4242'),
      ['metadata', '0', 'value'],
      'metadata n: card numbers are not accepted.',
    ],
    [
      'B31 a card number for a key',
      metadata('4242424242424242'),
      ['metadata', '0', 'key'],
      'metadata[0].key: card numbers are not accepted.',
    ],
    [
      'B31 a card number in a name',
      customer({ name: 'ADA 4242-4242-4242-4242' }),
      ['customer', 'name'],
      'name: card numbers are not accepted.',
    ],
    ...[
      'x'.repeat(10_000),
      '',
      'a\nb',
      'a\0b',
      'half \ud800',
      'turned \u202egnp',
      'line\u2028break',
      `z${'\u0301'.repeat(60)}`,
    ].map(
      (text) =>
        [
          `B32 the reference ${JSON.stringify(text.slice(0, 12))}`,
          { referenceId: text },
          ['referenceId'],
          plain('referenceId', 200),
        ] as const,
    ),
    [
      'B32 a name of 10,000 characters',
      customer({ name: 'x'.repeat(10_000) }),
      ['customer', 'name'],
      plain('name', 200),
    ],
    ['B32 a customer’s id with NUL', customer({ id: 'customer\0' }), ['customer', 'id'], plain('id', 200)],
    [
      'B32 no address',
      customer({ email: 'nobody' }),
      ['customer', 'email'],
      'email must be an address like ada@example.com, at most 254 characters.',
    ],
    ...['', 'x'.repeat(256), 'clé', 'key\n', '\u00a0key', 'key\x7f'].map(
      (text) => [`B36 ${JSON.stringify(text.slice(0, 8))}`, { idempotencyKey: text }, ['idempotencyKey'], KEY] as const,
    ),
  ];
  it.each(rows)('%s', async (_name, change, path, message) => {
    const answer = await create(stage, change, message.startsWith('metadata[') ? textsIn(change) : ['PUSH']);
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      data: {
        createIntent: {
          __typename: 'ValidationProblem',
          code: 'VALIDATION',
          message,
          retryable: false,
          path: ['input', ...path],
        },
      },
    });
  });

  it.each([
    [
      'B24 another currency',
      money(500, 'USD'),
      'kkiapay: takes XOF only, not USD; mock: is used only when a request names it',
    ],
    [
      'B24 another currency, named',
      { ...money(500, 'USD'), gateway: 'KKIAPAY' },
      'kkiapay: takes XOF only, not USD; mock: passed over: the request names kkiapay',
    ],
    [
      'B24 another country',
      { country: 'KE' },
      'kkiapay: does not serve KE payments by the routing table; mock: is used only when a request names it',
    ],
    ['B24 under its least', money(99), 'kkiapay: takes at least 100 XOF; mock: is used only when a request names it'],
    [
      'B24 over its most',
      money(1_000_001),
      'kkiapay: takes at most 1,000,000 XOF; mock: is used only when a request names it',
    ],
    [
      'B24 a mode that it has not',
      { paymentMode: 'CLIENT_SECRET' },
      'kkiapay: has no CLIENT_SECRET mode; mock: is used only when a request names it',
    ],
  ])('%s: nobody can take it, and why', async (_name, change, reasons) => {
    expect((await create(stage, change, ['KKIAPAY', 'CLIENT_SECRET'])).body.data?.['createIntent']).toEqual(
      nobody(reasons),
    );
  });

  it('B38 mock in production: it is not there, and what is', async () => {
    const answer = await create(production, { gateway: 'MOCK' });
    expect(answer.body.data?.['createIntent']).toEqual(nobody('mock is not switched on; there is kkiapay'));
  });

  it('B29 http in production', async () => {
    const answer = await create(production, { returnUrl: 'http://shop.example/done' });
    const message = 'returnUrl must be an absolute https URL.';
    expect(answer.body.data?.['createIntent']).toMatchObject({
      code: 'VALIDATION',
      message,
      path: ['input', 'returnUrl'],
    });
  });

  it('B39 an app that is not the key’s own', async () => {
    expectRefusal(await create(stage, { appId: 'events' }), {
      status: 403,
      code: 'FORBIDDEN',
      message: 'input.appId must be left out, or be the app that the key belongs to.',
      path: ['createIntent'],
    });
  });
});

function nobody(reasons: string): object {
  const message = `No gateway can take this payment (${reasons}).`;
  return { __typename: 'NoGatewayAvailable', code: 'NO_GATEWAY_AVAILABLE', message, retryable: false, path: ['input'] };
}

it('B26 an amount is shown as people read it, which is how a hundredfold one is noticed', async () => {
  const intent = await created(stage.client, aWish({ amount: { amount: 500_000, currency: 'XOF' } }));
  expect(intent.amount).toEqual({ amount: 500_000, currency: 'XOF', exponent: 0, formatted: '500,000 XOF' });
});

it('B39 another app’s name in the metadata is a note, and gives no right', async () => {
  const { createIntent } = await stage.client.call(CreateIntent, {
    input: aWish({ metadata: [{ key: 'appId', value: 'events' }] }),
  });
  expect(createIntent).toMatchObject({ __typename: 'CreateIntentSuccess', intent: { appId: 'kaba' } });
  const { apiKey } = await stage.newKey('events');
  expect((await stage.clientOf(apiKey).call(ListIntents, {})).intents.edges).toEqual([]);
});
