// Goal: of ten thousand mutations of a genuine callback none is accepted, none is answered 5xx, and no intent changes (I19,
// S6). Method: every gateway whose callbacks carry a proof; its own simulator writes and signs one, a seeded generator
// changes it, and all go to the running server. What proves a callback is found by taking it away, piece by piece.

import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { definitions } from '../../src/config.ts';
import type { GatewayDefinition } from '../../src/gateways/contract.ts';
import type { GatewayId } from '../testkit/generated/graphql.ts';
import { deliver, openPostOffice, type Letter, type PostOffice } from '../testkit/post-office.ts';
import { startStack, type Stack } from '../testkit/stack.ts';
import { aWish, created } from '../testkit/wishes.ts';
import { openWitness, type Witness } from '../testkit/witness.ts';

const FORGERIES = 10_000;
const AT_ONCE = 32;
const SEED = 20_261_121;

let stack: Stack;
let witness: Witness;
let post: PostOffice;
beforeAll(async () => {
  post = await openPostOffice();
  stack = await startStack({
    // What is accepted is stored, and stays as it came.
    work: false,
    webhookUrl: post.webhookUrl,
    tuning: { settleMs: 1, promptMs: null, slowMs: 500, lateMs: 20_000 },
    env: { PUBLIC_URL: post.url, KKIAPAY_WEBHOOK_AUTH: 'hmac' },
  });
  await fetch(`${stack.simulators.url}/kkiapay/_options`, { method: 'POST', body: '{"auth":"hmac"}' });
  witness = await openWitness(stack.config.MONGODB_URL);
});
afterAll(async () => {
  await witness.close();
  await stack.close();
  await post.close();
});

const send = (letter: Letter): Promise<number> => deliver(stack.apiUrl, letter);

/** Everything that a call could have changed. */
async function books(): Promise<string> {
  return JSON.stringify([await witness.intents(), (await witness.inbox()).map(({ _id }) => _id)]);
}

async function genuine({ id, webhookName, simulator }: GatewayDefinition): Promise<Letter> {
  const { sample } = await simulator();
  const wish = aWish({
    gateway: id.toUpperCase() as GatewayId,
    amount: sample.amount,
    country: sample.country,
    customer: { phone: sample.phone },
  });
  await created(stack.client, wish);
  return post.letterOf(webhookName ?? id);
}

interface Proof {
  readonly headers: readonly string[];
  /** A secret path. */
  readonly path: boolean;
  /** The signature is over the body. */
  readonly body: boolean;
}

/** Which parts of a call it is not accepted without. */
async function proofOf(letter: Letter): Promise<Proof> {
  const isRefused = async (change: Partial<Letter>): Promise<boolean> => (await send({ ...letter, ...change })) !== 200;
  const names = Object.keys(letter.headers).filter((name) => !/^(?:accept|content|user-agent|sec-)/.test(name));
  const needed = await Promise.all(names.map((name) => isRefused({ headers: { ...letter.headers, [name]: 'x' } })));
  return {
    headers: names.filter((_name, index) => needed[index]),
    path: letter.gateway.includes('/') && (await isRefused({ gateway: `${letter.gateway}x` })),
    body: await isRefused({ body: `${letter.body} ` }),
  };
}

const HEX = [...'0123456789abcdef'];

/** One small or large lie. Spaces around a header's value are no part of it, so none is only that. */
function lieOf(letter: Letter, proof: Proof): fc.Arbitrary<Letter> {
  const lies: fc.Arbitrary<Letter>[] = [];
  const changed = (text: string): fc.Arbitrary<string> =>
    fc
      .oneof(
        fc.nat(text.length - 1).map((at) => text.slice(0, at) + (text[at] === '0' ? '1' : '0') + text.slice(at + 1)),
        fc.nat(text.length - 1).map((length) => text.slice(0, length)),
        fc.array(fc.constantFrom(...HEX), { minLength: 1, maxLength: 80 }).map((digits) => digits.join('')),
        fc.stringMatching(/^[!-~]{1,200}$/),
        fc.constant(text.toUpperCase()),
        fc.constant([...text].toReversed().join('')),
        fc.constant(`${text},${text}`),
        fc.nat(9).map((digit) => text.replace(/\d+/, (run) => `${digit}${run.slice(1)}`)),
        fc.nat(400_000).map((by) => text.replace(/\d{10}/, (seconds) => String(Number(seconds) + 301 + by))),
        fc.nat(400_000).map((by) => text.replace(/\d{10}/, (seconds) => String(Number(seconds) - 301 - by))),
      )
      .filter((other) => other.trim() !== text.trim());
  for (const name of proof.headers) {
    const value = letter.headers[name] ?? '';
    lies.push(changed(value).map((other) => ({ ...letter, headers: { ...letter.headers, [name]: other } })));
    const { [name]: _gone, ...rest } = letter.headers;
    lies.push(fc.constant({ ...letter, headers: rest }));
  }
  if (proof.path) {
    const [name = '', ...path] = letter.gateway.split('/');
    const token = path.at(-1) ?? '';
    const safe = changed(token).filter((other) => /^[\w-]*$/.test(other));
    lies.push(safe.map((other) => ({ ...letter, gateway: [name, ...path.slice(0, -1), other].join('/') })));
    lies.push(fc.uuid().map((id) => ({ ...letter, gateway: [name, ...path.slice(0, -2), id, token].join('/') })));
  }
  if (proof.body) {
    lies.push(changed(letter.body).map((body) => ({ ...letter, body })));
    lies.push(fc.json().map((body) => ({ ...letter, body })));
    lies.push(fc.nat(9).map((digit) => ({ ...letter, body: letter.body.replace(/("amount"[^\d]*)\d/, `$1${digit}`) })));
  }
  return fc.oneof(...lies).filter((lie) => JSON.stringify(lie) !== JSON.stringify(letter));
}

const CALLING_BACK = definitions.filter(({ modes }) => modes.some(({ starts }) => starts === 'provider'));

describe.each(CALLING_BACK)('$id', (definition) => {
  it(`S6 F52: takes none of ${FORGERIES} forgeries; I19`, { timeout: 120_000 }, async () => {
    const letter = await genuine(definition);
    const proof = await proofOf(letter);
    expect([...proof.headers, ...(proof.path ? ['path'] : [])], 'something proves a callback').not.toEqual([]);
    const before = await books();
    const lies = fc.sample(lieOf(letter, proof), { numRuns: FORGERIES, seed: SEED });
    const statuses = new Map<number, number>();
    for (let start = 0; start < lies.length; start += AT_ONCE) {
      const batch = await Promise.all(lies.slice(start, start + AT_ONCE).map(send));
      for (const status of batch) statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
    const allowed = [400, 401, 403, 404];
    expect([...statuses.keys()].filter((status) => !allowed.includes(status))).toEqual([]);
    expect([...statuses.values()].reduce((sum, count) => sum + count, 0)).toBe(FORGERIES);
    expect(await books()).toBe(before);
    // The genuine one is as good as before.
    expect(await send(letter)).toBe(200);
  });
});
