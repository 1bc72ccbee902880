// Goal: the short way answers as yoga does, and both answer as GraphQL over HTTP says. Method: two doors on one stage, one
// without the fast path; every request goes to both. And graphql-http's own audits, all of them, against each.

import { auditServer } from 'graphql-http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RequestError } from '../core/errors.ts';
import { schema } from '../resolvers/index.ts';
import { openDoor, type TestDoor } from './door.fixture.ts';
import { createErrors } from './errors.ts';
import { createFastPath } from './fast-path.ts';
import { createEngine } from './graphql.ts';
import { createLimits } from './limits.ts';
import { DEFAULTS } from './settings.ts';
import { createSharing } from './shared.ts';
import { ADMIN_KEY, createStage, INTENT_ID, KEY, keyViewer, TOKEN, type Stage } from './stage.fixture.ts';

const stage: Stage = createStage();
let fast: TestDoor;
let slow: TestDoor;

beforeAll(async () => {
  fast = await openDoor(stage, { anonymousPerMinute: 10_000 });
  slow = await openDoor(stage, { anonymousPerMinute: 10_000, fastPath: false });
});
afterAll(async () => {
  await Promise.all([fast.door.close(), slow.door.close()]);
});

const intent = 'query Intent($id: ID!) { intent(id: $id) { id status amount { amount currency } } }';
const create = 'mutation Create($input: CreateIntentInput!) { createIntent(input: $input) { __typename } }';
const input = { idempotencyKey: 'k', amount: { amount: 5, currency: 'XOF' }, country: 'BJ', referenceId: 'r' };
const wrong = { ...input, amount: { amount: 1.5, currency: 'XOF' } };
const admin = { 'x-api-key': ADMIN_KEY };

const table: readonly (readonly [string, unknown, Record<string, string>?])[] = [
  ['a query', { query: intent, variables: { id: INTENT_ID } }],
  ['a query with a token', { query: intent, variables: { id: INTENT_ID } }, { authorization: `Bearer ${TOKEN}` }],
  ['a query without a credential', { query: intent, variables: { id: INTENT_ID } }, { 'x-api-key': '' }],
  ['a query that finds nothing', { query: intent, variables: { id: 'x' } }],
  ['the type name, of nobody', { query: '{ __typename }' }],
  ['null members', { query: '{ __typename }', variables: null, operationName: null, extensions: null }],
  ['one of two operations', { query: 'query A { __typename } query B { b: __typename }', operationName: 'B' }],
  ['a mutation', { query: create, variables: { input } }],
  ['a mutation without the scope', { query: create, variables: { input } }, admin],
  [
    'two mutations',
    {
      query: `mutation { ${'ab'
        .split('')
        .map((at) => `${at}: __typename`)
        .join(' ')} }`,
    },
  ],
  ['introspection of an admin', { query: '{ __schema { queryType { name } } }' }, admin],
  ['introspection of others', { query: '{ __schema { queryType { name } } }' }],
  ['a value that is wrong', { query: create, variables: { input: wrong } }],
  ['a value that is missing', { query: intent }],
  ['a variable nobody asked for', { query: '{ __typename }', variables: { more: 1 } }],
  ['a rule of the use case', { query: '{ intents(first: 101) { pageInfo { hasNextPage } } }' }],
  [
    'a part that fails beside one that does not',
    { query: '{ __typename intents(first: 101) { pageInfo { hasNextPage } } }' },
  ],
  ['an operation that is not there', { query: '{ __typename }', operationName: 'Nope' }],
  ['several without a name', { query: 'query A { __typename } query B { __typename }' }],
  ['an empty name', { query: '{ __typename }', operationName: '' }],
  ['a syntax error', { query: '{ intent(' }],
  ['an unknown field', { query: '{ nope }' }],
  ['too deep a document', { query: '{ a { b { c { d { e { f { g } } } } } } }' }],
  ['a number for a query', { query: 1 }],
  ['a list for variables', { query: '{ __typename }', variables: [] }],
  ['an unknown member', { query: '{ __typename }', id: 1 }],
  ['a batch', [{ query: '{ __typename }' }]],
  ['a subscription', { query: 'subscription { intentEvents(intentId: "x") { id } }' }],
  [
    '@skip and fragments',
    { query: 'query($s: Boolean!) { ...F @skip(if: $s) } fragment F on Query { __typename }', variables: { s: true } },
  ],
];
const requests = table.map(([name, body, headers = {}]) => [name, body, headers] as const);
const accepts = [undefined, '*/*', 'application/json', 'application/graphql-response+json', 'text/html', 'image/png'];

async function answerOf({ url }: TestDoor, body: unknown, headers: Record<string, string>) {
  const base = { 'content-type': 'application/json', 'x-request-id': 'same', 'x-api-key': KEY };
  const all = new Headers({ ...base, ...headers });
  if (headers['authorization'] !== undefined || headers['x-api-key'] === '') all.delete('x-api-key');
  const res = await fetch(url, { method: 'POST', headers: all, body: JSON.stringify(body) });
  const kept = ['content-type', 'retry-after', 'allow', 'www-authenticate', 'x-request-id', 'cache-control'];
  return { status: res.status, headers: kept.map((name) => res.headers.get(name)), body: await res.text() };
}

