// Processes that outlive the one that started them: how they are started, recognised later, and stopped.
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, renameSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { machinePath } from './paths.mjs';
import { Interrupted } from './report.mjs';

const LOOK_EVERY_MS = 50;
const AFTER_KILL_MS = 5000;
const TOOL_GRACE_MS = 1000;
const SHOWN_GRACE_MS = 5000;
const OUTPUT_MAX = 200_000;
const hasProc = existsSync('/proc/self/stat');

let stopping = false;
const tools = new Set();

/** From here on nothing new is started, and the tools under way (npm, pip, apt-get) are ended. */
export async function stopStarting() {
  stopping = true;
  for (const askToEnd of tools) askToEnd();
  while (tools.size > 0) await pause(LOOK_EVERY_MS);
}

export function throwIfStopping() {
  if (stopping) throw new Interrupted();
}

/** When a process began, as the system tells it, or null when there is none. A pid alone may be another's by now. */
export function startTimeOf(pid) {
  if (!hasProc) {
    const { stdout } = spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' });
    return stdout?.trim() || null;
  }
  try {
    // The name stands in brackets and may hold spaces. A zombie has a pid and a start, but it is dead.
    const [state, ...rest] = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return state === 'Z' || state === 'X' ? null : rest[18];
  } catch {
    return null;
  }
}

function commandOf(pid) {
  if (!hasProc) return spawnSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).stdout ?? '';
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}

/** What is written down about a process, so that a later run can tell it from a stranger with the same pid. */
export function recordOf(pid, marker) {
  return { pid, startedAt: startTimeOf(pid), marker };
}

export function isAlive(record) {
  if (!record?.pid || !record.startedAt) return false;
  if (startTimeOf(record.pid) !== record.startedAt) return false;
  const command = commandOf(record.pid);
  // A process that is on its way out has lost its command line, and may hold its ports and files for a moment more.
  return command === '' || command.includes(record.marker);
}

function signal(pid, name) {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

export async function waitForEnd(record, forMs) {
  const until = Date.now() + forMs;
  while (isAlive(record)) {
    if (Date.now() >= until) return false;
    await pause(LOOK_EVERY_MS);
  }
  return true;
}

/** Asks to end, waits, then ends by force. `hurry` is looked at while waiting: true ends the wait at once. */
export async function stop(record, { graceMs, hurry = () => false }) {
  if (!isAlive(record)) return;
  if (graceMs > 0) {
    signal(record.pid, 'SIGTERM');
    const until = Date.now() + graceMs;
    while (Date.now() < until && !hurry()) if (await waitForEnd(record, 2 * LOOK_EVERY_MS)) return;
  }
  // The leader of a group takes with it what it has started.
  if (isAlive(record)) for (const target of [-record.pid, record.pid]) signal(target, 'SIGKILL');
  await waitForEnd(record, AFTER_KILL_MS);
}

export function tellToLetGo(record) {
  if (isAlive(record)) signal(record.pid, 'SIGUSR2');
}

/**
 * Starts a process in a group of its own, so that Ctrl-C reaches its keeper alone, and with files for its output, so
 * that it can go on writing when its keeper is gone. The log of the run before is kept beside it with `.old`.
 */
export function startDetached({ command, args, cwd, env, marker, log, errorLog = log, ipc = false }) {
  throwIfStopping();
  const files = [...new Set([log, errorLog])];
  for (const file of files) if (existsSync(file)) renameSync(file, `${file}.old`);
  const [out, err = out] = files.map((file) => openSync(file, 'a'));
  try {
    const stdio = ipc ? ['ignore', out, err, 'ipc'] : ['ignore', out, err];
    const child = spawn(command, args, { cwd, env, stdio, detached: true });
    const ended = new Promise((resolve) => {
      child.once('exit', (code, name) => resolve(name ?? code));
      child.once('error', (error) => resolve(error.message));
    });
    return { child, ended, record: recordOf(child.pid, marker) };
  } finally {
    for (const descriptor of new Set([out, err])) closeSync(descriptor);
  }
}

/** Makes a child one of those that `stopStarting` ends. @returns how to end it, and how to take it off the list */
function track(child, { group, graceMs }) {
  let force;
  const send = (name) => signal(group ? -child.pid : child.pid, name);
  const askToEnd = () => {
    if (child.pid === undefined || force !== undefined) return;
    send('SIGTERM');
    force = setTimeout(send, graceMs, 'SIGKILL');
  };
  const done = () => {
    clearTimeout(force);
    tools.delete(askToEnd);
  };
  tools.add(askToEnd);
  return { askToEnd, done };
}

/**
 * Runs a tool of the machine to its end. Never rejects for the tool's sake: a missing one has code null. It has a group
 * of its own, because npm leaves what it has started behind when it is told to end. `onStart` hears its pid.
 */
export async function runTool(command, args, { cwd, env = {}, timeoutMs = 600_000, onStart } = {}) {
  throwIfStopping();
  const plain = { ...process.env, PATH: machinePath(), LC_ALL: 'C', ...env };
  const child = spawn(command, args, { cwd, env: plain, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const { askToEnd, done } = track(child, { group: true, graceMs: TOOL_GRACE_MS });
  const late = setTimeout(askToEnd, timeoutMs);
  let output = '';
  const keep = (chunk) => {
    output = (output + chunk).slice(-OUTPUT_MAX);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  if (child.pid !== undefined) onStart?.(child.pid);
  const code = await new Promise((resolve) => {
    child.once('error', () => resolve(null));
    child.once('close', resolve);
  });
  clearTimeout(late);
  done();
  throwIfStopping();
  return { code, output };
}

/** Runs a program in the terminal's own view, with its keyboard and colours, and gives its exit code. */
export async function runShown(command, args, { cwd, env }) {
  throwIfStopping();
  const child = spawn(command, args, { cwd, env, stdio: 'inherit' });
  const { done } = track(child, { group: false, graceMs: SHOWN_GRACE_MS });
  try {
    return await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code) => resolve(code ?? 1));
    });
  } finally {
    done();
  }
}
