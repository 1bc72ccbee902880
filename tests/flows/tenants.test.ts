// Goal: nothing tells one app of another's payments (I26), and a page's token opens one payment and nothing else. Method:
// two apps probe each other over every root field; a missing and a foreign id must answer alike, to the byte.

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { all, TRANSPORTS, type Client } from '../testkit/client.ts';
import {
  CancelIntent,
  CreateIntent,
  GetIntent,
  ListIntents,
  RefreshIntent,
  RefundIntent,
  VerifyKkiapay,
} from '../testkit/documents.ts';
import type { IntentPartsFragment } from '../testkit/generated/graphql.ts';
import { startStack, type Stack } from '../testkit/stack.ts';
import { aMockWish, aWish, created, paid } from '../testkit/wishes.ts';

let stack: Stack;
let other: Client;
let mine: IntentPartsFragment;
beforeAll(async () => {
  stack = await startStack();
  other = stack.clientOf((await stack.newKey('events')).apiKey);
  mine = await paid(stack.client, aMockWish('', { referenceId: 'secret-order' }));
});
afterAll(() => stack.close());

const withoutIds = (body: unknown, id: string): string =>
  JSON.stringify(body)
    .replaceAll(id, '<id>')
    .replace(/requestId\\*":\\*"[^"\\]*/g, 'requestId');

const PROBES: Readonly<Record<string, (client: Client, id: string) => Promise<{ status: number; body: unknown }>>> = {
  intent: (client, id) => client.raw(GetIntent, { id }),
  refreshIntent: (client, id) => client.raw(RefreshIntent, { id }),
  cancelIntent: (client, id) => client.raw(CancelIntent, { input: { idempotencyKey: randomUUID(), intentId: id } }),
  refundIntent: (client, id) => client.raw(RefundIntent, { input: { idempotencyKey: randomUUID(), intentId: id } }),
  verifyKkiapay: (client, id) =>
    client.raw(VerifyKkiapay, { input: { idempotencyKey: randomUUID(), intentId: id, transactionId: 'abcdefghi' } }),
};

describe('two apps', () => {
  it.each(Object.keys(PROBES))('%s: a foreign id answers as one that does not exist', async (name) => {
    const probe = PROBES[name];
    if (probe === undefined) throw new Error(name);
    const missing = randomUUID();
    const [foreign, absent] = [await probe(other, mine.id), await probe(other, missing)];
    expect(foreign.status).toBe(absent.status);
    expect(withoutIds(foreign.body, mine.id)).toBe(withoutIds(absent.body, missing));
  });

  it.each(TRANSPORTS)('the stream over %s refuses a foreign id as one that does not exist', async (transport) => {
    const refusal = async (id: string): Promise<string> =>
      withoutIds(String(await all(other.watch(transport, id)).catch((error: unknown) => error)), id);
    const missing = randomUUID();
    const foreign = await refusal(mine.id);
    expect(foreign).toContain('NOT_FOUND');
    expect(foreign).toBe(await refusal(missing));
  });

  it('a list shows its own app alone, whatever the filter says', async () => {
    for (const filter of [
      {},
      { appId: 'kaba' },
      { referenceId: 'secret-order' },
      { gatewayTransactionId: mine.gatewayTransactionId ?? '' },
    ]) {
      const { intents } = await other.call(ListIntents, { filter });
      expect(intents.edges).toEqual([]);
      expect(intents.pageInfo).toEqual({
        hasNextPage: false,
        hasPreviousPage: false,
        startCursor: null,
        endCursor: null,
      });
    }
  });

  it("a cursor of another app's page is none", async () => {
    const { intents } = await stack.client.call(ListIntents, { first: 1 });
    const { status, body } = await other.raw(ListIntents, { before: intents.pageInfo.endCursor ?? '' });
    expect([status, body.errors?.[0]?.message]).toEqual([400, 'before: cursor not recognised.']);
  });

  it('creating for another app is forbidden', async () => {
    const { status, body } = await other.raw(CreateIntent, { input: aMockWish('', { appId: 'kaba' }) });
    expect(status).toBe(403);
    expect(body.errors?.[0]?.extensions).toMatchObject({ code: 'FORBIDDEN' });
  });
});

describe('a page with its token', () => {
  it('sees its own payment, without what belongs to the product', async () => {
    const intent = await created(stack.client, aMockWish('none ignore'));
    const page = stack.clientOf(intent.clientToken ?? '');
    const { intent: seen } = await page.call(GetIntent, { id: intent.id });
    expect(seen).toMatchObject({ id: intent.id, status: 'PROCESSING', metadata: [], routing: [], clientToken: null });
  });

  it('sees no other payment, not even of the same app', async () => {
    const page = stack.clientOf((await created(stack.client, aWish({ customer: null }))).clientToken ?? '');
    expect((await page.call(GetIntent, { id: mine.id })).intent).toBeNull();
    for (const transport of TRANSPORTS) await expect(all(page.watch(transport, mine.id))).rejects.toThrow('NOT_FOUND');
  });

  it('can do nothing', async () => {
    const intent = await created(stack.client, aWish({ customer: null }));
    const page = stack.clientOf(intent.clientToken ?? '');
    const tries = [
      page.raw(CreateIntent, { input: aMockWish() }),
      page.raw(ListIntents, {}),
      ...Object.entries(PROBES).flatMap(([name, probe]) => (name === 'intent' ? [] : [probe(page, intent.id)])),
    ];
    for (const { status, body } of await Promise.all(tries)) {
      expect(status).toBe(403);
      expect(JSON.stringify(body)).toContain('FORBIDDEN');
    }
  });
});

describe('scopes', () => {
  it('a key that may only read may not move money', async () => {
    const reader = stack.clientOf((await stack.newKey('kaba', ['read'])).apiKey);
    expect((await reader.call(GetIntent, { id: mine.id })).intent?.id).toBe(mine.id);
    for (const { status, body } of await Promise.all([
      reader.raw(CreateIntent, { input: aMockWish() }),
      reader.raw(RefundIntent, { input: { idempotencyKey: randomUUID(), intentId: mine.id } }),
    ])) {
      expect(status).toBe(403);
      expect(JSON.stringify(body)).toMatch(/create|refund/);
    }
  });
});
