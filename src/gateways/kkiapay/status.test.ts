// Goal: every documented word of a status answer has one meaning, and every other word has none. Method: the answer as the
// fact sheet shows it, changed one field at a time.

import { describe, expect, it } from 'vitest';
import type { HttpReply } from '../http.ts';
import { answered, connected, INTENT, REQUEST, SUCCESS } from './kkiapay.fixture.ts';

describe('the status answer', () => {
  async function lookup(reply: HttpReply, providerId: string | null = '3iH6wjHJ3') {
    const { gateway, sent } = connected([reply]);
    const outcome = await gateway.lookup({ intentId: INTENT, reference: null, providerId, amount: REQUEST.amount });
    return { outcome, sent };
  }
  const reportOf = async (changes: object) => {
    const { outcome } = await lookup(answered(200, { ...SUCCESS, ...changes }));
    return outcome.kind === 'found' ? outcome.report : outcome;
  };

  it('is asked with all three keys, and read whole', async () => {
    const { outcome, sent } = await lookup(answered(200, SUCCESS));
    expect(sent[0]).toMatchObject({
      headers: { 'x-api-key': 'pk_test', 'x-private-key': 'tpk_test', 'x-secret-key': 'tsk_test' },
      effect: 'read',
    });
    expect(outcome).toEqual({
      kind: 'found',
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
  });

  it.each([
    ...['PENDING', 'INITIATED', 'PROCESSING'].map((status) => [status, 'pending']),
    ...['SUCCESS', 'COMPLETE', 'COMPLETED', 'SUCCEEDED', 'SUCCESSFUL'].map((status) => [status, 'succeeded']),
    ...['CANCELLED', 'CANCELED'].map((status) => [status, 'cancelled']),
    ...['REVERTED', 'REFUNDED'].map((status) => [status, 'refunded']),
    ['FAILED', 'failed'],
  ])('reads %s as %s', async (status, state) => {
    expect(await reportOf({ status })).toMatchObject({ state });
  });

  it.each([
    ['insufficient_fund', 'INSUFFICIENT_FUNDS', 'failed'],
    ['insufficent_fund', 'INSUFFICIENT_FUNDS', 'failed'],
    ['insufficient_funds', 'INSUFFICIENT_FUNDS', 'failed'],
    ['processing_error', 'PROVIDER_BUSY', 'failed'],
    ['payment_declined', 'DECLINED_BY_PAYER', 'failed'],
    ['user_rejected', 'DECLINED_BY_PAYER', 'failed'],
    ['cancelled_by_user', 'DECLINED_BY_PAYER', 'failed'],
    ['timeout', 'TIMED_OUT', 'expired'],
    ['Timeout', 'TIMED_OUT', 'expired'],
    ['expired', 'TIMED_OUT', 'expired'],
    ['wrong_pin', 'WRONG_PIN', 'failed'],
    ['invalid_phone', 'INVALID_PHONE', 'failed'],
    ['INVALID_PHONE_NUMBER', 'INVALID_PHONE', 'failed'],
    ['invalid_amount', 'INVALID_AMOUNT', 'failed'],
    ['operator_error', 'PROVIDER_ERROR', 'failed'],
    ['network_error', 'PROVIDER_ERROR', 'failed'],
    ['transaction_error', 'PROVIDER_ERROR', 'failed'],
    ['card_declined', 'CARD_DECLINED', 'failed'],
    ['card_fraudulent', 'CARD_DECLINED', 'failed'],
    ['INVALID_API_KEY', 'MISCONFIGURED', 'failed'],
    ['unknown', 'UNKNOWN', 'failed'],
    ['constructor', 'UNKNOWN', 'failed'],
  ])('reads a failure by %s as %s', async (failureCode, code, state) => {
    const report = await reportOf({ status: 'FAILED', failureCode, failureMessage: failureCode });
    expect(report).toMatchObject({ state, failure: { code, providerCode: failureCode } });
  });

  it.each<[string, HttpReply]>([
    ['a status that is not listed', answered(200, { ...SUCCESS, status: 'ALMOST' })],
    ['another transaction', answered(200, { ...SUCCESS, transactionId: 'somebody1' })],
    ["the merchant's own payout", answered(200, { ...SUCCESS, is_payout: true })],
    ['no status', answered(200, { transactionId: '3iH6wjHJ3' })],
    ['a refusal that is not documented', answered(400, { status: 'NOT_TODAY' })],
    ['wrong keys', answered(401, '')],
    ['a server error that says "not found"', answered(500, { status: 'TRANSACTION_NOT_FOUND' })],
    ['a page', answered(200, '<html>')],
    ['nothing', { kind: 'silent', reason: 'no answer in time' }],
  ])('is unknown when it is %s', async (_what, reply) => {
    expect((await lookup(reply)).outcome.kind).toBe('unknown');
  });

  it('says that there is no such transaction with HTTP 400', async () => {
    expect((await lookup(answered(400, { status: 'TRANSACTION_NOT_FOUND' }))).outcome).toEqual({ kind: 'absent' });
  });

  it('cannot be asked without an id, and is not asked with what is none', async () => {
    const none = await lookup(answered(200, SUCCESS), null);
    expect(none.outcome).toEqual({ kind: 'unaskable' });
    const bad = await lookup(answered(200, SUCCESS), '../../etc/passwd');
    expect([bad.outcome, bad.sent]).toEqual([{ kind: 'absent' }, []]);
  });

  it.each([
    ['an object', { intentId: INTENT }, 'inv-42', INTENT],
    ['its JSON', JSON.stringify({ intentId: INTENT }), '', INTENT],
    ['nothing, and a partner id that is ours', null, INTENT, INTENT],
    ['nothing, and a partner id of somebody', null, 'inv-42', null],
    ['text', 'hello', 'inv-42', null],
    ['an id that is not ours', { intentId: 'order-7' }, INTENT, 'order-7'],
    ['an id that is no text', { intentId: { $ne: 1 } }, '', null],
  ])('names our intent: %s', async (_what, state, partnerId, reference) => {
    expect(await reportOf({ state, partnerId })).toMatchObject({ reference });
  });

  it.each(['1000', 1_000.5, -1, null, undefined, 1e21])('makes no amount of %s', async (amount) => {
    expect(await reportOf({ amount })).toMatchObject({ state: 'succeeded', amount: null });
  });

  it('believes the environment where it is said', async () => {
    expect(await reportOf({ sandbox: true })).toMatchObject({ environment: 'sandbox' });
    expect(await reportOf({ isSandbox: false })).toMatchObject({ environment: 'live' });
    expect(await reportOf({ sandbox: 'yes' })).toMatchObject({ environment: null });
  });

  it.each([
    ['WALLET', 'WALLET'],
    ['CARD', 'CARD'],
    ['BANK_ACCOUNT', 'BANK'],
    ['SEASHELLS', null],
  ])('reads the source %s as %s', async (source, instrument) => {
    expect(await reportOf({ source })).toMatchObject({ instrument });
  });
});
