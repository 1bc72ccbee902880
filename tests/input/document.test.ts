// Goal: a document that is no good is refused before anything of it is done, with the place and the rule, in little time
// (B12 to B17). Method: tables, over real HTTP, against a stack in production's clothes and one in a developer's.

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, asked, badInput, expectRefusal, operation } from './asking.ts';
import type { Refused } from './asking.ts';
import { openStage, type Stage } from './stage.ts';

let production: Stage;
let development: Stage;
beforeAll(async () => {
  [production, development] = await Promise.all([openStage({ production: true }), openStage()]);
});
afterAll(() => Promise.all([production.close(), development.close()]));

const times = (count: number, text: (at: number) => string): string =>
  Array.from({ length: count }, (_, at) => text(at)).join(' ');

const syntax = (message: string): Refused => ({ status: 400, code: 'GRAPHQL_PARSE_FAILED', message });
const invalid = (message: string): Refused => ({ status: 400, code: 'GRAPHQL_VALIDATION_FAILED', message });
const complex = (message: string): Refused => ({ status: 400, code: 'QUERY_TOO_COMPLEX', message });
describe('B12: the syntax', () => {
  it.each([
    ['B12 cut short', '{\n  intent(', 'Syntax Error: Expected Name, found <EOF>.', 2, 10],
    ['B12 nothing', '', 'Syntax Error: Unexpected <EOF>.', 1, 1],
    ['B12 a comment alone', '# { __typename }', 'Syntax Error: Unexpected <EOF>.', 1, 17],
    ['B12 NUL', '{ \0 }', 'Syntax Error: Unexpected character: U+0000.', 1, 3],
    ['B12 a quote of the wrong kind', '{ a(b: ‘c’) }', 'Syntax Error: Unexpected character: U+2018.', 1, 8],
    [
      'B12 an unpaired surrogate',
      '{ a(b: "\\uD800") }',
      'Syntax Error: Invalid Unicode escape sequence: "\\uD800".',
      1,
      9,
    ],
    [
      'B12 no such letter',
      '{ a(b: "\\u{110000}") }',
      'Syntax Error: Invalid Unicode escape sequence: "\\u{110000}".',
      1,
      9,
    ],
    ['B12 a text without its end', '{ a(b: "+2290197000000', 'Syntax Error: Unterminated string.', 1, 23],
    ['B12 a phone number out of place', '{ a "+2290197000000" }', 'Syntax Error: Expected Name, found String.', 1, 5],
    ['B12 a bare phone number', '{ a 2290197000000 }', 'Syntax Error: Expected Name, found Int.', 1, 5],
    ['B12 a secret in a block', '{ a """pk_live_1""" }', 'Syntax Error: Expected Name, found BlockString.', 1, 5],
  ])('%s', async (_name, query, message, line, column) => {
    const answer = await asked(production, query);
    expectRefusal(answer, syntax(message));
    expect(answer.body.errors?.[0]?.locations).toEqual([{ line, column }]);
  });
});

describe('B13: names that are not in the schema', () => {
  const rows: readonly (readonly [string, string, Refused, string])[] = [
    [
      'B13 a field',
      '{ intnt }',
      invalid('Cannot query field "intnt" on type "Query".'),
      ' Did you mean "intent" or "intents"?',
    ],
    [
      'B13 an argument',
      '{ intents(frist: 1) { edges { cursor } } }',
      invalid('Unknown argument "frist" on field "Query.intents".'),
      ' Did you mean "first" or "last"?',
    ],
    [
      'B13 a member of an input',
      '{ intents(filter: { statuss: [FAILED] }) { edges { cursor } } }',
      badInput('Field "statuss" is not defined by type "IntentFilter". At "filter.statuss".'),
      '',
    ],
    ['B13 a directive', '{ __typename @skp(if: true) }', invalid('Unknown directive "@skp".'), ''],
    ['B13 a fragment', '{ ...Intnt }', invalid('Unknown fragment "Intnt".'), ''],
    [
      'B13 no selection where there must be one',
      '{ intents }',
      invalid(
        'Field "intents" of type "PaymentIntentConnection!" must have a selection of subfields. Did you mean "intents { ... }"?',
      ),
      '',
    ],
  ];
  it.each(rows)('%s, without a suggestion in production', async (_name, query, refused, suggestion) => {
    expectRefusal(await asked(production, query), refused);
    if (suggestion !== '') {
      expectRefusal(await asked(development, query), { ...refused, message: `${refused.message}${suggestion}` });
    }
  });

  it('B13 a type, and a variable that nothing uses', async () => {
    const { status, body } = await asked(production, 'query ($a: Intnt) { __typename }');
    expect(status).toBe(400);
    expect(body.errors?.map(({ message }) => message)).toEqual([
      'Unknown type "Intnt".',
      'Variable "$a" is never used.',
    ]);
  });
});

