// npm run check: everything that is true of the sources without running them. All steps run; the failed are named last.
import { join } from 'node:path';
import { asCommand, runOnPinned, toolEntry } from './setup/command.mjs';
import { ensurePackages } from './setup/packages.mjs';
import { root } from './setup/paths.mjs';
import { complain, say } from './setup/report.mjs';

const steps = [
  ['format', () => toolEntry('prettier'), ['--check', '.']],
  ['lint', () => toolEntry('eslint'), ['.', '--max-warnings', '0']],
  ['types', () => toolEntry('tsc'), ['--noEmit']],
  ['generated files', () => join(root, 'scripts', 'check-generated.mjs'), []],
];

await asCommand(async () => {
  await ensurePackages();
  const failed = [];
  for (const [name, entry, args] of steps) {
    say(`\n${name}`);
    const code = await runOnPinned(entry(), args);
    if (code !== 0) failed.push(name);
  }
  if (failed.length > 0) complain(`\nFailed: ${failed.join(', ')}.`);
  else say('\nAll checks passed.');
  return failed.length === 0 ? 0 : 1;
});
