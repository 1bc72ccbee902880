// Goal: a payment through the mock provider does what its metadata says, word by word. Method: the gateway against its own
// simulator, under a clock that stands still; what all gateways have in common is the conformance suite's.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openWorld, type OpenWorld } from '../conformance-world.fixture.ts';
import { askAndSettle, HURRY_MS, refundOf, start, startPaid, wishFor } from '../conformance-world.ts';
import type { DisburseRequest } from '../contract.ts';
import { mock } from './index.ts';

let world: OpenWorld;
beforeEach(async () => {
  world = await openWorld(mock);
});
afterEach(() => world.close());

function says(key: string, value: string) {
  return {
    metadata: [
      { key: 'order', value: 'reject' },
      { key, value },
    ],
  };
}

async function pay(words: string) {
  return start(world, { ...wishFor(world), ...(words === '' ? {} : says('mock', words)) });
}

describe('a payment', () => {
  it.each([
    ['', 'SUCCEEDED', null],
    ['approve', 'SUCCEEDED', null],
    ['reject', 'FAILED', 'DECLINED_BY_PAYER'],
    ['wrong-pin', 'FAILED', 'WRONG_PIN'],
    ['no-balance', 'FAILED', 'INSUFFICIENT_FUNDS'],
    ['none', 'SUCCEEDED', null],
    ['Reject, None', 'FAILED', 'DECLINED_BY_PAYER'],
    ['normal', 'SUCCEEDED', null],
  ])('that says "%s" ends %s after a second', async (words, status, failure) => {
    const { outcome, intent } = await pay(words);
    expect(outcome.kind).toBe('accepted');
    world.clock.pass(999);
    expect((await askAndSettle(world, intent, intent.gatewayTransactionId)).status).toBe('PROCESSING');
    world.clock.pass(1);
    const after = await askAndSettle(world, intent, intent.gatewayTransactionId);
    expect([after.status, after.failure?.code ?? null]).toEqual([status, failure]);
  });

  it.each([
    ['lost-reply', 'succeeded'],
    ['garbage reject', 'failed'],
    ['server-error', undefined],
  ])('that says "%s" is unknown, and booked as %s', async (words, state) => {
    expect((await pay(words)).outcome.kind).toBe('unknown');
    world.clock.pass(1_000);
    expect((await world.ledger())[0]?.state).toBe(state);
  });

  it('that says "silent" is not even booked', async () => {
    world.hurry(HURRY_MS);
    expect((await pay('silent')).outcome.kind).toBe('unknown');
    expect(await world.ledger()).toEqual([]);
  });

  it('that says "slow" is answered after three seconds', async () => {
    const paying = pay('slow');
    await world.clock.waitedFor(3_000);
    world.clock.pass(3_000);
    expect((await paying).outcome.kind).toBe('accepted');
  });

  it('that says "ignore" waits for its whole prompt', async () => {
    const { intent } = await pay('ignore');
    world.clock.pass(59_999);
    expect((await askAndSettle(world, intent, intent.gatewayTransactionId)).status).toBe('PROCESSING');
    world.clock.pass(1);
    expect(await askAndSettle(world, intent, intent.gatewayTransactionId)).toMatchObject({
      status: 'EXPIRED',
      failure: { code: 'TIMED_OUT' },
    });
  });

  it('that says what nobody knows is refused by the word', async () => {
    expect((await pay('reject lost_reply')).outcome).toMatchObject({
      kind: 'declined',
      failure: { code: 'MISCONFIGURED', providerCode: 'unknown_word:lostreply' },
    });
    expect(await world.ledger()).toEqual([]);
  });

  it('asks the phone, or sends the payer to a page', async () => {
    const { outcome } = await pay('');
    expect(outcome).toMatchObject({ nextAction: { kind: 'PHONE_PUSH', phone: '+2290161000000' } });
    const wish = { ...wishFor(world), mode: 'REDIRECT', returnUrl: 'https://shop.example/done?x=1' } as const;
    const redirected = await start(world, { ...wish, customer: { ...wish.customer, phone: null } });
    const { nextAction } = redirected.outcome.kind === 'accepted' ? redirected.outcome : { nextAction: null };
    const url = nextAction?.kind === 'REDIRECT' ? nextAction.url : '';
    expect(url).toContain(`${world.simulatorUrl}/pay/`);
    expect(await (await fetch(url)).text()).toContain('5000 XOF');
    const answered = await fetch(url, {
      method: 'POST',
      body: new URLSearchParams({ action: 'approve' }),
      redirect: 'manual',
    });
    expect([answered.status, answered.headers.get('location')]).toEqual([303, 'https://shop.example/done?x=1']);
    const after = await askAndSettle(world, redirected.intent, redirected.intent.gatewayTransactionId);
    expect([after.status, after.instrument]).toEqual(['SUCCEEDED', 'CARD']);
  });

  it('sends no payer where a script would run', async () => {
    const wish = { ...wishFor(world), mode: 'REDIRECT', returnUrl: 'javascript:alert(1)' } as const;
    const { outcome } = await start(world, wish);
    const url = outcome.kind === 'accepted' && outcome.nextAction?.kind === 'REDIRECT' ? outcome.nextAction.url : '';
    const answered = await fetch(url, {
      method: 'POST',
      body: new URLSearchParams({ action: 'approve' }),
      redirect: 'manual',
    });
    expect([answered.status, answered.headers.get('location')]).toEqual([200, null]);
  });

  it('is refused with the same reference for another amount', async () => {
    const wish = wishFor(world);
    await start(world, wish);
    const other = await start(world, { ...wish, amount: { amount: 1, currency: 'XOF' } });
    expect(other.outcome).toMatchObject({ kind: 'declined', failure: { providerCode: 'reference_taken' } });
  });
});

