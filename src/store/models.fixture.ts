// A database of a test's own, with its collections and indexes.

import type { Connection } from 'mongoose';
import { ownPlaces } from '../../tests/testkit/places.ts';
import { createModels, ensureIndexes, type Models } from './models.ts';
import { connectMongo } from './mongo.ts';

export interface OwnModels {
  readonly connection: Connection;
  readonly models: Models;
  /** Forgets all of it. */
  close(): Promise<void>;
}

export async function openModels(url = ownPlaces().MONGODB_URL): Promise<OwnModels> {
  const connection = await connectMongo(url);
  const models = createModels(connection);
  await ensureIndexes(models);
  return {
    connection,
    models,
    async close() {
      await connection.dropDatabase();
      await connection.close();
    },
  };
}
