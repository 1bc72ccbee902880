// Stripe's gateway over replies that a test writes down, as the fact sheet shows them.

import type { CollectRequest, Gateway } from '../contract.ts';
import { answered, inTurn } from '../http.fixture.ts';
import type { HttpReply } from '../http.ts';
import { stripe } from './index.ts';

export { answered } from '../http.fixture.ts';

export const INTENT = '0190b3a2-0000-7000-8000-000000000002';
export const ATTEMPT = '0190b3a2-0000-7000-8000-000000000001';
export const REFUND = '0190b3a2-0000-7000-8000-000000000003';
export const ENV = {
  STRIPE_SECRET_KEY: 'sk_test_0123456789',
  STRIPE_PUBLISHABLE_KEY: 'pk_test_0123456789',
  STRIPE_WEBHOOK_SECRET: 'whsec_test_0123456789abcdef',
};
export const NOW = new Date('2026-03-08T12:00:00.000Z');

/** Answers in turn. */
export function connected(answers: readonly HttpReply[] = [], env: Readonly<Record<string, string>> = {}, now = NOW) {
  const { http, sent } = inTurn(answers);
  const gateway = stripe.connect(stripe.settings.parse({ ...ENV, ...env }), {
    http,
    now: () => now,
    webhookUrl: () => 'https://pay.example/webhooks/stripe',
  });
  return { gateway: gateway as Required<Gateway>, sent };
}

export const REQUEST: CollectRequest = {
  intentId: INTENT,
  reference: ATTEMPT,
  amount: { amount: 150_000, currency: 'KES' },
  country: 'KE',
  mode: 'CLIENT_SECRET',
  customer: { id: null, email: 'ada@example.com', phone: '+254712345678', name: 'Ada Lovelace' },
  returnUrl: null,
  description: 'order A 1',
  metadata: [],
};

export const QUESTION = { intentId: INTENT, reference: ATTEMPT, providerId: 'pi_1', amount: REQUEST.amount };

export const REFUND_REQUEST = {
  intentId: INTENT,
  refundId: REFUND,
  providerId: 'pi_1',
  receipt: null,
  amount: { amount: 50_000, currency: 'KES' },
  captured: REQUEST.amount,
  instrument: 'CARD',
  reason: 'returned goods',
  metadata: [],
} as const;

/** A PaymentIntent as Stripe shows it (sheet, "Start a payment"). */
export function aPayment(change: object = {}): Record<string, unknown> {
  return {
    id: 'pi_1',
    object: 'payment_intent',
    amount: 150_000,
    amount_capturable: 0,
    amount_received: 0,
    cancellation_reason: null,
    client_secret: 'pi_1_secret_2',
    currency: 'kes',
    last_payment_error: null,
    latest_charge: null,
    livemode: false,
    metadata: { intentId: INTENT, attemptId: ATTEMPT },
    status: 'requires_payment_method',
    ...change,
  };
}

export function aRefund(change: object = {}): Record<string, unknown> {
  return {
    id: 're_1',
    object: 'refund',
    amount: 50_000,
    charge: 'ch_1',
    currency: 'kes',
    metadata: { intentId: INTENT, refundId: REFUND },
    payment_intent: 'pi_1',
    reason: null,
    status: 'succeeded',
    ...change,
  };
}

/** An error's body (sheet, "Errors"). */
export function anError(type: string, code: string | null, change: object = {}): object {
  return { error: { type, ...(code === null ? {} : { code }), message: 'No such thing: 4242 4242', ...change } };
}

export const SILENT: HttpReply = { kind: 'silent', reason: 'no answer in time' };
const RESET: HttpReply = { kind: 'silent', reason: 'the connection was lost (ECONNRESET)' };
export const UNSENT: HttpReply = { kind: 'unsent', reason: 'not connected: ECONNREFUSED' };

/** Replies that leave open what happened. */
export const OPEN: readonly (readonly [string, HttpReply])[] = [
  ['a timeout', SILENT],
  ['a reset, which the SDK alone would send again', RESET],
  ['a 500', answered(500, anError('api_error', null))],
  ['a 502 in HTML', answered(502, '<html>Bad Gateway</html>')],
  ['a 503 that says "retry"', answered(503, anError('api_error', null), { 'stripe-should-retry': 'true' })],
  ['a 200 in HTML', answered(200, '<html><body>{"ok"')],
  ['a 200 that is no object', answered(200, 'null')],
  ['a 200 of another kind', answered(200, { id: 'cus_1', object: 'customer' })],
  ['a 409: the key is being worked on', answered(409, anError('invalid_request_error', 'idempotency_key_in_use'))],
  ['a 409: the object is locked', answered(409, anError('invalid_request_error', 'lock_timeout'))],
  ['our key with other parameters', answered(400, anError('idempotency_error', null))],
  ['a 400 that is not Stripe’s', answered(400, '<html>Bad Request</html>')],
  ['a 400 of an unlisted type', answered(400, anError('weather_error', 'rain'))],
  ['a 404 of a proxy', answered(404, { error: 'not found' })],
  ['a 418', answered(418, anError('invalid_request_error', null))],
];

/** Replies that say no: nothing happened. */
export const NO: readonly (readonly [string, HttpReply, string, string | null])[] = [
  ['what never left', UNSENT, 'PROVIDER_BUSY', 'gateway_unreachable'],
  ['401', answered(401, anError('invalid_request_error', null)), 'MISCONFIGURED', 'http_401'],
  ['403', answered(403, anError('invalid_request_error', null)), 'MISCONFIGURED', 'http_403'],
  ['429', answered(429, anError('invalid_request_error', 'rate_limit')), 'PROVIDER_BUSY', 'http_429'],
  [
    '429 that says "retry"',
    answered(429, anError('invalid_request_error', 'lock_timeout'), { 'stripe-should-retry': 'true' }),
    'PROVIDER_BUSY',
    'http_429',
  ],
  [
    'too small',
    answered(400, anError('invalid_request_error', 'amount_too_small')),
    'INVALID_AMOUNT',
    'amount_too_small',
  ],
  [
    'too large',
    answered(400, anError('invalid_request_error', 'amount_too_large')),
    'INVALID_AMOUNT',
    'amount_too_large',
  ],
  [
    'a parameter',
    answered(400, anError('invalid_request_error', 'parameter_unknown')),
    'MISCONFIGURED',
    'parameter_unknown',
  ],
  ['no code', answered(400, anError('invalid_request_error', null)), 'UNKNOWN', null],
  [
    'a card',
    answered(402, anError('card_error', 'card_declined', { decline_code: 'insufficient_funds' })),
    'INSUFFICIENT_FUNDS',
    'insufficient_funds',
  ],
];
