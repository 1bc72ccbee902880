// M-Pesa in miniature (sheet, "How a local simulator should behave"): tokens, the push with its checks, the status query with
// its noise, the callback, test numbers, and a payer's phone that takes one prompt at a time.

import { randomBytes, randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Operation } from '../simulator-books.ts';
import { bodyOf, json, textOf, type SimulatorReply } from '../simulator-http.ts';
import { optionsRoute } from '../simulator-options.ts';
import { createSimulator, type Desk, type Route, type SimulatorDefinition, type SimulatorTools } from '../simulator.ts';
import { vectors } from './fixtures/vectors.ts';
import { timestampOf } from './password.ts';
import { callbackOf } from './simulator-callback.ts';
import { createFrontDesk, invalid, refusal, TOKEN_REFUSED } from './simulator-desk.ts';
import { isShared, NO_ANSWER, NO_BALANCE, outcomeOf, REJECTED, TOO_SOON, WRONG_PIN } from './simulator-numbers.ts';
import { saidInAnswer } from './simulator-words.ts';

export interface Detail {
  readonly phone: string;
  readonly merchantRequestId: string;
  readonly callBackUrl: string;
  readonly accountReference: string;
  /** What was asked for, whatever the payer paid. */
  readonly askedMinor: number;
  readonly receipt: string;
}

const optionsBody = z.strictObject({
  /** Calls in a second, over which spikes are arrested. */
  perSecond: z.int().min(1),
  /** Of a hundred questions about a payment that has ended, so many get the error that says nothing. */
  noisePercent: z.int().min(0).max(100),
  /** Of the noise: the same seed, the same noise. */
  seed: z.int(),
});

/** A twelfth of a minute's calls may come at once. */
const CALLS_PER_SECOND = 1_000;
const SAME_AMOUNT_MS = 120_000;
const SHILLINGS_MAX = 250_000;
const MSISDN = /^254[17]\d{8}$/;
const WORDS_REFUSED = /m-?pesa|safaricom|exec?|cmd|sql|query/i;
const RECEIPT_LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

export const simulator: SimulatorDefinition = {
  sample: { amount: { amount: 120_700, currency: 'KES' }, country: 'KE', phone: '+254708374149' },
  vectors,
  env: (baseUrl) => ({
    MPESA_CONSUMER_KEY: 'made_up_consumer_key_7c41',
    MPESA_CONSUMER_SECRET: 'made_up_consumer_secret_e09b',
    MPESA_PASSKEY: 'made_up_passkey_5d0f6a2b9c3e',
    MPESA_SHORTCODE: '174379',
    MPESA_CALLBACK_SECRET: 'made_up_callback_secret_83af',
    MPESA_ENVIRONMENT: 'sandbox',
    MPESA_BASE_URL: baseUrl,
    // This one takes more than Safaricom's: as much as it lets through before it arrests a spike.
    MPESA_CALLS_PER_MINUTE: String(CALLS_PER_SECOND * 12),
  }),
  create: (tools) =>
    createSimulator<Detail>(
      {
        id: 'mpesa',
        settleMs: 2_000,
        promptMs: 60_000,
        endings: { reject: REJECTED, 'wrong-pin': WRONG_PIN, 'no-balance': NO_BALANCE, timeout: NO_ANSWER },
        routes: routesOf(tools),
        step: 100,
        otherCurrency: () => null,
        callback: (operation, delivery) => callbackOf(operation, delivery, tools.env['MPESA_SHORTCODE'] ?? ''),
        // Delivered once: neither a 500 nor a dead receiver has ever brought a second one.
        callbackPausesMs: [],
        unauthorized: TOKEN_REFUSED,
      },
      tools,
    ),
};

function routesOf({ env }: SimulatorTools): readonly Route<Detail>[] {
  const front = createFrontDesk(env);
  let options: z.infer<typeof optionsBody> = { perSecond: CALLS_PER_SECOND, noisePercent: 0, seed: 1 };
  let noise = randomFrom(options.seed);
  const asked = new Map<string, number>();

  const only =
    (run: Route<Detail>['run']): Route<Detail>['run'] =>
    (request, desk, params) =>
      front.stop(request, desk, options.perSecond) ?? front.doubt(bodyOf(request)) ?? run(request, desk, params);

  return [
    {
      method: 'GET',
      path: /^\/oauth\/v1\/generate$/,
      kind: null,
      run: (request, desk) => front.token(request, desk),
    },
    {
      method: 'POST',
      path: /^\/mpesa\/stkpush\/v1\/processrequest$/,
      kind: 'collect',
      run: only((request, desk) => push(bodyOf(request), desk)),
    },
    {
      method: 'POST',
      path: /^\/mpesa\/stkpushquery\/v1\/query$/,
      kind: 'lookup',
      run: only((request, desk) => query(textOf(bodyOf(request)['CheckoutRequestID']) ?? '', desk)),
    },
    optionsRoute(
      optionsBody,
      () => options,
      (next) => {
        options = next;
        noise = randomFrom(next.seed);
      },
    ),
  ];

  function query(id: string, desk: Desk<Detail>): SimulatorReply {
    const found = desk.books.find('collect', id);
    if (found === null) return refusal(500, '500.001.1001', 'The transaction does not Exist');
    if (found.state === 'pending') {
      const times = asked.get(id) ?? 0;
      asked.set(id, times + 1);
      return notYet(found, times);
    }
    if (noise() * 100 < options.noisePercent) return refusal(500, '500.001.1001', 'The transaction is being processed');
    return answerOf(found, found.reason ?? '0');
  }
}

