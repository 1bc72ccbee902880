// A sound little house, faults to plant in it, and oddities that are no faults.

import { LINES_MAX } from './habits.ts';
import type { Tree } from './tree.ts';

type Change = Readonly<Record<string, string | null>>;

export interface Planted {
  readonly rule: string;
  readonly name: string;
  /** The file and line that the message must name; line 1 when left out. */
  readonly file: string;
  readonly at?: number;
  /** A part of the message. */
  readonly says: string;
  readonly change: Change;
}

const SOUND: Readonly<Record<string, string>> = {
  'src/core/money.ts': 'export interface Money { amount: number }\nexport const at = (date: Date) => new Date(date);\n',
  'src/gateways/contract.ts': "import type { z } from 'zod';\nimport type { Money } from '../core/money.ts';\n",
  'src/gateways/ids.ts': "import * as registry from './registry.ts';\nexport const IDS = Object.keys(registry);\n",
  'src/gateways/registry.ts':
    "// Sorted.\n\nexport { acme } from './acme/index.ts';\nexport { mock } from './mock/index.ts';\n",
  'src/services/ports.ts': "import type { Money } from '../core/money.ts';\nexport interface Store { sum: Money }\n",
  'src/services/intents.ts':
    "import { createHash } from 'node:crypto';\nimport type { Gateway } from '../gateways/contract.ts';\n",
  'src/store/intents.ts': "import mongoose from 'mongoose';\nimport type { Store } from '../services/ports.ts';\n",
  'src/jobs/poll-intent.ts': "import { Worker } from 'bullmq';\nimport type { Store } from '../services/ports.ts';\n",
  'src/schema/builder.ts': "import SchemaBuilder from '@pothos/core';\nimport { IDS } from '../gateways/ids.ts';\n",
  'src/resolvers/index.ts':
    "import { GraphQLError } from 'graphql';\nimport { builder } from '../schema/builder.ts';\n",
  'src/server/http.ts': "import { WebSocketServer } from 'ws';\nimport { schema } from '../resolvers/index.ts';\n",
  'src/config.ts': "import { z } from 'zod';\nexport const port = process.env['PORT'];\n",
  'src/compose.ts': "import { pino } from 'pino';\nimport './server/http.ts';\nimport './store/intents.ts';\n",
  'src/outbound.ts': "import { Pool } from 'undici';\n",
  'tests/testkit/needs.ts': "import { inject } from 'vitest';\n",
  ...gateway('acme'),
  ...gateway('mock', 'serve.ts'),
};

/** `hears` is where its provider's calls are taken. */
function gateway(id: string, hears = 'webhook.ts'): Record<string, string> {
  const path = `src/gateways/${id}`;
  return {
    [`${path}/index.ts`]: "import './client.ts';\nexport const simulator = () => import('./simulator.ts');\n",
    [`${path}/client.ts`]: "import { z } from 'zod';\nimport type { Gateway } from '../contract.ts';\n",
    [`${path}/status.ts`]: "import type { Money } from '../../core/money.ts';\n",
    [`${path}/${hears}`]: "import { createHmac } from 'node:crypto';\n",
    [`${path}/simulator.ts`]: "import { createServer } from 'node:http';\n",
    [`${path}/${id}.test.ts`]:
      "import { it } from 'vitest';\nimport '../../outbound.ts';\nimport { simulator } from './simulator.ts';\n",
  };
}

/** null takes a file away. */
export function soundHouse(change: Change = {}): Tree {
  const tree = new Map<string, string>();
  for (const [path, text] of Object.entries({ ...SOUND, ...change })) if (text !== null) tree.set(path, text);
  return tree;
}

/** A fault that is one new file with one line of code. */
function line(rule: string, file: string, text: string, says: string): Planted {
  return { rule, name: `${text} in ${file}`, file, says, change: { [file]: `${text}\n` } };
}

