// Goal: a payer without Stripe.js can pay by hand, and the simulator's switches make every kind of event. Method: a browser's
// requests, and what comes of them at the official client and at our own reader.

import { afterEach, describe, expect, it } from 'vitest';
import { closeWorlds, open, setOptions, typesOf, WISH } from './simulator.fixture.ts';

afterEach(closeWorlds);

describe('the page', () => {
  const post = (url: string, fields: Readonly<Record<string, string>>) =>
    fetch(url, { method: 'POST', body: new URLSearchParams(fields), redirect: 'manual' });

  it('holds the payment, says why a card is refused, and takes another one back to the shop', async () => {
    const { world, client } = await open();
    const { id, client_secret: secret } = await client.paymentIntents.create({ ...WISH, description: '<b>order</b>' });
    const query = { client_secret: secret ?? '', return_url: 'https://shop.example/done?order=1' };
    const shown = await fetch(`${world.simulatorUrl}/pay?${new URLSearchParams(query).toString()}`);
    const text = await shown.text();
    expect(text).toContain('1,500.00 KES');
    expect(text).toContain('&lt;b&gt;order');
    expect(text).not.toMatch(/<script|src=|https?:\/\/(?!shop\.example)/);
    world.clock.pass(60_000);
    const pay = (method: string) => post(`${world.simulatorUrl}/pay`, { ...query, payment_method: method });
    expect(await (await pay('pm_card_visa_chargeDeclinedInsufficientFunds')).text()).toContain('insufficient_funds');
    const back = await pay('pm_card_visa');
    expect(back.status).toBe(303);
    const url = new URL(back.headers.get('location') ?? '');
    expect(Object.fromEntries(url.searchParams)).toEqual({
      order: '1',
      payment_intent: id,
      payment_intent_client_secret: secret,
      redirect_status: 'succeeded',
    });
    expect((await client.paymentIntents.retrieve(id)).status).toBe('succeeded');
  });

  it('leads to the bank, which believes or does not', async () => {
    const { world, client } = await open();
    for (const [answer, status] of [
      ['yes', 'succeeded'],
      ['no', 'requires_payment_method'],
    ] as const) {
      const { id, client_secret: secret } = await client.paymentIntents.create(WISH);
      const given = { client_secret: secret ?? '', payment_method: 'pm_card_threeDSecure2Required' };
      const asked = await post(`${world.simulatorUrl}/pay`, given);
      const bank = new URL(asked.headers.get('location') ?? '', `${world.simulatorUrl}/`);
      const { next_action: action } = await client.paymentIntents.retrieve(id);
      expect(action?.redirect_to_url?.url).toBe(bank.href);
      expect(await (await fetch(bank)).text()).toContain('It is me');
      await post(bank.href.split('?')[0] ?? '', { payment_intent_client_secret: secret ?? '', answer });
      const after = await client.paymentIntents.retrieve(id);
      expect(after.status).toBe(status);
      expect(after.last_payment_error?.code ?? null).toBe(
        answer === 'no' ? 'payment_intent_authentication_failure' : null,
      );
    }
  });

  it('opens with the whole secret alone, and goes to no script', async () => {
    const { world, client } = await open();
    const { id, client_secret: secret } = await client.paymentIntents.create({ ...WISH, description: 'by-hand' });
    for (const wrong of [id, `${id}_secret_`, `${secret ?? ''}0`]) {
      expect((await fetch(`${world.simulatorUrl}/pay?client_secret=${wrong}`)).status).toBe(404);
    }
    const given = { client_secret: secret ?? '', payment_method: 'pm_card_visa', return_url: 'javascript:alert(1)' };
    const paid = await post(`${world.simulatorUrl}/pay`, given);
    expect(paid.headers.get('location')).toMatch(/^pay\?client_secret=/);
  });

  it('needs no secret key: the publishable one confirms with the client secret', async () => {
    const { world, client } = await open();
    const { id, client_secret: secret } = await client.paymentIntents.create(WISH);
    const key = world.env['STRIPE_PUBLISHABLE_KEY'] ?? '';
    const confirm = (client_secret: string) =>
      post(`${world.simulatorUrl}/v1/payment_intents/${id}/confirm`, {
        key,
        client_secret,
        payment_method: 'pm_card_visa',
      });
    expect((await confirm('guess')).status).toBe(401);
    expect((await confirm(secret ?? '')).status).toBe(200);
  });
});

describe('events', () => {
  it.each([
    [{}, 'authentic'],
    [{ signing: 'rolled' }, 'authentic'],
    [{ signing: 'stale' }, 'forged'],
    [{ signing: 'future' }, 'forged'],
    [{ apiVersion: '2020-08-27' }, 'hint'],
  ])('%j are %s', async (change, verdict) => {
    const { world, client } = await open();
    await setOptions(world, change);
    await client.paymentIntents.create(WISH);
    world.clock.pass(5_000);
    await world.called(1);
    const [call] = world.callbacks;
    expect(call === undefined ? null : world.gateway.webhook?.verify(call)).toBe(verdict);
  });

  it('tell all that Stripe has to say, if the endpoint wants it, and of a dispute', async () => {
    const { world, client } = await open();
    await setOptions(world, { events: 'all' });
    const { id } = await client.paymentIntents.create(WISH);
    await client.paymentIntents.confirm(id, { payment_method: 'pm_card_createDispute' });
    expect(await typesOf(world, 4)).toEqual([
      'payment_intent.created',
      'payment_intent.succeeded',
      'charge.succeeded',
      'charge.dispute.created',
    ]);
    expect(await setOptions(world, { signing: 'badly' })).toMatchObject({
      status: 400,
      body: { error: { field: 'signing' } },
    });
  });
});
