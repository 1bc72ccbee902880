// The real MongoDB behind a run. Every call of the stores to the driver is a step of the scheduler, so that it may be late,
// lost, or done without its caller hearing of it; and every version that a write makes is kept as evidence. The server's
// clock is the run's: `$$NOW` in a command is the run's time.

import { AsyncLocalStorage } from 'node:async_hooks';
import mongoose from 'mongoose';
import type { InboxDocument } from '../testkit/witness.ts';
import type { IntentDocument } from '../../src/store/document.ts';
import { createModels, ensureIndexes, type Models } from '../../src/store/models.ts';
import type { Chance } from './chance.ts';
import type { Actor, Scheduler } from './scheduler.ts';
import type { Tally } from './tally.ts';

/** A database that one run has for itself, one run after the other. */
export interface Place {
  readonly models: Models;
  empty(): Promise<void>;
  close(): Promise<void>;
}

export async function openPlace(mongoUrl: string, name: string): Promise<Place> {
  const url = new URL(mongoUrl);
  url.pathname = `/${name}`;
  // The server of a run never dies, so its first word is its last one, and nothing need wait for a journal.
  const connection = await mongoose
    .createConnection(url.href, { autoIndex: false, autoCreate: false, maxPoolSize: 4, writeConcern: { w: 1 } })
    .asPromise();
  const models = createModels(connection);
  await ensureIndexes(models);
  return {
    models,
    async empty() {
      await Promise.all(Object.values(models).map(({ collection }) => collection.deleteMany({})));
    },
    async close() {
      await connection.dropDatabase();
      await connection.close();
    },
  };
}

/** Who wrote a version, for rules about holders. */
export interface Write {
  readonly intentId: string;
  readonly version: number;
  /** Of the lease that it takes, or that its writer says to hold. */
  readonly fence: number | null;
  readonly claims: boolean;
}

const holders = new AsyncLocalStorage<number | null>();

/** The writes of `work` are made by the holder of that lease. */
export function heldBy<T>(fence: number | undefined, work: () => T): T {
  return holders.run(fence ?? null, work);
}

export interface Database {
  /** The stores' models, as this actor reaches them. */
  modelsFor(actor: Actor): Models;
  readonly versions: ReadonlyMap<string, readonly IntentDocument[]>;
  readonly inbox: ReadonlyMap<string, InboxDocument>;
  readonly writes: readonly Write[];
  /** Hears of every new intent. */
  onBirth(listener: (intent: IntentDocument) => void): void;
  latest(intentId: string): IntentDocument | null;
  latestOf(appId: string, key: string): IntentDocument | null;
  /** The earliest of all that is due; null when nothing is. */
  nextDue(): number | null;
  /** Faults so far that calls of this actor met. */
  faultsOf(actor: Actor): number;
  away(isAway: boolean): void;
  /** No more faults. */
  calm(): void;
}

interface Tools {
  readonly place: Place;
  readonly scheduler: Scheduler;
  readonly chance: Chance;
  readonly tally: Tally;
}

type Real = Models['intents']['collection'];
type Filter = Readonly<Record<string, unknown>>;

