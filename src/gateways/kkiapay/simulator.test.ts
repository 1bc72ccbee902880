// Goal: the simulator is KkiaPay as the fact sheet's sections 9 and 10 describe it. Method: payments by its published test
// numbers and through its widget, under a clock that stands still.

import { Script } from 'node:vm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openWorld, type OpenWorld } from '../conformance-world.fixture.ts';
import { start, wishFor } from '../conformance-world.ts';
import { kkiapay } from './index.ts';

let world: OpenWorld;
beforeEach(async () => {
  world = await openWorld(kkiapay);
});
afterEach(() => world.close());

async function pushTo(phone: string) {
  const wish = wishFor(world);
  const { outcome, intent } = await start(world, { ...wish, customer: { ...wish.customer, phone } });
  const providerId = outcome.kind === 'accepted' ? (outcome.providerId ?? '') : '';
  return { intent, providerId };
}

async function statusOf(transactionId: string): Promise<Record<string, unknown>> {
  const response = await fetch(`${world.simulatorUrl}/api/v1/transactions/status`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-api-key': world.env['KKIAPAY_PUBLIC_KEY'] ?? '',
      'x-private-key': world.env['KKIAPAY_PRIVATE_KEY'] ?? '',
      'x-secret-key': world.env['KKIAPAY_SECRET_KEY'] ?? '',
    },
    body: JSON.stringify({ transactionId }),
  });
  return (await response.json()) as Record<string, unknown>;
}

const bodies = (): Record<string, unknown>[] =>
  world.callbacks.map(({ body }) => JSON.parse(body.toString('utf8')) as Record<string, unknown>);

describe('test numbers', () => {
  it.each([
    ['61', '0', 'SUCCESS', undefined],
    ['97', '0', 'SUCCESS', undefined],
    ['68', '1', 'FAILED', 'processing_error'],
    ['95', '1', 'FAILED', 'processing_error'],
    ['61', '2', 'FAILED', 'insufficient_fund'],
    ['68', '2', 'FAILED', 'insufficient_fund'],
    ['97', '3', 'FAILED', 'payment_declined'],
    ['95', '3', 'FAILED', 'payment_declined'],
  ])('%s00000%s ends %s', async (network, digit, status, failureCode) => {
    for (const phone of [`+229${network}00000${digit}`, `+22901${network}00000${digit}`]) {
      const { providerId } = await pushTo(phone);
      expect(await statusOf(providerId)).toMatchObject({ status: 'PENDING' });
      world.clock.pass(2_000);
      const answer = await statusOf(providerId);
      expect([answer['status'], answer['failureCode']]).toEqual([status, failureCode]);
    }
  });

  it('answers well for numbers that are not published', async () => {
    const { providerId } = await pushTo('+2290196123456');
    world.clock.pass(2_000);
    expect(await statusOf(providerId)).toMatchObject({ status: 'SUCCESS', fees: 19, amount: 1_000 });
  });

  it('4 never answers: it fails by time after 90 s', async () => {
    const { providerId } = await pushTo('+2290161000004');
    world.clock.pass(89_999);
    expect(await statusOf(providerId)).toMatchObject({ status: 'PENDING' });
    world.clock.pass(1);
    expect(await statusOf(providerId)).toMatchObject({ status: 'FAILED', failureCode: 'timeout' });
    await world.called(1);
    expect(bodies()).toMatchObject([{ event: 'transaction.failed', failureCode: 'timeout' }]);
  });

  it('5 pays without a callback, 6 calls back many times, 7 before its reply', async () => {
    const { providerId: untold } = await pushTo('+2290161000005');
    world.clock.pass(2_000);
    expect(await statusOf(untold)).toMatchObject({ status: 'SUCCESS' });
    const { providerId: early } = await pushTo('+2290161000007');
    expect(bodies()).toMatchObject([{ transactionId: early, event: 'transaction.success' }]);
    const { providerId: often } = await pushTo('+2290161000006');
    world.clock.pass(2_000);
    await world.called(6);
    expect(bodies().filter(({ transactionId }) => transactionId === often)).toHaveLength(5);
  });
});

