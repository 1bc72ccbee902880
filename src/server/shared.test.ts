// Goal: sharing one execution between watchers changes nothing that any of them sees. Method: the same items through
// graphql-js's own subscribe and through ours, for several documents, variables and rights; and a count of executions.

import { parse, subscribe, type ExecutionArgs, type ExecutionResult } from 'graphql';
import { describe, expect, it } from 'vitest';
import { nextOf } from '../core/supply.ts';
import { schema } from '../resolvers/index.ts';
import type { StreamItem, Viewer } from '../services/index.ts';
import { createStage, INTENT_ID, intentOf, itemOf, keyViewer, tokenViewer, type Stage } from './stage.fixture.ts';
import { createErrors } from './errors.ts';
import { createSharing, type EventStream, type OpenStream } from './shared.ts';

interface House {
  readonly stage: Stage;
  readonly open: OpenStream;
  readonly executions: () => number;
}

function createHouse(): House {
  const stage = createStage();
  const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
  const errors = createErrors({ log: silent, metrics: stage.metrics });
  const open = createSharing({ errors, metrics: stage.metrics, operationMs: 1_000 });
  return { stage, open, executions: () => stage.metrics.counts.get('executed') ?? 0 };
}

const documents = new Map<string, ReturnType<typeof parse>>();

function argsOf(
  { stage }: House,
  query: string,
  viewer: Viewer,
  variableValues: Record<string, unknown> = {},
): ExecutionArgs {
  const document = documents.get(query) ?? parse(query);
  documents.set(query, document);
  return { schema, document, variableValues, contextValue: { viewer, services: stage.services, requestId: 'r' } };
}

async function opened(house: House, args: ExecutionArgs): Promise<EventStream> {
  const stream = await house.open(args);
  if ('errors' in stream) throw new Error('it was refused');
  return stream;
}

async function plainly(args: ExecutionArgs): Promise<AsyncGenerator<ExecutionResult>> {
  const results = await subscribe(args);
  if (!(Symbol.asyncIterator in results)) throw new Error('it was refused');
  return results as AsyncGenerator<ExecutionResult>;
}

const reader = keyViewer('one', ['read', 'create']);
const selection = '{ id sequence intent { id metadata { key } events(after: 1) { sequence } } }';
const WATCH = `subscription($after: Int) { intentEvents(intentId: "${INTENT_ID}", after: $after) ${selection} }`;
const NESTED = `subscription($after: Int) { ...S } fragment S on Subscription {
  intentEvents(intentId: "${INTENT_ID}", after: $after) { sequence intent { events(after: $after) { sequence } } } }`;
const TWO = `subscription A($s: Boolean!) { intentEvents(intentId: "${INTENT_ID}") { id sequence @skip(if: $s) } }`;

function items(): readonly StreamItem[] {
  const first = itemOf(1);
  const second = itemOf(2);
  const intent = intentOf({ events: [first.event, second.event] });
  // A sequence of null breaks a promise of the schema: an error with a path, beside no data.
  const broken = { event: { ...second.event, sequence: null as unknown as number }, intent };
  return [first, { ...second, intent }, broken];
}

describe('a shared execution', () => {
  const rights: readonly Viewer[] = [
    reader,
    keyViewer('two', ['read']),
    keyViewer('three', ['read'], { appId: 'events' }),
    tokenViewer(),
  ];
  const cases = [
    [WATCH, {}],
    [WATCH, { after: 1 }],
    [NESTED, { after: 0 }],
    [NESTED, { after: 1 }],
    [TWO, { s: true }],
    [TWO, { s: false }],
  ] as const;

  it('shows every watcher what graphql-js shows him', async () => {
    const house = createHouse();
    const watchers = [];
    for (const viewer of rights) {
      for (const [query, variables] of cases) {
        const args = argsOf(house, query, viewer, variables);
        // Two of ours to each of theirs, so that every result is shared by somebody.
        watchers.push({ ours: [await opened(house, args), await opened(house, args)], theirs: await plainly(args) });
      }
    }
    for (const item of items()) {
      house.stage.streams.push(item);
      for (const { ours, theirs } of watchers) {
        const expected = JSON.parse(JSON.stringify((await theirs.next()).value)) as ExecutionResult;
        const text =
          expected.errors === undefined
            ? {}
            : { message: 'Unexpected error.', extensions: expect.anything() as unknown };
        const errors = expected.errors?.map((error) => ({ ...error, ...text }));
        for (const stream of ours) {
          const shared = await nextOf(stream);
          expect(JSON.parse(shared?.json ?? 'null')).toEqual({
            ...expected,
            ...(errors === undefined ? {} : { errors }),
          });
          expect(JSON.parse(JSON.stringify(shared?.result))).toEqual(JSON.parse(shared?.json ?? ''));
        }
      }
    }
    // One a class of rights and a question, where `after` alone is no question, for each of three items.
    expect(house.executions()).toBe(rights.length * (cases.length - 1) * 3);
  });

  it('is one for a thousand watchers, wherever each began', async () => {
    const house = createHouse();
    const streams = [];
    for (let at = 0; at < 1_000; at += 1) {
      streams.push(
        await opened(house, argsOf(house, WATCH, keyViewer(`key-${at}`, ['create', 'read']), { after: at })),
      );
    }
    house.stage.streams.push(itemOf(1));
    const texts = new Set(await Promise.all(streams.map(async (stream) => (await nextOf(stream))?.json)));
    expect([texts.size, house.executions()]).toEqual([1, 1]);
  });

  it('is not shared across rights, nor where `after` is part of the question', async () => {
    const house = createHouse();
    const page = await opened(house, argsOf(house, WATCH, tokenViewer()));
    const key = await opened(house, argsOf(house, WATCH, reader));
    const [nothing, all] = [
      await opened(house, argsOf(house, NESTED, reader, { after: 9 })),
      await opened(house, argsOf(house, NESTED, reader, { after: 0 })),
    ];
    const [, second] = items();
    if (second !== undefined) house.stage.streams.push(second);
    expect((await nextOf(page))?.json).toContain('"metadata":[]');
    expect((await nextOf(key))?.json).toContain('"metadata":[{"key":"cart"}]');
    expect((await nextOf(nothing))?.json).toContain('"events":[]');
    expect((await nextOf(all))?.json).toContain('"events":[{"sequence":1},{"sequence":2}]');
  });

  it('that hangs is an error for its watchers, and not the end of their streams', async () => {
    const stage = createStage();
    const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
    const errors = createErrors({ log: silent, metrics: stage.metrics });
    const house: House = {
      stage,
      open: createSharing({ errors, metrics: stage.metrics, operationMs: 20 }),
      executions: () => 0,
    };
    const stream = await opened(house, argsOf(house, WATCH, reader));
    const item = itemOf(1);
    const hanging = new Promise<never>(() => undefined);
    stage.streams.push({ ...item, event: { ...item.event, id: hanging as unknown as string } });
    expect((await nextOf(stream))?.result).toMatchObject({ errors: [{ extensions: { code: 'UNAVAILABLE' } }] });
    stage.streams.push(itemOf(2));
    expect((await nextOf(stream))?.result.data).toMatchObject({ intentEvents: { sequence: 2 } });
  });

  it('ends where its source ends, and when it is closed', async () => {
    const house = createHouse();
    const [one, two] = [
      await opened(house, argsOf(house, WATCH, reader)),
      await opened(house, argsOf(house, WATCH, reader)),
    ];
    const waiting = nextOf(one);
    one.close();
    expect(await waiting).toBeNull();
    house.stage.streams.finish();
    expect(await nextOf(two)).toBeNull();
  });
});