export function createDatabase({ place, scheduler, chance: seed, tally }: Tools): Database {
  const chance = seed.fork('database');
  const versions = new Map<string, IntentDocument[]>();
  const inbox = new Map<string, InboxDocument>();
  const writes: Write[] = [];
  const births = new Set<(intent: IntentDocument) => void>();
  const met = new Map<Actor, number>();
  let isAway = false;
  let isCalm = false;

  function fault(actor: Actor): Error {
    met.set(actor, (met.get(actor) ?? 0) + 1);
    return Object.assign(new Error('the connection was lost'), { name: 'MongoNetworkError' });
  }

  /** Does it against the server, unless the way there or back is broken. */
  async function through<T>(actor: Actor, isWrite: boolean, act: () => Promise<T>): Promise<T> {
    const isLost = isAway || (!isCalm && chance.is(0.003));
    if (isLost && !(isWrite && chance.is(0.5))) throw fault(actor);
    const result = await act();
    if (!isLost) return result;
    tally.add('lost acknowledgement');
    throw fault(actor);
  }

  function keep(document: IntentDocument | null, write: Omit<Write, 'intentId' | 'version'>): void {
    if (document === null) return;
    const all = versions.get(document._id) ?? [];
    all.push(document);
    versions.set(document._id, all);
    if (all.length === 1) for (const listener of births) listener(document);
    writes.push({ intentId: document._id, version: document.version, ...write });
  }

  function wrap(
    real: Real,
    actor: Actor,
    written: (document: unknown, write: Omit<Write, 'intentId' | 'version'>) => void,
  ) {
    const call = <T>(what: string, about: unknown, isWrite: boolean, act: () => Promise<T>): Promise<T> =>
      scheduler.call(actor, `${real.collectionName}.${what} ${wordsOf(about)}`, () => through(actor, isWrite, act));

    return {
      insertOne(document: { readonly _id: string }) {
        return call('insertOne', document._id, true, async () => {
          const result = await real.insertOne(document as never);
          written(document, { fence: null, claims: false });
          return result;
        });
      },
      insertMany(documents: readonly { readonly _id: string }[], options: object) {
        const ids = documents.map(({ _id }) => _id).join(' ');
        const keepBut = (refused: readonly number[]): void => {
          for (const [index, document] of documents.entries()) {
            if (!refused.includes(index)) written(document, { fence: null, claims: false });
          }
        };
        return call('insertMany', ids, true, async () => {
          try {
            const result = await real.insertMany([...documents] as never[], options);
            keepBut([]);
            return result;
          } catch (error) {
            const { writeErrors = [] } = error as { readonly writeErrors?: readonly { readonly index: number }[] };
            keepBut(writeErrors.map(({ index }) => index));
            throw error;
          }
        });
      },
      findOne(filter: Filter, options: object = {}) {
        return call('findOne', filter, false, () => real.findOne(timed(filter) as never, options));
      },
      findOneAndUpdate(filter: Filter, update: object, options: { readonly projection?: object } = {}) {
        const { projection: _all, ...rest } = options;
        const fence = holders.getStore() ?? null;
        return call('findOneAndUpdate', filter, true, async () => {
          const after = await real.findOneAndUpdate(timed(filter), timed(update), {
            ...rest,
            returnDocument: 'after',
          });
          const claims = Array.isArray(update);
          const taken = (after as unknown as IntentDocument | null)?.lease?.fence ?? null;
          written(after, { fence: claims ? taken : fence, claims });
          return after;
        });
      },
      find(filter: Filter, options: object = {}) {
        const cursorOf = (order: object) => {
          const all = () =>
            call('find', filter, false, () => real.find(timed(filter) as never, { ...options, ...order }).toArray());
          return {
            toArray: all,
            sort: (sort: object) => cursorOf({ sort }),
            async *[Symbol.asyncIterator]() {
              yield* await all();
            },
          };
        };
        return cursorOf({});
      },
    };
  }

  /** The run's time in place of the server's, however deep it stands. */
  function timed<T>(value: T): T {
    if (value === '$$NOW') return new Date(scheduler.now()) as T;
    if (Array.isArray(value)) return value.map(timed) as T;
    if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, timed(one)])) as T;
  }

  const all = (): IntentDocument[] => [...versions.values()].flatMap((life) => life.slice(-1));

  return {
    versions,
    inbox,
    writes,
    modelsFor(actor) {
      const { intents, inbox: rows, apikeys } = place.models;
      const models = {
        intents: { collection: wrap(intents.collection, actor, (one, by) => keep(one as IntentDocument, by)) },
        inbox: {
          collection: wrap(rows.collection, actor, (one) => {
            if (one !== null) inbox.set((one as InboxDocument)._id, one as InboxDocument);
          }),
        },
        apikeys: { collection: wrap(apikeys.collection, actor, () => undefined) },
      };
      return models as unknown as Models;
    },
    onBirth: (listener) => void births.add(listener),
    latest: (intentId) => versions.get(intentId)?.at(-1) ?? null,
    latestOf: (appId, key) =>
      all().find((one) => one.appId === appId && one.keys.some((kept) => kept.key === key)) ?? null,
    nextDue() {
      const rows = [...inbox.values()].flatMap(({ dueAt }) => (dueAt === null ? [] : [dueAt.getTime()]));
      const dates = all().flatMap(({ due }) => (due === null ? [] : [due.at.getTime()]));
      return rows.length + dates.length === 0 ? null : Math.min(...rows, ...dates);
    },
    faultsOf: (actor) => met.get(actor) ?? 0,
    away(next) {
      isAway = next;
    },
    calm() {
      isCalm = true;
      isAway = false;
    },
  };
}

/** Enough to follow a trace: what is looked for, by whose version. */
function wordsOf(about: unknown): string {
  return typeof about === 'string' ? about : JSON.stringify(about).slice(0, 160);
}
