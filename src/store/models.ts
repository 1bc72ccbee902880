// Collections and their indexes. Uniqueness is the last guard of several money rules, so a missing index is a fault that
// `missingIndexes` names, and production refuses to start with.

import { Schema, type Connection } from 'mongoose';

/** A document is checked where it is made (core and services); here the shape serves queries and indexes. */
const options = { strict: 'throw', strictQuery: 'throw', versionKey: false, _id: false, minimize: false } as const;

const intentSchema = new Schema(
  {
    _id: { type: String, required: true },
    appId: { type: String, required: true },
    referenceId: String,
    amount: { amount: Number, currency: String },
    country: String,
    customer: { id: String, email: String, phone: String, name: String },
    gateway: String,
    status: String,
    gatewayTransactionId: String,
    createdAt: Date,
    due: { kind: String, at: Date },
    keys: [{ key: String, requestHash: String }],
    attempts: [{ id: String }],
  },
  options,
);

const inboxSchema = new Schema(
  {
    _id: { type: String, required: true },
    gateway: String,
    dedupeKey: String,
    dueAt: Date,
    tries: Number,
    state: String,
  },
  options,
);

const keySchema = new Schema(
  { _id: { type: String, required: true }, appId: String, demo: Boolean, revokedAt: Date },
  options,
);

/** Found by its id alone. */
const budgetSchema = new Schema({ _id: { type: String, required: true } }, options);

interface IndexPlan {
  readonly collection: 'intents' | 'inbox' | 'apikeys';
  readonly name: string;
  readonly keys: Readonly<Record<string, 1 | -1>>;
  readonly options: { readonly unique?: true; readonly partialFilterExpression?: Readonly<Record<string, unknown>> };
}

const PLANS: readonly IndexPlan[] = [
  // A tenant's key of an operation belongs to one intent for ever (I16, I17); refunds and cancellations included.
  { collection: 'intents', name: 'one_key', keys: { appId: 1, 'keys.key': 1 }, options: { unique: true } },
  // A provider's transaction belongs to one intent for ever (I6).
  {
    collection: 'intents',
    name: 'one_transaction',
    keys: { gateway: 1, gatewayTransactionId: 1 },
    options: { unique: true, partialFilterExpression: { gatewayTransactionId: { $type: 'string' } } },
  },
  {
    collection: 'intents',
    name: 'one_attempt',
    keys: { 'attempts.id': 1 },
    options: { unique: true, partialFilterExpression: { 'attempts.id': { $type: 'string' } } },
  },
  { collection: 'intents', name: 'history', keys: { appId: 1, createdAt: -1, _id: -1 }, options: {} },
  { collection: 'intents', name: 'by_reference', keys: { appId: 1, referenceId: 1, createdAt: -1 }, options: {} },
  {
    collection: 'intents',
    name: 'by_phone',
    keys: { appId: 1, 'customer.phone': 1, createdAt: -1 },
    options: { partialFilterExpression: { 'customer.phone': { $type: 'string' } } },
  },
  // What a provider that calls us began, by its own clock.
  {
    collection: 'intents',
    name: 'served',
    keys: { gateway: 1, 'served.time': 1 },
    options: { partialFilterExpression: { 'served.time': { $type: 'date' } } },
  },
  {
    collection: 'intents',
    name: 'due_by_gateway',
    // The gateway too: a process looks for the work of those that it knows.
    keys: { 'due.at': 1, gateway: 1 },
    options: { partialFilterExpression: { 'due.at': { $type: 'date' } } },
  },
  { collection: 'inbox', name: 'one_delivery', keys: { gateway: 1, dedupeKey: 1 }, options: { unique: true } },
  {
    collection: 'inbox',
    name: 'inbox_due_by_gateway',
    keys: { dueAt: 1, gateway: 1 },
    options: { partialFilterExpression: { dueAt: { $type: 'date' } } },
  },
  { collection: 'apikeys', name: 'by_app', keys: { appId: 1 }, options: {} },
];

export type Models = ReturnType<typeof createModels>;

export function createModels(connection: Connection) {
  return {
    intents: connection.model('Intent', intentSchema, 'intents'),
    inbox: connection.model('Inbox', inboxSchema, 'inbox'),
    apikeys: connection.model('ApiKey', keySchema, 'apikeys'),
    budgets: connection.model('Budget', budgetSchema, 'budgets'),
  };
}

/** Makes what is missing. Running it again changes nothing. */
export async function ensureIndexes(models: Models): Promise<void> {
  for (const { collection, name, keys, options } of PLANS) {
    await models[collection].collection.createIndex(keys, { ...options, name });
  }
}

/** Unique indexes that are not there, as `collection.name`. */
export async function missingIndexes(models: Models): Promise<readonly string[]> {
  const missing: string[] = [];
  for (const plan of PLANS.filter(({ options }) => options.unique === true)) {
    const existing = await models[plan.collection].collection.indexes().catch(noCollection);
    const found = existing.some(
      (index) => index.unique === true && JSON.stringify(index.key) === JSON.stringify(plan.keys),
    );
    if (!found) missing.push(`${plan.collection}.${plan.name}`);
  }
  return missing;
}

function noCollection(error: unknown): never[] {
  if (error instanceof Error && 'codeName' in error && error.codeName === 'NamespaceNotFound') return [];
  throw error;
}
