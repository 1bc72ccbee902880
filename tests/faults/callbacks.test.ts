// Goal: whatever order, number and form a provider's messages come in, one payment has one end (I2, I5, I6, I18, I20).
// Method: the simulators' own callbacks are kept in a post office, and delivered early, fifty times or in every order; then
// the documents are compared.

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { all } from '../testkit/client.ts';
import { RefreshIntent, VerifyKkiapay } from '../testkit/documents.ts';
import { eventually } from '../testkit/eventually.ts';
import { checkInvariants } from '../testkit/invariants.ts';
import { deliver, openPostOffice, signedByMock, type Letter, type PostOffice } from '../testkit/post-office.ts';
import { startProxy, type Proxy } from '../testkit/proxy.ts';
import { startStack, type Stack } from '../testkit/stack.ts';
import { aMockWish, aWish, created, intentNow } from '../testkit/wishes.ts';
import { permutations } from '../testkit/permutations.ts';
import { openWitness, type Witness } from '../testkit/witness.ts';

vi.setConfig({ testTimeout: 60_000 });

let stack: Stack;
let witness: Witness;
let post: PostOffice;
let provider: Proxy;
beforeAll(async () => {
  [post, provider] = await Promise.all([openPostOffice(), startProxy()]);
  const base = `http://127.0.0.1:${provider.port}`;
  stack = await startStack({
    webhookUrl: post.webhookUrl,
    tuning: { settleMs: 100, promptMs: null, slowMs: 500, lateMs: 20_000 },
    env: {
      MOCK_BASE_URL: `${base}/mock`,
      KKIAPAY_BASE_URL: `${base}/kkiapay`,
      // So late that only callbacks settle, unless a test asks.
      MOCK_POLL_DELAYS_MS: '30000',
      KKIAPAY_POLL_DELAYS_MS: '30000',
    },
  });
  provider.lead(Number(new URL(stack.simulators.url).port));
  witness = await openWitness(stack.config.MONGODB_URL);
});
afterAll(async () => {
  await witness.close();
  await stack.close();
  await provider.close();
  await post.close();
});

const held = async (): Promise<void> => checkInvariants(await witness.evidence({ controls: stack.controls }));
const send = (letter: Letter): Promise<number> => deliver(stack.apiUrl, letter);

/** Nothing that was received waits to be applied. */
async function applied(): Promise<void> {
  await eventually(witness.inbox, (rows) => rows.every(({ state }) => state !== 'RECEIVED'));
}

/** A letter as the mock provider would sign it at this moment. */
function signed(body: string): Letter {
  return signedByMock(body, stack.simulators.env['MOCK_WEBHOOK_SECRET'] ?? '');
}

/** The same payment in another state: what the provider said, or would say, at another time. */
function inState(letter: Letter, state: string): Letter {
  return signed(letter.body.replaceAll('succeeded', state));
}

const BOTH = [
  { gateway: 'mock', wish: () => aMockWish() },
  { gateway: 'KkiaPay', wish: () => aWish() },
] as const;

describe.each(BOTH)('$gateway', ({ gateway, wish }) => {
  it('F46: 50 equal callbacks at once are one delivery, and a replay leaves the document as it is; I2 I18', async () => {
    const intent = await created(stack.client, wish());
    const letter = await post.letter(intent.id);
    const statuses = await Promise.all(Array.from({ length: 50 }, () => send(letter)));
    expect(new Set(statuses)).toEqual(new Set([200]));
    const before = await witness.sees(intent.id);
    expect(before.status).toBe('SUCCEEDED');
    await applied();
    const settled = await witness.intent(intent.id);
    await Promise.all(Array.from({ length: 10 }, () => send(letter)));
    await applied();
    expect(await witness.intent(intent.id)).toEqual(settled);
    expect((await witness.inbox()).filter(({ intentId }) => intentId === intent.id)).toHaveLength(1);
    await held();
  });

  it('F45: a callback before the answer of the call that started it; I3 I20', async () => {
    post.relay(stack.apiUrl);
    await stack.controls.script(gateway.toLowerCase(), { times: 1, on: 'collect', mood: 'slow', callback: 'early' });
    const intent = await created(stack.client, wish());
    post.relay(null);
    expect((await all(stack.client.watch('ws', intent.id))).at(-1)?.status).toBe('SUCCEEDED');
    const settled = { status: 'SUCCEEDED', outcomeUnknown: false, nextAction: null };
    expect(await intentNow(stack.client, intent.id)).toMatchObject(settled);
    const [attempt] = (await witness.intent(intent.id)).attempts;
    expect(attempt).toMatchObject({ state: 'ACCEPTED', providerId: expect.any(String) as string });
    await held();
  });

  it('F43: asked, it says that the payment failed; later it calls with the success; I20 I22', async () => {
    const lies = [
      provider.rewrite('reply', '"state":"succeeded"', '"state":"failed"   '),
      provider.rewrite('reply', '"status":"SUCCESS"', '"status":"FAILED" '),
    ];
    const intent = await created(stack.client, wish());
    const letter = await post.letter(intent.id);
    await stack.client.call(RefreshIntent, { id: intent.id });
    expect(await witness.intent(intent.id)).toMatchObject({ status: 'FAILED', late: false });
    for (const stop of lies) stop();
    expect(await send(letter)).toBe(200);
    expect(await witness.sees(intent.id, ({ status }) => status === 'SUCCEEDED')).toMatchObject({
      late: true,
      failure: null,
    });
    const events = await all(stack.client.watch('sse', intent.id, 2));
    expect(events.map(({ sequence, status }) => [sequence, status])).toEqual([
      [3, 'FAILED'],
      [4, 'SUCCEEDED'],
    ]);
    await held();
  });
});

