// Small file work that has to hold when a process is killed half way.
import {
  accessSync,
  constants,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, delimiter, dirname, join } from 'node:path';
import { machinePath } from './paths.mjs';

export function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}

/** Readers see the old file or the new one, never a part. Only the owner may read: these files hold keys. */
export function writeJson(file, value) {
  mkdirSync(dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}.draft`;
  writeFileSync(draft, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  renameSync(draft, file);
}

export function readText(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** The full path of a program of the machine, or null. */
export function onPath(name) {
  for (const folder of machinePath().split(delimiter)) {
    const file = join(folder, name);
    try {
      accessSync(file, constants.X_OK);
      if (statSync(file).isFile()) return file;
    } catch {
      continue;
    }
  }
  return null;
}

/** Removes the folders that runs which were killed have left half done. `start` is how their paths begin. */
export function clearUnfinished(start) {
  for (const name of readdirSync(dirname(start))) {
    if (name.startsWith(basename(start))) rmSync(join(dirname(start), name), { recursive: true, force: true });
  }
}
