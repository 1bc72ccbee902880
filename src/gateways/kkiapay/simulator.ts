// KkiaPay in miniature (sheet 10): the push as the old SDKs call it, the status answer with its full set of fields, revert,
// the webhook with its retries, the published test numbers, and a small widget.

import { randomBytes } from 'node:crypto';
import { bodyOf, json, reply, textOf, type SimulatorReply, type SimulatorRequest } from '../simulator-http.ts';
import type { Ending, Operation } from '../simulator-books.ts';
import { createSimulator, type Desk, type Route, type SimulatorDefinition, type SimulatorTools } from '../simulator.ts';
import type { Draft } from '../simulator-operations.ts';
import { vectors } from './fixtures/vectors.ts';
import { createNotifier } from './simulator-callback.ts';
import { WIDGET_PAGE, WIDGET_SCRIPT } from './simulator-widget.ts';
import { moneyOf, referenceIn } from './status.ts';

export interface Detail {
  /** Digits with the country code, as they came. */
  readonly phone: string | null;
  readonly partnerId: string | null;
  /** The widget's `data` or the push's `stateData`, as it came. */
  readonly state: unknown;
  readonly reason: string;
  readonly client: { readonly fullname: string; readonly email: string };
  readonly fees: number;
  /** Said by a test; null, as in the real answer, says nothing. */
  readonly sandbox: boolean | null;
}

export const simulator: SimulatorDefinition = {
  sample: { amount: { amount: 1_000, currency: 'XOF' }, country: 'BJ', phone: '+2290161000000' },
  vectors,
  env: (baseUrl) => ({
    KKIAPAY_PUBLIC_KEY: 'pk_sandbox_made_up_5e1d0c',
    KKIAPAY_PRIVATE_KEY: 'tpk_made_up_private_81c2f7',
    KKIAPAY_SECRET_KEY: 'tsk_made_up_secret_4b90ad',
    KKIAPAY_WEBHOOK_SECRET: 'whsec_made_up_hash_secret_2f6e',
    KKIAPAY_ENVIRONMENT: 'sandbox',
    KKIAPAY_BASE_URL: baseUrl,
    KKIAPAY_WIDGET_URL: `${baseUrl}/k.js`,
  }),
  create(tools) {
    const notifier = createNotifier(tools.env);
    return createSimulator<Detail>(
      {
        id: 'kkiapay',
        settleMs: 2_000,
        promptMs: 90_000,
        endings: {
          reject: failed('payment_declined'),
          'wrong-pin': failed('wrong_pin'),
          'no-balance': failed('insufficient_fund'),
          timeout: failed('timeout'),
        },
        routes: [...routesOf(tools), notifier.optionsRoute],
        otherCurrency: () => null,
        callback: notifier.callback,
        // Sheet 5: five in a row, each half a second later than the last.
        callbackPausesMs: [500, 1_000, 1_500, 2_000, 2_500],
        unauthorized: UNAUTHORIZED,
      },
      tools,
    );
  },
};

const UNAUTHORIZED = json(401, { status: 'INVALID_API_KEY', reason: 'Invalid API key' });
const NOT_FOUND = json(400, { status: 'TRANSACTION_NOT_FOUND' });

function routesOf({ env }: SimulatorTools): readonly Route<Detail>[] {
  const isPublic = ({ headers }: SimulatorRequest): boolean => headers['x-api-key'] === env['KKIAPAY_PUBLIC_KEY'];
  const isMerchant = (request: SimulatorRequest): boolean =>
    isPublic(request) &&
    request.headers['x-private-key'] === env['KKIAPAY_PRIVATE_KEY'] &&
    request.headers['x-secret-key'] === env['KKIAPAY_SECRET_KEY'];
  const only =
    (isAllowed: (request: SimulatorRequest) => boolean, run: Route<Detail>['run']): Route<Detail>['run'] =>
    (request, desk, params) =>
      isAllowed(request) ? run(request, desk, params) : UNAUTHORIZED;

  return [
    {
      method: 'GET',
      path: /^\/api\/v1\/utils\/claimchannel$/,
      kind: null,
      run: only(isPublic, () => reply(200, 'text/plain', `channel-${randomBytes(8).toString('hex')}`)),
    },
    { method: 'POST', path: /^\/api\/v1\/payments\/request$/, kind: 'collect', run: only(isPublic, push) },
    { method: 'POST', path: /^\/api\/v1\/transactions\/status$/, kind: 'lookup', run: only(isMerchant, status) },
    { method: 'POST', path: /^\/api\/v1\/transactions\/revert$/, kind: 'refund', run: only(isMerchant, revert) },
    { method: 'GET', path: /^\/widget$/, kind: null, run: () => reply(200, 'text/html', WIDGET_PAGE) },
    { method: 'GET', path: /^\/k\.js$/, kind: null, run: () => reply(200, 'text/javascript', WIDGET_SCRIPT) },
    { method: 'POST', path: /^\/_widget$/, kind: 'collect', run: payInWidget },
  ];
}

function push(request: SimulatorRequest, desk: Desk<Detail>): SimulatorReply {
  const body = bodyOf(request);
  const phone = textOf(body['phoneNumber']);
  if (phone === null || !/^\d{8,15}$/.test(phone)) return json(400, { status: 'FAILED', reason: 'invalid_phone' });
  const draft = draftOf(body, phone, body['stateData']);
  if (draft === null) return json(400, { status: 'FAILED', reason: 'invalid_amount' });
  const { providerId } = desk.open(draft);
  return json(200, { transactionId: providerId, status: 'PENDING' });
}

