// Goal: Stripe's own client cannot tell the simulator from Stripe (sheet, "How a local simulator should behave"). Method: the
// official package, pointed at the simulator's root as its documents say, and a payer's browser as plain requests.

import { afterEach, describe, expect, it } from 'vitest';
import { CARDS } from './simulator-cards.ts';
import { refusal } from './official.fixture.ts';
import { closeWorlds, open, typesOf, WISH } from './simulator.fixture.ts';

afterEach(closeWorlds);

describe('a PaymentIntent', () => {
  it('is made, confirmed with a card, and told about', async () => {
    const { world, client } = await open();
    const made = await client.paymentIntents.create({ ...WISH, metadata: { order: 'A 1' }, description: 'by-hand' });
    expect(made).toMatchObject({ object: 'payment_intent', status: 'requires_payment_method', livemode: false });
    expect(made.client_secret).toMatch(new RegExp(`^${made.id}_secret_`));
    expect(made.lastResponse.requestId).toMatch(/^req_/);
    world.clock.pass(60_000_000);
    expect((await client.paymentIntents.retrieve(made.id)).status).toBe('requires_payment_method');
    const paid = await client.paymentIntents.confirm(made.id, {
      payment_method: 'pm_card_visa',
      expand: ['latest_charge'],
    });
    expect(paid).toMatchObject({ status: 'succeeded', amount_received: 150_000, metadata: { order: 'A 1' } });
    expect(paid.latest_charge).toMatchObject({ object: 'charge', paid: true, amount_refunded: 0 });
    expect(await typesOf(world, 1)).toEqual(['payment_intent.succeeded']);
    const { rawType, code } = await refusal(client.paymentIntents.confirm(made.id, { payment_method: 'pm_card_visa' }));
    expect([rawType, code]).toEqual(['invalid_request_error', 'payment_intent_unexpected_state']);
  });

  it.each(CARDS.filter(({ decline }) => decline !== null))('$method $says: 402, and it stays open', async (card) => {
    const { world, client } = await open();
    const { id } = await client.paymentIntents.create(WISH);
    const error = await refusal(client.paymentIntents.confirm(id, { payment_method: card.method }));
    expect(error).toMatchObject({ statusCode: 402, type: 'StripeCardError', code: card.decline?.code });
    expect(error.payment_intent).toMatchObject({ id, status: 'requires_payment_method' });
    world.clock.pass(60_000);
    const after = await client.paymentIntents.retrieve(id);
    expect(after.status).toBe('requires_payment_method');
    expect(after.last_payment_error?.decline_code ?? null).toBe(card.decline?.declineCode);
    expect(await typesOf(world, 1)).toEqual(['payment_intent.payment_failed']);
    expect((await client.paymentIntents.confirm(id, { payment_method: 'pm_card_visa' })).status).toBe('succeeded');
  });

  it('is paid by the payer who stands by, when nobody else comes', async () => {
    const { world, client } = await open();
    const { id } = await client.paymentIntents.create(WISH);
    world.clock.pass(5_000);
    expect((await client.paymentIntents.retrieve(id)).status).toBe('succeeded');
    for (const change of [{ metadata: { payer: 'page' } }, { description: 'by-hand-7' }]) {
      const waiting = await client.paymentIntents.create({ ...WISH, ...change });
      world.clock.pass(5_000);
      expect((await client.paymentIntents.retrieve(waiting.id)).status).toBe('requires_payment_method');
    }
  });

  it('is confirmed as it is made, authorised and captured, changed, and cancelled', async () => {
    const { client } = await open();
    const confirmed = { ...WISH, confirm: true, payment_method: 'pm_card_visa', return_url: 'https://shop.example' };
    expect((await client.paymentIntents.create(confirmed)).status).toBe('succeeded');
    const held = await client.paymentIntents.create({ ...confirmed, capture_method: 'manual' });
    expect([held.status, held.amount_capturable]).toEqual(['requires_capture', 150_000]);
    expect((await client.paymentIntents.capture(held.id)).status).toBe('succeeded');
    const open_ = await client.paymentIntents.create(WISH);
    expect((await client.paymentIntents.update(open_.id, { metadata: { note: 'x' } })).metadata).toEqual({ note: 'x' });
    const closed = await client.paymentIntents.cancel(open_.id, { cancellation_reason: 'abandoned' });
    expect(closed).toMatchObject({ status: 'canceled', cancellation_reason: 'abandoned' });
    const late = await refusal(client.paymentIntents.confirm(open_.id, { payment_method: 'pm_card_visa' }));
    expect(late.code).toBe('payment_intent_unexpected_state');
    expect((await refusal(client.paymentIntents.cancel(open_.id))).code).toBe('payment_intent_unexpected_state');
  });

  it.each([
    ['no amount', { currency: 'kes' }, 'parameter_missing', 'amount'],
    ['no currency', { amount: 100 }, 'parameter_missing', 'currency'],
    ['half a cent', { amount: 1.5, currency: 'kes' }, 'parameter_invalid_integer', 'amount'],
    ['too little', { amount: 49, currency: 'usd' }, 'amount_too_small', 'amount'],
    ['too much', { amount: 100_000_000, currency: 'usd' }, 'amount_too_large', 'amount'],
    ['a word of its own', { ...WISH, colour: 'red' }, 'parameter_unknown', 'colour'],
    ['what Stripe has taken away', { ...WISH, payment_method_types: ['card'] }, 'parameter_unknown', undefined],
    ['a word inside', { ...WISH, automatic_payment_methods: { on: true } }, 'parameter_unknown', undefined],
  ])('is refused with %s', async (_name, wish, code, param) => {
    const { world, client } = await open();
    const error = await refusal(client.paymentIntents.create(wish as never));
    expect([error.statusCode, error.code]).toEqual([400, code]);
    if (param !== undefined) expect(error.param).toBe(param);
    expect(await world.ledger()).toEqual([]);
  });

  it('of somebody else’s key, or a live one, is nobody’s', async () => {
    for (const key of ['sk_test_wrong', 'sk_live_made_up']) {
      const { client } = await open(key);
      expect((await refusal(client.paymentIntents.create(WISH))).type).toBe('StripeAuthenticationError');
    }
    const { client } = await open();
    expect((await refusal(client.paymentIntents.retrieve('pi_nobody'))).code).toBe('resource_missing');
  });
});

