// The rules about what a call comes to: a definite yes, a definite no, and everything that nobody can know.

import assert from 'node:assert/strict';
import {
  accepted,
  applyCallback,
  ask,
  collects,
  HURRY_MS,
  intentOf,
  questionOf,
  secretsIn,
  settled,
  SETTLED_MS,
  start,
  wishFor,
  writes,
  type Payment,
  type Rule,
  type World,
} from './conformance-world.ts';
import type { Mood } from './simulator-words.ts';

async function collectIn(world: World, mood: Mood): Promise<Payment> {
  await world.script({ on: 'collect', mood });
  if (mood === 'silent') world.hurry(HURRY_MS);
  return start(world);
}

async function bookedCollects(world: World): Promise<number> {
  return (await world.ledger()).filter(({ kind }) => kind === 'collect').length;
}

async function staysUnknown(world: World, mood: Mood, booked: number): Promise<Payment> {
  const payment = await collectIn(world, mood);
  assert.equal(payment.outcome.kind, 'unknown', `${mood}: nobody knows whether it happened, so the outcome is unknown`);
  assert.equal(payment.intent.status, 'PROCESSING');
  assert.equal(payment.intent.outcomeUnknown, true);
  assert.equal(writes(world).length, 1, `${mood}: what may have happened is not asked for again`);
  assert.equal(await bookedCollects(world), booked);
  return payment;
}

const silent: Rule = {
  name: 'silence is unknown, never declined',
  applies: collects,
  async run(world) {
    await staysUnknown(world, 'silent', 0);
  },
};

const serverError: Rule = {
  name: 'a server error is unknown, never declined',
  applies: collects,
  async run(world) {
    await staysUnknown(world, 'server-error', 0);
  },
};

const garbage: Rule = {
  name: 'a reply that cannot be read is unknown, never declined',
  applies: collects,
  async run(world) {
    await staysUnknown(world, 'garbage', 1);
  },
};

const lostReply: Rule = {
  name: 'a payment whose reply is lost is found again',
  applies: collects,
  async run(world) {
    const { intent } = await staysUnknown(world, 'lost-reply', 1);
    world.clock.pass(SETTLED_MS);
    const answer = await ask(world, intent, null);
    if (answer.kind === 'found') {
      assert.equal(settled(world, intent, answer.report).status, 'SUCCEEDED');
      return;
    }
    assert.equal(answer.kind, 'unaskable', 'what happened is never said to be absent');
    await world.called(1);
    const [call] = world.callbacks;
    assert.ok(call !== undefined);
    assert.equal((await applyCallback(world, intent, call)).status, 'SUCCEEDED', 'only the callback can name it');
  },
};

const slow: Rule = {
  name: 'a slow reply is an answer',
  applies: collects,
  async run(world) {
    await world.script({ on: 'collect', mood: 'slow' });
    const starting = start(world);
    await world.clock.waitedFor(world.tuning.slowMs);
    world.clock.pass(world.tuning.slowMs);
    accepted((await starting).outcome);
  },
};

const tooMany: Rule = {
  name: 'too many requests moves nothing, and may be tried later',
  applies: collects,
  async run(world) {
    const { outcome } = await collectIn(world, 'rate-limited');
    assert.ok(outcome.kind !== 'accepted', 'nothing was accepted');
    if (outcome.kind === 'declined') assert.equal(outcome.failure.retryable, true);
    assert.equal(await bookedCollects(world), 0);
  },
};

const unauthorized: Rule = {
  name: 'refused credentials are our misconfiguration',
  applies: collects,
  async run(world) {
    // A gateway whose token is refused may fetch another one, and try once more.
    await world.script({ on: 'collect', mood: 'unauthorized', times: 2 });
    const { outcome } = await start(world);
    assert.equal(outcome.kind === 'declined' ? outcome.failure.code : outcome.kind, 'MISCONFIGURED');
  },
};

const unreachable: Rule = {
  name: 'what cannot be reached is a no, and a question without an answer',
  applies: (gateway, { baseUrlSettings }) => collects(gateway) && baseUrlSettings.length > 0,
  async run(world) {
    // Port 9 is "discard": nobody listens there, and connecting is refused at once.
    const closed = world.definition.baseUrlSettings.map((name) => [name, 'http://127.0.0.1:9/none'] as const);
    const gateway = world.connect(Object.fromEntries(closed));
    const request = wishFor(world);
    const outcome = await gateway.collect?.(request);
    assert.equal(outcome?.kind, 'declined', 'nothing left this machine');
    const answer = await gateway.lookup?.(questionOf(intentOf(world, request), 'unknown-1'));
    assert.equal(answer?.kind, 'unknown');
  },
};

const repeats: Rule = {
  name: 'the same reference makes one payment',
  applies: (gateway) => collects(gateway) && gateway.collectRepeats === true,
  async run(world) {
    const request = wishFor(world);
    const { providerId } = accepted((await start(world, request)).outcome);
    assert.equal(accepted((await start(world, request)).outcome).providerId, providerId);
    const [first, second, ...more] = writes(world);
    assert.ok(first !== undefined && second !== undefined && more.length === 0);
    assert.deepEqual(second, first, 'a repeat is the same to the byte');
    assert.equal(await bookedCollects(world), 1);
  },
};

const bounded: Rule = {
  name: 'every promise is kept within its deadline',
  applies: collects,
  async run(world) {
    const { collectTimeoutMs } = world.gateway.timing;
    const { outcome, intent } = await start(world);
    const spent = world.sent.reduce((sum, { timeoutMs }) => sum + timeoutMs, 0);
    assert.ok(spent <= collectTimeoutMs, `collect may take ${spent} ms of ${collectTimeoutMs}`);
    const before = world.sent.length;
    await ask(world, intent, accepted(outcome).providerId);
    const asking = world.sent.slice(before).reduce((sum, { timeoutMs }) => sum + timeoutMs, 0);
    assert.ok(asking <= collectTimeoutMs, `lookup may take ${asking} ms of ${collectTimeoutMs}`);
  },
};

const secretive: Rule = {
  name: 'no secret and no phone number is in what it says',
  applies: collects,
  async run(world) {
    const said: unknown[] = [];
    for (const mood of ['server-error', 'garbage', 'lost-reply', 'rate-limited', 'unauthorized', 'silent'] as const) {
      const { outcome, intent } = await collectIn(world, mood);
      // What the payer has to do next may name the phone: it is for the payer.
      said.push(outcome.kind === 'accepted' ? null : outcome);
      await world.script({ on: 'lookup', mood, times: 3 });
      said.push(await ask(world, intent, 'unknown-1'));
    }
    const text = JSON.stringify(said);
    const { phone } = world.simulator.sample;
    for (const hidden of [...secretsIn(world), phone, phone.slice(1), phone.slice(-8)]) {
      assert.ok(!text.includes(hidden), `it says what it must not: ${text.slice(0, 200)}`);
    }
  },
};

export const OUTCOME_RULES: readonly Rule[] = [
  silent,
  serverError,
  garbage,
  lostReply,
  slow,
  tooMany,
  unauthorized,
  unreachable,
  repeats,
  bounded,
  secretive,
];