/** A payer who pays in the widget, at once. No part of KkiaPay's interface: a payer has no API. */
function payInWidget(request: SimulatorRequest, desk: Desk<Detail>): SimulatorReply {
  const body = bodyOf(request);
  const draft = draftOf(body, textOf(body['phone']), body['data'] ?? null);
  if (draft === null) return json(400, { error: { field: 'amount', message: 'must be a whole number of XOF' } });
  const { sandbox } = body;
  const detail = { ...draft.detail, sandbox: typeof sandbox === 'boolean' ? sandbox : null };
  const { providerId, state } = desk.open({ ...draft, detail, atOnce: true });
  return json(200, { transactionId: providerId, status: statusWord(state, false) });
}

function draftOf(body: Readonly<Record<string, unknown>>, phone: string | null, state: unknown): Draft<Detail> | null {
  const money = moneyOf(body['amount']);
  if (money === null || money.amount < 1) return null;
  const partnerId = textOf(body['partnerId']);
  return {
    kind: 'collect',
    // Sheet 3.3: 9 URL-safe characters.
    providerId: randomBytes(9).toString('base64url').slice(0, 9),
    reference: referenceIn(state, partnerId) ?? partnerId,
    operationId: textOf(fieldsOf(state)['attemptId']),
    ...money,
    detail: {
      phone,
      partnerId,
      state,
      reason: textOf(body['reason']) ?? '',
      client: {
        fullname: `${textOf(body['firstname']) ?? ''} ${textOf(body['lastname']) ?? ''}`.trim(),
        email: textOf(body['email']) ?? '',
      },
      // Sheet 10.3.
      fees: Math.round(money.amount * 0.019),
      sandbox: null,
    },
    ...testNumber(phone),
  };
}

function fieldsOf(state: unknown): Readonly<Record<string, unknown>> {
  return typeof state === 'object' && state !== null ? { ...state } : {};
}

/** Sheet 9, in the 8 digits that are published; 4 to 7 are the simulator's own (sheet 10.2). */
const TEST_NUMBER = /^(?:229)?(?:01)?(?:61|97|68|95)00000([0-7])$/;

const TEST_ENDINGS: Readonly<Record<string, Pick<Draft<Detail>, 'ending' | 'callback'>>> = {
  1: { ending: failed('processing_error') },
  2: { ending: failed('insufficient_fund') },
  3: { ending: failed('payment_declined') },
  4: { ending: 'ignored' },
  5: { callback: 'none' },
  6: { callback: 'duplicate' },
  7: { callback: 'early' },
};

function testNumber(phone: string | null): Pick<Draft<Detail>, 'ending' | 'callback'> {
  const digit = TEST_NUMBER.exec(phone ?? '')?.[1];
  return digit === undefined ? {} : (TEST_ENDINGS[digit] ?? {});
}

function status(request: SimulatorRequest, desk: Desk<Detail>): SimulatorReply {
  const found = transactionIn(request, desk);
  return found === null ? NOT_FOUND : json(200, answerOf(found, isReverted(found, desk)));
}

/** Sheet 10.5: in full and once, and only what was paid. */
function revert(request: SimulatorRequest, desk: Desk<Detail>): SimulatorReply {
  const found = transactionIn(request, desk);
  if (found === null) return NOT_FOUND;
  const { providerId, reference, amount, currency, detail } = found;
  if (found.state !== 'succeeded' || isReverted(found, desk)) {
    return json(400, {
      code: 'TRANSACTION_NOT_ELIGIBLE',
      status: 'TRANSACTION_NOT_ELIGIBLE',
      transactionId: providerId,
    });
  }
  const money = { amount, currency };
  desk.open({
    kind: 'refund',
    providerId,
    reference,
    operationId: null,
    ...money,
    detail,
    callback: 'none',
    atOnce: true,
  });
  return json(200, { code: 'SUCCESS', description: 'REVERTED', transactionId: providerId });
}

function isReverted({ providerId }: Operation<Detail>, desk: Desk<Detail>): boolean {
  return desk.books.find('refund', providerId)?.providerId === providerId;
}

/** JSON, or a form (sheet 3.3). Only KkiaPay's own id finds anything. */
function transactionIn(request: SimulatorRequest, desk: Desk<Detail>): Operation<Detail> | null {
  const isForm = request.headers['content-type']?.includes('form-urlencoded') === true;
  const id = isForm
    ? new URLSearchParams(request.body.toString('utf8')).get('transactionId')
    : textOf(bodyOf(request)['transactionId']);
  const found = id === null ? null : desk.books.find('collect', id);
  return found?.providerId === id ? found : null;
}

function answerOf(found: Operation<Detail>, reverted: boolean): object {
  const { providerId, amount, detail, at, createdAt, reason: failureCode } = found;
  return {
    performed_at: at,
    performedAt: at,
    received_at: Date.parse(createdAt),
    type: 'DEBIT',
    status: statusWord(found.state, reverted),
    source: 'MOBILE_MONEY',
    source_common_name: 'mtn-benin',
    amount,
    fees: detail.fees,
    isFeesBorneByMerchant: false,
    net: amount,
    country: 'BJ',
    reason: detail.reason,
    state: detail.state,
    partnerId: detail.partnerId ?? '',
    before_balance: 0,
    after_balance: 0,
    is_payout: false,
    is_counted: true,
    client: { ...detail.client, phone: detail.phone ?? '', country: 'BJ' },
    transactionId: providerId,
    ...(failureCode === null ? {} : { failureCode, failureMessage: failureCode }),
    ...(detail.sandbox === null ? {} : { sandbox: detail.sandbox }),
  };
}

function statusWord(state: Operation<Detail>['state'], reverted: boolean): string {
  if (state === 'pending') return 'PENDING';
  if (state !== 'succeeded') return 'FAILED';
  return reverted ? 'REVERTED' : 'SUCCESS';
}

function failed(reason: string): Ending {
  return { state: 'failed', reason };
}
