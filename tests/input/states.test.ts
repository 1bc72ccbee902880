// Goal: what the state of a payment or of a key does not allow is refused with that state, changes nothing, and says whether
// to try again (B37, B40, B41, B43). Method: payments in each state, over real HTTP; the provider's books and
// a hash of the database before and after.

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CreateIntent, ListIntents, RefreshIntent, RefundIntent } from '../testkit/documents.ts';
import { eventually } from '../testkit/eventually.ts';
import { aMockWish, aWish, created, refunded, repeated } from '../testkit/wishes.ts';
import { asks, mutation, PLAIN } from './acts.ts';
import { ask, expectNothingTold, expectRefusal, operation } from './asking.ts';
import { openStage, type Stage } from './stage.ts';

let stage: Stage;
let done = '';
let open = '';
beforeAll(async () => {
  const env = { KKIAPAY_CALL_TIMEOUT_MS: '8000' };
  stage = await openStage({ env, tuning: { settleMs: 0, promptMs: null, slowMs: 3_000, lateMs: 60_000 } });
  [done, open] = await Promise.all([paid(), created(stage.client, aWish({ customer: null })).then(({ id }) => id)]);
});
afterAll(() => stage.close());

/** Nobody works in the background here: whoever wants to know asks. */
async function paid(): Promise<string> {
  const { id } = await created(stage.client, aMockWish());
  await eventually(
    async () => (await stage.client.call(RefreshIntent, { id })).refreshIntent,
    (answer) => answer.__typename === 'RefreshIntentSuccess' && answer.intent.status === 'SUCCEEDED',
  );
  return id;
}

async function answered(body: object, key = stage.apiKey): Promise<unknown> {
  const answer = await ask(stage.apiUrl, operation(key, body));
  expectNothingTold(answer.text);
  return Object.values(answer.body.data ?? {})[0] ?? answer.body;
}

const refused = (body: object, key?: string): Promise<unknown> => stage.unmarked(() => answered(body, key));

describe('B37: the same key', () => {
  it('B37 with another input: refused, with the time of the first', async () => {
    const input = aMockWish();
    const { id } = await created(stage.client, input);
    const conflict = await refused(
      mutation('createIntent', 'CreateIntentInput', PLAIN, { ...input, referenceId: 'other' }),
    );
    const message = expect.stringMatching(
      /^This idempotencyKey was first used at \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z, with another input\.$/,
    ) as string;
    const path = ['input', 'idempotencyKey'];
    expect(conflict).toEqual({
      __typename: 'IdempotencyConflict',
      code: 'IDEMPOTENCY_CONFLICT',
      message,
      retryable: false,
      path,
    });
    const key = randomUUID();
    const cancel = (intentId: string, reason: string) => asks.cancelIntent(intentId, { idempotencyKey: key, reason });
    const { id: other } = await created(stage.client, aWish({ customer: null }));
    expect(await answered(cancel(other, 'one'))).toEqual({ __typename: 'CancelIntentSuccess' });
    for (const again of [cancel(other, 'two'), cancel(id, 'one')]) {
      expect(await refused(again)).toEqual({
        __typename: 'IdempotencyConflict',
        code: 'IDEMPOTENCY_CONFLICT',
        message: 'This idempotencyKey was used before with another input.',
        retryable: false,
        path,
      });
    }
  });

  it('B37 still running: told so within two seconds and a little, and good to repeat', async () => {
    await stage.controls.script('kkiapay', { times: 1, on: 'collect', mood: 'slow', callback: 'none' });
    const input = aWish({ referenceId: 'slow' });
    const first = stage.client.call(CreateIntent, { input });
    // The second is one only once the first is stored.
    await eventually(
      async () => (await stage.client.call(ListIntents, { filter: { referenceId: 'slow' } })).intents.edges,
      ({ length }) => length === 1,
    );
    const from = performance.now();
    const answers = await Promise.all([1, 2, 3].map(() => stage.client.call(CreateIntent, { input })));
    const tookMs = performance.now() - from;
    for (const { createIntent } of answers) {
      expect(createIntent).toEqual({
        __typename: 'IdempotencyConflict',
        code: 'IN_PROGRESS',
        message: 'The first call with this idempotencyKey is still running. Repeat it in a few seconds, as it is.',
        retryable: true,
        path: ['input', 'idempotencyKey'],
      });
    }
    expect(tookMs).toBeGreaterThan(1_900);
    expect(tookMs).toBeLessThan(3_500);
    const [one, two] = await Promise.all([first, repeated(stage.client, input)]);
    expect(one.createIntent).toMatchObject({ __typename: 'CreateIntentSuccess', replayed: false });
    expect(two).toMatchObject({ __typename: 'CreateIntentSuccess', replayed: true });
  });
});

