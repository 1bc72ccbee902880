// npm test: vitest on a MongoDB and a Redis of its own. What follows `npm test --` is passed on to vitest.
import { join } from 'node:path';
import { asCommand, runOnPinned } from './setup/command.mjs';
import { root } from './setup/paths.mjs';
import { withSandbox } from './setup/sandbox.mjs';

const entry = join(root, 'node_modules', 'vitest', 'vitest.mjs');
const args = ['run', ...process.argv.slice(2)];

await asCommand(() => withSandbox({ testing: true }, (env) => runOnPinned(entry, args, env)));
