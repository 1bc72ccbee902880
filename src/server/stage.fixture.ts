// What stands behind a door under test: keys, payments and events that a test sets by hand.

import { RequestError } from '../core/errors.ts';
import { AT_BIRTH, type Intent, type IntentEvent } from '../core/intent.ts';
import { queueOf, type Queue } from '../core/supply.fixture.ts';
import type { Log } from '../services/ports.ts';
import type { Received, Scope, Services, StreamEnd, StreamItem, Viewer, Watch } from '../services/index.ts';
import type { Readiness } from './health.ts';
import type { Metrics } from './metrics.ts';

export const KEY = 'pk_test_reader00_secret';
export const ADMIN_KEY = 'pk_test_admin000_secret';
export const TOKEN = 'ct_token-of-the-first-intent.mac';
export const INTENT_ID = '0192e4a0-0000-7000-8000-000000000001';

export function keyViewer(keyId: string, scopes: readonly Scope[], more: Partial<Viewer> = {}): Viewer {
  const viewer = {
    kind: 'key',
    keyId,
    appId: 'kaba',
    scopes: new Set(scopes),
    requestsPerMinute: null,
    socketsMax: null,
  };
  return { ...viewer, ...more } as Viewer;
}

export function tokenViewer(intentId = INTENT_ID): Viewer {
  const expiresAt = new Date(Date.now() + 3_600_000);
  return {
    kind: 'client',
    keyId: 'reader00',
    appId: 'kaba',
    intentId,
    expiresAt,
    requestsPerMinute: null,
    socketsMax: null,
  };
}

export function intentOf(change: Partial<Intent> = {}): Intent {
  const at = new Date('2026-01-31T09:30:00.000Z');
  return {
    id: INTENT_ID,
    appId: 'kaba',
    referenceId: 'order-1',
    amount: { amount: 5_000, currency: 'XOF' },
    country: 'BJ',
    customer: { id: null, email: null, phone: '+22961000000', name: null },
    returnUrl: null,
    metadata: [{ key: 'cart', value: '7' }],
    gateway: 'mock',
    paymentMode: 'PUSH',
    routing: [],
    ...AT_BIRTH,
    createdAt: at,
    updatedAt: at,
    expiresAt: null,
    ...change,
  };
}

export function itemOf(sequence: number, change: Partial<IntentEvent> = {}, intent = intentOf()): StreamItem {
  const at = new Date(Date.UTC(2026, 0, 31, 9, 30, sequence));
  const cause = { kind: 'poll', id: 'poll-1' } as const;
  const id = `0192e4a0-0000-7000-8000-${String(sequence).padStart(12, '0')}`;
  const type = sequence === 1 ? 'PAYMENT_INITIATED' : 'PAYMENT_PROCESSING';
  const event: IntentEvent = {
    id,
    sequence,
    type,
    from: null,
    status: 'PROCESSING',
    at,
    cause,
    refund: null,
    ...change,
  };
  return { event, intent };
}

/** Fills a reader's buffers soon. To be watched with `BIG_SELECTION`. */
export function bigItemOf(sequence: number): StreamItem {
  return itemOf(sequence, {}, intentOf({ metadata: [{ key: 'big', value: 'x'.repeat(50_000) }] }));
}
export const BIG_SELECTION = '{ sequence intent { metadata { value } } }';

/** Named like the error of the use case, which may be imported here as a type only. */
export function streamClosed(reason: StreamEnd): Error {
  return Object.assign(new Error(reason), { name: 'StreamClosed', reason });
}

export interface FakeStreams {
  /** To every watcher, the same object. */
  push(item: StreamItem): void;
  /** The payment is over. */
  finish(): void;
  fail(error: Error): void;
  count(): number;
  /** What the slowest watcher has not taken yet. */
  waiting(): number;
}

export function createFakeStreams(): FakeStreams & { watch(): Watch } {
  const all: Queue<StreamItem>[] = [];
  const watchers = (): readonly Queue<StreamItem>[] => all.filter(({ isClosed }) => !isClosed);
  const tell = (news: StreamItem | Error | null): void => {
    for (const watcher of watchers()) watcher.push(news);
  };
  return {
    push: tell,
    finish: () => tell(null),
    fail: tell,
    count: () => watchers().length,
    waiting: () => Math.max(0, ...watchers().map(({ waiting }) => waiting)),
    watch() {
      const watcher = queueOf<StreamItem>();
      all.push(watcher);
      return watcher;
    },
  };
}

