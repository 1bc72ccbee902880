// Where the bad-input tables are played: the whole product, and a mark of everything that it holds. Two marks are equal
// when nothing was stored, changed or sent to a provider in between.

import mongoose from 'mongoose';
import { createKeyStore } from '../../src/store/keys.ts';
import { createModels } from '../../src/store/models.ts';
import { startStack, type Stack, type StackOptions } from '../testkit/stack.ts';
import type { InboxDocument } from '../testkit/witness.ts';

export interface Stage extends Stack {
  readonly port: number;
  /** A hash of every collection, and the number of calls to providers. */
  mark(): Promise<string>;
  /** Runs it, and fails when it left a mark. */
  unmarked<Value>(work: () => Promise<Value>): Promise<Value>;
  revoke(keyId: string): Promise<void>;
  /** Webhooks as they were stored, the oldest first. */
  inbox(): Promise<readonly InboxDocument[]>;
}

/** Nothing works in the background here, and no provider's callback arrives: whatever changes was changed by a request. */
export async function openStage(options: StackOptions = {}): Promise<Stage> {
  let nowhere = '';
  const stack = await startStack({ work: false, webhookUrl: () => nowhere, ...options });
  nowhere = `${stack.apiUrl}/nowhere`;
  // A witness that made collections of its own would be taken for a trace.
  const quiet = { autoCreate: false, autoIndex: false };
  const connection = await mongoose.createConnection(stack.config.MONGODB_URL, quiet).asPromise();
  async function mark(): Promise<string> {
    const { collections } = (await connection.db?.command({ dbHash: 1 })) ?? {};
    return JSON.stringify({ collections: collections as unknown, calls: stack.providerCalls() });
  }

  return {
    ...stack,
    port: Number(new URL(stack.apiUrl).port),
    mark,
    async unmarked(work) {
      const before = await mark();
      const value = await work();
      const after = await mark();
      if (after !== before) throw new Error(`something was stored, or a provider called: ${before} became ${after}`);
      return value;
    },
    async inbox() {
      const rows = await connection.collection<InboxDocument>('inbox').find().sort({ receivedAt: 1, _id: 1 }).toArray();
      return rows;
    },
    async revoke(keyId) {
      await createKeyStore(createModels(connection)).revoke(keyId, new Date());
    },
    async close() {
      await connection.close();
      await stack.close();
    },
  };
}
