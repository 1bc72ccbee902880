// Goal: M-Pesa's oddities in starting a payment, one by one: the password, the address of the callback, and which refusals prove
// that no prompt went out. Method: the client over replies as the fact sheet shows them; the sheet's vectors.

import { afterEach, describe, expect, it, vi } from 'vitest';
import type { HttpReply } from '../http.ts';
import { callbackPathOf, referenceIn } from './callback-path.ts';
import { PATH } from './fixtures/vectors.ts';
import { mpesa } from './index.ts';
import {
  ACCEPTED,
  answered,
  bodyOf,
  callsOf,
  CHECKOUT,
  connected,
  ENV,
  INTENT,
  NOW,
  refused,
  REQUEST,
  SILENT,
  UNSENT,
} from './mpesa.fixture.ts';
import { signatureOf } from './password.ts';

describe('settings', () => {
  const faultsOf = (change: Readonly<Record<string, string>>) =>
    mpesa.settings
      .safeParse({ ...ENV, ...change })
      .error?.issues.map(({ path, message }) => `${path.join()}: ${message}`);

  it.each([
    [{ MPESA_SHORTCODE: '1743' }, 'MPESA_SHORTCODE: must be 5 to 7 digits'],
    [{ MPESA_SHORTCODE_KIND: 'till' }, 'MPESA_TILL_NUMBER: is required where MPESA_SHORTCODE_KIND is till'],
    [{ MPESA_SHORTCODE_KIND: 'shop' }, 'MPESA_SHORTCODE_KIND: must be one of paybill, till'],
    [{ MPESA_CALLBACK_SECRET: 'short' }, 'MPESA_CALLBACK_SECRET: must have at least 16 characters'],
    [{ MPESA_PASSKEY: '' }, 'MPESA_PASSKEY: is required'],
  ])('%j is a fault by name', (change, fault) => {
    expect(faultsOf(change as Record<string, string>)).toEqual([fault]);
  });

  it('go to the host of the environment, unless one is set', async () => {
    const hostOf = async (env: Readonly<Record<string, string>>): Promise<string> => {
      const { gateway, sent } = connected({ answers: [answered(200, ACCEPTED)], env });
      await gateway.collect(REQUEST);
      return [...new Set(sent.map(({ url }) => new URL(url).origin))].join();
    };
    expect(await hostOf({})).toBe('https://sandbox.safaricom.co.ke');
    expect(await hostOf({ MPESA_ENVIRONMENT: 'live' })).toBe('https://api.safaricom.co.ke');
    expect(await hostOf({ MPESA_BASE_URL: 'http://127.0.0.1:4010/' })).toBe('http://127.0.0.1:4010');
  });

  it('keep the pace that the sheet asks for: 5, 10, 20, 40, 60, 90 s, then every minute, and two days after the end', () => {
    const { timing, callsPerMinute } = connected().gateway;
    let at = 0;
    expect(timing.pollDelaysMs.map((pause) => (at += pause) / 1_000)).toEqual([5, 10, 20, 40, 60, 90, 150]);
    expect(timing.promptMs + timing.marginMs).toBeGreaterThanOrEqual(120_000);
    const afterCareMs = timing.afterCareMs.reduce((sum, pause) => sum + pause, 0);
    expect(afterCareMs / 3_600_000).toBeGreaterThan(46);
    expect(afterCareMs / 3_600_000).toBeLessThanOrEqual(48);
    expect(callsPerMinute).toBe(120);
  });

  it('offer no refund by a call, and no second push', () => {
    const { gateway } = connected();
    expect([gateway.refund, gateway.collectRepeats, mpesa.refunds]).toEqual([undefined, undefined, null]);
  });
});

