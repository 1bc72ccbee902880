// Goal: our side of graphql-transport-ws says what the library's own server says, in the same order, and leaves no source
// open that the library closes. Method: both hear the same clients, made up at random, over sockets that only write down;
// what they wrote is held against each other after every step.

import fc from 'fast-check';
import { GraphQLError, parse, type ExecutionResult } from 'graphql';
import { CloseCode, makeServer } from 'graphql-ws';
import { describe, expect, it } from 'vitest';
import { createProtocol, NONE, type Peer, type Source } from './protocol.ts';

const IDS = ['a', 'b', '__proto__'] as const;

type Step =
  | { readonly kind: 'say'; readonly text: string; readonly isAlone: boolean }
  | { readonly kind: 'push' | 'finish' | 'break'; readonly at: number }
  | { readonly kind: 'leave' };

interface Side {
  readonly log: string[];
  hear(text: string): void;
  leave(): void;
  readonly sources: FakeSource[];
}

interface FakeSource extends Source, AsyncIterableIterator<ExecutionResult> {
  readonly isOpen: boolean;
  give(news: ExecutionResult | Error | null): void;
}

function fakeSource(): FakeSource {
  const queue: (ExecutionResult | Error | null)[] = [];
  let wake = (): void => undefined;
  let isOpen = true;
  const close = (): void => {
    isOpen = false;
    wake();
  };
  return {
    get isOpen() {
      return isOpen;
    },
    give(news) {
      queue.push(news);
      wake();
    },
    async next() {
      while (queue.length === 0 && isOpen) await new Promise<void>((resolve) => (wake = resolve));
      const news = isOpen ? queue.shift() : null;
      if (news instanceof Error || news == null) isOpen = false;
      if (news instanceof Error) throw news;
      return news == null ? { done: true, value: undefined } : { done: false, value: news };
    },
    async return() {
      close();
      return { done: true, value: undefined };
    },
    close,
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

/** A socket that only writes down, and says nothing more once it has been told to close. */
function writer() {
  const log: string[] = [];
  let isEnding = false;
  return {
    log,
    isEnding: () => isEnding,
    send: (text: string) => void (isEnding || log.push(text)),
    close(code: number, reason: string) {
      if (!isEnding) log.push(`${code} ${reason}`);
      isEnding = true;
    },
  };
}

const isGood = (params: Readonly<Record<string, unknown>> | undefined): boolean => params?.['apiKey'] === 'good';

function refusalOf(query: string): GraphQLError | null {
  return query.includes('refused') ? new GraphQLError('no such thing', { extensions: { code: 'NOT_FOUND' } }) : null;
}

const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function ours(protocolName = 'graphql-transport-ws'): Side {
  const socket = writer();
  const sources: FakeSource[] = [];
  const peer: Peer = { subscriptions: NONE, isInitialised: false, isAcknowledged: false, initTimer: null };
  const protocol = createProtocol<Peer, FakeSource>({
    initWaitMs: 60_000,
    send: (_peer, text) => socket.send(text),
    close: (_peer, code, reason) => socket.close(code, reason),
    async connect(_peer, params) {
      await tick();
      return isGood(params);
    },
    async subscribe(_peer, _id, { query }) {
      await tick();
      const refusal = refusalOf(query);
      if (refusal !== null) return { errors: [refusal] };
      const source = fakeSource();
      sources.push(source);
      return source;
    },
    start(_peer, subscription, source) {
      const { id } = subscription;
      const run = async (): Promise<void> => {
        for await (const payload of source) socket.send(JSON.stringify({ id, type: 'next', payload }));
      };
      run().then(
        () => protocol.ended(peer, subscription, []),
        (error: Error) => protocol.ended(peer, subscription, [new GraphQLError(error.message)]),
      );
    },
  });
  protocol.opened(peer, protocolName);
  return {
    log: socket.log,
    sources,
    hear: (text) => void (socket.isEnding() || protocol.heard(peer, text)),
    leave() {
      socket.close(0, 'gone');
      protocol.closed(peer);
    },
  };
}

function theirs(protocolName = 'graphql-transport-ws'): Side {
  const socket = writer();
  const sources: FakeSource[] = [];
  const document = parse('subscription { a }');
  const server = makeServer({
    connectionInitWaitTimeout: 60_000,
    async onConnect({ connectionParams }) {
      await tick();
      return isGood(connectionParams);
    },
    async onSubscribe(_socket, _id, { query }) {
      await tick();
      const refusal = refusalOf(query);
      if (refusal !== null) return [refusal];
      const source = fakeSource();
      sources.push(source);
      return { schema: null as never, document, rootValue: source };
    },
    subscribe: ({ rootValue }) => rootValue as FakeSource,
  });
  let receive: (text: string) => Promise<void> = async () => undefined;
  const closed = server.opened(
    {
      protocol: protocolName,
      send: (text) => socket.send(text),
      close: (code = 0, reason = '') => socket.close(code, reason),
      // As the door had it: a ping is answered without an echo.
      onPing: () => socket.send('{"type":"pong"}'),
      onMessage: (listener) => void (receive = listener),
    },
    null,
  );
  return {
    log: socket.log,
    sources,
    hear(text) {
      // A message that only a server may send; the library leaves the answer to its caller.
      if (!socket.isEnding()) receive(text).catch(() => socket.close(CloseCode.BadRequest, 'Invalid message received'));
    },
    leave() {
      socket.close(0, 'gone');
      void closed(1000, '');
    },
  };
}

async function play(side: Side, steps: readonly Step[]): Promise<readonly unknown[]> {
  const seen: unknown[] = [];
  for (const [at, step] of steps.entries()) {
    if (step.kind === 'say') side.hear(step.text);
    else if (step.kind === 'leave') side.leave();
    else {
      const open = side.sources.filter(({ isOpen }) => isOpen);
      const source = open[step.at % Math.max(1, open.length)];
      const data = { a: seen.length };
      source?.give({ push: { data }, finish: null, break: new Error('it broke') }[step.kind]);
    }
    // Two messages of a client may come together, but whatever else happens finds them answered.
    const follower = steps[at + 1];
    if (step.kind === 'say' && !step.isAlone && follower?.kind === 'say') {
      // What is answered at once is answered first: the library takes a turn of its promises for it.
      for (let turn = 0; turn < 4; turn += 1) await Promise.resolve();
      continue;
    }
    for (let turn = 0; turn < 4; turn += 1) await tick();
    seen.push([[...side.log], side.sources.map(({ isOpen }) => isOpen)]);
  }
  side.leave();
  for (let turn = 0; turn < 4; turn += 1) await tick();
  return [...seen, side.log, side.sources.map(({ isOpen }) => isOpen)];
}

const id = fc.constantFrom(...IDS);
const subscribe = (payload: object) => id.map((one) => ({ id: one, type: 'subscribe', payload }));
const message = fc.oneof(
  { weight: 4, arbitrary: subscribe({ query: 'subscription { a }' }) },
  subscribe({ query: 'subscription { refused }' }),
  { weight: 2, arbitrary: id.map((one) => ({ id: one, type: 'complete' })) },
  fc.constantFrom<object>(
    { type: 'ping' },
    { type: 'ping', payload: { x: 1 } },
    { type: 'pong' },
    { type: 'connection_init', payload: { apiKey: 'good' } },
  ),
);
const bad = fc.constantFrom<unknown>(
  'garbage',
  { type: 'connection_init', payload: { apiKey: 'bad' } },
  { type: 'connection_init', payload: 'no object' },
  { type: 'next', id: 'a', payload: { data: null } },
  { type: 'connection_ack' },
  { type: 'unheard of' },
  { type: 'subscribe', id: '', payload: { query: '' } },
  { type: 'subscribe', id: 'a', payload: { query: 7 } },
  [],
);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('say' as const),
      text: message.map((one) => JSON.stringify(one)),
      isAlone: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: bad.map((one) => ({ kind: 'say' as const, text: JSON.stringify(one), isAlone: true })),
  },
  { weight: 6, arbitrary: fc.record({ kind: fc.constantFrom('push', 'finish', 'break'), at: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'leave' as const }) },
);
const HELLO: Step = {
  kind: 'say',
  text: JSON.stringify({ type: 'connection_init', payload: { apiKey: 'good' } }),
  isAlone: true,
};

