// One event of a payment is executed once for all who watch it. graphql-js would execute it for every subscriber again,
// which is most of what an event costs: until the last of 5,000 sockets has it, four times as long as sending the bytes
// alone. It may be shared because the source hands every watcher the same object, and because nothing of a result depends
// on who watches but the class of rights, the document and the variables, which together are the key.

import { randomUUID } from 'node:crypto';
import {
  createSourceEventStream,
  execute,
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  type GraphQLError,
} from 'graphql';
import type { Supply, Waiter } from '../core/supply.ts';
import type { StreamClosed, StreamEnd, StreamItem, Viewer, Watch } from '../services/index.ts';
import type { Context } from './context.ts';
import { withinTime } from './deadline.ts';
import type { Errors } from './errors.ts';
import type { Metrics } from './metrics.ts';
import { GaveUp } from './shaping.ts';
import { planEvents, type EventPlan } from './event-plans.ts';
import { operationOf } from './operations.ts';

/** A result that is written out once, however many it is sent to. */
export interface SharedResult {
  readonly result: ExecutionResult;
  readonly json: string;
  /** As it was last framed for a socket: most subscriptions of one payment go by the same id. */
  framed: { readonly id: string; readonly frame: Buffer } | null;
}

/** Throws what ended its source. */
export interface EventStream extends Supply<SharedResult> {
  readonly viewer: Viewer;
}

/** The stream, or why there is none. */
export type OpenStream = (args: ExecutionArgs) => Promise<EventStream | { readonly errors: readonly GraphQLError[] }>;

/** What is asked of every event, and by whose rights: the same object for all who ask alike. */
interface Question {
  readonly args: ExecutionArgs;
  readonly context: Context;
  plan: EventPlan | null;
}

interface Execution {
  readonly question: Question;
  /** Once it is done, nobody need wait a turn for it. */
  outcome: SharedResult | Promise<SharedResult>;
  readonly next: Execution | null;
}

/**
 * Where an item keeps what it has been executed to: as long as its source hands it out, which is until all who wait have
 * had it. In a map beside the items it would be kept longer, and cost the garbage collector more than it saves.
 */
const EXECUTIONS = Symbol('executions');

interface Item extends StreamItem {
  [EXECUTIONS]?: Execution;
}

/** Together a few megabytes. What is not remembered here is executed for its one stream alone, and comes to the same. */
const QUESTIONS_MAX = 4_000;
const QUESTION_LENGTH_MAX = 1_000;

export function createSharing(world: {
  readonly errors: Errors;
  readonly metrics: Metrics;
  readonly operationMs: number;
}): OpenStream {
  const { errors, metrics, operationMs } = world;
  const questions = new Map<string, Question>();

  function questionOf(args: ExecutionArgs, viewer: Viewer): Question {
    const key = keyOf(args, viewer);
    const known = questions.get(key);
    if (known !== undefined) return known;
    const { schema, document, variableValues, operationName } = args;
    const asked = { schema, document, variableValues, operationName };
    // These three alone: over HTTP, the request itself stands in the same object, and this stays when it is gone.
    const { services, requestId } = args.contextValue as Context;
    const question = { args: asked, context: { viewer, services, requestId }, plan: planEvents(asked) };
    if (key.length > QUESTION_LENGTH_MAX) return question;
    if (questions.size >= QUESTIONS_MAX) questions.clear();
    questions.set(key, question);
    return question;
  }

  function resultOf(item: Item, question: Question): SharedResult | Promise<SharedResult> {
    const first = item[EXECUTIONS] ?? null;
    const known = among(first, question);
    if (known !== null) return known.outcome;
    const execution: Execution = { question, outcome: executed(item, question), next: first };
    item[EXECUTIONS] = execution;
    if (execution.outcome instanceof Promise) {
      void execution.outcome.then((shared) => {
        execution.outcome = shared;
      });
    }
    return execution.outcome;
  }

  function executed(item: object, question: Question): SharedResult | Promise<SharedResult> {
    metrics.eventExecuted();
    const { viewer, services, requestId } = question.context;
    // A context of its own: what one remembers ends with the event.
    const planned = question.plan?.(item, { viewer, services, requestId });
    if (planned !== undefined && !(planned instanceof GaveUp)) return shareable(planned);
    if (planned?.forGood === true) question.plan = null;
    return executedPlainly(item, question);
  }

  function executedPlainly(item: object, { args, context }: Question): SharedResult | Promise<SharedResult> {
    // An id of its own, too: it belongs to no one request.
    const requestId = randomUUID();
    const contextValue: Context = { viewer: context.viewer, services: context.services, requestId };
    const broken = (error: unknown): ExecutionResult => ({ errors: [errors.publish(error, requestId)] });
    const finished = (result: ExecutionResult): SharedResult => shareable(errors.finish(result, requestId));
    try {
      const result = execute({ ...args, rootValue: item, contextValue });
      if (!(result instanceof Promise)) return finished(result);
      return withinTime(result, operationMs)
        .then(finished)
        .catch((error: unknown) => shareable(broken(error)));
    } catch (error) {
      return shareable(broken(error));
    }
  }

  return async (args) => {
    const { viewer } = args.contextValue as Context;
    const opening = Promise.resolve(createSourceEventStream(args));
    const source = await withinTime(opening, operationMs).catch((error: unknown) => {
      // One that opens after all has no reader any more.
      void opening.then(
        (late) => (Symbol.asyncIterator in late ? late[Symbol.asyncIterator]().return?.() : undefined),
        () => undefined,
      );
      throw error;
    });
    if (!(Symbol.asyncIterator in source)) return { errors: source.errors ?? [] };
    if (viewer === null || !isWatch(source)) throw new TypeError('a stream of nobody, or of what is no watch');
    return new SharedStream(source, viewer, questionOf(args, viewer), resultOf);
  };
}

