// Inserts, gathered: each document stands or falls for itself, as if it had been inserted alone. A refusal of one, such as
// a duplicate key, leaves the others of its group alone (`ordered: false`).

import { createGrouping } from './grouping.ts';
import type { Models } from './models.ts';

type Collection = Models['intents']['collection'];

/** What the driver says of a group that was not stored as a whole. */
interface GroupError extends Error {
  readonly writeErrors?: unknown;
  readonly result?: { getWriteConcernError(): unknown };
  /** The fault itself, which the driver wraps. */
  readonly errorResponse?: unknown;
}

interface Refusal {
  readonly index: number;
  readonly code: number;
  readonly errmsg?: string | undefined;
}

/** Resolves once the document is a majority's; rejects with what the driver's `insertOne` rejects with. */
export function createInserting(collection: Collection): (document: object) => Promise<void> {
  const insert = createGrouping(insertGroup);

  async function insertGroup(documents: readonly object[]): Promise<readonly (Error | null)[]> {
    const [first] = documents;
    if (documents.length === 1 && first !== undefined) return [await insertAlone(first)];
    try {
      await collection.insertMany([...documents], { ordered: false });
      return documents.map(() => null);
    } catch (error) {
      // One that cannot be written down at all must not take its neighbours with it. Nothing has been sent.
      if (!isOfDatabase(error)) return Promise.all(documents.map(insertAlone));
      return faultsOf(error as GroupError, documents.length);
    }
  }

  async function insertAlone(document: object): Promise<Error | null> {
    try {
      await collection.insertOne(document);
      return null;
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  return async (document) => {
    const fault = await insert(document);
    if (fault !== null) throw fault;
  };
}

function isOfDatabase(error: unknown): boolean {
  return error instanceof Error && error.name.startsWith('Mongo') && error.name !== 'MongoInvalidArgumentError';
}

/** Of each document its fault, or null: it is stored. A fault of the group as a whole is every document's. */
function faultsOf(error: GroupError, count: number): readonly (Error | null)[] {
  const { writeErrors, result, errorResponse } = error;
  const refusals = Array.isArray(writeErrors) ? (writeErrors as readonly Refusal[]) : [];
  const isRestStored = refusals.length > 0 && result !== undefined && result.getWriteConcernError() === undefined;
  const ofRest = isRestStored ? null : errorResponse instanceof Error ? errorResponse : error;
  const faults = Array.from({ length: count }, () => ofRest);
  for (const { index, code, errmsg } of refusals) {
    const named = { name: 'MongoServerError', code };
    faults[index] = Object.assign(new Error(errmsg ?? 'MongoDB refused a document'), named);
  }
  return faults;
}
