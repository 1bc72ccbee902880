// Goal: an event of Stripe's is believed when Stripe has just signed it for this endpoint, world and account, and at no other
// time (F46, F47, F51, F52, B46-B49, B58). Method: events signed by Stripe's own signer, posted to the running door, while the
// simulator itself says nothing.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { officialClient, signatureOf } from '../../src/gateways/stripe/official.fixture.ts';
import { eventually } from '../testkit/eventually.ts';
import { permutations } from '../testkit/permutations.ts';
import { startStack, type Stack } from '../testkit/stack.ts';
import { aWish, created, intentNow } from '../testkit/wishes.ts';
import { openWitness, type Witness } from '../testkit/witness.ts';

const NEW_SECRET = 'whsec_the_new_one';
let stack: Stack;
let witness: Witness;
let oldSecret: string;
beforeAll(async () => {
  const rolling = {
    STRIPE_WEBHOOK_SECRET: NEW_SECRET,
    STRIPE_WEBHOOK_SECRETS_EXTRA: 'whsec_made_up_signing_secret_77d1',
  };
  // Nobody asks of his own accord: what is settled here, an event has settled.
  stack = await startStack({ env: { ...rolling, STRIPE_POLL_DELAYS_MS: '3600000' } });
  witness = await openWitness(stack.config.MONGODB_URL);
  oldSecret = stack.simulators.env['STRIPE_WEBHOOK_SECRET'] ?? '';
});
afterAll(async () => {
  await witness.close();
  await stack.close();
});

const TYPES = { payment: 'payment_intent.succeeded', refund: 'refund.created', charge: 'charge.refunded' } as const;
const dashboard = () => officialClient(stack.simulators.url, stack.simulators.env['STRIPE_SECRET_KEY'] ?? '');

let count = 0;
/** A payment that is paid at Stripe, of which nothing has been said yet, and the event that will say it. */
async function paidInSilence(change: object = {}) {
  await stack.controls.script('stripe', { times: 1, on: 'collect', callback: 'none' });
  const wish = { amount: { amount: 150_000, currency: 'KES' }, country: 'KE', customer: null, referenceId: 'by-hand' };
  const { id, gatewayTransactionId } = await created(stack.client, aWish({ ...wish, gateway: 'STRIPE' }));
  const object = await dashboard().paymentIntents.confirm(gatewayTransactionId ?? '', {
    payment_method: 'pm_card_visa',
  });
  count += 1;
  const event = {
    id: `evt_flow_${count}`,
    object: 'event',
    api_version: '2026-10-28.endive',
    created: Math.floor(Date.now() / 1_000),
    data: { object },
    livemode: false,
    pending_webhooks: 1,
    request: { id: null, idempotency_key: null },
    type: 'payment_intent.succeeded',
    ...change,
  };
  return { id, event, body: JSON.stringify(event) };
}

const nowSeconds = (): number => Math.floor(stack.house.clock.now().getTime() / 1_000);

async function post(body: string, signature: string | null): Promise<number> {
  const headers = {
    'content-type': 'application/json',
    ...(signature === null ? {} : { 'stripe-signature': signature }),
  };
  return (await fetch(`${stack.apiUrl}/webhooks/stripe`, { method: 'POST', headers, body })).status;
}

const rowsOf = async ({ id }: { readonly id: string }) =>
  (await witness.inbox()).filter(({ dedupeKey }) => dedupeKey === id);
const settledRow = (event: { readonly id: string }) =>
  eventually(
    () => rowsOf(event),
    ([row]) => row !== undefined && row.state !== 'RECEIVED',
  );

it.each([
  ['the new', () => NEW_SECRET],
  ['the old', () => oldSecret],
])('believes %s secret while one is being rolled', async (_name, secret) => {
  const { id, body } = await paidInSilence();
  expect(await post(body, signatureOf(body, secret(), nowSeconds()))).toBe(200);
  await eventually(
    () => intentNow(stack.client, id),
    ({ status }) => status === 'SUCCEEDED',
  );
});

it('takes fifty copies for one event', async () => {
  const { id, event, body } = await paidInSilence();
  const header = signatureOf(body, NEW_SECRET, nowSeconds());
  const answers = await Promise.all(Array.from({ length: 50 }, () => post(body, header)));
  expect(new Set(answers)).toEqual(new Set([200]));
  const { events } = await eventually(
    () => intentNow(stack.client, id),
    ({ status }) => status === 'SUCCEEDED',
  );
  expect(events.map(({ status }) => status)).toEqual(['PENDING', 'PROCESSING', 'SUCCEEDED']);
  expect(await rowsOf(event)).toHaveLength(1);
});

