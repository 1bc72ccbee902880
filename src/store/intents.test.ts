// Goal: one guarded write for each change, and nothing is believed that MongoDB did not decide. Method: a real mongod.

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Connection } from 'mongoose';
import { append, revise } from '../core/intent.ts';
import { createInboxStore } from './inbox.ts';
import { fresh } from './intents.fixture.ts';
import { createIntentStore } from './intents.ts';
import { openModels, type OwnModels } from './models.fixture.ts';
import { ensureIndexes, missingIndexes, type Models } from './models.ts';

let connection: Connection;
let models: Models;
let store: ReturnType<typeof createIntentStore>;
let close: OwnModels['close'];
beforeAll(async () => {
  ({ connection, models, close } = await openModels());
  store = createIntentStore(models);
});
afterAll(() => close());

describe('insert', () => {
  it('gives the intent back as it was stored', async () => {
    const intent = fresh();
    expect(await store.insert(intent)).toEqual({ kind: 'inserted' });
    expect(await store.find(intent.id)).toEqual(intent);
  });

  it('F35: lets one of 50 with the same key in, and shows it to the others', async () => {
    const key = { key: `create:${randomUUID()}`, requestHash: 'h' };
    const intents = Array.from({ length: 50 }, () => fresh({ keys: [key] }));
    const results = await Promise.all(intents.map((intent) => store.insert(intent)));
    expect(results.filter(({ kind }) => kind === 'inserted')).toHaveLength(1);
    const winners = new Set(results.flatMap((result) => (result.kind === 'taken' ? [result.intent.id] : [])));
    expect(winners.size).toBe(1);
  });

  it('F35: lets one of 50 with the same attempt in, whatever their keys; I6', async () => {
    const attempts = [{ id: randomUUID(), state: 'SENT', sentAt: new Date(), providerId: null }] as const;
    const results = await Promise.allSettled(Array.from({ length: 50 }, () => store.insert(fresh({ attempts }))));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await models.intents.collection.countDocuments({ 'attempts.id': attempts[0].id })).toBe(1);
  });

  it('does not hand one tenant the intent of another', async () => {
    const intent = fresh();
    await store.insert(intent);
    expect(await store.findOf('events', intent.id)).toBeNull();
    expect(await store.findByKey('events', intent.keys[0]?.key ?? '')).toBeNull();
    expect((await store.insert(fresh({ appId: 'events', keys: intent.keys }))).kind).toBe('inserted');
  });
});

describe('write', () => {
  it('takes the first of two decisions on one version', async () => {
    const intent = fresh();
    await store.insert(intent);
    const changes = Array.from({ length: 20 }, (_, polls) => revise(intent, { polls }, new Date()));
    const results = await Promise.all(changes.map((after) => store.write(intent, after)));
    expect(results.filter((result) => result === 'written')).toHaveLength(1);
    expect(results.filter((result) => result === 'lost')).toHaveLength(19);
    expect((await store.find(intent.id))?.version).toBe(intent.version + 1);
  });

  it('appends events and never rewrites them', async () => {
    const intent = fresh();
    await store.insert(intent);
    const moment = { at: new Date(), eventId: randomUUID(), cause: { kind: 'poll', id: 'x' } as const };
    const after = append(
      revise(intent, {}, moment.at),
      { type: 'PAYMENT_REFUNDED', from: intent.status, refund: null },
      moment,
    );
    expect(await store.write(intent, after)).toBe('written');
    expect((await store.find(intent.id))?.events).toEqual(after.events);
    const count = after.events.length;
    const other = { id: randomUUID(), count: 0 };
    expect(await store.ahead([other, { id: intent.id, count: count - 1 }])).toEqual([intent.id]);
    expect(await store.ahead([other, { id: intent.id, count }])).toEqual([]);
    expect(await store.ahead([])).toEqual([]);
  });

  it('I6: binds a transaction to one intent for ever', async () => {
    const [a, b] = [fresh(), fresh()];
    await Promise.all([store.insert(a), store.insert(b)]);
    const gatewayTransactionId = randomUUID();
    expect(await store.write(a, revise(a, { gatewayTransactionId }, new Date()))).toBe('written');
    expect(await store.write(b, revise(b, { gatewayTransactionId }, new Date()))).toBe('transaction-taken');
  });

  it('says whose key it is not', async () => {
    const [a, b] = [fresh(), fresh()];
    await Promise.all([store.insert(a), store.insert(b)]);
    expect(await store.write(b, revise(b, { keys: [...b.keys, ...a.keys] }, new Date()))).toBe('key-taken');
  });
});

