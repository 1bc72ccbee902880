// Goal: the model sees. Method: every fault of the list still finds its place in the sources; a few are planted here, each in
// a process of its own, and caught within some seeds. `npm run soak -- --plants` plays all of them.

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it, vi } from 'vitest';
import { needed } from '../testkit/needs.ts';
import { planted, PLANTS } from './plants.ts';

vi.setConfig({ testTimeout: 300_000 });

const SOAK = fileURLToPath(new URL('soak.ts', import.meta.url));
/** Found within the first few seeds, by three different kinds of rule. */
const HERE = ['no version guard', 'any amount settles', 'a refund reserves nothing'];

it.each(PLANTS.map((one) => [one.name, one] as const))('can plant: %s', (_name, one) => {
  expect(planted(one).size).toBeGreaterThan(0);
});

it.each(HERE)('sees: %s', async (name) => {
  const env = { ...process.env, TEST_MONGODB_URL: needed('mongoUrl') };
  const run = promisify(execFile)(process.execPath, [SOAK, '--plant', name, '--seeds', '50'], { env });
  const { stdout } = await run;
  expect(stdout).toMatch(/seen after \d+ seeds, by I\d+/);
});
