// Goal: a callback is read only as KkiaPay documents it, in all the spellings that integrators have met. Method: the fact
// sheet's vectors, changed one field at a time; whether they pass for genuine is the conformance suite's to check.

import { describe, expect, it } from 'vitest';
import { V1_BODY, V2_BODY } from './fixtures/vectors.ts';
import { connected, ENV, INTENT } from './kkiapay.fixture.ts';

describe('the webhook', () => {
  const read = (changes: object = {}) =>
    connected().gateway.webhook.read(
      Buffer.from(JSON.stringify({ ...(JSON.parse(V1_BODY) as object), ...changes })),
      '',
    );

  it('reads the vectors', () => {
    expect(connected().gateway.webhook.read(Buffer.from(V1_BODY), '')).toEqual({
      event: 'transaction.success',
      dedupeKey: `3iH6wjHJ3:transaction.success:${INTENT}:`,
      providerId: '3iH6wjHJ3',
      reference: INTENT,
      report: {
        providerId: '3iH6wjHJ3',
        reference: INTENT,
        state: 'succeeded',
        amount: { amount: 1_000, currency: 'XOF' },
        environment: null,
        instrument: 'WALLET',
        failure: null,
      },
    });
    expect(connected().gateway.webhook.read(Buffer.from(V2_BODY), '')).toMatchObject({
      event: 'transaction.failed',
      reference: null,
      report: { state: 'failed', failure: { code: 'INSUFFICIENT_FUNDS', providerCode: 'insufficient_fund' } },
    });
  });

  it('takes the other spellings that integrators have met', () => {
    expect(read({ stateData: JSON.stringify({ intentId: INTENT }) })).toMatchObject({ reference: INTENT });
    expect(read({ isPaymentSucces: undefined, isPaymentSuccess: true })).not.toBeNull();
    expect(read({ stateData: {}, partnerId: '' })).toMatchObject({ reference: null });
    const timeout = { event: 'transaction.timeout', isPaymentSucces: false, failureCode: 'timeout' };
    expect(read(timeout)).toMatchObject({ report: { state: 'expired', failure: { code: 'TIMED_OUT' } } });
  });

  it.each([
    ['an event that is not documented', { event: 'transaction.reversed' }],
    ['a contradiction', { isPaymentSucces: false }],
    ['no transaction', { transactionId: undefined }],
    ['an id that is none', { transactionId: '../x' }],
  ])('keeps %s for people', (_what, changes) => {
    expect(read(changes)).toBeNull();
  });

  it.each(['1000', 1000.5, -1, undefined])('an amount of %j claims nothing, and makes us ask', (amount) => {
    expect(read({ amount })).toMatchObject({ providerId: '3iH6wjHJ3', reference: INTENT, report: null });
  });

  it('tells one that says whose it is from one that does not', () => {
    const bare = read({ stateData: undefined, partnerId: undefined });
    expect(bare?.dedupeKey).not.toBe(read({})?.dedupeKey);
  });

  it('knows the secrets that are being changed', () => {
    const { gateway } = connected([], { KKIAPAY_WEBHOOK_SECRETS_EXTRA: 'whsec_old_1, whsec_old_2' });
    const verify = (secret: string) =>
      gateway.webhook.verify({
        headers: { 'x-kkiapay-secret': secret },
        path: '',
        body: Buffer.from(V1_BODY),
        remoteAddress: '',
      });
    expect(
      ['whsec_old_1', 'whsec_old_2', ENV.KKIAPAY_WEBHOOK_SECRET, 'whsec_old_3', 'whsec_old_1, whsec_old_2'].map(verify),
    ).toEqual(['hint', 'hint', 'hint', 'forged', 'forged']);
  });
});
