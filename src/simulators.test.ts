// Goal: every simulator stands where the settings say, and a taken port is said so. Method: the real registry, real sockets.

import { createServer } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import * as registry from './gateways/registry.ts';
import { startSimulators, type RunningSimulators } from './simulators.ts';

const definitions = Object.values(registry);
const closers: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function start(port = 0): Promise<RunningSimulators> {
  const webhookUrl = (id: string): string => `http://127.0.0.1:9/webhooks/${id}`;
  const simulators = await startSimulators({ definitions, port, booksDir: null, webhookUrl });
  closers.push(() => simulators.close());
  return simulators;
}

it('gives every gateway exactly the settings that it asks for', async () => {
  const { env, url } = await start();
  for (const { id, settings, baseUrlSettings } of definitions) {
    expect(settings.safeParse(env).success, id).toBe(true);
    for (const name of baseUrlSettings) expect(env[name]).toContain(`${url}/${id}`);
  }
  for (const name of Object.keys(env))
    expect(definitions.some(({ id }) => name.startsWith(id.toUpperCase()))).toBe(true);
});

it('keeps the books of each gateway apart', async () => {
  const { url } = await start();
  for (const { id } of definitions) expect(await (await fetch(`${url}/${id}/_ledger`)).json()).toEqual([]);
});

it('says which port is taken, and by which setting to move', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  closers.push(() => void other.close());
  const { port } = other.address() as AddressInfo;
  await expect(start(port)).rejects.toThrow(`Port ${port} for the simulators (SIMULATOR_PORT) is taken.`);
});

it('closes at once, whoever still waits for a reply', async () => {
  const { url, close } = await start();
  await fetch(`${url}/mock/_script`, { method: 'POST', body: JSON.stringify({ times: 1, mood: 'silent' }) });
  const waiting = fetch(`${url}/mock/v1/payments/x`).catch(() => 'cut');
  // A second call is answered, so the first one has been taken.
  await fetch(`${url}/mock/_ledger`);
  await close();
  expect(await waiting).toBe('cut');
});