const table = line.bind(null, 'import table');
const home = line.bind(null, 'package home');
const env = line.bind(null, 'process.env');
const pure = line.bind(null, 'pure core');
const named = line.bind(null, 'no export default');
const mocked = line.bind(null, 'no vi.mock');

const ACME = 'src/gateways/acme/client.ts';
const REGISTRY = 'src/gateways/registry.ts';
const FACADE = "export { mock } from './mock/index.ts';";
const HOUSE = "export { acme } from './acme/index.ts';";

export const planted: readonly Planted[] = [
  line('rooms', 'src/console/page.ts', 'export const page = 1;', 'src/console is no room'),

  table('src/core/intent.ts', "import type { Store } from '../services/ports.ts';", 'core may not import'),
  table('src/services/refunds.ts', "import { intents } from '../store/intents.ts';", 'services may not import'),
  table('src/services/refunds.ts', "import type { intents } from '../store/intents.ts';", 'services may not import'),
  table('src/services/refunds.ts', "import { Gateway } from '../gateways/contract.ts';", 'as types only'),
  table('src/services/refunds.ts', "import { type Gateway } from '../gateways/contract.ts';", 'write `import type`'),
  table('src/services/refunds.ts', "import type { IDS } from '../gateways/ids.ts';", 'services may not import'),
  table('src/store/inbox.ts', "export { Store } from '../services/ports.ts';", 'as types only'),
  table('src/store/inbox.ts', "import type { Intents } from '../services/intents.ts';", 'store may not import'),
  table('src/jobs/sweep.ts', "const { x } = await import('../services/intents.ts');", 'as types only'),
  table('src/jobs/sweep.ts', "export * from '../store/intents.ts';", 'jobs may not import'),
  table('src/schema/intent.ts', "type A = import('../gateways/contract.ts').Gateway;", 'schema may not import'),
  table('src/schema/intent.ts', "import { Store } from '../services/ports.ts';", 'as types only'),
  table('src/resolvers/intents.ts', "import type { A } from '../services/intents.ts';", 'resolvers may not import'),
  table('src/server/rest.ts', "import { builder } from '../schema/builder.ts';", 'as types only'),
  table('src/server/rest.ts', "import { port } from '../config.ts';", 'server may not import src/config.ts'),
  table('src/server/rest.ts', "import { port } from '../../scripts/start.mjs';", 'may not reach out of src'),
  table('src/server/rest.test.ts', "import '../store/intents.ts';", 'server may not import'),
  table('src/compose.ts', "import { needed } from '../tests/testkit/needs.ts';", 'for tests alone'),
  table('src/compose.ts', "import './gateways/acme/acme.test.ts';", 'for tests alone'),
  table('src/compose.ts', "import './gateways/acme/simulator.ts';", 'loaded in production'),
  table('src/compose.ts', "import './server';", 'src/server is no file'),
  table('src/compose.ts', 'const all = await import(name);', 'computed'),
  table('src/compose.ts', 'const load = module.createRequire(import.meta.url);', 'createRequire hides'),
  table(ACME, "import { collect } from '../mock/client.ts';", 'the gateway acme may not import the gateway mock'),
  table(ACME, "type A = import('../mock/client.ts').A;", 'the gateway acme may not import the gateway mock'),
  table(ACME, "import * as all from '../registry.ts';", 'would load all others'),
  table(ACME, "import { IDS } from '../ids.ts';", 'would load all others'),
  table(ACME, "import type { Store } from '../../services/ports.ts';", 'gateways may not import'),
  table(ACME, "import { agent } from '../../outbound.ts';", 'gateways may not import'),
  table(ACME, "import { simulator } from './simulator.ts';", 'loaded in production'),
  table('src/gateways/http.ts', "import { acme } from './acme/index.ts';", 'a shared file may not import'),

  home('src/services/refunds.ts', "import { Redis } from 'ioredis';", 'ioredis lives in store only'),
  home('src/server/live.ts', "import type { Redis } from 'ioredis';", 'ioredis lives in store only'),
  home('src/jobs/sweep.ts', "import { ObjectId } from 'mongodb';", 'mongodb lives in store only'),
  home('src/compose.ts', "import mongoose from 'mongoose';", 'mongoose lives in store only'),
  home('src/store/inbox.ts', "import { Queue } from 'bullmq';", 'bullmq lives in jobs only'),
  home('src/resolvers/intents.ts', "import type { A } from '@pothos/plugin-relay';", 'lives in schema only'),
  home('src/api.ts', "import { createYoga } from 'graphql-yoga';", 'graphql-yoga lives in server only'),
  home('src/api.ts', "const ws = await import('graphql-ws/use/ws');", 'graphql-ws lives in server only'),
  home('src/schema/limits.ts', "import '@escape.tech/graphql-armor-max-depth';", 'lives in server only'),
  home('src/store/limits.ts', "import 'rate-limiter-flexible';", 'lives in server only'),
  home('src/server/rest.ts', "import { z } from 'zod';", 'the files directly in src only'),
  home('src/store/log.ts', "import { pino } from 'pino';", 'pino lives in the files directly in src only'),
  home('src/compose.ts', "import { GraphQLError } from 'graphql';", 'graphql lives in schema, resolvers, server only'),
  home('src/core/phone.ts', "import { parse } from 'libphonenumber-js';", 'libphonenumber-js lives in'),
  home('src/core/ids.ts', "import { randomBytes } from 'node:crypto';", 'core may not use node:crypto'),
  home('src/core/ids.ts', "import { randomBytes } from 'crypto';", 'core may not use crypto'),
  home('src/resolvers/intents.ts', "import { setTimeout } from 'node:timers';", 'resolvers may not use node:timers'),
  home(ACME, "import { kkiapay } from '@kkiapay-org/nodejs-sdk';", 'lives in gateways/kkiapay only'),
  home('src/services/refunds.ts', "import { expect } from 'vitest';", 'vitest lives in tests only'),
  home('src/services/refunds.ts', "import chunk from 'lodash/chunk.js';", 'the package lodash has no home'),
  home('src/services/refunds.ts', "import x from '@acme/money/tiny';", 'the package @acme/money has no home'),

  env('src/api.ts', "const port = process.env['PORT'];", 'outside src/config.ts'),
  env('src/api.ts', "const port = process['env'].PORT;", 'outside src/config.ts'),
  env('src/api.ts', 'const port = globalThis.process?.env.PORT;', 'outside src/config.ts'),
  env('src/api.ts', 'const { env } = process;', 'outside src/config.ts'),
  env('src/api.ts', "const { 'env': settings, pid } = process;", 'outside src/config.ts'),
  env('src/api.ts', "import { env as settings } from 'node:process';", 'outside src/config.ts'),
  env('src/store/mongo.ts', "import own from 'process'; own.env.MONGODB_URL;", 'outside src/config.ts'),
  env('src/store/mongo.ts', 'const own = process; own.env.MONGODB_URL;', 'outside src/config.ts'),

  {
    rule: '300 lines',
    name: 'a file of 301 lines',
    file: 'tests/flows/long.test.ts',
    at: LINES_MAX + 1,
    says: '301 lines',
    change: { 'tests/flows/long.test.ts': '//\n'.repeat(LINES_MAX + 1) },
  },
  line('folder names', 'src/core/utils/dates.ts', 'export {};', 'utils says nothing'),
  line('folder names', 'tests/lib/http.ts', 'export {};', 'lib says nothing'),
  line('folder names', 'src/store/common.ts', 'export {};', 'common.ts says nothing'),

  mocked('src/services/refunds.test.ts', "vi.mock('./ports.ts');", 'pass a fake port'),
  mocked('tests/flows/mock.test.ts', "import { vi as fake } from 'vitest'; fake.doMock('./a.ts');", 'pass a fake port'),

  named('src/core/intent.ts', 'export default 1;', 'export it by its name'),
  named('src/core/intent.ts', 'export default function () {}', 'export it by its name'),
  named('src/core/intent.ts', 'const a = 1; export { a as default };', 'export it by its name'),

  pure('src/core/ids.ts', 'export const now = () => new Date();', 'the present Date'),
  pure('src/core/ids.ts', 'export const now = Date.now;', 'Date.now'),
  pure('src/core/ids.ts', 'export const chance = () => Math.random();', 'Math.random'),
  pure('src/core/ids.ts', "export const load = () => fetch('https://example.com');", 'fetch'),

  {
    rule: 'gateway shape',
    name: 'a gateway without status.ts',
    file: 'src/gateways/acme/status.ts',
    says: 'the gateway acme has no status.ts',
    change: { 'src/gateways/acme/status.ts': null },
  },
  {
    rule: 'gateway shape',
    name: 'a gateway that hears nobody',
    file: 'src/gateways/acme/webhook.ts',
    says: 'the gateway acme has no webhook.ts',
    change: { 'src/gateways/acme/webhook.ts': null },
  },
  {
    rule: 'gateway shape',
    name: 'a gateway without a test',
    file: 'src/gateways/acme/acme.test.ts',
    says: 'the gateway acme has no acme.test.ts',
    change: { 'src/gateways/acme/acme.test.ts': null },
  },
  registry('a gateway without a line', `${HOUSE}\n`, 1, 'the gateway mock has no line'),
  registry('lines out of order', `${FACADE}\n${HOUSE}\n`, 2, 'acme stands out of order'),
  registry('a line twice', `${HOUSE}\n${HOUSE}\n${FACADE}\n`, 2, 'acme stands out of order'),
  registry('something else', `${HOUSE}\n${FACADE}\nexport const count = 2;\n`, 3, 'is no line of a registry'),
];

