// The rules about a provider that calls us and waits for our answer: who may ask, what each step does, what is said again,
// and that the provider's books and ours agree whatever happens in between.

import assert from 'node:assert/strict';
import type { DeskStep } from './conformance-desk.ts';
import {
  agrees,
  answeredBy,
  BODIES,
  booked,
  invited,
  opened,
  performed,
  protocolOf,
  repeats,
  serves,
  verdictsOf,
} from './conformance-served-world.ts';
import { newId, secretsIn, type Rule } from './conformance-world.ts';

const goesWell: Rule = {
  name: 'a payer who follows the link pays',
  applies: serves,
  async run(world) {
    for (const { mode } of world.definition.modes.filter(({ starts }) => starts === 'here')) {
      const { intent, url } = invited(world, mode);
      await world.pay(url);
      assert.equal(world.served.intent(intent.id).status, 'PROCESSING');
      assert.equal(await booked(world, intent.id, 'collect'), 0, 'nothing is taken before the payer says yes');
      await world.phone(intent.id, 'approve');
      const after = world.served.intent(intent.id);
      assert.deepEqual([after.status, after.needsReview, after.failure], ['SUCCEEDED', false, null]);
      const lines = (await world.ledger()).filter(({ reference }) => reference === intent.id);
      assert.deepEqual(
        lines.map(({ providerId }) => providerId),
        [after.gatewayTransactionId],
        'one payment, under its id',
      );
      await agrees(world, intent.id);
    }
    assert.deepEqual(verdictsOf(world.served.exchanges), ['served']);
    assert.deepEqual(world.sent, [], 'nobody is called');
  },
};

const links: Rule = {
  name: 'every link is the same every time, names the payment, and holds no secret',
  applies: serves,
  async run(world) {
    for (const { mode } of world.definition.modes.filter(({ starts }) => starts === 'here')) {
      const { wish, url } = invited(world, mode);
      const again = world.gateway.invite?.({ ...wish, reference: wish.intentId });
      assert.deepEqual(again, { kind: 'REDIRECT', url });
      const other = world.gateway.invite?.({ ...wish, intentId: newId() });
      assert.notDeepEqual(other, again, 'another payment has another link');
      const texts = [url, decodeURIComponent(url), Buffer.from(url.split('/').at(-1) ?? '', 'base64').toString('utf8')];
      for (const secret of secretsIn(world))
        assert.ok(!texts.some((text) => text.includes(secret)), 'a link goes to the browser');
    }
    assert.deepEqual(world.sent, [], 'an invitation calls nobody');
  },
};

const repeated: Rule = {
  name: 'a call that is repeated is answered alike, and moves nothing',
  applies: serves,
  async run(world) {
    const { intent, url } = invited(world);
    await world.script({ on: 'collect', callback: 'duplicate' });
    await world.pay(url);
    await repeats(world, intent.id);
    await world.phone(intent.id, 'approve');
    await repeats(world, intent.id);
    assert.equal(world.served.intent(intent.id).status, 'SUCCEEDED');
    await world.reverse(intent.id);
    await repeats(world, intent.id);
    await agrees(world, intent.id);
  },
};

const forged: Rule = {
  name: 'who does not prove itself is refused before anything is touched',
  applies: serves,
  async run(world) {
    const { intent, url } = invited(world);
    await world.script({ on: 'collect', callback: 'forged' });
    await world.pay(url);
    assert.ok(world.served.exchanges.length > 0, 'somebody has called');
    assert.deepEqual(verdictsOf(world.served.exchanges), ['forged']);
    assert.deepEqual(world.served.touched, [], 'nothing was looked at');
    assert.equal(world.served.intent(intent.id), intent);
    const id = await performed(world);
    const genuine = world.served.exchanges.filter(({ answer }) => answer.verdict === 'served');
    const touched = world.served.touched.length;
    for (const { call } of genuine) {
      const headers = { 'content-type': call.headers['content-type'] };
      const answer = await world.served.answer({ ...call, headers, body: Buffer.from('{}') });
      assert.notEqual(answer.verdict, 'served', 'a proof belongs to its call');
    }
    assert.equal(world.served.touched.length, touched, 'nothing was looked at');
    await agrees(world, id);
  },
};

const otherAmount: Rule = {
  name: 'another amount than was asked for moves nothing',
  applies: serves,
  async run(world) {
    const { intent, url } = invited(world);
    await world.script({ on: 'collect', callback: 'wrong-amount' });
    await world.pay(url);
    assert.deepEqual(verdictsOf(world.served.exchanges), ['refused']);
    assert.equal(world.served.intent(intent.id), intent);
    assert.equal(await booked(world, intent.id, 'collect'), 0);
  },
};

const unknown: Rule = {
  name: 'an order or a transaction that we do not have is refused in words of the provider',
  applies: serves,
  async run(world) {
    const id = await performed(world);
    await world.reverse(id);
    const calls = world.served.exchanges.map(({ call }) => call);
    world.served.forget(id);
    for (const call of calls) {
      const answer = await world.served.answer(call);
      assert.deepEqual([answer.status, answer.verdict], [200, 'refused']);
      assert.notEqual(answer.body, protocolOf(world).unavailable(call).body, 'it is no fault of ours');
    }
  },
};

