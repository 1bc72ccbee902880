// Goal: whoever begins a gateway begins with a folder that type-checks, and with its line in the registry. Method: the real
// command on a copy of the sources, and the real compiler over what it wrote.

import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const copy = mkdtempSync(join(tmpdir(), 'passerelle-new-gateway-'));
const run = promisify(execFile);
const newGateway = (id: string) => run(process.execPath, ['scripts/new-gateway.mjs', id, copy], { cwd: root });
const registry = (): string => readFileSync(join(copy, 'src/gateways/registry.ts'), 'utf8');

beforeAll(() => {
  cpSync(join(root, 'src'), join(copy, 'src'), { recursive: true });
  cpSync(join(root, 'package.json'), join(copy, 'package.json'));
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  const include = ['src/gateways/longername', 'src/gateways/registry.ts'];
  const config = { extends: join(root, 'tsconfig.json'), compilerOptions: { rootDir: copy }, include };
  writeFileSync(join(copy, 'tsconfig.json'), JSON.stringify(config));
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

describe('npm run new:gateway', () => {
  it('makes a folder that type-checks, and one line in its place', { timeout: 60_000 }, async () => {
    const before = registry().split('\n');
    const { stdout } = await newGateway('longername');
    expect(stdout).toContain('src/gateways/longername/client.ts');
    const line = "export { longername } from './longername/index.ts';";
    const after = registry().split('\n');
    expect(after.filter((text) => text !== line)).toEqual(before);
    const exported = after.filter((text) => text.startsWith('export'));
    expect(exported).toEqual(exported.toSorted());
    const own = readFileSync(join(copy, 'src/gateways/longername/index.ts'), 'utf8');
    expect(own).toContain('LONGERNAME_API_KEY');
    expect(own).not.toMatch(/acme/i);
    await run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '--noEmit', '-p', copy]);
  });

  it('keeps what is there', async () => {
    const before = registry();
    await expect(newGateway('mock')).rejects.toMatchObject({
      stderr: expect.stringContaining('is there already') as string,
    });
    expect(registry()).toBe(before);
  });

  it.each(['', 'Acme', '../acme', 'a', 'acme-pay', '1acme'])('refuses the name %j', async (id) => {
    await expect(newGateway(id)).rejects.toMatchObject({
      stderr: expect.stringContaining('lower-case letters') as string,
    });
    expect(existsSync(join(copy, 'src/gateways', id, 'client.ts'))).toBe(false);
  });
});
