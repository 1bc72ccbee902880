// Goal: what Stripe's own client and ours make of a reply is exact: a yes, a no, or nobody knows. Method: the SDK over replies
// that are written down from the fact sheet, and what was sent is looked at to the byte.

import { describe, expect, it } from 'vitest';
import { stripe } from './index.ts';
import {
  anError,
  answered,
  aPayment,
  ATTEMPT,
  connected,
  ENV,
  INTENT,
  NO,
  OPEN,
  QUESTION,
  REQUEST,
  SILENT,
  UNSENT,
} from './stripe.fixture.ts';

describe('collect', () => {
  it('sends what the sheet shows, under the attempt’s id, once', async () => {
    const { gateway, sent } = connected([answered(200, aPayment())]);
    expect(await gateway.collect(REQUEST)).toEqual({
      kind: 'accepted',
      providerId: 'pi_1',
      nextAction: { kind: 'CLIENT_SECRET', clientSecret: 'pi_1_secret_2', publishableKey: ENV.STRIPE_PUBLISHABLE_KEY },
    });
    const [request, ...more] = sent;
    expect(more).toEqual([]);
    expect(request).toMatchObject({
      method: 'POST',
      url: 'https://api.stripe.com/v1/payment_intents',
      effect: 'write',
      timeoutMs: 10_000,
      body:
        'amount=150000&currency=kes&automatic_payment_methods[enabled]=true&description=order%20A%201' +
        `&metadata[intentId]=${INTENT}&metadata[attemptId]=${ATTEMPT}`,
      headers: {
        authorization: `Bearer ${ENV.STRIPE_SECRET_KEY}`,
        'content-type': 'application/x-www-form-urlencoded',
        'stripe-version': '2026-10-28.endive',
        'idempotency-key': ATTEMPT,
      },
    });
    expect(Object.keys(request?.headers ?? {})).not.toContain('x-stripe-client-telemetry');
    expect(Object.keys(request?.headers ?? {})).not.toContain('stripe-account');
  });

  it('sends a repeat to the byte', async () => {
    const { gateway, sent } = connected([SILENT, answered(200, aPayment())]);
    await gateway.collect(REQUEST);
    await gateway.collect(REQUEST);
    expect(sent[1]).toEqual(sent[0]);
  });

  it('names the connected account, where there is one, and a base URL with a path', async () => {
    const env = { STRIPE_ACCOUNT_ID: 'acct_1', STRIPE_BASE_URL: 'http://127.0.0.1:4010/stripe/' };
    const { gateway, sent } = connected([answered(200, aPayment())], env);
    await gateway.collect(REQUEST);
    expect(sent[0]).toMatchObject({
      url: 'http://127.0.0.1:4010/stripe/v1/payment_intents',
      headers: { 'stripe-account': 'acct_1' },
    });
  });

  it.each(OPEN)('%s: nobody knows, and it is sent once', async (_name, reply) => {
    const { gateway, sent } = connected([reply]);
    expect(await gateway.collect(REQUEST)).toMatchObject({ kind: 'unknown' });
    expect(sent).toHaveLength(1);
  });

  it.each(NO)('%s: a no', async (_name, reply, code, providerCode) => {
    const { gateway, sent } = connected([reply]);
    expect(await gateway.collect(REQUEST)).toMatchObject({ kind: 'declined', failure: { code, providerCode } });
    expect(sent).toHaveLength(1);
  });

  it('says which bug it is when our key meets other parameters', async () => {
    const { gateway } = connected([answered(400, anError('idempotency_error', null))]);
    expect(await gateway.collect(REQUEST)).toEqual({
      kind: 'unknown',
      reason: 'create: idempotency_error: the key was used with other parameters',
    });
  });

  it('takes no acceptance without a client secret: nobody could pay', async () => {
    const { gateway } = connected([answered(200, aPayment({ client_secret: null }))]);
    expect(await gateway.collect(REQUEST)).toMatchObject({ kind: 'unknown' });
  });

  it('asks for nothing that Stripe cannot take', async () => {
    const { gateway, sent } = connected();
    for (const amount of [
      { amount: 1_001, currency: 'TND' },
      { amount: 100_000_000, currency: 'USD' },
      { amount: 1_000_000, currency: 'UGX' },
      { amount: 500, currency: 'GHS' },
    ]) {
      const outcome = await gateway.collect({ ...REQUEST, amount });
      expect(outcome).toMatchObject({ kind: 'declined', failure: { code: 'INVALID_AMOUNT' } });
    }
    expect(sent).toEqual([]);
  });
});

