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
import type { StreamClosed, StreamEnd, Viewer } from '../services/index.ts';
import type { Context } from './context.ts';
import { withinTime } from './deadline.ts';
import type { Errors } from './errors.ts';
import type { Metrics } from './metrics.ts';
import { operationOf } from './operations.ts';

/** A result that is written out once, however many it is sent to. */
export interface SharedResult {
  readonly result: ExecutionResult;
  readonly json: string;
}

export interface EventStream {
  readonly viewer: Viewer;
  /** null at the end. Rejects with what ended the source. */
  next(): Promise<SharedResult | null>;
  /** Ends the source; a `next` that waits is answered with the end. */
  close(): void;
}

/** The stream, or why there is none. */
export type OpenStream = (args: ExecutionArgs) => Promise<EventStream | { readonly errors: readonly GraphQLError[] }>;

interface Execution {
  readonly promise: Promise<SharedResult>;
  /** Set when it is done: most watchers come when it is, and need not wait a turn for it. */
  done: SharedResult | null;
}

/** Long enough for all who wait for an event. Who comes later has it executed again, and no result is held for long. */
const SHARED_MS = 1_000;

export function createSharing(world: {
  readonly errors: Errors;
  readonly metrics: Metrics;
  readonly operationMs: number;
}): OpenStream {
  const { errors, metrics, operationMs } = world;
  const executions = new WeakMap<object, Map<string, Execution>>();

  function resultOf(item: object, args: ExecutionArgs, key: string): SharedResult | Promise<SharedResult> {
    const ofItem = executions.get(item) ?? new Map<string, Execution>();
    const known = ofItem.get(key);
    if (known !== undefined) return known.done ?? known.promise;
    const execution: Execution = { promise: executed(item, args), done: null };
    executions.set(item, ofItem.set(key, execution));
    void execution.promise.then((shared) => {
      execution.done = shared;
      setTimeout(() => ofItem.delete(key), SHARED_MS).unref();
    });
    return execution.promise;
  }

  async function executed(item: object, args: ExecutionArgs): Promise<SharedResult> {
    metrics.eventExecuted();
    // An id and a context of its own: it belongs to no one request, and what a context remembers ends with the event.
    const requestId = randomUUID();
    const context: Context = { ...(args.contextValue as Context), requestId };
    let result: ExecutionResult;
    try {
      const work = Promise.resolve(execute({ ...args, rootValue: item, contextValue: context }));
      result = errors.finish(await withinTime(work, operationMs), requestId);
    } catch (error) {
      result = { errors: [errors.publish(error, requestId)] };
    }
    const json = JSON.stringify(result);
    // Where yoga sends it, it asks the result itself how to write it.
    Object.defineProperty(result, 'stringify', { value: () => json });
    return { result, json };
  }

  return async (args) => {
    const { viewer } = args.contextValue as Context;
    const source = await withinTime(Promise.resolve(createSourceEventStream(args)), operationMs);
    if (!(Symbol.asyncIterator in source)) return { errors: source.errors ?? [] };
    if (viewer === null) throw new TypeError('a stream was opened for nobody');
    const iterator = source[Symbol.asyncIterator]();
    const key = keyOf(args, viewer);
    let isClosed = false;
    return {
      viewer,
      async next() {
        const step: IteratorResult<unknown, unknown> = await iterator.next();
        if (isClosed || step.done === true) return null;
        return resultOf(step.value as object, args, key);
      },
      close() {
        if (isClosed) return;
        isClosed = true;
        void iterator.return?.();
      },
    };
  };
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
