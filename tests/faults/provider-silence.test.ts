// Goal: a provider that does not answer, answers rubbish or never calls back costs time and no money: an open outcome stays
// open until the provider itself has said what it is (I7, I8, I9). Method: moods of the simulators, and a proxy in front of
// them that counts what was sent and spoils what is answered; the end is held against the providers' books.

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { REPLY_BYTES_MAX } from '../../src/gateways/http.ts';
import { TRANSPORTS } from '../testkit/client.ts';
import { CancelIntent, RefreshIntent } from '../testkit/documents.ts';
import { eventually } from '../testkit/eventually.ts';
import { checkInvariants } from '../testkit/invariants.ts';
import { openPage } from '../testkit/page.ts';
import type { Mode } from '../testkit/proxy-modes.ts';
import { startProxy, type Proxy } from '../testkit/proxy.ts';
import { startStack, type Stack } from '../testkit/stack.ts';
import { aMockWish, aWish, created, intentNow, paid, refunded } from '../testkit/wishes.ts';
import { openWitness, type Witness } from '../testkit/witness.ts';

vi.setConfig({ testTimeout: 60_000 });

/** Of KkiaPay's sandbox: the payer pays, and no callback comes. */
const PAYS_UNTOLD = '+2290161000005';
const PUSH = 'POST /kkiapay/api/v1/payments/request';
const PAY = 'POST /mock/v1/payments';

let stack: Stack;
let witness: Witness;
let provider: Proxy;
beforeAll(async () => {
  provider = await startProxy();
  const base = `http://127.0.0.1:${provider.port}`;
  stack = await startStack({
    tuning: { settleMs: 300, promptMs: null, slowMs: 6_000, lateMs: 20_000 },
    env: {
      MOCK_BASE_URL: `${base}/mock`,
      MOCK_CALL_TIMEOUT_MS: '1000',
      MOCK_POLL_DELAYS_MS: '200,400',
      KKIAPAY_BASE_URL: `${base}/kkiapay`,
      KKIAPAY_CALL_TIMEOUT_MS: '3000',
      KKIAPAY_PROMPT_SECONDS: '1',
      KKIAPAY_MARGIN_SECONDS: '1',
      KKIAPAY_POLL_DELAYS_MS: '200,400',
    },
  });
  provider.lead(Number(new URL(stack.simulators.url).port));
  witness = await openWitness(stack.config.MONGODB_URL);
});
afterAll(async () => {
  await witness.close();
  await stack.close();
  await provider.close();
});

/** As something between us and the provider writes it. */
function page(status: string, body: string, type = 'text/html', length = body.length): string {
  return `HTTP/1.1 ${status}\r\ncontent-type: ${type}\r\ncontent-length: ${length}\r\nconnection: close\r\n\r\n${body}`;
}

const held = async (): Promise<void> => checkInvariants(await witness.evidence({ controls: stack.controls }));