describe('an idempotency key', () => {
  it('makes one payment, however often, and says that it is a replay', async () => {
    const { world, client } = await open();
    const key = { idempotencyKey: 'attempt-1' };
    const first = await client.paymentIntents.create(WISH, key);
    world.clock.pass(5_000);
    const again = await client.paymentIntents.create(WISH, key);
    expect(again).toEqual(first);
    expect(again.lastResponse.headers['idempotent-replayed']).toBe('true');
    expect(await world.ledger()).toHaveLength(1);
    const other = await refusal(client.paymentIntents.create({ ...WISH, amount: 150_001 }, key));
    expect(other.type).toBe('StripeIdempotencyError');
  });

  it('replays a refused card, and nothing that was refused before it was tried', async () => {
    const { client } = await open();
    const { id } = await client.paymentIntents.create(WISH);
    const key = { idempotencyKey: 'confirm-1' };
    const declined = { payment_method: 'pm_card_visa_chargeDeclined' };
    await refusal(client.paymentIntents.confirm(id, declined, key));
    await client.paymentIntents.confirm(id, { payment_method: 'pm_card_visa' });
    expect((await refusal(client.paymentIntents.confirm(id, declined, key))).statusCode).toBe(402);
    const create = { idempotencyKey: 'create-1' };
    await refusal(client.paymentIntents.create({ currency: 'kes' } as never, create));
    expect((await client.paymentIntents.create(WISH, create)).status).toBe('requires_payment_method');
  });

  it('is refused while its first request is out', async () => {
    const { world, client } = await open();
    await world.script({ on: 'collect', mood: 'slow' });
    const key = { idempotencyKey: 'slow-1' };
    const first = client.paymentIntents.create(WISH, key);
    await world.clock.waitedFor(world.tuning.slowMs);
    expect(await refusal(client.paymentIntents.create(WISH, key))).toMatchObject({
      statusCode: 409,
      code: 'idempotency_key_in_use',
    });
    world.clock.pass(world.tuning.slowMs);
    await first;
    expect(await world.ledger()).toHaveLength(1);
  });
});

