// Goal: of ten thousand calls by somebody who is not Payme none is served, and whatever Payme itself may send wrongly moves
// nothing; none is answered other than by HTTP 200 and JSON-RPC, as Payme wants it (I19, S6). Method: genuine calls about an open
// payment with another credential, or with a body that a seed has spoilt, against the running server.

import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { AMOUNT, creation, newId, paymeAt, wish, type Payme } from '../testkit/payme.ts';
import { startStack, type Stack } from '../testkit/stack.ts';
import { created } from '../testkit/wishes.ts';
import { openWitness, type Witness } from '../testkit/witness.ts';

const FORGERIES = 10_000;
const SPOILT = 2_000;
const AT_ONCE = 32;
const SEED = 20_261_121;
const NOT_ALLOWED = -32504;

let stack: Stack;
let witness: Witness;
let payme: Payme;
let intentId = '';
const transaction = newId();
beforeAll(async () => {
  stack = await startStack({ work: false });
  witness = await openWitness(stack.config.MONGODB_URL);
  payme = paymeAt(stack);
  intentId = (await created(stack.client, wish())).id;
  expect(await payme.says('CreateTransaction', creation(transaction, intentId))).toBe(1);
});
afterAll(async () => {
  await witness.close();
  await stack.close();
});

/** Everything that a call could have changed. */
const books = async (): Promise<string> => JSON.stringify([await witness.intents(), await witness.inbox()]);

/** What would end the payment, were it believed. */
const bodies = [
  { method: 'PerformTransaction', params: { id: transaction } },
  { method: 'CancelTransaction', params: { id: transaction, reason: 5 } },
  { method: 'CheckTransaction', params: { id: transaction } },
  { method: 'GetStatement', params: { from: 0, to: Date.now() } },
].map((call, id) => JSON.stringify({ id, ...call }));

function textIn(credential: string): string {
  return Buffer.from(credential.replace(/^Basic\s*/i, ''), 'base64').toString('latin1');
}

async function inBatches<Item>(items: readonly Item[], send: (item: Item) => Promise<unknown>): Promise<unknown[]> {
  const answers: unknown[] = [];
  for (let start = 0; start < items.length; start += AT_ONCE) {
    answers.push(...(await Promise.all(items.slice(start, start + AT_ONCE).map(send))));
  }
  return answers;
}

it(`serves none of ${FORGERIES} calls with another credential; I19`, { timeout: 120_000 }, async () => {
  const right = `Basic ${Buffer.from(`Paycom:${stack.simulators.env['PAYME_SECRET_KEY'] ?? ''}`).toString('base64')}`;
  const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;
  const lies = fc
    .oneof(
      fc.nat(right.length - 1).map((at) => right.slice(0, at) + (right[at] === 'A' ? 'B' : 'A') + right.slice(at + 1)),
      fc.nat(right.length - 1).map((length) => right.slice(0, length)),
      fc.stringMatching(/^[!-~]{1,80}$/).map((key) => basic(`Paycom:${key}`)),
      fc.stringMatching(/^[!-~]{0,120}$/),
      fc.constantFrom(
        '',
        'Basic',
        right.replace('Basic', 'Bearer'),
        `${right},${right}`,
        basic('Paycom:'),
        basic('Paycom'),
      ),
    )
    // Base64 has several spellings of one text: without its padding, say, or with other bits behind the last byte.
    .filter((lie) => textIn(lie) !== textIn(right));
  const before = await books();
  const all = fc.sample(lies, { numRuns: FORGERIES, seed: SEED });
  const answers = await inBatches([...all.entries()], async ([index, authorization]) => {
    const { error } = await payme.send(bodies[index % bodies.length] ?? '', { authorization });
    return error?.code;
  });
  expect(new Set(answers)).toEqual(new Set([NOT_ALLOWED]));
  expect(await books()).toBe(before);
});

it(`is moved by none of ${SPOILT} spoilt bodies, whoever sends them`, { timeout: 60_000 }, async () => {
  const genuine = JSON.stringify({ id: 1, method: 'PerformTransaction', params: { id: transaction } });
  const spoilt = fc
    .oneof(
      fc.nat(genuine.length - 1).map((at) => genuine.slice(0, at)),
      fc.nat(genuine.length - 1).map((at) => `${genuine.slice(0, at)}\u0000${genuine.slice(at + 1)}`),
      fc.json(),
      fc.anything().map((id) => JSON.stringify({ id: 1, method: 'PerformTransaction', params: { id } })),
      fc.anything().map((params) => JSON.stringify({ id: 1, method: 'CancelTransaction', params })),
      fc
        .anything()
        .map((amount) =>
          JSON.stringify({ id: 1, method: 'CreateTransaction', params: { ...creation(newId(), intentId), amount } }),
        ),
      fc.constantFrom('{"$ne":null}', '{"__proto__":{"method":"PerformTransaction"}}', `${'['.repeat(5_000)}`),
    )
    .filter((body) => body !== undefined && body !== genuine && !body.includes(`"amount":${AMOUNT}`));
  const before = await books();
  const answers = await inBatches(fc.sample(spoilt, { numRuns: SPOILT, seed: SEED }), async (body) => {
    const { error, result } = await payme.send(body);
    return result === undefined && typeof error?.code === 'number';
  });
  expect(new Set(answers)).toEqual(new Set([true]));
  expect(await books()).toBe(before);
  // And the payment goes on.
  expect(await payme.says('PerformTransaction', { id: transaction })).toBe(2);
});
