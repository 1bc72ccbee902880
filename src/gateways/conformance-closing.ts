// The rules about a payment that we have given up, and about news of refunds: what happens after the end.

import assert from 'node:assert/strict';
import { reserveRefund, settleRefund } from '../core/refund.ts';
import { expire } from '../core/settle.ts';
import {
  accepted,
  ask,
  collects,
  HURRY_MS,
  intentOf,
  moment,
  questionOf,
  refundOf,
  settled,
  SETTLED_MS,
  start,
  startPaid,
  wishFor,
  type Rule,
  type World,
} from './conformance-world.ts';
import type { Gateway, LookupOutcome, WebhookNotice } from './contract.ts';
import type { Intent } from '../core/intent.ts';

const closes = (gateway: Gateway): boolean => collects(gateway) && gateway.withdraw !== undefined;

async function withdraw({ gateway }: World, intent: Intent, providerId: string | null): Promise<LookupOutcome> {
  assert.ok(gateway.withdraw !== undefined);
  return gateway.withdraw(questionOf(intent, providerId));
}

/** A payment that nobody has paid and that we have stopped waiting for. */
async function givenUp(world: World): Promise<{ readonly intent: Intent; readonly providerId: string }> {
  const { outcome, intent } = await start(world);
  const { providerId } = accepted(outcome);
  await world.phone(providerId, 'ignore');
  return { intent: expire(intent, moment(world)), providerId };
}

const closed: Rule = {
  name: 'a payment that was given up is closed, and cannot be paid any more',
  applies: closes,
  async run(world) {
    assert.equal(world.gateway.timing.afterCareMs[0], 0, 'it is closed at once');
    const { intent, providerId } = await givenUp(world);
    for (const time of ['closed', 'closed once more']) {
      const answer = await withdraw(world, intent, providerId);
      assert.ok(answer.kind === 'found', `${time}: ${JSON.stringify(answer)}`);
      assert.ok(['cancelled', 'expired'].includes(answer.report.state), `${time}: ${answer.report.state}`);
      assert.equal(settled(world, intent, answer.report).status, 'EXPIRED', 'its end stands');
    }
    await assert.rejects(world.phone(providerId, 'approve'), 'the payer finds it closed');
    const [line] = await world.ledger();
    assert.ok(line !== undefined && !['pending', 'succeeded'].includes(line.state), 'the books have it closed');
  },
};

const paidBefore: Rule = {
  name: 'a payment that was paid before it could be closed is found as paid',
  applies: closes,
  async run(world) {
    const { intent, providerId } = await givenUp(world);
    await world.phone(providerId, 'approve');
    const answer = await withdraw(world, intent, providerId);
    assert.ok(answer.kind === 'found', JSON.stringify(answer));
    assert.deepEqual(answer.report.amount, intent.amount);
    const after = settled(world, intent, answer.report);
    assert.deepEqual([after.status, after.late], ['SUCCEEDED', true]);
  },
};

/** The gateway may ask before it closes, and the client may repeat a question. */
const CALLS = 3;

const closingUnknown: Rule = {
  name: 'a closing that is not answered well is unknown, and may be repeated',
  applies: closes,
  async run(world) {
    const moods = ['server-error', 'garbage', 'lost-reply', 'rate-limited', 'unauthorized', 'silent'] as const;
    for (const mood of moods) {
      const { intent, providerId } = await givenUp(world);
      await world.script({ on: 'lookup', mood, times: CALLS });
      if (mood === 'silent') world.hurry(HURRY_MS);
      const before = world.sent.length;
      assert.equal((await withdraw(world, intent, providerId)).kind, 'unknown', `${mood} says nothing`);
      const spent = world.sent.slice(before).reduce((sum, { timeoutMs }) => sum + timeoutMs, 0);
      assert.ok(spent <= world.gateway.timing.collectTimeoutMs, `it may take ${spent} ms`);
      // Uses up what is left of the script.
      for (let left = CALLS; left > 0; left -= 1) await ask(world, intentOf(world, wishFor(world)), 'drain000');
      world.hurry(Infinity);
      const again = await withdraw(world, intent, providerId);
      const state = again.kind === 'found' ? again.report.state : again.kind;
      assert.ok(['cancelled', 'expired'].includes(state), `${mood}: asked again, it is ${state}`);
    }
  },
};

const NEWS_MAX = 10;

/** The first callback that says that a refund has gone. */
async function refundNews(world: World, known: number): Promise<WebhookNotice> {
  const { webhook } = world.gateway;
  assert.ok(webhook !== undefined);
  for (let count = known + 1; count <= known + NEWS_MAX; count += 1) {
    await world.called(count);
    const call = world.callbacks[count - 1];
    assert.ok(call !== undefined);
    assert.notEqual(webhook.verify(call), 'forged');
    const notice: WebhookNotice | null = webhook.read(call.body, call.path);
    if (notice?.refund?.report.state === 'succeeded') return notice;
    assert.equal(notice?.report ?? null, null, 'news of a refund is no news of the payment');
  }
  throw new Error(`none of ${NEWS_MAX} callbacks was about the refund`);
}

const refundTold: Rule = {
  name: 'a callback about a refund settles that refund alone',
  applies: (gateway) => gateway.collect !== undefined && gateway.refund !== undefined,
  async run(world) {
    if (world.simulator.tellsRefunds !== true) return;
    const payment = await startPaid(world);
    await world.called(1);
    const part = world.definition.refunds === 'partial' ? Math.floor(payment.intent.amount.amount / 3) : undefined;
    const request = refundOf(payment, part);
    const outcome = await world.gateway.refund?.(request);
    assert.ok(outcome?.kind === 'accepted', JSON.stringify(outcome));
    world.clock.pass(SETTLED_MS);
    const notice = await refundNews(world, 1);
    assert.equal(notice.report, null, 'news of a refund is no news of the payment');
    const own = [request.intentId, payment.request.reference];
    assert.ok(notice.providerId === payment.providerId || own.includes(notice.reference ?? ''), 'it says whose it is');
    assert.ok(notice.refund !== undefined);
    const { refundId, report } = notice.refund;
    // A provider that names none says how much: ours are asked about.
    const isNameless = refundId === null && report.providerRefundId === null;
    const isNamed = refundId === request.refundId || report.providerRefundId === outcome.report.providerRefundId;
    const told = JSON.stringify(notice.refund);
    assert.ok(isNameless || isNamed, `it says which refund it is about: ${request.refundId}, not ${told}`);
    assert.ok(!isNameless || report.amount === request.amount.amount, `it says how much went back: ${told}`);
    const record = { key: 'refund:1', requestHash: '' };
    const wish = { id: request.refundId, amount: request.amount.amount, reason: null, record };
    const reserved = reserveRefund(payment.intent, wish, world.clock.now()).intent;
    const after = settleRefund(reserved, request.refundId, report, moment(world));
    assert.deepEqual([after.refunds[0]?.status, after.needsReview], ['SUCCEEDED', false]);
  },
};

export const CLOSING_RULES: readonly Rule[] = [closed, paidBefore, closingUnknown, refundTold];