describe.each(accepts)('with accept %s', (accept) => {
  it.each(requests)('%s is answered alike', async (_name, body, headers) => {
    const asked = { ...headers, ...(accept === undefined ? {} : { accept }) };
    expect(await answerOf(fast, body, asked)).toEqual(await answerOf(slow, body, asked));
  });
});

describe('the fast path', () => {
  const errors = createErrors({ log: stage.log, metrics: stage.metrics });
  const limits = createLimits(DEFAULTS);
  const openStream = createSharing({ errors, metrics: stage.metrics, operationMs: 1_000 });
  const engine = createEngine({ schema, settings: DEFAULTS, errors, limits, openStream });
  const fastPath = createFastPath({ engine, errors });
  const context = { viewer: keyViewer('reader00', ['read']), services: stage.services, requestId: 'same' };

  it.each([undefined, '*/*', 'application/json', 'application/graphql-response+json'])(
    'takes what is usual, with accept %s',
    async (accept) => {
      const body = { query: intent, variables: { id: INTENT_ID }, operationName: 'Intent', extensions: null };
      expect(await fastPath(body, accept, context)).toMatchObject({ status: 200 });
      expect(await fastPath({ query: create, variables: { input } }, accept, context)).toMatchObject({ status: 403 });
    },
  );

  it('leaves the rest to yoga, and has executed nothing of it', async () => {
    let reads = 0;
    stage.before = () => void (reads += 1);
    const usual = { query: intent, variables: { id: INTENT_ID } };
    for (const accept of ['text/event-stream', 'application/json;q=0.9', 'application/json, */*']) {
      expect(await fastPath(usual, accept, context)).toBeNull();
    }
    const subscription = 'subscription { intentEvents(intentId: "x") { id } }';
    const others = [
      null,
      'text',
      [usual],
      { ...usual, id: 1 },
      { query: 1 },
      { ...usual, variables: [] },
      { query: subscription },
    ];
    const broken = [
      { query: '{' },
      { query: '{ nope }' },
      { ...usual, operationName: 'Nope' },
      { ...usual, extensions: 'x' },
    ];
    for (const body of [...others, ...broken]) expect(await fastPath(body, undefined, context)).toBeNull();
    stage.before = () => undefined;
    expect(reads).toBe(0);
  });
});

describe('what a use case throws', () => {
  const query = { query: intent, variables: { id: INTENT_ID } };
  const away = Object.assign(new Error('connect ECONNREFUSED 10.0.0.7:27017'), { name: 'MongoServerSelectionError' });
  it.each([
    ['a refused request', new RequestError('FORBIDDEN', 'Not yours.'), 403, 'FORBIDDEN', null],
    ['a limit', new RequestError('RATE_LIMITED', 'Slowly.', 4_200), 429, 'RATE_LIMITED', '5'],
    ['a part that is away', new RequestError('UNAVAILABLE', 'Away.', 3_000), 503, 'UNAVAILABLE', '3'],
    ['a database that is away', away, 503, 'UNAVAILABLE', '1'],
    ['a fault', new TypeError('secret 10.0.0.7'), 500, 'INTERNAL', null],
  ])('%s is answered alike, and tells no more than it should', async (_name, error, status, code, retryAfter) => {
    stage.before = () => {
      throw error;
    };
    const answers = [await answerOf(fast, query, {}), await answerOf(slow, query, {})];
    stage.before = () => undefined;
    expect(answers[0]).toEqual(answers[1]);
    const [answer] = answers;
    expect([answer?.status, answer?.headers[1]]).toEqual([status, retryAfter]);
    expect(answer?.body).toContain(`"extensions":{"code":"${code}","requestId":"same"}`);
    expect(answer?.body).not.toMatch(/10\.0\.0\.7|stack|Mongo/);
  });

  it('is known in the log by the id that the caller was shown', async () => {
    stage.logs.length = 0;
    stage.before = () => {
      throw new TypeError('the cause');
    };
    await answerOf(fast, query, {});
    stage.before = () => undefined;
    expect(stage.logs).toMatchObject([
      { level: 'error', fields: { requestId: 'same', err: { message: 'the cause' } } },
    ]);
  });
});

describe('GraphQL over HTTP', () => {
  // With a key that may introspect, since some of the audits ask for __type.
  const audited = (url: string) =>
    auditServer({
      url,
      fetchFn: (at: string, init: RequestInit = {}) => fetch(at, { ...init, headers: { ...init.headers, ...admin } }),
    });

  it.each(['the fast path', 'yoga'])('every audit passes on %s', async (way) => {
    const results = await audited(way === 'yoga' ? slow.url : fast.url);
    expect(results.filter(({ status }) => status !== 'ok')).toEqual([]);
    expect(results.length).toBeGreaterThanOrEqual(61);
  });

  it('a mutation by GET is refused with 405', async () => {
    const res = await fetch(`${fast.url}?query=mutation{__typename}`);
    expect([res.status, res.headers.get('allow')]).toEqual([405, 'POST']);
    expect(await res.text()).toContain('Can only perform a mutation operation from a POST request');
  });
});
