// Goal: what a document may be and who may ask it, and what a caller is told. Method: one door in production's clothes and
// one in development's; the same documents over HTTP and over a socket.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDoor, post, type Reply, type TestDoor } from './door.fixture.ts';
import { subscribeOnce } from './socket.fixture.ts';
import { ADMIN_KEY, createStage, INTENT_ID, KEY, keyViewer, TOKEN } from './stage.fixture.ts';

const stage = createStage();
const limits = { anonymousPerMinute: 10_000, requestsPerMinute: 10_000 };
let production: TestDoor;
let development: TestDoor;

beforeAll(async () => {
  production = await openDoor(stage, limits);
  development = await openDoor(stage, { ...limits, production: false, introspection: 'all', operationMs: 100 });
});
afterAll(async () => {
  await Promise.all([production.door.close(), development.door.close()]);
});

interface Shown {
  readonly status: number;
  readonly code: unknown;
  readonly message: string;
  readonly body: Reply['body'];
}

async function ask(door: TestDoor, query: string, more: { variables?: object; key?: string } = {}): Promise<Shown> {
  const { variables, key = KEY } = more;
  const credential: Record<string, string> = key === '' ? {} : { 'x-api-key': key };
  const accept = 'application/graphql-response+json';
  const { status, body } = await post(door.url, { query, variables }, { accept, ...credential });
  const [error] = body.errors ?? [];
  return { status, code: error?.extensions['code'] ?? null, message: error?.message ?? '', body };
}

const times = (count: number, text: (at: number) => string): string =>
  Array.from({ length: count }, (_, at) => text(at)).join(' ');
const nested = (levels: number): string => `${'{ a '.repeat(levels)}${'} '.repeat(levels)}`;
const FRAGMENT_CYCLE = '{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }';
const DOUBLING = `{ ...F0 } ${times(90, (at) => `fragment F${at} on Query { ...F${at + 1} ...F${at + 1} }`)} fragment F90 on Query { __typename }`;

/** Text, and what the refusal says. Each of them for an operation of the given kind. */
const tooComplex: readonly (readonly [string, (kind: string) => string, RegExp])[] = [
  ['7 levels', (kind) => `${kind} ${nested(7)}`, /depth limit of 6 exceeded, found 7/],
  [
    '7 levels in fragments',
    (kind) =>
      `${kind} { ...A } fragment A on Query { a { b { c { ...B } } } } fragment B on Query { d { e { f { g } } } }`,
    /found 7/,
  ],
  ['16 aliases', (kind) => `${kind} { ${times(16, (at) => `a${at}: b`)} }`, /Aliases limit of 15 exceeded, found 16/],
  ['51 directives', (kind) => `${kind} { a ${'@b '.repeat(51)} }`, /Directives limit of 50 exceeded, found 51/],
  ['1,001 tokens', (kind) => `${kind} { ${'a '.repeat(1_000)} }`, /more than 1000 tokens/],
];

describe.each(['query', 'mutation', 'subscription'])('a %s', (kind) => {
  it.each(tooComplex)('of %s is too complex, over HTTP and over a socket', async (_what, text, message) => {
    const overHttp = await ask(production, text(kind));
    expect(overHttp).toMatchObject({ status: 400, code: 'QUERY_TOO_COMPLEX' });
    expect(overHttp.message).toMatch(message);
    const overSocket = await subscribeOnce(production.wsUrl, { apiKey: KEY }, { query: text(kind) });
    expect(overSocket.type).toBe('error');
    expect((overSocket.payload as object[])[0]).toMatchObject({ extensions: { code: 'QUERY_TOO_COMPLEX' } });
  });
});

