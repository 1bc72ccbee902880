// Goal: an operation that costs too much is refused before anything is done, whatever its kind. Method: operations
// around the limit, over services that fail when they are reached.

import { graphql, parse, subscribe } from 'graphql';
import { describe, expect, it } from 'vitest';
import type { Context } from '../schema/index.ts';
import { schema } from './index.ts';
import { keyWith, servicesWith, obligingServices } from './services.fixture.ts';

const viewer = keyWith('read', 'create', 'refund');
const EVENTS_THRICE = 'events { intent { events { intent { events { intent { events { id } } } } } } }';

async function refusalOf(source: string, services = servicesWith({})): Promise<object | null> {
  const contextValue: Context = { viewer, services, requestId: 'request-1' };
  const asked = source.startsWith('subscription')
    ? await subscribe({ schema, document: parse(source), contextValue })
    : await graphql({ schema, source, contextValue });
  const error = Symbol.asyncIterator in asked ? undefined : asked.errors?.[0];
  return error === undefined ? null : { message: error.message, ...error.extensions };
}

const tooCostly = (cost: number) => ({
  message: `This operation costs ${cost}, and the limit is 5000. Ask for fewer fields, or for shorter pages.`,
  code: 'QUERY_TOO_COMPLEX',
  http: { status: 400 },
});

describe('the cost', () => {
  it.each([
    ['a query', `{ intent(id: "1") { ${EVENTS_THRICE} } }`, 12_222],
    [
      'a mutation',
      `mutation { refreshIntent(id: "1") { ... on RefreshIntentSuccess { intent { ${EVENTS_THRICE} } } } }`,
      12_223,
    ],
    ['a subscription', `subscription { intentEvents(intentId: "1") { intent { ${EVENTS_THRICE} } } }`, 12_223],
  ])('stops %s', async (_kind, source, cost) => {
    expect(await refusalOf(source)).toEqual(tooCostly(cost));
  });

  it.each([
    ['first: 100', 5_001],
    ['last: 100', 5_001],
  ])('counts what a page holds once for each item of %s', async (page, cost) => {
    const node = `id status version appId referenceId country createdAt updatedAt expiresAt amount { amount }
      gateway { id name } paymentMode outcomeUnknown needsReview`;
    const source = `{ intents(${page}) { edges { node { ${node} refunds { id status reason } } } } }`;
    expect(await refusalOf(source)).toEqual(tooCostly(cost));
  });

  it('reads the page size from a variable', async () => {
    const source =
      'query ($n: Int) { intents(first: $n) { edges { node { events { id type status sequence at } } } } }';
    const contextValue: Context = { viewer, services: obligingServices(), requestId: 'request-1' };
    const ask = (n: number | null) =>
      graphql({ schema, source, contextValue: { ...contextValue }, variableValues: { n } });
    expect((await ask(100)).errors?.[0]?.extensions['code']).toBe('QUERY_TOO_COMPLEX');
    expect((await ask(50)).errors).toBeUndefined();
    expect((await ask(null)).errors).toBeUndefined();
  });

  it('leaves a size out of bounds to the rule that names it', async () => {
    const passed: (number | null)[] = [];
    const list = async (_viewer: unknown, _filter: unknown, page: { first: number | null }) => {
      passed.push(page.first);
      throw new Error('reached');
    };
    const services = servicesWith({ intents: { list } });
    for (const size of [0, -5, 1_000_000]) {
      expect(await refusalOf(`{ intents(first: ${size}) { edges { cursor } } }`, services)).toEqual({
        message: 'reached',
      });
    }
    expect(passed).toEqual([0, -5, 1_000_000]);
  });

  it('lets through what the console asks for', async () => {
    const node = `id status outcomeUnknown needsReview amount { formatted } gateway { name } createdAt
      events { sequence type at } refunds { id status amount { formatted } }`;
    const source = `{ intents(first: 40) { edges { cursor node { ${node} } } pageInfo { hasNextPage endCursor } } }`;
    expect(await refusalOf(source, obligingServices())).toBeNull();
  });
});
