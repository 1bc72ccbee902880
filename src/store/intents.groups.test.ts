// Goal: what goes to MongoDB in groups is answered as if each had gone alone: stored, refused, lost or away for itself.
// Method: a real mongod, behind a proxy that cuts connections before or after an insert has arrived.

import { describe, expect, it } from 'vitest';
import { revise, type Intent } from '../core/intent.ts';
import { commandBytes, fresh, useProxiedStore } from './intents.fixture.ts';

const INSERT = commandBytes('insert');

const place = useProxiedStore();

describe('insert', () => {
  it('stores all that come at once, and refuses for itself alone the one whose key is taken', async () => {
    const first = fresh();
    await place.store.insert(first);
    const intents = Array.from({ length: 30 }, (_, at) => fresh(at % 10 === 3 ? { keys: first.keys } : {}));
    const results = await Promise.all(intents.map((intent) => place.store.insert(intent)));
    for (const [at, intent] of intents.entries()) {
      const isTaken = at % 10 === 3;
      expect(results[at]).toEqual(isTaken ? { kind: 'taken', intent: first } : { kind: 'inserted' });
      expect(await place.store.find(intent.id)).toEqual(isTaken ? null : intent);
    }
  });

  it('lets one that cannot be written down take no other with it', async () => {
    const intents = Array.from({ length: 10 }, (_, at) =>
      fresh(at === 4 ? { referenceId: 'x'.repeat(17 * 2 ** 20) } : {}),
    );
    const results = await Promise.allSettled(intents.map((intent) => place.store.insert(intent)));
    for (const [at, intent] of intents.entries()) {
      expect(results[at]?.status).toBe(at === 4 ? 'rejected' : 'fulfilled');
      expect(await place.store.find(intent.id)).toEqual(at === 4 ? null : intent);
    }
  });

  it('knows every insert of a group again when its acknowledgement is lost', async () => {
    const intents = Array.from({ length: 20 }, () => fresh());
    const inserts = place.proxy.watch([INSERT], 'cut-reply');
    const results = await Promise.all(intents.map((intent) => place.store.insert(intent)));
    inserts.end();
    // One group, and the driver's second try.
    expect(inserts.count()).toBe(2);
    expect(results).toEqual(intents.map(() => ({ kind: 'inserted' })));
    expect(await Promise.all(intents.map(({ id }) => place.store.find(id)))).toEqual(intents);
  });

  it('rejects each of a group that never reached the database, as a database that is away', async () => {
    const intents = Array.from({ length: 20 }, () => fresh());
    const inserts = place.proxy.watch([INSERT], 'cut');
    const results = await Promise.allSettled(intents.map((intent) => place.store.insert(intent)));
    inserts.end();
    const names = results.map((result) => (result.status === 'rejected' ? (result.reason as Error).name : 'stored'));
    expect(new Set(names)).toEqual(new Set(['MongoNetworkError']));
    expect(await Promise.all(intents.map(({ id }) => place.store.find(id)))).toEqual(intents.map(() => null));
  });
});

describe('findByKey', () => {
  it('gives each of many at once the intent of its own app and key', async () => {
    const keyOf = (at: number): string => `create:both have it ${at}`;
    const wish = (appId: string, at: number): Intent => fresh({ appId, keys: [{ key: keyOf(at), requestHash: 'h' }] });
    const apps = ['school', 'clinic'].map((appId) => Array.from({ length: 10 }, (_, at) => wish(appId, at)));
    const intents = apps.flat();
    await Promise.all(intents.map((intent) => place.store.insert(intent)));
    const asked = intents.map(({ appId, keys }) => place.store.findByKey(appId, keys[0]?.key ?? ''));
    const [again, nobodys, missing] = [
      place.store.findByKey('school', keyOf(3)),
      place.store.findByKey('market', keyOf(3)),
      place.store.findByKey('school', 'create:never used'),
    ];
    expect(await Promise.all(asked)).toEqual(intents);
    expect(await again).toEqual(apps[0]?.[3]);
    expect(await nobodys).toBeNull();
    expect(await missing).toBeNull();
  });

  it('is never older than its question: it sees whatever was acknowledged before it was asked', async () => {
    const intent = fresh();
    await place.store.insert(intent);
    const key = intent.keys[0]?.key ?? '';
    let before = intent;
    for (let polls = 1; polls <= 20; polls += 1) {
      const reading = Array.from({ length: 5 }, () => place.store.findByKey(intent.appId, key));
      const after = revise(before, { polls }, new Date());
      await place.store.write(before, after);
      expect((await place.store.findByKey(intent.appId, key))?.version).toBe(after.version);
      await Promise.all(reading);
      before = after;
    }
  });
});