describe('the limits', () => {
  it('let through what is just within them', async () => {
    const aliases = times(15, (at) => `a${at}: __typename`);
    expect(await ask(production, `query { ${aliases} }`)).toMatchObject({ status: 200 });
    expect(await ask(production, `{ __typename ${'@skip(if: false) '.repeat(1)} }`)).toMatchObject({ status: 200 });
    const deep = '{ intent(id: "x") { events { intent { amount { currency } } } } }';
    expect(await ask(production, deep)).toMatchObject({ status: 200 });
  });

  it('count fragments as a way of writing, not as levels', async () => {
    const query = `{ intent(id: "x") { ...A } } fragment A on PaymentIntent { ...B } fragment B on PaymentIntent { ...C }
      fragment C on PaymentIntent { ...D } fragment D on PaymentIntent { ... on PaymentIntent { ... { id } } }`;
    expect(await ask(production, query)).toMatchObject({ status: 200 });
  });

  it('refuse more than 5 mutations, however they are written', async () => {
    const six = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => `${name}: __typename`);
    const spread = `mutation { ...A ${six.slice(3).join(' ')} } fragment A on Mutation { ${six.slice(0, 3).join(' ')} }`;
    for (const query of [`mutation { ${six.join(' ')} }`, spread]) {
      const refused = await ask(production, query);
      expect(refused).toMatchObject({ status: 400, code: 'QUERY_TOO_COMPLEX' });
      expect(refused.message).toContain('Mutation limit of 5 in one operation exceeded, found 6');
    }
    expect(await ask(production, `mutation { ${six.slice(1).join(' ')} }`)).toMatchObject({ status: 200 });
  });

  it.each([
    ['a fragment cycle', FRAGMENT_CYCLE, 400],
    [
      '10,000 fragments',
      `{ __typename } ${times(10_000, (at) => `fragment F${at} on Query { a }`).slice(0, 120_000)}`,
      400,
    ],
    ['fragments that double 90 times', DOUBLING, 200],
    ['a string of 100 KB', `{ intent(id: "${'x'.repeat(100_000)}") { id } }`, 200],
    ['300 fields of one name', `{ ${times(300, () => '__typename')} }`, 200],
  ])('take little time over %s', async (_what, query, status) => {
    await ask(production, '{ __typename }');
    const from = performance.now();
    expect((await ask(production, query)).status).toBe(status);
    expect(performance.now() - from).toBeLessThan(250);
  });
});

describe('a refusal', () => {
  it('of the syntax keeps line and column', async () => {
    const { status, code, body } = await ask(production, '{\n  intent(');
    expect([status, code, body.errors?.[0]?.locations]).toEqual([
      400,
      'GRAPHQL_PARSE_FAILED',
      [{ line: 2, column: 10 }],
    ]);
  });

  it('suggests nothing in production', async () => {
    for (const query of [
      '{ intnt(id: "x") { id } }',
      '{ intents(filter: { status: [SUCCEDED] }) { edges { cursor } } }',
    ]) {
      expect((await ask(production, query)).message).not.toMatch(/did you mean/i);
      expect((await ask(development, query)).message).toMatch(/did you mean/i);
    }
    expect((await ask(production, '{ intnt }')).code).toBe('GRAPHQL_VALIDATION_FAILED');
    const variables = { input: { id: 'x', statuss: 1 } };
    const asked = await ask(
      production,
      'query($input: IntentFilter) { intents(filter: $input) { edges { cursor } } }',
      { variables },
    );
    expect(asked.code).toBe('BAD_USER_INPUT');
    expect(asked.message).not.toMatch(/did you mean/i);
  });

  it('of a value says where it stood, as a variable and in the document', async () => {
    const money = (amount: string): string => `{ amount: ${amount}, currency: "XOF" }`;
    const create = (input: string): string => `mutation { createIntent(input: ${input}) { __typename } }`;
    const rest = 'country: "BJ", referenceId: "r", idempotencyKey: "k"';
    const written = await ask(production, create(`{ amount: ${money('12.5')}, ${rest} }`));
    expect(written).toMatchObject({ status: 400, code: 'BAD_USER_INPUT' });
    expect(written.message).toContain('At "input.amount.amount".');
    const left = await ask(production, create(`{ amount: ${money('5')}, country: "BJ", referenceId: "r" }`));
    expect(left.message).toMatch(/idempotencyKey.*At "input"/);
    const variables = {
      input: { amount: { amount: 12.5, currency: 'XOF' }, country: 'BJ', referenceId: 'r', idempotencyKey: 'k' },
    };
    const sent = await ask(
      production,
      'mutation($input: CreateIntentInput!) { createIntent(input: $input) { __typename } }',
      { variables },
    );
    expect(sent).toMatchObject({ status: 400, code: 'BAD_USER_INPUT' });
    expect(sent.message).toContain('"input.amount.amount"');
    expect(await ask(production, '{ intent { id } }')).toMatchObject({ status: 400, code: 'BAD_USER_INPUT' });
  });

  it('of part of an answer leaves the rest, and is no refusal of the whole', async () => {
    const { status, code, body } = await ask(
      production,
      `{ intent(id: "${INTENT_ID}") { id } intents(first: 0) { edges { cursor } } }`,
    );
    expect([status, code, body.data]).toEqual([400, 'BAD_USER_INPUT', null]);
    const beside = await ask(production, `{ a: intent(id: "${INTENT_ID}") { id } b: intent(id: "x") { id } }`);
    expect(beside).toMatchObject({ status: 200, body: { data: { a: { id: INTENT_ID }, b: null } } });
  });

  it('comes when an operation takes too long', async () => {
    stage.before = () => new Promise(() => undefined);
    const late = await ask(development, `{ intent(id: "${INTENT_ID}") { id } }`);
    stage.before = () => undefined;
    expect(late).toMatchObject({ status: 503, code: 'UNAVAILABLE' });
    expect(late.message).toMatch(/longer than 0.1 s.*idempotencyKey/);
  });
});

