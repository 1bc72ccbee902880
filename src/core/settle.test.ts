// Goal: whatever a provider says, the intent ends where the money is. Method: every report on every status, then the
// mismatches and the create call's answers one by one. Random orders have a file of their own.

import { describe, expect, it } from 'vitest';
import { failureOf } from './failure.ts';
import { anIntent, anIntentIn, aReport, momentOf } from './intent.fixture.ts';
import { fold, INTENT_STATUSES, TRANSITIONS, type Intent } from './intent.ts';
import { together, type CollectOutcome, type PaymentReport } from './report.ts';
import { annotate, expire, mismatchOf, recordOutcome, review, settle } from './settle.ts';

const MONEY = { amount: 5000, currency: 'XOF' };

const told = (intent: Intent, change: Partial<PaymentReport> = {}, second = 5): Intent =>
  settle(intent, aReport(change), 'live', momentOf(second));

const TARGETS = {
  pending: 'PROCESSING',
  succeeded: 'SUCCEEDED',
  refunded: 'SUCCEEDED',
  failed: 'FAILED',
  cancelled: 'CANCELLED',
  expired: 'EXPIRED',
} as const;
const STATES = Object.keys(TARGETS) as PaymentReport['state'][];

describe.each(INTENT_STATUSES)('on %s', (status) => {
  it.each(STATES)('%s moves where the table allows, and nowhere else', (state) => {
    const before = anIntentIn(status);
    const after = told(before, { state });
    const to = TARGETS[state];
    if (!TRANSITIONS[status].includes(to)) {
      // Money that went back without a refund of ours is for people, and moves nothing.
      const reversed = state === 'refunded' ? { needsReview: true, status } : before;
      expect(after).toMatchObject(reversed);
      expect(after.events).toEqual(before.events);
      return;
    }
    const late = status !== 'PENDING' && status !== 'PROCESSING';
    expect(after).toMatchObject({ status: to, late, outcomeUnknown: false, instrument: 'WALLET' });
    expect(after.events).toHaveLength(before.events.length + 1);
    expect(fold(after.events)).toMatchObject({ status: to, late });
    expect(told(after, { state })).toBe(after);
  });
});

describe('a failure', () => {
  it('keeps what the provider said', () => {
    const failure = failureOf('WRONG_PIN', 'wrong_pin');
    expect(told(anIntentIn('PROCESSING'), { state: 'failed', failure }).failure).toEqual(failure);
  });

  it.each([
    ['failed', 'UNKNOWN'],
    ['expired', 'TIMED_OUT'],
  ] as const)('without a word is %s: %s', (state, code) => {
    expect(told(anIntentIn('PROCESSING'), { state }).failure).toEqual(failureOf(code, null));
  });

  it('is forgotten once the money came after all', () => {
    const failed = told(anIntentIn('PROCESSING'), { state: 'failed' });
    expect(told(failed)).toMatchObject({ status: 'SUCCEEDED', failure: null, late: true });
  });
});

describe('a success whose amount is fixed', () => {
  const silent = { amount: null, amountFixed: true } as const;
  const claim = (amount: number) => aReport({ amount: { ...MONEY, amount }, receipt: 'RKL1234ABC' });

  it('need not name it', () => {
    expect(told(anIntentIn('PROCESSING'), silent)).toMatchObject({ status: 'SUCCEEDED', needsReview: false });
  });

  it('takes amount and receipt from a callback of the same transaction and state alone', () => {
    const answer = aReport(silent);
    expect(together(answer, claim(5000))).toMatchObject({ amount: MONEY, receipt: 'RKL1234ABC', amountFixed: true });
    expect(together(answer, { ...claim(5000), providerId: 't-2' })).toBe(answer);
    expect(together(answer, { ...claim(5000), state: 'failed' })).toBe(answer);
    expect(together(answer, null)).toBe(answer);
  });

  it('never settles a payment of which a callback has named another amount, however often it is asked', () => {
    const doubted = settle(anIntentIn('PROCESSING'), together(aReport(silent), claim(5001)), 'live', momentOf(4));
    expect(doubted).toMatchObject({ status: 'PROCESSING', needsReview: true });
    expect(told(doubted, silent)).toBe(doubted);
    expect(settle(doubted, together(aReport(silent), claim(5000)), 'live', momentOf(6))).toBe(doubted);
    // The doubt is about that transaction, and a no is a no.
    expect(told(doubted, { state: 'failed', ...silent })).toMatchObject({ status: 'FAILED', needsReview: true });
  });

  it('stands once it settled: what a callback names afterwards is for people', () => {
    const settled = told(anIntentIn('PROCESSING'), silent);
    expect(annotate(settled, claim(5000), momentOf(7))).toMatchObject({ receipt: 'RKL1234ABC', needsReview: false });
    expect(annotate(settled, claim(5001), momentOf(7))).toMatchObject({
      status: 'SUCCEEDED',
      needsReview: true,
      reviewReason: 'AMOUNT_MISMATCH: transaction transaction-1',
    });
  });
});

