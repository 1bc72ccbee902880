// Goal: news of a refund that does not say which one is meant is neither taken for another nor lost: ours are asked about, and
// what can be none of ours is for people. Method: the real services on a real MongoDB, and a gateway of the test's own
// whose callbacks are the notice itself, as Paystack's would be read.

import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildServices } from '../../src/compose.ts';
import { withDue } from '../../src/core/due.ts';
import { uuidv7 } from '../../src/core/ids.ts';
import type { Intent } from '../../src/core/intent.ts';
import type { Refund } from '../../src/core/refund.ts';
import type { RefundReport } from '../../src/core/report.ts';
import { capabilitiesOf } from '../../src/gateways/capabilities.ts';
import type { Gateway, Verdict, WebhookNotice } from '../../src/gateways/contract.ts';
import { mock } from '../../src/gateways/registry.ts';
import { createLog } from '../../src/log.ts';
import { phones } from '../../src/phones.ts';
import type { Services } from '../../src/services/index.ts';
import { createInboxStore } from '../../src/store/inbox.ts';
import { fresh } from '../../src/store/intents.fixture.ts';
import { createIntentStore } from '../../src/store/intents.ts';
import { createKeyStore } from '../../src/store/keys.ts';
import { openModels, type OwnModels } from '../../src/store/models.fixture.ts';

let database: OwnModels;
let services: Services;
let store: ReturnType<typeof createIntentStore>;
let inbox: ReturnType<typeof createInboxStore>;
/** What the provider answers when it is asked about a refund. */
const books = new Map<string, RefundReport>();

const gateway: Gateway = {
  environment: 'sandbox',
  timing: {
    ...{ collectTimeoutMs: 1_000, promptMs: 1_000, marginMs: 1_000, inviteMs: 1_000 },
    ...{ pollDelaysMs: [1_000], afterCareMs: [], refundDelaysMs: [1_000] },
  },
  limits: {},
  refund: async () => ({ kind: 'unknown', reason: 'nothing is refunded here' }),
  async lookupRefund({ refundId }) {
    const report = books.get(refundId);
    return report === undefined ? { kind: 'absent' } : { kind: 'found', report };
  },
  webhook: {
    verify: ({ headers }) => headers['x-verdict'] as Verdict,
    read: (body) => JSON.parse(body.toString('utf8')) as WebhookNotice,
  },
};

beforeAll(async () => {
  database = await openModels();
  const { models } = database;
  [store, inbox] = [createIntentStore(models), createInboxStore(models)];
  const none = (): void => undefined;
  const clock = { now: () => new Date() };
  const ports = {
    ...{ intents: store, inbox, keys: createKeyStore(models), clock, phones, log: createLog('silent') },
    ids: { next: () => uuidv7(clock.now(), randomBytes(10)) },
    bus: { publish: none, join: async () => undefined, leave: none, onHint: none, onGap: none },
    schedule: { ring: async () => undefined },
    gateways: new Map([
      ['mock', { id: 'mock', definition: mock, capabilities: capabilitiesOf(gateway, 'partial'), gateway }],
    ]),
    budget: { take: async () => 0 },
  };
  const settings = { tokenSecret: 'a-secret-of-a-test-that-is-long-enough', production: false, tailMs: 60_000 };
  services = buildServices(ports, settings);
});
afterAll(async () => {
  services.events.close();
  await database.close();
});

const SENT: Refund = {
  ...{ id: '', amount: 1_000, status: 'PROCESSING', manual: false, outcomeUnknown: true, reason: null },
  ...{ gatewayRefundId: null, failure: null, polls: 0, createdAt: new Date(), updatedAt: new Date() },
};

/** A payment that succeeded, of which so much is on its way back. */
async function refunding(amount: number): Promise<Intent> {
  const refunds = [{ ...SENT, id: randomUUID(), amount }];
  const paid = { status: 'SUCCEEDED', gateway: 'mock', gatewayTransactionId: randomUUID(), lease: null } as const;
  const intent = withDue(fresh({ ...paid, refunds }), { ...gateway.timing, leaseMs: 6_000 }, new Date());
  await store.insert(intent);
  return intent;
}

/** The provider calls: so much went back of this payment. It names no refund. */
async function told(verdict: Verdict, { gatewayTransactionId, id }: Intent, amount: number): Promise<Intent | null> {
  const report = { amount, providerRefundId: null, state: 'succeeded', failure: null } as const;
  const notice: WebhookNotice = {
    ...{ event: 'refund.processed', dedupeKey: randomUUID(), reference: null, report: null },
    ...{ providerId: gatewayTransactionId, refund: { refundId: null, report } },
  };
  const headers = { 'x-verdict': verdict };
  const call = { headers, path: '', body: Buffer.from(JSON.stringify(notice)), remoteAddress: '127.0.0.1' };
  expect(await services.webhooks.receive('mock', call)).toMatchObject({ received: 'stored' });
  for (const row of await inbox.due(new Date(), 10, ['mock'])) await services.webhooks.process(row.id);
  expect(await inbox.due(new Date(Date.now() + 86_400_000), 10, ['mock'])).toEqual([]);
  return store.find(id);
}

describe.each(['hint', 'authentic'] as const)('%s', (verdict) => {
  it('of the amount that is on its way: the provider says whether it is ours', async () => {
    const intent = await refunding(1_000);
    const [refund] = intent.refunds;
    books.set(refund?.id ?? '', { amount: 1_000, providerRefundId: 'rf_1', state: 'succeeded', failure: null });
    expect(await told(verdict, intent, 1_000)).toMatchObject({
      needsReview: false,
      refunds: [{ status: 'SUCCEEDED', gatewayRefundId: 'rf_1', outcomeUnknown: false }],
    });
  });

  it('of another amount: it was made elsewhere, and settles nothing of ours', async () => {
    const intent = await refunding(1_000);
    expect(await told(verdict, intent, 600)).toMatchObject({
      needsReview: true,
      reviewReason: 'REFUNDED_ELSEWHERE: refund without an id',
      refunds: [{ status: 'PROCESSING', gatewayRefundId: null }],
    });
  });
});
