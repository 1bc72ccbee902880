// Goal: each verb unpacks its input whole, calls its one use case, and answers with what came of it. Method: real
// operations through graphql-js, over services that are plain objects.

import { graphql, parse, subscribe, type ExecutionResult } from 'graphql';
import { describe, expect, it } from 'vitest';
import { failureOf } from '../core/failure.ts';
import { anIntentIn, momentOf } from '../core/intent.fixture.ts';
import type { Intent, NextAction } from '../core/intent.ts';
import type { Refund } from '../core/refund.ts';
import { queueOf } from '../core/supply.fixture.ts';
import type { Context } from '../schema/index.ts';
import { schema } from './index.ts';
import { catalogue, keyWith, servicesWith } from './services.fixture.ts';

type Services = Context['services'];
const viewer = keyWith('read', 'create', 'refund');

async function ask(source: string, services: Services, variableValues = {}): Promise<ExecutionResult> {
  const contextValue: Context = { viewer, services, requestId: 'request-1' };
  return graphql({ schema, source, contextValue, variableValues });
}

const refund: Refund = {
  id: 'refund-1',
  amount: 100,
  status: 'SUCCEEDED',
  manual: false,
  outcomeUnknown: false,
  reason: null,
  gatewayRefundId: 'r-9',
  failure: null,
  polls: 0,
  createdAt: momentOf(2).at,
  updatedAt: momentOf(3).at,
};

describe('what a use case is given', () => {
  const given: unknown[] = [];
  const intent = anIntentIn('PROCESSING');
  const note = async (...args: unknown[]) => {
    given.push(...args.slice(1));
    return { intent, replayed: true, refund };
  };
  const pageInfo = { hasNextPage: true, hasPreviousPage: false, startCursor: 'a', endCursor: 'a' };
  const services = servicesWith({
    catalogue,
    intents: {
      create: note,
      cancel: note,
      list: async (_viewer, ...args) => {
        given.push(...args);
        return { edges: [{ cursor: 'a', node: intent }], pageInfo };
      },
    },
    refunds: { create: note },
  });
  const givenBy = async (source: string, variables = {}) => {
    given.length = 0;
    const { data, errors } = await ask(source, services, variables);
    expect(errors).toBeUndefined();
    return { data, given: [...given] };
  };

  it('has null for all that was left out', async () => {
    const input = { idempotencyKey: 'k', amount: { amount: 1, currency: 'XOF' }, country: 'BJ', referenceId: 'r' };
    const source = `mutation ($input: CreateIntentInput!) { createIntent(input: $input) {
      ... on CreateIntentSuccess { replayed intent { id clientToken status } } } }`;
    const nothing = { appId: null, customer: null, returnUrl: null, gateway: null, paymentMode: null };
    expect(await givenBy(source, { input })).toEqual({
      data: { createIntent: { replayed: true, intent: { id: 'intent-1', clientToken: null, status: 'PROCESSING' } } },
      given: [{ ...input, ...nothing, metadata: [] }],
    });
    const nulls = { ...nothing, metadata: null };
    expect((await givenBy(source, { input: { ...input, ...nulls } })).given).toEqual([
      { ...input, ...nothing, metadata: [] },
    ]);
  });

  it('has all that was sent, with gateways by their own names', async () => {
    const input = {
      idempotencyKey: 'k',
      amount: { amount: 1, currency: 'XOF' },
      country: 'BJ',
      referenceId: 'r',
      appId: 'kaba',
      customer: { phone: '+22997000000' },
      returnUrl: 'https://shop.example/done',
      paymentMode: 'PUSH',
      metadata: [{ key: 'a', value: 'b' }],
    };
    const source = 'mutation ($input: CreateIntentInput!) { createIntent(input: $input) { __typename } }';
    expect((await givenBy(source, { input: { ...input, gateway: 'KKIAPAY' } })).given).toEqual([
      { ...input, gateway: 'kkiapay', customer: { id: null, email: null, phone: '+22997000000', name: null } },
    ]);
  });

  it('is the whole filter and page', async () => {
    const source = `{ intents(first: 2, after: "c", filter: { status: [FAILED], gateway: [MOCK], amountMin: 5,
      createdBefore: "2026-01-31T00:00:00.000Z" }) {
      edges { cursor node { id } } pageInfo { hasNextPage endCursor } } }`;
    const unset = { currency: null, appId: null, referenceId: null, phone: null, gatewayTransactionId: null };
    const createdBefore = new Date('2026-01-31T00:00:00.000Z');
    expect(await givenBy(source)).toEqual({
      data: {
        intents: {
          edges: [{ cursor: 'a', node: { id: 'intent-1' } }],
          pageInfo: { hasNextPage: true, endCursor: 'a' },
        },
      },
      given: [
        {
          ...unset,
          statuses: ['FAILED'],
          gateways: ['mock'],
          amountMin: 5,
          amountMax: null,
          createdAfter: null,
          createdBefore,
        },
        { first: 2, after: 'c', last: null, before: null },
      ],
    });
  });

  it('is one after the other for two mutations of a document', async () => {
    const source = `mutation { a: cancelIntent(input: { idempotencyKey: "1", intentId: "x" }) { __typename }
      b: refundIntent(input: { idempotencyKey: "2", intentId: "y", amount: 3 }) {
        ... on RefundIntentSuccess { refund { amount { formatted } gatewayRefundId } } } }`;
    expect(await givenBy(source)).toEqual({
      data: {
        a: { __typename: 'CancelIntentSuccess' },
        b: { refund: { amount: { formatted: '100 XOF' }, gatewayRefundId: 'r-9' } },
      },
      given: [
        { idempotencyKey: '1', intentId: 'x', reason: null },
        { idempotencyKey: '2', intentId: 'y', amount: 3, reason: null },
      ],
    });
  });
});

