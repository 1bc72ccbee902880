// Goal: KkiaPay's oddities in starting and sending back, one by one; the conformance suite holds what every gateway has in
// common. Method: the client over replies as the fact sheet shows them.

import { describe, expect, it } from 'vitest';
import type { RefundRequest } from '../contract.ts';
import type { HttpReply } from '../http.ts';
import { kkiapay } from './index.ts';
import { answered, bodyOf, connected, ENV, INTENT, NOW, REQUEST, SUCCESS } from './kkiapay.fixture.ts';

describe('settings', () => {
  const hostOf = (env: Readonly<Record<string, string>>): string => {
    const { gateway, sent } = connected([answered(500, '')], env);
    void gateway.lookup({ intentId: INTENT, reference: null, providerId: 'abcd1234', amount: REQUEST.amount });
    return new URL(sent[0]?.url ?? '').origin;
  };

  it('go to the host of the environment, unless one is set', () => {
    expect(hostOf({})).toBe('https://api-sandbox.kkiapay.me');
    expect(hostOf({ KKIAPAY_ENVIRONMENT: 'live' })).toBe('https://api.kkiapay.me');
    expect(hostOf({ KKIAPAY_BASE_URL: 'http://127.0.0.1:4010/' })).toBe('http://127.0.0.1:4010');
    expect(connected([], { KKIAPAY_ENVIRONMENT: 'live' }).gateway.environment).toBe('live');
  });

  it('are all named when they are missing, and never quoted when they are wrong', () => {
    const missing = kkiapay.settings.safeParse({ KKIAPAY_PUBLIC_KEY: '' }).error;
    expect(missing?.issues.map(({ path }) => path[0])).toEqual(Object.keys(ENV));
    const wrong = {
      ...ENV,
      KKIAPAY_BASE_URL: 'https://user:hunter2@x',
      KKIAPAY_CALL_TIMEOUT_MS: 'soon',
      KKIAPAY_POLL_DELAYS_MS: '1,x',
    };
    const faults = kkiapay.settings.safeParse(wrong).error;
    expect(faults?.issues.map(({ path }) => path[0])).toEqual([
      'KKIAPAY_BASE_URL',
      'KKIAPAY_CALL_TIMEOUT_MS',
      'KKIAPAY_POLL_DELAYS_MS',
    ]);
    expect(faults?.message).not.toMatch(/hunter2|soon/);
  });

  it('take the push away whole', () => {
    const { gateway } = connected([], { KKIAPAY_PUSH_STRATEGY: 'disabled' });
    expect(gateway.collect).toBeUndefined();
    expect(gateway.invite(REQUEST)).toBeDefined();
  });

  it('set the limits, of which KkiaPay publishes none', () => {
    expect(connected().gateway.limits).toEqual({});
    const { gateway } = connected([], { KKIAPAY_AMOUNT_MIN: '100', KKIAPAY_AMOUNT_MAX: '3000000' });
    expect(gateway.limits).toEqual({ XOF: { min: 100, max: 3_000_000 } });
  });
});

