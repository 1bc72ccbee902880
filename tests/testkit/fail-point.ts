// MongoDB's own fail points, which a mongod of the tests has (`enableTestCommands`): the commands named fail, or wait, as MongoDB's
// wiki describes for `failCommand`.

import mongoose from 'mongoose';

export interface FailCommand {
  readonly failCommands: readonly string[];
  readonly errorCode?: number;
  readonly closeConnection?: boolean;
  readonly writeConcernError?: Readonly<Record<string, unknown>>;
  /** Each of them waits for `blockTimeMS` before it is done. */
  readonly blockConnection?: boolean;
  readonly blockTimeMS?: number;
  /** Only what clients of this name ask. Without it, whoever comes first is struck. */
  readonly appName?: string;
}

/**
 * Runs `during` with it in force, for every command or for so many. Off again whatever happens. A mongod has one of these
 * at a time. Throws where nothing was struck.
 */
export async function withFailCommand<T>(
  mongoUrl: string,
  { times, ...data }: FailCommand & { readonly times?: number },
  during: () => Promise<T>,
): Promise<T> {
  const client = await mongoose.mongo.MongoClient.connect(mongoUrl);
  /** Resolves to how many commands it has ever struck. */
  const set = async (mode: unknown): Promise<number> => {
    const command = { configureFailPoint: 'failCommand', mode, ...(mode === 'off' ? {} : { data }) };
    return Number((await client.db('admin').command(command))['count']);
  };
  try {
    const before = await set(times === undefined ? 'alwaysOn' : { times });
    let after = before;
    const done = await during().finally(async () => {
      after = await set('off');
    });
    if (after === before) throw new Error('the fail point struck nothing');
    return done;
  } finally {
    await client.close();
  }
}
