// One at a time: two commands that set up the same checkout would pull each other's files away.
import { linkSync, mkdirSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { readJson, writeJson } from './files.mjs';
import { dataDir } from './paths.mjs';
import { isAlive, recordOf, throwIfStopping } from './processes.mjs';
import { say } from './report.mjs';

const LOOK_EVERY_MS = 100;
const SILENT_MS = 1000;

function claim(file) {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, JSON.stringify([recordOf(process.pid, '.mjs')]));
  try {
    // A link is made with its content or not at all; creating and then writing would show others an empty file.
    linkSync(draft, file);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    return false;
  } finally {
    unlinkSync(draft);
  }
}

/**
 * Waits for its turn. A holder that died holds nothing, unless the tool that it started (`alsoHeldBy`) is still at work:
 * an npm whose keeper was killed goes on and fills the folder.
 */
export async function lock(name) {
  mkdirSync(dataDir, { recursive: true });
  const file = join(dataDir, `${name}.lock`);
  const startedAt = Date.now();
  let told = false;
  while (!claim(file)) {
    throwIfStopping();
    const records = readJson(file);
    const holder = records?.find(isAlive);
    // Without records the lock was given back this moment, and the file there now may be the next one's.
    if (records !== null && holder === undefined) unlink(file);
    if (holder !== undefined && !told && Date.now() - startedAt > SILENT_MS) {
      told = true;
      say(`Waiting for another command that is setting up here (pid ${holder.pid}) ...`);
    }
    await pause(LOOK_EVERY_MS);
  }
  const release = () => {
    process.removeListener('exit', release);
    unlink(file);
  };
  process.once('exit', release);
  const alsoHeldBy = (pid) => writeJson(file, [recordOf(process.pid, '.mjs'), recordOf(pid, '')]);
  return { release, alsoHeldBy };
}

function unlink(file) {
  try {
    unlinkSync(file);
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
}