it('F47: every order of success, pending and failure, each twice, ends the same; I1 I20', async () => {
  const orders = permutations(['succeeded', 'pending', 'failed']);
  const ends = await Promise.all(
    orders.map(async (order) => {
      const intent = await created(stack.client, aMockWish());
      const letter = await post.letter(intent.id, 'succeeded');
      for (const state of order) for (const _time of [1, 2]) expect(await send(inState(letter, state))).toBe(200);
      await eventually(
        witness.inbox,
        (rows) => rows.filter((row) => row.intentId === intent.id && row.state === 'APPLIED').length === 3,
      );
      return witness.intent(intent.id);
    }),
  );
  for (const { status, failure, gatewayTransactionId, outcomeUnknown } of ends) {
    expect({ status, failure, outcomeUnknown }).toEqual({ status: 'SUCCEEDED', failure: null, outcomeUnknown: false });
    expect(gatewayTransactionId).toMatch(/^pay_/);
  }
  await held();
});

describe('F50: another amount than was asked; I5', () => {
  it.each(['wrong-amount', 'wrong-currency'])('mock, %s', async (words) => {
    const intent = await created(stack.client, aMockWish(words));
    await send(await post.letter(intent.id));
    await isFlagged(intent.id, 'AMOUNT_MISMATCH');
  });

  it.each([4_999, 5_001, 500_000, 50])('KkiaPay, %s of 5000 XOF', async (amount) => {
    const intent = await created(stack.client, aWish({ customer: null }));
    await stack.controls.post('/kkiapay/_widget', { amount, data: { intentId: intent.id } });
    await send(await post.letter(intent.id));
    await isFlagged(intent.id, 'AMOUNT_MISMATCH');
  });

  async function isFlagged(id: string, reason: string): Promise<void> {
    const intent = await witness.sees(id, ({ needsReview }) => needsReview);
    expect(intent.status).not.toBe('SUCCEEDED');
    expect(intent.reviewReason).toContain(reason);
    await held();
  }
});

describe("F51: somebody else's transaction; I6 I26", () => {
  it('a callback that names one payment and another intent settles the payment alone', async () => {
    const [mine, other] = await Promise.all([
      created(stack.client, aWish()),
      created(stack.client, aWish({ customer: null })),
    ]);
    const letter = await post.letter(mine.id);
    await send({ ...letter, body: letter.body.replaceAll(mine.id, other.id) });
    expect((await witness.sees(mine.id)).status).toBe('SUCCEEDED');
    await applied();
    expect(await witness.intent(other.id)).toMatchObject({ status: 'PENDING', gatewayTransactionId: null });
    await held();
  });

  it("another app's payment cannot be claimed, and its intent is not there", async () => {
    const theirs = await created(stack.clientOf((await stack.newKey('events')).apiKey), aWish());
    await send(await post.letter(theirs.id));
    const { gatewayTransactionId } = await witness.sees(theirs.id);
    const mine = await created(stack.client, aWish({ customer: null }));
    const input = { idempotencyKey: mine.id, intentId: mine.id, transactionId: gatewayTransactionId ?? '' };
    const claim = await stack.client.call(VerifyKkiapay, { input });
    expect(claim.verifyKkiapay).toMatchObject({ code: 'TRANSACTION_ALREADY_USED' });
    const foreign = await stack.client.call(VerifyKkiapay, {
      input: { ...input, idempotencyKey: 'foreign', intentId: theirs.id },
    });
    expect(foreign.verifyKkiapay).toMatchObject({ __typename: 'NotFoundProblem' });
    expect((await witness.intent(mine.id)).status).toBe('PENDING');
    await held();
  });
});

it('F43: asked, it says that the payment succeeded; later it calls with a failure, and money stays; I1 I20', async () => {
  const intent = await created(stack.client, aMockWish());
  const letter = await post.letter(intent.id, 'succeeded');
  await stack.client.call(RefreshIntent, { id: intent.id });
  expect((await witness.intent(intent.id)).status).toBe('SUCCEEDED');
  for (const state of ['failed', 'expired']) expect(await send(inState(letter, state))).toBe(200);
  await applied();
  expect(await witness.intent(intent.id)).toMatchObject({ status: 'SUCCEEDED', failure: null });
  await held();
});
