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
}

/** Runs `during` with it in force, for every command or for so many. Off again whatever happens. */
export async function withFailCommand<T>(
  mongoUrl: string,
  { times, ...data }: FailCommand & { readonly times?: number },
  during: () => Promise<T>,
): Promise<T> {
  const client = await mongoose.mongo.MongoClient.connect(mongoUrl);
  const set = (mode: unknown): Promise<unknown> =>
    client.db('admin').command({ configureFailPoint: 'failCommand', mode, ...(mode === 'off' ? {} : { data }) });
  try {
    await set(times === undefined ? 'alwaysOn' : { times });
    return await during();
  } finally {
    await set('off');
    await client.close();
  }
}
