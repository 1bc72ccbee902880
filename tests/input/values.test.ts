// Goal: a value that is no good is refused with its place and its rule, whole and alike as a variable and in the document;
// nothing is stored, nobody is called, and the value is not repeated (B19 to B38, as far as the language itself refuses it).
// Method: createIntent with one thing wrong at a time, over real HTTP.

import { afterAll, beforeAll, describe, it } from 'vitest';
import { CURRENCIES } from '../../src/core/money.ts';
import { GATEWAY_IDS } from '../../src/gateways/ids.ts';
import { aWish } from '../testkit/wishes.ts';
import { ask, expectRefusal, operation } from './asking.ts';
import { CREATE, create, metadata, money } from './creating.ts';
import { openStage, type Stage } from './stage.ts';

let stage: Stage;
let production: Stage;
beforeAll(async () => {
  [stage, production] = await Promise.all([openStage(), openStage({ production: true })]);
});
afterAll(() => Promise.all([stage.close(), production.close()]));

const AMOUNT = 'amount must be a whole number of minor units, 1 to 1000000000000.';
const CURRENCY = `currency must be one of ${Object.keys(CURRENCIES).join(', ')}.`;
const GATEWAY = `GatewayId must be one of ${GATEWAY_IDS.map((id) => id.toUpperCase()).join(', ')}.`;
const COUNTRY = 'country must be an ISO 3166-1 alpha-2 code in upper case, e.g. BJ.';
const TEXT = 'String cannot represent a non string value.';
const needed = (type: string): string => `Expected non-nullable type "${type}" not to be null.`;