describe('lookup', () => {
  it('asks by Stripe’s id, with the charge, and cannot ask without it', async () => {
    const { gateway, sent } = connected([answered(200, aPayment({ status: 'succeeded', amount_received: 150_000 }))]);
    expect(await gateway.lookup({ ...QUESTION, providerId: null })).toEqual({ kind: 'unaskable' });
    expect(await gateway.lookup(QUESTION)).toMatchObject({ kind: 'found', report: { state: 'succeeded' } });
    expect(sent).toHaveLength(1);
    expect(sent[0]).toMatchObject({
      method: 'GET',
      url: 'https://api.stripe.com/v1/payment_intents/pi_1?expand[0]=latest_charge',
      effect: 'read',
      body: null,
    });
  });

  it.each(OPEN)('%s answers nothing', async (_name, reply) => {
    const { gateway } = connected([reply]);
    expect(await gateway.lookup(QUESTION)).toMatchObject({ kind: 'unknown' });
  });

  it.each(NO)('%s answers nothing', async (_name, reply) => {
    const { gateway } = connected([reply]);
    expect(await gateway.lookup(QUESTION)).toMatchObject({ kind: 'unknown' });
  });

  it('hears that there is no such payment', async () => {
    const { gateway } = connected([answered(404, anError('invalid_request_error', 'resource_missing'))]);
    expect(await gateway.lookup(QUESTION)).toEqual({ kind: 'absent' });
  });

  it('names a status that is not documented, for people', async () => {
    const { gateway } = connected([answered(200, aPayment({ status: 'requires_prayer' }))]);
    expect(await gateway.lookup(QUESTION)).toMatchObject({ kind: 'unknown', unlisted: 'requires_prayer' });
  });

  it('takes no other payment for the one that was asked about', async () => {
    const { gateway } = connected([answered(200, aPayment({ id: 'pi_2', status: 'succeeded' }))]);
    expect(await gateway.lookup(QUESTION)).toMatchObject({ kind: 'unknown' });
  });

  it('puts nothing but an id into a path', async () => {
    const { gateway, sent } = connected();
    for (const providerId of ['../balance', 'pi_1?x=1', '', 'pi 1', 'pi_1/confirm', 'é']) {
      expect(await gateway.lookup({ ...QUESTION, providerId })).toEqual({ kind: 'absent' });
      expect(await gateway.withdraw({ ...QUESTION, providerId })).toEqual({ kind: 'absent' });
    }
    expect(sent).toEqual([]);
  });
});