describe('a payment', () => {
  const shown = async (intent: Intent, selection: string) => {
    const services = servicesWith({ catalogue, intents: { get: async () => intent } });
    const { data, errors } = await ask(`{ intent(id: "1") { ${selection} } }`, services);
    expect(errors).toBeUndefined();
    return data?.['intent'];
  };

  it.each<[NextAction, object]>([
    [
      { kind: 'PHONE_PUSH', phone: '+2290197000000', promptExpiresAt: momentOf(60).at },
      { __typename: 'PhonePushAction', phone: '+229 •••••••• 00', promptExpiresAt: '2026-01-01T00:01:00.000Z' },
    ],
    [
      { kind: 'WIDGET', publicKey: 'pk', sandbox: true, scriptUrl: 'https://k.example/k.js', data: 'd' },
      { __typename: 'WidgetAction', publicKey: 'pk', sandbox: true, scriptUrl: 'https://k.example/k.js', data: 'd' },
    ],
    [
      { kind: 'REDIRECT', url: 'https://pay.example' },
      { __typename: 'RedirectAction', url: 'https://pay.example' },
    ],
    [
      { kind: 'CLIENT_SECRET', clientSecret: 's', publishableKey: 'pk' },
      { __typename: 'ClientSecretAction', clientSecret: 's', publishableKey: 'pk' },
    ],
  ])('says what the payer has to do next: %j', async (nextAction, expected) => {
    const selection = `nextAction { __typename ... on PhonePushAction { phone promptExpiresAt }
      ... on WidgetAction { publicKey sandbox scriptUrl data } ... on RedirectAction { url }
      ... on ClientSecretAction { clientSecret publishableKey } }`;
    expect(await shown(anIntentIn('PROCESSING', { nextAction }), selection)).toEqual({ nextAction: null });
    expect(await shown({ ...anIntentIn('PROCESSING'), nextAction }, selection)).toEqual({ nextAction: expected });
  });

  it('shows its failure, its refunds and its gateway', async () => {
    const intent: Intent = { ...anIntentIn('FAILED'), failure: failureOf('WRONG_PIN', '1032'), refunds: [refund] };
    const selection = `failure { code providerCode retryable }
      refunds { id status createdAt amount { amount currency } }
      amountRefunded { amount } gateway { id name capabilities } expiresAt`;
    expect(await shown(intent, selection)).toEqual({
      failure: { code: 'WRONG_PIN', providerCode: '1032', retryable: true },
      refunds: [
        {
          id: 'refund-1',
          amount: { amount: 100, currency: 'XOF' },
          status: 'SUCCEEDED',
          createdAt: '2026-01-01T00:00:02.000Z',
        },
      ],
      amountRefunded: { amount: 100 },
      gateway: { id: 'KKIAPAY', name: 'KkiaPay', capabilities: ['COLLECT', 'LOOKUP'] },
      expiresAt: '2026-01-01T00:10:00.000Z',
    });
  });

  it('shows its events after a sequence, each with the payment as it is now', async () => {
    const intent = anIntentIn('SUCCEEDED');
    const event = { sequence: 2, type: 'PAYMENT_COMPLETED', status: 'SUCCEEDED', intent: { status: 'SUCCEEDED' } };
    const selection = 'sequence type status intent { status }';
    expect(await shown(intent, `events(after: 1) { ${selection} }`)).toEqual({ events: [event] });
    const first = { ...event, sequence: 1, type: 'PAYMENT_INITIATED', status: 'PENDING' };
    expect(await shown(intent, `events { ${selection} }`)).toEqual({ events: [first, event] });
  });

  it('is null where there is none', async () => {
    const services = servicesWith({ intents: { get: async () => null } });
    expect(await ask('{ intent(id: "1") { id } }', services)).toEqual({ data: { intent: null } });
  });
});

describe('intentEvents', () => {
  const intent = anIntentIn('SUCCEEDED');
  const items = intent.events.map((event) => ({ event, intent }));
  const watched: (number | null)[] = [];
  const services = servicesWith({
    catalogue,
    events: {
      watch: async (_viewer, _id, after) => {
        watched.push(after);
        return queueOf(...items, null);
      },
    },
  });
  const watch = (args: string) => {
    const document = parse(`subscription { intentEvents(intentId: "1" ${args}) { sequence intent { version } } }`);
    return subscribe({
      schema,
      document,
      contextValue: { viewer, services, requestId: 'request-1' } satisfies Context,
    });
  };

  it('passes on each item, from where the reader stands', async () => {
    for (const [args, after] of [
      ['', null],
      ['after: 0', 0],
      ['after: 7', 7],
      ['after: null', null],
    ] as const) {
      watched.length = 0;
      const stream = await watch(args);
      const seen: unknown[] = [];
      if (Symbol.asyncIterator in stream) for await (const { data } of stream) seen.push(data?.['intentEvents']);
      expect(seen).toEqual(items.map(({ event: { sequence } }) => ({ sequence, intent: { version: intent.version } })));
      expect(watched).toEqual([after]);
    }
  });

  it('refuses to begin before the beginning', async () => {
    watched.length = 0;
    const result = await watch('after: -1');
    expect(result).toMatchObject({
      errors: [{ message: 'after must be 0 or more.', extensions: { code: 'BAD_USER_INPUT', http: { status: 400 } } }],
    });
    expect(watched).toEqual([]);
  });
});