describe('the signature of a call', () => {
  afterEach(() => void vi.unstubAllEnvs());

  it.each([
    [
      '2024-03-15T11:30:22Z',
      '20240315143022',
      'MTc0Mzc5YmZiMjc5ZjlhYTliZGJjZjE1OGU5N2RkNzFhNDY3Y2QyZTBjODkzMDU5YjEwZjc4ZTZiNzJhZGExZWQyYzkxOTIwMjQwMzE1MTQzMDIy',
    ],
    [
      '2025-12-31T22:15:00Z',
      '20260101011500',
      'MTc0Mzc5YmZiMjc5ZjlhYTliZGJjZjE1OGU5N2RkNzFhNDY3Y2QyZTBjODkzMDU5YjEwZjc4ZTZiNzJhZGExZWQyYzkxOTIwMjYwMTAxMDExNTAw',
    ],
    [
      '2024-02-28T21:00:00Z',
      '20240229000000',
      'MTc0Mzc5YmZiMjc5ZjlhYTliZGJjZjE1OGU5N2RkNzFhNDY3Y2QyZTBjODkzMDU5YjEwZjc4ZTZiNzJhZGExZWQyYzkxOTIwMjQwMjI5MDAwMDAw',
    ],
  ])('is of Nairobi at %s, in any time zone', (instant, Timestamp, Password) => {
    for (const zone of ['UTC', 'Africa/Nairobi', 'America/Los_Angeles', 'Pacific/Kiritimati']) {
      vi.stubEnv('TZ', zone);
      const signed = signatureOf({ shortcode: ENV.MPESA_SHORTCODE, passkey: ENV.MPESA_PASSKEY }, new Date(instant));
      expect(signed).toEqual({ BusinessShortCode: '174379', Password, Timestamp });
    }
    // The zones were in force.
    expect(new Date(instant).getTimezoneOffset()).toBe(-840);
  });
});

