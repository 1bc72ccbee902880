// Goal: a value of the wrong form never reaches a use case, and its refusal says which rule and where, with its code.
// Method: createIntent is called with each value as a literal and as a variable; the services fail when they are
// reached.

import { graphql } from 'graphql';
import { describe, expect, it } from 'vitest';
import { anIntentIn } from '../core/intent.fixture.ts';
import type { Context } from '../schema/index.ts';
import { schema } from './index.ts';
import { catalogue, keyWith, servicesWith } from './services.fixture.ts';

const LITERAL = (amount: string, currency = '"XOF"', country = '"BJ"'): string => `
  mutation { createIntent(input: { idempotencyKey: "k", referenceId: "r", metadata: [{ key: "a", value: "b" }],
    amount: { currency: ${currency}, amount: ${amount} }, country: ${country} }) { __typename } }`;

const VARIABLE = 'mutation ($input: CreateIntentInput!) { createIntent(input: $input) { __typename } }';
const inputWith = (amount: unknown, currency: unknown = 'XOF', country: unknown = 'BJ') => ({
  idempotencyKey: 'k',
  referenceId: 'r',
  amount: { amount, currency },
  country,
});

const reached: unknown[] = [];
const services = servicesWith({
  catalogue,
  intents: {
    create: async (_viewer, input) => {
      reached.push(input.amount.amount);
      return { intent: anIntentIn('PROCESSING'), replayed: false };
    },
    list: async (_viewer, filter) => {
      reached.push(filter.createdAfter);
      const pageInfo = { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null };
      return { edges: [], pageInfo };
    },
  },
});

async function faults(source: string, variableValues: Record<string, unknown> = {}): Promise<readonly object[]> {
  reached.length = 0;
  const contextValue: Context = { viewer: keyWith('read', 'create'), services, requestId: 'request-1' };
  const { errors = [] } = await graphql({ schema, source, variableValues, contextValue });
  return errors.map(({ message, extensions, locations }) => ({ message, ...extensions, lines: locations?.length }));
}

const fault = (message: string) => [{ message, code: 'BAD_USER_INPUT', lines: 1 }];

describe('MinorUnits', () => {
  const RULE = 'amount must be a whole number of minor units, 1 to 1000000000000.';

  it.each([
    '0',
    '-1',
    '12.5',
    '1e3',
    '1.0',
    '"100"',
    'true',
    'XOF',
    '1000000000001',
    '99999999999999999999',
    '{}',
    '[1]',
  ])('refuses the literal %s', async (literal) => {
    expect(await faults(LITERAL(literal))).toEqual(fault(RULE));
    expect(reached).toEqual([]);
  });

  it.each([0, -1, -0, 12.5, '100', '1e3', true, 1_000_000_000_001, 2 ** 53, NaN, Infinity, {}, [[1]]])(
    'refuses %j in a variable',
    async (value) => {
      const [found, ...more] = (await faults(VARIABLE, { input: inputWith(value) })) as { message: string }[];
      expect(more).toEqual([]);
      expect(found).toMatchObject({ code: 'BAD_USER_INPUT', lines: 1 });
      expect(found?.message).toMatch(/^Variable "\$input" got invalid value .* at "input\.amount\.amount"; /);
      expect(found?.message).toContain(RULE);
      expect(reached).toEqual([]);
    },
  );

  it.each([1, 5000, 2_147_483_648, 1_000_000_000_000])('takes %d', async (amount) => {
    expect(await faults(LITERAL(String(amount)))).toEqual([]);
    expect(reached).toEqual([amount]);
    expect(await faults(VARIABLE, { input: inputWith(amount) })).toEqual([]);
    expect(reached).toEqual([amount]);
  });

  it('answers amounts beyond 32 bits, and 0', async () => {
    const large = { amount: 2 ** 53 - 1, currency: 'UZS' };
    const shown = servicesWith({ catalogue, intents: { get: async () => anIntentIn('PENDING', { amount: large }) } });
    const contextValue: Context = { viewer: keyWith('read'), services: shown, requestId: 'request-1' };
    const source = '{ intent(id: "1") { amount { amount exponent formatted } amountRefunded { amount } } }';
    expect(await graphql({ schema, source, contextValue })).toEqual({
      data: {
        intent: {
          amount: { amount: 9007199254740991, exponent: 2, formatted: '90,071,992,547,409.91 UZS' },
          amountRefunded: { amount: 0 },
        },
      },
    });
  });
});

describe('CurrencyCode and CountryCode', () => {
  it.each(['"xof"', '"JPY"', '""', 'XOF', '1', 'null'])('refuse the currency %s', async (literal) => {
    const [found] = (await faults(LITERAL('1', literal))) as { message: string }[];
    if (literal !== 'null') expect(found).toMatchObject({ code: 'BAD_USER_INPUT' });
    const named = 'currency must be one of ARS, BOB, ';
    expect(found?.message).toContain(literal === 'null' ? 'found null' : named);
  });

  it.each(['"bj"', '"BEN"', '"ZZ"', 'BJ'])('refuse the country %s', async (literal) => {
    const message = 'country must be an ISO 3166-1 alpha-2 code in upper case, e.g. BJ.';
    expect(await faults(LITERAL('1', '"XOF"', literal))).toEqual(fault(message));
  });

  it('say where in a variable', async () => {
    const [found] = (await faults(VARIABLE, { input: inputWith(1, 'XOF', 7) })) as { message: string }[];
    expect(found).toMatchObject({ code: 'BAD_USER_INPUT' });
    expect(found?.message).toMatch(/^Variable "\$input" got invalid value 7 at "input\.country"; country must be /);
  });
});

describe('DateTime', () => {
  const FILTER = 'query ($at: DateTime) { intents(filter: { createdAfter: $at }) { edges { cursor } } }';

  it.each([
    '2026-01-31',
    '2026-01-31T09:30:00',
    '2026-01-31 09:30:00Z',
    '2026-01-31T09:30:00+01:00',
    '2026-02-30T00:00:00Z',
    '2026-01-31T24:00:00Z',
    '2026-01-31T09:30:60Z',
    '2026-01-31T09:30:00.1234Z',
    1769851800000,
  ])('refuses %s', async (at) => {
    const [found] = (await faults(FILTER, { at })) as { message: string }[];
    expect(found).toMatchObject({ code: 'BAD_USER_INPUT' });
    expect(found?.message).toContain('A date and time must be RFC 3339 in UTC, e.g. 2026-01-31T09:30:00.000Z.');
    const literal = FILTER.replace('query ($at: DateTime)', '').replace('$at', JSON.stringify(at));
    const message = 'A date and time must be RFC 3339 in UTC';
    expect((await faults(literal))[0]).toMatchObject({ message: expect.stringContaining(message) as string });
    expect(reached).toEqual([]);
  });

  it.each(['2026-01-31T09:30:00Z', '2026-01-31T09:30:00.0Z', '2026-01-31T09:30:00.000Z'])('takes %s', async (at) => {
    expect(await faults(FILTER, { at })).toEqual([]);
    expect(reached).toEqual([new Date('2026-01-31T09:30:00.000Z')]);
  });
});
