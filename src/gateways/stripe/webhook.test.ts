// Goal: an event moves what it proves and nothing more, whoever sends it and however it is written (B46-B49, B52, B58). Method:
// bodies signed by Stripe's own signer, read at a given moment.

import { describe, expect, it } from 'vitest';
import type { WebhookCall } from '../contract.ts';
import { V1_BODY, V1_MAC, V1_SECONDS } from './fixtures/vectors.ts';
import { signatureOf } from './official.fixture.ts';
import { API_VERSION } from './sdk.ts';
import { aPayment, aRefund, ATTEMPT, connected, ENV, INTENT, NOW, REFUND } from './stripe.fixture.ts';

const SECRET = ENV.STRIPE_WEBHOOK_SECRET;
const NOW_SECONDS = NOW.getTime() / 1_000;
const { webhook } = connected().gateway;

function anEvent(type: string, object: unknown, change: object = {}): object {
  return {
    id: 'evt_1',
    object: 'event',
    api_version: API_VERSION,
    created: NOW_SECONDS,
    data: { object },
    livemode: false,
    pending_webhooks: 1,
    request: { id: null, idempotency_key: null },
    type,
    ...change,
  };
}

function call(body: string | Buffer, header: string | undefined): WebhookCall {
  return { headers: { 'stripe-signature': header }, path: '', body: Buffer.from(body), remoteAddress: '127.0.0.1' };
}

function signed(payload: string, { secret = SECRET, atSeconds = NOW_SECONDS } = {}): string {
  return signatureOf(payload, secret, atSeconds);
}

const verdictOf = (body: object, options?: { secret?: string; atSeconds?: number }) => {
  const text = JSON.stringify(body);
  return webhook.verify(call(text, signed(text, options)));
};
const read = (event: object) => webhook.read(Buffer.from(JSON.stringify(event)), '');

const PAID = aPayment({ status: 'succeeded', amount_received: 150_000, latest_charge: 'ch_1' });
const moved = (state: string, environment = 'sandbox') => ({
  providerId: 'pi_1',
  reference: ATTEMPT,
  report: { providerId: 'pi_1', reference: ATTEMPT, state, environment },
});
const NOTHING = { providerId: null, reference: null, report: null };
const ASK = { providerId: 'pi_1', report: null };
const REFUSED = { last_payment_error: { code: 'card_declined', decline_code: 'generic_decline' } };
const CANCELED = { status: 'canceled', cancellation_reason: 'requested_by_customer' };
const DISPUTE = { id: 'dp_1', object: 'dispute', payment_intent: 'pi_1', status: 'needs_response' };
const CHARGE = { id: 'ch_1', object: 'charge', payment_intent: 'pi_1', refunded: true, amount: 150_000 };
const OLD = { api_version: '2020-08-27' };
const LIVE = { livemode: true };
const STRANGE = { account: 'acct_of_somebody' };

