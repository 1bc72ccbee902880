// Goal: a request that is no good as HTTP, as JSON or as a request for GraphQL is refused in one shape, with its status, its
// code and the rule it breaks (B01 to B07), and leaves no mark. Method: tables, over real HTTP.

import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CreateIntent } from '../testkit/documents.ts';
import { aWish } from '../testkit/wishes.ts';
import { ask, expectRefusal, GRAPHQL_RESPONSE } from './asking.ts';
import type { Asked, Refused } from './asking.ts';
import { openStage, type Stage } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

type Row = readonly [string, (key: string) => Asked, Refused];

function play(rows: readonly Row[]): void {
  it.each(rows)('%s', async (_name, asked, refused) => {
    const answer = await stage.unmarked(() => ask(stage.apiUrl, asked(stage.apiKey)));
    expectRefusal(answer, refused);
  });
}

const MUTATION = 'mutation { cancelIntent(input: { idempotencyKey: "k", intentId: "i" }) { __typename } }';
const bad = (message: string, more: Partial<Refused> = {}): Refused => ({
  status: 400,
  code: 'BAD_REQUEST',
  message,
  ...more,
});
const get = (url: string, headers: Readonly<Record<string, string>> = {}): Asked => ({ method: 'GET', url, headers });
const json =
  (body: Asked['body'], headers: Readonly<Record<string, string>> = {}) =>
  (key: string) => ({
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}`, ...headers },
    body: body ?? null,
  });

describe('B01: the verb', () => {
  const byGet: Refused = {
    status: 405,
    code: 'METHOD_NOT_ALLOWED',
    message: 'Can only perform a mutation operation from a POST request.',
    headers: { allow: 'POST' },
  };
  const query = `/graphql?query=${encodeURIComponent(MUTATION)}`;
  const wrong: Refused = {
    status: 405,
    code: 'METHOD_NOT_ALLOWED',
    message: 'GraphQL is asked with GET or POST.',
    headers: { allow: 'GET, POST, OPTIONS' },
  };
  play([
    ['B01 a mutation by GET', (key) => get(query, { authorization: `Bearer ${key}` }), byGet],
    ['B01 a mutation by GET, of nobody', () => get(query), byGet],
    ['B01 a mutation by GET, for a client of the specification', () => get(query, { accept: GRAPHQL_RESPONSE }), byGet],
    ['B01 PUT', () => ({ method: 'PUT', body: '{}' }), wrong],
    ['B01 DELETE', () => ({ method: 'DELETE' }), wrong],
    ['B01 PATCH', () => ({ method: 'PATCH', body: '{}' }), wrong],
  ]);

  it('B01 HEAD: the same without a body', async () => {
    const { status, headers, text } = await ask(stage.apiUrl, { method: 'HEAD' });
    expect([status, headers.get('allow'), text]).toEqual([405, 'GET, POST, OPTIONS', '']);
  });
});

describe('B02: the content type', () => {
  const refused: Refused = {
    status: 415,
    code: 'UNSUPPORTED_MEDIA_TYPE',
    message: 'The content type must be application/json, in UTF-8.',
  };
  const types = [
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/graphql',
    'application/graphql+json',
    'application/json; charset=latin1',
    'application/jsonp',
  ];
  play([
    ...types.map((type): Row => [`B02 ${type}`, json('{"query":"{ __typename }"}', { 'content-type': type }), refused]),
    [
      'B02 none',
      (key) => ({ headers: { authorization: `Bearer ${key}` }, body: Buffer.from('{"query":"{ __typename }"}') }),
      refused,
    ],
  ]);
});

const NOT_JSON = 'POST body sent invalid JSON.';
describe('B03 to B07: the body', () => {
  const tooLarge: Refused = {
    status: 413,
    code: 'PAYLOAD_TOO_LARGE',
    message: 'The body is larger than the 131072 bytes allowed.',
  };
  const packed: Refused = {
    status: 415,
    code: 'UNSUPPORTED_MEDIA_TYPE',
    message: 'The body must not be compressed: leave out Content-Encoding.',
  };
  const noQuery = bad('Must provide query string.');
  const noOperation: Refused = {
    status: 400,
    code: 'OPERATION_RESOLUTION_FAILURE',
    message: 'operationName must name one of the operations of the document.',
  };
  const Q = '"query":"{ __typename }"';
  const typed = (member: string, type: string): string =>
    `Expected "${member}" param to be ${member === 'query' ? 'a string' : 'empty or an object'}, but given ${type}.`;
  play([
    ['B03 cut short', json('{"query":"{ __typena'), bad(NOT_JSON)],
    ['B03 no JSON', json("{query: '{ __typename }'}"), bad(NOT_JSON)],
    ['B03 two values', json(`{${Q}}{${Q}}`), bad(NOT_JSON)],
    ['B04 one byte too many', json(`{${Q},"extensions":{"pad":"${'x'.repeat(131_072)}"}}`), tooLarge],
    ['B04 five megabytes', json('x'.repeat(5_000_000)), tooLarge],
    ['B04 a text of a megabyte', json(`{"query":"{ intent(id: \\"${'x'.repeat(1e6)}\\") { id } }"}`), tooLarge],
    ['B04 packed', json(gzipSync(`{${Q}}`), { 'content-encoding': 'gzip' }), packed],
    ['B04 a bomb', json(gzipSync(Buffer.alloc(20_000_000)), { 'content-encoding': 'gzip' }), packed],
    ['B04 packed twice', json(gzipSync(`{${Q}}`), { 'content-encoding': 'gzip, br' }), packed],
    ['B05 a batch', json(`[{${Q}},{${Q}}]`), bad('Batching is not supported.')],
    ['B05 an empty batch', json('[]'), bad('Batching is not supported.')],
    ['B06 nothing', json(''), bad(`${NOT_JSON} The body is empty.`)],
    ['B06 an empty object', json('{}'), noQuery],
    ['B06 null', json('null'), bad('POST body is expected to be object but received null')],
    ['B06 a number', json('42'), bad('POST body is expected to be object but received number')],
    ['B06 a text', json('"{ __typename }"'), bad('POST body is expected to be object but received string')],
    ['B06 query null', json('{"query":null}'), noQuery],
    ['B06 query 42', json('{"query":42}'), bad(typed('query', 'number'))],
    ['B06 query a list', json('{"query":["x"]}'), bad(typed('query', 'array'))],
    ['B06 query an operator', json('{"query":{"$ne":null}}'), bad(typed('query', 'object'))],
    ['B06 variables a text', json(`{${Q},"variables":"x"}`), bad(typed('variables', 'string'))],
    ['B06 variables a list', json(`{${Q},"variables":[]}`), bad(typed('variables', 'array'))],
    ['B06 variables a number', json(`{${Q},"variables":1}`), bad(typed('variables', 'number'))],
    ['B06 extensions a text', json(`{${Q},"extensions":"x"}`), bad(typed('extensions', 'string'))],
    ['B06 operationName unknown', json(`{${Q},"operationName":"Nope"}`), noOperation],
    ['B06 operationName empty', json(`{${Q},"operationName":""}`), noOperation],
    ['B06 operationName 5', json(`{${Q},"operationName":5}`), noOperation],
    [
      'B06 operationName left out, of two',
      json('{"query":"query A { __typename } query B { __typename }"}'),
      noOperation,
    ],
    ['B06 operationName __proto__', json(`{${Q},"operationName":"__proto__"}`), noOperation],
    ['B06 a member too many', json(`{${Q},"quary":1}`), bad('Unexpected parameter "quary" in the request body.')],
    ['B06 __proto__', json(`{${Q},"__proto__":{"a":1}}`), bad('Unexpected parameter "__proto__" in the request body.')],
    ['B06 constructor', json(`{${Q},"constructor":1}`), bad('Unexpected parameter "constructor" in the request body.')],
    ['B07 a member twice', json(`{${Q},${Q}}`), bad(`${NOT_JSON} A member stands twice in one object.`)],
    [
      'B07 a variable twice',
      json(`{${Q},"variables":{"a":1,"\\u0061":2}}`),
      bad(`${NOT_JSON} A member stands twice in one object.`),
    ],
    [
      'B07 10,000 levels',
      json(`{${Q},"extensions":${'['.repeat(10_000)}${']'.repeat(10_000)}}`),
      bad(`${NOT_JSON} It is nested deeper than 64 levels.`),
    ],
    [
      'B07 10,000 objects in one another',
      json(`{${Q},"variables":${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}}`),
      bad(`${NOT_JSON} It is nested deeper than 64 levels.`),
    ],
    ['B07 no UTF-8', json(Buffer.from(`{${Q},"x":"\xff"}`, 'latin1')), bad(`${NOT_JSON} It is not UTF-8.`)],
    ['B07 half of a letter', json(Buffer.from(`{${Q},"x":"\xc3"}`, 'latin1')), bad(`${NOT_JSON} It is not UTF-8.`)],
    ['B07 a byte order mark', json(`\ufeff{${Q}}`), bad(NOT_JSON)],
    ['B07 NUL behind it', json(`{${Q}}\0`), bad(NOT_JSON)],
    ['B07 NUL within a text', json('{"query":"{ __typename }\0"}'), bad(NOT_JSON)],
  ]);
});

it('a client that speaks plain JSON gets the refusals of its document with 200, as the specification has it', async () => {
  const asked = json(JSON.stringify({ query: '{ nope }' }), { accept: 'application/json' })(stage.apiKey);
  const answer = await ask(stage.apiUrl, asked);
  expect([answer.status, answer.body.errors?.[0]?.extensions.code]).toEqual([200, 'GRAPHQL_VALIDATION_FAILED']);
  const value = await stage.unmarked(() => stage.client.raw(CreateIntent, { input: aWish({ country: 'ZZ' }) }));
  expect(value.status).toBe(400);
});
