// The rules about a payment once it is on its way: how it ends, what a question may answer, and what is never a success.

import assert from 'node:assert/strict';
import type { Intent } from '../core/intent.ts';
import type { Money } from '../core/money.ts';
import type { PaymentReport } from '../core/report.ts';
import { expire } from '../core/settle.ts';
import {
  accepted,
  applyCallback,
  ask,
  askAndSettle,
  collects,
  found,
  HURRY_MS,
  intentOf,
  isAmountOf,
  moment,
  questionOf,
  secretsIn,
  settled,
  SETTLED_MS,
  start,
  wishFor,
  type Rule,
  type World,
} from './conformance-world.ts';
import type { Gateway } from './contract.ts';
import type { Mood } from './simulator-words.ts';

const capabilities: Rule = {
  name: 'capabilities are the methods that exist',
  applies: () => true,
  async run({ gateway, definition: { refunds, modes, id, currencies } }) {
    const has = (method: keyof Gateway): boolean => gateway[method] !== undefined;
    assert.match(id, /^[a-z][a-z0-9]*$/);
    assert.ok(currencies.length > 0 && modes.length > 0);
    assert.equal(refunds !== null, has('refund'), 'refunds says what the refund method does');
    assert.equal(has('refund'), has('lookupRefund'), 'a refund that can be unknown can be asked about');
    assert.equal(has('disburse'), has('lookupDisbursement'), 'a payout that can be unknown can be asked about');
    assert.ok(!has('collect') || has('lookup'), 'a payment that can be unknown can be asked about');
    const starts = modes.map((mode) => mode.starts);
    assert.ok(!starts.includes('provider') || has('collect'));
    assert.equal(starts.includes('here'), has('invite') || has('serve'));
    const { pollDelaysMs, refundDelaysMs, collectTimeoutMs, promptMs } = gateway.timing;
    assert.ok([...pollDelaysMs, ...refundDelaysMs, collectTimeoutMs, promptMs].every((ms) => ms > 0));
    assert.ok(pollDelaysMs.length > 0 && refundDelaysMs.length > 0);
  },
};

/** The client may ask again by itself, so a script has enough for that; and a provider may have three ways to say nothing. */
const QUESTIONS = 3;

const goesWell: Rule = {
  name: 'a payment that goes well ends SUCCEEDED',
  applies: collects,
  async run(world) {
    const { request, outcome, intent } = await start(world);
    const { providerId } = accepted(outcome);
    assert.equal((await found(world, intent, providerId)).state, 'pending');
    for (let again = 0; again < QUESTIONS; again += 1) {
      const answer = await ask(world, intent, providerId);
      const saysNothing = answer.kind === 'unknown' || (answer.kind === 'found' && answer.report.state === 'pending');
      assert.ok(saysNothing, `while the payer makes up their mind it is not ${JSON.stringify(answer)}`);
    }
    world.clock.pass(SETTLED_MS);
    const report = await found(world, intent, providerId);
    saysAmount(world, report, request.amount);
    assert.equal(report.providerId, providerId);
    assert.equal(report.failure, null);
    const after = settled(world, intent, report);
    assert.equal(after.status, 'SUCCEEDED');
    assert.equal(after.needsReview, false);
    const [booked, ...more] = (await world.ledger()).filter(({ kind }) => kind === 'collect');
    assert.deepEqual([booked?.providerId, booked?.state, more.length], [providerId, 'succeeded', 0]);
  },
};

/** Left out only where nobody can pay another amount, and the provider's own answer names none. */
function saysAmount(world: World, report: PaymentReport, asked: Money): void {
  if (!isSilent(report)) {
    assert.deepEqual(report.amount, asked);
    return;
  }
  const reply = world.received.at(-1);
  let isNamed = false;
  JSON.parse(reply?.kind === 'answered' ? reply.text : 'null', (_key, value: unknown) => {
    isNamed ||= isAmountOf(asked, value);
    return value;
  });
  assert.ok(!isNamed, 'an amount that the provider names is reported');
}

function isSilent({ amount, amountFixed }: PaymentReport): boolean {
  return amount === null && amountFixed === true;
}