describe('the push', () => {
  it('claims a channel, then asks, and says whose payment it is twice', async () => {
    const { gateway, sent } = connected([answered(200, { transactionId: '3iH6wjHJ3' })]);
    expect(await gateway.collect(REQUEST)).toEqual({
      kind: 'accepted',
      providerId: '3iH6wjHJ3',
      nextAction: { kind: 'PHONE_PUSH', phone: '+2290161000000', promptExpiresAt: new Date(NOW.getTime() + 90_000) },
    });
    expect(sent.map(({ method, url, effect }) => `${method} ${new URL(url).pathname} ${effect}`)).toEqual([
      'GET /api/v1/utils/claimchannel read',
      'POST /api/v1/payments/request write',
    ]);
    expect(sent[1]?.headers).not.toHaveProperty('x-private-key');
    expect(bodyOf(sent[1])).toEqual({
      phoneNumber: '2290161000000',
      amount: 1_000,
      country: 'BJ',
      firstname: 'Ada',
      lastname: 'King Lovelace',
      email: '',
      reason: 'invoice-42',
      contact: 'channel-1',
      partnerId: INTENT,
      stateData: { intentId: INTENT, attemptId: REQUEST.reference },
    });
  });

  it.each([
    ['new', '+22961000000', '2290161000000'],
    ['new', '+2290161000000', '2290161000000'],
    ['old', '+2290161000000', '22961000000'],
    ['old', '+2250701020304', '2250701020304'],
  ])('writes numbers the %s way: %s goes out as %s', async (format, phone, digits) => {
    const { gateway, sent } = connected([answered(200, { id: 'abcd1234' })], { KKIAPAY_PHONE_FORMAT: format });
    await gateway.collect({ ...REQUEST, customer: { ...REQUEST.customer, phone } });
    expect(bodyOf(sent[1])).toMatchObject({ phoneNumber: digits });
  });

  it.each(['transactionId', 'internalTransactionId', 'transaction_id', 'id'])('finds the id under %s', async (name) => {
    const { gateway } = connected([answered(200, { [name]: '1RNX12Q-8', status: 'PENDING' })]);
    expect(await gateway.collect(REQUEST)).toMatchObject({ kind: 'accepted', providerId: '1RNX12Q-8' });
  });

  it.each<[string, HttpReply, string | null, string | null]>([
    [
      'a documented refusal',
      answered(400, { status: 'FAILED', reason: 'insufficient_fund' }),
      'INSUFFICIENT_FUNDS',
      'insufficient_fund',
    ],
    [
      'a refusal by its status',
      answered(422, { status: 'INVALID_PHONE_NUMBER', reason: 'Numéro 2290161000000 invalide' }),
      'INVALID_PHONE',
      'INVALID_PHONE_NUMBER',
    ],
    [
      'a refusal that is not listed',
      answered(400, { status: 'KO', reason: 'blocked_country' }),
      'UNKNOWN',
      'blocked_country',
    ],
    ['a refusal in free text', answered(400, { reason: 'Numéro 2290161000000 bloqué' }), 'UNKNOWN', null],
    ['wrong keys', answered(401, ''), 'MISCONFIGURED', 'http_401'],
    ['too many requests', answered(429, ''), 'PROVIDER_BUSY', 'http_429'],
    [
      'a call that never left',
      { kind: 'unsent', reason: 'not connected: ECONNREFUSED' },
      'PROVIDER_BUSY',
      'gateway_unreachable',
    ],
  ])('is declined by %s', async (_what, reply, code, providerCode) => {
    const { gateway } = connected([reply]);
    expect(await gateway.collect(REQUEST)).toMatchObject({ kind: 'declined', failure: { code, providerCode } });
  });

  it.each<[string, HttpReply]>([
    ['no answer', { kind: 'silent', reason: 'no answer in time' }],
    ['a server error, whatever it says', answered(500, { status: 'FAILED', reason: 'insufficient_fund' })],
    ['a page', answered(200, '<html>')],
    ['an answer without an id', answered(200, { status: 'PENDING' })],
    ['an id that is none', answered(200, { transactionId: '<script>' })],
    ['a proxy’s refusal', answered(404, '<html>Not Found</html>')],
    ['a proxy’s timeout', answered(408, { status: 'timeout', reason: 'timeout' })],
    ['a redirect', answered(302, '')],
  ])('is unknown after %s', async (_what, reply) => {
    const { gateway, sent } = connected([reply]);
    expect(await gateway.collect(REQUEST)).toMatchObject({ kind: 'unknown' });
    expect(sent.filter(({ effect }) => effect === 'write')).toHaveLength(1);
  });

  it.each<[HttpReply, string]>([
    [answered(500, ''), 'PROVIDER_BUSY'],
    [answered(200, '<html>a page</html>'), 'PROVIDER_BUSY'],
    [answered(401, ''), 'MISCONFIGURED'],
    [{ kind: 'silent', reason: 'no answer in time' }, 'PROVIDER_BUSY'],
  ])('is not asked for without a channel: %j', async (reply, code) => {
    const { gateway, sent } = connected([() => reply]);
    expect(await gateway.collect(REQUEST)).toMatchObject({ kind: 'declined', failure: { code } });
    expect(sent).toHaveLength(1);
  });

  it('takes XOF alone, and a phone', async () => {
    const { gateway, sent } = connected();
    const dollars = { ...REQUEST, amount: { amount: 1_000, currency: 'USD' } };
    expect(await gateway.collect(dollars)).toMatchObject({ failure: { code: 'INVALID_AMOUNT' } });
    const phoneless = { ...REQUEST, customer: { ...REQUEST.customer, phone: null } };
    expect(await gateway.collect(phoneless)).toMatchObject({ failure: { code: 'INVALID_PHONE' } });
    expect(sent).toEqual([]);
  });
});