describe('what the language refuses', () => {
  const amounts: readonly (readonly [string, unknown])[] = [
    ['B19 0', 0],
    ['B19 -0', -0],
    ['B19 -1', -1],
    ['B20 12.5', 12.5],
    ['B20 "12.5"', '12.5'],
    ['B20 "5000"', '5000'],
    ['B20 "1e3"', '1e3'],
    ['B20 " 5"', ' 5'],
    ['B20 Arabic digits', '٥'],
    ['B20 "0x10"', '0x10'],
    ['B20 true', true],
    ['B20 an empty list', []],
    ['B20 a list', [5_000]],
    ['B20 an object', {}],
    ['B20 an operator', { $gt: 0 }],
    ['B21 one over the cap', 1_000_000_000_001],
    ['B21 2^53', 2 ** 53],
    ['B21 2^60', 2 ** 60],
    ['B22 "NaN"', 'NaN'],
    ['B22 "Infinity"', 'Infinity'],
  ];
  const rows: readonly (readonly [string, object, string, string])[] = [
    ...amounts.map(([name, amount]) => [name, money(amount), 'input.amount.amount', AMOUNT] as const),
    ['B20 null', money(null), 'input.amount.amount', needed('MinorUnits!')],
    ...['usd', 'US', 'USDT', 'XXX', '', '__proto__'].map(
      (code) => [`B23 ${code || 'nothing'}`, money(1, code), 'input.amount.currency', CURRENCY] as const,
    ),
    ['B23 a number', money(1, 952), 'input.amount.currency', CURRENCY],
    ['B23 null', money(1, null), 'input.amount.currency', needed('CurrencyCode!')],
    ...['ZZ', 'bj', '', 'BEN', 'B\u0130', 'constructor'].map(
      (code) => [`B27 ${code || 'nothing'}`, { country: code }, 'input.country', COUNTRY] as const,
    ),
    ['B27 an operator', { country: { $in: ['BJ'] } }, 'input.country', COUNTRY],
    ['B30 a nested value', metadata('a', { b: 1 }), 'input.metadata[0].value', TEXT],
    ['B30 a number for a value', metadata('a', 5), 'input.metadata[0].value', TEXT],
    ['B33 an operator for a reference', { referenceId: { $ne: null } }, 'input.referenceId', TEXT],
    ['B33 an operator for a key', { idempotencyKey: { $gt: '' } }, 'input.idempotencyKey', TEXT],
    ['B33 an operator for a phone', { customer: { phone: { $ne: '1' } } }, 'input.customer.phone', TEXT],
    [
      'B33 a phone number for a customer',
      { customer: '+2290197000000' },
      'input.customer',
      'Expected type "CustomerInput" to be an object.',
    ],
    ['B33 a number for a phone', { customer: { phone: 2_290_197_000_000 } }, 'input.customer.phone', TEXT],
    ['B36 null', { idempotencyKey: null }, 'input.idempotencyKey', needed('String!')],
    ['B38 no such provider', { gateway: 'NOT_A_GATEWAY_OF_OURS' }, 'input.gateway', GATEWAY],
    ['B38 a prototype key', { gateway: '__proto__' }, 'input.gateway', GATEWAY],
    [
      'B38 no such mode',
      { paymentMode: 'MONEY_ORDER' },
      'input.paymentMode',
      'PaymentMode must be one of CLIENT_SECRET, PUSH, REDIRECT, WIDGET.',
    ],
  ];
  it.each(rows)('%s', async (_name, change, place, rule) => {
    const message = `Variable "$input" got an invalid value at "${place}"; ${rule}`;
    const answer = await create(stage, change);
    expectRefusal(answer, { status: 400, code: 'BAD_USER_INPUT', message });
  });

  it.each([
    ['B21 beyond what a number holds', '9007199254740993'],
    ['B22 1e400', '1e400'],
  ])('%s', async (_name, amount) => {
    const body = JSON.stringify({ query: CREATE, variables: { input: { ...aWish(), ...money(7777777) } } });
    const asked = operation(stage.apiKey, body.replace('7777777', amount));
    const message = `Variable "$input" got an invalid value at "input.amount.amount"; ${AMOUNT}`;
    expectRefusal(await stage.unmarked(() => ask(stage.apiUrl, asked)), {
      status: 400,
      code: 'BAD_USER_INPUT',
      message,
    });
  });

  it.each([
    [
      'B36 no key',
      { idempotencyKey: undefined },
      'Field "idempotencyKey" of required type "String!" was not provided.',
    ],
    ['B33 a member too many', { payee: '+2290197000000' }, 'Field "payee" is not defined by type "CreateIntentInput".'],
  ])('%s', async (_name, change, rule) => {
    const answer = await create(production, change);
    expectRefusal(answer, {
      status: 400,
      code: 'BAD_USER_INPUT',
      message: `Variable "$input" got an invalid value; ${rule}`,
    });
  });

  const written: readonly (readonly [string, string, string, string])[] = [
    ['B20 1e3', 'amount: 1e3', AMOUNT, 'input.amount.amount'],
    ['B20 5.0', 'amount: 5.0', AMOUNT, 'input.amount.amount'],
    ['B23 a name in place of a text', 'currency: XOF', CURRENCY, 'input.amount.currency'],
    ['B27 lower case', 'country: "bj"', COUNTRY, 'input.country'],
    [
      'B33 a phone number for a customer',
      'customer: "+2290197000000"',
      'Expected value of type "CustomerInput".',
      'input.customer',
    ],
    ['B33 a number for a reference', 'referenceId: 2290197000000', TEXT, 'input.referenceId'],
    ['B33 a number for a phone', 'customer: { phone: 2290197000000 }', TEXT, 'input.customer.phone'],
    [
      'B38 a text in place of a name',
      'gateway: "KKIAPAY"',
      'Enum "GatewayId" cannot represent non-enum value.',
      'input.gateway',
    ],
  ];
  it.each(written)('%s, written in the document', async (_name, fault, rule, place) => {
    const parts = {
      amount: 'amount: 1',
      currency: 'currency: "XOF"',
      country: 'country: "BJ"',
      referenceId: 'referenceId: "r"',
    };
    const given = { ...parts, [fault.split(':')[0] ?? '']: fault };
    const { amount, currency, ...rest } = given as Record<string, string>;
    const input = `{ idempotencyKey: "k", amount: { ${amount}, ${currency} }, ${Object.values(rest).join(', ')} }`;
    const query = `mutation { createIntent(input: ${input}) { __typename } }`;
    const answer = await stage.unmarked(() => ask(stage.apiUrl, operation(stage.apiKey, { query })));
    expectRefusal(answer, { status: 400, code: 'BAD_USER_INPUT', message: `${rule} At "${place}".` });
  });
});
