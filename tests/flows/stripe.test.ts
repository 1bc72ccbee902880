// Goal: a card payment by Stripe from its creation to long after its end: paid on a page, refused and tried again, lost and found,
// given up and closed, refunded by us and behind our back. Method: the whole product, Stripe's own client as the merchant's
// dashboard, a browser's requests as the payer, and the simulator's books as the judge.

import { randomUUID } from 'node:crypto';
import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { officialClient, refusal } from '../../src/gateways/stripe/official.fixture.ts';
import { all, until } from '../testkit/client.ts';
import { CancelIntent } from '../testkit/documents.ts';
import { eventually } from '../testkit/eventually.ts';
import type { CreateIntentInput } from '../testkit/generated/graphql.ts';
import { startStack, type Stack } from '../testkit/stack.ts';
import { aWish, created, intentNow, paid, refunded } from '../testkit/wishes.ts';

const PAYS = 'pm_card_visa';
let stack: Stack;
let dashboard: Stripe;
beforeAll(async () => {
  stack = await startStack({
    env: { STRIPE_POLL_DELAYS_MS: '100,200' },
    tuning: { settleMs: 300, slowMs: 300, lateMs: 2_000 },
  });
  dashboard = merchantOf(stack);
});
afterAll(() => stack.close());

const merchantOf = ({ simulators: { url, env } }: Stack): Stripe => officialClient(url, env['STRIPE_SECRET_KEY'] ?? '');

/** A payment that waits for its payer. */
function aCardWish(change: Partial<CreateIntentInput> = {}): CreateIntentInput {
  const wish = {
    amount: { amount: 150_000, currency: 'KES' },
    country: 'KE',
    customer: null,
    referenceId: 'by-hand-1',
  };
  return aWish({ ...wish, gateway: 'STRIPE', ...change });
}

async function waiting(on = stack, change: Partial<CreateIntentInput> = {}) {
  const intent = await created(on.client, aCardWish(change));
  const { nextAction } = intent;
  if (nextAction?.__typename !== 'ClientSecretAction') throw new Error(`no client secret: ${JSON.stringify(intent)}`);
  const providerId = intent.gatewayTransactionId ?? '';
  return {
    id: intent.id,
    token: intent.clientToken ?? '',
    clientSecret: nextAction.clientSecret,
    providerId,
    nextAction,
  };
}

/** A payment that has been paid with this card. */
async function paidWith(card: string) {
  const payment = await waiting();
  await dashboard.paymentIntents.confirm(payment.providerId, { payment_method: card });
  await sees(payment.id, ({ status }) => status === 'SUCCEEDED');
  return payment;
}

const sees = (id: string, fits: (intent: Awaited<ReturnType<typeof intentNow>>) => boolean, on = stack) =>
  eventually(() => intentNow(on.client, id), fits);
const linesOf = async (id: string, kind: string, on = stack) =>
  (await on.controls.ledger('stripe')).filter((line) => line.kind === kind && line.reference === id);