const say = (message: object, isAlone = false): Step => ({ kind: 'say', text: JSON.stringify(message), isAlone });
const WATCH = { id: 'a', type: 'subscribe', payload: { query: 'subscription { a }' } };

/** Subscribed, given up and subscribed again by one id before the first has begun: the library begins both. */
function isAgainTooSoon(steps: readonly Step[]): boolean {
  const begun = new Map<string, 'subscribe' | 'complete'>();
  for (const one of steps) {
    const { id = '', type = '' } = one.kind === 'say' ? (JSON.parse(one.text) as { id?: string; type?: string }) : {};
    if (type === 'subscribe' && begun.get(id) === 'complete') return true;
    if (type === 'subscribe') begun.set(id, type);
    else if (type === 'complete' && begun.has(id)) begun.set(id, type);
    if (one.kind !== 'say' || one.isAlone) begun.clear();
  }
  return false;
}

describe('what is said on a socket', () => {
  it('is what the library says, whatever its client does', async () => {
    await fc.assert(
      fc.asyncProperty(fc.boolean(), fc.array(step, { maxLength: 14 }), async (isKnown, steps) => {
        const all = isKnown ? [HELLO, ...steps] : steps;
        fc.pre(!isAgainTooSoon(all));
        expect(await play(ours(), all)).toEqual(await play(theirs(), all));
      }),
      { numRuns: 300 },
    );
  });

  it('goes on for the second alone, where an id is given up and used again at once', async () => {
    const all = [
      HELLO,
      say(WATCH),
      say({ id: 'a', type: 'complete' }),
      say(WATCH, true),
      { kind: 'push', at: 0 } as const,
    ];
    const side = ours();
    const seen = await play(side, all);
    expect(seen.at(-3)).toEqual([
      ['{"type":"connection_ack"}', '{"id":"a","type":"next","payload":{"data":{"a":2}}}'],
      [false, true],
    ]);
  });

  it('to a client of another protocol is the library’s no', async () => {
    expect(await play(ours('graphql-ws'), [HELLO])).toEqual(await play(theirs('graphql-ws'), [HELLO]));
  });
});
