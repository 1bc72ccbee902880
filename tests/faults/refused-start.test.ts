// Goal: production does not start on ground that cannot bear it, and says in one line what is wrong (F22, F37, I34). Method:
// the API's own entry as a process, with everything right but one thing.

import mongoose from 'mongoose';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { makeKey } from '../../src/services/auth.ts';
import { createKeyStore } from '../../src/store/keys.ts';
import { createModels } from '../../src/store/models.ts';
import { connectMongo } from '../../src/store/mongo.ts';
import { ownPlaces } from '../testkit/places.ts';
import { ownRedis, run, runEntry, type OwnServer } from '../testkit/processes.ts';

vi.setConfig({ testTimeout: 60_000 });

const places = ownPlaces();
const PRODUCTION = {
  ...places,
  NODE_ENV: 'production',
  PORT: '0',
  METRICS_PORT: '0',
  PUBLIC_URL: 'https://pay.example',
  CLIENT_TOKEN_SECRET: 'a-secret-of-the-tests-that-is-long-enough',
};

let wrong: OwnServer;
let client: mongoose.mongo.MongoClient;
beforeAll(async () => {
  [wrong, client] = await Promise.all([
    ownRedis({ policy: 'allkeys-lru' }),
    mongoose.mongo.MongoClient.connect(places.MONGODB_URL),
  ]);
});
afterAll(async () => {
  await client.close();
  await wrong.remove();
});

/** What it said when it refused. A process that starts all the same is stopped, and the test fails. */
async function refusal(env: Readonly<Record<string, string>>): Promise<string> {
  const entry = run(process.execPath, ['src/api.ts'], { ...PRODUCTION, ...env });
  const listening = new Promise<string>((resolve) => {
    entry.child.stdout?.on('data', () => {
      if (entry.output().includes('"msg":"listening"')) resolve('it started');
    });
  });
  const said = await Promise.race([entry.exited.then(({ code }) => `exit ${code}: ${entry.output()}`), listening]);
  if (said === 'it started') await entry.kill('SIGKILL');
  return said;
}

it('F37 I34: no index was made: each unique one is named, and the step that makes it', async () => {
  const said = await refusal({});
  expect(said).toContain('exit 1');
  for (const name of ['intents.one_key', 'intents.one_transaction', 'intents.one_attempt', 'inbox.one_delivery']) {
    expect(said).toContain(`MongoDB: the unique index ${name} is missing; run the migrate step first`);
  }
});

it('F37: after the migrate step it starts; with one unique index dropped it does not', async () => {
  const migration = run(process.execPath, ['src/migrate.ts'], PRODUCTION);
  expect(await migration.exited).toEqual({ code: 0, signal: null });
  const api = await runEntry('api', PRODUCTION);
  await api.kill('SIGKILL');

  await client.db().collection('intents').dropIndex('one_transaction');
  const said = await refusal({});
  expect(said).toContain('exit 1');
  expect(said.match(/is missing/g)).toHaveLength(1);
  expect(said).toContain('intents.one_transaction');
  const again = run(process.execPath, ['src/migrate.ts'], PRODUCTION);
  expect(await again.exited).toEqual({ code: 0, signal: null });
});

it('F22 I34: a Redis that throws jobs away is refused, by the name of the setting', async () => {
  const said = await refusal({ REDIS_URL: wrong.url });
  expect(said).toContain('exit 1');
  expect(said).toContain('REDIS_URL: maxmemory-policy is allkeys-lru, and must be noeviction');
});

it('I34: a demo key that is still live, and unsafe settings, are all named at once, and no secret is', async () => {
  const connection = await connectMongo(places.MONGODB_URL);
  const wish = {
    appId: 'demo',
    scopes: ['read'],
    live: false,
    demo: true,
    requestsPerMinute: null,
    socketsMax: null,
  } as const;
  const { credential, key } = makeKey(wish, new Date());
  await createKeyStore(createModels(connection)).insert(key);
  await connection.close();
  expect(await refusal({})).toContain(`demo key: ${key.id} is live in this database`);

  const unsafe = {
    MOCK_BASE_URL: 'http://127.0.0.1:1/mock',
    MOCK_API_KEY: 'canary-key',
    MOCK_WEBHOOK_SECRET: 'canary-secret',
    GRAPHIQL: 'true',
  };
  const said = await refusal({ ...unsafe, PUBLIC_URL: 'http://pay.example' });
  for (const name of ['MOCK_*', 'MOCK_BASE_URL', 'GRAPHIQL', 'PUBLIC_URL']) expect(said).toContain(`${name}: `);
  expect(said).not.toMatch(/canary/);
  expect(said).not.toContain(credential);
});
