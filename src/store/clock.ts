// The database server's clock, followed by a local monotonic one. Expiry, leases and due dates are decided by it, so that
// a machine whose wall clock is wrong or jumps decides nothing by it (I32).

import type { Connection } from 'mongoose';
import type { Clock } from '../services/ports.ts';

const SYNC_EVERY_MS = 30_000;
const SLOW_MS = 500;

export interface DatabaseClock extends Clock {
  close(): void;
}

export async function createDatabaseClock(connection: Connection): Promise<DatabaseClock> {
  // Server time minus performance.now(), in milliseconds.
  let offset = Date.now() - performance.now();
  let isSet = false;

  async function sync(): Promise<void> {
    const sent = performance.now();
    const hello = (await connection.db?.admin().command({ hello: 1 })) as { localTime?: Date } | undefined;
    if (hello?.localTime === undefined) return;
    const tookMs = performance.now() - sent;
    // The answer was made some time within this: a slow one says too little of when.
    if (isSet && tookMs > SLOW_MS) return;
    isSet = true;
    offset = hello.localTime.getTime() - (sent + tookMs / 2);
  }

  await sync();
  // Away is no reason to forget the time: the monotonic clock goes on from the last offset.
  const timer = setInterval(() => void sync().catch(() => undefined), SYNC_EVERY_MS);
  timer.unref();
  return {
    now: () => new Date(performance.now() + offset),
    close: () => clearInterval(timer),
  };
}