describe('what an event says', () => {
  it.each([
    ['paid', anEvent('payment_intent.succeeded', PAID), moved('succeeded')],
    ['on its way', anEvent('payment_intent.processing', aPayment({ status: 'processing' })), moved('pending')],
    [
      'a bank is asked',
      anEvent('payment_intent.requires_action', aPayment({ status: 'requires_action' })),
      moved('pending'),
    ],
    [
      'a card was refused, and another may follow',
      anEvent('payment_intent.payment_failed', aPayment(REFUSED)),
      moved('pending'),
    ],
    ['cancelled', anEvent('payment_intent.canceled', aPayment(CANCELED)), moved('cancelled')],
    ['created: what our own call was told', anEvent('payment_intent.created', aPayment()), NOTHING],
    ['an unlisted status', anEvent('payment_intent.wondered', aPayment({ status: 'wondering' })), ASK],
    ['refunded, as a hint', anEvent('charge.refunded', CHARGE), ASK],
    ['a charge: the payment says it', anEvent('charge.succeeded', CHARGE), NOTHING],
    ['disputed', anEvent('charge.dispute.created', DISPUTE), { ...ASK, review: 'DISPUTED: dispute dp_1' }],
    [
      'the money is taken',
      anEvent('charge.dispute.funds_withdrawn', DISPUTE),
      { ...ASK, review: 'DISPUTED: dispute dp_1' },
    ],
    [
      'lost',
      anEvent('charge.dispute.closed', { ...DISPUTE, status: 'lost' }),
      { ...ASK, review: 'DISPUTE_LOST: dispute dp_1' },
    ],
    [
      'won',
      anEvent('charge.dispute.closed', { ...DISPUTE, status: 'won' }),
      { ...ASK, review: 'DISPUTE_WON: dispute dp_1' },
    ],
    ['a payout of our own', anEvent('payout.paid', { id: 'po_1', object: 'payout' }), NOTHING],
    ['a type of next year', anEvent('weather.changed', {}), NOTHING],
    ['play money in a live body', anEvent('payment_intent.succeeded', PAID, LIVE), moved('succeeded', 'live')],
    ['a refund of the other world', anEvent('refund.created', aRefund(), LIVE), NOTHING],
    ['a dispute of the other world', anEvent('charge.dispute.created', DISPUTE, LIVE), NOTHING],
    ['another account’s payment', anEvent('payment_intent.succeeded', PAID, STRANGE), NOTHING],
    ['another account’s refund', anEvent('refund.created', aRefund(), STRANGE), NOTHING],
    [
      'another version: only which payment',
      anEvent('payment_intent.succeeded', PAID, OLD),
      { ...ASK, reference: ATTEMPT },
    ],
    ['another version and world', anEvent('payment_intent.succeeded', PAID, { ...OLD, ...LIVE }), NOTHING],
  ])('%s', (_name, event, expected) => {
    const notice = read(event);
    expect(notice).toMatchObject({ dedupeKey: 'evt_1', ...expected });
    expect(read(event)).toEqual(notice);
  });

  it.each([
    ['refund.created', 'pending', 'pending'],
    ['refund.updated', 'succeeded', 'succeeded'],
    ['refund.failed', 'failed', 'failed'],
    ['charge.refund.updated', 'succeeded', 'succeeded'],
  ])('%s with %s is news of our refund, and none of the payment', (type, status, state) => {
    expect(read(anEvent(type, aRefund({ status })))).toMatchObject({
      providerId: 'pi_1',
      reference: INTENT,
      report: null,
      refund: { refundId: REFUND, report: { state, amount: 50_000, providerRefundId: 're_1' } },
    });
  });

  it('a refund of the dashboard carries no id of ours, and may hold its payment whole', () => {
    const notice = read(anEvent('refund.created', aRefund({ metadata: {}, payment_intent: { id: 'pi_1' } })));
    expect(notice).toMatchObject({ providerId: 'pi_1', reference: null, refund: { refundId: null } });
    expect(read(anEvent('refund.created', aRefund({ payment_intent: null })))).toMatchObject(NOTHING);
  });

  it('an event of our own connected account is ours', () => {
    const own = connected([], { STRIPE_ACCOUNT_ID: 'acct_1' }).gateway.webhook;
    const event = anEvent('payment_intent.succeeded', PAID, { account: 'acct_1' });
    expect(own.read(Buffer.from(JSON.stringify(event)), '')).toMatchObject(moved('succeeded'));
    expect(read(event)).toMatchObject(NOTHING);
  });

  it.each([
    ['no object', anEvent('payment_intent.succeeded', null)],
    ['a payment without an amount', anEvent('payment_intent.succeeded', aPayment({ amount: undefined }))],
    ['a refund of an unlisted status', anEvent('refund.updated', aRefund({ status: 'lost' }))],
    ['a dispute without an id', anEvent('charge.dispute.created', { payment_intent: 'pi_1' })],
    ['a thin event', { ...anEvent('v2.core.event', {}), object: 'v2.core.event' }],
    ['another id', anEvent('payment_intent.succeeded', PAID, { id: 42 })],
    ['no world', anEvent('payment_intent.succeeded', PAID, { livemode: undefined })],
  ])('%s is kept for people', (_name, event) => {
    expect(read(event)).toBeNull();
  });
});

