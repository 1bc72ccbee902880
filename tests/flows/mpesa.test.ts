// Goal: an M-Pesa payment has the right end whichever way its news comes: by the callback, by questions alone, early, twice,
// late, with its reply lost; and what a callback claims is never believed by itself. Method: the whole product, with a proxy
// before the simulator that counts what is sent; callbacks are the simulator's own, or the published bodies sent by hand.

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { all } from '../testkit/client.ts';
import { CreateIntent, RefreshIntent } from '../testkit/documents.ts';
import { eventually } from '../testkit/eventually.ts';
import { checkInvariants } from '../testkit/invariants.ts';
import {
  aboutIt,
  ACCEPTED,
  callBack,
  EARLY,
  IGNORES,
  mpesaWish,
  OFTEN,
  openMpesa,
  PAYS,
  PUSH,
  pushed,
  REFUSES,
  UNLISTED,
  UNTOLD,
  type MpesaPlace,
} from '../testkit/mpesa.ts';
import { created, intentNow } from '../testkit/wishes.ts';
import { CANCELLED_BODY, SUCCESS_BODY } from '../../src/gateways/mpesa/fixtures/vectors.ts';

vi.setConfig({ testTimeout: 60_000 });

const TOKEN = 'GET /mpesa/oauth';
const SAFARICOM = '196.201.212.69';

const held = async (place: MpesaPlace): Promise<void> => checkInvariants(await place.witness.evidence(place));

