// Documents by their ids, as the bytes that came. The driver's cursor reads every document of a reply through before it hands
// it over, which is as much work as all that is asked of one here; so this is a command whose reply is taken apart no
// further. Whatever is unusual (a reply that is too large for one, a server that has stepped down) goes the driver's own way.

import type { Models } from './models.ts';

interface Reply {
  readonly cursor: { readonly firstBatch: readonly Uint8Array[] };
}

const HOPELESS: ReadonlySet<string> = new Set(['MongoServerSelectionError', 'MongoWaitQueueTimeoutError']);

/** Resolves to those that are there, in no order. */
export function createRawDocuments(
  collection: Models['intents']['collection'],
): (ids: readonly string[]) => Promise<readonly Uint8Array[]> {
  const { name, conn } = collection;

  async function byCommand(ids: readonly string[]): Promise<readonly Uint8Array[] | null> {
    const find = { find: name, filter: { _id: { $in: ids } }, batchSize: ids.length + 1, singleBatch: true };
    try {
      const command = { ...find, readConcern: { level: 'majority' } };
      const reply = await conn.db?.command(command, { fieldsAsRaw: { firstBatch: true } });
      return reply === undefined ? null : (reply as unknown as Reply).cursor.firstBatch;
    } catch (error) {
      // There is no server, or no connection, to try it again with.
      if (error instanceof Error && HOPELESS.has(error.name)) throw error;
      return null;
    }
  }

  return async (ids) => {
    const found = await byCommand(ids);
    // Fewer: one is missing, or the reply was full.
    if (found !== null && found.length === ids.length) return found;
    const rows = await collection
      .find({ _id: { $in: ids } } as never, { batchSize: ids.length + 1, raw: true })
      .toArray();
    return rows as unknown as readonly Uint8Array[];
  };
}