describe('who may say it', () => {
  const EVENT = anEvent('payment_intent.succeeded', PAID);

  it.each([
    ['now', 0, 'authentic'],
    ['300 s ago', -300, 'authentic'],
    ['301 s ago', -301, 'forged'],
    ['300 s ahead', 300, 'authentic'],
    ['301 s ahead, which the library takes', 301, 'forged'],
    ['in 2030', 120_000_000, 'forged'],
  ])('signed %s', (_name, shift, verdict) => {
    expect(verdictOf(EVENT, { atSeconds: NOW_SECONDS + shift })).toBe(verdict);
  });

  it('signed with another secret, or another provider’s', () => {
    expect(verdictOf(EVENT, { secret: 'whsec_somebody_else' })).toBe('forged');
    expect(verdictOf(EVENT, { secret: ENV.STRIPE_SECRET_KEY })).toBe('forged');
  });

  it('signed with either secret of a rotation, and with both', () => {
    const rolling = { STRIPE_WEBHOOK_SECRET: 'whsec_new', STRIPE_WEBHOOK_SECRETS_EXTRA: SECRET };
    const { verify } = connected([], rolling).gateway.webhook;
    const text = JSON.stringify(EVENT);
    const [old, fresh] = [signed(text), signed(text, { secret: 'whsec_new' })];
    const both = `${old},${fresh.slice(fresh.indexOf('v1='))}`;
    expect([old, fresh, both].map((header) => verify(call(text, header)))).toEqual(Array(3).fill('authentic'));
    expect(verify(call(text, signed(text, { secret: 'whsec_third' })))).toBe('forged');
  });

  it('genuine and in another version, it only makes us ask', () => {
    expect(verdictOf({ ...EVENT, ...OLD })).toBe('hint');
    expect(verdictOf({ ...EVENT, api_version: null })).toBe('hint');
    expect(verdictOf({ ...EVENT, ...OLD }, { secret: 'whsec_somebody_else' })).toBe('forged');
  });

  const at = `t=${V1_SECONDS}`;
  it.each([
    ['no header', undefined],
    ['an empty one', ''],
    ['an odd number of digits', `${at},v1=${V1_MAC.slice(1)}`],
    ['base64 with spaces', `${at},v1=AQID BA==`],
    [
      'ten signatures',
      `${at},${Array(10)
        .fill(`v1=${'deadbeef'.repeat(8)}`)
        .join(',')}`,
    ],
    ['a megabyte', `${at},v1=${'x'.repeat(1_048_576)}`],
    ['no time', `v1=${V1_MAC}`],
    ['a time of "0"', `t=0,v1=${V1_MAC}`],
    ['a time of "1e9"', `t=1e9,v1=${V1_MAC}`],
    ['a negative time', `t=-${V1_SECONDS},v1=${V1_MAC}`],
    ['a time with letters after it', `${at}abc,v1=${V1_MAC}`],
    ['two times', `t=1,${at},v1=${V1_MAC}`],
    ['capitals', `${at},v1=${V1_MAC.toUpperCase()}`],
    ['unpaired surrogates', `${at},v1=\ud800`],
    ['no signs at all', ',,,==,='],
  ])('B46, B49: %s proves nothing, and throws nothing', (_name, header) => {
    const { verify } = connected([], {}, new Date(V1_SECONDS * 1_000)).gateway.webhook;
    expect(verify(call(V1_BODY, header))).toBe('forged');
    expect(verify(call(V1_BODY, `${at},v1=${V1_MAC}`))).toBe('authentic');
  });

  it('B47: other bytes that decode to the same text are other bytes', () => {
    const text = JSON.stringify(anEvent('payment_intent.succeeded', aPayment({ description: '\ufffd' })));
    const header = signed(text);
    expect(webhook.verify(call(text, header))).toBe('authentic');
    expect(webhook.verify(call(Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(text)]), header))).toBe(
      'forged',
    );
    const [before = '', after = ''] = text.split('\ufffd');
    const broken = Buffer.concat([Buffer.from(before), Buffer.from([0xff]), Buffer.from(after)]);
    expect(webhook.verify(call(broken, header))).toBe('forged');
  });

  it('B52: signed and not JSON, or deeper than anything, is no exception', () => {
    for (const body of ['not json', '[]', 'null', '42', `${'['.repeat(10_000)}${']'.repeat(10_000)}`]) {
      expect(webhook.verify(call(body, signed(body)))).toBe('authentic');
      expect(webhook.read(Buffer.from(body), '')).toBeNull();
    }
  });
});
