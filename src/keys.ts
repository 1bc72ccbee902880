// The keys command: makes, lists and revokes API keys. A key is shown once, when it is made.

import { parseArgs } from 'node:util';
import { readMongoUrl } from './config.ts';
import { makeKey } from './services/auth.ts';
import { SCOPES, type Scope } from './services/ports.ts';
import { createKeyStore } from './store/keys.ts';
import { createModels } from './store/models.ts';
import { connectMongo } from './store/mongo.ts';

const USAGE = `keys create --app <appId> --scopes read,create[,refund,payout,admin] [--test] [--requests-per-minute N] [--json]
keys list [--app <appId>] [--json]
keys revoke <id>`;

class UsageError extends Error {}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    app: { type: 'string' },
    scopes: { type: 'string', default: 'read,create' },
    test: { type: 'boolean', default: false },
    'requests-per-minute': { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});

const print = (text: string): void => void process.stdout.write(`${text}\n`);

try {
  const connection = await connectMongo(readMongoUrl());
  try {
    await run();
  } finally {
    await connection.close();
  }

  async function run(): Promise<void> {
    const keys = createKeyStore(createModels(connection));
    const [command, id = ''] = positionals;
    if (command === 'create') {
      const scopes = scopesOf(values.scopes);
      const { credential, key } = makeKey(
        {
          appId: appIdOf(values.app),
          scopes,
          live: !values.test,
          demo: false,
          requestsPerMinute: limitOf(),
          socketsMax: null,
        },
        new Date(),
      );
      await keys.insert(key);
      if (values.json) print(JSON.stringify({ appId: key.appId, apiKey: credential, scopes }));
      else
        print(
          `${credential}\n\nThis is the only time it is shown. App ${key.appId}, scopes ${scopes.join(', ')}, id ${key.id}.`,
        );
    } else if (command === 'list') {
      for (const { hash: _hash, ...key } of await keys.list(values.app ?? null)) {
        print(
          values.json
            ? JSON.stringify(key)
            : `${key.id}  ${key.appId}  ${key.scopes.join(',')}  ${key.revokedAt === null ? 'live' : 'revoked'}`,
        );
      }
    } else if (command === 'revoke') {
      if (!(await keys.revoke(id, new Date()))) throw new UsageError(`There is no live key with the id ${id}.`);
      print(`${id} is revoked. Its requests and streams end within 5 seconds.`);
    } else {
      throw new UsageError(USAGE);
    }
  }
} catch (error) {
  if (!(error instanceof Error)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}

function appIdOf(text: string | undefined): string {
  if (text === undefined || !/^[a-z0-9][a-z0-9_-]{0,39}$/.test(text)) {
    throw new UsageError(`--app must be 1..40 lower-case letters, digits, - or _.\n${USAGE}`);
  }
  return text;
}

function scopesOf(text: string): Scope[] {
  const wanted = text.split(',').map((scope) => scope.trim());
  const unknown = wanted.filter((scope) => !SCOPES.some((known) => known === scope));
  if (unknown.length > 0)
    throw new UsageError(`--scopes: no such scope: ${unknown.join(', ')}. There is ${SCOPES.join(', ')}.`);
  return SCOPES.filter((scope) => wanted.includes(scope));
}

function limitOf(): number | null {
  const text = values['requests-per-minute'];
  if (text === undefined) return null;
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new UsageError('--requests-per-minute must be a whole number from 1.');
  return Number(text);
}
