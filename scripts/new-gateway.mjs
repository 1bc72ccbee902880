// npm run new:gateway acme: the folder of a new gateway with tests that fail until it is written, and its line in the registry.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { asCommand, runOnPinned, toolEntry } from './setup/command.mjs';
import { ensurePackages } from './setup/packages.mjs';
import { root as ownRoot } from './setup/paths.mjs';
import { say, SetupError } from './setup/report.mjs';

const [id, root = ownRoot] = process.argv.slice(2);
const templates = join(ownRoot, 'scripts', 'new-gateway');
const folder = join(root, 'src', 'gateways', `${id}`);
const registry = join(root, 'src', 'gateways', 'registry.ts');

await asCommand(async () => {
  if (!/^[a-z][a-z0-9]{1,19}$/.test(`${id}`)) {
    throw new SetupError(
      'Name the gateway: npm run new:gateway acme. The name is 2 to 20 lower-case letters and digits.',
    );
  }
  if (existsSync(folder)) throw new SetupError(`src/gateways/${id} is there already. Nothing was changed.`);
  for (const name of readdirSync(templates)) {
    // `fixtures-vectors.ts.txt` is fixtures/vectors.ts: they are texts, so that nothing here compiles or tests them.
    const file = join(folder, named(name.replace(/\.txt$/, '').replace(/^fixtures-/, 'fixtures/')));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, named(readFileSync(join(templates, name), 'utf8')));
    say(`src/gateways/${file.slice(folder.length - id.length)}`);
  }
  writeFileSync(registry, withLine(readFileSync(registry, 'utf8')));
  // A longer name breaks lines elsewhere.
  await ensurePackages();
  const code = await runOnPinned(toolEntry('prettier'), ['--write', '--log-level', 'warn', folder]);
  say(`src/gateways/registry.ts: one line\n\nNow read docs/adding-a-gateway.md. What is still to write, by name:\n`);
  say(`    npm run generate && npm test -- src/gateways/${id} src/gateways/conformance.test.ts -t ${id}`);
  return code;
});

function named(text) {
  const name = id.charAt(0).toUpperCase() + id.slice(1);
  return text.replaceAll('acme', id).replaceAll('ACME', id.toUpperCase()).replaceAll('Acme', name);
}

/** In its place by the alphabet; nothing else of the file is touched. */
function withLine(text) {
  const lines = text.trimEnd().split('\n');
  const head = lines.filter((line) => !line.startsWith('export'));
  const exported = [...lines.filter((line) => line.startsWith('export')), `export { ${id} } from './${id}/index.ts';`];
  const inOrder = exported.toSorted((a, b) => (idOf(a) < idOf(b) ? -1 : 1));
  return `${[...head, ...inOrder].join('\n')}\n`;
}

function idOf(line) {
  return /\{ (\w+) \}/.exec(line)?.[1] ?? '';
}