describe('the refund', () => {
  const REFUND: RefundRequest = {
    intentId: INTENT,
    refundId: '0190b3a2-0000-7000-8000-000000000009',
    providerId: '3iH6wjHJ3',
    receipt: null,
    amount: REQUEST.amount,
    captured: REQUEST.amount,
    instrument: 'WALLET',
    reason: null,
    metadata: [],
  };
  const NOT_ELIGIBLE = answered(400, { code: 'TRANSACTION_NOT_ELIGIBLE' });
  const status = (word: string): HttpReply => answered(200, { ...SUCCESS, status: word });

  it.each<[string, Partial<RefundRequest>, Readonly<Record<string, string>>]>([
    ['a part', { amount: { amount: 999, currency: 'XOF' } }, {}],
    ['a card', { instrument: 'CARD' }, {}],
    ['an instrument that nobody knows', { instrument: null }, {}],
    ['refunds that are turned off', {}, { KKIAPAY_AUTO_REFUND: 'false' }],
  ])('is left to people for %s', async (_what, changes, env) => {
    const { gateway, sent } = connected([], env);
    expect(await gateway.refund({ ...REFUND, ...changes })).toMatchObject({ kind: 'manual' });
    expect(sent).toEqual([]);
  });

  it.each<[string, readonly HttpReply[], object]>([
    [
      'SUCCESS',
      [answered(200, { code: 'SUCCESS', description: 'REVERTED', transactionId: '3iH6wjHJ3' })],
      { kind: 'accepted', report: { state: 'succeeded' } },
    ],
    ['SUCCESS for another', [answered(200, { code: 'SUCCESS', transactionId: 'somebody1' })], { kind: 'unknown' }],
    [
      'INSUFFICIENT_FUND',
      [answered(400, { status: 'INSUFFICIENT_FUND' })],
      { kind: 'declined', failure: { code: 'INSUFFICIENT_FUNDS' } },
    ],
    ['a refusal with HTTP 200', [answered(200, { code: 'INVALID_TRANSACTION_TYPE' })], { kind: 'declined' }],
    ['a code that is not listed', [answered(400, { code: 'MAYBE' })], { kind: 'unknown' }],
    ['a server error with a code', [answered(500, { code: 'FAILED' })], { kind: 'unknown' }],
    ['a page', [answered(200, '<html>')], { kind: 'unknown' }],
    ['wrong keys', [answered(401, '')], { kind: 'declined', failure: { code: 'MISCONFIGURED' } }],
    ['nothing', [{ kind: 'silent', reason: 'no answer in time' }], { kind: 'unknown' }],
    [
      'not eligible, and reverted already',
      [NOT_ELIGIBLE, status('REVERTED')],
      { kind: 'accepted', report: { state: 'succeeded' } },
    ],
    [
      'not eligible, and still paid',
      [NOT_ELIGIBLE, status('SUCCESS')],
      { kind: 'declined', failure: { providerCode: 'TRANSACTION_NOT_ELIGIBLE' } },
    ],
    ['not eligible, and nobody knows', [NOT_ELIGIBLE, answered(502, '')], { kind: 'unknown' }],
  ])('%s', async (_what, replies, outcome) => {
    const { gateway, sent } = connected(replies);
    expect(await gateway.refund(REFUND)).toMatchObject(outcome);
    expect(sent.filter(({ effect }) => effect === 'write')).toHaveLength(1);
    expect(sent.reduce((sum, { timeoutMs }) => sum + timeoutMs, 0)).toBeLessThanOrEqual(10_000);
  });

  it.each<[HttpReply, string]>([
    [status('REVERTED'), 'found'],
    [status('SUCCESS'), 'absent'],
    [status('PENDING'), 'unknown'],
    [answered(400, { status: 'TRANSACTION_NOT_FOUND' }), 'unknown'],
    [answered(500, ''), 'unknown'],
  ])('is asked about by the payment: %j is %s', async (reply, kind) => {
    const { gateway } = connected([reply]);
    expect((await gateway.lookupRefund({ ...REFUND, providerRefundId: null })).kind).toBe(kind);
  });
});