describe('withdraw', () => {
  it('cancels as abandoned, under no key of ours, and says that it is closed', async () => {
    const closed = aPayment({ status: 'canceled', cancellation_reason: 'abandoned' });
    const { gateway, sent } = connected([answered(200, closed), answered(200, closed)]);
    const outcome = await gateway.withdraw(QUESTION);
    expect(outcome).toMatchObject({ kind: 'found', report: { state: 'expired', failure: { code: 'TIMED_OUT' } } });
    await gateway.withdraw(QUESTION);
    expect(sent[0]).toMatchObject({
      method: 'POST',
      url: 'https://api.stripe.com/v1/payment_intents/pi_1/cancel',
      body: 'cancellation_reason=abandoned&expand[0]=latest_charge',
      effect: 'write',
    });
    const keys = sent.map(({ headers }) => headers['idempotency-key']);
    expect(new Set(keys).size).toBe(2);
  });

  it('finds what was paid before it could be closed', async () => {
    const unexpected = answered(400, anError('invalid_request_error', 'payment_intent_unexpected_state'));
    const paid = aPayment({ status: 'succeeded', amount_received: 150_000 });
    const { gateway, sent } = connected([unexpected, answered(200, paid)]);
    expect(await gateway.withdraw(QUESTION)).toMatchObject({ kind: 'found', report: { state: 'succeeded' } });
    expect(sent.map(({ effect }) => effect)).toEqual(['write', 'read']);
    expect(sent.reduce((sum, { timeoutMs }) => sum + timeoutMs, 0)).toBeLessThanOrEqual(10_000);
  });

  it('leaves open what nobody answered', async () => {
    for (const reply of [SILENT, UNSENT, answered(500, anError('api_error', null)), answered(401, {})]) {
      const { gateway, sent } = connected([reply]);
      expect(await gateway.withdraw(QUESTION)).toMatchObject({ kind: 'unknown' });
      expect(sent).toHaveLength(1);
    }
  });

  it('cannot close what it has no id of: nobody has its client secret either', async () => {
    const { gateway } = connected();
    expect(await gateway.withdraw({ ...QUESTION, providerId: null })).toEqual({ kind: 'unaskable' });
  });
});

describe('settings', () => {
  const faultsOf = (change: Readonly<Record<string, string | undefined>>): readonly string[] => {
    const parsed = stripe.settings.safeParse({ ...ENV, ...change });
    return parsed.success ? [] : parsed.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`);
  };

  it('take keys of the world that they name, and say which one is not', () => {
    expect(faultsOf({})).toEqual([]);
    expect(faultsOf({ STRIPE_SECRET_KEY: 'rk_test_1' })).toEqual([]);
    const live = { STRIPE_SECRET_KEY: 'sk_live_1', STRIPE_PUBLISHABLE_KEY: 'pk_live_1' };
    expect(faultsOf({ ...live, STRIPE_ENVIRONMENT: 'live' })).toEqual([]);
    expect(faultsOf({ ...live, STRIPE_ENVIRONMENT: 'sandbox' })).toEqual([
      'STRIPE_SECRET_KEY is a live key, and STRIPE_ENVIRONMENT is sandbox',
      'STRIPE_PUBLISHABLE_KEY is a live key, and STRIPE_ENVIRONMENT is sandbox',
    ]);
    expect(faultsOf({ STRIPE_ENVIRONMENT: 'live', STRIPE_SECRET_KEY: 'sk_live_1' })).toEqual([
      'STRIPE_PUBLISHABLE_KEY is a test key, and STRIPE_ENVIRONMENT is live',
    ]);
  });

  it.each([
    ['STRIPE_SECRET_KEY', 'pk_test_mistaken'],
    ['STRIPE_SECRET_KEY', undefined],
    ['STRIPE_PUBLISHABLE_KEY', 'sk_test_mistaken'],
    ['STRIPE_WEBHOOK_SECRET', ''],
    ['STRIPE_ACCOUNT_ID', 'cus_1'],
    ['STRIPE_BASE_URL', 'https://user:secret@api.stripe.com'],
  ])('refuse %s=%s, by its name and without its value', (name, value) => {
    const faults = faultsOf({ [name]: value });
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain(name);
    if (value !== undefined && value !== '') expect(faults[0]).not.toContain(value);
  });

  it('have a least amount for KES, where Stripe publishes none', () => {
    expect(connected().gateway.limits['KES']).toEqual({ min: 10_000, max: 99_999_999 });
    expect(connected([], { STRIPE_AMOUNT_MIN_KES: '5000' }).gateway.limits['KES']?.min).toBe(5_000);
    expect(connected().gateway.limits['UGX']?.max).toBe(999_999);
  });
});
