// Runs a command of node_modules/.bin on the pinned Node: node scripts/run.mjs <command> [arguments].
import { asCommand, runOnPinned, toolEntry } from './setup/command.mjs';
import { ensurePackages } from './setup/packages.mjs';
import { SetupError } from './setup/report.mjs';

await asCommand(async () => {
  const [name, ...args] = process.argv.slice(2);
  if (name === undefined) throw new SetupError('Name the command to run: node scripts/run.mjs <command> [arguments].');
  await ensurePackages();
  return runOnPinned(toolEntry(name), args);
});
