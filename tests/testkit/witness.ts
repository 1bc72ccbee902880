// What really happened, from outside of the product: every version that every intent ever had, the inbox, and the
// providers' own books. Versions come out of MongoDB's change stream with post-images, so that a rule can be held at every
// version, and not only at the last one.

import mongoose from 'mongoose';
import { definitions } from '../../src/config.ts';
import type { IntentDocument } from '../../src/store/document.ts';
import type { Controls, LedgerEntry } from './controls.ts';
import { eventually, type Patience } from './eventually.ts';

export interface InboxDocument {
  readonly _id: string;
  readonly gateway: string;
  readonly dedupeKey: string;
  readonly state: 'RECEIVED' | 'APPLIED' | 'IGNORED' | 'PARKED';
  readonly tries: number;
  readonly dueAt: Date | null;
  readonly intentId: string | null;
  readonly note: string | null;
}

export interface Evidence {
  /** As they are now. */
  readonly intents: readonly IntentDocument[];
  /** Every version of each, the first one first. */
  readonly versions: ReadonlyMap<string, readonly IntentDocument[]>;
  readonly inbox: readonly InboxDocument[];
  readonly ledger: Readonly<Record<string, readonly LedgerEntry[]>>;
  /** By the database's clock. */
  readonly at: Date;
  /** All that the processes wrote; empty where the product ran inside the test. */
  readonly logs: string;
  /** What must stand in no log. */
  readonly secrets: readonly string[];
}

export interface Witness {
  intent(id: string): Promise<IntentDocument>;
  intents(filter?: Readonly<Record<string, unknown>>): Promise<readonly IntentDocument[]>;
  inbox(): Promise<readonly InboxDocument[]>;
  /** Waits until the intent fits; by default, until it is decided. */
  sees(id: string, fits?: (intent: IntentDocument) => boolean, patience?: Patience): Promise<IntentDocument>;
  /** Waits until no payment is open. */
  allEnd(): Promise<void>;
  /** Everything, now. */
  evidence(from: { controls: Controls; logs?: string; secrets?: readonly string[] }): Promise<Evidence>;
  close(): Promise<void>;
}

const GATEWAYS = definitions.map(({ id }) => id);
const MARKS = 'witness_marks';

/** Has to be there before the first intent is. */
export async function openWitness(mongoUrl: string): Promise<Witness> {
  const client = await mongoose.mongo.MongoClient.connect(mongoUrl, {
    serverSelectionTimeoutMS: 20_000,
    // A member that is stopped is noticed while a test still waits.
    heartbeatFrequencyMS: 1_000,
    connectTimeoutMS: 3_000,
    readConcernLevel: 'majority',
    writeConcern: { w: 'majority', journal: true },
  });
  const db = client.db();
  const found = await db.listCollections({ name: 'intents' }).toArray();
  if (found.length === 0) await db.createCollection('intents', { changeStreamPreAndPostImages: { enabled: true } });
  else await db.command({ collMod: 'intents', changeStreamPreAndPostImages: { enabled: true } });
  const { operationTime } = (await db.command({ ping: 1 })) as { operationTime?: mongoose.mongo.Timestamp };
  if (operationTime === undefined) throw new Error('the witness needs a replica set');

  const collection = db.collection<IntentDocument>('intents');
  const intents = (filter: Readonly<Record<string, unknown>> = {}): Promise<IntentDocument[]> =>
    collection.find(filter as object).toArray();
  const inbox = (): Promise<InboxDocument[]> => db.collection<InboxDocument>('inbox').find().toArray();

  async function intent(id: string): Promise<IntentDocument> {
    const [document] = await intents({ _id: id });
    if (document === undefined) throw new Error(`no intent ${id}`);
    return document;
  }

  /** Replays what was written since the witness came, up to a mark that is set now. */
  async function versions(): Promise<Map<string, IntentDocument[]>> {
    const mark = new mongoose.mongo.ObjectId();
    const only = [{ $match: { 'ns.coll': { $in: ['intents', MARKS] } } }];
    const stream = db.watch(only, { startAtOperationTime: operationTime as never, fullDocument: 'required' });
    try {
      await db.collection(MARKS).insertOne({ _id: mark });
      const all = new Map<string, IntentDocument[]>();
      for (;;) {
        const change = (await stream.next()) as { fullDocument?: { _id: unknown }; ns?: { coll?: string } };
        const document = change.fullDocument;
        if (document === undefined) continue;
        if (change.ns?.coll === MARKS) {
          if (mark.equals(document._id as string)) return all;
        } else {
          const one = document as IntentDocument;
          all.set(one._id, [...(all.get(one._id) ?? []), one]);
        }
      }
    } finally {
      await stream.close();
    }
  }

  return {
    intent,
    intents,
    inbox,
    sees: (id, fits = ({ status }) => status !== 'PENDING' && status !== 'PROCESSING', patience = {}) =>
      eventually(() => intent(id), fits, patience),
    async allEnd() {
      const open = { status: { $in: ['PENDING', 'PROCESSING'] } };
      await eventually(
        () => intents(open),
        (found) => found.length === 0,
      );
    },
    async evidence({ controls, logs = '', secrets = [] }) {
      const books = await Promise.all(GATEWAYS.map((gateway) => controls.ledger(gateway)));
      const { localTime } = (await db.command({ hello: 1 })) as unknown as { localTime: Date };
      return {
        versions: await versions(),
        intents: await intents(),
        inbox: await inbox(),
        ledger: Object.fromEntries(GATEWAYS.map((gateway, index) => [gateway, books[index] ?? []])),
        at: localTime,
        logs,
        secrets,
      };
    },
    close: () => client.close(),
  };
}