describe('paying', () => {
  it('by card on the page, and seen at once', async () => {
    const { id, token, clientSecret, nextAction } = await waiting();
    expect(nextAction.publishableKey).toBe(stack.simulators.env['STRIPE_PUBLISHABLE_KEY']);
    const watched = all(stack.clientOf(token).watch('ws', id));
    const page = `${stack.simulators.url}/stripe/pay`;
    expect(await (await fetch(`${page}?client_secret=${clientSecret}`)).text()).toContain('1,500.00 KES');
    await fetch(page, {
      method: 'POST',
      body: new URLSearchParams({ client_secret: clientSecret, payment_method: PAYS }),
    });
    expect((await watched).map(({ status }) => status)).toEqual(['PENDING', 'PROCESSING', 'SUCCEEDED']);
    expect(await intentNow(stack.client, id)).toMatchObject({ needsReview: false, failure: null, nextAction: null });
  });

  it('by the payer who stands by, where nobody says otherwise', async () => {
    const intent = await created(stack.client, aCardWish({ referenceId: 'order-1' }));
    const events = await all(stack.client.watch('sse', intent.id));
    expect(events.at(-1)?.status).toBe('SUCCEEDED');
  });

  it('with another card, after one was refused', async () => {
    const { id, providerId } = await waiting();
    const lost = dashboard.paymentIntents.confirm(providerId, {
      payment_method: 'pm_card_visa_chargeDeclinedLostCard',
    });
    expect((await refusal(lost)).decline_code).toBe('lost_card');
    expect(await intentNow(stack.client, id)).toMatchObject({ status: 'PROCESSING', failure: null });
    await dashboard.paymentIntents.confirm(providerId, { payment_method: PAYS });
    const { status, needsReview } = await sees(id, (intent) => intent.status === 'SUCCEEDED');
    expect([status, needsReview]).toEqual(['SUCCEEDED', false]);
  });

  it('is found by asking, when no event ever comes', async () => {
    await stack.controls.script('stripe', { times: 1, on: 'collect', callback: 'none' });
    const { id, providerId } = await waiting();
    await dashboard.paymentIntents.confirm(providerId, { payment_method: PAYS });
    await sees(id, ({ status }) => status === 'SUCCEEDED');
  });

  it.each(['lost-reply', 'garbage', 'server-error'])('F38-F40: %s, sent again, is one payment', async (mood) => {
    await stack.controls.script('stripe', { times: 1, on: 'collect', mood });
    const first = await created(stack.client, aCardWish());
    expect(first).toMatchObject({ status: 'PROCESSING', outcomeUnknown: true, nextAction: null });
    const found = await sees(first.id, ({ outcomeUnknown }) => !outcomeUnknown);
    expect(found.nextAction).toMatchObject({ __typename: 'ClientSecretAction' });
    await dashboard.paymentIntents.confirm(found.gatewayTransactionId ?? '', { payment_method: PAYS });
    await sees(first.id, ({ status }) => status === 'SUCCEEDED');
    expect(await linesOf(first.id, 'collect')).toHaveLength(1);
  });

  it('of another amount than was asked is for people', async () => {
    await stack.controls.script('stripe', { times: 1, on: 'collect', callback: 'wrong-amount' });
    const { id, providerId } = await waiting();
    await dashboard.paymentIntents.confirm(providerId, { payment_method: PAYS });
    const { status, reviewReason } = await sees(id, ({ needsReview }) => needsReview);
    expect([status, reviewReason]).toEqual(['PROCESSING', `AMOUNT_MISMATCH: transaction ${providerId}`]);
  });
});

describe('giving up', () => {
  /** Gives up after six seconds, and asks of its own accord only then. */
  let hasty: Stack;
  beforeAll(async () => {
    const env = { STRIPE_SESSION_SECONDS: '2', STRIPE_MARGIN_SECONDS: '0', STRIPE_CALL_TIMEOUT_MS: '4000' };
    hasty = await startStack({ env: { ...env, STRIPE_POLL_DELAYS_MS: '60000' } });
  });
  afterAll(() => hasty.close());

  const closed = async (on: Stack, providerId: string) => {
    const merchant = merchantOf(on);
    await eventually(
      () => merchant.paymentIntents.retrieve(providerId),
      ({ status }) => status === 'canceled',
    );
    const late = await refusal(merchant.paymentIntents.confirm(providerId, { payment_method: PAYS }));
    expect(late.code).toBe('payment_intent_unexpected_state');
  };

  it('a cancelled payment is closed at Stripe, and a late card is refused', async () => {
    const { id, providerId } = await waiting();
    const input = { idempotencyKey: randomUUID(), intentId: id };
    expect((await stack.client.call(CancelIntent, { input })).cancelIntent.__typename).toBe('CancelIntentSuccess');
    await closed(stack, providerId);
    expect(await intentNow(stack.client, id)).toMatchObject({ status: 'CANCELLED', needsReview: false });
  });

  it('a payer who was quicker than the cancellation has paid', async () => {
    await hasty.controls.script('stripe', { times: 1, on: 'collect', callback: 'none' });
    const { id, providerId } = await waiting(hasty);
    await merchantOf(hasty).paymentIntents.confirm(providerId, { payment_method: PAYS });
    const input = { idempotencyKey: randomUUID(), intentId: id };
    expect((await hasty.client.call(CancelIntent, { input })).cancelIntent.__typename).toBe('CancelIntentSuccess');
    const { events } = await sees(id, ({ status }) => status === 'SUCCEEDED', hasty);
    expect(events.map(({ status }) => status)).toEqual(['PENDING', 'PROCESSING', 'CANCELLED', 'SUCCEEDED']);
  });

  it('an expired payment is closed at Stripe, and a late card is refused', async () => {
    const { id, providerId } = await waiting(hasty);
    await until(hasty.client.watch('ws', id), ({ status }) => status === 'EXPIRED');
    await closed(hasty, providerId);
    expect((await linesOf(id, 'collect', hasty)).map(({ state }) => state)).toEqual(['cancelled']);
  });
});