const refusedByPayer: Rule = {
  name: 'a payer who does not pay ends it, with the reason',
  applies: collects,
  async run(world) {
    for (const action of ['reject', 'wrong-pin', 'no-balance'] as const) {
      const { outcome, intent } = await start(world);
      const { providerId } = accepted(outcome);
      await world.phone(providerId, action);
      const told = await askAndSettle(world, intent, providerId);
      const after = await closedIfOpen(world, told, providerId);
      const ends = after === told ? ['FAILED', 'CANCELLED'] : ['FAILED', 'CANCELLED', 'EXPIRED'];
      assert.ok(ends.includes(after.status), `${action} ended ${after.status}`);
      assert.ok(after.failure !== null && after.failure.code !== 'UNKNOWN', `${action} has a failure that we know`);
    }
  },
};

/** Where a refused try is not the end, nothing comes of it by itself, and whoever closes the payment learns the reason. */
async function closedIfOpen(world: World, told: Intent, providerId: string): Promise<Intent> {
  const { withdraw } = world.gateway;
  if (told.status !== 'PROCESSING' || withdraw === undefined) return told;
  world.clock.pass(SETTLED_MS);
  assert.equal((await askAndSettle(world, told, providerId)).status, 'PROCESSING', 'a refused payer has not paid');
  const answer = await withdraw(questionOf(told, providerId));
  assert.ok(answer.kind === 'found', 'what is given up is closed');
  return settled(world, told, answer.report);
}

const ignoredByPayer: Rule = {
  name: 'a payer who never answers never pays',
  applies: collects,
  async run(world) {
    const { outcome, intent } = await start(world);
    const { providerId } = accepted(outcome);
    await world.phone(providerId, 'ignore');
    world.clock.pass(SETTLED_MS);
    assert.equal((await found(world, intent, providerId)).state, 'pending');
    world.clock.pass(world.gateway.timing.promptMs + world.gateway.timing.marginMs);
    const after = await askAndSettle(world, intent, providerId);
    assert.notEqual(after.status, 'SUCCEEDED');
  },
};

const questions: Rule = {
  name: 'a question that is not answered well is unknown',
  applies: collects,
  async run(world) {
    const { outcome, intent } = await start(world);
    const { providerId } = accepted(outcome);
    world.clock.pass(SETTLED_MS);
    const unheardOf = await ask(world, intent, 'nosuch00000');
    assert.ok(unheardOf.kind === 'absent' || unheardOf.kind === 'unknown', 'what nobody made is not found');
    const answersNothing = async (mood: Mood): Promise<void> => {
      await world.script({ on: 'lookup', mood, times: QUESTIONS });
      const before = world.sent.length;
      assert.equal((await ask(world, intent, providerId)).kind, 'unknown', `${mood} answers no question`);
      assert.ok(
        world.sent.slice(before).every(({ effect }) => effect === 'read'),
        'a question moves nothing',
      );
    };
    for (const mood of ['server-error', 'garbage', 'lost-reply', 'rate-limited', 'unauthorized'] as const) {
      await answersNothing(mood);
      await drain(world);
    }
    world.hurry(HURRY_MS);
    await answersNothing('silent');
  },
};

/** Uses up what is left of such a script. */
async function drain(world: World): Promise<void> {
  for (let left = QUESTIONS; left > 0; left -= 1) await ask(world, intentOf(world, wishFor(world)), 'drain000');
}

const wrongAmount: Rule = {
  name: 'another amount is never a success',
  applies: collects,
  async run(world) {
    await world.script({ on: 'collect', callback: 'wrong-amount' });
    await neverSucceeds(world);
  },
};

const wrongCurrency: Rule = {
  name: 'another currency is never a success',
  applies: collects,
  async run(world) {
    if (await world.script({ on: 'collect', callback: 'wrong-currency' })) await neverSucceeds(world);
    // A provider of one currency cannot be paid in another; our side can be asked to believe that it was.
    const { outcome, intent } = await start(world);
    const { providerId } = accepted(outcome);
    world.clock.pass(SETTLED_MS);
    const other = intent.amount.currency === 'GNF' ? 'UGX' : 'GNF';
    const mistaken = { ...intent, amount: { ...intent.amount, currency: other } };
    const after = await askAndSettle(world, mistaken, providerId);
    assert.notEqual(
      after.status,
      'SUCCEEDED',
      'the currency is the one that was paid, not the one that is asked about',
    );
  },
};

