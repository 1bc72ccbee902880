// API keys: an id and a SHA-256, never the key.

import type { ApiKey, KeyStore } from '../services/ports.ts';
import type { Models } from './models.ts';

interface KeyDocument extends Omit<ApiKey, 'id'> {
  readonly _id: string;
}

const toKey = ({ _id, ...key }: KeyDocument): ApiKey => ({ id: _id, ...key });

export function createKeyStore(models: Models): KeyStore {
  const collection = models.apikeys.collection;

  return {
    async insert({ id, ...key }) {
      await collection.insertOne({ _id: id, ...key } as never);
    },
    async find(id) {
      const document = (await collection.findOne({ _id: id } as never)) as unknown as KeyDocument | null;
      return document === null ? null : toKey(document);
    },
    async list(appId) {
      const rows = await collection.find(appId === null ? {} : { appId }, { sort: { createdAt: 1 } }).toArray();
      return (rows as unknown as KeyDocument[]).map(toKey);
    },
    async revoke(id, at) {
      const found = await collection.findOneAndUpdate({ _id: id, revokedAt: null } as never, {
        $set: { revokedAt: at },
      });
      return found !== null;
    },
  };
}
