// Goal: the simulator is Payme as the sheet's section 15 describes it: a page that opens from the link, calls that go on until
// they are answered, and books that say what was really taken. Method: links followed, buttons pressed, under a clock that
// stands still; our side is a desk in memory.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openWorld, type OpenWorld } from '../conformance-world.fixture.ts';
import { invited } from '../conformance-served-world.ts';
import { payme } from './index.ts';

let world: OpenWorld;
beforeEach(async () => {
  world = await openWorld(payme);
});
afterEach(() => world.close());

const told = (): Record<string, unknown>[] =>
  world.served.exchanges.map(({ call }) => JSON.parse(call.body.toString('utf8')) as Record<string, unknown>);
const methods = (): unknown[] => told().map(({ method }) => method);
const state = async (reference: string): Promise<string | undefined> =>
  (await world.ledger()).find((line) => line.reference === reference)?.state;

async function press(url: string, action: string, card = '8600 4954 7331 6478'): Promise<string> {
  const response = await fetch(url, {
    method: 'POST',
    body: new URLSearchParams({ action, card }),
    redirect: 'manual',
  });
  expect(response.status).toBe(303);
  return new URL(response.headers.get('location') ?? '', url).href;
}
const textAt = async (url: string): Promise<string> => (await fetch(url)).text();