function registry(name: string, text: string, at: number, says: string): Planted {
  return { rule: 'gateway registry', name, file: REGISTRY, at, says, change: { [REGISTRY]: text } };
}

/** Each alone is sound: a rule that refuses one of these is too strict. */
export const allowed: readonly { readonly file: string; readonly text: string }[] = [
  { file: 'src/jobs/sweep.ts', text: "export type { Store } from '../services/ports.ts';" },
  { file: 'src/jobs/sweep.ts', text: "type A = import('../services/intents.ts').Intents;" },
  { file: 'src/schema/intent.ts', text: "import { GraphQLScalarType } from 'graphql';" },
  { file: 'src/server/live.ts', text: "import type { builder } from '../schema/builder.ts';" },
  { file: 'src/server/live.ts', text: "import { useServer } from 'graphql-ws/use/ws';" },
  { file: 'src/dev.ts', text: "const { simulator } = await import('./gateways/mock/simulator.ts');" },
  { file: 'src/dev.ts', text: "process.on('exit', () => process.exitCode);" },
  { file: 'src/dev.ts', text: 'const env = settings.env; const process = { pid: 1 };' },
  { file: 'src/gateways/acme/client.ts', text: "import type { GatewayId } from '../ids.ts';" },
  { file: 'src/gateways/kinds.test.ts', text: "import * as registry from './registry.ts'; import 'fast-check';" },
  { file: 'src/gateways/broken.fixture.ts', text: "import type { Gateway } from './contract.ts';" },
  { file: 'src/store/intents.test.ts', text: "import { needed } from '../../tests/testkit/needs.ts';" },
  { file: 'src/core/money.test.ts', text: "import fc from 'fast-check'; const now = new Date();" },
  { file: 'src/core/ids.ts', text: 'export const read = (process: { at: Date }) => new Date(process.at);' },
  { file: 'tests/flows/pay.test.ts', text: "import '../../src/compose.ts'; import { vi } from 'vitest'; vi.fn();" },
  { file: 'tests/testkit/generated/graphql.ts', text: '//\n'.repeat(LINES_MAX + 1) },
];