describe('introspection', () => {
  it.each([
    '{ __schema { queryType { name } } }',
    '{ ...A } fragment A on Query { b: __type(name: "Query") { name } }',
  ])('is for admins in production: %s', async (query) => {
    for (const key of [KEY, TOKEN, '']) {
      expect(await ask(production, query, { key })).toMatchObject({ status: 400, code: 'INTROSPECTION_DISABLED' });
      expect(await ask(development, query, { key })).toMatchObject({ status: 200 });
    }
    // The document was cached by those who may not ask it; that must not decide for those who may.
    expect(await ask(production, query, { key: ADMIN_KEY })).toMatchObject({ status: 200 });
    expect(await ask(production, query)).toMatchObject({ status: 400 });
  });

  it('in full is not too deep', async () => {
    const levels = 9;
    const query = `{ __schema { types { fields { type ${'{ name ofType '.repeat(levels)} { name } ${'} '.repeat(levels)} } } } }`;
    expect(await ask(production, query, { key: ADMIN_KEY })).toMatchObject({ status: 200 });
  });

  it('is what the editor page needs, which is served when it is on', async () => {
    const page = (door: TestDoor) => fetch(door.url, { headers: { accept: 'text/html' } });
    expect((await page(production)).status).toBe(406);
    const door = await openDoor(stage, { graphiql: true });
    const served = await page(door);
    expect([served.status, served.headers.get('content-type')]).toEqual([200, 'text/html']);
    expect(served.headers.get('content-security-policy')).toBe("frame-ancestors 'none'");
    await door.door.close();
  });
});

describe('operations are counted', () => {
  it('for each key, by what they do, and refused with the way out', async () => {
    const door = await openDoor(stage, { requestsPerMinute: 4 });
    const tenant = 'pk_test_counted0_x';
    stage.viewers.set(tenant, keyViewer('counted0', ['create']));
    stage.viewers.set('pk_test_generous_x', keyViewer('generous', ['read'], { requestsPerMinute: 100 }));
    const mutation = 'mutation { a: __typename b: __typename c: __typename }';
    expect(await ask(door, mutation, { key: tenant })).toMatchObject({ status: 200 });
    expect(await ask(door, '{ __typename }', { key: tenant })).toMatchObject({ status: 200 });
    const refused = await ask(door, '{ __typename }', { key: tenant });
    expect(refused).toMatchObject({ status: 429, code: 'RATE_LIMITED' });
    expect(refused.message).toMatch(/limit is 4 operations in 60 s\. Try again in \d+ s/);
    for (let at = 0; at < 6; at += 1) {
      expect(await ask(door, '{ __typename }', { key: 'pk_test_generous_x' })).toMatchObject({ status: 200 });
    }
    await door.door.close();
  });
});
