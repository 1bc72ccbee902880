// Goal: a refund is sent once under its own id, and found again by it. Method: the SDK over replies that are written down.

import { describe, expect, it } from 'vitest';
import { answered, aRefund, connected, INTENT, NO, OPEN, REFUND, REFUND_REQUEST } from './stripe.fixture.ts';

describe('refund', () => {
  it('sends a part back under the refund’s id', async () => {
    const { gateway, sent } = connected([answered(200, aRefund())]);
    expect(await gateway.refund(REFUND_REQUEST)).toEqual({
      kind: 'accepted',
      report: { amount: 50_000, providerRefundId: 're_1', state: 'succeeded', failure: null },
    });
    expect(sent[0]).toMatchObject({
      url: 'https://api.stripe.com/v1/refunds',
      body: `payment_intent=pi_1&amount=50000&metadata[intentId]=${INTENT}&metadata[refundId]=${REFUND}`,
      effect: 'write',
      headers: { 'idempotency-key': REFUND },
    });
  });

  it.each(OPEN)('%s: nobody knows, and it is sent once', async (_name, reply) => {
    const { gateway, sent } = connected([reply]);
    expect(await gateway.refund(REFUND_REQUEST)).toMatchObject({ kind: 'unknown' });
    expect(sent).toHaveLength(1);
  });

  it.each(NO)('%s: a no', async (_name, reply, code) => {
    const { gateway } = connected([reply]);
    expect(await gateway.refund(REFUND_REQUEST)).toMatchObject({ kind: 'declined', failure: { code } });
  });

  it('believes no answer about another payment, nor one of an unlisted status', async () => {
    for (const refund of [
      aRefund({ payment_intent: 'pi_2' }),
      aRefund({ status: 'lost' }),
      aRefund({ currency: 'zzz' }),
    ]) {
      const { gateway } = connected([answered(200, refund)]);
      expect(await gateway.refund(REFUND_REQUEST)).toMatchObject({ kind: 'unknown' });
    }
  });
});

describe('lookupRefund', () => {
  const asked = { ...REFUND_REQUEST, providerRefundId: null };
  const list = (data: readonly unknown[], hasMore = false) =>
    answered(200, { object: 'list', url: '/v1/refunds', has_more: hasMore, data });

  it('asks by Stripe’s id where there is one', async () => {
    const { gateway, sent } = connected([answered(200, aRefund({ status: 'pending' }))]);
    const found = await gateway.lookupRefund({ ...REFUND_REQUEST, providerRefundId: 're_1' });
    expect(found).toMatchObject({ kind: 'found', report: { state: 'pending', providerRefundId: 're_1' } });
    expect(sent[0]).toMatchObject({ url: 'https://api.stripe.com/v1/refunds/re_1', effect: 'read' });
  });

  it('else looks through the payment’s refunds for ours, page by page', async () => {
    const others = [aRefund({ id: 're_8', metadata: {} }), aRefund({ id: 're_9', metadata: { refundId: 'x' } })];
    const { gateway, sent } = connected([list(others, true), list([aRefund()])]);
    expect(await gateway.lookupRefund(asked)).toMatchObject({ kind: 'found', report: { providerRefundId: 're_1' } });
    expect(sent.map(({ url }) => new URL(url).search)).toEqual([
      '?payment_intent=pi_1&limit=100',
      '?payment_intent=pi_1&limit=100&starting_after=re_9',
    ]);
    expect(sent.reduce((sum, { timeoutMs }) => sum + timeoutMs, 0)).toBeLessThanOrEqual(10_000);
  });

  it('says that it is not there only once all was seen and read', async () => {
    const absent = connected([list([aRefund({ metadata: {} })])]);
    expect(await absent.gateway.lookupRefund(asked)).toEqual({ kind: 'absent' });
    const strange = connected([list([{ id: 're_2' }])]);
    expect(await strange.gateway.lookupRefund(asked)).toMatchObject({ kind: 'unknown' });
    const other = aRefund({ metadata: {} });
    const endless = connected([list([other], true), list([other], true), list([other], true)]);
    expect(await endless.gateway.lookupRefund(asked)).toMatchObject({ kind: 'unknown' });
  });

  it.each(OPEN)('%s answers nothing', async (_name, reply) => {
    const { gateway } = connected([reply]);
    expect(await gateway.lookupRefund(asked)).toMatchObject({ kind: 'unknown' });
  });
});
