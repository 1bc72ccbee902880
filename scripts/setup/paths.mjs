// Where things are. Everything that the set-up makes lives in .data/, which git ignores.
import { existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
export const dataDir = join(root, '.data');
export const binDir = join(dataDir, 'bin');
export const setupDir = join(root, 'scripts', 'setup');
export const pinnedNode = join(root, 'node_modules', 'node', 'bin', 'node');

const OLDEST_NODE_FOR_SOURCES = 26;

/** The Node that the sources run on. An image that is built on that Node already has no second one in node_modules. */
export function sourcesNode() {
  if (existsSync(pinnedNode)) return pinnedNode;
  return Number(process.versions.node.split('.')[0]) >= OLDEST_NODE_FOR_SOURCES ? process.execPath : null;
}

/**
 * npm puts node_modules/.bin, and with it the pinned Node, before everything else on the PATH. A tool of the machine
 * (npm above all, which replaces node_modules under its own feet) is to run on what the machine itself has.
 */
export function machinePath() {
  const own = (folder) => folder.split(/[\\/]/).includes('node_modules');
  return (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '' && !own(folder))
    .join(delimiter);
}

/** The environment for what runs on the pinned Node: whatever it starts by the name `node` is the pinned one too. */
export function sourcesEnv(extra = {}) {
  const path = [dirname(sourcesNode() ?? pinnedNode), join(root, 'node_modules', '.bin'), process.env.PATH ?? ''];
  return { ...process.env, PATH: path.join(delimiter), ...extra };
}
