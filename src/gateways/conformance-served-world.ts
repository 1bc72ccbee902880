// How the rules about a provider that calls us work: a payment that waits for its payer, the provider's simulator that takes it
// further, and two books that have to agree.

import assert from 'node:assert/strict';
import { append, type Intent } from '../core/intent.ts';
import { amountRefunded } from '../core/refund.ts';
import type { ServedExchange } from './conformance-desk.ts';
import { intentOf, moment, NO_BODIES, wishFor, type World } from './conformance-world.ts';
import type { Gateway, ServedAnswer, ServedCall, ServedDesk, ServedProtocol } from './contract.ts';

export const serves = (gateway: Gateway): boolean => gateway.serve !== undefined;

export function protocolOf({ gateway }: World): ServedProtocol {
  assert.ok(gateway.serve !== undefined);
  return gateway.serve;
}

/** A payment that waits for its payer, and the link that leads there. */
export function invited(world: World, mode = world.definition.modes.find(({ starts }) => starts === 'here')?.mode) {
  assert.ok(mode !== undefined && world.gateway.invite !== undefined);
  const wish = { ...wishFor(world), mode };
  const at = world.clock.now();
  const expiresAt = new Date(at.getTime() + world.gateway.timing.inviteMs);
  const bare: Intent = { ...intentOf(world, wish), paymentMode: mode, attempts: [], expiresAt };
  const intent = append(bare, { type: 'PAYMENT_INITIATED', from: null, refund: null }, moment(world));
  world.served.put(intent);
  const action = world.gateway.invite({ ...wish, reference: wish.intentId });
  assert.ok(action.kind === 'REDIRECT', 'the payer follows a link');
  return { intent, wish, url: action.url };
}

/** The payer has followed the link, and the provider has opened its transaction. */
export async function opened(world: World) {
  const { intent, url } = invited(world);
  await world.pay(url);
  assert.equal(world.served.intent(intent.id).status, 'PROCESSING', 'the provider has opened its transaction');
  return { id: intent.id, url };
}

export async function performed(world: World): Promise<string> {
  const { id } = await opened(world);
  await world.phone(id, 'approve');
  assert.equal(world.served.intent(id).status, 'SUCCEEDED', 'a payment that nothing disturbs goes well');
  return id;
}

export async function booked(world: World, id: string, kind: 'collect' | 'refund'): Promise<number> {
  const lines = (await world.ledger()).filter((line) => line.reference === id && line.kind === kind);
  return lines.reduce((sum, { state, amount }) => (state === 'succeeded' ? sum + amount : sum), 0);
}

/** What the provider took and gave back is what we say. */
export async function agrees(world: World, id: string): Promise<void> {
  const intent = world.served.intent(id);
  const paid = intent.status === 'SUCCEEDED' ? intent.amount.amount : 0;
  assert.equal(await booked(world, id, 'collect'), paid, `the provider's books agree with ${intent.status}`);
  assert.equal(await booked(world, id, 'refund'), amountRefunded(intent).amount, 'what went back is what we say');
}

export function verdictsOf(exchanges: readonly ServedExchange[]): readonly string[] {
  return [...new Set(exchanges.map(({ answer }) => answer.verdict))];
}

/** The last call, once more: the same answer to the byte. And all that were sent at once were answered alike. */
export async function repeats(world: World, id: string): Promise<void> {
  const before = world.served.intent(id);
  const last = world.served.exchanges.at(-1);
  assert.ok(last !== undefined, 'the provider has called');
  const again = await world.served.answer(last.call);
  assert.deepEqual(again, last.answer, 'a repeat hears the same');
  assert.equal(world.served.intent(id), before, 'a repeat moves nothing');
  const bodies = new Map<string, Set<string>>();
  for (const { call, answer } of world.served.exchanges) {
    const key = call.body.toString('base64');
    bodies.set(key, (bodies.get(key) ?? new Set()).add(answer.body));
  }
  for (const answers of bodies.values()) assert.equal(answers.size, 1, 'calls at once are answered alike');
}

/** As our own service does it: what the protocol lets through is a fault of the desk. */
export async function answeredBy(world: World, call: ServedCall, desk: ServedDesk): Promise<ServedAnswer> {
  const protocol = protocolOf(world);
  try {
    return await protocol.answer(call, desk);
  } catch {
    return protocol.unavailable(call);
  }
}

/** No call of any provider. */
export const BODIES: readonly (string | Buffer)[] = [
  ...NO_BODIES,
  '{"method":',
  '{"__proto__":{"method":"x"}}',
  '{"method":"constructor","params":{},"id":1,"step":"toString"}',
  '{"method":{"$gt":""},"params":[],"id":{}}',
  'a=1&b=2',
];
