// Goal: nobody gets further than their credential allows, on any root field. Method: a table of every root field and
// the scope that opens it, asked by every kind of viewer through graphql-js; and the schema itself is walked for a
// field that the table, or a rule, has forgotten.

import { graphql, isObjectType, parse, subscribe, type ExecutionResult } from 'graphql';
import { describe, expect, it } from 'vitest';
import { anIntentIn } from '../core/intent.fixture.ts';
import type { Context } from '../schema/index.ts';
import { schema } from './index.ts';
import { catalogue, keyWith, obligingServices, pageOf, servicesWith } from './services.fixture.ts';

const ID = '01890000-0000-7000-8000-000000000001';
const KEYED = `idempotencyKey: "k", intentId: "${ID}"`;

type Opener = 'read' | 'create' | 'refund' | 'client';
interface Root {
  readonly document: string;
  readonly opens: readonly Opener[];
}

const ROOTS: Readonly<Record<string, Root>> = {
  'Query.intent': { document: `{ intent(id: "${ID}") { id } }`, opens: ['read', 'client'] },
  'Query.intents': { document: '{ intents { edges { cursor } } }', opens: ['read'] },
  'Query.paymentMethods': {
    document: '{ paymentMethods(country: "BJ", currency: "XOF") { paymentMode } }',
    opens: ['read'],
  },
  'Query.routePreview': {
    document: '{ routePreview(input: { country: "BJ", currency: "XOF" }) { reason } }',
    opens: ['read'],
  },
  'Query.gateways': { document: '{ gateways { id } }', opens: ['read'] },
  'Mutation.createIntent': {
    document: `mutation { createIntent(input: { idempotencyKey: "k", country: "BJ", referenceId: "r",
      amount: { amount: 1, currency: "XOF" } }) { __typename } }`,
    opens: ['create'],
  },
  'Mutation.cancelIntent': {
    document: `mutation { cancelIntent(input: { ${KEYED} }) { __typename } }`,
    opens: ['create'],
  },
  'Mutation.refundIntent': {
    document: `mutation { refundIntent(input: { ${KEYED} }) { __typename } }`,
    opens: ['refund'],
  },
  'Mutation.verifyKkiapay': {
    document: `mutation { verifyKkiapay(input: { ${KEYED}, transactionId: "t" }) { __typename } }`,
    opens: ['create'],
  },
  'Mutation.refreshIntent': { document: `mutation { refreshIntent(id: "${ID}") { __typename } }`, opens: ['read'] },
  'Subscription.intentEvents': {
    document: `subscription { intentEvents(intentId: "${ID}") { sequence } }`,
    opens: ['read', 'client'],
  },
};

const VIEWERS: Readonly<Record<Opener | 'admin', NonNullable<Context['viewer']>>> = {
  read: keyWith('read'),
  create: keyWith('create'),
  refund: keyWith('refund'),
  admin: keyWith('admin', 'payout'),
  client: pageOf(ID),
};

async function ask(
  document: string,
  viewer: Context['viewer'],
  services = obligingServices(),
): Promise<ExecutionResult> {
  const contextValue: Context = { viewer, services, requestId: 'request-1' };
  if (!document.startsWith('subscription')) return graphql({ schema, source: document, contextValue });
  const stream = await subscribe({ schema, document: parse(document), contextValue });
  if (!(Symbol.asyncIterator in stream)) return stream;
  const first = await stream.next();
  return first.done === true ? { data: null } : first.value;
}

function faultsOf({ errors = [] }: ExecutionResult): readonly object[] {
  return errors.map(({ message, extensions }) => ({ message, ...extensions }));
}