/** Holds nothing of the request that began it: it lives longer. */
class SharedStream implements EventStream {
  readonly viewer: Viewer;
  readonly source: Watch;
  readonly question: Question;
  readonly resultOf: (item: Item, question: Question) => SharedResult | Promise<SharedResult>;
  isClosed = false;
  /** It was waited for, and is there. */
  ready: SharedResult | null = null;

  constructor(source: Watch, viewer: Viewer, question: Question, resultOf: SharedStream['resultOf']) {
    this.source = source;
    this.viewer = viewer;
    this.question = question;
    this.resultOf = resultOf;
  }

  take(waiter: Waiter): SharedResult | null | undefined {
    if (this.isClosed) return null;
    const { ready } = this;
    if (ready !== null) {
      this.ready = null;
      return ready;
    }
    const item = this.source.take(waiter);
    if (item === null || item === undefined) return item;
    const outcome = this.resultOf(item, this.question);
    if (!(outcome instanceof Promise)) return outcome;
    void outcome.then((shared) => {
      this.ready = shared;
      waiter.wake();
    });
    return undefined;
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.source.close();
  }
}

function isWatch(source: AsyncIterable<unknown>): source is Watch {
  return 'take' in source;
}

function among(first: Execution | null, question: Question): Execution | null {
  let execution = first;
  while (execution !== null && execution.question !== question) execution = execution.next;
  return execution;
}

function shareable(result: ExecutionResult): SharedResult {
  return { result, json: JSON.stringify(result), framed: null };
}

/** Why the source ended a stream that was not over; null for a fault. */
export function streamEndOf(error: unknown): StreamEnd | null {
  return error instanceof Error && error.name === 'StreamClosed' ? (error as StreamClosed).reason : null;
}

const documentIds = new WeakMap<DocumentNode, number>();
let lastDocumentId = 0;

function keyOf({ document, operationName, variableValues }: ExecutionArgs, viewer: Viewer): string {
  let id = documentIds.get(document);
  if (id === undefined) {
    lastDocumentId += 1;
    id = lastDocumentId;
    documentIds.set(document, id);
  }
  const beginnings = operationOf(document, operationName ?? null)?.beginnings;
  const variables = Object.entries(variableValues ?? {}).filter(([name]) => beginnings?.has(name) !== true);
  return JSON.stringify([id, operationName ?? null, rightsOf(viewer), variables]);
}

function rightsOf(viewer: Viewer): readonly string[] {
  const scopes = viewer.kind === 'key' ? [...viewer.scopes].sort() : [viewer.intentId];
  return [viewer.kind, viewer.appId, ...scopes];
}
