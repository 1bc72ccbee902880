// Goal: where MongoDB fails a command, or does it and says it has not, the store still knows what is true. Method: a real
// mongod's fail points, for this test's own connection alone; all in one file, because a mongod has one at a time.

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { revise } from '../core/intent.ts';
import type { IntentStore } from '../services/ports.ts';
import { withFailCommand, type FailCommand } from '../../tests/testkit/fail-point.ts';
import { ownPlaces } from '../../tests/testkit/places.ts';
import { fresh } from './intents.fixture.ts';
import { createIntentStore } from './intents.ts';
import { openModels, type OwnModels } from './models.fixture.ts';

const appName = randomUUID();
const { MONGODB_URL } = ownPlaces();

let database: OwnModels;
let store: IntentStore;
beforeAll(async () => {
  const own = new URL(MONGODB_URL);
  own.searchParams.set('appName', appName);
  database = await openModels(own.href);
  store = createIntentStore(database.models);
});
afterAll(() => database.close());

function failing<T>(command: string, how: Omit<FailCommand, 'failCommands'>, during: () => Promise<T>): Promise<T> {
  return withFailCommand(MONGODB_URL, { times: 1, appName, failCommands: [command], ...how }, during);
}

it('knows its own insert again when the connection dies after it', async () => {
  const intent = fresh();
  const writeConcernError = { code: 91, errmsg: 'shutting down' };
  const inserted = await failing('insert', { writeConcernError }, () => store.insert(intent));
  expect(inserted).toEqual({ kind: 'inserted' });
  expect(await store.find(intent.id)).toEqual(intent);
});

it('F32, I29: recognises a write whose acknowledgement was lost, and applies it once', async () => {
  const intent = fresh();
  await store.insert(intent);
  const after = revise(intent, { polls: 7 }, new Date());
  // A write concern error comes after the write was applied.
  const writeConcernError = { code: 64, errmsg: 'waiting for replication timed out' };
  const written = await failing('findAndModify', { writeConcernError }, () => store.write(intent, after));
  expect(written).toBe('written');
  expect((await store.find(intent.id))?.version).toBe(after.version);
});

it('throws when the write did not happen and cannot be known', async () => {
  const intent = fresh();
  await store.insert(intent);
  const after = revise(intent, { polls: 7 }, new Date());
  await failing('findAndModify', { errorCode: 8000 }, () =>
    expect(store.write(intent, after)).rejects.toThrow(/failCommand/),
  );
  expect((await store.find(intent.id))?.version).toBe(intent.version);
});

it.each([
  ['has stepped down', { errorCode: 10_107 }],
  ['is closing', { errorCode: 91 }],
  ['hangs up', { closeConnection: true }],
])('reads what is watched where the server %s', async (_what, how) => {
  const intents = Array.from({ length: 5 }, () => fresh());
  await Promise.all(intents.map((intent) => store.insert(intent)));
  const found = await failing('find', how, () => store.readEach(intents));
  expect(intents.map(({ id }) => found.get(id)?.intent.id)).toEqual(intents.map(({ id }) => id));
});
