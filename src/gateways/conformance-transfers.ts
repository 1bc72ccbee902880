// The rules about money that leaves: refunds and payouts. The provider's books are the judge of what really went.

import assert from 'node:assert/strict';
import {
  HURRY_MS,
  newId,
  refundOf,
  SETTLED_MS,
  startPaid,
  writes,
  type Rule,
  type World,
} from './conformance-world.ts';
import type { DisburseRequest, Gateway, RefundRequest } from './contract.ts';
import type { RefundOutcome } from '../core/report.ts';
import type { Mood } from './simulator-words.ts';

const refunds = (gateway: Gateway): boolean => gateway.collect !== undefined && gateway.refund !== undefined;
const disburses = (gateway: Gateway): boolean => gateway.disburse !== undefined;

/** Whatever the provider said, its books say what went: pending and done, not refused. */
async function gone(world: World, kind: 'refund' | 'disburse'): Promise<number> {
  const lines = (await world.ledger()).filter((line) => line.kind === kind && line.state !== 'failed');
  return lines.reduce((sum, { amount }) => sum + amount, 0);
}

async function refund(world: World, request: RefundRequest): Promise<RefundOutcome> {
  assert.ok(world.gateway.refund !== undefined);
  return world.gateway.refund(request);
}

async function askRefund(world: World, request: RefundRequest) {
  assert.ok(world.gateway.lookupRefund !== undefined);
  return world.gateway.lookupRefund({ ...request, providerRefundId: null });
}

const inFull: Rule = {
  name: 'a refund in full goes back, once',
  applies: refunds,
  async run(world) {
    const payment = await startPaid(world);
    const request = refundOf(payment);
    const before = await askRefund(world, request);
    assert.ok(before.kind === 'absent' || before.kind === 'unknown', 'what was not asked for is not found');
    const outcome = await refund(world, request);
    assert.equal(outcome.kind, 'accepted', JSON.stringify(outcome));
    world.clock.pass(SETTLED_MS);
    const after = await askRefund(world, request);
    assert.equal(after.kind === 'found' ? after.report.state : after.kind, 'succeeded');
    // Again, as only a fault of ours would: the provider's books must not show it twice.
    await refund(world, request);
    assert.equal(await gone(world, 'refund'), payment.intent.amount.amount);
  },
};

const inPart: Rule = {
  name: 'a refund in part goes back in part, or is left to people',
  applies: refunds,
  async run(world) {
    const payment = await startPaid(world);
    const captured = payment.intent.amount.amount;
    const part = Math.floor(captured / 3);
    const before = writes(world).length;
    const outcome = await refund(world, refundOf(payment, part));
    if (world.definition.refunds === 'full') {
      assert.equal(outcome.kind, 'manual', 'what no call can do is left to people');
      assert.deepEqual([writes(world).length, await gone(world, 'refund')], [before, 0]);
      return;
    }
    assert.equal(outcome.kind, 'accepted', JSON.stringify(outcome));
    const tooMuch = await refund(world, refundOf(payment, captured));
    assert.equal(tooMuch.kind, 'declined', 'the provider gives back no more than it took');
    assert.equal(await gone(world, 'refund'), part);
  },
};

async function refundIn(world: World, mood: Mood): Promise<RefundRequest> {
  const request = refundOf(await startPaid(world));
  const before = writes(world).length;
  await world.script({ on: 'refund', mood });
  if (mood === 'silent') world.hurry(HURRY_MS);
  const outcome = await refund(world, request);
  assert.equal(outcome.kind, 'unknown', `${mood}: nobody knows whether it went`);
  assert.equal(writes(world).length - before, 1, `${mood}: a refund that may have gone is not sent again`);
  return request;
}

