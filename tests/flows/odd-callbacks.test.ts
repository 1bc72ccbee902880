// Goal: what a callback says beside the truth costs nobody money: another transaction's end, an amount that nobody can read, a
// telling that leaves half of it out, a second receipt (I3, I5, I20). Method: the whole product; the simulators' own books
// say what is true, callbacks are theirs or written by hand.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SUCCESS_BODY } from '../../src/gateways/mpesa/fixtures/vectors.ts';
import { RefreshIntent } from '../testkit/documents.ts';
import { eventually } from '../testkit/eventually.ts';
import { aboutIt, ACCEPTED, callBack, IGNORES, mpesaWish, openMpesa, pushed, UNTOLD } from '../testkit/mpesa.ts';
import type { MpesaPlace } from '../testkit/mpesa.ts';
import { deliver } from '../testkit/post-office.ts';
import { startStack, type Stack } from '../testkit/stack.ts';
import { aWish, created } from '../testkit/wishes.ts';
import { openWitness, type Witness } from '../testkit/witness.ts';

describe('KkiaPay', () => {
  let stack: Stack;
  let witness: Witness;
  beforeAll(async () => {
    stack = await startStack({
      tuning: { settleMs: 1_000, promptMs: null, slowMs: 500, lateMs: 20_000 },
      env: { KKIAPAY_POLL_DELAYS_MS: '3000' },
    });
    witness = await openWitness(stack.config.MONGODB_URL);
  });
  afterAll(async () => {
    await witness.close();
    await stack.close();
  });

  /** The payer pays in the widget, and KkiaPay says nothing of it; this is what it would have said. */
  async function paidUntold(id: string) {
    await stack.controls.script('kkiapay', { times: 1, on: 'collect', callback: 'none' });
    const paid = await stack.controls.post('/kkiapay/_widget', { amount: 5_000, data: { intentId: id } });
    const { transactionId } = paid as { transactionId: string };
    return { transactionId, isPaymentSucces: true, method: 'MOBILE_MONEY', event: 'transaction.success' };
  }

  function tell(body: object): Promise<number> {
    const secret = stack.simulators.env['KKIAPAY_WEBHOOK_SECRET'] ?? '';
    const headers = { 'content-type': 'application/json', 'x-kkiapay-secret': secret };
    return deliver(stack.apiUrl, { gateway: 'kkiapay', headers, body: JSON.stringify(body) });
  }

  it('another transaction that failed does not end a push that the payer may still answer', async () => {
    const { id } = await created(stack.client, aWish({ customer: { phone: '+2290161000005' } }));
    const refused = { amount: 5_000, phone: '2290161000001', data: { intentId: id } };
    await stack.controls.post('/kkiapay/_widget', refused);
    await eventually(witness.inbox, (rows) =>
      rows.some(({ intentId, state }) => intentId === id && state === 'APPLIED'),
    );
    expect(await witness.sees(id)).toMatchObject({ status: 'SUCCEEDED', needsReview: false });
    const { events } = await witness.intent(id);
    expect(events.map(({ status }) => status)).toEqual(['PENDING', 'PROCESSING', 'SUCCEEDED']);
  });

  it.each([
    ['text', '5000'],
    ['a fraction', 5_000.5],
    ['none', undefined],
  ])('an amount that is %s makes us ask, and the answer counts', async (_what, amount) => {
    const { id } = await created(stack.client, aWish({ customer: null }));
    const told = await paidUntold(id);
    expect(await tell({ ...told, amount, stateData: { intentId: id } })).toBe(200);
    expect(await witness.sees(id)).toMatchObject({ status: 'SUCCEEDED', needsReview: false });
  });

  it('a telling that does not say whose it is does not swallow the one that does', async () => {
    const { id } = await created(stack.client, aWish({ customer: null }));
    const told = { ...(await paidUntold(id)), amount: 5_000 };
    expect(await tell(told)).toBe(200);
    expect(await tell({ ...told, stateData: { intentId: id } })).toBe(200);
    expect(await witness.sees(id)).toMatchObject({ status: 'SUCCEEDED', needsReview: false });
  });
});

describe('M-Pesa, whose answers name no amount', () => {
  let place: MpesaPlace;
  beforeAll(async () => {
    place = await openMpesa({ MPESA_POLL_DELAYS_MS: '50000', MPESA_CALL_TIMEOUT_MS: '30000' });
  });
  afterAll(() => place.close());

  it.each([49, 49.5, 0, -50])(
    'a callback of %s for 50 shillings, told early: no success by asking; I5 I20',
    async (told) => {
      const { intent, id, callbackUrl } = await pushed(place, mpesaWish(IGNORES));
      const checkoutId = intent.gatewayTransactionId ?? '';
      // Still under way at M-Pesa: its answer contradicts the callback now, and confirms it later.
      expect(await callBack(callbackUrl, aboutIt(SUCCESS_BODY, checkoutId, told))).toEqual(ACCEPTED);
      const doubted = await place.witness.sees(id, ({ needsReview }) => needsReview);
      expect(doubted).toMatchObject({
        status: 'PROCESSING',
        reviewReason: `AMOUNT_MISMATCH: transaction ${checkoutId}`,
      });
      await place.controls.phone('mpesa', checkoutId, 'approve');
      await place.client.call(RefreshIntent, { id });
      expect(await place.witness.intent(id)).toMatchObject({ status: 'PROCESSING', needsReview: true });
    },
  );

  it('a second receipt for one payment is for people, and the first one stays', async () => {
    const { intent, id, callbackUrl } = await pushed(place, mpesaWish(UNTOLD));
    const body = aboutIt(SUCCESS_BODY, intent.gatewayTransactionId);
    expect(await callBack(callbackUrl, body)).toEqual(ACCEPTED);
    expect(await place.witness.sees(id)).toMatchObject({ status: 'SUCCEEDED', receipt: 'RKL1234ABC' });
    expect(await callBack(callbackUrl, body.replace('RKL1234ABC', 'RKL9999ZZZ'))).toEqual(ACCEPTED);
    expect(await place.witness.sees(id, ({ needsReview }) => needsReview)).toMatchObject({
      status: 'SUCCEEDED',
      receipt: 'RKL1234ABC',
      reviewReason: 'SECOND_RECEIPT: receipt RKL9999ZZZ',
    });
  });
});
