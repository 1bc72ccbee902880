// Inputs that work, with one thing changed at a time.

import { randomUUID } from 'node:crypto';
import type { Client } from './client.ts';
import { CreateIntent, GetIntent, RefundIntent } from './documents.ts';
import { eventually } from './eventually.ts';
import type { CreateIntentInput, IntentPartsFragment } from './generated/graphql.ts';

/** A number of KkiaPay's sandbox whose payer pays. */
export const PAYS = '+2290161000000';

/** A KkiaPay phone push. */
export function aWish(change: Partial<CreateIntentInput> = {}): CreateIntentInput {
  return {
    idempotencyKey: randomUUID(),
    amount: { amount: 5_000, currency: 'XOF' },
    country: 'BJ',
    referenceId: 'order-1',
    customer: { phone: PAYS },
    ...change,
  };
}

/** A payment through the mock gateway, in the moods named. */
export function aMockWish(words = '', change: Partial<CreateIntentInput> = {}): CreateIntentInput {
  const metadata = words === '' ? [] : [{ key: 'mock', value: words }];
  return aWish({ gateway: 'MOCK', metadata, ...change });
}

export async function created(client: Client, input: CreateIntentInput): Promise<IntentPartsFragment> {
  const { createIntent } = await client.call(CreateIntent, { input });
  if (createIntent.__typename !== 'CreateIntentSuccess') throw new Error(JSON.stringify(createIntent));
  return createIntent.intent;
}

/** Repeats a call as a backend does: for as long as it hears that the first one is still running, with the same key. */
export async function repeated(client: Client, input: CreateIntentInput) {
  return eventually(
    async () => (await client.call(CreateIntent, { input })).createIntent,
    (answer) => !(answer.__typename === 'IdempotencyConflict' && answer.code === 'IN_PROGRESS' && answer.retryable),
  );
}

/** As a product backend does: the same key until there is an answer that is not "try again". */
export async function insist(client: Client, input: CreateIntentInput, withinMs = 30_000): Promise<string> {
  const ask = () => client.raw(CreateIntent, { input }).catch((error: unknown) => ({ status: 0, body: String(error) }));
  const isDone = ({ status, body }: Awaited<ReturnType<typeof ask>>): boolean =>
    status === 200 && !JSON.stringify(body).includes('IN_PROGRESS');
  const { body } = await eventually(ask, isDone, { everyMs: 100, withinMs });
  if (typeof body === 'string' || body.data?.createIntent.__typename !== 'CreateIntentSuccess')
    throw new Error(JSON.stringify(body));
  return body.data.createIntent.intent.id;
}

export async function intentNow(client: Client, id: string) {
  const { intent } = await client.call(GetIntent, { id });
  if (intent == null) throw new Error(`no intent ${id}`);
  return intent;
}

/** A payment that has succeeded, seen to its end over the stream. */
export async function paid(client: Client, input: CreateIntentInput): Promise<IntentPartsFragment> {
  const intent = await created(client, input);
  for await (const event of client.watch('sse', intent.id)) {
    if (event.status === 'FAILED') throw new Error('the payment failed');
  }
  return intentNow(client, intent.id);
}

export async function refunded(client: Client, intentId: string, amount: number | null, idempotencyKey = randomUUID()) {
  return (await client.call(RefundIntent, { input: { idempotencyKey, intentId, amount } })).refundIntent;
}
