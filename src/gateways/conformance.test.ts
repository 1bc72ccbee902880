// Goal: every gateway keeps the contract. Method: one suite of rules over the registry, each gateway against its own
// simulator, over HTTP; a new gateway is under it the moment its line is added. And the suite itself is shown to see:
// gateways that are broken on purpose fail it, by the rule's name.

import { afterEach, describe, expect, it } from 'vitest';
import { BROKEN_SERVED } from './broken-served.fixture.ts';
import { BROKEN } from './broken.fixture.ts';
import { openWorld, type OpenWorld } from './conformance-world.fixture.ts';
import { brokenRules, RULES } from './conformance.ts';
import * as registry from './registry.ts';
import { teller } from './teller.fixture.ts';

const worlds: OpenWorld[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.close();
});

describe.each([...Object.values(registry), teller])('$id', async (definition) => {
  const { gateway, close } = await openWorld(definition);
  await close();
  const rules = RULES.filter(({ applies }) => applies(gateway, definition));

  it.each(rules)('$name', async ({ run }) => {
    const world = await openWorld(definition);
    worlds.push(world);
    await run(world);
  });
});

describe('a gateway that is broken on purpose', () => {
  it.each([...BROKEN, ...BROKEN_SERVED])('$what', async ({ definition, breaks }) => {
    expect(await brokenRules(() => openWorld(definition, { timeoutMaxMs: 900 }))).toEqual(breaks);
  });
});

it('has a name of its own for every rule', () => {
  expect(new Set(RULES.map(({ name }) => name)).size).toBe(RULES.length);
});
