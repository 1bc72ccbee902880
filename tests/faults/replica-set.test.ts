// Goal: with three members of MongoDB one may go at any time: intake is back within 15 s, what was acknowledged stands, and nothing
// is acknowledged that a majority does not have (F29, F30, F31; I13, I16, I21, I29). Method: a replica set of the test's own,
// whose primary is killed, stopped, told to step down or parted from the others with its clients, and whose secondaries
// are stopped; callers and providers repeat until they are heard.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { CreateIntent } from '../testkit/documents.ts';
import { eventually } from '../testkit/eventually.ts';
import { deliver, openPostOffice, type PostOffice } from '../testkit/post-office.ts';
import { ownReplicaSet, type Member, type ReplicaSet } from '../testkit/replica-set.ts';
import { startSystem, type System } from '../testkit/system.ts';
import { aMockWish, aWish, created, insist } from '../testkit/wishes.ts';

vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

const BACK_WITHIN_MS = 15_000;
/** An operation ends after 10 s, whatever it still waits for. */
const REFUSED_WITHIN_MS = 12_000;

let system: System;
let set: ReplicaSet;
let post: PostOffice;
beforeAll(async () => {
  [set, post] = await Promise.all([ownReplicaSet(), openPostOffice()]);
  system = await startSystem({
    webhookUrl: post.webhookUrl,
    tuning: { settleMs: 200, promptMs: null, slowMs: 500, lateMs: 20_000 },
    env: {
      MONGODB_URL: set.url,
      MOCK_CALL_TIMEOUT_MS: '1000',
      MOCK_POLL_DELAYS_MS: '500,1000',
      KKIAPAY_POLL_DELAYS_MS: '500,1000',
    },
  });
  await Promise.all([system.start('api'), system.start('worker')]);
});
afterAll(async () => {
  await system.close();
  await Promise.all([set.remove(), post.close()]);
});

interface Strike {
  readonly how: string;
  strike(primary: Member): Promise<unknown>;
  /** Makes it a member again. */
  mend(primary: Member): Promise<unknown>;
}

const STRIKES: readonly Strike[] = [
  { how: 'killed', strike: (primary) => primary.kill(), mend: (primary) => primary.start() },
  {
    how: 'stopped',
    strike: async (primary) => primary.running().child.kill('SIGSTOP'),
    mend: async (primary) => primary.running().child.kill('SIGCONT'),
  },
  {
    how: 'told to step down',
    strike: (primary) => set.admin(primary, { replSetStepDown: 10, force: true }),
    mend: async () => undefined,
  },
];

it.each(STRIKES)('F29: the primary is $how under load; intake is back within 15 s; I13 I16 I21 I29', async (one) => {
  const primary = await set.primary();
  const wishes = Array.from({ length: 30 }, (_, index) => (index % 4 === 0 ? aWish() : aMockWish('none')));
  let answered = 0;
  const answers = wishes.map((input) => insist(system.client, input).finally(() => (answered += 1)));
  await eventually(
    () => answered,
    (count) => count >= 3,
    { everyMs: 5 },
  );
  await one.strike(primary);
  try {
    const since = performance.now();
    await insist(system.client, aMockWish('none'));
    expect(performance.now() - since).toBeLessThan(BACK_WITHIN_MS);
    expect(new Set(await Promise.all(answers)).size).toBe(wishes.length);
  } finally {
    await one.mend(primary);
  }
  await allAreMembers();
  await system.witness.allEnd();
  await system.check();
});

it('F30: both secondaries are stopped: callbacks are answered 503 and nothing else, until they are back; I3 I21', async () => {
  const intents = await Promise.all(
    [aMockWish(), aMockWish(), aWish(), aWish()].map((wish) => created(system.client, wish)),
  );
  const letters = await Promise.all(intents.map(({ id }) => post.letter(id)));
  const primary = await set.primary();
  const others = set.members.filter((member) => member !== primary);
  for (const { running } of others) running().child.kill('SIGSTOP');
  const told = await Promise.all(letters.map((letter) => deliver(system.apiUrl, letter)));
  const input = aMockWish('none');
  const refused = await system.client.raw(CreateIntent, { input });
  for (const { running } of others) running().child.kill('SIGCONT');

  expect(new Set(told)).toEqual(new Set([503]));
  expect(refused.status).toBe(503);
  expect(refused.body.errors).toMatchObject([{ extensions: { code: 'UNAVAILABLE' } }]);
  await allAreMembers();
  await insist(system.client, input);
  for (const letter of letters)
    await eventually(
      () => deliver(system.apiUrl, letter),
      (status) => status === 200,
    );
  for (const { id } of intents) expect((await system.witness.sees(id)).status).toBe('SUCCEEDED');
  await settled();
  await system.check();
});

