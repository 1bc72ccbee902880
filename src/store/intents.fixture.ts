// An intent that nobody else has, and a store of its own behind a proxy that can cut its connections.

import { randomUUID } from 'node:crypto';
import type { Connection } from 'mongoose';
import { anIntent } from '../core/intent.fixture.ts';
import type { Intent } from '../core/intent.ts';
import type { IntentStore } from '../services/ports.ts';
import { ownPlaces } from '../../tests/testkit/places.ts';
import { mongoThrough, startProxy, type Proxy } from '../../tests/testkit/proxy.ts';
import { createIntentStore } from './intents.ts';
import { createModels, ensureIndexes } from './models.ts';
import { connectMongo } from './mongo.ts';

export function fresh(change: Partial<Intent> = {}): Intent {
  return anIntent({
    id: randomUUID(),
    appId: 'kaba',
    keys: [{ key: `create:${randomUUID()}`, requestHash: 'h' }],
    attempts: [],
    gatewayTransactionId: null,
    lease: null,
    ...change,
  });
}

/** A command on the intents as the driver writes it: its name, and the collection's with its length. */
export function commandBytes(name: string): string {
  return `\x02${name}\0\x08\0\0\0intents\0`;
}

export interface ProxiedStore {
  readonly store: IntentStore;
  readonly proxy: Proxy;
  readonly connection: Connection;
  close(): Promise<void>;
}

export async function openProxiedStore(): Promise<ProxiedStore> {
  const url = ownPlaces().MONGODB_URL;
  const proxy = await startProxy(Number(new URL(url).port));
  const connection = await connectMongo(mongoThrough(proxy, url));
  const models = createModels(connection);
  await ensureIndexes(models);
  return {
    store: createIntentStore(models),
    proxy,
    connection,
    async close() {
      await connection.dropDatabase();
      await connection.close();
      await proxy.close();
    },
  };
}
