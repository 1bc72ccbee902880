// Carries a stream onto a socket: the text that is written once per event only gets the subscription's id in front of it.
// While nothing happens, a pump is one small object that waits.

import { randomUUID } from 'node:crypto';
import type { GraphQLError } from 'graphql';
import { CloseCode } from 'graphql-ws';
import type { Waiter } from '../core/supply.ts';
import type { StreamEnd } from '../services/index.ts';
import { endConnection, GOING_AWAY, sendFrame, SLOW_READER, TRY_AGAIN_LATER, type Connection } from './connection.ts';
import type { Errors } from './errors.ts';
import { textFrame } from './frame.ts';
import type { Metrics } from './metrics.ts';
import type { Peer, Subscription } from './protocol.ts';
import { streamEndOf, type EventStream, type SharedResult } from './shared.ts';

const CLOSE_OF: Readonly<Record<StreamEnd, readonly [number, string]>> = {
  REVOKED: [CloseCode.Forbidden, 'Forbidden'],
  SLOW_READER: [TRY_AGAIN_LATER, SLOW_READER],
  SHUTTING_DOWN: [GOING_AWAY, 'Going away'],
};

export interface PumpWorld<P extends Peer> {
  readonly errors: Errors;
  readonly metrics: Metrics;
  /** Called once, at the end of the stream, with what it failed with. */
  readonly ended: (peer: P, subscription: Subscription, errors: readonly GraphQLError[]) => void;
}

export class Pump<P extends Peer & { readonly connection: Connection }> implements Waiter {
  readonly world: PumpWorld<P>;
  readonly peer: P;
  readonly subscription: Subscription;
  readonly stream: EventStream;

  constructor(world: PumpWorld<P>, peer: P, subscription: Subscription, stream: EventStream) {
    this.world = world;
    this.peer = peer;
    this.subscription = subscription;
    this.stream = stream;
  }

  start(): void {
    this.world.metrics.streamOpened('ws');
    this.wake();
  }

  wake(): void {
    try {
      this.pull();
    } catch (error) {
      const reason = streamEndOf(error);
      if (reason !== null) endConnection(this.peer.connection, ...CLOSE_OF[reason]);
      this.finish(reason === null ? [this.world.errors.publish(error, randomUUID())] : []);
    }
  }

  private pull(): void {
    const { world, peer, subscription, stream } = this;
    for (;;) {
      const shared = stream.take(this);
      if (shared === undefined) return;
      if (shared === null) {
        this.finish([]);
        return;
      }
      world.metrics.eventSent('ws');
      const waits = sendFrame(peer.connection, framed(shared, subscription.id));
      if (waits !== undefined) {
        void waits.then(() => this.wake());
        return;
      }
    }
  }

  private finish(failures: readonly GraphQLError[]): void {
    this.world.metrics.streamClosed('ws');
    this.stream.close();
    this.world.ended(this.peer, this.subscription, failures);
  }
}

/** For the next one who goes by the same id, there is nothing left to do. */
function framed(shared: SharedResult, id: string): Buffer {
  if (shared.framed?.id === id) return shared.framed.frame;
  const frame = textFrame(`{"id":${JSON.stringify(id)},"type":"next","payload":${shared.json}}`);
  shared.framed = { id, frame };
  return frame;
}
