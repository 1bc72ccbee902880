// MongoDB and Redis as the benches use them: a database and a Redis prefix of this run's own, gone at its end; the
// product set up in them as in production, with a key that meets no limit.

import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import type { Connection } from 'mongoose';
import { makeKey } from '../src/services/auth.ts';
import { SCOPES } from '../src/services/ports.ts';
import { createKeyStore } from '../src/store/keys.ts';
import { createModels, ensureIndexes, type Models } from '../src/store/models.ts';
import { connectMongo } from '../src/store/mongo.ts';

export interface Places {
  readonly connection: Connection;
  readonly models: Models;
  readonly apiKey: string;
  /** Another database with the same indexes, for the floor. */
  readonly floorUrl: string;
  readonly redisUrl: string;
  readonly redisPrefix: string;
  /** What `src/api.ts` needs, as in production. */
  readonly env: Readonly<Record<string, string>>;
  /** As the servers say it of themselves. */
  readonly versions: readonly (readonly [string, string])[];
  close(): Promise<void>;
}

export const BENCH_KEY = {
  appId: 'bench',
  scopes: SCOPES,
  live: true,
  demo: false,
  requestsPerMinute: 100_000_000,
  socketsMax: 100_000,
} as const;

export async function openPlaces(): Promise<Places> {
  const redisUrl = given('TEST_REDIS_URL');
  const name = `bench_${randomUUID().replaceAll('-', '').slice(0, 12)}`;
  const mongoUrl = databaseUrl(name);
  const floorUrl = databaseUrl(`${name}_floor`);
  const [connection, floor] = await Promise.all([connectMongo(mongoUrl), connectMongo(floorUrl)]);
  const models = createModels(connection);
  await ensureIndexes(models);
  await ensureIndexes(createModels(floor));
  const { credential, key } = makeKey(BENCH_KEY, new Date());
  await createKeyStore(models).insert(key);
  const redis = new Redis(redisUrl);

  return {
    connection,
    models,
    apiKey: credential,
    floorUrl,
    redisUrl,
    redisPrefix: name,
    env: {
      MONGODB_URL: mongoUrl,
      REDIS_URL: redisUrl,
      REDIS_PREFIX: name,
      CLIENT_TOKEN_SECRET: randomUUID(),
      PUBLIC_URL: 'https://bench.example',
      PORT: '0',
      METRICS_PORT: '0',
      // Production takes no other. Nothing is sent there: a widget starts in the payer's browser.
      KKIAPAY_ENVIRONMENT: 'live',
      KKIAPAY_PUBLIC_KEY: 'made-up-public-key',
      KKIAPAY_PRIVATE_KEY: 'made-up-private-key',
      KKIAPAY_SECRET_KEY: 'made-up-secret-key',
      KKIAPAY_WEBHOOK_SECRET: 'made-up-webhook-secret',
    },
    versions: await serverVersions(connection, redis),
    async close() {
      await Promise.all([connection.dropDatabase(), floor.dropDatabase()]);
      for await (const keys of redis.scanStream({ match: `${name}:*`, count: 1_000 }) as AsyncIterable<string[]>) {
        if (keys.length > 0) await redis.unlink(...keys);
      }
      redis.disconnect();
      await Promise.all([connection.close(), floor.close()]);
    },
  };
}

async function serverVersions(connection: Connection, redis: Redis): Promise<Places['versions']> {
  const build = await connection.db?.admin().command({ buildInfo: 1 });
  const info = await redis.info('server');
  return [
    ['mongod', String(build?.['version'])],
    ['redis-server', /redis_version:(\S+)/.exec(info)?.[1] ?? 'unknown'],
  ];
}

function databaseUrl(name: string): string {
  const url = new URL(given('TEST_MONGODB_URL'));
  url.pathname = `/${name}`;
  return url.href;
}

function given(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '')
    throw new Error(`${name} is not set; \`npm run bench\` starts what it names.`);
  return value;
}
