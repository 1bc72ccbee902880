// Goal: a stored delivery is moved on by one worker at a time, and what is done stays done. Method: a real mongod.

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { InboxRow, InboxStore } from '../services/ports.ts';
import { createInboxStore } from './inbox.ts';
import { openModels, type OwnModels } from './models.fixture.ts';

let database: OwnModels;
let inbox: InboxStore;
beforeAll(async () => {
  database = await openModels();
  inbox = createInboxStore(database.models);
});
afterAll(() => database.close());

const aRow = (change: Partial<InboxRow> = {}): InboxRow => ({
  id: randomUUID(),
  gateway: 'mock',
  dedupeKey: randomUUID(),
  authentic: true,
  body: Buffer.from([0x7b, 0xff, 0x00]),
  path: 'stk/a/b',
  receivedAt: new Date('2026-01-01T00:00:00.000Z'),
  state: 'RECEIVED',
  tries: 0,
  dueAt: new Date('2026-01-01T00:00:00.000Z'),
  intentId: null,
  note: null,
  ...change,
});

it('gives a delivery back as it came, byte by byte', async () => {
  const row = aRow();
  expect(await inbox.insert(row)).toEqual({ kind: 'stored', id: row.id });
  expect(await inbox.find(row.id)).toEqual(row);
});

it('keeps one row of equal deliveries', async () => {
  const row = aRow();
  await inbox.insert(row);
  const { id: _id, ...same } = row;
  expect(await inbox.insert(aRow(same))).toEqual({ kind: 'duplicate', id: row.id });
});

it('lets one worker count a try, and the other hear that it was late', async () => {
  const row = aRow();
  await inbox.insert(row);
  const taken = await Promise.all([1, 2, 3].map(() => inbox.update(row, { tries: 1 })));
  expect(taken.filter(Boolean)).toHaveLength(1);
});

it('is not made due again by a worker that read it before another was done with it', async () => {
  const row = aRow();
  await inbox.insert(row);
  await inbox.update(row, { tries: 1 });
  const seenByBoth = { ...row, tries: 1 };
  expect(await inbox.update(seenByBoth, { state: 'APPLIED', dueAt: null })).toBe(true);
  expect(await inbox.update(seenByBoth, { tries: 2, dueAt: new Date() })).toBe(false);
  expect(await inbox.find(row.id)).toMatchObject({ state: 'APPLIED', tries: 1, dueAt: null });
});