describe('claim', () => {
  it('I24: gives the lease to one, and fences out the one before', async () => {
    const intent = fresh();
    await store.insert(intent);
    const claims = await Promise.all(['a', 'b', 'c'].map((owner) => store.claim(intent.id, owner, 60_000)));
    expect(claims.filter((claim) => claim !== null)).toHaveLength(1);
    const held = claims.find((claim) => claim !== null);
    if (held?.lease == null) throw new Error('nobody holds it');
    const { fence } = held.lease;
    expect(await store.write(held, revise(held, { polls: 1 }, new Date()), fence + 1)).toBe('lost');
    expect(await store.write(held, revise(held, { polls: 1 }, new Date()), fence)).toBe('written');
  });

  it('takes over a lease that is over by the database server’s clock', async () => {
    const until = new Date(Date.now() - 1_000);
    const intent = fresh({ lease: { owner: 'dead', fence: 4, until } });
    await store.insert(intent);
    const claimed = await store.claim(intent.id, 'me', 1_000);
    expect(claimed?.lease).toMatchObject({ owner: 'me', fence: 5 });
    if (claimed === null) throw new Error('not claimed');
    expect(await store.write(intent, revise(intent, { polls: 1 }, new Date()), 4)).toBe('lost');
  });
});

describe('due', () => {
  it('finds what is due, the longest overdue first', async () => {
    const at = new Date('2020-01-01T00:00:00Z');
    const [late, later] = [fresh(), fresh()].map((intent, index) => ({
      ...intent,
      due: { kind: 'poll-intent' as const, at: new Date(at.getTime() - 1_000 * (2 - index)) },
    }));
    if (late === undefined || later === undefined) throw new Error('two intents');
    await Promise.all([store.insert(later), store.insert(late)]);
    expect((await store.due(at, 10, ['kkiapay'])).map(({ id }) => id)).toEqual([late.id, later.id]);
  });
});

describe('indexes', () => {
  it('F37, I34: names the unique index that is missing', async () => {
    expect(await missingIndexes(models)).toEqual([]);
    await models.inbox.collection.dropIndex('one_delivery');
    expect(await missingIndexes(models)).toEqual(['inbox.one_delivery']);
    await ensureIndexes(models);
    expect(await missingIndexes(models)).toEqual([]);
  });
});

describe('reads', () => {
  it('use an index, every one of them: a scan grows with the history', async () => {
    const intent = fresh({
      gatewayTransactionId: randomUUID(),
      attempts: [{ id: randomUUID(), state: 'ACCEPTED', sentAt: new Date(), providerId: null }],
    });
    await store.insert(intent);
    const database = connection.db;
    if (database === undefined) throw new Error('no database');
    await database.command({ profile: 2 });
    const nothing = {
      statuses: null,
      gateways: null,
      currency: null,
      referenceId: null,
      phone: null,
      gatewayTransactionId: null,
    };
    const query = { ...nothing, amountMin: null, amountMax: null, createdAfter: null, createdBefore: null };
    const slice = { after: null, before: null, limit: 5, newest: true };
    await store.due(new Date(), 10, ['kkiapay']);
    await createInboxStore(models).due(new Date(), 10, ['kkiapay']);
    await store.findByKey('kaba', intent.keys[0]?.key ?? '');
    await store.findByTransaction(intent.gateway, intent.gatewayTransactionId ?? '');
    await store.findByReference(intent.attempts[0]?.id ?? '');
    for (const filter of [{}, { phone: '+2290161000000' }, { referenceId: 'r' }, { gatewayTransactionId: 'x' }]) {
      await store.list('kaba', { ...query, ...filter }, slice);
    }
    await database.command({ profile: 0 });
    const reads = await database
      .collection('system.profile')
      .find({ op: { $in: ['query', 'command'] }, planSummary: { $exists: true } })
      .toArray();
    expect(reads.length).toBeGreaterThanOrEqual(9);
    for (const { planSummary } of reads) expect(planSummary).toMatch(/^(IXSCAN|IDHACK|EXPRESS)/);
  });
});

describe('filters', () => {
  it('S17: lets no operator and no missing value pass for a string', () => {
    const operator = { $ne: null } as unknown as string;
    expect(() => store.findOf('kaba', operator)).toThrow(TypeError);
    expect(() => store.findOf(undefined as unknown as string, randomUUID())).toThrow(TypeError);
  });
});
