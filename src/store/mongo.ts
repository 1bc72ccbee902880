// The connection to MongoDB, with the write and read concerns that every rule about money rests on.

import mongoose, { type Connection } from 'mongoose';

/** Connections of one process, unless `maxPoolSize` in the URL says another number. */
const POOL_MAX = 50;
/** Nothing here waits longer than this for a server that is away. */
const SERVER_SELECTION_MS = 3_000;

export async function connectMongo(url: string): Promise<Connection> {
  const connection = mongoose.createConnection(url, {
    serverSelectionTimeoutMS: SERVER_SELECTION_MS,
    // A server that has stepped down or come back is noticed within a second, not within ten.
    heartbeatFrequencyMS: 1_000,
    socketTimeoutMS: 15_000,
    connectTimeoutMS: 3_000,
    waitQueueTimeoutMS: 5_000,
    maxPoolSize: Number(/[?&]maxPoolSize=(\d+)/.exec(url)?.[1] ?? POOL_MAX),
    minPoolSize: 2,
    retryWrites: true,
    retryReads: true,
    readConcernLevel: 'majority',
    readPreference: 'primary',
    writeConcern: { w: 'majority', journal: true, wtimeoutMS: 5_000 },
    // An outage is an error now, not a promise that hangs: the door answers 503 and says so.
    bufferCommands: false,
    // Indexes are made by a step of their own (`migrate`) and only checked at start.
    autoIndex: false,
    autoCreate: false,
  });
  return connection.asPromise();
}

/** Codes of MongoDB that we tell apart. */
export function isDuplicateKey(error: unknown): error is Error & { keyPattern?: Record<string, unknown> } {
  return error instanceof Error && 'code' in error && error.code === 11_000;
}
