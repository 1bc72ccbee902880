// The rules about callbacks: whose they are, what they say, and that neither their number nor their order matters.

import assert from 'node:assert/strict';
import type { Intent } from '../core/intent.ts';
import { recordOutcome } from '../core/settle.ts';
import {
  accepted,
  applyCallback,
  collects,
  found,
  intentOf,
  isAmountOf,
  isTaken,
  moment,
  NO_BODIES,
  SETTLED_MS,
  start,
  wishFor,
  type Payment,
  type Rule,
  type World,
} from './conformance-world.ts';
import type { Gateway, WebhookCall, WebhookReader } from './contract.ts';
import { parseJson } from './http.ts';
import type { CallbackWord } from './simulator-words.ts';

const callsBack = (gateway: Gateway): boolean => collects(gateway) && gateway.webhook !== undefined;

function readerOf({ gateway }: World): WebhookReader {
  assert.ok(gateway.webhook !== undefined);
  return gateway.webhook;
}

/** A payment that goes well and is called back about as the word says. */
async function paid(world: World, callback: CallbackWord, calls: number) {
  await world.script({ on: 'collect', callback });
  const payment = await start(world);
  const { providerId } = accepted(payment.outcome);
  world.clock.pass(SETTLED_MS);
  await world.called(calls);
  return { ...payment, providerId };
}

function onlyCall(world: World): WebhookCall {
  const [call, ...more] = world.callbacks;
  assert.ok(call !== undefined && more.length === 0, `one callback was expected, ${world.callbacks.length} came`);
  return call;
}

const readable: Rule = {
  name: 'a callback is known and read',
  applies: callsBack,
  async run(world) {
    const { request, intent, providerId } = await paid(world, 'normal', 1);
    const call = onlyCall(world);
    assert.ok(isTaken(readerOf(world).verify(call)), 'the provider is known as itself');
    const notice = readerOf(world).read(call.body, call.path);
    assert.ok(notice !== null);
    const own = [null, request.intentId, request.reference];
    assert.ok(own.includes(notice.reference), 'the reference is ours, or there is none');
    assert.ok(
      notice.providerId === providerId || notice.reference !== null,
      'a callback says which payment it is about',
    );
    assert.deepEqual(readerOf(world).read(call.body, call.path), notice, 'reading twice reads the same');
    assert.equal((await applyCallback(world, intent, call)).status, 'SUCCEEDED');
  },
};

const duplicated: Rule = {
  name: 'a callback in duplicate is one event',
  applies: callsBack,
  async run(world) {
    const { intent } = await paid(world, 'duplicate', 2);
    const keys = world.callbacks.map(({ body, path }) => readerOf(world).read(body, path)?.dedupeKey);
    assert.deepEqual([...new Set(keys)].length, 1, 'the inbox keeps one row of them');
    let after = intent;
    for (const call of world.callbacks) after = await applyCallback(world, after, call);
    const [first] = world.callbacks;
    assert.ok(first !== undefined);
    assert.deepEqual(storyOf(after), storyOf(await applyCallback(world, intent, first)));
  },
};

const reordered: Rule = {
  name: 'callbacks in any order end the same',
  applies: callsBack,
  async run(world) {
    const { intent } = await paid(world, 'reordered', 2);
    const inOrder = [...world.callbacks];
    for (const calls of [inOrder, inOrder.toReversed(), [...inOrder, ...inOrder]]) {
      let after = intent;
      for (const call of calls) after = await applyCallback(world, after, call);
      assert.equal(after.status, 'SUCCEEDED', 'the end stands, whatever stale news says');
      assert.equal(after.needsReview, false);
    }
  },
};

/** What an intent's readers can tell apart. */
function storyOf({ status, needsReview, failure, events }: Intent): unknown {
  return { status, needsReview, failure, events: events.map(({ type }) => type) };
}

const forged: Rule = {
  name: 'a forged callback is forged',
  applies: callsBack,
  async run(world) {
    const refuses = (call: WebhookCall, why: string): void =>
      assert.ok(!isTaken(readerOf(world).verify(call)), `taken for genuine: ${why}`);
    const { intent } = await paid(world, 'forged', 1);
    const [forgery] = world.callbacks;
    assert.ok(forgery !== undefined);
    refuses(forgery, 'a call of somebody else');
    assert.equal((await applyCallback(world, intent, forgery)).status, intent.status);
    await paid(world, 'normal', 2);
    const genuine = world.callbacks[1];
    assert.ok(genuine !== undefined);
    const verdict = readerOf(world).verify(genuine);
    assert.ok(isTaken(verdict));
    for (const value of HEADERS) {
      for (const call of spoilt(genuine, value)) refuses(call, `${preview(value)} in place of the proof`);
    }
    if (readerOf(world).hasPaths === true) {
      await paid(world, 'normal', 3);
      const other = world.callbacks[2]?.path.split('/') ?? [];
      const own = genuine.path.split('/');
      const mixed = own.flatMap((part, at) => (other[at] === part ? [] : [own.with(at, other[at] ?? '').join('/')]));
      assert.ok(mixed.length > 0, 'every payment has a path of its own');
      for (const path of mixed) refuses({ ...genuine, path }, "a part of another payment's path");
    }
    if (verdict !== 'authentic') return;
    const body = Buffer.from(genuine.body);
    for (const at of [0, body.length >> 1, body.length - 1]) {
      const changed = Buffer.from(body);
      changed[at] = (changed[at] ?? 0) ^ 1;
      refuses({ ...genuine, body: changed }, 'one bit is another body');
    }
    world.clock.pass(3_600_000);
    refuses(genuine, 'an hour later it is a replay');
  },
};