/** "No verdict yet" in its three spellings (sheet, "Query status"), one after the other. */
function notYet(found: Operation<Detail>, times: number): SimulatorReply {
  if (times % 3 === 0) return answerOf(found, '4999');
  return times % 3 === 1
    ? refusal(500, '500.001.1001', 'The transaction is being processed')
    : refusal(200, '500.001.1001', '');
}

function answerOf({ providerId, detail }: Operation<Detail>, code: string): SimulatorReply {
  return json(200, {
    ResponseCode: '0',
    ResponseDescription: 'The service request has been accepted successsfully',
    MerchantRequestID: detail.merchantRequestId,
    CheckoutRequestID: providerId,
    ResultCode: code,
    ResultDesc: saidInAnswer(code),
  });
}

function push(body: Readonly<Record<string, unknown>>, desk: Desk<Detail>): SimulatorReply {
  const fault = faultOf(body);
  if (fault !== null) return invalid(fault);
  const phone = String(body['PhoneNumber']);
  const amount = Number(body['Amount']) * 100;
  const own = isShared(phone) ? [] : desk.books.list().filter(({ detail }) => detail.phone === phone);
  if (own.some(({ state }) => state === 'pending')) {
    return refusal(
      500,
      '500.001.1001',
      'Unable to lock subscriber, a transaction is already in process for the current subscriber',
    );
  }
  const since = desk.now().getTime() - SAME_AMOUNT_MS;
  const isTooSoon = own.some(
    ({ state, detail, at }) => state === 'succeeded' && detail.askedMinor === amount && Date.parse(at) > since,
  );
  const callBackUrl = String(body['CallBackURL']);
  const { providerId, detail } = desk.open({
    kind: 'collect',
    providerId: checkoutIdOf(phone, desk),
    // It takes no reference of ours; the attempt can be told from the address that we want to be called at.
    reference: null,
    operationId: /\/stk\/([\w-]{1,64})\//.exec(callBackUrl)?.[1] ?? null,
    amount,
    currency: 'KES',
    detail: {
      phone,
      merchantRequestId: `${randomUUID().slice(0, 4)}-${randomUUID().slice(0, 12)}`,
      callBackUrl,
      accountReference: String(body['AccountReference']),
      askedMinor: amount,
      receipt: receipt(),
    },
    ...outcomeOf(phone),
    ...(isTooSoon ? { ending: TOO_SOON } : {}),
  });
  return json(200, {
    MerchantRequestID: detail.merchantRequestId,
    CheckoutRequestID: providerId,
    ResponseCode: '0',
    ResponseDescription: 'Success. Request accepted for processing',
    CustomerMessage: 'Success. Request accepted for processing',
  });
}

/** The first field that is no good. */
function faultOf(body: Readonly<Record<string, unknown>>): string | null {
  const text = (name: string): string => {
    const value = body[name];
    return typeof value === 'number' ? String(value) : (textOf(value) ?? '');
  };
  const shillings = text('Amount');
  const rules: readonly (readonly [field: string, isGood: boolean])[] = [
    ['TransactionType', ['CustomerPayBillOnline', 'CustomerBuyGoodsOnline'].includes(text('TransactionType'))],
    ['Amount', /^[1-9]\d{0,5}$/.test(shillings) && Number(shillings) <= SHILLINGS_MAX],
    ['PartyA', MSISDN.test(text('PartyA'))],
    ['PhoneNumber', MSISDN.test(text('PhoneNumber'))],
    ['PartyB', /^\d{5,7}$/.test(text('PartyB'))],
    ['CallBackURL', URL.canParse(text('CallBackURL')) && !WORDS_REFUSED.test(text('CallBackURL'))],
    ['AccountReference', /^.{1,12}$/.test(text('AccountReference'))],
    ['TransactionDesc', text('TransactionDesc').length <= 13],
  ];
  return rules.find(([, isGood]) => !isGood)?.[0] ?? null;
}

/** Nairobi's time with milliseconds and the end of the number (sheet, "Start a payment"); never the same one twice. */
function checkoutIdOf(phone: string, { books, now }: Desk<Detail>): string {
  for (let at = now().getTime(); ; at += 1) {
    const [, year, month, day, time] = /^(\d{4})(\d\d)(\d\d)(\d{6})$/.exec(timestampOf(new Date(at))) ?? [];
    const id = `ws_CO_${day}${month}${year}${time}${at % 1_000}${phone.slice(-9)}`;
    if (books.find('collect', id) === null) return id;
  }
}

function receipt(): string {
  return Array.from(randomBytes(10), (byte) => RECEIPT_LETTERS[byte % RECEIPT_LETTERS.length]).join('');
}

/** Mulberry32: small, and the same everywhere. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
