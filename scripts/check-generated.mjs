// Fails while a generated file is not what the sources would generate now, and while the schema breaks those who call
// us without the changelog saying so. Writes nothing. Runs on the pinned Node, which imports TypeScript as it is.

import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { generate } from '@graphql-codegen/cli';
import { lexicographicSortSchema, printSchema } from 'graphql';
import { announcesBreaking, breakingChanges } from './breaking.mjs';

const SCHEMA = 'schema.graphql';

const root = fileURLToPath(new URL('..', import.meta.url));
process.chdir(root);

function read(path) {
  return existsSync(path) ? readFileSync(path, 'utf8') : null;
}

function atCommit(ref) {
  try {
    const stdio = ['ignore', 'pipe', 'ignore'];
    return execFileSync('git', ['show', `${ref}:./${SCHEMA}`], { encoding: 'utf8', stdio });
  } catch {
    return null; // No git, no such commit, or no schema in it: nobody relies on it yet.
  }
}

async function breakingFaults() {
  const { schema } = await import('../src/resolvers/index.ts');
  const fresh = printSchema(lexicographicSortSchema(schema));
  // The last commit, because the file may be regenerated already; the one before, because it may be committed already.
  const earlier = [read(SCHEMA), atCommit('HEAD'), atCommit('HEAD^')].filter((sdl) => sdl !== null);
  const breaking = new Set([...new Set(earlier)].flatMap((sdl) => breakingChanges(sdl, fresh)));
  for (const change of breaking) console.log(`breaking: ${change}`);
  if (breaking.size === 0 || announcesBreaking(read('CHANGELOG.md') ?? '')) return [];
  return [
    `${SCHEMA}: ${breaking.size} breaking change(s). Keep what clients rely on, or say in CHANGELOG.md, under ` +
      'Unreleased, what they must do: a line that starts with "BREAKING:".',
  ];
}

async function staleFaults() {
  const { default: config } = await import('../codegen.ts');
  const files = await generate({ ...config, cwd: root, silent: true }, false);
  const texts = new Map(files.map(({ filename, content }) => [filename, content]));
  const stale = [...texts]
    .filter(([path, text]) => read(path) !== text)
    .map(([path]) => `${path}: ${existsSync(path) ? 'stale' : 'missing'}. Run \`npm run generate\`.`);
  const leftOver = Object.keys(config.generates)
    .filter((folder) => folder.endsWith('/') && existsSync(folder))
    .flatMap((folder) => readdirSync(folder).map((name) => `${folder}${name}`))
    .filter((path) => !texts.has(path))
    .map((path) => `${path}: nothing generates it any more. Delete it.`);
  return [...stale, ...leftOver];
}

/** The generator repeats one fault for each output, each with its trace; people need each message once. */
function messagesOf(error) {
  if (error instanceof AggregateError) return [...new Set(error.errors.map(({ message }) => message))];
  return [error instanceof Error ? error.stack : String(error)];
}

const faults = [];
for (const check of [breakingFaults, staleFaults]) {
  try {
    faults.push(...(await check()));
  } catch (error) {
    faults.push(...messagesOf(error));
    if (check === breakingFaults) break; // Without a schema there is nothing to generate.
  }
}
for (const fault of faults) console.error(fault);
if (faults.length === 0) console.log('The generated files are what the sources generate.');
process.exitCode = faults.length === 0 ? 0 : 1;