describe('a success that is not this payment', () => {
  const cases: readonly [string, Partial<PaymentReport>, string][] = [
    ['one unit too much', { amount: { ...MONEY, amount: 5001 } }, 'AMOUNT_MISMATCH'],
    ['one unit too little', { amount: { ...MONEY, amount: 4999 } }, 'AMOUNT_MISMATCH'],
    ['another exponent', { amount: { ...MONEY, amount: 500_000 } }, 'AMOUNT_MISMATCH'],
    ['another currency', { amount: { ...MONEY, currency: 'XAF' } }, 'AMOUNT_MISMATCH'],
    ['no amount', { amount: null }, 'AMOUNT_MISMATCH'],
    [
      'one unit too much, and sent back since',
      { state: 'refunded', amount: { ...MONEY, amount: 5001 } },
      'AMOUNT_MISMATCH',
    ],
    ['a foreign reference', { reference: 'intent-2' }, 'TRANSACTION_ALREADY_USED'],
    ['another transaction without a reference', { providerId: 't-2', reference: null }, 'TRANSACTION_ALREADY_USED'],
  ];

  describe.each(cases)('%s', (_what, change, mismatch) => {
    it.each(INTENT_STATUSES)('on %s is for people, and no success (I5)', (status) => {
      const before = anIntentIn(status);
      expect(mismatchOf(before, aReport(change), 'live')).toBe(mismatch);
      const after = told(before, change);
      const reviewReason = `${mismatch}: transaction ${change.providerId ?? 'transaction-1'}`;
      expect(after).toEqual({
        ...before,
        needsReview: true,
        reviewReason,
        version: after.version,
        updatedAt: momentOf(5).at,
      });
      expect(told(after, change, 6)).toBe(after);
    });
  });

  it('leaves no trace when nothing was captured', () => {
    const before = anIntentIn('PROCESSING');
    expect(told(before, { state: 'failed', reference: 'intent-2' })).toBe(before);
    expect(told(before, { state: 'failed', providerId: 't-2', reference: null })).toBe(before);
  });

  it.each(INTENT_STATUSES)("of the provider's other world leaves no trace on %s (I19)", (status) => {
    const before = anIntentIn(status);
    for (const change of [{}, { reference: 'intent-2' }, { amount: { ...MONEY, amount: 1 } }]) {
      expect(mismatchOf(before, aReport({ environment: 'sandbox', ...change }), 'live')).toBe('WRONG_ENVIRONMENT');
      expect(told(before, { environment: 'sandbox', ...change })).toBe(before);
    }
    expect(mismatchOf(before, aReport({ environment: null }), 'live')).toBeNull();
  });

  it('does not keep the right one from settling', () => {
    const after = told(told(anIntentIn('PROCESSING'), { amount: { ...MONEY, amount: 4999 } }));
    expect(after).toMatchObject({ status: 'SUCCEEDED', needsReview: true });
  });
});

describe('a second transaction', () => {
  it('that succeeds too is for people: the first one stays (B59)', () => {
    const paid = told(anIntentIn('PROCESSING'));
    const twice = told(paid, { providerId: 'transaction-2' });
    expect(twice).toMatchObject({ status: 'SUCCEEDED', gatewayTransactionId: 'transaction-1', needsReview: true });
    expect(twice.reviewReason).toBe('TRANSACTION_ALREADY_USED: transaction transaction-2');
    expect(twice.events).toEqual(paid.events);
  });

  it.each(['PROCESSING', 'EXPIRED', 'CANCELLED'] as const)(
    'decides nothing while the one that we asked for may be paid, whatever reference it carries: %s',
    (status) => {
      const before = anIntentIn(status);
      for (const state of ['failed', 'cancelled', 'expired', 'pending'] as const)
        expect(told(before, { providerId: 'transaction-2', state })).toBe(before);
      const paid = told(before, { providerId: 'transaction-2' });
      expect(paid).toMatchObject({ status, gatewayTransactionId: 'transaction-1', needsReview: true });
      expect(paid.reviewReason).toBe('TRANSACTION_ALREADY_USED: transaction transaction-2');
      expect(told(paid, {}, 6).status).toBe('SUCCEEDED');
    },
  );

  it('that succeeds after a first one failed is the payment, where it carries our reference', () => {
    const failed = told(anIntentIn('PENDING'), { state: 'failed' });
    const paid = told(failed, { providerId: 'transaction-2', reference: 'intent-1' });
    expect(paid).toMatchObject({ status: 'SUCCEEDED', gatewayTransactionId: 'transaction-2', needsReview: false });
  });

  it('that fails after the first one succeeded says nothing', () => {
    const paid = told(anIntentIn('PROCESSING'));
    expect(told(paid, { providerId: 'transaction-2', state: 'failed' })).toBe(paid);
  });
});

