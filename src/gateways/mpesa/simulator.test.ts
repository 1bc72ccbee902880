// Goal: the simulator is M-Pesa as the fact sheet's last section describes it. Method: calls as any client would make them, under
// a clock that stands still.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openWorld, type OpenWorld } from '../conformance-world.fixture.ts';
import { mpesa } from './index.ts';
import { signatureOf } from './password.ts';

const PUSH = '/mpesa/stkpush/v1/processrequest';
const QUERY = '/mpesa/stkpushquery/v1/query';
/** Nobody's test number: a phone like any other. */
const PHONE = '254712345678';

let world: OpenWorld;
beforeEach(async () => {
  world = await openWorld(mpesa);
});
afterEach(() => world.close());

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

async function answerOf(response: Response): Promise<Answer> {
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const keys = (): string => btoa(`${world.env['MPESA_CONSUMER_KEY']}:${world.env['MPESA_CONSUMER_SECRET']}`);

async function askToken(authorization = `Basic ${keys()}`, grant = 'client_credentials'): Promise<Answer> {
  const url = `${world.simulatorUrl}/oauth/v1/generate?grant_type=${grant}`;
  return answerOf(await fetch(url, { headers: { authorization } }));
}

let token: { readonly of: OpenWorld; readonly value: string } | null = null;
async function tokenNow(): Promise<string> {
  if (token?.of !== world) token = { of: world, value: String((await askToken()).body['access_token']) };
  return token.value;
}

function signed(): Record<string, unknown> {
  const { MPESA_SHORTCODE: shortcode = '', MPESA_PASSKEY: passkey = '' } = world.env;
  return signatureOf({ shortcode, passkey }, world.clock.now());
}

function wish(change: object = {}): object {
  return {
    ...signed(),
    TransactionType: 'CustomerPayBillOnline',
    Amount: 50,
    PartyA: PHONE,
    PartyB: world.env['MPESA_SHORTCODE'],
    PhoneNumber: PHONE,
    CallBackURL: 'http://127.0.0.1:9/stk/attempt-1/token',
    AccountReference: 'order-1',
    TransactionDesc: 'Payment',
    ...change,
  };
}

async function post(path: string, body: object, headers: Record<string, string> = {}): Promise<Answer> {
  const own = { authorization: `Bearer ${await tokenNow()}`, 'content-type': 'application/json' };
  const init = { method: 'POST', headers: { ...own, ...headers }, body: JSON.stringify(body) };
  return answerOf(await fetch(`${world.simulatorUrl}${path}`, init));
}

const push = (change: object = {}): Promise<Answer> => post(PUSH, wish(change));
const query = (id: unknown): Promise<Answer> => post(QUERY, { ...signed(), CheckoutRequestID: id });
const results = async (id: unknown): Promise<unknown> => (await query(id)).body['ResultCode'];

describe('a token', () => {
  it('has 28 characters and a lifetime in text', async () => {
    const { status, body } = await askToken();
    expect([status, body['expires_in']]).toEqual([200, '3599']);
    expect(body['access_token']).toMatch(/^[\w-]{28}$/);
  });

  it.each([
    ['Basic eDp5', 'client_credentials', '400.008.01'],
    ['Bearer x', 'client_credentials', '400.008.01'],
    [null, 'password', '400.008.02'],
  ])('is refused to %s %s', async (authorization, grant, errorCode) => {
    expect(await askToken(authorization ?? undefined, grant)).toMatchObject({ status: 400, body: { errorCode } });
  });

  it.each(['Bearer nobody', 'Basic eDp5', ''])('is needed: %j', async (authorization) => {
    const answer = await post(PUSH, wish(), { authorization });
    expect(answer).toMatchObject({ status: 404, body: { errorCode: '404.001.03' } });
  });

  it('runs out', async () => {
    await tokenNow();
    world.clock.pass(3_599_000);
    expect(await push()).toMatchObject({ status: 404, body: { errorCode: '404.001.03' } });
  });
});

describe('a push', () => {
  it.each<[object, number, string]>([
    [{ BusinessShortCode: '600000' }, 400, 'Bad Request - Invalid BusinessShortCode'],
    [{ Timestamp: '2026-03-08' }, 400, 'Bad Request - Invalid Timestamp'],
    [{ TransactionType: 'Gift' }, 400, 'Bad Request - Invalid TransactionType'],
    [{ Amount: 10.5 }, 400, 'Bad Request - Invalid Amount'],
    [{ Amount: 0 }, 400, 'Bad Request - Invalid Amount'],
    [{ Amount: 250_001 }, 400, 'Bad Request - Invalid Amount'],
    [{ PartyA: '0712345678' }, 400, 'Bad Request - Invalid PartyA'],
    [{ PhoneNumber: '+254712345678' }, 400, 'Bad Request - Invalid PhoneNumber'],
    [{ CallBackURL: 'nowhere' }, 400, 'Bad Request - Invalid CallBackURL'],
    [{ CallBackURL: 'https://pay.example/webhooks/mpesa' }, 400, 'Bad Request - Invalid CallBackURL'],
    [{ AccountReference: 'thirteen-long' }, 400, 'Bad Request - Invalid AccountReference'],
    [{ TransactionDesc: 'fourteen chars' }, 400, 'Bad Request - Invalid TransactionDesc'],
    [{ Password: btoa('wrong') }, 500, 'Wrong credentials'],
  ])('%j is refused, and does nothing', async (change, status, errorMessage) => {
    expect(await push(change)).toMatchObject({ status, body: { errorMessage } });
    expect(await world.ledger()).toEqual([]);
  });

  it('takes an amount in text, and its largest', async () => {
    expect(await push({ Amount: '250000' })).toMatchObject({ status: 200, body: { ResponseCode: '0' } });
  });

  it('without a content type is a bad short code, as it is there', async () => {
    const answer = await post(PUSH, wish(), { 'content-type': 'text/plain' });
    expect(answer.body['errorMessage']).toBe('Bad Request - Invalid BusinessShortCode');
  });

  it('has an id of Nairobi’s time and the number, and no other push has it', async () => {
    const ids = await Promise.all(
      Array.from({ length: 5 }, () => push({ PhoneNumber: '254708374149', PartyA: '254708374149' })),
    );
    const texts = ids.map(({ body }) => String(body['CheckoutRequestID']));
    for (const text of texts) expect(text).toMatch(/^ws_CO_08032026150000\d{1,3}708374149$/);
    expect(new Set(texts).size).toBe(5);
  });

  it('finds a phone busy that has a prompt open, and takes the same amount once in two minutes', async () => {
    const first = await push();
    const busy = { status: 500, body: { errorCode: '500.001.1001' } };
    const refused = await push({ Amount: 51 });
    expect(refused).toMatchObject(busy);
    expect(String(refused.body['errorMessage'])).toMatch(/^Unable to lock subscriber/);
    world.clock.pass(2_000);
    expect(await results(first.body['CheckoutRequestID'])).toBe('0');

    const again = await push();
    expect(again.status).toBe(200);
    world.clock.pass(2_000);
    expect(await results(again.body['CheckoutRequestID'])).toBe('17');
    const other = await push({ Amount: 51 });
    world.clock.pass(2_000);
    expect(await results(other.body['CheckoutRequestID'])).toBe('0');

    world.clock.pass(120_000);
    const later = await push();
    world.clock.pass(2_000);
    expect(await results(later.body['CheckoutRequestID'])).toBe('0');
  });

  it('is arrested with the spike that it comes in', async () => {
    await world.post('/_options', { perSecond: 3 });
    const answers = await Promise.all(Array.from({ length: 5 }, () => query('ws_CO_none')));
    const arrested = answers.filter(({ body }) => body['errorCode'] === '500.003.02');
    expect(arrested.map(({ status }) => status)).toEqual([500, 500]);
    world.clock.pass(1_000);
    expect((await query('ws_CO_none')).body['errorCode']).toBe('500.001.1001');
  });
});

describe('a question', () => {
  it('about an open payment is answered in three ways that say nothing', async () => {
    const { body } = await push();
    const id = body['CheckoutRequestID'];
    const answers = [await query(id), await query(id), await query(id), await query(id)];
    expect(answers.map(({ status, body: said }) => [status, said['ResultCode'] ?? said['errorCode']])).toEqual([
      [200, '4999'],
      [500, '500.001.1001'],
      [200, '500.001.1001'],
      [200, '4999'],
    ]);
  });

  it('about a payment that nobody made gets the same error', async () => {
    expect(await query('ws_CO_none')).toMatchObject({ status: 500, body: { errorCode: '500.001.1001' } });
  });

  it('gets the code as text, without amount, receipt or phone, and in other words than the callback', async () => {
    const { body } = await push({ PhoneNumber: '254708374152', PartyA: '254708374152' });
    world.clock.pass(2_000);
    const answer = await query(body['CheckoutRequestID']);
    expect(Object.keys(answer.body)).toEqual([
      'ResponseCode',
      'ResponseDescription',
      'MerchantRequestID',
      'CheckoutRequestID',
      'ResultCode',
      'ResultDesc',
    ]);
    expect([answer.body['ResultCode'], answer.body['ResultDesc']]).toEqual(['1032', 'Request Cancelled by user.']);
  });

  it('is answered with noise when it is asked for, the same for the same seed', async () => {
    const { body } = await push();
    world.clock.pass(2_000);
    const answers = async (): Promise<unknown[]> => {
      await world.post('/_options', { noisePercent: 40, seed: 7 });
      const all: unknown[] = [];
      for (let n = 0; n < 20; n += 1) all.push(await results(body['CheckoutRequestID']));
      return all;
    };
    const first = await answers();
    expect(new Set(first)).toEqual(new Set(['0', undefined]));
    expect(await answers()).toEqual(first);
  });
});
