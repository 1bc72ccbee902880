// npm run soak: the model test on a MongoDB of its own, for as many seeds as it is told. What follows `--` is passed on.
import { join } from 'node:path';
import { asCommand, runOnPinned } from './setup/command.mjs';
import { root } from './setup/paths.mjs';
import { withSandbox } from './setup/sandbox.mjs';

const entry = join(root, 'tests', 'model', 'soak.ts');
const args = [...process.argv.slice(2)];

await asCommand(() => withSandbox({ testing: true }, (env) => runOnPinned(entry, args, env)));
