// Makes the indexes that are missing; run before a new version starts. Running it again changes nothing.

import { readMongoUrl } from './config.ts';
import { createLog } from './log.ts';
import { createModels, ensureIndexes } from './store/models.ts';
import { connectMongo } from './store/mongo.ts';

const log = createLog('info');
const connection = await connectMongo(readMongoUrl());
await ensureIndexes(createModels(connection));
await connection.close();
log.info({}, 'all indexes are there');
