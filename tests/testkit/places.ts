// Where a test keeps its data: nobody else's database, nobody else's keys in Redis.

import { randomUUID } from 'node:crypto';
import { needed } from './needs.ts';

/** A database and a Redis prefix that nobody else has. */
export function ownPlaces(): { MONGODB_URL: string; REDIS_URL: string; REDIS_PREFIX: string } {
  const name = `test_${randomUUID().replaceAll('-', '').slice(0, 16)}`;
  const mongo = new URL(needed('mongoUrl'));
  mongo.pathname = `/${name}`;
  return { MONGODB_URL: mongo.href, REDIS_URL: needed('redisUrl'), REDIS_PREFIX: name };
}