describe('the provider has done it, and its answer is lost', () => {
  it.each(['lost-reply', 'garbage', 'lost-reply none', 'slow none'])(
    'F38 F40: mock, %s: unknown, then found under our reference; I3 I7 I8',
    async (words) => {
      const intent = await created(stack.client, aMockWish(words));
      expect(intent).toMatchObject({ status: 'PROCESSING', outcomeUnknown: true, failure: null });
      const pages = TRANSPORTS.map((transport) => openPage(stack.client, transport, intent.id));
      for (const page of pages)
        expect((await page.ended).map(({ status }) => status)).toEqual(['PENDING', 'PROCESSING', 'SUCCEEDED']);
      expect(await intentNow(stack.client, intent.id)).toMatchObject({ status: 'SUCCEEDED', outcomeUnknown: false });
      await held();
    },
  );

  it.each(['lost-reply', 'garbage', 'slow'])(
    'F38 F40: KkiaPay, %s: the callback names it, and no second push goes out',
    async (mood) => {
      const pushes = provider.watch([PUSH]);
      await stack.controls.script('kkiapay', { times: 1, on: 'collect', mood });
      const intent = await created(stack.client, aWish());
      // The callback may be faster than the end of our patience.
      expect(['PROCESSING', 'SUCCEEDED']).toContain(intent.status);
      const page = openPage(stack.client, 'ws', intent.id);
      expect((await page.ended).at(-1)?.status).toBe('SUCCEEDED');
      expect(pushes.count()).toBe(1);
      pushes.end();
      await held();
    },
  );

  it.each([
    ['a 500', page('500 Internal Server Error', '<h1>Oops</h1>')],
    ['a 502', page('502 Bad Gateway', '<h1>Bad Gateway</h1>')],
    ['a 504', page('504 Gateway Timeout', '')],
    ['a 200 with a page', page('200 OK', '<h1>Welcome</h1>')],
    ['a 200 with nothing', page('200 OK', '')],
    ['a 200 with half of a JSON', page('200 OK', '{"id":"pay_1","transactionId":"AAAA', 'application/json')],
    ['a 200 that ends before its length', `${page('200 OK', '{"id":', 'application/json', 500)}`],
    ['a 200 with a JSON of something else', page('200 OK', '{"ok":true}', 'application/json')],
    ['a 201 in another type', page('201 Created', 'id=pay_1&state=succeeded', 'application/x-www-form-urlencoded')],
  ])('F40: %s over the good answer is unknown, and not a refusal; I7 I8', async (_what, answer) => {
    const calls = [PAY, PUSH].map((words) => provider.watch([words], { answer }));
    const wishes = [aMockWish('none'), aWish()];
    const intents = await Promise.all(wishes.map((wish) => created(stack.client, wish)));
    expect(intents[0]).toMatchObject({ status: 'PROCESSING', outcomeUnknown: true });
    for (const { id } of intents) expect((await witness.sees(id)).status).toBe('SUCCEEDED');
    for (const call of calls) {
      expect(call.count()).toBe(1);
      call.end();
    }
    await held();
  });

  it('F44: a byte a second, and a body without an end: the deadline and the bound hold; I7 I8', async () => {
    const ways: readonly Mode[] = [{ trickleMs: 1_000 }, 'endless'];
    for (const way of ways) {
      const calls = [PAY, PUSH].map((words) => provider.watch([words], way));
      const began = performance.now();
      const intents = await Promise.all([aMockWish('none'), aWish()].map((wish) => created(stack.client, wish)));
      // The longest of the two deadlines, and room for a busy machine: the whole reply would take minutes.
      expect(performance.now() - began).toBeLessThan(3_000 + 5_000);
      expect(intents[0]).toMatchObject({ status: 'PROCESSING', outcomeUnknown: true });
      for (const { id } of intents) expect((await witness.sees(id)).status).toBe('SUCCEEDED');
      for (const call of calls) {
        expect(call.count()).toBe(1);
        // What lies in the buffers of the sockets is on its way when the reader goes.
        expect(call.written()).toBeLessThan(REPLY_BYTES_MAX + 8_000_000);
        call.end();
      }
    }
    await held();
  });

  it('F44: a status that trickles in is no answer, and holds up no other question; I3', async () => {
    const slow = await created(stack.client, aMockWish('none'));
    const asked = provider.watch([`GET /mock/v1/payments/`, slow.gatewayTransactionId ?? 'none'], { trickleMs: 1_000 });
    const other = await created(stack.client, aMockWish('none'));
    expect((await witness.sees(other.id)).status).toBe('SUCCEEDED');
    await asked.answered(1);
    expect((await witness.intent(slow.id)).status).toBe('PROCESSING');
    asked.end();
    expect((await witness.sees(slow.id)).status).toBe('SUCCEEDED');
    await held();
  });

  it('F38: a refund is not sent again as long as it may have happened; I10 I11', async () => {
    const intent = await paid(stack.client, aMockWish('', { metadata: [{ key: 'mock_refund', value: 'lost-reply' }] }));
    const refunds = provider.watch(['POST /mock/v1/refunds']);
    expect(await refunded(stack.client, intent.id, 2_000)).toMatchObject({ refund: { status: 'PROCESSING' } });
    expect(await refunded(stack.client, intent.id, 3_001)).toMatchObject({ __typename: 'OverRefund' });
    const after = await witness.sees(intent.id, (one) => one.refunds.every(({ status }) => status === 'SUCCEEDED'));
    expect(after.refunds.map(({ outcomeUnknown }) => outcomeUnknown)).toEqual([false]);
    expect(refunds.count()).toBe(1);
    refunds.end();
    await held();
  });
});