describe('B40 and B41: what the state does not allow', () => {
  const invalid = (status: string, message: string, retryable = false) => ({
    __typename: 'InvalidState',
    code: 'INVALID_STATE',
    message,
    retryable,
    path: ['input', 'intentId'],
    status,
  });
  const over = (amount: number, message: string) => ({
    __typename: 'OverRefund',
    code: 'OVER_REFUND',
    message,
    retryable: false,
    path: ['input', 'amount'],
    refundable: { amount },
  });

  it('B40 a refund of what is not paid', async () => {
    const message = 'Only a SUCCEEDED payment can be refunded; this one is PENDING.';
    expect(await refused(asks.refundIntent(open))).toEqual(invalid('PENDING', message));
  });

  it('B40 a refund of 0', async () => {
    const answer = await stage.unmarked(() =>
      ask(stage.apiUrl, operation(stage.apiKey, asks.refundIntent(done, { amount: 0 }))),
    );
    const rule = 'amount must be a whole number of minor units, 1 to 1000000000000.';
    const message = `Variable "$input" got an invalid value at "input.amount"; ${rule}`;
    expectRefusal(answer, { status: 400, code: 'BAD_USER_INPUT', message });
  });

  it('B40 a refund of more than is left, down to nothing', async () => {
    const intentId = await paid();
    expect(await refused(asks.refundIntent(intentId, { amount: 5_001 }))).toEqual(
      over(5_000, 'At most 5,000 XOF is left to refund.'),
    );
    await refunded(stage.client, intentId, 1_000);
    expect(await refused(asks.refundIntent(intentId, { amount: 4_001 }))).toEqual(
      over(4_000, 'At most 4,000 XOF is left to refund.'),
    );
    await refunded(stage.client, intentId, null);
    expect(await refused(asks.refundIntent(intentId))).toEqual(over(0, 'Nothing is left to refund.'));
  });

  it('B40 refunds without end', async () => {
    const intentId = await paid();
    for (let at = 0; at < 100; at += 20) {
      const some = Array.from({ length: 20 }, () =>
        stage.client.call(RefundIntent, { input: { idempotencyKey: randomUUID(), intentId, amount: 1 } }),
      );
      for (const { refundIntent } of await Promise.all(some))
        expect(refundIntent.__typename).toBe('RefundIntentSuccess');
    }
    expect(await refused(asks.refundIntent(intentId, { amount: 1 }))).toEqual({
      __typename: 'ValidationProblem',
      code: 'VALIDATION',
      message: 'A payment takes at most 100 refunds.',
      retryable: false,
      path: ['input', 'intentId'],
    });
  });

  it.each([
    ['B32 a reason with NUL', 'a\0b', 'reason must be at most 500 characters without control characters.'],
    [
      'B32 a reason of 501 characters',
      'x'.repeat(501),
      'reason must be at most 500 characters without control characters.',
    ],
    ['B31 a card number in a reason', '4242424242424242', 'reason: card numbers are not accepted.'],
  ])('%s', async (_name, reason, message) => {
    const problem = {
      __typename: 'ValidationProblem',
      code: 'VALIDATION',
      message,
      retryable: false,
      path: ['input', 'reason'],
    };
    expect(await refused(asks.cancelIntent(open, { reason }))).toEqual(problem);
    expect(await refused(asks.refundIntent(done, { reason }))).toEqual(problem);
  });

  it('B41 a cancellation after success', async () => {
    const message = 'This payment is SUCCEEDED and can no longer be cancelled.';
    expect(await refused(asks.cancelIntent(done))).toEqual(invalid('SUCCEEDED', message));
  });

  it('B41 a cancellation while nobody knows', async () => {
    await stage.controls.script('kkiapay', { times: 1, on: 'collect', mood: 'garbage', callback: 'none' });
    const unknown = await created(stage.client, aWish());
    expect(unknown).toMatchObject({ status: 'PROCESSING', outcomeUnknown: true });
    const message = 'Whether the provider took this payment is not known yet; try again in a minute.';
    expect(await refused(asks.cancelIntent(unknown.id))).toEqual(invalid('PROCESSING', message, true));
  });
});

describe('B43: transactions of KkiaPay’s widget', () => {
  const claim = async (intentId: string, transactionId: string) =>
    answered(asks.verifyKkiapay(intentId, { transactionId }));
  const refusal = (code: string, message: string, retryable = false) => ({
    __typename: 'VerificationProblem',
    code,
    message,
    retryable,
    path: ['input', 'transactionId'],
  });
  async function pay(body: object): Promise<string> {
    return ((await stage.controls.post('/kkiapay/_widget', { amount: 5_000, ...body })) as { transactionId: string })
      .transactionId;
  }

  it('B43 used, of another amount, of the sandbox’s opposite, of nobody', async () => {
    const used = await pay({});
    const { id: first } = await created(stage.client, aWish({ customer: null }));
    expect(await claim(first, used)).toEqual({ __typename: 'VerifyKkiapaySuccess' });
    const { id } = await created(stage.client, aWish({ customer: null }));
    expect(await claim(id, used)).toEqual(
      refusal('TRANSACTION_ALREADY_USED', 'This transaction belongs to another payment.'),
    );
    const amount = 'The transaction was made for another amount or currency than this payment.';
    expect(await claim(id, await pay({ amount: 4_999 }))).toEqual(refusal('AMOUNT_MISMATCH', amount));
    const world =
      "The transaction was made in KkiaPay's other environment (sandbox or live) than this gateway runs in.";
    expect(await claim(id, await pay({ sandbox: false }))).toEqual(refusal('WRONG_ENVIRONMENT', world));
    expect(await claim(id, 'NoSuchId9')).toEqual(refusal('NOT_VERIFIED', 'KkiaPay knows no such transaction.', true));
    for (const transactionId of ['', 'x'.repeat(129), 'a\0b', 'line\nbreak', '\ud800']) {
      expect(await refused(asks.verifyKkiapay(id, { transactionId }))).toEqual({
        __typename: 'ValidationProblem',
        code: 'VALIDATION',
        message: 'transactionId must be 1..128 characters without control characters.',
        retryable: false,
        path: ['input', 'transactionId'],
      });
    }
  });
});
