// An intent that nobody else has, and a store of its own behind a proxy that can cut its connections.

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll } from 'vitest';
import { anIntent } from '../core/intent.fixture.ts';
import type { Intent } from '../core/intent.ts';
import type { IntentStore } from '../services/ports.ts';
import { ownPlaces } from '../../tests/testkit/places.ts';
import { mongoThrough, startProxy, type Proxy } from '../../tests/testkit/proxy.ts';
import { createIntentStore } from './intents.ts';
import { openModels, type OwnModels } from './models.fixture.ts';

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
}

/** Opened before the tests of this file, and closed after them. */
export function useProxiedStore(): ProxiedStore {
  const place: { store?: IntentStore; proxy?: Proxy } = {};
  let database: OwnModels;
  beforeAll(async () => {
    const url = ownPlaces().MONGODB_URL;
    place.proxy = await startProxy(Number(new URL(url).port));
    database = await openModels(mongoThrough(place.proxy, url));
    place.store = createIntentStore(database.models);
  });
  afterAll(async () => {
    await database.close();
    await place.proxy?.close();
  });
  // Whole by the time that a test looks.
  return place as ProxiedStore;
}
