// Carries a stream onto a socket. graphql-ws would spread, check and stringify every event again for every subscriber; here
// the text that is written once per event only gets the subscription's id in front of it. The library runs this as it runs
// any subscription, sees no results pass, and sends `complete` or `error` when it ends.

import type { ExecutionResult } from 'graphql';
import { CloseCode } from 'graphql-ws';
import type { StreamEnd } from '../services/index.ts';
import { GOING_AWAY, SLOW_READER, TRY_AGAIN_LATER, type Connection } from './connection.ts';
import type { Errors } from './errors.ts';
import type { Metrics } from './metrics.ts';
import { streamEndOf, type EventStream } from './shared.ts';

const CLOSE_OF: Readonly<Record<StreamEnd, readonly [number, string]>> = {
  REVOKED: [CloseCode.Forbidden, 'Forbidden'],
  SLOW_READER: [TRY_AGAIN_LATER, SLOW_READER],
  SHUTTING_DOWN: [GOING_AWAY, 'Going away'],
};

export interface PumpOptions {
  readonly id: string;
  readonly stream: EventStream;
  readonly connection: Connection;
  readonly requestId: string;
  readonly errors: Errors;
  readonly metrics: Metrics;
}

export function createPump(options: PumpOptions): AsyncIterableIterator<ExecutionResult> {
  const { id, stream, connection, requestId, errors, metrics } = options;
  const head = `{"id":${JSON.stringify(id)},"type":"next","payload":`;
  let isOpen = true;
  metrics.streamOpened('ws');

  function close(): IteratorReturnResult<undefined> {
    if (isOpen) metrics.streamClosed('ws');
    isOpen = false;
    stream.close();
    return { done: true, value: undefined };
  }

  return {
    async next() {
      try {
        for (let shared = await stream.next(); shared !== null && isOpen; shared = await stream.next()) {
          metrics.eventSent('ws');
          const waits = connection.send(`${head}${shared.json}}`);
          if (waits !== undefined) await waits;
        }
      } catch (error) {
        const reason = streamEndOf(error);
        if (reason === null) throw errors.publish(error, requestId);
        connection.end(...CLOSE_OF[reason]);
      } finally {
        close();
      }
      return { done: true, value: undefined };
    },
    async return() {
      return close();
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
