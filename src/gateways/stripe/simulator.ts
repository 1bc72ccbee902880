// Stripe in miniature (sheet, "How a local simulator should behave"): PaymentIntents confirmed with the test cards, refunds
// that take a while or come back, idempotency keys, signed events, and a page in the place of Stripe.js.
//
// A payer stands by: unless somebody comes first, each payment is paid by card after a moment. Whoever opens the page
// `pay?client_secret=…`, confirms by the interface, names the order `by-hand…`, or says `payer: page` in the options or in
// the metadata, pays himself, or not at all: Stripe closes no payment by itself.

import { randomBytes } from 'node:crypto';
import type { Ending } from '../simulator-books.ts';
import { json, type SimulatorReply, type SimulatorRequest } from '../simulator-http.ts';
import { createSimulator, type Desk, type Route, type SimulatorDefinition, type SimulatorTools } from '../simulator.ts';
import type { RequestKind } from '../simulator-words.ts';
import { vectors } from './fixtures/vectors.ts';
import { API_VERSION } from './sdk.ts';
import { createNotifier } from './simulator-events.ts';
import { fieldsOf } from './simulator-form.ts';
import { errorReply, isError, secretOf, type Detail, type StripeError } from './simulator-objects.ts';
import { pageRoutes } from './simulator-page.ts';
import { afterRefusal, createPayments, paymentOf } from './simulator-payments.ts';
import { createRefunds } from './simulator-refunds.ts';
import { createReplay, oneAtATime } from './simulator-replay.ts';

const SETTLE_MS = 4_000;

export const simulator: SimulatorDefinition = {
  // The provider's own client takes no path before `/v1/` (sheet, "Pointing the npm client at a simulator").
  root: '/v1/',
  sample: { amount: { amount: 150_000, currency: 'KES' }, country: 'KE', phone: '+254712345678' },
  tellsRefunds: true,
  vectors,
  env: (baseUrl) => ({
    STRIPE_SECRET_KEY: 'sk_test_made_up_51f08c2e9d',
    STRIPE_PUBLISHABLE_KEY: 'pk_test_made_up_51f08c2e9d',
    STRIPE_WEBHOOK_SECRET: 'whsec_made_up_signing_secret_77d1',
    STRIPE_ENVIRONMENT: 'sandbox',
    STRIPE_BASE_URL: baseUrl,
  }),
  create(tools) {
    const notifier = createNotifier(tools.env, tools.baseUrl);
    const payments = createPayments(notifier, tools.baseUrl);
    const refunds = createRefunds(notifier, payments.show, tools.tuning.settleMs ?? SETTLE_MS);
    const made = createSimulator<Detail>(
      {
        id: 'stripe',
        settleMs: SETTLE_MS,
        promptMs: null,
        endings: {
          // The shop's people cancel it in the dashboard, as the payer wishes.
          reject: { state: 'cancelled', reason: 'requested_by_customer' },
          'wrong-pin': refused('incorrect_cvc'),
          'no-balance': refused('insufficient_funds'),
          timeout: { state: 'cancelled', reason: 'automatic' },
        },
        afterRefusal,
        routes: [...interfaceRoutes(tools, payments, refunds), ...pageRoutes(payments), notifier.optionsRoute],
        otherCurrency: (currency) => (currency === 'USD' ? 'EUR' : 'USD'),
        callback: notifier.callback,
        // Live it is hours and days; a developer does not wait for that.
        callbackPausesMs: [1_000, 2_000, 4_000, 8_000, 16_000],
        unauthorized: UNAUTHORIZED,
        rateLimited: json(429, {
          error: { type: 'invalid_request_error', code: 'rate_limit', message: 'Request rate limit exceeded.' },
        }),
        opened: notifier.attach,
      },
      tools,
    );
    return oneAtATime(made);
  },
};

const UNAUTHORIZED = errorReply({
  status: 401,
  error: { type: 'invalid_request_error', message: 'Invalid API Key provided.' },
});

type Run = (request: SimulatorRequest, desk: Desk<Detail>, params: readonly string[]) => SimulatorReply | StripeError;

type MayEnter = (request: SimulatorRequest, desk: Desk<Detail>, params: readonly string[]) => boolean;

function interfaceRoutes(
  { env }: SimulatorTools,
  payments: ReturnType<typeof createPayments>,
  refunds: ReturnType<typeof createRefunds>,
): readonly Route<Detail>[] {
  const answerOnce = createReplay();

  const route = (
    method: 'GET' | 'POST',
    path: RegExp,
    kind: RequestKind | null,
    run: Run,
    mayEnter: MayEnter = isMerchant,
  ): Route<Detail> => ({
    method,
    path,
    kind,
    run(request, desk, params) {
      if (!mayEnter(request, desk, params)) return withHeaders(UNAUTHORIZED, request);
      const make = (): SimulatorReply => {
        const answer = run(request, desk, params);
        return isError(answer) ? errorReply(answer) : answer;
      };
      return withHeaders(answerOnce(request, make), request);
    },
  });

  const one = '([A-Za-z0-9_-]+)';
  return [
    route('POST', /^\/v1\/payment_intents$/, 'collect', payments.create),
    route('GET', /^\/v1\/payment_intents$/, null, refunds.payments),
    route('GET', new RegExp(`^/v1/payment_intents/${one}$`), 'lookup', payments.retrieve, mayLook),
    route('POST', new RegExp(`^/v1/payment_intents/${one}$`), null, payments.update),
    route('POST', new RegExp(`^/v1/payment_intents/${one}/confirm$`), null, payments.confirm, mayLook),
    route('POST', new RegExp(`^/v1/payment_intents/${one}/cancel$`), 'lookup', payments.cancel),
    route('POST', new RegExp(`^/v1/payment_intents/${one}/capture$`), null, payments.capture),
    route('POST', /^\/v1\/refunds$/, 'refund', refunds.create),
    route('GET', /^\/v1\/refunds$/, 'lookup', refunds.list),
    route('GET', /^\/v1\/refunds\/(\w+)$/, 'lookup', refunds.retrieve),
    route('GET', /^\/v1\/charges$/, null, refunds.charges),
    route('GET', /^\/v1\/charges\/(\w+)$/, null, refunds.charge),
    route('GET', /^\/v1\/balance_transactions$/, null, refunds.balance),
  ];

  function isMerchant({ headers }: SimulatorRequest): boolean {
    return headers['authorization'] === `Bearer ${env['STRIPE_SECRET_KEY'] ?? ''}`;
  }

  /** The payer's browser has the publishable key, and the client secret of one payment. */
  function mayLook(request: SimulatorRequest, desk: Desk<Detail>, [id = '']: readonly string[]): boolean {
    if (isMerchant(request)) return true;
    const fields = fieldsOf(request);
    const key = fields.get('key') ?? request.headers['authorization']?.replace(/^Bearer /, '');
    const payment = paymentOf(id, desk);
    const knowsSecret = payment !== null && fields.get('client_secret') === secretOf(payment);
    return key === env['STRIPE_PUBLISHABLE_KEY'] && knowsSecret;
  }
}

function withHeaders(reply: SimulatorReply, { headers }: SimulatorRequest): SimulatorReply {
  if (reply.kind !== 'reply') return reply;
  const key = headers['idempotency-key'];
  const own = {
    'request-id': `req_${randomBytes(7).toString('hex')}`,
    'stripe-version': headers['stripe-version'] ?? API_VERSION,
    ...(key === undefined ? {} : { 'idempotency-key': key }),
  };
  return { ...reply, headers: { ...reply.headers, ...own } };
}

function refused(reason: string): Ending {
  return { state: 'failed', reason };
}
