// Goal: Stripe's words and amounts in ours, each one of them, and nothing guessed. Method: tables from the fact sheet.

import { describe, expect, it } from 'vitest';
import { CURRENCIES } from '../../core/money.ts';
import { fromStripe, limitsOf, STRIPE_CURRENCIES, toStripe } from './amounts.ts';
import {
  environmentOf,
  failureOfError,
  instrumentOf,
  paymentShape,
  refundReportOf,
  refundShape,
  reportOf,
} from './status.ts';
import { aPayment, aRefund, ATTEMPT, INTENT } from './stripe.fixture.ts';

const report = (change: object) => reportOf(paymentShape.parse(aPayment(change)), false);

describe('a PaymentIntent', () => {
  it.each([
    ['requires_payment_method', null, 'pending'],
    ['requires_confirmation', null, 'pending'],
    ['requires_action', null, 'pending'],
    ['processing', null, 'pending'],
    ['requires_capture', null, 'pending'],
    ['succeeded', null, 'succeeded'],
    ['canceled', null, 'cancelled'],
    ['canceled', 'duplicate', 'cancelled'],
    ['canceled', 'fraudulent', 'cancelled'],
    ['canceled', 'requested_by_customer', 'cancelled'],
    ['canceled', 'abandoned', 'expired'],
    ['canceled', 'automatic', 'expired'],
    ['canceled', 'expired', 'expired'],
  ])('%s (%s) is %s', (status, cancellation_reason, state) => {
    expect(report({ status, cancellation_reason })?.state).toBe(state);
  });

  it('of an unlisted status is nothing', () => {
    expect(report({ status: 'requires_prayer' })).toBeNull();
  });

  it('that was refused a card stays pending: the payer may try another one', () => {
    const refused = report({ last_payment_error: { code: 'card_declined', decline_code: 'generic_decline' } });
    expect(refused).toMatchObject({ state: 'pending', failure: null });
  });

  it('says why it ended: the last card, else the time, else the payer', () => {
    const last_payment_error = { code: 'card_declined', decline_code: 'insufficient_funds' };
    const canceled = { status: 'canceled', cancellation_reason: 'abandoned' };
    expect(report({ ...canceled, last_payment_error })?.failure?.code).toBe('INSUFFICIENT_FUNDS');
    expect(report(canceled)?.failure?.code).toBe('TIMED_OUT');
    expect(report({ ...canceled, cancellation_reason: 'requested_by_customer' })?.failure?.code).toBe(
      'DECLINED_BY_PAYER',
    );
    expect(report({ ...canceled, cancellation_reason: 'fraudulent' })?.failure).toBeNull();
  });

  it('says what was received, not what was asked', () => {
    const paid = { status: 'succeeded', amount: 150_000, amount_received: 149_999 };
    expect(report(paid)?.amount).toEqual({ amount: 149_999, currency: 'KES' });
    expect(report({ ...paid, currency: 'jpy' })?.amount).toBeNull();
    expect(report({ status: 'processing' })?.amount).toEqual({ amount: 150_000, currency: 'KES' });
  });

  it('is refunded only once all of it has gone back', () => {
    const paid = { status: 'succeeded', amount_received: 150_000 };
    expect(report({ ...paid, latest_charge: { id: 'ch_1', refunded: true } })?.state).toBe('refunded');
    expect(report({ ...paid, latest_charge: { id: 'ch_1', refunded: false } })?.state).toBe('succeeded');
    expect(report({ ...paid, latest_charge: 'ch_1' })?.state).toBe('succeeded');
  });

  it('names our attempt, else our intent, else nobody', () => {
    expect(report({})?.reference).toBe(ATTEMPT);
    expect(report({ metadata: { intentId: INTENT } })?.reference).toBe(INTENT);
    expect(report({ metadata: {} })?.reference).toBeNull();
    expect(report({ metadata: null })?.reference).toBeNull();
  });

  it('tells card, bank and wallet where its charge does', () => {
    const by = (type: string) =>
      report({ status: 'succeeded', latest_charge: { payment_method_details: { type } } })?.instrument;
    expect([by('card'), by('us_bank_account'), by('sepa_debit'), by('paypal'), by('link'), by('klarna')]).toEqual([
      'CARD',
      'BANK',
      'BANK',
      'WALLET',
      'WALLET',
      null,
    ]);
    expect(instrumentOf(undefined)).toBeNull();
    expect([environmentOf(true), environmentOf(false), environmentOf(undefined)]).toEqual(['live', 'sandbox', null]);
  });

  it.each([
    ['a fraction', { amount: 1.5 }],
    ['a negative amount', { amount_received: -1 }],
    ['a text', { amount: '150000' }],
    ['another object', { object: 'charge' }],
    ['another id', { id: 'ch_1' }],
    ['a currency in capitals', { currency: 'KES' }],
  ])('with %s is none', (_name, change) => {
    expect(paymentShape.safeParse(aPayment(change)).success).toBe(false);
  });
});

