// API keys for child processes: made in their database, as the keys command makes them.

import { makeKey } from '../../src/services/auth.ts';
import { SCOPES, type Scope } from '../../src/services/ports.ts';
import { createKeyStore } from '../../src/store/keys.ts';
import { createModels, ensureIndexes } from '../../src/store/models.ts';
import { connectMongo } from '../../src/store/mongo.ts';

/** Makes the indexes, as the migrate step does. */
export async function migrate(mongoUrl: string): Promise<void> {
  const connection = await connectMongo(mongoUrl);
  try {
    await ensureIndexes(createModels(connection));
  } finally {
    await connection.close();
  }
}

export async function keyIn(mongoUrl: string, appId = 'kaba', scopes: readonly Scope[] = SCOPES): Promise<string> {
  const connection = await connectMongo(mongoUrl);
  try {
    const models = createModels(connection);
    await ensureIndexes(models);
    const wish = { appId, scopes, live: false, demo: false, requestsPerMinute: null, socketsMax: null };
    const { credential, key } = makeKey(wish, new Date());
    await createKeyStore(models).insert(key);
    return credential;
  } finally {
    await connection.close();
  }
}
