// Goal: a planned document is answered as graphql-js answers it, whatever comes of it, and nothing is done twice. Method:
// thousands of documents made from the schema, over payments with something wrong in them, through both; results compared
// with their errors. And one look at which documents are planned at all.

import fc from 'fast-check';
import {
  execute,
  getNamedType,
  isAbstractType,
  isLeafType,
  isObjectType,
  Kind,
  NoUnusedVariablesRule,
  parse,
  specifiedRules,
  validate,
  type ExecutionArgs,
  type ExecutionResult,
  type GraphQLNamedType,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import { chanceOf, type Chance } from '../../tests/model/chance.ts';
import { NoGatewayAvailable, NotFoundProblem, RequestError } from '../core/errors.ts';
import { schema } from '../resolvers/index.ts';
import type { Context } from './context.ts';
import { planEvents } from './event-plans.ts';
import { createPlanned } from './plans.ts';
import { createShaping, GaveUp } from './shaping.ts';
import { createStage, intentOf, itemOf, keyViewer, tokenViewer } from './stage.fixture.ts';

const planned = createPlanned(schema);
/** A variable that a document does not use changes nothing about it. */
const RULES = specifiedRules.filter((rule) => rule !== NoUnusedVariablesRule);

const CREATE = '{ idempotencyKey: "k", amount: { amount: 5, currency: "XOF" }, country: "BJ", referenceId: "r" }';
const ROOTS = [
  ['query($after: Int)', 'intent(id: "x")', 'PaymentIntent'],
  ['query($after: Int)', 'intents(first: 3)', 'PaymentIntentConnection'],
  ['query($after: Int)', 'gateways', 'Gateway'],
  ['mutation($after: Int)', `createIntent(input: ${CREATE})`, 'CreateIntentResult'],
  ['mutation($after: Int)', 'refreshIntent(id: "x")', 'RefreshIntentResult'],
  ['subscription($after: Int)', 'intentEvents(intentId: "x")', 'IntentEvent'],
] as const;

/** A document over one of the roots; `$after` is used or not. */
function documentOf(chance: Chance): string {
  const fragments: string[] = [];
  function selectionOf(type: GraphQLNamedType, depth: number): string {
    const parts = Array.from({ length: 1 + chance.whole(5) }, () => partOf(type, depth));
    return `{ ${parts.join(' ')} }`;
  }
  function partOf(type: GraphQLNamedType, depth: number): string {
    const kind = chance.whole(12);
    if (kind === 0) return `${chance.pick(['', 'kind: '])}__typename`;
    if (isAbstractType(type) && kind < 9) {
      const member = chance.pick(schema.getPossibleTypes(type));
      return `... on ${member.name} ${selectionOf(member, depth)}`;
    }
    if (kind === 1) return `... ${selectionOf(type, depth)}`;
    if (kind === 2 && isObjectType(type)) {
      const name = `F${fragments.length}`;
      fragments.push('');
      fragments[Number(name.slice(1))] = `fragment ${name} on ${type.name} ${selectionOf(type, depth)}`;
      return `...${name}`;
    }
    if (!isObjectType(type)) return '__typename';
    const field = chance.pick(Object.values(type.getFields()));
    const inner = getNamedType(field.type);
    if (!isLeafType(inner) && depth === 0) return '__typename';
    const alias = chance.whole(5) === 0 ? `${field.name}${chance.whole(2)}: ` : '';
    const args = field.name === 'events' ? chance.pick(['', '(after: $after)', '(after: 1)', '(after: -1)']) : '';
    return `${alias}${field.name}${args}${isLeafType(inner) ? '' : ` ${selectionOf(inner, depth - 1)}`}`;
  }
  const [head, field, typeName] = chance.pick(ROOTS);
  const type = schema.getType(typeName);
  if (type === undefined) throw new Error(`no type ${typeName}`);
  const text = `${field} ${selectionOf(type, 3)}`;
  return `${head} { ${text} } ${fragments.join(' ')}`;
}

const STRANGE: readonly (() => unknown)[] = [
  () => null,
  () => undefined,
  () => new Error('found in the data'),
  () => Promise.resolve('late'),
  () => Promise.resolve(null),
  () => () => 'called',
  () => 'strange',
  () => -1,
  () => Number.NaN,
  () => [],
  () => [null],
  () => [null, { key: 'k', value: 'v' }],
  () => new Set(['one']),
  () => ({}),
  () => new Date('2026-01-01'),
  () => new Date(Number.NaN),
];

/** A payment with all its parts there, and now and then one of them wrong. */
function valueOf(chance: Chance): unknown {
  const at = new Date('2026-01-31T09:30:00.000Z');
  const events = [itemOf(1).event, itemOf(2).event];
  const failure = { code: 'UNKNOWN', message: 'm', providerCode: null, retryable: false } as const;
  const actions = [
    { kind: 'PHONE_PUSH', phone: '+2290161000000', promptExpiresAt: at },
    { kind: 'REDIRECT', url: 'https://pay.example' },
    { kind: 'NOBODY_KNOWS' },
  ];
  const intent: Record<string, unknown> = { ...intentOf({ events, failure }), nextAction: chance.pick(actions) };
  intent['routing'] = [{ gateway: 'mock', taken: true, reason: 'r' }];
  intent['clientToken'] = 'ct';
  const parts = Object.keys(intent);
  for (let wrongs = chance.whole(2) * (1 + chance.whole(12)); wrongs > 0; wrongs -= 1)
    intent[chance.pick(parts)] = chance.pick(STRANGE)();
  return intent;
}

/** An event of one, as its stream hands it out, in which something may be wrong as well. */
function itemOfChance(chance: Chance): unknown {
  const event: Record<string, unknown> = { ...itemOf(2).event };
  if (chance.whole(3) === 0) event[chance.pick(Object.keys(event))] = chance.pick(STRANGE)();
  return { event, intent: valueOf(chance) };
}

function contextOf(chance: Chance, calls: string[]): Context {
  const stage = createStage();
  const intent = valueOf(chance);
  const kinds = ['value', 'value', 'value', 'null', 'refused', 'fault', 'strange', 'away'] as const;
  const kind = chance.pick(kinds);
  const strange = chance.pick(STRANGE)();
  const outcome = (name: string, shape: (value: unknown) => unknown) => async (): Promise<never> => {
    calls.push(name);
    if (kind === 'refused') throw chance.whole(2) === 0 ? new NotFoundProblem(['id']) : new NoGatewayAvailable('none');
    if (kind === 'fault') throw new TypeError('a fault');
    if (kind === 'away') throw new RequestError('UNAVAILABLE', 'Away.');
    return (kind === 'null' ? null : kind === 'strange' ? strange : shape(intent)) as never;
  };
  const page = (value: unknown) => ({
    edges: [{ cursor: 'c', node: value }],
    pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: 'c', endCursor: null },
  });
  const intents = {
    ...stage.services.intents,
    get: outcome('get', (value) => value),
    list: outcome('list', page),
    create: outcome('create', (value) => ({ intent: value, replayed: true })),
    refresh: outcome('refresh', (value) => value),
  };
  const scopes = chance.whole(6) === 0 ? (['read'] as const) : (['read', 'create'] as const);
  const viewer = chance.whole(8) === 0 ? tokenViewer() : keyViewer('reader00', scopes);
  return { viewer, services: { ...stage.services, intents }, requestId: 'same' };
}