const refundLost: Rule = {
  name: 'a refund of unknown outcome is never sent again, and found by asking',
  applies: refunds,
  async run(world) {
    for (const mood of ['lost-reply', 'garbage'] as const) {
      const request = await refundIn(world, mood);
      world.clock.pass(SETTLED_MS);
      const answer = await askRefund(world, request);
      assert.equal(answer.kind === 'found' ? answer.report.state : answer.kind, 'succeeded', `${mood}: it went`);
    }
  },
};

const refundNot: Rule = {
  name: 'a refund that did not happen is unknown, and never found',
  applies: refunds,
  async run(world) {
    for (const mood of ['server-error', 'silent'] as const) {
      const answer = await askRefund(world, await refundIn(world, mood));
      assert.notEqual(answer.kind, 'found', `${mood}: it did not go`);
    }
    assert.equal(await gone(world, 'refund'), 0);
  },
};

const refundRefused: Rule = {
  name: 'a refund that is refused moves nothing',
  applies: refunds,
  async run(world) {
    for (const mood of ['rate-limited', 'unauthorized'] as const) {
      const payment = await startPaid(world);
      await world.script({ on: 'refund', mood });
      assert.equal((await refund(world, refundOf(payment))).kind, 'declined', mood);
    }
    assert.equal(await gone(world, 'refund'), 0);
  },
};

function payoutFor({ simulator }: World): DisburseRequest {
  const { amount, country, phone } = simulator.sample;
  return { reference: newId(), amount, phone, country, reason: 'week 12', metadata: [] };
}

async function disburse(world: World, request: DisburseRequest) {
  assert.ok(world.gateway.disburse !== undefined);
  return world.gateway.disburse(request);
}

async function payoutState(world: World, { reference }: DisburseRequest): Promise<string> {
  const answer = await world.gateway.lookupDisbursement?.({ reference });
  assert.ok(answer !== undefined);
  return answer.kind === 'accepted' ? answer.state : answer.kind;
}

const paysOut: Rule = {
  name: 'a payout arrives, and the same reference never pays twice',
  applies: disburses,
  async run(world) {
    const request = payoutFor(world);
    assert.equal(await payoutState(world, request), 'absent');
    assert.equal((await disburse(world, request)).kind, 'accepted');
    world.clock.pass(SETTLED_MS);
    assert.equal(await payoutState(world, request), 'succeeded');
    assert.equal((await disburse(world, request)).kind, 'accepted', 'asked again, it is the same payout');
    assert.equal(await gone(world, 'disburse'), request.amount.amount);
  },
};

const payoutRefused: Rule = {
  name: 'a payout that fails says why',
  applies: disburses,
  async run(world) {
    const request = payoutFor(world);
    await disburse(world, request);
    await world.phone(request.reference, 'reject');
    const answer = await world.gateway.lookupDisbursement?.({ reference: request.reference });
    assert.ok(answer?.kind === 'accepted' && answer.state === 'failed' && answer.failure !== null);
  },
};

const payoutLost: Rule = {
  name: 'a payout of unknown outcome is never sent again, and found by our reference',
  applies: disburses,
  async run(world) {
    for (const mood of ['lost-reply', 'garbage', 'server-error', 'silent'] as const) {
      const request = payoutFor(world);
      const before = writes(world).length;
      await world.script({ on: 'disburse', mood });
      if (mood === 'silent') world.hurry(HURRY_MS);
      assert.equal((await disburse(world, request)).kind, 'unknown', `${mood}: nobody knows whether it went`);
      assert.equal(writes(world).length - before, 1, `${mood}: a payout that may have gone is not sent again`);
      world.clock.pass(SETTLED_MS);
      const went = mood === 'lost-reply' || mood === 'garbage';
      assert.equal(await payoutState(world, request), went ? 'succeeded' : 'absent', mood);
    }
  },
};

export const TRANSFER_RULES: readonly Rule[] = [
  inFull,
  inPart,
  refundLost,
  refundNot,
  refundRefused,
  paysOut,
  payoutRefused,
  payoutLost,
];
