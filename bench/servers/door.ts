// The product's own door, with its own authentication, over services that answer from memory: what a query costs us
// when the database costs nothing.

import { advance, append, AT_BIRTH, type Intent, type Moment } from '../../src/core/intent.ts';
import { createLog } from '../../src/log.ts';
import { createMetrics } from '../../src/metrics.ts';
import { createDoor } from '../../src/server/http.ts';
import { createAuth } from '../../src/services/auth.ts';
import { createCatalogue } from '../../src/services/catalogue.ts';
import type { Intents, Services } from '../../src/services/index.ts';
import type { ApiKey } from '../../src/services/ports.ts';
import { inputOf, say } from './listen.ts';

export interface DoorInput {
  readonly key: ApiKey;
  readonly intentId: string;
}

const { key, intentId } = inputOf<DoorInput>();
const now = (): Date => new Date();
const unused = (): never => {
  throw new Error('this bench does not ask for that');
};

const keys = {
  insert: unused,
  list: unused,
  revoke: unused,
  find: async (id: string) => (id === key.id ? key : null),
};
const intent = paidIntent();
const intents: Intents = {
  create: unused,
  list: unused,
  cancel: unused,
  refresh: unused,
  verifyKkiapay: unused,
  get: async (viewer, id) => (viewer.appId === intent.appId && id === intent.id ? intent : null),
};
const services: Services = {
  auth: createAuth({ keys, clock: { now }, tokenSecret: 'a-secret-of-the-benches-that-is-long-enough' }),
  intents,
  refunds: { create: unused },
  catalogue: createCatalogue(new Map()),
  events: { watch: unused, close: () => undefined },
  webhooks: { isKnown: () => false, receive: unused, process: unused },
  served: { gatewayAt: () => null, answer: unused },
  work: { pollIntent: unused, pollRefund: unused, refreshRefunds: unused, sweep: unused },
};

const door = createDoor({
  services,
  log: createLog('info'),
  metrics: createMetrics(),
  settings: {},
  ready: async () => ({ ok: true, parts: {} }),
});
say({ url: `http://127.0.0.1:${await door.listen(0, '127.0.0.1')}` });

/** A phone push that has succeeded, as the database would have it. */
function paidIntent(): Intent {
  const created = new Date();
  const momentOf = (n: number): Moment => ({
    at: new Date(created.getTime() + n * 1_000),
    eventId: `019aa3b2-7c1e-7f00-8000-00000000000${n}`,
    cause: { kind: 'gateway', id: 'kkiapay' },
  });
  const bare: Intent = {
    id: intentId,
    appId: key.appId,
    referenceId: 'order-2026-000123',
    amount: { amount: 5_000, currency: 'XOF' },
    country: 'BJ',
    customer: { id: 'customer-77', email: null, phone: '+2290161000000', name: null },
    returnUrl: null,
    metadata: [{ key: 'cart', value: '77-112' }],
    gateway: 'kkiapay',
    paymentMode: 'PUSH',
    routing: [{ gateway: 'kkiapay', taken: true, reason: 'is the first choice in BJ' }],
    ...AT_BIRTH,
    gatewayTransactionId: 'Hk2v9cQ1x',
    instrument: 'WALLET',
    attempts: [
      { id: '019aa3b2-7c1e-7f00-8000-000000000009', state: 'ACCEPTED', sentAt: created, providerId: 'Hk2v9cQ1x' },
    ],
    keys: [{ key: 'create:order-2026-000123', requestHash: '' }],
    createdAt: created,
    updatedAt: created,
    expiresAt: momentOf(9).at,
  };
  const born = append(bare, { type: 'PAYMENT_INITIATED', from: null, refund: null }, momentOf(0));
  const begun = advance(born, 'PROCESSING', momentOf(1));
  const paid = begun.kind === 'moved' ? advance(begun.intent, 'SUCCEEDED', momentOf(2)) : begun;
  if (paid.kind !== 'moved') throw new Error('a payment that has begun can succeed');
  return paid.intent;
}
