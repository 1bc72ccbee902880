// Webhooks that were verified and accepted, kept raw. A row is stored before the provider hears 2xx (rule 6).

import mongoose, { type mongo } from 'mongoose';
import type { InboxRow, InboxStore } from '../services/ports.ts';
import type { Models } from './models.ts';
import { isDuplicateKey } from './mongo.ts';

interface InboxDocument extends Omit<InboxRow, 'id' | 'body'> {
  readonly _id: string;
  readonly body: mongo.Binary;
}

export function createInboxStore(models: Models): InboxStore {
  const collection = models.inbox.collection;

  return {
    async insert({ id, ...row }) {
      try {
        await collection.insertOne({ _id: id, ...row, body: new mongoose.mongo.Binary(row.body) } as never);
        return { kind: 'stored', id };
      } catch (error) {
        if (!isDuplicateKey(error)) throw error;
        const first = await collection.findOne(
          { gateway: row.gateway, dedupeKey: row.dedupeKey },
          // The first delivery answers for itself; here it is only recognised, whether or not a majority has it yet.
          { projection: { _id: 1 }, readConcern: 'local' },
        );
        if (first === null) throw error;
        const found = String(first._id);
        return { kind: found === id ? 'stored' : 'duplicate', id: found };
      }
    },

    async find(id) {
      const document = (await collection.findOne({ _id: id } as never)) as unknown as InboxDocument | null;
      if (document === null) return null;
      const { _id, body, ...row } = document;
      return { id: _id, ...row, body: Buffer.from(body.buffer) };
    },

    async update(row, change) {
      const found = await collection.findOneAndUpdate(
        { _id: row.id, tries: row.tries } as never,
        { $set: change },
        { projection: { _id: 1 } },
      );
      return found !== null;
    },

    async due(at, limit) {
      const rows = await collection
        .find({ dueAt: { $lte: at } }, { projection: { tries: 1 }, sort: { dueAt: 1 }, limit })
        .toArray();
      return (rows as unknown as InboxDocument[]).map(({ _id, tries }) => ({ id: _id, tries }));
    },
  };
}
