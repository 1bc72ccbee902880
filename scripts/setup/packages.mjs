// The lock file's packages, and the pinned Node among them.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { onPath, readJson } from './files.mjs';
import { lock } from './lock.mjs';
import { pinnedNode, root, sourcesNode } from './paths.mjs';
import { runTool } from './processes.mjs';
import { progress, SetupError, tail } from './report.mjs';

const REASON_LINES = 15;

const sorted = (object = {}) => JSON.stringify(Object.entries(object).sort());

/**
 * Whether node_modules holds what the lock file names. npm writes what it has put there to a lock file of its own, as
 * its last act, so a broken install or an older one shows, and one that the person made by hand counts.
 */
function areInstalled({ production }) {
  const asked = readJson(join(root, 'package.json'));
  const wanted = readJson(join(root, 'package-lock.json'))?.packages;
  const present = readJson(join(root, 'node_modules', '.package-lock.json'))?.packages;
  if (!asked || !wanted || !present) return false;
  for (const kind of ['dependencies', 'devDependencies']) {
    if (sorted(asked[kind]) !== sorted(wanted[''][kind])) return false;
  }
  return Object.entries(wanted).every(([path, { version, optional, devOptional, dev }]) => {
    if (path === '' || (production && (dev || devOptional))) return true;
    const found = present[path]?.version;
    return found === version || (found === undefined && Boolean(optional || devOptional));
  });
}

const isComplete = ({ production }) =>
  areInstalled({ production }) && (production ? sourcesNode() !== null : existsSync(pinnedNode));

async function npm(args, onStart) {
  if (onPath('npm') === null) throw new SetupError('npm is not on the PATH. It comes with Node.js: https://nodejs.org');
  const { code, output } = await runTool('npm', args, { cwd: root, onStart });
  if (code === 0) return;
  // Its reason comes first; below it npm may print its whole manual.
  const errors = output.split('\n').filter((line) => /^npm (error|ERR!)/.test(line));
  const reason = errors.length > 0 ? errors.slice(0, REASON_LINES).join('\n') : tail(output, REASON_LINES);
  throw new SetupError(`The packages could not be installed: npm ${args[0]} ended with code ${code}.\n\n${reason}`);
}

async function installPinnedNode() {
  // npm skips this package's own installer when scripts are switched off; without it there is no Node to run on.
  const folder = join(root, 'node_modules', 'node');
  const node = onPath('node') ?? process.execPath;
  const { output } = await runTool(node, ['installArchSpecificPackage'], {
    cwd: folder,
    env: { npm_config_ignore_scripts: 'false' },
  });
  if (existsSync(pinnedNode)) return;
  throw new SetupError(
    `The pinned Node.js (package node in package.json) could not be installed:\n\n${tail(output, REASON_LINES)}`,
  );
}

/** With `production`, what an image without the packages that build and test is content with is enough. */
export async function ensurePackages({ production = false } = {}) {
  if (isComplete({ production })) return;
  const { release, alsoHeldBy } = await lock('packages');
  try {
    if (!areInstalled({ production })) {
      await progress('Packages: installing what package-lock.json names', () =>
        npm(['ci', '--include=dev', '--no-audit', '--no-fund'], alsoHeldBy),
      );
    }
    if (!isComplete({ production })) await progress('Packages: installing the pinned Node.js', installPinnedNode);
  } finally {
    release();
  }
}