describe('told by callbacks, while questions come too late to matter', () => {
  let place: MpesaPlace;
  beforeAll(async () => {
    place = await openMpesa({ MPESA_POLL_DELAYS_MS: '50000', MPESA_CALL_TIMEOUT_MS: '30000' });
  });
  afterAll(() => place.close());

  it('F41: 50 payments at once fetch one token, and each has its end', async () => {
    const tokens = place.provider.watch([TOKEN]);
    // Whoever hears that it takes too long asks again with the same key.
    const patiently = (input = mpesaWish()) =>
      eventually(
        () => created(place.client, input).catch(() => null),
        (it) => it !== null,
      );
    const intents = await Promise.all(Array.from({ length: 50 }, () => patiently()));
    expect(tokens.count()).toBe(1);
    for (const intent of intents) {
      const after = await place.witness.sees(intent?.id ?? '');
      expect([after.status, after.receipt]).toEqual(['SUCCEEDED', expect.stringMatching(/^[A-Z0-9]{10}$/)]);
    }
    await held(place);
  });

  it('F45: before the reply of the push; I3', async () => {
    const intent = await created(place.client, mpesaWish(EARLY));
    expect((await all(place.client.watch('ws', intent.id))).at(-1)?.status).toBe('SUCCEEDED');
    expect(await intentNow(place.client, intent.id)).toMatchObject({ outcomeUnknown: false, nextAction: null });
  });

  it('F46: five times at once is one end, and one row; I2 I18', async () => {
    const { id } = await created(place.client, mpesaWish(OFTEN));
    const { events } = await place.witness.sees(id);
    expect(events.map(({ type }) => type)).toEqual(['PAYMENT_INITIATED', 'PAYMENT_PROCESSING', 'PAYMENT_COMPLETED']);
    const rows = await eventually(
      async () => (await place.witness.inbox()).filter(({ intentId }) => intentId === id),
      ([row]) => row?.state === 'APPLIED',
    );
    expect(rows).toHaveLength(1);
  });

  it('F38: with the reply lost, the callback alone can name the payment; nothing is pushed again; I7 I8', async () => {
    const pushes = place.provider.watch([PUSH]);
    await place.controls.script('mpesa', { times: 1, on: 'collect', mood: 'lost-reply' });
    const intent = await created(place.client, mpesaWish());
    expect(intent).toMatchObject({ status: 'PROCESSING', outcomeUnknown: true, gatewayTransactionId: null });
    const after = await place.witness.sees(intent.id, ({ status }) => status === 'SUCCEEDED');
    expect(after).toMatchObject({ outcomeUnknown: false, needsReview: false });
    expect(after.gatewayTransactionId).toMatch(/^ws_CO_/);
    expect(pushes.count()).toBe(1);
    pushes.end();
  });

  it('F50: another amount than was asked: for people, and never a success, however often it is asked about; I5', async () => {
    await place.controls.script('mpesa', { times: 1, on: 'collect', callback: 'wrong-amount' });
    const { id } = await created(place.client, mpesaWish());
    await place.witness.sees(id, ({ needsReview }) => needsReview);
    for (const _time of [1, 2]) await place.client.call(RefreshIntent, { id });
    const after = await place.witness.intent(id);
    expect(after).toMatchObject({ status: 'PROCESSING', needsReview: true });
    expect(after.reviewReason).toMatch(/^AMOUNT_MISMATCH: transaction ws_CO_/);
  });

  it('the published bodies, on the path of their payment: the query says what is true of them', async () => {
    const paid = await pushed(place, mpesaWish(UNTOLD));
    expect(paid.callbackUrl).toContain(`${place.apiUrl}/webhooks/daraja/stk/`);
    // As it was published: of a payment that nobody knows.
    expect(await callBack(paid.callbackUrl, SUCCESS_BODY)).toEqual(ACCEPTED);
    expect(await intentNow(place.client, paid.id)).toMatchObject({ status: 'PROCESSING', needsReview: false });
    const checkoutId = paid.intent.gatewayTransactionId;
    expect(await callBack(paid.callbackUrl, aboutIt(SUCCESS_BODY, checkoutId))).toEqual(ACCEPTED);
    expect(await place.witness.sees(paid.id)).toMatchObject({ status: 'SUCCEEDED', receipt: 'RKL1234ABC' });

    await place.controls.script('mpesa', { times: 1, on: 'collect', callback: 'none' });
    const refused = await pushed(place, mpesaWish(REFUSES));
    const cancelled = aboutIt(CANCELLED_BODY, refused.intent.gatewayTransactionId);
    expect(await callBack(refused.callbackUrl, cancelled)).toEqual(ACCEPTED);
    const after = await place.witness.sees(refused.id);
    expect(after).toMatchObject({ status: 'CANCELLED', failure: { code: 'DECLINED_BY_PAYER', providerCode: '1032' } });
  });

  it.each([
    ['without metadata', (body: string) => body.replace(/,"CallbackMetadata".*\]\}/, '')],
    ['without values', (body: string) => body.replaceAll(/,"Value":(?:\d+|"\w+")/g, '')],
    ['with its code as text', (body: string) => body.replace('"ResultCode":0', '"ResultCode":"0"')],
    ['whole', (body: string) => body],
  ])('B55: a success %s of what is not paid changes nothing, until it is paid', async (_what, spoil) => {
    const { intent, id, callbackUrl } = await pushed(place, mpesaWish(IGNORES));
    const checkoutId = intent.gatewayTransactionId ?? '';
    expect(await callBack(callbackUrl, spoil(aboutIt(SUCCESS_BODY, checkoutId)))).toEqual(ACCEPTED);
    await eventually(place.witness.inbox, (rows) =>
      rows.some(({ dedupeKey, note }) => dedupeKey.startsWith(checkoutId) && note !== null),
    );
    expect(await intentNow(place.client, id)).toMatchObject({ status: 'PROCESSING', needsReview: false });
    await place.controls.phone('mpesa', checkoutId, 'approve');
    expect(await place.witness.sees(id)).toMatchObject({ status: 'SUCCEEDED', needsReview: false });
  });

  it('on a path that we gave nobody is 404, and nothing is kept; I19', async () => {
    const { callbackUrl, intent } = await pushed(place, mpesaWish(IGNORES));
    const other = await pushed(place, mpesaWish(IGNORES));
    const body = aboutIt(SUCCESS_BODY, intent.gatewayTransactionId);
    const before = (await place.witness.inbox()).length;
    const token = (url: string): string => url.split('/').at(-1) ?? '';
    for (const url of [
      callbackUrl.replace(token(callbackUrl), token(other.callbackUrl)),
      callbackUrl.slice(0, -1),
      `${callbackUrl}/`,
      callbackUrl.replace(`/${token(callbackUrl)}`, ''),
      `${place.apiUrl}/webhooks/daraja`,
      `${place.apiUrl}/webhooks/mpesa`,
    ]) {
      expect((await callBack(url, body)).status).toBe(404);
    }
    expect(await place.witness.inbox()).toHaveLength(before);
    expect((await place.witness.intent(intent.id)).status).toBe('PROCESSING');
  });

  it.each([
    ['B25 10.50 KES', { amount: { amount: 1_050, currency: 'KES' } }, 'amount.amount', /^M-Pesa takes whole shillings/],
    ["B28 Benin's phone", { customer: { phone: '+2290161000000' } }, 'customer.phone', /phone/],
  ])('%s is refused by name, and nothing is stored or called', async (_what, change, path, message) => {
    const pushes = place.provider.watch([PUSH]);
    const before = (await place.witness.intents()).length;
    const named = { input: mpesaWish(PAYS, { gateway: 'MPESA', ...change }) };
    const { createIntent } = await place.client.call(CreateIntent, named);
    const problem = { __typename: 'ValidationProblem', path: ['input', ...path.split('.')] };
    expect(createIntent).toMatchObject({ ...problem, message: expect.stringMatching(message) as string });
    expect([pushes.count(), (await place.witness.intents()).length]).toEqual([0, before]);
    await held(place);
  });
});

