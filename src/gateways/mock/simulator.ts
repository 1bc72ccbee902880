// The mock provider itself: payments, refunds and payouts over a plain JSON interface, each under a reference of ours, so
// that the same request made twice happens once. What is to go wrong comes in a request's own `words`.

import { randomBytes } from 'node:crypto';
import { isAmount, isCurrency } from '../../core/money.ts';
import { isE164 } from '../../core/phone.ts';
import { hmacSha256 } from '../signature.ts';
import type { Ending, Operation } from '../simulator-books.ts';
import type { Delivery } from '../simulator-callbacks.ts';
import { bodyOf, json, textOf, type SimulatorReply, type SimulatorRequest } from '../simulator-http.ts';
import type { OperationKind } from '../simulator-words.ts';
import { createSimulator, type Desk, type Route, type SimulatorDefinition } from '../simulator.ts';
import { vectors } from './fixtures/vectors.ts';
import { answerPayer, payPage } from './simulator-page.ts';
import { wordsIn } from './simulator-words.ts';

export interface Detail {
  /** Amount and currency as they were asked for; a payer may pay otherwise. */
  readonly asked: string;
  /** Of the payment: PUSH or REDIRECT. */
  readonly mode: string;
  readonly returnUrl: string | null;
  /** Of a refund: the payment that it takes from. */
  readonly paymentId: string | null;
}

export const simulator: SimulatorDefinition = {
  sample: { amount: { amount: 5_000, currency: 'XOF' }, country: 'BJ', phone: '+2290161000000' },
  vectors,
  env: (baseUrl) => ({
    MOCK_BASE_URL: baseUrl,
    MOCK_API_KEY: 'mock_made_up_api_key_0d4f',
    MOCK_WEBHOOK_SECRET: 'mock_made_up_webhook_secret_77ab',
  }),
  create(tools) {
    const { env, baseUrl } = tools;
    const isAllowed = ({ headers }: SimulatorRequest): boolean => headers['x-mock-key'] === env['MOCK_API_KEY'];
    return createSimulator<Detail>(
      {
        id: 'mock',
        settleMs: 1_000,
        promptMs: 60_000,
        endings: {
          reject: failed('rejected'),
          'wrong-pin': failed('wrong_pin'),
          'no-balance': failed('no_balance'),
          timeout: { state: 'expired', reason: 'no_answer' },
        },
        routes: routesOf(isAllowed, baseUrl),
        otherCurrency: (currency) => (currency === 'XOF' ? 'XAF' : 'XOF'),
        words: (request) => (isAllowed(request) ? wordsIn(bodyOf(request)['words']) : UNAUTHORIZED),
        callback: (operation, delivery) => callback(operation, delivery, env['MOCK_WEBHOOK_SECRET'] ?? '', baseUrl),
        callbackPausesMs: [500, 1_000, 2_000, 4_000, 8_000],
        unauthorized: UNAUTHORIZED,
      },
      tools,
    );
  },
};

const UNAUTHORIZED = refused(401, 'unauthorized');

function routesOf(isAllowed: (request: SimulatorRequest) => boolean, baseUrl: string): readonly Route<Detail>[] {
  const only =
    (run: Route<Detail>['run']): Route<Detail>['run'] =>
    (request, desk, params) =>
      isAllowed(request) ? run(request, desk, params) : UNAUTHORIZED;
  const find =
    (kind: OperationKind, answer: (operation: Operation<Detail>) => object): Route<Detail>['run'] =>
    (_request, { books }, [id = '']) => {
      const found = books.find(kind, id);
      return found === null ? refused(404, 'not_found') : json(200, answer(found));
    };
  const payment = (operation: Operation<Detail>): object => paymentOf(operation, baseUrl);

  return [
    {
      method: 'POST',
      path: /^\/v1\/payments$/,
      kind: 'collect',
      run: only((request, desk) => pay(request, desk, payment)),
    },
    { method: 'GET', path: /^\/v1\/payments\/([^/]+)$/, kind: 'lookup', run: only(find('collect', payment)) },
    { method: 'POST', path: /^\/v1\/refunds$/, kind: 'refund', run: only(refund) },
    { method: 'GET', path: /^\/v1\/refunds\/([^/]+)$/, kind: 'lookup', run: only(find('refund', transferOf)) },
    { method: 'POST', path: /^\/v1\/disbursements$/, kind: 'disburse', run: only(disburse) },
    { method: 'GET', path: /^\/v1\/disbursements\/([^/]+)$/, kind: 'lookup', run: only(find('disburse', transferOf)) },
    { method: 'GET', path: /^\/pay\/([^/]+)$/, kind: null, run: payPage },
    { method: 'POST', path: /^\/pay\/([^/]+)$/, kind: null, run: answerPayer },
  ];
}

/** What every write brings; null names the field at fault. */
function wishIn(body: Readonly<Record<string, unknown>>, idField: string) {
  const { amount, currency } = body;
  const id = textOf(body[idField]);
  if (id === null || id.length > 100) return null;
  if (!isAmount(amount) || typeof currency !== 'string' || !isCurrency(currency)) return null;
  return { id, amount, currency, asked: `${amount} ${currency}` };
}

