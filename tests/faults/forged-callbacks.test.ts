// Goal: a call that is not the provider's, or does not come whole, changes nothing; one that is not heard to be taken comes again and
// counts once (F52, F53; I18, I19, I21). Method: the simulators' own callbacks with another signature, age or byte (ten
// thousand of each gateway's are in tests/input/); and lines that are cut on the way in and on the way out.

import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { IntentDocument } from '../../src/store/document.ts';
import { eventually } from '../testkit/eventually.ts';
import { checkInvariants } from '../testkit/invariants.ts';
import { deliver, openPostOffice, signedByMock, type Letter, type PostOffice } from '../testkit/post-office.ts';
import { startProxy } from '../testkit/proxy.ts';
import { startStack, type Stack } from '../testkit/stack.ts';
import { aMockWish, aWish, created, intentNow } from '../testkit/wishes.ts';
import { openWitness, type Witness } from '../testkit/witness.ts';

vi.setConfig({ testTimeout: 60_000 });

let stack: Stack;
let witness: Witness;
let post: PostOffice;
beforeAll(async () => {
  post = await openPostOffice();
  stack = await startStack({
    webhookUrl: post.webhookUrl,
    tuning: { settleMs: 100, promptMs: null, slowMs: 500, lateMs: 20_000 },
    // So late that only callbacks settle.
    env: { MOCK_POLL_DELAYS_MS: '30000', KKIAPAY_POLL_DELAYS_MS: '30000' },
  });
  witness = await openWitness(stack.config.MONGODB_URL);
});
afterAll(async () => {
  await witness.close();
  await stack.close();
  await post.close();
});

const held = async (): Promise<void> => checkInvariants(await witness.evidence({ controls: stack.controls }));
const send = (letter: Letter): Promise<number> => deliver(stack.apiUrl, letter);

/** Nothing that was received waits to be applied. */
async function applied(): Promise<void> {
  await eventually(witness.inbox, (rows) => rows.every(({ state }) => state !== 'RECEIVED'));
}

/** A letter as the mock provider would sign it at this moment. */
function signed(body: string, at = Date.now(), secret = stack.simulators.env['MOCK_WEBHOOK_SECRET'] ?? ''): Letter {
  return signedByMock(body, secret, at);
}

it('F52: forged, stale, tampered and foreign callbacks write nothing; I19', async () => {
  const [mock, kkiapay] = await Promise.all([created(stack.client, aMockWish()), created(stack.client, aWish())]);
  const [good, hint] = await Promise.all([post.letter(mock.id), post.letter(kkiapay.id)]);
  const now = Date.now();
  const before = await snapshot();
  const forgeries: Letter[] = [
    signed(good.body, now, 'somebody_elses_secret'),
    signed(good.body, now - 301_000),
    signed(good.body, now + 302_000),
    { ...good, headers: { 'content-type': 'application/json' } },
    { ...good, body: good.body.replace('5000', '5001') },
    { ...good, body: JSON.stringify(JSON.parse(good.body), null, 1) },
    {
      ...good,
      headers: { ...good.headers, ...hint.headers, 'x-mock-signature': hint.headers['x-kkiapay-secret'] ?? '' },
    },
    { ...hint, headers: { 'content-type': 'application/json' } },
    { ...hint, headers: { ...hint.headers, 'x-kkiapay-secret': stack.simulators.env['MOCK_WEBHOOK_SECRET'] ?? '' } },
    ...mutations(good, 'x-mock-signature'),
    ...mutations(hint, 'x-kkiapay-secret'),
  ];
  const statuses = await Promise.all(forgeries.map(send));
  expect(new Set(statuses)).toEqual(new Set([401]));
  expect(await snapshot()).toEqual(before);
  expect([await send(good), await send(hint)]).toEqual([200, 200]);
  for (const { id } of [mock, kkiapay]) expect((await witness.sees(id)).status).toBe('SUCCEEDED');
  await held();

  async function snapshot(): Promise<readonly [readonly IntentDocument[], number]> {
    return [await witness.intents({ _id: { $in: [mock.id, kkiapay.id] } }), (await witness.inbox()).length];
  }
});

it('F53: a callback that is cut in the middle is not taken, and taken when it comes whole; I21', async () => {
  const intent = await created(stack.client, aMockWish());
  const letter = await post.letter(intent.id);
  const before = (await witness.inbox()).length;
  const socket = connect(Number(new URL(stack.apiUrl).port), '127.0.0.1');
  const headers = Object.entries({ host: 'passerelle', ...letter.headers, 'content-length': `${letter.body.length}` });
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  socket.write(`POST /webhooks/mock HTTP/1.1\r\n${lines}\r\n${letter.body.slice(0, -1)}`);
  await once(socket, 'ready');
  expect(await intentNow(stack.client, intent.id)).toMatchObject({ status: 'PROCESSING' });
  socket.resetAndDestroy();
  expect(await witness.inbox()).toHaveLength(before);
  expect(await send(letter)).toBe(200);
  expect((await witness.sees(intent.id)).status).toBe('SUCCEEDED');
  await held();
});

it('F53: the line is cut before our 2xx: the provider calls again, and it counts once; I18 I21', async () => {
  const door = await startProxy(Number(new URL(stack.apiUrl).port));
  const intent = await created(stack.client, aMockWish());
  const letter = await post.letter(intent.id);
  for (const mode of ['cut-reply', 'half-close', { cutAfter: 20 }] as const) {
    door.set(mode);
    await expect(deliver(`http://127.0.0.1:${door.port}`, letter)).rejects.toThrow();
  }
  door.set('pass');
  expect(await deliver(`http://127.0.0.1:${door.port}`, letter)).toBe(200);
  expect((await witness.sees(intent.id)).status).toBe('SUCCEEDED');
  await applied();
  expect((await witness.inbox()).filter(({ intentId }) => intentId === intent.id)).toHaveLength(1);
  await door.close();
  await held();
});

/** One character of the header changed, at each place. */
function mutations(letter: Letter, header: string): Letter[] {
  const value = letter.headers[header] ?? '';
  return [...value].map((character, index) => {
    const other = character === '0' ? '1' : '0';
    return {
      ...letter,
      headers: { ...letter.headers, [header]: value.slice(0, index) + other + value.slice(index + 1) },
    };
  });
}