describe('the push', () => {
  it('is asked for with a token, as the sheet shows it', async () => {
    const { gateway, sent } = connected({ answers: [answered(200, ACCEPTED)] });
    expect(await gateway.collect(REQUEST)).toEqual({
      kind: 'accepted',
      providerId: CHECKOUT,
      nextAction: { kind: 'PHONE_PUSH', phone: '+254712345678', promptExpiresAt: new Date(NOW.getTime() + 60_000) },
    });
    const [token, push] = sent;
    expect(token).toMatchObject({
      method: 'GET',
      url: 'https://sandbox.safaricom.co.ke/oauth/v1/generate?grant_type=client_credentials',
      headers: { authorization: 'Basic dGVzdF9jb25zdW1lcl9rZXk6dGVzdF9jb25zdW1lcl9zZWNyZXQ=' },
      effect: 'read',
    });
    expect(push).toMatchObject({
      method: 'POST',
      url: 'https://sandbox.safaricom.co.ke/mpesa/stkpush/v1/processrequest',
      headers: { authorization: 'Bearer token-1', 'content-type': 'application/json' },
      effect: 'write',
    });
    expect(bodyOf(push)).toEqual({
      ...signatureOf({ shortcode: ENV.MPESA_SHORTCODE, passkey: ENV.MPESA_PASSKEY }, NOW),
      TransactionType: 'CustomerPayBillOnline',
      Amount: 50,
      PartyA: '254712345678',
      PartyB: '174379',
      PhoneNumber: '254712345678',
      CallBackURL: `https://pay.example/webhooks/daraja/${PATH}`,
      AccountReference: 'invoice-42',
      TransactionDesc: 'Payment',
    });
  });

  it('to a till names the till', async () => {
    const env = { MPESA_SHORTCODE_KIND: 'till', MPESA_TILL_NUMBER: '5123456' };
    const { gateway, sent } = connected({ answers: [answered(200, ACCEPTED)], env });
    await gateway.collect(REQUEST);
    expect(bodyOf(sent[1])).toMatchObject({
      TransactionType: 'CustomerBuyGoodsOnline',
      BusinessShortCode: '174379',
      PartyB: '5123456',
    });
  });

  it.each([
    ['order-2026-000123', '2026-000123'],
    ['inv 42/7', 'inv427'],
    ['Été #9', 'Ete9'],
    ['注文', INTENT.slice(-12)],
    ['a---------------', INTENT.slice(-12)],
  ])('shows people the reference %s as %s', async (description, shown) => {
    const { gateway, sent } = connected({ answers: [answered(200, ACCEPTED)] });
    await gateway.collect({ ...REQUEST, description });
    expect(bodyOf(sent[1])['AccountReference']).toBe(shown);
  });

  it.each(['+254612345678', '+2547123456789', '+255712345678', '+2290161000000', null])(
    'is not asked for to the phone %s',
    async (phone) => {
      const { gateway, sent } = connected();
      const outcome = await gateway.collect({ ...REQUEST, customer: { ...REQUEST.customer, phone } });
      expect(outcome).toMatchObject({ kind: 'declined', failure: { code: 'INVALID_PHONE' } });
      expect(sent).toEqual([]);
    },
  );

  it.each([
    { amount: 1_050, currency: 'KES' },
    { amount: 50, currency: 'KES' },
    { amount: 5_000, currency: 'XOF' },
  ])('is not asked for of $amount $currency', async (amount) => {
    const { gateway, sent } = connected();
    const outcome = await gateway.collect({ ...REQUEST, amount });
    expect(outcome).toMatchObject({ kind: 'declined', failure: { code: 'INVALID_AMOUNT' } });
    expect(sent).toEqual([]);
  });

  const spike = {
    fault: { faultstring: 'Spike arrest violation', detail: { errorcode: 'policies.ratelimit.SpikeArrestViolation' } },
  };
  it.each<[string, HttpReply, string, string | null]>([
    ['a bad phone', refused(400, '400.002.02', 'Bad Request - Invalid PhoneNumber'), 'INVALID_PHONE', '400.002.02'],
    ['a bad amount', refused(400, '400.002.02', 'Bad Request - Invalid Amount'), 'INVALID_AMOUNT', '400.002.02'],
    [
      'a bad address of ours',
      refused(400, '400.002.02', 'Bad Request - Invalid CallBackURL'),
      'MISCONFIGURED',
      '400.002.02',
    ],
    ['a bad request that is not listed', refused(400, '400.009.09'), 'UNKNOWN', '400.009.09'],
    [
      'a busy phone',
      refused(500, '500.001.1001', 'Unable to lock subscriber, a transaction is already in process'),
      'PROVIDER_BUSY',
      '500.001.1001',
    ],
    ['no such merchant', refused(500, '500.001.1001', 'Merchant does not exist'), 'MISCONFIGURED', '500.001.1001'],
    ['a wrong passkey', refused(500, '500.001.1001', 'Wrong credentials'), 'MISCONFIGURED', '500.001.1001'],
    [
      'spike arrest',
      refused(500, '500.003.02', 'Error Occurred: Spike Arrest Violation'),
      'PROVIDER_BUSY',
      '500.003.02',
    ],
    [
      "spike arrest in the front door's words",
      answered(429, spike),
      'PROVIDER_BUSY',
      'policies.ratelimit.SpikeArrestViolation',
    ],
    ['the quota', refused(500, '500.003.03'), 'PROVIDER_BUSY', '500.003.03'],
    ['maintenance', refused(503, '00.002.1001'), 'PROVIDER_BUSY', '00.002.1001'],
    ['too many requests', answered(429, ''), 'PROVIDER_BUSY', 'http_429'],
    ['the firewall', answered(403, '<html>Request Rejected</html>'), 'MISCONFIGURED', 'http_403'],
    ['a wrong path', refused(404, '404.001.01'), 'MISCONFIGURED', '404.001.01'],
    ['a call that never left', UNSENT, 'PROVIDER_BUSY', 'gateway_unreachable'],
  ])('is declined by %s', async (_what, reply, code, providerCode) => {
    const { gateway, sent } = connected({ answers: [reply] });
    expect(await gateway.collect(REQUEST)).toMatchObject({ kind: 'declined', failure: { code, providerCode } });
    expect(callsOf(sent)).toHaveLength(1);
  });

  it.each<[string, HttpReply]>([
    ['no answer', SILENT],
    ['an internal error', refused(500, '500.003.1001')],
    ['an error in words that are not listed', refused(500, '500.001.1001', 'Something went wrong')],
    ['a server error that is a page', answered(502, '<html>Bad Gateway</html>')],
    ['an empty answer', answered(200, '')],
    ['an answer without an id', answered(200, { ...ACCEPTED, CheckoutRequestID: undefined })],
    ['an answer that is not accepted', answered(200, { ...ACCEPTED, ResponseCode: '1' })],
    ['a redirect', answered(302, '')],
    ['a proxy’s timeout', answered(408, '')],
  ])('is unknown after %s, and not sent again', async (_what, reply) => {
    const { gateway, sent } = connected({ answers: [reply] });
    expect(await gateway.collect(REQUEST)).toMatchObject({ kind: 'unknown' });
    expect(callsOf(sent)).toHaveLength(1);
  });
});

describe('the path of a callback', () => {
  const secrets = [ENV.MPESA_CALLBACK_SECRET];

  it('holds no word that M-Pesa refuses in an address, and is known again in either spelling', () => {
    const references = Array.from({ length: 5_000 }, (_, n) => `attempt-${n}`);
    const paths = references.map((reference) => callbackPathOf(ENV.MPESA_CALLBACK_SECRET, reference));
    expect(paths.filter((path) => /mpesa|m-pesa|safaricom|exe|exec|cmd|sql|query/i.test(path))).toEqual([]);
    expect(paths.filter((path) => /\/[0-9a-f]{64}$/.test(path)).length).toBeGreaterThan(0);
    expect(paths.map((path) => referenceIn(path, secrets))).toEqual(references);
  });
});
