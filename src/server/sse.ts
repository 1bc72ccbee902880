// Streams over server-sent events. Yoga writes the format; this gives each stream its place, ends it when its key is
// revoked or the door closes, and lets no reader that has stopped reading hold anything up.

import type { ServerResponse } from 'node:http';
import type { ExecutionResult } from 'graphql';
import { RequestError } from '../core/errors.ts';
import { nextOf } from '../core/supply.ts';
import type { StreamEnd } from '../services/index.ts';
import type { Errors } from './errors.ts';
import type { Exchange } from './exchange.ts';
import { payerOf, type Slots } from './limits.ts';
import type { Metrics } from './metrics.ts';
import type { Presence } from './presence.ts';
import { placesOf, type DoorSettings } from './settings.ts';
import { streamEndOf, type EventStream, type SharedResult } from './shared.ts';

export interface SseStreams {
  /** The results of a stream that this request watches. Throws RATE_LIMITED when its credential has no place left. */
  watch(exchange: Exchange, stream: EventStream): AsyncIterableIterator<ExecutionResult>;
  /** Writes what yoga answers, as fast as it is read. Resolves when the last of it is written, or nobody is there. */
  write(res: ServerResponse, body: ReadableStream<Uint8Array>): Promise<void>;
  endAll(): void;
}

export interface SseWorld {
  readonly settings: DoorSettings;
  readonly errors: Errors;
  readonly metrics: Metrics;
  readonly slots: Slots;
  readonly presence: Presence;
}

export function createSseStreams({ settings, errors, metrics, slots, presence }: SseWorld): SseStreams {
  const open = new Set<(reason: StreamEnd) => void>();

  function watch({ res, requestId }: Exchange, stream: EventStream): AsyncIterableIterator<ExecutionResult> {
    const payer = payerOf(stream.viewer);
    const places = placesOf(stream.viewer, settings);
    if (!slots.take(payer, places)) {
      stream.close();
      throw new RequestError('RATE_LIMITED', `The limit is ${places} sockets and streams open at a time.`, 1_000);
    }
    metrics.streamOpened('sse');
    let ended: StreamEnd | null = null;
    let isOver = false;
    const end = (reason: StreamEnd): void => {
      ended ??= reason;
      stream.close();
      // The end travels through the reader. One who does not read will not see it, and has to be cut.
      setTimeout(() => res.destroy(), settings.closeGraceMs).unref();
    };
    const member = { revoked: () => end('REVOKED') };
    presence.join(stream.viewer, member);
    const life = setTimeout(() => end('SHUTTING_DOWN'), settings.socketLifeMs);
    open.add(end);
    const onClose = (): void => {
      clearTimeout(life);
      presence.leave(stream.viewer, member);
      open.delete(end);
      stream.close();
      slots.give(payer);
      metrics.streamClosed('sse');
    };
    whenClosed(res, onClose);

    function lastResult(error: unknown): IteratorResult<ExecutionResult> {
      const reason = ended ?? streamEndOf(error);
      // Cut without `complete`, which would say that the payment is over: the page comes back and goes on.
      if (reason === 'SLOW_READER' || reason === 'SHUTTING_DOWN') throw new DOMException(reason, 'AbortError');
      const cause = reason === 'REVOKED' ? new RequestError('UNAUTHENTICATED', 'revoked') : error;
      return { done: false, value: { errors: [errors.publish(cause, requestId)] } };
    }

    return {
      async next() {
        if (isOver) return { done: true, value: undefined };
        try {
          const shared = await nextOf(stream);
          if (shared !== null && ended === null) {
            metrics.eventSent('sse');
            return { done: false, value: printed(shared) };
          }
          isOver = true;
          return ended === null ? { done: true, value: undefined } : lastResult(null);
        } catch (error) {
          isOver = true;
          return lastResult(error);
        }
      },
      async return() {
        isOver = true;
        stream.close();
        return { done: true, value: undefined };
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }

  async function write(res: ServerResponse, body: ReadableStream<Uint8Array>): Promise<void> {
    const reader = body.getReader();
    // A reader of ours that is cancelled while it waits is answered with the end.
    const cancel = (): void => void reader.cancel().catch(() => undefined);
    whenClosed(res, cancel);
    let isWhole = false;
    try {
      for (let read = await reader.read(); !isWhole; read = await reader.read()) {
        if (read.done) isWhole = true;
        else if (!res.write(read.value) && !(await drains(res, settings.stallMs))) break;
      }
    } catch {
      isWhole = false;
    }
    if (isWhole) res.end();
    else res.destroy();
  }

  return {
    watch,
    write,
    endAll: () => {
      for (const end of [...open]) end('SHUTTING_DOWN');
    },
  };
}

/** Yoga asks a result itself how to write it. */
function printed({ result, json }: SharedResult): ExecutionResult {
  if (!('stringify' in result)) Object.defineProperty(result, 'stringify', { value: () => json });
  return result;
}

/** At once, where he left while the stream was being opened: whoever has left does not leave again. */
function whenClosed(res: ServerResponse, listener: () => void): void {
  if (res.closed || res.destroyed) listener();
  else res.once('close', listener);
}

/** false: nothing was taken in time, or the reader is gone. */
function drains(res: ServerResponse, stallMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const settle = (drained: boolean): void => {
      clearTimeout(timer);
      res.off('drain', onDrain);
      res.off('close', onClose);
      resolve(drained);
    };
    const onDrain = (): void => settle(true);
    const onClose = (): void => settle(false);
    const timer = setTimeout(onClose, stallMs);
    res.once('drain', onDrain);
    res.once('close', onClose);
  });
}