/** Bad input B46 of the catalogue; undefined leaves the headers out. */
const HEADERS: readonly (string | undefined)[] = [
  undefined,
  '',
  ' ',
  'a',
  'abc',
  'AQID BA==',
  'deadbeef'.repeat(8),
  'DEADBEEF'.repeat(8),
  Array.from({ length: 10 }, () => 'deadbeef'.repeat(8)).join(','),
  'é\u0000\u{1F4B8}',
  'x'.repeat(1_048_576),
];

const ORDINARY = [
  'host',
  'connection',
  'content-type',
  'content-length',
  'accept',
  'accept-language',
  'accept-encoding',
];

/**
 * The same call with every header of the provider's own replaced, since one of them carries the proof; where the path is the
 * proof, without it, and with each part of it replaced in turn.
 */
function spoilt(call: WebhookCall, value: string | undefined): readonly WebhookCall[] {
  const entries = Object.entries(call.headers).map(([name, own]) => [
    name,
    ORDINARY.includes(name) || name === 'user-agent' || name.startsWith('sec-') ? own : value,
  ]);
  const headers = Object.fromEntries(entries) as WebhookCall['headers'];
  const parts = call.path === '' ? [] : call.path.split('/');
  const paths = ['', ...parts.map((_part, at) => parts.with(at, value ?? '').join('/'))];
  return paths.map((path) => ({ ...call, path, headers }));
}

function preview(value: string | undefined): string {
  return value === undefined ? 'left out' : JSON.stringify(value.slice(0, 20));
}

const early: Rule = {
  name: 'a callback before the reply is not lost',
  applies: callsBack,
  async run(world) {
    await world.script({ on: 'collect', callback: 'early' });
    const request = wishFor(world);
    const before = intentOf(world, request);
    const collecting = world.gateway.collect?.(request);
    await world.called(1);
    const told = await applyCallback(world, before, onlyCall(world));
    assert.equal(told.status, 'SUCCEEDED', 'the callback names the payment before its reply does');
    const outcome = await collecting;
    assert.ok(outcome !== undefined);
    const after = recordOutcome(told, outcome, moment(world));
    assert.deepEqual([after.status, after.failure, after.needsReview], ['SUCCEEDED', null, false]);
    const payment: Payment = { request, outcome, intent: after };
    assert.equal((await found(world, payment.intent, accepted(outcome).providerId)).state, 'succeeded');
  },
};

const vectors: Rule = {
  name: "the sheet's test vectors hold",
  applies: (gateway) => gateway.webhook !== undefined,
  async run(world) {
    assert.ok(world.simulator.vectors.length > 0, 'a provider that signs has vectors');
    assert.ok(
      world.simulator.vectors.some(({ verdict }) => !isTaken(verdict)),
      'one of them is a forgery',
    );
    for (const vector of world.simulator.vectors) {
      const { name, env, at, headers, path = '', remoteAddress = '127.0.0.1', verdict } = vector;
      const { webhook } = world.connect(env, at ?? world.clock.now());
      const call = { headers, path, body: Buffer.from(vector.body), remoteAddress };
      assert.equal(webhook?.verify(call), verdict, name);
    }
  },
};

const BODIES: readonly (string | Buffer)[] = [
  ...NO_BODIES,
  '{"event":',
  '{"__proto__":{"event":"x"}}',
  '{"event":"constructor","transactionId":"toString","id":"x","amount":1}',
];

const unreadable: Rule = {
  name: 'a body that is not documented is read as nothing',
  applies: callsBack,
  async run(world) {
    for (const body of BODIES) {
      assert.equal(readerOf(world).read(Buffer.from(body), ''), null, `read ${String(body).slice(0, 30)}`);
    }
    await paid(world, 'normal', 1);
    const { body: sentBody, path } = onlyCall(world);
    const genuine = parseJson(sentBody.toString('utf8'));
    const { amount: sent } = world.simulator.sample;
    for (const amount of [5_000.5, -1, null, 1e21, { $gt: 0 }, 'five thousand', ['some']]) {
      const text = JSON.stringify(genuine, (_key, value: unknown) => (isAmountOf(sent, value) ? amount : value)) ?? '';
      const notice = readerOf(world).read(Buffer.from(text), path);
      const settles = notice?.report?.state === 'succeeded' && notice.report.amount !== null;
      assert.ok(!settles, `an amount of ${JSON.stringify(amount)} is none, and is never made into one`);
    }
  },
};

export const CALLBACK_RULES: readonly Rule[] = [readable, duplicated, reordered, forged, early, vectors, unreadable];