/** What a test may look at, and bend. */
export interface Stage {
  readonly services: Services;
  readonly viewers: Map<string, Viewer>;
  readonly revoked: Set<string>;
  readonly streams: FakeStreams;
  readonly log: Log;
  readonly logs: { readonly level: string; readonly fields: object; readonly message: string }[];
  readonly metrics: Metrics & { readonly counts: Map<string, number> };
  readonly webhooks: {
    readonly gateway: string;
    readonly path: string;
    readonly body: Buffer;
    readonly from: string;
  }[];
  readiness: Readiness;
  /** Runs before whatever reads or writes a payment. */
  before: () => Promise<void> | void;
  received: Received | Error;
  isAuthAway: boolean;
}

export function createStage(): Stage {
  const viewers = new Map<string, Viewer>([
    [KEY, keyViewer('reader00', ['read', 'create'])],
    [ADMIN_KEY, keyViewer('admin000', ['read', 'admin'])],
    [TOKEN, tokenViewer()],
  ]);
  const revoked = new Set<string>();
  const streams = createFakeStreams();
  const counts = new Map<string, number>();
  const count = (name: string, by = 1): void => void counts.set(name, (counts.get(name) ?? 0) + by);
  const logs: { level: string; fields: object; message: string }[] = [];
  const webhooks: { gateway: string; path: string; body: Buffer; from: string }[] = [];
  const write =
    (level: string) =>
    (fields: object, message: string): void =>
      void logs.push({ level, fields, message });
  const unused = (): never => {
    throw new Error('this test does not use it');
  };

  const services: Services = {
    auth: {
      async viewerOf(credential) {
        if (stage.isAuthAway) throw Object.assign(new Error('host 10.0.0.7'), { name: 'MongoNetworkError' });
        const viewer = viewers.get(credential) ?? null;
        return viewer === null || revoked.has(viewer.keyId) ? null : viewer;
      },
      isLive: async (viewer) => !revoked.has(viewer.keyId),
    },
    intents: {
      async get(_viewer, id) {
        await stage.before();
        return id === INTENT_ID ? intentOf() : null;
      },
      async create(_viewer, input) {
        await stage.before();
        return { intent: intentOf({ referenceId: input.referenceId }), replayed: false };
      },
      async list() {
        throw new RequestError('BAD_USER_INPUT', 'first must be 1..100.');
      },
      cancel: unused,
      refresh: unused,
      verifyKkiapay: unused,
    },
    refunds: { create: unused },
    catalogue: {
      gateways: () => [],
      gateway: () => ({
        id: 'mock',
        name: 'Mock',
        capabilities: ['COLLECT'],
        paymentModes: ['PUSH'],
        currencies: ['XOF'],
      }),
      paymentMethods: () => [],
      routePreview: () => [],
    },
    events: {
      async watch(_viewer, id) {
        await stage.before();
        return id === INTENT_ID ? streams.watch() : null;
      },
      close: () => streams.fail(streamClosed('SHUTTING_DOWN')),
    },
    webhooks: {
      isKnown: (name) => ['mock', 'mtn-momo'].includes(name),
      async receive(gateway, { path, body, remoteAddress }) {
        webhooks.push({ gateway, path, body, from: remoteAddress });
        if (stage.received instanceof Error) throw stage.received;
        return { received: stage.received, gateway: stage.received === 'unknown-gateway' ? null : gateway };
      },
      process: unused,
    },
    served: {
      gatewayAt: (path) => (path === 'teller' ? 'teller' : null),
      async answer({ method, body }) {
        const verdict = method === 'POST' ? 'served' : 'refused';
        return { status: 200, headers: { 'content-type': 'text/json' }, body: `{"you":"${body.toString()}"}`, verdict };
      },
    },
    // Jobs do the work; the door never does.
    work: {} as Services['work'],
  };
  const stage: Stage = {
    services,
    viewers,
    revoked,
    streams,
    log: { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') },
    logs,
    webhooks,
    metrics: {
      counts,
      answered: (route, status) => count(`answered ${route} ${status}`),
      refused: (code) => count(`refused ${code}`),
      socketOpened: () => count('sockets'),
      socketClosed: () => count('sockets', -1),
      streamOpened: () => count('streams'),
      streamClosed: () => count('streams', -1),
      eventSent: () => count('sent'),
      eventExecuted: () => count('executed'),
      webhookReceived: (gateway, received) => count(`webhook ${gateway} ${received}`),
    },
    readiness: { ok: true, parts: { mongodb: 'up', redis: 'up' } },
    before: () => undefined,
    received: 'stored',
    isAuthAway: false,
  };
  return stage;
}
