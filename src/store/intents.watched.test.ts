// Goal: who watches payments is brought his own, whole and as they are now, and nobody else's; whatever becomes of a command.
// Method: a real mongod, behind a proxy that cuts connections.

import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { revise, type Intent } from '../core/intent.ts';
import { commandBytes, fresh, useProxiedStore } from './intents.fixture.ts';

const FIND = commandBytes('find');

const place = useProxiedStore();

async function stored(count: number, change: Partial<Intent> = {}): Promise<readonly Intent[]> {
  const intents = Array.from({ length: count }, () => fresh(change));
  await Promise.all(intents.map((intent) => place.store.insert(intent)));
  return intents;
}

/** What was brought, with what each payment says of itself. */
async function read(wanted: readonly { readonly appId: string; readonly id: string }[]): Promise<readonly unknown[]> {
  const found = await place.store.readEach(wanted);
  return [...found]
    .map(([id, reading]) => {
      const { intent, eventCount } = reading;
      return [id, intent.id, intent.version, eventCount, reading.eventAt(0).id];
    })
    .toSorted();
}

const told = (intents: readonly Intent[]): readonly unknown[] =>
  intents.map(({ id, version, events }) => [id, id, version, events.length, events[0]?.id]).toSorted();

describe('has', () => {
  it('says of each of many at once whether it is this app’s', async () => {
    const [one, other] = [await stored(20), await stored(20, { appId: 'clinic' })];
    const asked = [...one, ...other].map(({ id }) => place.store.has('kaba', id));
    const missing = place.store.has('kaba', randomUUID());
    expect(await Promise.all(asked)).toEqual([...one.map(() => true), ...other.map(() => false)]);
    expect(await missing).toBe(false);
  });

  it('takes no operator for an id', async () => {
    expect(() => place.store.has('kaba', { $ne: '' } as unknown as string)).toThrow(TypeError);
    await expect(place.store.readEach([{ appId: 'kaba', id: { $ne: '' } as unknown as string }])).rejects.toThrow(
      TypeError,
    );
  });
});

describe('readEach', () => {
  it('brings those of their own app, and neither foreign ones nor any that are not there', async () => {
    const [own, foreign] = [await stored(30), await stored(3, { appId: 'clinic' })];
    const wanted = [...own, ...foreign.map(({ id }) => ({ id, appId: 'kaba' })), { id: randomUUID(), appId: 'kaba' }];
    expect(await read(wanted)).toEqual(told(own));
    expect(await read([])).toEqual([]);
  });

  it('asks once where all are there', async () => {
    const intents = await stored(30);
    const finds = place.proxy.watch([FIND]);
    expect(await read(intents)).toEqual(told(intents));
    finds.end();
    expect(finds.count()).toBe(1);
  });

  it('sees whatever was acknowledged before it was asked', async () => {
    let [before] = (await stored(1)) as [Intent];
    for (let polls = 1; polls <= 20; polls += 1) {
      const after = revise(before, { polls }, new Date());
      await place.store.write(before, after);
      expect(await read([after])).toEqual(told([after]));
      before = after;
    }
  });

  it('brings all where they are more than one reply holds', async () => {
    const large = await stored(18, { metadata: [{ key: 'k', value: 'x'.repeat(2 ** 20) }] });
    expect(await read(large)).toEqual(told(large));
  });

  it('rejects where nothing is heard of the database', async () => {
    const intents = await stored(2);
    const finds = place.proxy.watch([FIND], 'cut');
    await expect(place.store.readEach(intents)).rejects.toThrow(Error);
    finds.end();
    expect(await read(intents)).toEqual(told(intents));
  });
});
