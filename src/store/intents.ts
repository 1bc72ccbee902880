// Intents in MongoDB: one document each, one guarded write for each change (rule 2). Reads and writes go past mongoose's
// documents to the driver: what is written was checked where it was made, and nothing is saved that was not decided on.

import { randomUUID } from 'node:crypto';
import type { Intent } from '../core/intent.ts';
import type { IntentStore, Inserted, Reading, Written } from '../services/ports.ts';
import { fromDocument, type IntentDocument } from './document.ts';
import { createFindingByKey, createHaving } from './finding.ts';
import { listIntents } from './history.ts';
import { QueueFull } from './grouping.ts';
import { createInserting } from './inserting.ts';
import type { Models } from './models.ts';
import { isDuplicateKey } from './mongo.ts';
import { createRawDocuments } from './raw-documents.ts';
import { readingOf } from './reading.ts';

/** Ids of the last writes, so that one whose acknowledgement was lost can be recognised (I29). */
const OPS_KEPT = 8;
const REREADS = 3;
/** Together longer than a write may wait for its majority. */
const MAJORITY_ROUNDS = 600;
const MAJORITY_PAUSE_MS = 10;

interface FindOneOptions {
  readonly readConcern?: 'local';
}

export function createIntentStore(models: Models): IntentStore {
  const collection = models.intents.collection;
  const insertOne = createInserting(collection);
  const rawDocuments = createRawDocuments(collection);
  const having = createHaving(collection);
  const byKey = createFindingByKey<IntentDocument>(collection);

  const one = async (filter: Record<string, unknown>, options: FindOneOptions = {}): Promise<Intent | null> => {
    const document = await collection.findOne(filter, options);
    return document === null ? null : fromDocument(document as unknown as IntentDocument);
  };
  /** What a write has just run into: another writer's effect that a majority may not have yet. Waits until it has. */
  async function latest(filter: Record<string, unknown>): Promise<Intent | null> {
    const seen = await one(filter, { readConcern: 'local' });
    for (let round = 0; seen !== null && round < MAJORITY_ROUNDS; round += 1) {
      const kept = await one(filter);
      if (kept !== null && kept.version >= seen.version) return kept;
      await new Promise((resolve) => setTimeout(resolve, MAJORITY_PAUSE_MS));
    }
    if (seen !== null) throw new Error(`a majority does not have intent ${seen.id} yet`);
    return null;
  }

  async function findByKey(appId: string, key: string): Promise<Intent | null> {
    const document = await byKey({ appId: text(appId), key: text(key) });
    return document === null ? null : fromDocument(document);
  }

  async function insert(intent: Intent): Promise<Inserted> {
    const { id, ...rest } = intent;
    const document: IntentDocument = { _id: id, ...rest, sequence: intent.events.length, lastOps: [] };
    try {
      await insertOne(document);
      return { kind: 'inserted' };
    } catch (error) {
      // Nothing was sent, and a database that is behind is asked nothing more.
      if (error instanceof QueueFull) throw error;
      const key = intent.keys[0]?.key ?? '';
      const isTaken = isDuplicateKey(error);
      const look = isTaken ? { appId: intent.appId, 'keys.key': key } : { _id: id };
      // Most repeats come long after the first: what they ran into is a majority's, and one read brings it.
      const kept = (): Promise<Intent | null> => (isTaken ? findByKey(intent.appId, key) : one(look));
      const existing = await reread(async () => (await kept()) ?? latest(look), error);
      if (existing === null) throw error;
      // Our own id: the driver's retry met the first try's effect.
      return existing.id === id ? { kind: 'inserted' } : { kind: 'taken', intent: existing };
    }
  }

  async function write(before: Intent, after: Intent, fence?: number): Promise<Written> {
    if (after === before) return 'written';
    const opId = randomUUID();
    const filter = {
      _id: before.id,
      version: before.version,
      ...(fence === undefined ? {} : { 'lease.fence': fence }),
    };
    const update = {
      $set: { ...difference(before, after), sequence: after.events.length },
      $push: {
        lastOps: { $each: [opId], $slice: -OPS_KEPT },
        ...(after.events.length > before.events.length
          ? { events: { $each: after.events.slice(before.events.length) } }
          : {}),
      },
    };
    try {
      const found = await collection.findOneAndUpdate(filter as never, update as never, { projection: { _id: 1 } });
      return found === null ? 'lost' : 'written';
    } catch (error) {
      if (isDuplicateKey(error)) {
        return Object.keys(error.keyPattern ?? {}).includes('gatewayTransactionId') ? 'transaction-taken' : 'key-taken';
      }
      const applied = await reread(() => latest({ _id: before.id, lastOps: opId }), error);
      if (applied !== null) return 'written';
      throw error;
    }
  }

  async function claim(id: string, owner: string, leaseMs: number): Promise<Intent | null> {
    const free = { $or: [{ $eq: ['$lease', null] }, { $lte: ['$lease.until', '$$NOW'] }] };
    const lease = {
      owner,
      fence: { $add: [{ $ifNull: ['$lease.fence', '$version'] }, 1] },
      until: { $dateAdd: { startDate: '$$NOW', unit: 'millisecond', amount: leaseMs } },
    };
    const found = await collection.findOneAndUpdate(
      { _id: id, $expr: free } as never,
      [{ $set: { lease, version: { $add: ['$version', 1] } } }] as never,
      { returnDocument: 'after' },
    );
    return found === null ? null : fromDocument(found as unknown as IntentDocument);
  }

  return {
    insert,
    write,
    claim,
    findByKey,
    find: (id) => one({ _id: text(id) }),
    findOf: (appId, id) => one({ _id: text(id), appId: text(appId) }),
    has: (appId, id) => having({ appId: text(appId), id: text(id) }),
    async readEach(wanted) {
      const owners = new Map(wanted.map(({ id, appId }) => [text(id), appId]));
      const found = new Map<string, Reading>();
      for (const bytes of await rawDocuments([...owners.keys()])) {
        const reading = readingOf(bytes);
        const { id, appId } = reading.intent;
        if (owners.get(id) === appId) found.set(id, reading);
      }
      return found;
    },
    findByTransaction: (gateway, providerId) =>
      one({ gateway: text(gateway), gatewayTransactionId: { $eq: text(providerId), $type: 'string' } }),
    findByReference: (reference) =>
      one({ $or: [{ _id: text(reference) }, { 'attempts.id': { $eq: text(reference), $type: 'string' } }] }),
    list: (appId, query, slice) => listIntents(collection, text(appId), query, slice),
    async *servedBetween(gateway, from, to) {
      const rows = collection
        .find({ gateway: text(gateway), 'served.time': { $gte: from, $lte: to, $type: 'date' } })
        .sort({ 'served.time': 1, _id: 1 });
      for await (const row of rows) yield fromDocument(row as unknown as IntentDocument);
    },
    async due(at, limit, gateways) {
      const rows = await collection
        .find(
          { 'due.at': { $lte: at, $type: 'date' }, gateway: { $in: gateways.map(text) } },
          { projection: { due: 1, version: 1 }, sort: { 'due.at': 1 }, limit },
        )
        .toArray();
      return (rows as unknown as IntentDocument[]).flatMap(({ _id, due, version }) =>
        due === null ? [] : [{ id: _id, kind: due.kind, version }],
      );
    },
    async ahead(known) {
      const $or = [...Map.groupBy(known, ({ count }) => count)].map(([count, same]) => ({
        _id: { $in: same.map(({ id }) => text(id)) },
        sequence: { $gt: count },
      }));
      if ($or.length === 0) return [];
      const rows = await collection.find({ $or } as never, { projection: { _id: 1 } }).toArray();
      return rows.map(({ _id }) => String(_id));
    },
  };
}

/** Top-level fields that the decision replaced; events are pushed, never replaced. */
function difference(before: Intent, after: Intent): Partial<Intent> {
  const changed = Object.entries(after).filter(
    ([name, value]) => name !== 'events' && value !== before[name as keyof Intent],
  );
  return Object.fromEntries(changed);
}

/** After a fault that leaves the effect open: look, a few times, for what we meant to write. */
async function reread(look: () => Promise<Intent | null>, fault: unknown): Promise<Intent | null> {
  for (let round = 1; round <= REREADS; round += 1) {
    try {
      return await look();
    } catch {
      // The server is still away. The last round's fault is the caller's, with the first one's words.
    }
  }
  throw fault;
}

/** A filter's value is a string or the query is not made: no operator and no `undefined` passes for one (S17). */
function text(value: string): string {
  if (typeof value !== 'string') throw new TypeError('a filter value must be a string');
  return value;
}
