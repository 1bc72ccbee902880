// How each provider's callbacks are written and signed, for the tables of bad ones. A gateway's row here is all that it takes
// for every table to be played with it.

import { createHmac, randomUUID } from 'node:crypto';

type Env = Readonly<Record<string, string>>;
type Headers = Readonly<Record<string, string>>;

export interface Wire {
  readonly gateway: string;
  /** Where the proof stands. */
  readonly header: string;
  readonly secretIn: (env: Env) => string;
  readonly sign: (body: string, secret: string, atSeconds: number) => string;
  /** Proofs whose time is wrong, by the name of what is wrong with it. null: its proof carries no time. */
  readonly untimely: ((body: string, secret: string, nowSeconds: number) => Readonly<Record<string, string>>) | null;
  /** A success, as the provider documents it, with parts replaced. */
  readonly success: (change?: object) => object;
  /** What is documented and here is broken, one thing at a time: not to be read as anything. */
  readonly broken: Readonly<Record<string, object>>;
  /** Changes to a success that leave it readable, and its money in doubt. */
  readonly doubtful: Readonly<Record<string, object>>;
  /** Whole bodies that say which payment is meant, and nothing of its money that can be read. */
  readonly unclear: Readonly<Record<string, unknown>>;
}

const hmac = (secret: string, text: string): string => createHmac('sha256', secret).update(text).digest('hex');
const stripeLike = (secret: string, time: string, body: string): string =>
  `t=${time},v1=${hmac(secret, `${time}.${body}`)}`;

const mockPayment = (change: object = {}) => ({
  id: `mp_${randomUUID().slice(0, 8)}`,
  intentId: randomUUID(),
  state: 'succeeded',
  amount: 5_000,
  currency: 'XOF',
  environment: 'sandbox',
  instrument: 'WALLET',
  reason: null,
  payUrl: null,
  ...change,
});

const mock: Wire = {
  gateway: 'mock',
  header: 'x-mock-signature',
  secretIn: (env) => env['MOCK_WEBHOOK_SECRET'] ?? '',
  sign: (body, secret, at) => stripeLike(secret, String(at), body),
  untimely: (body, secret, now) => ({
    '301 s old': stripeLike(secret, String(now - 310), body),
    '301 s ahead': stripeLike(secret, String(now + 310), body),
    zero: stripeLike(secret, '0', body),
    '1e9': stripeLike(secret, '1e9', body),
    negative: stripeLike(secret, `-${now}`, body),
    'of 20 digits': stripeLike(secret, `${now}0000000000`, body),
    missing: `v1=${hmac(secret, `.${body}`)}`,
    twice: `t=${now},${stripeLike(secret, String(now), body)}`,
  }),
  success: (change) => ({ id: randomUUID(), event: 'payment.succeeded', payment: mockPayment(change) }),
  broken: {
    'no payment': { id: 'e1', event: 'payment.succeeded' },
    'an unknown event': { id: 'e2', event: 'payment.imagined', payment: mockPayment() },
    'an event against its state': { id: 'e3', event: 'payment.failed', payment: mockPayment() },
    'an operator for an id': { id: { $ne: null }, event: 'payment.succeeded', payment: mockPayment() },
    'an operator for a reference': {
      id: 'e8',
      event: 'payment.succeeded',
      payment: mockPayment({ intentId: { $ne: null } }),
    },
  },
  doubtful: {
    'amount as a text': { amount: '5000' },
    'amount 12.5': { amount: 12.5 },
    'amount -1': { amount: -1 },
    'amount null': { amount: null },
    'amount of one more': { amount: 5_001 },
    'another currency': { currency: 'XAF' },
    'no such currency': { currency: { $ne: null } },
  },
  unclear: {},
};

const kkiapaySuccess = (change: object = {}) => ({
  transactionId: `kk${randomUUID().slice(0, 8)}`,
  isPaymentSucces: true,
  event: 'transaction.success',
  method: 'MOBILE_MONEY',
  amount: 5_000,
  stateData: { intentId: randomUUID() },
  ...change,
});

const kkiapay: Wire = {
  gateway: 'kkiapay',
  header: 'x-kkiapay-secret',
  secretIn: (env) => env['KKIAPAY_WEBHOOK_SECRET'] ?? '',
  sign: (body, secret) => hmac(secret, body),
  untimely: null,
  success: kkiapaySuccess,
  broken: {
    'no transaction': { event: 'transaction.success', amount: 5_000 },
    'an unknown event': kkiapaySuccess({ event: 'transaction.imagined' }),
    'an event against its state': kkiapaySuccess({ isPaymentSucces: false }),
    'an operator for an id': kkiapaySuccess({ transactionId: { $ne: null } }),
  },
  unclear: {
    'amount as a text': kkiapaySuccess({ amount: '5000' }),
    'amount 12.5': kkiapaySuccess({ amount: 12.5 }),
    'amount -1': kkiapaySuccess({ amount: -1 }),
    'amount null': kkiapaySuccess({ amount: null }),
  },
  // Its callback is a hint: what it says of money settles nothing, whatever it is.
  doubtful: {},
};

export const WIRES: readonly Wire[] = [mock, kkiapay];

export function signed(wire: Wire, env: Env, body: string, atSeconds = Math.floor(Date.now() / 1_000)): Headers {
  return { 'content-type': 'application/json', [wire.header]: wire.sign(body, wire.secretIn(env), atSeconds) };
}