it('F30: the secondaries are there and follow nobody: callers hear so in time, and repeat what was kept; I13 I16 I29', async () => {
  const primary = await set.primary();
  const others = set.members.filter((member) => member !== primary);
  const follow = (mode: 'alwaysOn' | 'off') =>
    Promise.all(others.map((member) => set.admin(member, { configureFailPoint: 'stopReplProducer', mode })));
  await follow('alwaysOn');
  const input = aMockWish('none', { referenceId: 'unfollowed' });
  const since = performance.now();
  const refused = await system.client.raw(CreateIntent, { input });
  const heldMs = performance.now() - since;
  await follow('off');

  expect(refused.status).toBe(503);
  expect(heldMs).toBeLessThan(REFUSED_WITHIN_MS);
  const id = await insist(system.client, input);
  expect((await system.witness.sees(id)).status).toBe('SUCCEEDED');
  expect((await system.witness.intents({ referenceId: 'unfollowed' })).map(({ _id }) => _id)).toEqual([id]);
  await settled();
  await system.check();
});

it('F31: the primary is parted from the others with a client; what it takes is undone, and was never acknowledged; I13 I16 I21', async () => {
  const old = await set.primary();
  const apart = await system.start('api', { PORT: '0', MONGODB_URL: set.urlOf(old) });
  const client = system.clientOf(system.apiKey, `${apart.url}/graphql`);
  const intents = await Promise.all([aMockWish(), aWish()].map((wish) => created(system.client, wish)));
  const letters = await Promise.all(intents.map(({ id }) => post.letter(id)));

  const heal = set.part(old);
  const input = aMockWish('', { referenceId: 'apart' });
  const [refused, ...told] = await Promise.all([
    client.raw(CreateIntent, { input }),
    ...letters.map((letter) => deliver(apart.url, letter)),
  ]);
  expect([refused.status, ...told]).toEqual([503, 503, 503]);
  // On the other side there is another primary, and there all goes on.
  await set.primary(old);
  const id = await insist(system.client, input);
  for (const letter of letters)
    await eventually(
      () => deliver(system.apiUrl, letter),
      (status) => status === 200,
    );
  for (const intent of [...intents, { id }]) expect((await system.witness.sees(intent.id)).status).toBe('SUCCEEDED');

  heal();
  await apart.kill('SIGKILL');
  await allAreMembers();
  // Where a member puts what it had taken and had to undo; it is called a secondary before it has.
  await eventually(
    () => existsSync(join(old.dir, 'rollback')),
    (undone) => undone,
  );
  await allAreMembers();
  expect((await system.witness.intents({ referenceId: 'apart' })).map(({ _id }) => _id)).toEqual([id]);
  await settled();
  await system.check();
});

/** Every callback that we answered 2xx is applied. */
async function settled(): Promise<void> {
  await system.witness.allEnd();
  await eventually(system.witness.inbox, (rows) => rows.every(({ state }) => state !== 'RECEIVED'));
}

/**
 * In step, that is: a member which has just started is called a secondary before it has chosen whose oplog it follows. Where
 * it chooses one that hangs, MongoDB waits 20 s for that one, and there is no majority before: two faults at once.
 */
async function allAreMembers(): Promise<void> {
  const states = async (): Promise<readonly string[]> => {
    const { members } = (await set.admin(await set.primary(), { replSetGetStatus: 1 })) as {
      members: readonly { stateStr: string; syncSourceHost: string }[];
    };
    return members.map(({ stateStr, syncSourceHost }) =>
      stateStr === 'SECONDARY' && syncSourceHost === '' ? 'FOLLOWS NOBODY' : stateStr,
    );
  };
  const inStep = 'PRIMARY,SECONDARY,SECONDARY';
  await eventually(states, (all) => all.toSorted().join() === inStep, { everyMs: 100, withinMs: 60_000 });
}