describe('a refund', () => {
  it.each([
    ['', 'accepted'],
    ['reject', 'declined'],
    ['lost-reply', 'unknown'],
    ['server-error', 'unknown'],
    ['wobble', 'declined'],
  ])('that says "%s" is %s', async (words, kind) => {
    const payment = await startPaid(world);
    const request = { ...refundOf(payment, 100), ...says('mock_refund', words) };
    expect((await world.gateway.refund?.(request))?.kind).toBe(kind);
  });

  it('that says "ignore" is open until people answer', async () => {
    const request = { ...refundOf(await startPaid(world), 100), ...says('mock_refund', 'ignore') };
    const outcome = await world.gateway.refund?.(request);
    expect(outcome).toMatchObject({ kind: 'accepted', report: { state: 'pending' } });
    const id = outcome?.kind === 'accepted' ? (outcome.report.providerRefundId ?? '') : '';
    await world.phone(id, 'approve');
    const found = await world.gateway.lookupRefund?.({ ...request, providerRefundId: id });
    expect(found).toMatchObject({ kind: 'found', report: { state: 'succeeded' } });
  });

  it('never gives back more than was taken, however many ask at once', async () => {
    const payment = await startPaid(world);
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, async () => world.gateway.refund?.(refundOf(payment, 400))),
    );
    expect(outcomes.filter((outcome) => outcome?.kind === 'accepted')).toHaveLength(12);
    expect(outcomes.filter((outcome) => outcome?.kind === 'declined')).toHaveLength(8);
  });

  it('under the same id for another amount is refused', async () => {
    const request = refundOf(await startPaid(world), 100);
    await world.gateway.refund?.(request);
    const other = await world.gateway.refund?.({ ...request, amount: { amount: 101, currency: 'XOF' } });
    expect(other).toMatchObject({ kind: 'declined', failure: { providerCode: 'reference_taken' } });
  });
});

describe('a payout', () => {
  const payout = (words: string): DisburseRequest => ({
    reference: wishFor(world).reference,
    amount: { amount: 700, currency: 'XOF' },
    phone: '+2290161000000',
    country: 'BJ',
    reason: null,
    ...says('mock_disburse', words),
  });

  it.each([
    ['', 'succeeded', null],
    ['reject', 'failed', 'DECLINED_BY_PAYER'],
    ['no-balance', 'failed', 'INSUFFICIENT_FUNDS'],
  ])('that says "%s" is %s after a second', async (words, state, code) => {
    const request = payout(words);
    expect(await world.gateway.disburse?.(request)).toMatchObject({ kind: 'accepted', state: 'pending' });
    world.clock.pass(1_000);
    const found = await world.gateway.lookupDisbursement?.(request);
    expect(found).toMatchObject({ kind: 'accepted', state, failure: code === null ? null : { code } });
  });

  it('is booked under our reference', async () => {
    const request = payout('');
    await world.gateway.disburse?.(request);
    expect(await world.ledger()).toMatchObject([{ kind: 'disburse', reference: request.reference, amount: 700 }]);
  });
});
