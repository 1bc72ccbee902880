// Goal: every documented code has one meaning, wherever it stands, and every other one has none. Method: the status answer as
// the fact sheet shows it, changed one field at a time.

import { describe, expect, it } from 'vitest';
import type { HttpReply } from '../http.ts';
import { answered, bodyOf, callsOf, CHECKOUT, connected, ENDED, INTENT, refused, REQUEST } from './mpesa.fixture.ts';
import { isOrdinary } from './replies.ts';

async function lookup(reply: HttpReply, providerId: string | null = CHECKOUT, amount = REQUEST.amount) {
  const { gateway, sent } = connected({ answers: [reply] });
  const outcome = await gateway.lookup({ intentId: INTENT, reference: REQUEST.reference, providerId, amount });
  return { outcome, sent };
}
const resulting = async (ResultCode: unknown) => (await lookup(answered(200, { ...ENDED, ResultCode }))).outcome;

describe('the status answer', () => {
  it('is asked for as the sheet shows it, and read whole', async () => {
    const { outcome, sent } = await lookup(answered(200, ENDED));
    const [question] = callsOf(sent);
    expect(question).toMatchObject({
      url: 'https://sandbox.safaricom.co.ke/mpesa/stkpushquery/v1/query',
      effect: 'read',
    });
    expect(Object.keys(bodyOf(question))).toEqual(['BusinessShortCode', 'Password', 'Timestamp', 'CheckoutRequestID']);
    expect(outcome).toEqual({
      kind: 'found',
      report: {
        providerId: CHECKOUT,
        reference: null,
        state: 'succeeded',
        amount: null,
        amountFixed: true,
        environment: null,
        instrument: 'WALLET',
        failure: null,
      },
    });
  });

  it.each([
    ['4999', 'pending', null],
    ['1', 'failed', 'INSUFFICIENT_FUNDS'],
    ['2', 'failed', 'INVALID_AMOUNT'],
    ['3', 'failed', 'INVALID_AMOUNT'],
    ['4', 'failed', 'LIMIT_EXCEEDED'],
    ['8', 'failed', 'MISCONFIGURED'],
    ['15', 'failed', 'UNKNOWN'],
    ['17', 'failed', 'PROVIDER_BUSY'],
    ['26', 'failed', 'PROVIDER_BUSY'],
    ['1001', 'failed', 'PROVIDER_BUSY'],
    ['1019', 'expired', 'TIMED_OUT'],
    ['1025', 'failed', 'PROVIDER_BUSY'],
    ['1031', 'expired', 'TIMED_OUT'],
    ['1032', 'cancelled', 'DECLINED_BY_PAYER'],
    ['1036', 'failed', 'PROVIDER_BUSY'],
    ['1037', 'expired', 'TIMED_OUT'],
    ['1101', 'failed', 'MISCONFIGURED'],
    ['1102', 'failed', 'MISCONFIGURED'],
    ['2001', 'failed', 'WRONG_PIN'],
    ['2006', 'failed', 'UNKNOWN'],
    ['2007', 'failed', 'UNKNOWN'],
    ['2008', 'failed', 'UNKNOWN'],
    ['2026', 'failed', 'UNKNOWN'],
    ['2028', 'failed', 'MISCONFIGURED'],
    ['2029', 'failed', 'UNKNOWN'],
    ['2043', 'failed', 'UNKNOWN'],
    ['2202', 'failed', 'UNKNOWN'],
    ['8006', 'failed', 'AUTHENTICATION_FAILED'],
    ['9999', 'failed', 'PROVIDER_BUSY'],
    ['SFC_IC0003', 'failed', 'MISCONFIGURED'],
  ])('reads %s as %s', async (code, state, failure) => {
    const kept = failure === null ? null : { code: failure, providerCode: code };
    expect(await resulting(code)).toMatchObject({ kind: 'found', report: { state, failure: kept } });
    if (/^\d+$/.test(code)) expect(await resulting(Number(code))).toEqual(await resulting(code));
  });

  it('shows people a code that is not listed, and decides nothing by it', async () => {
    expect(await resulting('7777')).toEqual({
      kind: 'unknown',
      reason: 'query: result 7777 is not listed',
      unlisted: '7777',
    });
  });

  it.each(['', ' ', 'a code with words', null, true, { $ne: 0 }, '0'.repeat(65)])(
    'makes no code of %j',
    async (code) => {
      const outcome = await resulting(code);
      expect(outcome.kind).toBe('unknown');
      expect(outcome).not.toHaveProperty('unlisted');
    },
  );

  it.each<[string, HttpReply]>([
    ['still being processed, by HTTP 500', refused(500, '500.001.1001', 'The transaction is being processed')],
    ['still being processed, by HTTP 200 without a word', refused(200, '500.001.1001')],
    ['an id that nobody made', refused(500, '500.001.1001', 'The transaction does not Exist')],
    ['the same in one portal copy', refused(500, '500.001.001', 'The transaction is being processed')],
    ['spike arrest', refused(500, '500.003.02')],
    ['a bad request', refused(400, '400.002.02', 'Bad Request - Invalid CheckoutRequestID')],
    ['another payment', answered(200, { ...ENDED, CheckoutRequestID: 'ws_CO_1' })],
    ['a question that was not accepted', answered(200, { ...ENDED, ResponseCode: '1' })],
    ['no result', answered(200, { ...ENDED, ResultCode: undefined })],
    ['a success under HTTP 500', answered(500, ENDED)],
    ['a page', answered(502, '<html>')],
    ['nothing', { kind: 'silent', reason: 'no answer in time' }],
    ['nobody there', { kind: 'unsent', reason: 'its breaker is open' }],
  ])('is unknown, never a no and never absent: %s', async (_what, reply) => {
    expect((await lookup(reply)).outcome).toMatchObject({ kind: 'unknown' });
  });

  it('cannot be asked for without an id', async () => {
    expect(await lookup(answered(200, ENDED), null)).toEqual({ outcome: { kind: 'unaskable' }, sent: [] });
  });

  it('fixes the amount of what was pushed in shillings alone', async () => {
    const { outcome } = await lookup(answered(200, ENDED), CHECKOUT, { amount: 5_000, currency: 'XOF' });
    expect(outcome).toMatchObject({ kind: 'found', report: { amount: null, amountFixed: false } });
  });
});

it.each([
  [500, { errorCode: '500.001.1001', errorMessage: 'The transaction is being processed' }, true],
  [500, { errorCode: '500.003.02', errorMessage: 'Spike Arrest Violation' }, true],
  [500, { errorCode: '500.003.1001', errorMessage: 'Internal Server Error' }, false],
  [502, '<html>Bad Gateway</html>', false],
])('HTTP %s %j is an ordinary answer: %s', (status, body, isOne) => {
  expect(isOrdinary(status, typeof body === 'string' ? body : JSON.stringify(body))).toBe(isOne);
});