describe('the table', () => {
  const rootTypes = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].filter(
    isObjectType,
  );
  const fields = rootTypes.flatMap((type) => Object.values(type.getFields()).map((field) => ({ type, field })));

  it('holds every root field', () => {
    expect(fields.map(({ type, field }) => `${type.name}.${field.name}`).sort()).toEqual(Object.keys(ROOTS).sort());
  });

  it.each(rootTypes)('would not be needed to keep strangers out of $name', ({ extensions }) => {
    expect(extensions['pothosOptions']).toMatchObject({ authScopes: { known: true } });
  });

  it.each(fields)('finds a rule on $type.name.$field.name, and it is the one in the table', ({ type, field }) => {
    const options = field.extensions['pothosOptions'] as { authScopes?: Record<string, boolean> };
    expect(Object.keys(options.authScopes ?? {})).toEqual(ROOTS[`${type.name}.${field.name}`]?.opens);
  });
});

describe.each(Object.entries(ROOTS))('%s', (_name, { document, opens }) => {
  it('refuses a stranger, always in the same words', async () => {
    expect(faultsOf(await ask(document, null))).toEqual([
      { message: 'A valid API key or client token is required.', code: 'UNAUTHENTICATED', http: { status: 401 } },
    ]);
  });

  it.each(Object.entries(VIEWERS))('answers or refuses one that has: %s', async (right, viewer) => {
    const faults = faultsOf(await ask(document, viewer));
    const scope = opens.filter((one) => one !== 'client').join();
    const message =
      viewer.kind === 'client'
        ? 'A client token reads its own payment intent and its events, and nothing else.'
        : `This API key lacks the scope ${scope}.`;
    const refused = [{ message, code: 'FORBIDDEN', http: { status: 403 } }];
    expect(faults).toEqual(opens.some((one) => one === right) ? [] : refused);
  });
});

describe('what needs no rule', () => {
  it.each(['{ __typename }', 'mutation { __typename }', '{ __schema { queryType { name } } }'])(
    '%s',
    async (document) => {
      expect(faultsOf(await ask(document, null))).toEqual([]);
    },
  );
});

describe('a page with the token of one payment', () => {
  const OTHER = '01890000-0000-7000-8000-000000000002';
  const page = pageOf(ID);

  it('is told of another payment what it is told of none, and nobody is asked', async () => {
    const unasked = servicesWith({});
    for (const id of [OTHER, 'no-id-at-all', '']) {
      expect(await ask(`{ intent(id: "${id}") { id } }`, page, unasked)).toEqual({ data: { intent: null } });
      expect(faultsOf(await ask(`subscription { intentEvents(intentId: "${id}") { id } }`, page, unasked))).toEqual([
        { message: 'No such payment intent.', code: 'NOT_FOUND', http: { status: 404 } },
      ]);
    }
  });

  it('hears the same of a stream that is missing as a key does', async () => {
    const missing = servicesWith({ events: { watch: async () => null } });
    const document = `subscription { intentEvents(intentId: "${OTHER}") { id } }`;
    const [own, foreign] = [await ask(document, keyWith('read'), missing), await ask(document, page, missing)];
    expect(JSON.stringify(own)).toBe(JSON.stringify(foreign));
  });

  const private_ = anIntentIn('PROCESSING', {
    metadata: [{ key: 'order', value: '42' }],
    routing: [{ gateway: 'kkiapay', taken: true, reason: 'first in the table' }],
  });
  const services = servicesWith({ catalogue, intents: { get: async () => private_ } });
  const document = `{ intent(id: "${ID}") { metadata { key value } routing { taken gateway { id } } clientToken } }`;

  it('sees neither the notes nor the routing, wherever the payment is shown', async () => {
    const none = { metadata: [], routing: [], clientToken: null };
    expect(await ask(document, page, services)).toEqual({ data: { intent: none } });
    const nested = `{ intent(id: "${ID}") { events { intent { metadata { key } routing { taken } } } } }`;
    const shown = { intent: { metadata: [], routing: [] } };
    expect(await ask(nested, page, services)).toEqual({ data: { intent: { events: [shown, shown] } } });
  });

  it('sees less than a key does', async () => {
    const all = {
      metadata: [{ key: 'order', value: '42' }],
      routing: [{ taken: true, gateway: { id: 'KKIAPAY' } }],
      clientToken: null,
    };
    expect(await ask(document, keyWith('read'), services)).toEqual({ data: { intent: all } });
  });
});
