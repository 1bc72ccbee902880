// Webhooks that were verified and accepted, kept raw. A row is stored before the provider hears 2xx (rule 6).

import mongoose, { type mongo } from 'mongoose';
import type { InboxRow, InboxStore } from '../services/ports.ts';
import type { Models } from './models.ts';
import { isDuplicateKey } from './mongo.ts';

/** Together as long as a provider waits for our answer. */
const MAJORITY_ROUNDS = 200;
const MAJORITY_PAUSE_MS = 10;

interface InboxDocument extends Omit<InboxRow, 'id' | 'body'> {
  readonly _id: string;
  readonly body: mongo.Binary;
}

export function createInboxStore(models: Models): InboxStore {
  const collection = models.inbox.collection;

  /** The row's id once a majority has it: before that it may still be undone, and must not be acknowledged (I21). */
  async function kept(filter: Record<string, string>): Promise<string | null> {
    for (let round = 0; round < MAJORITY_ROUNDS; round += 1) {
      const found = await collection.findOne(filter, { projection: { _id: 1 } });
      if (found !== null) return String(found._id);
      await new Promise((resolve) => setTimeout(resolve, MAJORITY_PAUSE_MS));
    }
    return null;
  }

  return {
    async insert({ id, ...row }) {
      try {
        await collection.insertOne({ _id: id, ...row, body: new mongoose.mongo.Binary(row.body) } as never);
        return { kind: 'stored', id };
      } catch (error) {
        if (!isDuplicateKey(error)) throw error;
        const first = await kept({ gateway: row.gateway, dedupeKey: row.dedupeKey });
        if (first === null) throw error;
        return { kind: first === id ? 'stored' : 'duplicate', id: first };
      }
    },

    async find(id) {
      const document = (await collection.findOne({ _id: id } as never)) as unknown as InboxDocument | null;
      if (document === null) return null;
      // Rows of before `path` have none.
      const { _id, body, path = '', ...row } = document;
      return { id: _id, ...row, path, body: Buffer.from(body.buffer) };
    },

    async update(row, change) {
      const found = await collection.findOneAndUpdate(
        { _id: row.id, tries: row.tries, state: row.state } as never,
        { $set: change },
        { projection: { _id: 1 } },
      );
      return found !== null;
    },

    async due(at, limit, gateways) {
      const filter = { dueAt: { $lte: at, $type: 'date' }, gateway: { $in: [...gateways] } } as const;
      const rows = await collection.find(filter, { projection: { tries: 1 }, sort: { dueAt: 1 }, limit }).toArray();
      return (rows as unknown as InboxDocument[]).map(({ _id, tries }) => ({ id: _id, tries }));
    },
  };
}