describe('refunds', () => {
  it('go back in parts; fifty at once never above what was paid', async () => {
    const { id } = await paidWith(PAYS);
    expect(await refunded(stack.client, id, 50_000)).toMatchObject({ refund: { status: 'SUCCEEDED' } });
    const answers = await Promise.all(Array.from({ length: 50 }, () => refunded(stack.client, id, 7_000)));
    const sent = answers.filter(({ __typename }) => __typename === 'RefundIntentSuccess').length;
    expect(sent).toBe(14);
    const lines = await linesOf(id, 'refund');
    expect(lines.reduce((sum, { amount }) => sum + amount, 0)).toBe(50_000 + 14 * 7_000);
    const { amountRefunded, needsReview } = await intentNow(stack.client, id);
    expect([amountRefunded.amount, needsReview]).toEqual([148_000, false]);
  });

  it('whose answer is lost are sent once, and found', async () => {
    const { id } = await paidWith(PAYS);
    await stack.controls.script('stripe', { times: 1, on: 'refund', mood: 'lost-reply' });
    expect(await refunded(stack.client, id, 50_000)).toMatchObject({ __typename: 'RefundIntentSuccess' });
    await sees(id, ({ refunds }) => refunds[0]?.status === 'SUCCEEDED');
    expect(await linesOf(id, 'refund')).toHaveLength(1);
  });

  it('that take a while are pending until Stripe says that they went', async () => {
    const { id } = await paidWith('pm_card_pendingRefund');
    expect(await refunded(stack.client, id, null)).toMatchObject({ refund: { status: 'PROCESSING' } });
    await sees(id, ({ amountRefunded }) => amountRefunded.amount === 150_000);
  });

  it('that come back after they had gone are for people', async () => {
    const { id } = await paidWith('pm_card_refundFail');
    expect(await refunded(stack.client, id, null)).toMatchObject({ refund: { status: 'SUCCEEDED' } });
    const { reviewReason, refunds } = await sees(id, ({ needsReview }) => needsReview);
    expect(reviewReason).toBe(`REFUND_FAILED_LATER: refund ${refunds[0]?.id}`);
  });

  it('of the dashboard are for people, whatever version their event is written in', async () => {
    for (const apiVersion of ['2026-10-28.endive', '2020-08-27']) {
      const { id, providerId } = await paidWith(PAYS);
      await stack.controls.post('/stripe/_options', { apiVersion });
      const { id: refundId } = await dashboard.refunds.create({ payment_intent: providerId, amount: 100 });
      const { reviewReason } = await sees(id, ({ needsReview }) => needsReview);
      expect(reviewReason).toBe(`REFUNDED_ELSEWHERE: refund ${refundId}`);
    }
    await stack.controls.post('/stripe/_options', { apiVersion: '2026-10-28.endive' });
  });

  it('that come back are for people too, when the event is only a hint', async () => {
    const { id } = await paidWith('pm_card_refundFail');
    await stack.controls.post('/stripe/_options', { apiVersion: '2020-08-27' });
    await refunded(stack.client, id, null);
    const { reviewReason } = await sees(id, ({ needsReview }) => needsReview);
    await stack.controls.post('/stripe/_options', { apiVersion: '2026-10-28.endive' });
    expect(reviewReason).toContain('REFUND_FAILED_LATER');
  });
});

it('a dispute is for people, and moves nothing', async () => {
  const { id, providerId } = await paidWith('pm_card_createDispute');
  const { status, reviewReason } = await sees(id, ({ needsReview }) => needsReview);
  expect([status, reviewReason]).toEqual(['SUCCEEDED', `DISPUTED: dispute ${providerId.replace('pi_', 'dp_')}`]);
});

it('an event in another version settles by Stripe’s own answer', async () => {
  await stack.controls.post('/stripe/_options', { apiVersion: '2020-08-27' });
  const { status } = await paid(stack.client, aCardWish({ referenceId: 'order-2' }));
  await stack.controls.post('/stripe/_options', { apiVersion: '2026-10-28.endive' });
  expect(status).toBe('SUCCEEDED');
});