const reachable: Rule = {
  name: 'where the desk cannot be reached nothing is promised, and the repeat goes on',
  applies: serves,
  async run(world) {
    const { intent, url } = invited(world);
    await world.pay(url);
    await world.phone(intent.id, 'approve');
    const calls = world.served.exchanges.map(({ call }) => call);
    world.served.put(intent);
    for (const call of calls) {
      const fault = await answeredBy(world, call, world.served.awayDesk);
      assert.notEqual(fault.verdict, 'served', 'what is not stored is not promised');
      assert.deepEqual(fault, protocolOf(world).unavailable(call), 'it may ask again');
      assert.equal((await world.served.answer(call)).verdict, 'served');
    }
    assert.equal(world.served.intent(intent.id).status, 'SUCCEEDED');
  },
};

const garbage: Rule = {
  name: 'a body that is no call is refused, and never throws',
  applies: serves,
  async run(world) {
    await opened(world);
    const genuine = world.served.exchanges.at(-1)?.call;
    assert.ok(genuine !== undefined);
    const touched = world.served.touched.length;
    for (const method of ['POST', 'GET', 'DELETE']) {
      for (const body of BODIES) {
        const call = { ...genuine, method, body: Buffer.from(body) };
        const name = `${method} ${String(body).slice(0, 30)}`;
        assert.notEqual((await protocolOf(world).answer(call, world.served.desk)).verdict, 'served', name);
        assert.notEqual(protocolOf(world).unavailable(call).verdict, 'served', name);
      }
    }
    assert.equal(world.served.touched.length, touched, 'nothing was looked at');
  },
};

const givenUp: Rule = {
  name: 'a payer who gives up ends it, and nothing is taken',
  applies: serves,
  async run(world) {
    for (const action of ['reject', 'no-balance'] as const) {
      const { id } = await opened(world);
      await world.phone(id, action);
      const { status, failure } = world.served.intent(id);
      assert.ok(status === 'CANCELLED' || status === 'FAILED', `${action} ended ${status}`);
      assert.ok(status === 'CANCELLED' || failure !== null, 'a payment that failed says why');
      await agrees(world, id);
    }
  },
};

const racing: Rule = {
  name: 'performing and giving up at once end alike on both sides, whoever is first',
  applies: serves,
  async run(world) {
    for (const step of ['perform', 'cancel'] as const satisfies readonly DeskStep[]) {
      await world.script({ on: 'collect', callback: 'reordered' });
      const { id } = await opened(world);
      world.served.first(step);
      await world.phone(id, 'approve');
      const { status } = world.served.intent(id);
      assert.equal(status === 'SUCCEEDED', step === 'perform', `${step} was first, and it is ${status}`);
      await agrees(world, id);
    }
  },
};

const reversal: Rule = {
  name: 'what the provider sends back is a refund, once',
  applies: serves,
  async run(world) {
    const id = await performed(world);
    const isReversed = await world.reverse(id);
    await world.reverse(id);
    const { status, amount, refunds } = world.served.intent(id);
    assert.equal(status, 'SUCCEEDED');
    assert.deepEqual(
      refunds.map((refund) => [refund.amount, refund.status]),
      isReversed ? [[amount.amount, 'SUCCEEDED']] : [],
    );
    await agrees(world, id);
  },
};

const takenBack: Rule = {
  name: 'a payment that we have ended is never taken',
  applies: serves,
  async run(world) {
    for (const end of ['cancel', 'expire'] as const) {
      const before = invited(world);
      world.served[end](before.intent.id);
      await world.pay(before.url);
      const { id } = await opened(world);
      world.served[end](id);
      await world.phone(id, 'approve');
      for (const one of [before.intent.id, id]) {
        assert.equal(world.served.intent(one).status, end === 'cancel' ? 'CANCELLED' : 'EXPIRED');
        await agrees(world, one);
      }
    }
  },
};

/** A transaction that is open for longer keeps an order, and whatever was set aside for it, from everybody else. */
const OPEN_MAX_MS = 2 * 86_400_000;

const late: Rule = {
  name: 'a payment is not taken after its time',
  applies: serves,
  async run(world) {
    await world.script({ on: 'collect', callback: 'none' });
    const { id } = await opened(world);
    const { expiresAt } = world.served.intent(id);
    assert.ok(expiresAt !== null, 'a transaction has an end');
    const leftMs = expiresAt.getTime() - world.clock.now().getTime();
    assert.ok(leftMs <= OPEN_MAX_MS, `it may be performed for ${leftMs} ms`);
    world.clock.pass(leftMs);
    await world.phone(id, 'approve');
    assert.notEqual(world.served.intent(id).status, 'SUCCEEDED');
    await agrees(world, id);
  },
};

export const SERVED_RULES: readonly Rule[] = [
  goesWell,
  links,
  repeated,
  forged,
  otherAmount,
  unknown,
  reachable,
  garbage,
  givenUp,
  racing,
  reversal,
  takenBack,
  late,
];
