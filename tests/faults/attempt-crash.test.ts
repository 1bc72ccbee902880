// Goal: a process killed around its call to the provider loses no payment and makes none twice (I3, I7, I8, I9, I16, I23).
// Method: proxies in front of MongoDB and of the provider hold an API process at three points of six creations: stored and
// not yet called (F1, F2), called and not answered (F3), recorded and not yet told (F4). Then it is killed, and callers turn to another with the same key.

import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { TRANSPORTS } from '../testkit/client.ts';
import { CreateIntent } from '../testkit/documents.ts';
import { eventually } from '../testkit/eventually.ts';
import type { CreateIntentInput } from '../testkit/generated/graphql.ts';
import { openPage } from '../testkit/page.ts';
import type { Listening } from '../testkit/processes.ts';
import { mongoThrough, type Proxy, startProxy } from '../testkit/proxy.ts';
import { startSystem, type System } from '../testkit/system.ts';
import { aMockWish, aWish, created, paid, refunded, repeated } from '../testkit/wishes.ts';

vi.setConfig({ testTimeout: 60_000 });

/** As the driver writes them: the command, and the collection's name with its length. */
const INSERT = '\x02insert\0\x08\0\0\0intents\0';
const UPDATE = '\x02findAndModify\0\x08\0\0\0intents\0';
const PAY = 'POST /mock/v1/payments';
const PUSH = 'POST /kkiapay/api/v1/payments/request';
const SEND_BACK = 'POST /mock/v1/refunds';
const REVERT = 'POST /kkiapay/api/v1/transactions/revert';

let system: System;
let worker: Listening;
let mongo: Proxy;
let provider: Proxy;
beforeAll(async () => {
  [mongo, provider] = await Promise.all([startProxy(), startProxy()]);
  const base = `http://127.0.0.1:${provider.port}`;
  system = await startSystem({
    tuning: { settleMs: 300, promptMs: null, slowMs: 500, lateMs: 20_000 },
    env: {
      MOCK_BASE_URL: `${base}/mock`,
      MOCK_CALL_TIMEOUT_MS: '1000',
      MOCK_POLL_DELAYS_MS: '300,600',
      KKIAPAY_BASE_URL: `${base}/kkiapay`,
      KKIAPAY_CALL_TIMEOUT_MS: '3000',
      KKIAPAY_PROMPT_SECONDS: '1',
      KKIAPAY_MARGIN_SECONDS: '1',
      KKIAPAY_POLL_DELAYS_MS: '300,600',
    },
  });
  provider.lead(Number(new URL(system.simulators.url).port));
  mongo.lead(Number(new URL(system.env['MONGODB_URL'] ?? '').port));
  [worker] = await Promise.all([system.start('worker'), system.start('api')]);
});
afterAll(async () => {
  await system.close();
  await Promise.all([mongo.close(), provider.close()]);
});

/** An API of which nobody hears any more: it is killed before it answers. Its every word to MongoDB goes through the proxy. */
async function doomedApi(): Promise<Listening & { begin(inputs: readonly CreateIntentInput[]): void }> {
  const api = await system.start('api', {
    PORT: '0',
    MONGODB_URL: mongoThrough(mongo, system.env['MONGODB_URL'] ?? ''),
  });
  const client = system.clientOf(system.apiKey, `${api.url}/graphql`);
  return {
    ...api,
    begin(inputs) {
      for (const input of inputs) client.call(CreateIntent, { input }).catch(() => undefined);
    },
  };
}

const pair = (referenceId: string): readonly CreateIntentInput[] => [
  aMockWish('', { referenceId }),
  aWish({ referenceId }),
];

it('F1 F2 F3 F4: the API is killed with payments stored, called and recorded; I3 I7 I8 I9 I12 I15 I16 I23', async () => {
  const doomed = await doomedApi();
  const [stored, called, recorded] = [pair('stored'), pair('called'), pair('recorded')];
  const updates = mongo.watch([UPDATE], 'drop-reply');
  doomed.begin(recorded);
  await updates.answered(2);
  updates.end();

  const calls = [provider.watch([PAY, 'called'], 'drop-reply'), provider.watch([PUSH, 'called'], 'drop-reply')];
  doomed.begin(called);
  await Promise.all(calls.map((watch) => watch.answered(1)));
  const inserts = mongo.watch([INSERT, 'stored'], 'drop-reply');
  // One after the other: what comes at once may be stored by one command.
  for (const [before, one] of stored.entries()) {
    doomed.begin([one]);
    await inserts.answered(before + 1);
  }
  await doomed.kill('SIGKILL');
  const resent = [provider.watch([PAY]), provider.watch([PUSH])] as const;

  const all = [...stored, ...called, ...recorded];
  const answers = await Promise.all(all.map((input) => repeated(system.client, input)));
  const intents = answers.map((answer) => {
    expect(answer).toMatchObject({ __typename: 'CreateIntentSuccess', replayed: true });
    if (answer.__typename !== 'CreateIntentSuccess') throw new Error(JSON.stringify(answer));
    return answer.intent;
  });
  const pages = intents.flatMap(({ id }) => TRANSPORTS.map((transport) => openPage(system.client, transport, id)));
  const ends = (await Promise.all(pages.map(({ ended }) => ended))).map((events) => events.at(-1)?.status);
  const byIntent = intents.map(({ referenceId }, index) => [referenceId, ends[2 * index], ends[2 * index + 1]]);
  expect(byIntent).toEqual([
    ['stored', 'SUCCEEDED', 'SUCCEEDED'],
    // KkiaPay takes no reference of ours: that it was never asked cannot be proven, so nobody asks it again.
    ['stored', 'EXPIRED', 'EXPIRED'],
    ['called', 'SUCCEEDED', 'SUCCEEDED'],
    ['called', 'SUCCEEDED', 'SUCCEEDED'],
    ['recorded', 'SUCCEEDED', 'SUCCEEDED'],
    ['recorded', 'SUCCEEDED', 'SUCCEEDED'],
  ]);
  expect(resent.map((watch) => watch.requests().map((text) => /stored|called|recorded/.exec(text)?.[0]))).toEqual([
    ['stored'],
    [],
  ]);
  for (const watch of resent) watch.end();
  const ledger = await system.controls.ledger('mock');
  const stocks = await Promise.all(intents.map(({ id }) => system.witness.intent(id)));
  expect(ledger.map(({ operationId }) => operationId).toSorted()).toEqual(
    stocks
      .filter(({ gateway }) => gateway === 'mock')
      .map(({ attempts }) => attempts[0]?.id)
      .toSorted(),
  );
  await system.check();
});