describe('a refund', () => {
  it.each([
    ['pending', 'pending'],
    ['requires_action', 'pending'],
    ['succeeded', 'succeeded'],
    ['failed', 'failed'],
    ['canceled', 'failed'],
  ])('%s is %s', (status, state) => {
    const told = refundReportOf(refundShape.parse(aRefund({ status, failure_reason: 'declined' })));
    expect(told).toMatchObject({ state, providerRefundId: 're_1', amount: 50_000 });
    expect(told?.failure === null).toBe(state !== 'failed');
  });

  it('of an unlisted status, or in a currency that is none of ours, is nothing', () => {
    expect(refundReportOf(refundShape.parse(aRefund({ status: 'lost' })))).toBeNull();
    expect(refundReportOf(refundShape.parse(aRefund({ currency: 'jpy' })))).toBeNull();
  });
});

describe('a refusal', () => {
  it.each([
    ['card_declined', 'insufficient_funds', 'INSUFFICIENT_FUNDS', 'insufficient_funds'],
    ['card_declined', 'generic_decline', 'CARD_DECLINED', 'generic_decline'],
    ['card_declined', 'do_not_honor', 'CARD_DECLINED', 'do_not_honor'],
    ['expired_card', 'expired_card', 'CARD_DECLINED', 'expired_card'],
    ['incorrect_cvc', 'incorrect_cvc', 'CARD_DECLINED', 'incorrect_cvc'],
    ['incorrect_number', null, 'CARD_DECLINED', 'incorrect_number'],
    ['card_declined', 'pin_try_exceeded', 'WRONG_PIN', 'pin_try_exceeded'],
    ['authentication_required', 'authentication_required', 'AUTHENTICATION_FAILED', 'authentication_required'],
    ['processing_error', 'processing_error', 'PROVIDER_ERROR', 'processing_error'],
    ['card_declined', 'a_code_of_next_year', 'CARD_DECLINED', 'card_declined'],
    ['a_code_of_next_year', null, 'UNKNOWN', 'a_code_of_next_year'],
    ['No such thing: 4242', null, 'UNKNOWN', null],
    [null, null, 'UNKNOWN', null],
  ])('%s / %s is %s', (code, declineCode, ours, providerCode) => {
    expect(failureOfError(code, declineCode)).toMatchObject({ code: ours, providerCode });
  });

  it.each(['lost_card', 'stolen_card', 'fraudulent', 'pickup_card', 'restricted_card', 'merchant_blacklist'])(
    '%s is never revealed',
    (declineCode) => {
      const plain = failureOfError('card_declined', null);
      expect(failureOfError('card_declined', declineCode)).toEqual(plain);
      expect(JSON.stringify(failureOfError(declineCode, null))).not.toContain(declineCode);
    },
  );
});

describe('money', () => {
  it.each([
    [
      { amount: 150_000, currency: 'KES' },
      { amount: 150_000, currency: 'kes' },
    ],
    [
      { amount: 1_999, currency: 'USD' },
      { amount: 1_999, currency: 'usd' },
    ],
    [
      { amount: 5_000, currency: 'XOF' },
      { amount: 5_000, currency: 'xof' },
    ],
    [
      { amount: 5_000, currency: 'RWF' },
      { amount: 5_000, currency: 'rwf' },
    ],
    [
      { amount: 5_000, currency: 'UGX' },
      { amount: 500_000, currency: 'ugx' },
    ],
    [
      { amount: 12_340, currency: 'TND' },
      { amount: 12_340, currency: 'tnd' },
    ],
    [
      { amount: 99_999_999, currency: 'USD' },
      { amount: 99_999_999, currency: 'usd' },
    ],
  ])('%j is %j, both ways', (ours, theirs) => {
    expect(toStripe(ours)).toEqual(theirs);
    expect(fromStripe(theirs.amount, theirs.currency)).toEqual(ours);
  });

  it.each([
    { amount: 12_345, currency: 'TND' },
    { amount: 100_000_000, currency: 'USD' },
    { amount: 1_000_000, currency: 'UGX' },
    { amount: 0, currency: 'USD' },
    { amount: 500, currency: 'GHS' },
  ])('%j is nothing that Stripe takes', (ours) => {
    expect(toStripe(ours)).toBeNull();
  });

  it.each([
    [500_050, 'ugx'],
    [100, 'jpy'],
    [100, ''],
    [-1, 'usd'],
    [1.5, 'usd'],
    [2 ** 53, 'usd'],
  ])('%d %s of theirs is no amount of ours', (units, currency) => {
    expect(fromStripe(units, currency)).toBeNull();
  });

  it('comes back the same in every currency that is taken, up to the limits', () => {
    const limits = limitsOf(10_000);
    for (const currency of STRIPE_CURRENCIES) {
      const { min = 1, max = 0 } = limits[currency] ?? {};
      for (const amount of [Math.ceil(min / 10) * 10, Math.floor(max / 10) * 10]) {
        const theirs = toStripe({ amount, currency });
        expect(theirs === null ? null : fromStripe(theirs.amount, theirs.currency)).toEqual({ amount, currency });
      }
    }
    expect(Object.keys(CURRENCIES).length - STRIPE_CURRENCIES.length).toBe(2);
  });
});
