// Payme at our desk: calls as it makes them, an order to make them about, and a clock that stands still.

import { anIntent } from '../../core/intent.fixture.ts';
import type { Intent } from '../../core/intent.ts';
import { createServedBench, type ServedBench } from '../conformance-desk.ts';
import type { Gateway, ServedAnswer, ServedCall } from '../contract.ts';
import { CREDENTIAL } from './fixtures/vectors.ts';
import { payme } from './index.ts';

export const ORDER = '0199f3c2-7a10-7c3e-8b5d-3f2a1c9d8e7f';
export const OTHER_ORDER = '0199f3c2-7a10-7c3e-8b5d-3f2a1c9d8e80';
export const TX = '65f0a1b2c3d4e5f60718293a';
export const OTHER_TX = '65f0a1b2c3d4e5f60718293b';
export const AMOUNT = 15_000_000;
export const NOW = 1_772_971_200_000;
export const LIMIT_MS = 43_200_000;

export const ENV = {
  PAYME_MERCHANT_ID: '587f72c72cac0d162c722ae2',
  PAYME_SECRET_KEY: CREDENTIAL.key,
  PAYME_CHECKOUT_URL: 'https://test.paycom.uz',
};

export function connect(env: Readonly<Record<string, string>> = {}, now: () => Date = () => new Date(NOW)): Gateway {
  const settings = payme.settings.parse({ ...ENV, ...env });
  const http = { send: () => Promise.reject(new Error('Payme is never called')) };
  return payme.connect(settings, { http, now, webhookUrl: () => 'https://pay.example/webhooks/payme' });
}

export interface Said {
  readonly id: unknown;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly code: number; readonly message: unknown; readonly data?: unknown };
}

export interface Table {
  readonly bench: ServedBench;
  /** Moves the clock. */
  pass(ms: number): void;
  rpc(method: string, params?: unknown): Promise<Said>;
  /** The answer's code; the result's state; or true, where a payment may be made. */
  says(method: string, params?: unknown): Promise<unknown>;
  send(call: Partial<Omit<ServedCall, 'body'>> & { readonly body?: string | Buffer }): Promise<ServedAnswer>;
}

export function openTable(env: Readonly<Record<string, string>> = {}): Table {
  let now = NOW;
  const clock = (): Date => new Date(now);
  const { serve } = connect(env, clock);
  if (serve === undefined) throw new Error('Payme is served');
  const bench = createServedBench(clock);
  bench.take(serve, 'payme');
  bench.put(anOrder(ORDER));
  let id = 0;

  const send: Table['send'] = ({ body = '', ...call }) =>
    bench.answer({
      method: 'POST',
      path: 'payme',
      headers: { authorization: CREDENTIAL.header, 'content-type': 'text/json; charset=UTF-8' },
      remoteAddress: '185.234.113.1',
      ...call,
      body: Buffer.from(body),
    });

  async function rpc(method: string, params: unknown = {}): Promise<Said> {
    id += 1;
    const { body } = await send({ body: JSON.stringify({ id, method, params }) });
    return JSON.parse(body) as Said;
  }

  return {
    bench,
    pass: (ms) => void (now += ms),
    rpc,
    send,
    async says(method, params) {
      const { result, error } = await rpc(method, params);
      return error?.code ?? result?.['state'] ?? result?.['allow'];
    },
  };
}

/** An order that waits for its payer. */
export function anOrder(id: string, change: Partial<Intent> = {}): Intent {
  const expiresAt = new Date(NOW + 3_600_000);
  const amount = { amount: AMOUNT, currency: 'UZS' };
  return anIntent({
    id,
    gateway: 'payme',
    paymentMode: 'REDIRECT',
    amount,
    attempts: [],
    lease: null,
    expiresAt,
    ...change,
  });
}

export const order = (change: object = {}): object => ({ amount: AMOUNT, account: { order_id: ORDER }, ...change });
export const creation = (change: object = {}): object => ({ id: TX, time: NOW, ...order(), ...change });

/** Brings the table's transaction into a state of the sheet's section 8. */
export const ROWS: Readonly<Record<string, (table: Table) => Promise<unknown>>> = {
  none: async () => undefined,
  '1': (table) => table.rpc('CreateTransaction', creation()),
  '1 overdue': async (table) => {
    await table.rpc('CreateTransaction', creation());
    table.pass(LIMIT_MS + 1);
  },
  '2': async (table) => {
    await table.rpc('CreateTransaction', creation());
    await table.rpc('PerformTransaction', { id: TX });
  },
  '-1': async (table) => {
    await table.rpc('CreateTransaction', creation());
    await table.rpc('CancelTransaction', { id: TX, reason: 2 });
  },
  '-2': async (table) => {
    await table.rpc('CreateTransaction', creation());
    await table.rpc('PerformTransaction', { id: TX });
    await table.rpc('CancelTransaction', { id: TX, reason: 5 });
  },
  'taken back by the product': async (table) => {
    await table.rpc('CreateTransaction', creation());
    table.bench.cancel(ORDER);
  },
  'ended by our sweeper': async (table) => {
    await table.rpc('CreateTransaction', creation());
    table.bench.expire(ORDER);
  },
};
