// Goal: internal tools page through the history without a hole or a repeat, and see how a payment would be routed.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Catalogue, ListIntents } from '../testkit/documents.ts';
import type { IntentFilter } from '../testkit/generated/graphql.ts';
import { startStack, type Stack } from '../testkit/stack.ts';
import { aMockWish, aWish, created, paid } from '../testkit/wishes.ts';

let stack: Stack;
const references: string[] = [];
beforeAll(async () => {
  // The two by name: the catalogue below is theirs, whoever else is in the registry.
  stack = await startStack({ env: { GATEWAYS: 'kkiapay,mock' } });
  for (let number = 1; number <= 12; number += 1) {
    const referenceId = `order-${String(number).padStart(2, '0')}`;
    references.unshift(referenceId);
    await created(
      stack.client,
      aWish({ referenceId, customer: null, amount: { amount: number * 100, currency: 'XOF' } }),
    );
  }
});
afterAll(() => stack.close());

const list = async (variables: Parameters<typeof stack.client.call<unknown, object>>[1]) =>
  (await stack.client.call(ListIntents, variables)).intents;
const found = async (filter: IntentFilter) => (await list({ filter })).edges.map(({ node }) => node.referenceId);

describe('pages', () => {
  it('go on forward from the newest, with no hole and no repeat', async () => {
    const seen: string[] = [];
    let after: string | null = null;
    for (;;) {
      const page = await list({ first: 5, after });
      seen.push(...page.edges.map(({ node }) => node.referenceId));
      expect(page.pageInfo.hasPreviousPage).toBe(after !== null);
      if (!page.pageInfo.hasNextPage) break;
      after = page.pageInfo.endCursor ?? null;
    }
    expect(seen).toEqual(references);
  });

  it('go backward in the same order', async () => {
    const last = await list({ last: 5 });
    expect(last.edges.map(({ node }) => node.referenceId)).toEqual(references.slice(-5));
    const before = await list({ last: 5, before: last.pageInfo.startCursor ?? null });
    expect(before.edges.map(({ node }) => node.referenceId)).toEqual(references.slice(-10, -5));
  });
});

describe('filters', () => {
  it('find by reference, amount, status, gateway, phone and transaction', async () => {
    const phone = '+229 97 00 00 00';
    const intent = await paid(stack.client, aMockWish('', { referenceId: 'by-phone', customer: { phone } }));
    expect(await found({ referenceId: 'order-07' })).toEqual(['order-07']);
    expect(await found({ amountMin: 1_150, amountMax: 1_300 })).toEqual(['order-12']);
    expect(await found({ status: ['SUCCEEDED'] })).toEqual(['by-phone']);
    expect(await found({ gateway: ['MOCK'] })).toEqual(['by-phone']);
    expect(await found({ phone: '+22997000000' })).toEqual(['by-phone']);
    expect(await found({ gatewayTransactionId: intent.gatewayTransactionId ?? '' })).toEqual(['by-phone']);
    expect(await found({ currency: 'USD' })).toEqual([]);
    expect(await found({ createdAfter: '2999-01-01T00:00:00.000Z' })).toEqual([]);
  });
});

describe('the catalogue', () => {
  it('says what each gateway can do, and how a payment would go', async () => {
    const wish = { country: 'BJ', currency: 'XOF', amount: 5_000 };
    const { gateways, paymentMethods, routePreview } = await stack.client.call(Catalogue, { ...wish, input: wish });
    const capabilities = new Map(gateways.map((gateway) => [gateway.id, gateway.capabilities]));
    expect(capabilities.get('KKIAPAY')).toEqual(['COLLECT', 'LOOKUP', 'REFUND']);
    expect(capabilities.get('MOCK')).toEqual(expect.arrayContaining(['PARTIAL_REFUND', 'DISBURSE']));
    expect(paymentMethods).toEqual([
      { gateway: { id: 'KKIAPAY' }, paymentMode: 'PUSH' },
      { gateway: { id: 'KKIAPAY' }, paymentMode: 'WIDGET' },
    ]);
    const preview = new Map(routePreview.map((candidate) => [candidate.gateway.id, candidate]));
    expect(routePreview.filter(({ taken }) => taken).map(({ gateway }) => gateway.id)).toEqual(['KKIAPAY']);
    expect(preview.get('MOCK')?.reason).toBe('is used only when a request names it');
    const { routing } = await created(stack.client, aWish());
    expect(routing).toEqual(routePreview);
  });

  it('says why nobody can take a payment', async () => {
    const { raw } = stack.client;
    const { CreateIntent } = await import('../testkit/documents.ts');
    const { body } = await raw(CreateIntent, {
      input: aWish({ country: 'US', amount: { amount: 100, currency: 'USD' } }),
    });
    expect(body.data?.createIntent).toMatchObject({
      __typename: 'NoGatewayAvailable',
      code: 'NO_GATEWAY_AVAILABLE',
      retryable: false,
    });
    expect(JSON.stringify(body)).toContain('kkiapay: does not serve US payments by the routing table');
  });
});
