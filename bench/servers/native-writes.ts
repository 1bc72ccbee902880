// The floor of createIntent: raw node:http and the native driver, doing the same durable writes of the same documents
// into a collection with the same indexes, and printing the same answer. Which writes, the input says.

import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import mongoose from 'mongoose';
import type { IntentDocument } from '../../src/store/document.ts';
import { inputOf, serveJson } from './listen.ts';

export interface NativeInput {
  readonly does: 'insert' | 'insert-call-update' | 'find';
  /** The product's database, and the intent in it after which all others are made. */
  readonly templateUrl: string;
  readonly templateId: string;
  readonly url: string;
  /** The product's answer about that intent. */
  readonly answer: CreateAnswer;
  /** What the product tells the provider, and where. */
  readonly provider: { readonly url: string; readonly headers: Readonly<Record<string, string>> } | null;
}

export interface CreateAnswer {
  readonly data: { readonly createIntent: { readonly intent: { readonly id: string } } };
}

interface CreateBody {
  readonly variables: { readonly input: { readonly idempotencyKey: string } };
}

/** The driver that the product uses: mongoose brings its own, and another version of it may be installed besides. */
const { MongoClient } = mongoose.mongo;

/** The product's own settings of a connection, in `src/store/mongo.ts`. */
const SAFE = {
  maxPoolSize: 50,
  minPoolSize: 2,
  readConcernLevel: 'majority',
  writeConcern: { w: 'majority', journal: true, wtimeoutMS: 5_000 },
} as const;

const input = inputOf<NativeInput>();
const template = await templateOf(input);
const client = await MongoClient.connect(input.url, SAFE);
const intents = client.db().collection<IntentDocument>('intents');
const agent = new Agent({ keepAlive: true });
const { createIntent } = input.answer.data;

const steps = { insert, 'insert-call-update': insertCallUpdate, find };
const step = steps[input.does];

await serveJson<CreateBody>(async ({ variables }) => {
  const id = await step(variables.input.idempotencyKey);
  return { data: { createIntent: { ...createIntent, intent: { ...createIntent.intent, id } } } };
});

async function templateOf({ templateUrl, templateId }: NativeInput): Promise<IntentDocument> {
  const source = await MongoClient.connect(templateUrl);
  const found = await source.db().collection<IntentDocument>('intents').findOne({ _id: templateId });
  await source.close();
  if (found === null) throw new Error(`there is no intent ${templateId}`);
  return found;
}

function newDocument(idempotencyKey: string): IntentDocument {
  const attempts = template.attempts.map((attempt) => ({ ...attempt, id: randomUUID() }));
  const keys = template.keys.map(({ requestHash }) => ({ key: `create:${idempotencyKey}`, requestHash }));
  return { ...template, _id: randomUUID(), attempts, keys };
}

async function insert(idempotencyKey: string): Promise<string> {
  const { insertedId } = await intents.insertOne(newDocument(idempotencyKey));
  return insertedId;
}

/** The document as it is before the provider has answered; the call; and the document as it is after. */
async function insertCallUpdate(idempotencyKey: string): Promise<string> {
  const after = newDocument(idempotencyKey);
  const { _id, status, version, lease, nextAction, due, updatedAt, sequence, lastOps } = after;
  const [first, ...news] = after.events;
  const [attempt] = after.attempts;
  if (first === undefined || attempt === undefined) throw new Error('the template has no event or no attempt');
  const before = { status: 'PENDING', version: 1, nextAction: null, gatewayTransactionId: null } as const;
  const sent = [{ ...attempt, state: 'SENT', providerId: null }] as const;
  await intents.insertOne({ ...after, ...before, attempts: sent, events: [first], sequence: 1, lastOps: [] });
  const providerId = await pay(attempt.id, _id);
  const paid = { attempts: [{ ...attempt, providerId }], gatewayTransactionId: providerId };
  const $set = { status, version, lease, nextAction, due, updatedAt, sequence, ...paid };
  const $push = { events: { $each: news }, lastOps: { $each: [...lastOps], $slice: -8 } };
  const found = await intents.findOneAndUpdate({ _id, version: 1 }, { $set, $push }, { projection: { _id: 1 } });
  if (found === null) throw new Error(`intent ${_id} was lost`);
  return _id;
}

/** The body that the product's own client sends; resolves to the provider's id. */
function pay(reference: string, intentId: string): Promise<string> {
  const { url = '', headers = {} } = input.provider ?? {};
  const { amount, customer, referenceId, metadata } = template;
  const payment = { reference, intentId, ...amount, mode: 'PUSH', phone: customer.phone, returnUrl: null };
  const body = JSON.stringify({ ...payment, description: referenceId, words: metadata[0]?.value });
  const options = { method: 'POST', agent, headers: { ...headers, 'content-length': Buffer.byteLength(body) } };
  return new Promise((resolve, reject) => {
    const call = request(url, options, (res) => {
      const chunks: Buffer[] = [];
      res.on('data', (chunk: Buffer) => chunks.push(chunk));
      res.on('end', () => resolve((JSON.parse(Buffer.concat(chunks).toString()) as { id: string }).id));
    });
    call.on('error', reject);
    call.end(body);
  });
}

async function find(idempotencyKey: string): Promise<string> {
  const found = await intents.findOne({ appId: template.appId, 'keys.key': `create:${idempotencyKey}` });
  if (found === null) throw new Error(`no intent has the key ${idempotencyKey}`);
  return found._id;
}
