// Goal: the simulator calls back as M-Pesa was seen to, and its test numbers end as they say. Method: payments of the gateway
// itself, under a clock that stands still.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openWorld, type OpenWorld } from '../conformance-world.fixture.ts';
import { accepted, ask, start, wishFor, type Payment } from '../conformance-world.ts';
import { mpesa } from './index.ts';

let world: OpenWorld;
beforeEach(async () => {
  world = await openWorld(mpesa);
});
afterEach(() => world.close());

/** The code of what ended badly; the state of what did not. */
async function resultOf({ intent, outcome }: Payment): Promise<string | null> {
  const answer = await ask(world, intent, accepted(outcome).providerId);
  if (answer.kind === 'unknown') return answer.unlisted ?? answer.reason;
  return answer.kind === 'found' ? (answer.report.failure?.providerCode ?? answer.report.state) : answer.kind;
}

const codes = (): unknown[] => world.callbacks.map(({ body }) => stkIn(body)['ResultCode']);
const stkIn = (body: Buffer): Record<string, unknown> =>
  (JSON.parse(body.toString('utf8')) as { Body: { stkCallback: Record<string, unknown> } }).Body.stkCallback;

describe('a callback', () => {
  it('goes to the address of its payment, once, as it was observed', async () => {
    const { intent, outcome } = await start(world);
    const { providerId } = accepted(outcome);
    world.clock.pass(2_000);
    await world.called(1);
    const [call] = world.callbacks;
    expect(call?.path).toMatch(new RegExp(`^stk/${intent.attempts[0]?.id}/[\\w-]{43,64}$`));
    expect(call?.headers).toMatchObject({
      businessshortcode: '174379',
      'content-type': 'application/json;charset=UTF-8',
    });
    expect(stkIn(call?.body ?? Buffer.alloc(0))).toMatchObject({
      CheckoutRequestID: providerId,
      ResultCode: 0,
      CallbackMetadata: {
        Item: [
          { Name: 'Amount', Value: 1_207 },
          { Name: 'MpesaReceiptNumber', Value: expect.stringMatching(/^[A-Z0-9]{10}$/) as string },
          { Name: 'Balance' },
          { Name: 'TransactionDate', Value: 20_260_308_150_002 },
          { Name: 'PhoneNumber', Value: 254_708_374_149 },
        ],
      },
    });
    world.clock.pass(86_400_000);
    expect(world.callbacks).toHaveLength(1);
  });

  it.each([
    ['149', 0],
    ['150', 1],
    ['151', 'SFC_IC0003'],
    ['152', 1032],
    ['154', 1019],
    ['155', 2001],
    ['156', 1001],
    ['157', 17],
    ['158', 26],
    ['159', 9999],
    ['165', 7777],
  ])('254708374%s ends with %s, in the answer too', async (end, code) => {
    const payment = await start(world, withPhone(end));
    world.clock.pass(2_000);
    await world.called(1);
    expect(codes()).toEqual([code]);
    expect(await resultOf(payment)).toBe(code === 0 ? 'succeeded' : String(code));
  });

  it('153 never answers, 160 pays untold, 161 late, 162 is told often, 163 before the reply, 164 in the wrong order', async () => {
    const silent = await start(world, withPhone('153'));
    world.clock.pass(59_999);
    expect(await ask(world, silent.intent, accepted(silent.outcome).providerId)).toMatchObject({
      report: { state: 'pending' },
    });
    world.clock.pass(1);
    await world.called(1);
    expect(codes()).toEqual([1037]);

    await start(world, withPhone('163'));
    expect(codes()).toEqual([1037, 0]);
    await start(world, withPhone('162'));
    world.clock.pass(2_000);
    await world.called(7);
    await start(world, withPhone('164'));
    world.clock.pass(2_000);
    await world.called(9);
    expect(codes().slice(7)).toEqual([0, 1037]);
    const untold = await start(world, withPhone('160'));
    await start(world, withPhone('161'));
    world.clock.pass(2_000);
    expect(await resultOf(untold)).toBe('succeeded');
    expect(world.callbacks).toHaveLength(9);
    world.clock.pass(world.tuning.lateMs);
    await world.called(10);
  });

  function withPhone(end: string) {
    const request = wishFor(world);
    return { ...request, customer: { ...request.customer, phone: `+254708374${end}` } };
  }
});

it('keeps books that tell the attempt from the address of its callback', async () => {
  const { request, outcome } = await start(world);
  expect(await world.ledger()).toMatchObject([
    {
      kind: 'collect',
      reference: null,
      operationId: request.reference,
      providerId: accepted(outcome).providerId,
      amount: 120_700,
      currency: 'KES',
      state: 'pending',
    },
  ]);
});
