// Goal: no key, secret or full phone number reaches a log or Redis (I30, rule 9). Method: a real API and a real worker at
// the chattiest level, payments good and bad, and a search through all that they wrote and all that Redis was told.

import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { definitions } from '../../src/config.ts';
import { startSimulators, type RunningSimulators } from '../../src/simulators.ts';
import { createTestClient, until } from '../testkit/client.ts';
import { CreateIntent } from '../testkit/documents.ts';
import { keyIn } from '../testkit/keys.ts';
import { ownRedis, runEntry, type Listening, type OwnServer } from '../testkit/processes.ts';
import { ownPlaces } from '../testkit/places.ts';
import { TEST_ENV } from '../testkit/stack.ts';
import { aMockWish, aWish, created, intentNow } from '../testkit/wishes.ts';

let redis: OwnServer;
let simulators: RunningSimulators;
let api: Listening;
let worker: Listening;
let apiKey: string;
beforeAll(async () => {
  redis = await ownRedis();
  simulators = await startSimulators({
    definitions,
    port: 0,
    booksDir: null,
    webhookUrl: (id) => `${api.url}/webhooks/${id}`,
  });
  const env = { ...TEST_ENV, ...ownPlaces(), ...simulators.env, REDIS_URL: redis.url, LOG_LEVEL: 'debug' };
  apiKey = await keyIn(env.MONGODB_URL);
  [api, worker] = await Promise.all([runEntry('api', env), runEntry('worker', env)]);
});
afterAll(async () => {
  await Promise.all([api.kill('SIGTERM'), worker.kill('SIGTERM')]);
  await simulators.close();
  await redis.remove();
});

it('I30: writes no key, token, secret, address or full phone number anywhere', async () => {
  const told: string[] = [];
  // Redis repeats to this connection every command that it gets.
  const monitor = connect(redis.port, '127.0.0.1');
  monitor.on('data', (chunk: Buffer) => told.push(chunk.toString()));
  monitor.write('MONITOR\r\n');
  await once(monitor, 'data');

  const client = createTestClient(`${api.url}/graphql`, apiKey);
  const customer = { phone: '+2290161000000', email: 'canary@shop.example', name: 'Canary Person' };
  const good = await created(client, aWish({ customer, metadata: [{ key: 'note', value: 'canary-note' }] }));
  await until(
    createTestClient(`${api.url}/graphql`, good.clientToken ?? '').watch('ws', good.id),
    ({ sequence }) => sequence === 3,
  );
  await created(client, aMockWish('garbage none', { customer }));
  await client.raw(CreateIntent, {
    input: aWish({ customer: { phone: '+2290161000000x' }, metadata: [{ key: 'pan', value: '4242424242424242' }] }),
  });
  await fetch(`${api.url}/graphql?apiKey=${apiKey}`, { method: 'POST' });
  await fetch(`${api.url}/webhooks/kkiapay`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-kkiapay-secret': 'canary-guess' },
    body: JSON.stringify({ transactionId: 'abc', account: '2290161000000' }),
  });
  expect((await intentNow(client, good.id)).status).toBe('SUCCEEDED');
  monitor.destroy();

  const secrets = Object.entries(simulators.env).flatMap(([name, value]) =>
    /KEY|SECRET/.test(name) && !name.includes('PUBLIC') ? [value] : [],
  );
  const canaries = [
    apiKey,
    apiKey.slice(-49),
    good.clientToken ?? '',
    '0161000000',
    '61000000',
    'canary',
    'Canary',
    '4242424242424242',
    ...secrets,
  ];
  expect(secrets.length).toBeGreaterThanOrEqual(4);
  const written = { api: api.output(), worker: worker.output(), redis: told.join('') };
  for (const [where, text] of Object.entries(written)) {
    expect(text.length, where).toBeGreaterThan(100);
    for (const canary of canaries) expect(text.includes(canary), `${canary} in ${where}`).toBe(false);
  }
});
