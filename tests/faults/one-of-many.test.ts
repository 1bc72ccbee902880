// Goal: of a hundred that want what can be had once, one gets it, and the others are told why not (F35; I6, I16, I17, I18). Method: two
// API processes, so that nothing but MongoDB's unique indexes can decide, and a hundred calls at once against each of them
// that the outside can reach; attempts, whose ids are made here, are raced in the store's own test.

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { Client } from '../testkit/client.ts';
import { CancelIntent, CreateIntent, VerifyKkiapay } from '../testkit/documents.ts';
import { eventually } from '../testkit/eventually.ts';
import { deliver, openPostOffice, type PostOffice } from '../testkit/post-office.ts';
import { startSystem, type System } from '../testkit/system.ts';
import { aMockWish, aWish, created } from '../testkit/wishes.ts';

vi.setConfig({ testTimeout: 60_000 });

const MANY = Array.from({ length: 100 }, (_, index) => index);

let system: System;
let post: PostOffice;
let doors: readonly string[];
let clients: readonly Client[];
beforeAll(async () => {
  post = await openPostOffice();
  system = await startSystem({
    webhookUrl: post.webhookUrl,
    tuning: { settleMs: 100, promptMs: null, slowMs: 500, lateMs: 20_000 },
    env: { MOCK_POLL_DELAYS_MS: '500,1000', KKIAPAY_POLL_DELAYS_MS: '500,1000' },
  });
  const apis = await Promise.all([
    system.start('api'),
    system.start('api', { PORT: '0', METRICS_PORT: '0' }),
    system.start('worker'),
  ]);
  doors = apis.slice(0, 2).map(({ url }) => url);
  clients = doors.map((url) => system.clientOf(system.apiKey, `${url}/graphql`));
});
afterAll(async () => {
  await system.close();
  await post.close();
});

const clientOf = (index: number): Client => clients[index % clients.length] ?? system.client;

/** How many of each. */
function counted(names: readonly string[]): Record<string, number> {
  return names.reduce<Record<string, number>>((sum, name) => ({ ...sum, [name]: (sum[name] ?? 0) + 1 }), {});
}

it('F35: one idempotency key, 100 equal creations: one intent and one call; I16', async () => {
  const input = aWish();
  const answers = await Promise.all(MANY.map((index) => clientOf(index).call(CreateIntent, { input })));
  const ids = answers.map(({ createIntent: answer }) => ('intent' in answer ? answer.intent.id : answer.__typename));
  expect(new Set(ids).size).toBe(1);
  expect(answers.filter(({ createIntent }) => 'replayed' in createIntent && !createIntent.replayed)).toHaveLength(1);
  const ledger = await system.controls.ledger('kkiapay');
  expect(ledger.filter(({ reference }) => reference === ids[0])).toHaveLength(1);
});

it('F35: one idempotency key, 100 different creations: one intent, 99 conflicts; I16', async () => {
  const idempotencyKey = randomUUID();
  const answers = await Promise.all(
    MANY.map((index) => {
      const input = aMockWish('', {
        idempotencyKey,
        referenceId: 'contested',
        amount: { amount: 1_000 + index, currency: 'XOF' },
      });
      return clientOf(index).call(CreateIntent, { input });
    }),
  );
  expect(counted(answers.map(({ createIntent }) => createIntent.__typename))).toEqual({
    CreateIntentSuccess: 1,
    IdempotencyConflict: 99,
  });
  expect(await system.witness.intents({ referenceId: 'contested' })).toHaveLength(1);
});

it('F35: one key for the cancellation of 100 intents: one is cancelled, 99 are as they were; I16', async () => {
  const intents = await Promise.all(MANY.map(() => created(system.client, aWish({ customer: null }))));
  const idempotencyKey = randomUUID();
  const answers = await Promise.all(
    intents.map(({ id }, index) => clientOf(index).call(CancelIntent, { input: { idempotencyKey, intentId: id } })),
  );
  const names = counted(answers.map(({ cancelIntent }) => cancelIntent.__typename));
  expect(names).toEqual({ CancelIntentSuccess: 1, IdempotencyConflict: 99 });
  const now = await Promise.all(intents.map(({ id }) => system.witness.intent(id)));
  expect(counted(now.map(({ status }) => status))).toEqual({ CANCELLED: 1, PENDING: 99 });
});

it("F35: one provider's transaction, brought to 100 intents: it settles one; I6", async () => {
  const intents = await Promise.all(MANY.map(() => created(system.client, aWish({ customer: null }))));
  const paid = (await system.controls.post('/kkiapay/_widget', { amount: 5_000 })) as { transactionId: string };
  const answers = await Promise.all(
    intents.map(({ id }, index) =>
      clientOf(index).call(VerifyKkiapay, {
        input: { idempotencyKey: id, intentId: id, transactionId: paid.transactionId },
      }),
    ),
  );
  const codes = answers.map(({ verifyKkiapay: answer }) => ('code' in answer ? answer.code : answer.__typename));
  expect(counted(codes)).toEqual({ VerifyKkiapaySuccess: 1, TRANSACTION_ALREADY_USED: 99 });
  const now = await Promise.all(intents.map(({ id }) => system.witness.intent(id)));
  expect(counted(now.map(({ status }) => status))).toEqual({ SUCCEEDED: 1, PENDING: 99 });
});

it('F35 F46: one callback, 100 times over two doors: 100 times 200, and one row; I2 I18', async () => {
  const { id } = await created(system.client, aMockWish());
  const letter = await post.letter(id);
  const statuses = await Promise.all(MANY.map((index) => deliver(doors[index % 2] ?? '', letter)));
  expect(counted(statuses.map(String))).toEqual({ 200: 100 });
  expect((await system.witness.sees(id)).status).toBe('SUCCEEDED');
  const rows = await eventually(system.witness.inbox, (all) => all.every(({ state }) => state !== 'RECEIVED'));
  expect(rows.filter(({ intentId }) => intentId === id)).toHaveLength(1);
});

it('and every invariant holds', () => system.check());