const EVENTS = 'events { intent { events { intent { events { id } } } } }';
describe('B14 and B15: too much of it', () => {
  const cycle = '{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }';
  const fields = 'id status version appId referenceId country createdAt updatedAt expiresAt paymentMode';
  const node = `${fields} gateway { id name } amount { amount } outcomeUnknown needsReview`;
  const rows: readonly (readonly [string, string, Refused])[] = [
    ['B14 7 levels', '{ a { a { a { a { a { a { a } } } } } } }', complex('Query depth limit of 6 exceeded, found 7.')],
    ['B14 8 levels of ours', `{ intent(id: "x") { ${EVENTS} } }`, complex('Query depth limit of 6 exceeded, found 7.')],
    [
      'B14 16 aliases',
      `{ ${times(16, (at) => `a${at}: __typename`)} }`,
      complex('Aliases limit of 15 exceeded, found 16.'),
    ],
    [
      'B14 51 directives',
      `{ __typename ${'@skip(if: false) '.repeat(51)} }`,
      complex('Directives limit of 50 exceeded, found 51.'),
    ],
    [
      'B14 1,001 tokens',
      `{ ${'__typename '.repeat(1_000)} }`,
      complex('The document has more than 1000 tokens, which is the limit.'),
    ],
    [
      'B14 cost over 5,000',
      `{ intents(first: 100) { edges { node { ${node} refunds { id status reason } } } } }`,
      {
        ...complex('This operation costs 5001, and the limit is 5000. Ask for fewer fields, or for shorter pages.'),
        path: ['intents'],
      },
    ],
    ['B15 a cycle of fragments', cycle, invalid('Cannot spread fragment "A" within itself via "B".')],
    [
      'B15 fragments by the thousand',
      `{ __typename } ${times(4_000, (at) => `fragment F${at} on Query { a }`)}`,
      complex('The document has more than 1000 tokens, which is the limit.'),
    ],
    [
      'B15 @skip in heaps',
      `{ ${times(60, () => '... @skip(if: false) { __typename }')} }`,
      complex('Directives limit of 50 exceeded, found 60.'),
    ],
    [
      'B15 a text of a megabyte',
      `{ intent(id: "${'x'.repeat(1_000_000)}") { id } }`,
      { status: 413, code: 'PAYLOAD_TOO_LARGE', message: 'The body is larger than the 131072 bytes allowed.' },
    ],
  ];
  it.each(rows)('%s', async (_name, query, refused) => {
    await asked(production, '{ __typename }');
    const from = performance.now();
    const answer = await ask(production.apiUrl, operation(production.apiKey, { query }));
    // Generous: the machine that runs this does other things as well.
    expect(performance.now() - from).toBeLessThan(250);
    expectRefusal(answer, refused);
  });
});

describe('B16: introspection', () => {
  const query = '{ __schema { queryType { name } } }';
  it('B16 in production, for a key that is no admin’s', async () => {
    const { apiKey } = await production.newKey('kaba', ['read', 'create', 'refund']);
    const refused: Refused = {
      status: 400,
      code: 'INTROSPECTION_DISABLED',
      message: 'Introspection is for keys with the scope admin; the schema is published as schema.graphql.',
    };
    for (const one of [query, '{ ...A } fragment A on Query { b: __type(name: "Query") { name } }']) {
      expectRefusal(await asked(production, one, {}, apiKey), refused);
      expect((await asked(production, one)).status).toBe(200);
      expect((await asked(development, one)).status).toBe(200);
    }
  });
});

describe('B17: mutations', () => {
  const cancel = (name: string): string =>
    `${name}: cancelIntent(input: { idempotencyKey: "${name}", intentId: "${randomUUID()}" }) { __typename }`;

  it('B17 two of them run one after the other, each with its own key', async () => {
    const make = (name: string, key: string): string =>
      `${name}: createIntent(input: { idempotencyKey: "${key}", referenceId: "${name}", country: "BJ",
        amount: { amount: 100, currency: "XOF" }, customer: { phone: "+2290161000000" }, gateway: MOCK })
      { __typename ... on CreateIntentSuccess { replayed intent { id } } }`;
    const [one, two] = [randomUUID(), randomUUID()];
    const { body } = await ask(
      development.apiUrl,
      operation(development.apiKey, {
        query: `mutation { ${make('a', one)} ${make('b', two)}
        again: ${make('a', one).slice('a: '.length)} other: ${make('b', one).slice('b: '.length)} }`,
      }),
    );
    const id = expect.any(String) as string;
    expect(body.data).toEqual({
      a: { __typename: 'CreateIntentSuccess', replayed: false, intent: { id } },
      b: { __typename: 'CreateIntentSuccess', replayed: false, intent: { id } },
      again: { __typename: 'CreateIntentSuccess', replayed: true, intent: { id } },
      other: { __typename: 'IdempotencyConflict' },
    });
  });

  it.each([
    ['B17 six', (six: readonly string[]) => `mutation { ${six.join(' ')} }`],
    [
      'B17 six, three of them in a fragment',
      (six: readonly string[]) =>
        `mutation { ...A ${six.slice(3).join(' ')} } fragment A on Mutation { ${six.slice(0, 3).join(' ')} }`,
    ],
  ])('%s', async (_name, written) => {
    const query = written(['a', 'b', 'c', 'd', 'e', 'f'].map(cancel));
    expectRefusal(await asked(production, query), complex('Mutation limit of 5 in one operation exceeded, found 6.'));
  });
});

describe('a subscription whose one field is left out', () => {
  const watch = `intentEvents(intentId: "0192e4a0-0000-7000-8000-000000000001")`;
  it.each([
    ['the field itself', `subscription { ${watch} @skip(if: true) { id } }`, 'skip'],
    ['an inline fragment', `subscription { ... @include(if: false) { ${watch} { id } } }`, 'include'],
    ['a spread', `subscription { ...A @skip(if: true) } fragment A on Subscription { ${watch} { id } }`, 'skip'],
    [
      'inside a fragment',
      `subscription { ...A } fragment A on Subscription { ${watch} @include(if: true) { id } }`,
      'include',
    ],
  ])('%s', async (_name, query, directive) => {
    const message = `A subscription's root field is always there: it takes no @${directive}.`;
    expectRefusal(await asked(production, query), { status: 400, code: 'GRAPHQL_VALIDATION_FAILED', message });
  });
});