function pay(
  request: SimulatorRequest,
  desk: Desk<Detail>,
  answer: (operation: Operation<Detail>) => object,
): SimulatorReply {
  const body = bodyOf(request);
  const wish = wishIn(body, 'reference');
  if (wish === null) return refused(400, 'invalid_amount');
  const mode = body['mode'] === 'PUSH' ? 'PUSH' : 'REDIRECT';
  if (mode === 'PUSH' && !isE164(textOf(body['phone']) ?? '')) return refused(400, 'invalid_phone');
  const { id: operationId, amount, currency, asked } = wish;
  const before = sameOperation(desk, 'collect', operationId);
  if (before !== null)
    return before.detail.asked === asked ? json(200, answer(before)) : refused(409, 'reference_taken');
  const opened = desk.open({
    kind: 'collect',
    providerId: newId('pay'),
    reference: textOf(body['intentId']),
    operationId,
    amount,
    currency,
    detail: { asked, mode, returnUrl: textOf(body['returnUrl']), paymentId: null },
  });
  return json(201, answer(opened));
}

function refund(request: SimulatorRequest, desk: Desk<Detail>): SimulatorReply {
  const body = bodyOf(request);
  const wish = wishIn(body, 'refundId');
  const paymentId = textOf(body['paymentId']);
  if (wish === null || paymentId === null) return refused(400, 'invalid_amount');
  const { id: operationId, amount, currency, asked } = wish;
  const before = sameOperation(desk, 'refund', operationId);
  if (before !== null) {
    const isSame = before.detail.asked === asked && before.detail.paymentId === paymentId;
    return isSame ? json(200, transferOf(before)) : refused(409, 'reference_taken');
  }
  const payment = desk.books.find('collect', paymentId);
  if (payment === null) return refused(404, 'not_found');
  if (payment.state !== 'succeeded' || payment.currency !== currency) return refused(409, 'not_captured');
  if (refundedOf(payment, desk) + amount > payment.amount) return refused(409, 'over_captured');
  const opened = desk.open({
    kind: 'refund',
    providerId: newId('ref'),
    reference: payment.reference,
    operationId,
    amount,
    currency,
    detail: { ...payment.detail, asked, returnUrl: null, paymentId: payment.providerId },
    atOnce: true,
  });
  return json(201, transferOf(opened));
}

function refundedOf(payment: Operation<Detail>, desk: Desk<Detail>): number {
  return desk.books
    .list()
    .filter(({ kind, detail }) => kind === 'refund' && detail.paymentId === payment.providerId)
    .filter(({ state }) => state === 'pending' || state === 'succeeded')
    .reduce((sum, { amount }) => sum + amount, 0);
}

function disburse(request: SimulatorRequest, desk: Desk<Detail>): SimulatorReply {
  const body = bodyOf(request);
  const wish = wishIn(body, 'reference');
  if (wish === null) return refused(400, 'invalid_amount');
  if (!isE164(textOf(body['phone']) ?? '')) return refused(400, 'invalid_phone');
  const { id: operationId, amount, currency, asked } = wish;
  const before = sameOperation(desk, 'disburse', operationId);
  if (before !== null) {
    return before.detail.asked === asked ? json(200, transferOf(before)) : refused(409, 'reference_taken');
  }
  const opened = desk.open({
    kind: 'disburse',
    providerId: newId('out'),
    reference: operationId,
    operationId,
    amount,
    currency,
    detail: { asked, mode: 'PAYOUT', returnUrl: null, paymentId: null },
  });
  return json(201, transferOf(opened));
}

function sameOperation(desk: Desk<Detail>, kind: OperationKind, operationId: string): Operation<Detail> | null {
  const found = desk.books.find(kind, operationId);
  return found?.operationId === operationId ? found : null;
}

function paymentOf({ providerId, reference, ...rest }: Operation<Detail>, baseUrl: string): object {
  const isPush = rest.detail.mode === 'PUSH';
  return {
    id: providerId,
    reference: rest.operationId,
    intentId: reference,
    state: rest.state,
    amount: rest.amount,
    currency: rest.currency,
    environment: 'sandbox',
    instrument: isPush ? 'WALLET' : 'CARD',
    reason: rest.reason,
    payUrl: isPush ? null : `${baseUrl}/pay/${providerId}`,
  };
}

function transferOf({ providerId, operationId, state, amount, currency, reason }: Operation<Detail>): object {
  return { id: providerId, reference: operationId, state, amount, currency, reason };
}

function callback(operation: Operation<Detail>, { stage, signature, at }: Delivery, secret: string, baseUrl: string) {
  if (operation.kind !== 'collect') return null;
  const about: Operation<Detail> = stage === 'final' ? operation : { ...operation, state: 'pending', reason: null };
  const body = JSON.stringify({
    id: `${about.providerId}-${about.state}`,
    event: `payment.${about.state}`,
    payment: paymentOf(about, baseUrl),
  });
  const seconds = Math.floor(at.getTime() / 1_000);
  const key = signature === 'right' ? secret : 'somebody_elses_secret';
  return { headers: { 'x-mock-signature': `t=${seconds},v1=${hmacSha256(key, `${seconds}.`, body)}` }, body };
}

function newId(prefix: string): string {
  return `${prefix}_${randomBytes(9).toString('base64url')}`;
}

function refused(status: number, code: string): SimulatorReply {
  return json(status, { error: { code } });
}

function failed(reason: string): Ending {
  return { state: 'failed', reason };
}
