// npm run bench: the benches on a MongoDB and a Redis of their own. What follows `--` is passed on to them.
import { join } from 'node:path';
import { asCommand, runOnPinned } from './setup/command.mjs';
import { root } from './setup/paths.mjs';
import { withSandbox } from './setup/sandbox.mjs';

const entry = join(root, 'bench', 'run.ts');
const args = [...process.argv.slice(2)];

await asCommand(() => withSandbox({ testing: false }, (env) => runOnPinned(entry, args, env)));
