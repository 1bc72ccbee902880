// Goal: a page misses nothing and sees nothing twice, wherever it starts and over both transports (I15). Method: real
// payments, watched from every position, by many at once, and by readers who come and go.

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { all, until, TRANSPORTS } from '../testkit/client.ts';
import { CancelIntent } from '../testkit/documents.ts';
import { startStack, type Stack } from '../testkit/stack.ts';
import { aMockWish, aWish, created, intentNow, paid, refunded } from '../testkit/wishes.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.close());

describe.each(TRANSPORTS)('over %s', (transport) => {
  it('goes on after any sequence, and ends', async () => {
    const intent = await paid(stack.client, aMockWish());
    for (const after of [0, 1, 2, 3, 4, 1_000]) {
      const events = await all(stack.client.watch(transport, intent.id, after));
      expect(events.map(({ sequence }) => sequence)).toEqual([1, 2, 3].slice(after));
    }
  });

  it('joins what is stored and what comes without a gap, for 50 watchers who come at any moment', async () => {
    const intent = await created(stack.client, aMockWish());
    const watch = async () => (await all(stack.client.watch(transport, intent.id))).map(({ sequence }) => sequence);
    const early = Array.from({ length: 25 }, watch);
    await until(stack.client.watch(transport, intent.id), ({ sequence }) => sequence === 2);
    const later = Array.from({ length: 25 }, watch);
    for (const seen of await Promise.all([...early, ...later])) expect(seen).toEqual([1, 2, 3]);
  });

  it('resumes where a reader left', async () => {
    const intent = await created(stack.client, aMockWish());
    const first = await until(stack.client.watch(transport, intent.id), ({ sequence }) => sequence === 2);
    const rest = await all(stack.client.watch(transport, intent.id, first.at(-1)?.sequence ?? 0));
    expect([...first, ...rest].map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
  });

  it('shows a cancellation to a page that waits', async () => {
    const intent = await created(stack.client, aWish({ customer: null }));
    const page = stack.clientOf(intent.clientToken ?? '').watch(transport, intent.id);
    expect((await page.next()).value).toMatchObject({ sequence: 1, status: 'PENDING' });
    await stack.client.call(CancelIntent, { input: { idempotencyKey: randomUUID(), intentId: intent.id } });
    expect((await all(page)).map(({ status }) => status)).toEqual(['CANCELLED']);
  });

  it('replays what came after the end, such as refunds', async () => {
    const intent = await paid(stack.client, aMockWish());
    await refunded(stack.client, intent.id, 1_000);
    const events = await all(stack.client.watch(transport, intent.id, 3));
    expect(events.map(({ type, status }) => [type, status])).toEqual([['PAYMENT_REFUNDED', 'SUCCEEDED']]);
    expect(events.map(({ id }) => id)).toEqual(
      (await intentNow(stack.client, intent.id)).events.slice(3).map(({ id }) => id),
    );
  });

  it('B66: names the rule that a bad `after` breaks', async () => {
    const intent = await created(stack.client, aWish({ customer: null }));
    await expect(all(stack.client.watch(transport, intent.id, -1))).rejects.toThrow('after must be 0');
    for (const id of ['__proto__', 'constructor', 'x'.repeat(10_000), randomUUID()]) {
      await expect(all(stack.client.watch(transport, id))).rejects.toThrow('NOT_FOUND');
    }
  });
});
