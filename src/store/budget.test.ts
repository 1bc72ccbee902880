// Goal: a provider's limit of calls a minute holds over all processes together, in any minute. Method: two stores on
// connections of their own ask at once; what they are told to wait says when each call leaves.

import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Connection } from 'mongoose';
import { ownPlaces } from '../../tests/testkit/places.ts';
import type { CallBudget } from '../services/ports.ts';
import { createCallBudget } from './budget.ts';
import { createModels } from './models.ts';
import { connectMongo } from './mongo.ts';

const PER_MINUTE = 120;
const connections: Connection[] = [];
let budgets: readonly CallBudget[] = [];

beforeAll(async () => {
  const url = ownPlaces().MONGODB_URL;
  for (let i = 0; i < 2; i += 1) connections.push(await connectMongo(url));
  budgets = connections.map((connection) => createCallBudget(createModels(connection)));
});
afterAll(async () => {
  await connections[0]?.dropDatabase();
  for (const connection of connections) await connection.close();
});

async function takeAll(name: string, calls: number, waitMaxMs: number): Promise<readonly (number | null)[]> {
  const inTurns = Array.from({ length: calls / 2 }, () => budgets).flat();
  return Promise.all(inTurns.map((budget) => budget.take(name, PER_MINUTE, waitMaxMs)));
}

it('lets no more than 120 calls leave in any minute, and makes none wait longer than it must', async () => {
  const startedAt = performance.now();
  const waits = await takeAll('patient', 400, 600_000);
  const spentMs = performance.now() - startedAt;
  const leaving = waits.filter((wait) => wait !== null).toSorted((a, b) => a - b);
  expect(leaving).toHaveLength(400);
  for (const [first, at] of leaving.entries()) {
    // Waits are told at slightly different times: each leaves up to `spentMs` later than its place says.
    const inMinute = leaving.slice(first).filter((other) => other - at < 60_000 - spentMs).length;
    expect(inMinute).toBeLessThanOrEqual(PER_MINUTE);
  }
  expect(leaving.filter((wait) => wait === 0).length).toBeGreaterThanOrEqual(9);
  expect(leaving.at(-1)).toBeLessThan((400 / (PER_MINUTE - 10)) * 60_000 + 1_000);
});

it('refuses whoever cannot wait, and does not count them', async () => {
  const first = await takeAll('hasty', 50, 0);
  expect(first.filter((wait) => wait === 0).length).toBeGreaterThanOrEqual(10);
  expect(first.filter((wait) => wait === null).length).toBeGreaterThan(30);
  // Fifty were refused or taken a moment ago: the next one who can wait is told of a second, and not of half a minute.
  expect(await budgets[0]?.take('hasty', PER_MINUTE, 5_000)).toBeLessThan(1_500);
});

it('counts each provider by itself', async () => {
  await takeAll('one', 50, 0);
  expect(await budgets[1]?.take('another', PER_MINUTE, 0)).toBe(0);
});

it('knows limits as small as one', async () => {
  expect(await budgets[0]?.take('rare', 1, 0)).toBe(0);
  expect(await budgets[1]?.take('rare', 1, 0)).toBeNull();
});