describe('a refund', () => {
  async function paidWith(method: string) {
    const { world, client } = await open();
    const { id } = await client.paymentIntents.create(WISH);
    await client.paymentIntents.confirm(id, { payment_method: method });
    await world.called(1);
    return { world, client, id };
  }

  it('goes back in parts, and never above what was paid', async () => {
    const { client, id } = await paidWith('pm_card_visa');
    const part = await client.refunds.create({ payment_intent: id, amount: 50_000 }, { idempotencyKey: 'r1' });
    expect(part).toMatchObject({ object: 'refund', status: 'succeeded', amount: 50_000, payment_intent: id });
    expect((await client.refunds.create({ payment_intent: id, amount: 50_000 }, { idempotencyKey: 'r1' })).id).toBe(
      part.id,
    );
    expect((await refusal(client.refunds.create({ payment_intent: id, amount: 100_001 }))).statusCode).toBe(400);
    expect((await client.refunds.create({ payment_intent: id })).amount).toBe(100_000);
    expect((await refusal(client.refunds.create({ payment_intent: id }))).code).toBe('charge_already_refunded');
    const { latest_charge: charge } = await client.paymentIntents.retrieve(id, { expand: ['latest_charge'] });
    expect(charge).toMatchObject({ refunded: true, amount_refunded: 150_000 });
  });

  it('takes a while with one card, and comes back with another', async () => {
    const slow = await paidWith('pm_card_pendingRefund');
    const waiting = await slow.client.refunds.create({ payment_intent: slow.id });
    expect(waiting.status).toBe('pending');
    slow.world.clock.pass(5_000);
    expect((await slow.client.refunds.retrieve(waiting.id)).status).toBe('succeeded');
    expect(await typesOf(slow.world, 3)).toContain('refund.updated');

    const back = await paidWith('pm_card_refundFail');
    const gone = await back.client.refunds.create({ payment_intent: back.id });
    expect(gone.status).toBe('succeeded');
    await back.world.called(3);
    back.world.clock.pass(5_000);
    const after = await back.client.refunds.retrieve(gone.id);
    expect([after.status, after.failure_reason]).toEqual(['failed', 'expired_or_canceled_card']);
    expect((await typesOf(back.world, 4)).at(-1)).toBe('refund.failed');
    expect((await back.client.refunds.create({ payment_intent: back.id })).status).toBe('succeeded');
  });

  it('and the rest of the books can be paged through', async () => {
    const { client, id } = await paidWith('pm_card_visa');
    for (const amount of [1, 2, 3]) await client.refunds.create({ payment_intent: id, amount });
    const seen: number[] = [];
    for await (const { amount } of client.refunds.list({ payment_intent: id, limit: 2 })) seen.push(amount);
    expect(seen).toEqual([3, 2, 1]);
    const { data } = await client.balanceTransactions.list({ limit: 100 });
    expect(data.map(({ amount, fee, net }) => [amount, fee, net])).toEqual([
      [-3, 0, -3],
      [-2, 0, -2],
      [-1, 0, -1],
      [150_000, 4_350, 145_650],
    ]);
    expect((await client.charges.list({ payment_intent: id })).data).toHaveLength(1);
    expect((await refusal(client.refunds.list({ limit: 0 }))).statusCode).toBe(400);
  });
});
