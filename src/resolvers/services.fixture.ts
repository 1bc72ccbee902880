// For tests of the schema: viewers, and services of which each test brings the one use case that it is about.

import { anIntentIn } from '../core/intent.fixture.ts';
import { queueOf } from '../core/supply.fixture.ts';
import type { Context } from '../schema/index.ts';

type Services = Context['services'];
type Viewer = NonNullable<Context['viewer']>;
type Key = Extract<Viewer, { kind: 'key' }>;
type Scope = Key['scopes'] extends ReadonlySet<infer One> ? One : never;

const LIMITS = { requestsPerMinute: null, socketsMax: null };

export function keyWith(...scopes: readonly Scope[]): Viewer {
  return { kind: 'key', keyId: 'key-1', appId: 'kaba', scopes: new Set(scopes), ...LIMITS };
}

export function pageOf(intentId: string): Viewer {
  return { kind: 'client', keyId: 'key-1', appId: 'kaba', intentId, expiresAt: new Date('2026-01-01'), ...LIMITS };
}

/** What a test does not bring fails it when it is called. */
export function servicesWith(brought: { readonly [Room in keyof Services]?: Partial<Services[Room]> }): Services {
  const closed = (room: string, given: object): object =>
    new Proxy(given, {
      get: (target, verb) => {
        const found: unknown = Reflect.get(target, verb);
        if (found === undefined) throw new Error(`services.${room}.${String(verb)} was not expected`);
        return found;
      },
    });
  const rooms = ['auth', 'intents', 'refunds', 'catalogue', 'events', 'webhooks', 'work'] as const;
  return Object.fromEntries(rooms.map((room) => [room, closed(room, brought[room] ?? {})])) as unknown as Services;
}

/** The gateways as they would be set up. */
export const catalogue: Services['catalogue'] = {
  gateways: () => [catalogue.gateway('kkiapay'), catalogue.gateway('mock')],
  gateway: (id) => ({
    id,
    name: id === 'kkiapay' ? 'KkiaPay' : 'Mock',
    capabilities: ['COLLECT', 'LOOKUP'],
    paymentModes: ['PUSH', 'WIDGET'],
    currencies: ['XOF'],
  }),
  paymentMethods: () => [{ gateway: 'kkiapay', paymentMode: 'PUSH' }],
  routePreview: () => [{ gateway: 'kkiapay', taken: true, reason: 'first in the table' }],
};

/** Services that answer every call with a succeeded payment, and with nothing else. */
export function obligingServices(): Services {
  const intent = anIntentIn('SUCCEEDED');
  const answer = { intent, replayed: false };
  const refund = {
    id: 'refund-1',
    amount: 100,
    status: 'SUCCEEDED',
    manual: false,
    outcomeUnknown: false,
    reason: null,
    gatewayRefundId: null,
    failure: null,
    polls: 0,
    createdAt: intent.createdAt,
    updatedAt: intent.createdAt,
  } as const;
  const pageInfo = { hasNextPage: false, hasPreviousPage: false, startCursor: 'c', endCursor: 'c' };
  return servicesWith({
    catalogue,
    intents: {
      create: async () => answer,
      get: async () => intent,
      list: async () => ({ edges: [{ cursor: 'c', node: intent }], pageInfo }),
      cancel: async () => answer,
      refresh: async () => intent,
      verifyKkiapay: async () => answer,
    },
    refunds: { create: async () => ({ ...answer, refund }) },
    events: { watch: async () => queueOf(...intent.events.map((event) => ({ event, intent })), null) },
  });
}