describe('review', () => {
  it('keeps every reason once, and repeats change nothing (I18)', () => {
    const both = (reasons: readonly string[]) =>
      reasons.reduce((intent, reason, n) => review(intent, reason, momentOf(n)), anIntent());
    expect(both(['b', 'a']).reviewReason).toBe('a; b');
    expect(both(['a', 'b']).reviewReason).toBe('a; b');
    const flagged = both(['a', 'b']);
    expect(review(flagged, 'a', momentOf(9))).toBe(flagged);
    expect(review({ ...flagged, needsReview: false }, 'a', momentOf(9))).toMatchObject({
      needsReview: true,
      reviewReason: 'a; b',
    });
  });
});

describe('the answer to the create call', () => {
  const accepted: CollectOutcome = {
    kind: 'accepted',
    providerId: 'transaction-1',
    nextAction: { kind: 'REDIRECT', url: 'u' },
  };
  const declined: CollectOutcome = { kind: 'declined', failure: failureOf('INVALID_PHONE', 'bad_msisdn') };
  const unknown: CollectOutcome = { kind: 'unknown', reason: 'timeout' };
  const answered = (intent: Intent, outcome: CollectOutcome) => recordOutcome(intent, outcome, momentOf(3));

  it('accepted: PROCESSING, and the payer is told what to do', () => {
    expect(answered(anIntent(), accepted)).toMatchObject({
      status: 'PROCESSING',
      gatewayTransactionId: 'transaction-1',
      nextAction: { kind: 'REDIRECT', url: 'u' },
      outcomeUnknown: false,
      lease: null,
      attempts: [{ state: 'ACCEPTED', providerId: 'transaction-1' }],
    });
  });

  it('declined: FAILED, with the reason', () => {
    expect(answered(anIntent(), declined)).toMatchObject({
      status: 'FAILED',
      failure: { code: 'INVALID_PHONE', providerCode: 'bad_msisdn' },
      lease: null,
      attempts: [{ state: 'DECLINED' }],
    });
  });

  it('unknown: never FAILED, and said so', () => {
    expect(answered(anIntent(), unknown)).toMatchObject({
      status: 'PROCESSING',
      outcomeUnknown: true,
      failure: null,
      lease: null,
      attempts: [{ state: 'UNKNOWN' }],
    });
  });

  it('counts still when another process had given it up, if it is a yes', () => {
    const given = answered(anIntent(), unknown);
    expect(answered(given, accepted)).toMatchObject({ outcomeUnknown: false, attempts: [{ state: 'ACCEPTED' }] });
    // The same payment may have been sent again since: a no to the first call does not speak for that one.
    expect(answered(given, declined)).toBe(given);
  });

  it.each([accepted, declined, unknown])(
    '$kind changes nothing after an early webhook settled the payment',
    (outcome) => {
      const paid = told(anIntent(), {}, 2);
      expect(paid).toMatchObject({ status: 'SUCCEEDED', lease: null, attempts: [{ state: 'ACCEPTED' }] });
      expect(answered(paid, outcome)).toBe(paid);
    },
  );

  it('accepted keeps its next action when an early webhook said pending', () => {
    const early = told(anIntent(), { state: 'pending' }, 2);
    expect(early).toMatchObject({ status: 'PROCESSING', attempts: [{ state: 'SENT', providerId: 'transaction-1' }] });
    const after = answered(early, { ...accepted, providerId: null });
    expect(after).toMatchObject({
      nextAction: { kind: 'REDIRECT', url: 'u' },
      gatewayTransactionId: 'transaction-1',
      attempts: [{ state: 'ACCEPTED', providerId: 'transaction-1' }],
    });
    expect(after.events).toEqual(early.events);
  });

  it('unknown leaves nothing open when the provider has named its payment already', () => {
    const after = answered(told(anIntent(), { state: 'pending' }, 2), unknown);
    expect(after).toMatchObject({ status: 'PROCESSING', outcomeUnknown: false, attempts: [{ state: 'ACCEPTED' }] });
  });

  it.each(['EXPIRED', 'CANCELLED'] as const)(
    'accepted after %s is kept for the late look, and moves nothing',
    (status) => {
      const ended = anIntentIn(status, anIntent());
      const after = answered(ended, accepted);
      expect(after).toMatchObject({ status, gatewayTransactionId: 'transaction-1', nextAction: null, lease: null });
      expect(after.events).toEqual(ended.events);
    },
  );
});

describe('expire', () => {
  it.each(INTENT_STATUSES)('ends the wait of what is open: %s', (status) => {
    const before = anIntentIn(status);
    const after = expire(before, momentOf(7));
    if (status !== 'PENDING' && status !== 'PROCESSING') expect(after).toBe(before);
    else
      expect(after).toMatchObject({ status: 'EXPIRED', lease: null, nextAction: null, failure: { code: 'TIMED_OUT' } });
  });
});
