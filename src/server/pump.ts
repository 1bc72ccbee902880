// Carries a stream onto a socket: the text that is written once per event only gets the subscription's id in front of it.
// Written without a loop that waits: while nothing happens, what is kept is one promise and its two answers.

import { randomUUID } from 'node:crypto';
import type { GraphQLError } from 'graphql';
import { CloseCode } from 'graphql-ws';
import type { StreamEnd } from '../services/index.ts';
import { endConnection, GOING_AWAY, sendFrame, SLOW_READER, TRY_AGAIN_LATER, type Connection } from './connection.ts';
import type { Errors } from './errors.ts';
import { textFrame } from './frame.ts';
import type { Metrics } from './metrics.ts';
import { streamEndOf, type EventStream, type SharedResult } from './shared.ts';

const CLOSE_OF: Readonly<Record<StreamEnd, readonly [number, string]>> = {
  REVOKED: [CloseCode.Forbidden, 'Forbidden'],
  SLOW_READER: [TRY_AGAIN_LATER, SLOW_READER],
  SHUTTING_DOWN: [GOING_AWAY, 'Going away'],
};

export interface PumpOptions {
  readonly id: string;
  readonly stream: EventStream;
  readonly connection: Connection;
  /** Called once, at the end of the stream, with what it failed with. */
  readonly ended: (errors: readonly GraphQLError[]) => void;
}

export interface PumpWorld {
  readonly errors: Errors;
  readonly metrics: Metrics;
}

export function startPump({ id, stream, connection, ended }: PumpOptions, { errors, metrics }: PumpWorld): void {
  metrics.streamOpened('ws');

  function onResult(shared: SharedResult | null): void {
    if (shared === null || stream.isClosed) {
      finish([]);
      return;
    }
    metrics.eventSent('ws');
    const waits = sendFrame(connection, framed(shared, id));
    if (waits === undefined) pull();
    else void waits.then(pull);
  }

  function onError(error: unknown): void {
    const reason = streamEndOf(error);
    if (reason !== null) endConnection(connection, ...CLOSE_OF[reason]);
    finish(reason === null ? [errors.publish(error, randomUUID())] : []);
  }

  function finish(failures: readonly GraphQLError[]): void {
    metrics.streamClosed('ws');
    stream.close();
    ended(failures);
  }

  function pull(): void {
    stream.next().then(onResult, onError);
  }
  pull();
}

/** For the next one who goes by the same id, there is nothing left to do. */
function framed(shared: SharedResult, id: string): Buffer {
  if (shared.framed?.id === id) return shared.framed.frame;
  const frame = textFrame(`{"id":${JSON.stringify(id)},"type":"next","payload":${shared.json}}`);
  shared.framed = { id, frame };
  return frame;
}