describe('the widget', () => {
  it('is paid at once, and its id tells whose payment it was', async () => {
    const action = world.gateway.invite?.(wishFor(world));
    expect(action).toMatchObject({ kind: 'WIDGET', sandbox: true, scriptUrl: `${world.simulatorUrl}/k.js` });
    const data = action?.kind === 'WIDGET' ? action.data : '';
    const { body } = await world.post('/_widget', { amount: 750, data, phone: '2290161000000' });
    const { transactionId } = body as { transactionId: string };
    expect(transactionId).toMatch(/^[A-Za-z0-9_-]{9}$/);
    const { intentId } = JSON.parse(data) as { intentId: string };
    expect(await world.ledger()).toMatchObject([
      { reference: intentId, providerId: transactionId, state: 'succeeded' },
    ]);
    expect(await statusOf(transactionId)).toMatchObject({ status: 'SUCCESS', state: data, amount: 750 });
    await world.called(1);
  });

  it('says which world it was paid in only when a test asks for it', async () => {
    const pay = async (sandbox?: boolean) => {
      const { body } = await world.post('/_widget', { amount: 100, sandbox });
      return statusOf((body as { transactionId: string }).transactionId);
    };
    expect(await pay()).not.toHaveProperty('sandbox');
    expect(await pay(false)).toMatchObject({ sandbox: false });
  });

  it('names the field at fault', async () => {
    expect(await world.post('/_widget', { amount: 0.5 })).toMatchObject({
      status: 400,
      body: { error: { field: 'amount' } },
    });
  });

  it('comes with a script and a page', async () => {
    const script = await fetch(`${world.simulatorUrl}/k.js`);
    expect(script.headers.get('content-type')).toBe('text/javascript');
    const text = await script.text();
    expect(() => new Script(text)).not.toThrow();
    for (const name of ['openKkiapayWidget', 'addSuccessListener', 'addFailedListener', 'addKkiapayCloseListener']) {
      expect(text).toContain(`window.${name} =`);
    }
    const page = await (await fetch(`${world.simulatorUrl}/widget?amount=%3Cscript%3E`)).text();
    expect(page).not.toContain('%3Cscript%3E');
    expect(() => new Script(/<script>([^]*)<\/script>/.exec(page)?.[1] ?? '?')).not.toThrow();
  });
});

describe('callbacks as integrators have met them', () => {
  it.each([
    [{ emptyPartnerId: true }, { partnerId: '' }],
    [{ stateDataAsText: true }, { stateData: expect.stringContaining('intentId') as string }],
  ])('%j', async (options, body) => {
    await world.post('/_options', options);
    const { intent, providerId } = await pushTo('+2290161000000');
    world.clock.pass(2_000);
    await world.called(1);
    expect(bodies()).toMatchObject([{ transactionId: providerId, ...body }]);
    const [call] = world.callbacks;
    expect(world.gateway.webhook?.read(call?.body ?? Buffer.alloc(0), '')?.reference).toBe(intent.id);
  });

  it('are signed by HMAC on request', async () => {
    await world.post('/_options', { auth: 'hmac' });
    await pushTo('+2290161000000');
    world.clock.pass(2_000);
    await world.called(1);
    const [call] = world.callbacks;
    expect(call?.headers['x-kkiapay-secret']).toMatch(/^[0-9a-f]{64}$/);
    const verify = (auth: string) => call && world.connect({ KKIAPAY_WEBHOOK_AUTH: auth }).webhook?.verify(call);
    expect(['hmac', 'either', 'secret'].map(verify)).toEqual(['hint', 'hint', 'forged']);
  });

  it('say transaction.timeout only on request', async () => {
    await world.post('/_options', { timeoutEvent: true });
    await pushTo('+2290161000004');
    world.clock.pass(90_000);
    await world.called(1);
    expect(bodies()).toMatchObject([{ event: 'transaction.timeout', isPaymentSucces: false }]);
  });
});

it('takes the status question as a form too', async () => {
  const { body } = await world.post('/_widget', { amount: 100 });
  const response = await fetch(`${world.simulatorUrl}/api/v1/transactions/status`, {
    method: 'POST',
    headers: {
      'x-api-key': world.env['KKIAPAY_PUBLIC_KEY'] ?? '',
      'x-private-key': world.env['KKIAPAY_PRIVATE_KEY'] ?? '',
      'x-secret-key': world.env['KKIAPAY_SECRET_KEY'] ?? '',
    },
    body: new URLSearchParams({ transactionId: (body as { transactionId: string }).transactionId }),
  });
  expect(await response.json()).toMatchObject({ status: 'SUCCESS' });
});
