// Commands that run to their end on the pinned Node, in the terminal's own view.
import { existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { root, sourcesEnv, sourcesNode } from './paths.mjs';
import { runShown, stopStarting } from './processes.mjs';
import { complain, Interrupted, SetupError } from './report.mjs';

/** The JavaScript file behind a command of node_modules/.bin. */
export function toolEntry(name) {
  const link = join(root, 'node_modules', '.bin', name);
  if (!existsSync(link)) throw new SetupError(`No installed package has a command named ${name}.`);
  return realpathSync(link);
}

export function runOnPinned(file, args, env = sourcesEnv()) {
  return runShown(sourcesNode(), [file, ...args], { cwd: root, env });
}

/** Ends the process with the code that `work` gives; a refusal is shown as its text. */
export async function asCommand(work) {
  let code = 1;
  let asked = false;
  for (const [name, number] of [
    ['SIGINT', 2],
    ['SIGTERM', 15],
    ['SIGHUP', 1],
  ]) {
    process.on(name, () => {
      asked = true;
      code = 128 + number;
      void stopStarting();
    });
  }
  try {
    const result = await work();
    if (!asked) code = result;
  } catch (error) {
    if (!asked && !(error instanceof Interrupted)) complain(error instanceof SetupError ? error.message : error.stack);
  }
  process.exit(code);
}