describe('never told, or too late', () => {
  let place: MpesaPlace;
  beforeAll(async () => {
    place = await openMpesa({
      MPESA_CALL_TIMEOUT_MS: '4000',
      MPESA_POLL_DELAYS_MS: '200,400',
      MPESA_PROMPT_SECONDS: '1',
      MPESA_MARGIN_SECONDS: '1',
    });
    await place.controls.post('/mpesa/_options', { noisePercent: 40 });
  });
  afterAll(() => place.close());

  it('F48: no callback: questions alone find the end, through all the noise; I3', async () => {
    const intents = await Promise.all(Array.from({ length: 5 }, () => created(place.client, mpesaWish(UNTOLD))));
    for (const { id } of intents) {
      expect(await place.witness.sees(id)).toMatchObject({ status: 'SUCCEEDED', receipt: null, needsReview: false });
    }
    expect((await place.witness.inbox()).filter(({ intentId }) => intents.some(({ id }) => id === intentId))).toEqual(
      [],
    );
  });

  it('F50: a callback that names another amount after the end: it stays, and people are told', async () => {
    const { intent, id, callbackUrl } = await pushed(place, mpesaWish(UNTOLD));
    await place.witness.sees(id);
    expect(await callBack(callbackUrl, aboutIt(SUCCESS_BODY, intent.gatewayTransactionId, 51))).toEqual(ACCEPTED);
    const after = await place.witness.sees(id, ({ needsReview }) => needsReview);
    expect(after).toMatchObject({ status: 'SUCCEEDED', receipt: null });
    expect(await callBack(callbackUrl, aboutIt(SUCCESS_BODY, intent.gatewayTransactionId))).toEqual(ACCEPTED);
    await place.witness.sees(id, ({ receipt }) => receipt === 'RKL1234ABC');
  });

  it('an end that is in no document is for people, and asked about until the time is over', async () => {
    const { id } = await created(place.client, mpesaWish(UNLISTED));
    const seen = await place.witness.sees(id, ({ needsReview }) => needsReview);
    expect(seen).toMatchObject({ status: 'PROCESSING', reviewReason: 'UNLISTED_STATUS: 7777' });
  });

  it('F38: the reply lost and no callback ever: EXPIRED for people, after one push and no more; I7 I9', async () => {
    const pushes = place.provider.watch([PUSH]);
    await place.controls.script('mpesa', { times: 1, on: 'collect', mood: 'lost-reply', callback: 'none' });
    const { id } = await created(place.client, mpesaWish());
    const after = await place.witness.sees(id);
    expect(after).toMatchObject({ status: 'EXPIRED', needsReview: true, gatewayTransactionId: null });
    const [attempt, ...more] = after.attempts;
    expect(more).toEqual([]);
    const booked = (await place.controls.ledger('mpesa')).filter(({ operationId }) => operationId === attempt?.id);
    expect([booked.length, pushes.count()]).toEqual([1, 1]);
    pushes.end();
  });

  it('F49: the callback after the end is a late success; I22', async () => {
    await place.controls.script('mpesa', { times: 1, on: 'collect', callback: 'late' });
    const { id } = await created(place.client, mpesaWish(PAYS, { referenceId: 'paid-late' }));
    place.ahead(10_000);
    expect((await place.witness.sees(id)).status).toBe('EXPIRED');
    const after = await place.witness.sees(id, ({ status }) => status === 'SUCCEEDED');
    expect(after).toMatchObject({ late: true, failure: null, needsReview: false });
    place.ahead(0);
  });
});

describe('B51: callbacks come from addresses of the list alone', () => {
  const listed = { MPESA_CALLBACK_ADDRESSES: SAFARICOM, MPESA_POLL_DELAYS_MS: '50000' };

  it.each<[string, string, string, number]>([
    ['a stranger', '0', '', 403],
    ['a stranger who says that he is Safaricom', '0', SAFARICOM, 403],
    ['Safaricom, by way of our proxy', '1', SAFARICOM, 200],
    ['Safaricom in IPv6 clothes', '1', `::ffff:${SAFARICOM}`, 200],
    ['a stranger who says so, by way of our proxy', '1', `${SAFARICOM}, 203.0.113.9`, 403],
  ])('%s', async (_who, TRUSTED_PROXIES, forwardedFor, status) => {
    const place = await openMpesa({ ...listed, TRUSTED_PROXIES });
    const { intent, callbackUrl } = await pushed(place, mpesaWish(UNTOLD));
    const headers = forwardedFor === '' ? {} : { 'x-forwarded-for': forwardedFor };
    const answer = await callBack(callbackUrl, aboutIt(SUCCESS_BODY, intent.gatewayTransactionId), headers);
    expect(answer.status).toBe(status);
    expect(await place.witness.inbox()).toHaveLength(status === 200 ? 1 : 0);
    await place.close();
  });
});
