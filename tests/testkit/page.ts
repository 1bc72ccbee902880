// A pay page as it should be written: it watches one payment to its end, and whenever it is cut off it comes back with the
// last sequence that it saw (I15). It believes nothing that is out of order.

import type { Client, StreamEvent, Transport } from './client.ts';
import { pause } from './eventually.ts';

export interface Page {
  readonly intentId: string;
  readonly seen: readonly StreamEvent[];
  /** How often it was cut off, or found the door closed. */
  cuts(): number;
  /** All events, when the server has said that there will be no more. */
  readonly ended: Promise<readonly StreamEvent[]>;
  /** Resolves with the first event that fits. */
  sees(fits: (event: StreamEvent) => boolean): Promise<StreamEvent>;
}

const PATIENCE_MS = 300_000;
const PAUSE_MS = 50;

export function openPage(client: Client, transport: Transport, intentId: string, after = 0): Page {
  const seen: StreamEvent[] = [];
  const listeners = new Set<() => void>();
  let cuts = 0;

  async function watch(): Promise<readonly StreamEvent[]> {
    const until = performance.now() + PATIENCE_MS;
    for (;;) {
      try {
        for await (const event of client.watch(transport, intentId, seen.at(-1)?.sequence ?? after)) take(event);
        return seen;
      } catch (error) {
        if (error instanceof OutOfOrder || performance.now() > until) throw error;
        cuts += 1;
        await pause(PAUSE_MS);
      }
    }
  }

  function take(event: StreamEvent): void {
    const expected = (seen.at(-1)?.sequence ?? after) + 1;
    if (event.sequence !== expected) throw new OutOfOrder(transport, intentId, expected, event.sequence);
    seen.push(event);
    for (const listener of listeners) listener();
  }

  const ended = watch();
  // A test that fails before it comes to look at this page has its own reason.
  ended.catch(() => undefined);
  return {
    intentId,
    seen,
    cuts: () => cuts,
    ended,
    sees: (fits) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = seen.find(fits);
          if (found === undefined) return;
          listeners.delete(look);
          resolve(found);
        };
        listeners.add(look);
        look();
        ended.then(() => reject(new Error(`${intentId} ended without it`)), reject);
      }),
  };
}

class OutOfOrder extends Error {
  constructor(transport: Transport, intentId: string, expected: number, came: number) {
    super(`over ${transport}, event ${came} of ${intentId} came in place of ${expected}`);
  }
}
