// What a test asks for when it needs a real part. Without it the test fails: a skipped proof looks like a proof.

import { inject, type ProvidedContext } from 'vitest';

const NAMES: Readonly<Record<keyof ProvidedContext, string>> = {
  mongoUrl: 'a MongoDB replica set (TEST_MONGODB_URL)',
  redisUrl: 'a Redis server (TEST_REDIS_URL)',
  mongodBin: 'the mongod binary (TEST_MONGOD_BIN)',
  redisBin: 'the redis-server binary (TEST_REDIS_BIN)',
};

/** Throws, with the way out, when `npm test` did not bring it. */
export function needed(key: keyof ProvidedContext): string {
  const value = inject(key);
  if (value === null) throw new Error(`This test needs ${NAMES[key]}. Run it with \`npm test\`, which starts one.`);
  return value;
}