async function neverSucceeds(world: World): Promise<void> {
  const { outcome, intent } = await start(world);
  const { providerId } = accepted(outcome);
  world.clock.pass(SETTLED_MS);
  const report = await found(world, intent, providerId);
  if (isSilent(report)) return onlyCallbackTells(world, intent, report);
  assert.notDeepEqual(report.amount, intent.amount, 'the report says what was paid');
  const asked = settled(world, intent, report);
  assert.notEqual(asked.status, 'SUCCEEDED');
  assert.equal(asked.needsReview, true, 'money that we cannot place is shown to people');
  if (world.gateway.webhook === undefined) return;
  await world.called(1);
  const call = world.callbacks.at(-1);
  assert.ok(call !== undefined);
  assert.notEqual((await applyCallback(world, intent, call)).status, 'SUCCEEDED');
}

/** Whichever comes first, the callback's word or the answer, people are told; and once they are, no answer takes it back. */
async function onlyCallbackTells(world: World, intent: Intent, report: PaymentReport): Promise<void> {
  await world.called(1);
  const call = world.callbacks.at(-1);
  assert.ok(call !== undefined);
  const told = await applyCallback(world, intent, call);
  const asked = settled(world, told, report);
  assert.deepEqual(
    [told.needsReview, asked.needsReview],
    [true, true],
    'money that we cannot place is shown to people',
  );
  assert.ok(![told.status, asked.status].includes('SUCCEEDED'));
  const tooLate = await applyCallback(world, settled(world, intent, report), call);
  assert.equal(tooLate.needsReview, true, 'what was settled before is shown to people as well');
}

const anothersPayment: Rule = {
  name: "another intent's payment is never taken for this one's",
  applies: collects,
  async run(world) {
    const first = await start(world);
    const second = await start(world);
    const { providerId } = accepted(first.outcome);
    world.clock.pass(SETTLED_MS);
    const { reference } = await found(world, { ...second.intent, gatewayTransactionId: null }, providerId);
    const own = [second.request.intentId, second.request.reference];
    assert.ok(reference === null || !own.includes(reference), 'the reference is the one the provider keeps, or none');
    assert.ok(reference === null || [first.request.intentId, first.request.reference].includes(reference));
  },
};

const late: Rule = {
  name: 'money that comes after we stopped waiting still counts',
  applies: collects,
  async run(world) {
    const { lateMs } = world.tuning;
    await world.script({ on: 'collect', callback: 'late' });
    const { outcome, intent } = await start(world);
    const { providerId } = accepted(outcome);
    world.clock.pass(lateMs - 1);
    const waiting = await askAndSettle(world, intent, providerId);
    assert.equal(waiting.status, 'PROCESSING');
    const expired = expire(waiting, moment(world));
    world.clock.pass(1);
    const after = await askAndSettle(world, expired, providerId);
    assert.deepEqual([after.status, after.late], ['SUCCEEDED', true]);
  },
};

const invitation: Rule = {
  name: 'an invitation is the same every time, and holds no secret',
  applies: (gateway) => gateway.invite !== undefined,
  async run(world) {
    const request = wishFor(world);
    const action = world.gateway.invite?.(request);
    assert.deepEqual(world.gateway.invite?.(request), action);
    assert.deepEqual(world.sent, [], 'an invitation calls nobody');
    const text = JSON.stringify(action);
    for (const secret of secretsIn(world)) assert.ok(!text.includes(secret), 'an invitation goes to the browser');
  },
};

export const PAYMENT_RULES: readonly Rule[] = [
  capabilities,
  goesWell,
  refusedByPayer,
  ignoredByPayer,
  questions,
  wrongAmount,
  wrongCurrency,
  anothersPayment,
  late,
  invitation,
];
