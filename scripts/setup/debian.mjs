// A program out of Debian's packages, beside the system and not in it: nothing is installed, no service is set up or
// started, and no right is needed. The packages that the system lacks are fetched and unpacked into a folder of ours.
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { clearUnfinished, onPath } from './files.mjs';
import { runTool } from './processes.mjs';
import { tail } from './report.mjs';

const LIBRARY_ROOTS = ['usr/lib', 'lib'];

/** The packages that installing the program would add, the program's own among them. */
async function missingPackages(name, options) {
  const { output } = await runTool('apt-get', [...options, '--simulate', '--no-install-recommends', 'install', name]);
  const names = [...output.matchAll(/^Inst (\S+)/gm)].map(([, found]) => found);
  // The C library belongs to the loader that is already there; a pair of different versions does not start.
  return names.includes(name) ? names.filter((found) => !/^libc6\b|^libc-bin\b/.test(found)) : [];
}

async function download(name, folder, options) {
  const names = await missingPackages(name, options);
  if (names.length === 0) return `apt-get does not know the package ${name}`;
  const { code, output } = await runTool('apt-get', [...options, 'download', ...names], { cwd: folder });
  return code === 0 ? null : `apt-get could not download ${name}: ${tail(output, 1)}`;
}

/** The system's own package lists first; where they are missing or old, fresh ones that are kept beside them. */
async function downloadFresh(name, folder, scratch) {
  const plain = ['-q', '-o', 'APT::Sandbox::User=root'];
  const why = await download(name, folder, plain);
  if (why === null) return null;
  for (const part of ['lists/partial', 'cache/archives/partial']) mkdirSync(join(scratch, part), { recursive: true });
  const own = [
    ...plain,
    ...['-o', `Dir::State::lists=${join(scratch, 'lists')}`],
    ...['-o', `Dir::Cache=${join(scratch, 'cache')}`],
  ];
  const { code, output } = await runTool('apt-get', [...own, 'update']);
  if (code !== 0) return `apt-get could not refresh its lists: ${tail(output, 1)}`;
  return download(name, folder, own);
}

function libraryFolders(tree) {
  const folders = LIBRARY_ROOTS.flatMap((from) => {
    if (!existsSync(join(tree, from))) return [];
    const inner = readdirSync(join(tree, from), { withFileTypes: true }).filter((entry) => entry.isDirectory());
    return [from, ...inner.map((entry) => `${from}/${entry.name}`)];
  });
  return folders.filter((folder) => readdirSync(join(tree, folder)).some((file) => file.includes('.so')));
}

/** It lies beside what it starts and says where the unpacked libraries are. `exec`: the pid stays the one we know. */
function launcher(name, folders) {
  const libraries = folders.map((folder) => `$here/${folder}`).join(':');
  return `#!/bin/sh\nhere="\${0%/*}"\nLD_LIBRARY_PATH="${libraries}" exec "$here/usr/bin/${name}" "$@"\n`;
}

async function unpack(name, tree, folder) {
  for (const file of readdirSync(folder).filter((entry) => entry.endsWith('.deb'))) {
    const { code, output } = await runTool('dpkg', ['-x', join(folder, file), tree]);
    if (code !== 0) return `dpkg could not unpack ${file}: ${tail(output, 1)}`;
  }
  writeFileSync(join(tree, name), launcher(name, libraryFolders(tree)));
  chmodSync(join(tree, name), 0o755);
  return null;
}

/** Leaves a launcher named as the program in `target`. @returns why it could not, or null */
export async function fetchDebian(name, target) {
  if (onPath('apt-get') === null || onPath('dpkg') === null) {
    return `there is no apt-get to fetch Debian's package ${name} with`;
  }
  mkdirSync(dirname(target), { recursive: true });
  clearUnfinished(`${target}-`);
  const work = mkdtempSync(`${target}-`);
  const [folder, tree] = [join(work, 'packages'), join(work, 'tree')];
  for (const part of [folder, tree]) mkdirSync(part);
  try {
    const why = (await downloadFresh(name, folder, join(work, 'apt'))) ?? (await unpack(name, tree, folder));
    if (why === null) renameSync(tree, target);
    return why;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