it('F3: the worker is killed while it sends a lost call again: another finds what came of it; I3 I8 I9', async () => {
  const calls = provider.watch([PAY, 'resent'], 'drop-reply');
  await system.controls.script('mock', { times: 1, on: 'collect', mood: 'silent' });
  const { id } = await created(system.client, aMockWish('none', { referenceId: 'resent' }));
  // The first call had no answer at all, so this is the second one's.
  await calls.answered(1);
  await worker.kill('SIGKILL');
  expect(await system.witness.intent(id)).toMatchObject({ status: 'PROCESSING', outcomeUnknown: true });
  worker = await system.start('worker');
  expect((await system.witness.sees(id)).status).toBe('SUCCEEDED');
  const [first, second, ...rest] = calls.requests().map((text) => text.slice(text.indexOf('{')));
  expect([second, rest]).toEqual([first, []]);
  calls.end();
  await system.check();
});

it('F1 F3 F38: the API is killed with refunds reserved and called: each goes back once, or is left open; I10 I11 I33', async () => {
  const payments = await Promise.all(
    [aMockWish(), aMockWish(), aWish(), aWish()].map((wish) => paid(system.client, wish)),
  );
  const [reserved, called] = [
    [payments[0], payments[2]],
    [payments[1], payments[3]],
  ];
  const doomed = await doomedApi();
  const client = system.clientOf(system.apiKey, `${doomed.url}/graphql`);
  const begin = (ids: readonly (string | undefined)[]): void => {
    for (const id of ids) refunded(client, id ?? '', null).catch(() => undefined);
  };
  const calls = [provider.watch([SEND_BACK], 'drop-reply'), provider.watch([REVERT], 'drop-reply')];
  begin(called.map((one) => one?.id));
  await Promise.all(calls.map((watch) => watch.answered(1)));
  const updates = mongo.watch([UPDATE], 'drop-reply');
  begin(reserved.map((one) => one?.id));
  await updates.answered(2);
  await doomed.kill('SIGKILL');
  for (const watch of [...calls, updates]) watch.end();

  const now = async (id: string): Promise<readonly string[]> =>
    (await system.witness.intent(id)).refunds.map(({ status }) => status);
  for (const { id } of payments.slice(0, 2))
    await eventually(
      () => now(id),
      (refunds) => refunds.join() === 'SUCCEEDED',
    );
  await eventually(
    () => now(called[1]?.id ?? ''),
    (refunds) => refunds.join() === 'SUCCEEDED',
  );
  // KkiaPay takes no reference of a refund, so whether it was asked for can never be proven: it is not asked for again.
  const open = await system.witness.sees(reserved[1]?.id ?? '', ({ refunds }) =>
    refunds.some(({ outcomeUnknown }) => outcomeUnknown),
  );
  expect(open.refunds.map(({ status }) => status)).toEqual(['PROCESSING']);
  const sent = [...(await system.controls.ledger('mock')), ...(await system.controls.ledger('kkiapay'))].filter(
    ({ kind }) => kind === 'refund',
  );
  expect(sent).toHaveLength(3);
  await system.check();
});

it('F55: 50 equal creations, the API killed among them, 50 more: one intent and one push; I7 I16', async () => {
  const input = aWish({ referenceId: 'once' });
  const pushes = provider.watch([PUSH, 'once']);
  const doomed = await doomedApi();
  doomed.begin(Array.from({ length: 50 }, () => input));
  await pushes.asked(1);
  await doomed.kill('SIGKILL');
  const answers = await Promise.all(Array.from({ length: 50 }, () => system.client.call(CreateIntent, { input })));
  const ids = answers.map(({ createIntent: answer }) => ('intent' in answer ? answer.intent.id : answer.__typename));
  expect(new Set(ids).size).toBe(1);
  expect((await system.witness.sees(ids[0] ?? '')).status).toBe('SUCCEEDED');
  expect(pushes.count()).toBe(1);
  pushes.end();
  await system.check();
});

it('F55: without a key nothing is created, and 50 keys are 50 payments', async () => {
  const { idempotencyKey: _none, ...keyless } = aMockWish('', { referenceId: 'keyless' });
  const refused = await system.client.raw(CreateIntent, { input: keyless as CreateIntentInput });
  expect(refused.body.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  expect(await system.witness.intents({ referenceId: 'keyless' })).toEqual([]);
  const wishes = Array.from({ length: 50 }, () => aMockWish('', { referenceId: 'fifty' }));
  await Promise.all(wishes.map((input) => system.client.call(CreateIntent, { input })));
  const made = await system.witness.intents({ referenceId: 'fifty' });
  expect(made).toHaveLength(50);
  await Promise.all(made.map(({ _id }) => system.witness.sees(_id)));
  await system.check();
});