describe('the page', () => {
  it('opens from the link, shows the amount, needs nobody, and pays', async () => {
    const { intent, url } = invited(world);
    const page = await textAt(url);
    expect(page).toContain('150,000.00 UZS');
    expect(page).toContain(intent.id);
    expect(page).not.toMatch(/(?:src|href)="?https?:/);
    const next = await press(url, 'pay');
    expect(methods()).toEqual(['CheckPerformTransaction', 'CreateTransaction']);
    expect(await textAt(next)).toContain('being charged');
    expect(await state(intent.id)).toBe('pending');
    world.clock.pass(1_500);
    await world.phone(intent.id, 'approve').catch(() => undefined);
    expect(world.served.intent(intent.id).status).toBe('SUCCEEDED');
    expect(await state(intent.id)).toBe('succeeded');
    expect(await textAt(next)).toMatch(/Paid\..*href="https:\/\/shop\.example\/done"/);
  });

  it('cancels what was begun, and tells nobody of what was not', async () => {
    const { intent, url } = invited(world);
    expect(await press(url, 'cancel')).toBe('https://shop.example/done');
    expect(methods()).toEqual([]);
    const next = await press(url, 'pay');
    expect(await textAt(await press(next, 'cancel'))).toContain('Not paid');
    expect(told().at(-1)).toMatchObject({ method: 'CancelTransaction', params: { reason: 5 } });
    expect([world.served.intent(intent.id).status, await state(intent.id)]).toEqual(['CANCELLED', 'cancelled']);
  });

  it.each([
    ['3333336415804657', '-31630'],
    ['4444445987459073', '-31630'],
  ])('refuses the card %s without a call', async (card, code) => {
    const { url } = invited(world);
    expect(await textAt(await press(url, 'pay', card))).toContain(code);
    expect(methods()).toEqual([]);
  });

  it('cancels where the card fails afterwards', async () => {
    const { intent, url } = invited(world);
    await press(url, 'pay', '8600143417770323');
    world.clock.pass(1_500);
    await world.phone(intent.id, 'reject').catch(() => undefined);
    expect(world.served.intent(intent.id)).toMatchObject({ status: 'FAILED', failure: { providerCode: '3' } });
  });

  it('shows why we refuse, and knows its own cash desk', async () => {
    const { intent, url } = invited(world);
    world.served.cancel(intent.id);
    expect(await textAt(await press(url, 'pay'))).toContain('Not paid (-31051)');
    const other = Buffer.from(`m=${'0'.repeat(24)};ac.order_id=1;a=1`).toString('base64');
    const refused = await fetch(`${world.simulatorUrl}/${other}`);
    expect([refused.status, await refused.text()]).toEqual([404, expect.stringContaining('-31601')]);
    for (const odd of ['bm90aGluZw==', '%FF', '%zz', '===']) {
      expect((await fetch(`${world.simulatorUrl}/${odd}`)).status).toBe(404);
    }
    const base64 = url.slice(`${world.simulatorUrl}/`.length);
    expect(await textAt(`${world.simulatorUrl}/${encodeURIComponent(base64)}`)).toContain(intent.id);
  });

  it('writes nothing that the link brings as it is', async () => {
    const text = `m=${world.env['PAYME_MERCHANT_ID'] ?? ''};ac.order_id=<script>x</script>;a=100;c=javascript:alert(1)`;
    const page = await textAt(`${world.simulatorUrl}/${Buffer.from(text).toString('base64')}`);
    expect(page).not.toContain('<script>');
    expect(page).not.toContain('javascript:');
  });
});

describe('its calls', () => {
  it('have ids that grow, ids of 24 hexadecimal digits, and now and then no "jsonrpc"', async () => {
    const { intent, url } = invited(world);
    await world.pay(url);
    await world.phone(intent.id, 'approve');
    const ids = told().map(({ id }) => Number(id));
    expect(ids).toEqual(ids.toSorted((a, b) => a - b));
    expect(new Set(told().map((call) => 'jsonrpc' in call)).size).toBe(2);
    expect(told()[1]).toMatchObject({ params: { id: expect.stringMatching(/^[0-9a-f]{24}$/) as string } });
    expect(world.served.exchanges[0]?.call.headers['content-type']).toBe('text/json; charset=UTF-8');
  });

  it('are repeated word for word where the answer is lost', async () => {
    const { intent, url } = invited(world);
    await world.script({ on: 'collect', mood: 'lost-reply' });
    const paying = world.pay(url);
    for (const calls of [1, 2]) {
      await world.clock.waitedFor(1_000);
      expect(new Set(methods()).size).toBe(calls);
      world.clock.pass(1_000);
    }
    await paying;
    const bodies = world.served.exchanges.map(({ call }) => call.body.toString('utf8'));
    expect([bodies.length, new Set(bodies).size]).toEqual([4, 2]);
    expect(world.served.intent(intent.id).status).toBe('PROCESSING');
  });

  it('end after 12 hours where the payer never answers', async () => {
    const { intent, url } = invited(world);
    await world.pay(url);
    await world.phone(intent.id, 'ignore');
    world.clock.pass(43_200_000);
    await world.phone(intent.id, 'approve').catch(() => undefined);
    expect(told().at(-1)).toMatchObject({ method: 'CancelTransaction', params: { reason: 4 } });
    expect(world.served.intent(intent.id).status).toBe('EXPIRED');
    expect(await state(intent.id)).toBe('expired');
  });
});

describe('the sandbox', () => {
  const run = async (change: object = {}) => {
    const first = invited(world).intent;
    const second = invited(world).intent;
    const wish = { orderId: first.id, secondOrderId: second.id, amount: 15_000_000, ...change };
    const { body } = await world.post('/_sandbox', wish);
    return body as { passed: boolean; steps: { step: number; passed: boolean; faults: string[] }[] };
  };

  it('passes us in all of its ten steps', async () => {
    const { passed, steps } = await run();
    expect(steps.flatMap(({ faults }) => faults)).toEqual([]);
    expect([passed, steps.map(({ step }) => step)]).toEqual([true, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]]);
  });

  it('sees what is wrong: other orders, another amount, another field', async () => {
    const failing = async (change: object) =>
      (await run(change)).steps.filter(({ passed }) => !passed).map(({ step }) => step);
    expect(await failing({ secondOrderId: 'nobody' })).toEqual([7, 8, 9, 10]);
    expect(await failing({ amount: 1 })).toEqual([4, 5, 6, 7, 8, 9, 10]);
    expect(await failing({ wrongOrder: invited(world).intent.id })).toEqual([3]);
    expect(await failing({ accountField: 'invoice' })).toContain(4);
  });

  it('names the field at fault', async () => {
    expect(await world.post('/_sandbox', { orderId: 'x' })).toMatchObject({ status: 400 });
  });
});

it('sends any call that a test wishes for', async () => {
  const { body } = await world.post('/_call', { body: '{"id":1,"method":"Refund","params":{}}' });
  expect(body).toMatchObject({ status: 200, body: expect.stringContaining('-32601') as string });
  expect(await world.post('/_call', { verb: 'GET' })).toMatchObject({
    body: { body: expect.stringContaining('-32300') as string },
  });
});