function textOf({ data, errors }: ExecutionResult): string {
  const said = errors?.map(({ message, path, locations, originalError }) => {
    const cause = originalError === undefined ? null : String(originalError);
    return { message, path, locations, cause };
  });
  return JSON.stringify({ data, errors: said });
}

/** As the door does: one event of a subscription by its plan, all else by the planned root. */
function byPlan(args: ExecutionArgs): ExecutionResult | Promise<ExecutionResult> {
  const event = planEvents(args)?.(args.rootValue as object, args.contextValue as Context);
  if (event !== undefined && !(event instanceof GaveUp)) {
    eventsPlanned += 1;
    return event;
  }
  return planned(args);
}
let eventsPlanned = 0;

async function askedBoth(seed: number) {
  const text = documentOf(chanceOf(`${seed}`));
  const document = parse(text);
  const ask = async (run: (args: ExecutionArgs) => ExecutionResult | Promise<ExecutionResult>) => {
    const calls: string[] = [];
    const contextValue = contextOf(chanceOf(`${seed}/context`), calls);
    const rootValue = itemOfChance(chanceOf(`${seed}/item`));
    const variableValues = chanceOf(`${seed}/variables`).pick([
      {},
      { after: 1 },
      { after: null },
      { after: 'no number' },
    ]);
    const times = [];
    // The second time, whatever could be planned has been.
    for (let time = 0; time < 2; time += 1)
      times.push(textOf(await run({ schema, document, contextValue, variableValues, rootValue })));
    return { times, calls };
  };
  return { text, ours: await ask(byPlan), theirs: await ask(execute) };
}

describe('a planned document', () => {
  it('is answered as graphql-js answers it, and does at the root what that does', async () => {
    const seen = { valid: 0, failed: 0 };
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (seed) => {
        fc.pre(validate(schema, parse(documentOf(chanceOf(`${seed}`))), RULES).length === 0);
        const { ours, theirs } = await askedBoth(seed);
        seen.valid += 1;
        if (theirs.times[0]?.includes('"errors"') === true) seen.failed += 1;
        expect(ours).toEqual(theirs);
      }),
      { numRuns: 800 },
    );
    // Both kinds were there, in numbers.
    expect(seen.failed).toBeGreaterThan(60);
    expect(seen.valid - seen.failed).toBeGreaterThan(60);
    expect(eventsPlanned).toBeGreaterThan(60);
  }, 60_000);

  it('is one that callers send: the shape is made without graphql-js', () => {
    const text = `{ intent(id: "x") { id ...A status: version __typename } } fragment A on PaymentIntent {
      amount { formatted } events(after: 0) { sequence intent { id } } metadata { key } }`;
    const document = parse(text);
    const [operation] = document.definitions;
    if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error('no operation');
    const [root] = operation.selectionSet.selections;
    const type = schema.getQueryType()?.getFields()['intent']?.type;
    if (root?.kind !== Kind.FIELD || type === undefined) throw new Error('no field');
    const context = { viewer: keyViewer('reader00', ['read']) };
    const shape = createShaping(schema, document, 200)(type, [root]);
    const info = { variableValues: {} } as never;
    expect(shape(intentOf({ events: [itemOf(1).event] }), { context, info })).toEqual({
      id: intentOf().id,
      amount: { formatted: '5,000 XOF' },
      events: [{ sequence: 1, intent: { id: intentOf().id } }],
      metadata: [{ key: 'cart' }],
      status: 1,
      __typename: 'PaymentIntent',
    });
  });
});