describe('the provider has not done it, and says nothing', () => {
  it('F39: mock takes our reference twice, so the same bytes are sent again; I9', async () => {
    const sent = provider.watch([PAY]);
    await stack.controls.script('mock', { times: 1, on: 'collect', mood: 'silent' });
    const intent = await created(stack.client, aMockWish());
    expect(intent).toMatchObject({ status: 'PROCESSING', outcomeUnknown: true });
    expect((await witness.sees(intent.id)).status).toBe('SUCCEEDED');
    const [first, second, ...rest] = sent.requests().map((text) => text.slice(text.indexOf('{')));
    expect(second).toBe(first);
    expect(JSON.parse(first ?? '')).toMatchObject({ intentId: intent.id });
    expect(rest).toEqual([]);
    sent.end();
    await held();
  });

  it('F39: KkiaPay takes none: it ends EXPIRED, never FAILED, without a second push; I8', async () => {
    const pushes = provider.watch([PUSH]);
    const moods = ['silent', 'server-error'];
    for (const mood of moods) await stack.controls.script('kkiapay', { times: 1, on: 'collect', mood });
    const intents = await Promise.all(moods.map(() => created(stack.client, aWish())));
    for (const intent of intents) {
      expect(intent).toMatchObject({ status: 'PROCESSING', outcomeUnknown: true });
      const cancel = { idempotencyKey: randomUUID(), intentId: intent.id };
      const { cancelIntent } = await stack.client.call(CancelIntent, { input: cancel });
      expect(cancelIntent).toMatchObject({ __typename: 'InvalidState', retryable: true });
    }
    const pages = intents.map(({ id }, index) => openPage(stack.client, TRANSPORTS[index] ?? 'ws', id));
    for (const page of pages)
      expect((await page.ended).map(({ status }) => status)).toEqual(['PENDING', 'PROCESSING', 'EXPIRED']);
    expect(pushes.count()).toBe(2);
    pushes.end();
    await held();
  });
});

describe('the provider does not tell', () => {
  it('F48: no callback ever comes, and the polls settle; I3', async () => {
    const intents = await Promise.all([
      created(stack.client, aMockWish('none')),
      created(stack.client, aMockWish('none reject')),
      created(stack.client, aWish({ customer: { phone: PAYS_UNTOLD } })),
    ]);
    const ends = await Promise.all(intents.map(({ id }) => witness.sees(id)));
    expect(ends.map(({ status }) => status)).toEqual(['SUCCEEDED', 'FAILED', 'SUCCEEDED']);
    expect(await witness.inbox()).not.toContainEqual(expect.objectContaining({ intentId: intents[0].id }));
    await held();
  });

  it('F38 F48: KkiaPay has done it, and neither answers nor calls: it expires, and people are told; I3', async () => {
    await stack.controls.script('kkiapay', { times: 1, on: 'collect', mood: 'lost-reply', callback: 'none' });
    const intent = await created(stack.client, aWish());
    const end = await witness.sees(intent.id);
    expect(end).toMatchObject({ status: 'EXPIRED', outcomeUnknown: true, needsReview: true });
    await held();
  });

  it('F41: too many requests is a no to a call, and no news to a question; I3 I7', async () => {
    await stack.controls.script('mock', { times: 1, on: 'collect', mood: 'rate-limited' });
    const refused = await created(stack.client, aMockWish());
    expect(refused).toMatchObject({ status: 'FAILED', failure: { code: 'PROVIDER_BUSY', retryable: true } });
    await stack.controls.script('mock', { times: 3, on: 'lookup', mood: 'rate-limited' });
    const intent = await created(stack.client, aMockWish('none'));
    expect((await witness.sees(intent.id)).status).toBe('SUCCEEDED');
    await held();
  });

  it('F42: it denies the payment for a while; nothing is given up, and nothing is paid twice; I3 I8', async () => {
    const honest = provider.rewrite('request', 'GET /mock/v1/payments/', 'GET /mock/v1/refunds/');
    const asked = provider.watch(['GET /mock/v1/payments/']);
    const intents = await Promise.all(
      ['none', 'lost-reply none'].map((words) => created(stack.client, aMockWish(words))),
    );
    await asked.answered(4);
    for (const { id } of intents) expect((await witness.intent(id)).status).toBe('PROCESSING');
    honest();
    for (const { id } of intents) expect((await witness.sees(id)).status).toBe('SUCCEEDED');
    asked.end();
    await held();
  });

  it('F12: a payment that nobody can be asked about holds up no other, and ends; I23', async () => {
    const intent = await created(stack.client, aWish({ customer: { phone: PAYS_UNTOLD } }));
    const { gatewayTransactionId } = intent;
    const asked = provider.watch(['/transactions/status', gatewayTransactionId ?? 'none'], 'cut-reply');
    await asked.asked(1);
    const other = await created(stack.client, aWish({ customer: { phone: PAYS_UNTOLD } }));
    expect((await witness.sees(other.id)).status).toBe('SUCCEEDED');
    expect((await witness.sees(intent.id)).status).toBe('EXPIRED');
    asked.end();
    // Whoever asks later hears the truth, as soon as the breaker lets a question through again.
    const refresh = () => stack.client.call(RefreshIntent, { id: intent.id });
    await eventually(
      refresh,
      ({ refreshIntent: answer }) => 'intent' in answer && answer.intent.status === 'SUCCEEDED',
      { everyMs: 200 },
    );
    expect(await witness.intent(intent.id)).toMatchObject({ late: true });
    await held();
  });
});
