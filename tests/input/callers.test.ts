// Goal: who may not ask is told so in one shape and nothing besides: strangers, keys without the scope, keys over their
// limit, pages of other origins (B08 to B11). Method: tables, over real HTTP, raw where a client is too well-behaved.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeKey } from '../../src/services/auth.ts';
import { speak } from '../testkit/speak.ts';
import { answerIn, ask, expectNothingTold, expectRefusal, operation } from './asking.ts';
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

const CANCEL = 'mutation { cancelIntent(input: { idempotencyKey: "k", intentId: "i" }) { __typename } }';
const bad = (message: string): Refused => ({ status: 400, code: 'BAD_REQUEST', message });

describe('B08 to B10: the credential', () => {
  const NOT_KNOWN: Refused = {
    status: 401,
    code: 'UNAUTHENTICATED',
    message: 'A valid API key or client token is required.',
    headers: { 'www-authenticate': 'Bearer' },
  };
  const list = { query: '{ intents { edges { cursor } } }' };
  const limits = { requestsPerMinute: null, socketsMax: null };
  const never = makeKey({ appId: 'kaba', scopes: ['read'], live: false, demo: false, ...limits }, new Date());

  async function refusals(): Promise<Readonly<Record<string, string>>> {
    const { apiKey: revoked, id } = await stage.newKey('kaba');
    await stage.revoke(id);
    return {
      malformed: 'pk_test_x',
      'of another kind': 'sk_live_51Hxxxxxxxxxxxxxx',
      'with a wrong checksum': `${stage.apiKey.slice(0, -1)}${stage.apiKey.endsWith('0') ? '1' : '0'}`,
      'with an unknown id': never.credential,
      revoked,
      'that is no token': `ct_${'A'.repeat(80)}.${'B'.repeat(43)}`,
      'that is very long': 'x'.repeat(8_000),
      'that is an operator': '{"$ne":null}',
      'that is a prototype key': '__proto__',
    };
  }

  it('B08 malformed, unknown, revoked, expired: one answer to the byte but for the request id', async () => {
    const texts = new Set<string>();
    for (const key of Object.values(await refusals())) {
      for (const headers of [{ authorization: `Bearer ${key}` }, { 'x-api-key': key }]) {
        const asked = operation(null, list, headers);
        const answer = await stage.unmarked(() => ask(stage.apiUrl, asked));
        expectRefusal(answer, NOT_KNOWN);
        expectNothingTold(answer.text, [key]);
        texts.add(answer.text.replace(/"requestId":"[^"]*"/, ''));
      }
    }
    expect(texts.size).toBe(1);
  });

  play([
    ['B08 none', () => operation(null, list), { ...NOT_KNOWN, path: ['intents'] }],
    ['B08 another scheme', () => operation(null, list, { authorization: 'Basic a2V5' }), NOT_KNOWN],
    ['B08 no credential after Bearer', () => operation(null, list, { authorization: 'Bearer' }), NOT_KNOWN],
    ['B08 an empty X-API-Key', () => operation(null, list, { 'x-api-key': '' }), NOT_KNOWN],
    [
      'B08 two different ones',
      (key) => operation(key, list, { 'x-api-key': 'another' }),
      bad('Authorization and X-API-Key bring two different credentials. Send one.'),
    ],
    [
      'B08 in the URL',
      () => ({ method: 'GET', url: '/graphql?apiKey=abc' }),
      bad(
        'Credentials do not belong in a URL. Send them in the Authorization or X-API-Key header, or in connection_init on ' +
          'a socket; what stood in this URL has to be replaced.',
      ),
    ],
  ]);

  it.each(['authorization', 'x-api-key'])('B08 two %s headers', async (name) => {
    const value = name === 'authorization' ? `Bearer ${stage.apiKey}` : stage.apiKey;
    const body = JSON.stringify(list);
    const head = [
      'POST /graphql HTTP/1.1',
      ...['host: a', 'connection: close', 'content-type: application/json', `content-length: ${body.length}`],
      ...[`${name}: ${value}`, `${name}: ${value}`],
    ];
    const answer = answerIn(await speak(stage.port, `${head.join('\r\n')}\r\n\r\n${body}`));
    expectRefusal(answer, bad('There must be one Authorization or X-API-Key header, not several.'));
  });

  const REFUND = 'mutation { refundIntent(input: { idempotencyKey: "k", intentId: "i" }) { __typename } }';
  it.each([
    ['create', 'read', CANCEL, 'cancelIntent'],
    ['refund', 'create', REFUND, 'refundIntent'],
    ['read', 'create', list.query, 'intents'],
    ['read', 'refund', 'mutation { refreshIntent(id: "i") { __typename } }', 'refreshIntent'],
  ] as const)('B09 a key without the scope %s', async (scope, has, query, field) => {
    const { apiKey } = await stage.newKey('kaba', [has]);
    const answer = await stage.unmarked(() => ask(stage.apiUrl, operation(apiKey, { query })));
    const message = `This API key lacks the scope ${scope}.`;
    expectRefusal(answer, { status: 403, code: 'FORBIDDEN', message, path: [field] });
  });

  it('B10 over the limit, which counts operations and not requests', async () => {
    const limited = await openStage({ env: { REQUESTS_PER_MINUTE: '7', ANONYMOUS_PER_MINUTE: '2' } });
    try {
      const answers = [];
      const five = `mutation { ${['a', 'b', 'c', 'd', 'e'].map((name) => `${name}: __typename`).join(' ')} }`;
      for (const query of [five, '{ __typename }', '{ __typename }', '{ __typename }']) {
        answers.push(await ask(limited.apiUrl, operation(limited.apiKey, { query })));
      }
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 429]);
      const last = answers.at(-1);
      const seconds = last?.headers.get('retry-after') ?? '';
      expect(Number(seconds)).toBeGreaterThan(0);
      const refused = (message: string): Refused => ({
        status: 429,
        code: 'RATE_LIMITED',
        message: `${message} Try again in ${seconds} s.`,
        headers: { 'retry-after': seconds },
      });
      if (last !== undefined) expectRefusal(last, refused('The limit is 7 operations in 60 s.'));
      const strangers = [];
      for (let at = 0; at < 3; at += 1) {
        strangers.push(await ask(limited.apiUrl, operation('pk_test_nobody', { query: '{ __typename }' })));
      }
      expect(strangers.map(({ status }) => status)).toEqual([401, 401, 429]);
      expect(strangers.at(-1)?.body.errors?.[0]?.message).toMatch(
        /^The limit is 2 requests without a valid credential in 60 s\. Try again in \d+ s\.$/,
      );
    } finally {
      await limited.close();
    }
  });
});

describe('B11: pages of other origins', () => {
  const evil = { origin: 'https://evil.example' };
  play([
    [
      'B11 a preflight',
      () => ({ method: 'OPTIONS', headers: { ...evil, 'access-control-request-method': 'POST' } }),
      { status: 403, code: 'FORBIDDEN', message: 'Pages of this origin may not call here.' },
    ],
  ]);

  it('B11 an answer is not readable by them', async () => {
    const { headers } = await ask(stage.apiUrl, operation(stage.apiKey, { query: '{ __typename }' }, evil));
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });
});