describe('refuses, and keeps nothing of', () => {
  it.each([
    ['no signature', () => null],
    ['another secret', (body: string) => signatureOf(body, 'whsec_somebody_else', nowSeconds())],
    ['our API key for a secret', (body: string) => signatureOf(body, 'sk_test_made_up_51f08c2e9d', nowSeconds())],
    ['a stale time', (body: string) => signatureOf(body, NEW_SECRET, nowSeconds() - 302)],
    ['a time to come', (body: string) => signatureOf(body, NEW_SECRET, nowSeconds() + 310)],
    ['another body', (body: string) => signatureOf(`${body} `, NEW_SECRET, nowSeconds())],
    [
      'a time that was changed',
      (body: string) => signatureOf(body, NEW_SECRET, nowSeconds()).replace(/^t=\d+/, `t=${nowSeconds() - 1}`),
    ],
    [
      'ten signatures',
      () =>
        `t=${nowSeconds()},${Array(10)
          .fill(`v1=${'0'.repeat(64)}`)
          .join(',')}`,
    ],
  ])('an event with %s', async (_name, sign) => {
    const { id, event, body } = await paidInSilence();
    expect(await post(body, sign(body))).toBe(401);
    expect(await rowsOf(event)).toEqual([]);
    expect((await intentNow(stack.client, id)).status).toBe('PROCESSING');
  });
});

describe('keeps, and settles nothing by', () => {
  it.each([
    ['an unknown type', { type: 'weather.changed' }, 'IGNORED'],
    ['another account’s event', { account: 'acct_of_somebody' }, 'IGNORED'],
    ['an event of the live world', { livemode: true }, 'APPLIED'],
  ])('%s', async (_name, change, state) => {
    const { id, event, body } = await paidInSilence(change);
    expect(await post(body, signatureOf(body, NEW_SECRET, nowSeconds()))).toBe(200);
    expect((await settledRow(event)).map((row) => row.state)).toEqual([state]);
    expect(await intentNow(stack.client, id)).toMatchObject({ status: 'PROCESSING', needsReview: false });
  });

  it('a body that is not documented, which waits for people', async () => {
    const { id, event } = await paidInSilence();
    const body = JSON.stringify({ ...event, data: { object: { object: 'payment_intent' } } });
    expect(await post(body, signatureOf(body, NEW_SECRET, nowSeconds()))).toBe(200);
    expect((await witness.inbox()).filter(({ state }) => state === 'PARKED')).toHaveLength(1);
    expect((await intentNow(stack.client, id)).status).toBe('PROCESSING');
  });

  it('B52: a signed body that is no JSON is sent back', async () => {
    expect(await post('paid!', signatureOf('paid!', NEW_SECRET, nowSeconds()))).toBe(400);
  });
});

it('F51: another intent’s payment is taken for nobody’s', async () => {
  const [one, two] = [await paidInSilence(), await paidInSilence()];
  // The payment of one, said to be for the other.
  const metadata = two.event.data.object.metadata;
  const body = JSON.stringify({ ...one.event, data: { object: { ...one.event.data.object, metadata } } });
  expect(await post(body, signatureOf(body, NEW_SECRET, nowSeconds()))).toBe(200);
  await settledRow(one.event);
  expect((await intentNow(stack.client, one.id)).status).toBe('PROCESSING');
  expect((await intentNow(stack.client, two.id)).status).toBe('PROCESSING');
});

it('F47: in another version it is only a hint, and Stripe’s own answer settles', async () => {
  const { id, event, body } = await paidInSilence({ api_version: '2020-08-27' });
  expect(await post(body, signatureOf(body, NEW_SECRET, nowSeconds()))).toBe(200);
  await eventually(
    () => intentNow(stack.client, id),
    ({ status }) => status === 'SUCCEEDED',
  );
  expect(await rowsOf(event)).toHaveLength(1);
});

it('F47: a refund made in the dashboard is told before the success, between, or after: the same end; I1 I20', async () => {
  const orders = permutations(['payment', 'refund', 'charge'] as const);
  const ends = await Promise.all(
    orders.map(async (order) => {
      const { id, event } = await paidInSilence();
      const { id: payment, latest_charge } = event.data.object;
      const chargeId = typeof latest_charge === 'string' ? latest_charge : (latest_charge?.id ?? '');
      const refund = await dashboard().refunds.create({ payment_intent: payment, amount: 50_000 });
      const objects = {
        payment: event.data.object,
        refund,
        charge: await dashboard().charges.retrieve(chargeId),
      };
      for (const what of order) {
        count += 1;
        const news = { ...event, id: `evt_flow_${count}`, type: TYPES[what], data: { object: objects[what] } };
        const body = JSON.stringify(news);
        expect(await post(body, signatureOf(body, NEW_SECRET, nowSeconds()))).toBe(200);
        expect((await settledRow(news)).map(({ state }) => state)).toEqual(['APPLIED']);
      }
      const { status, refunds, needsReview, events } = await intentNow(stack.client, id);
      return { status, refunds, needsReview, told: events.map((one) => one.status) };
    }),
  );
  const told = ['PENDING', 'PROCESSING', 'SUCCEEDED'];
  for (const end of ends) expect(end).toEqual({ status: 'SUCCEEDED', refunds: [], needsReview: true, told });
});
