// M-Pesa before the whole product: a stack whose simulator stands behind a proxy, payments whose callback address is known, and the
// published bodies, made to be about one of them.

import { created, aWish } from './wishes.ts';
import { startProxy, type Proxy } from './proxy.ts';
import { startStack, type Stack } from './stack.ts';
import { openWitness, type Witness } from './witness.ts';

export const PUSH = 'POST /mpesa/mpesa/stkpush/v1';

/** The simulator's numbers: pays, refuses, never answers, pays untold, is told often, before the reply, in no known code. */
export const [PAYS, REFUSES, IGNORES, UNTOLD, OFTEN, EARLY, UNLISTED] = [
  '149',
  '152',
  '153',
  '160',
  '162',
  '163',
  '165',
];

export const mpesaWish = (end = PAYS, change: Parameters<typeof aWish>[0] = {}) =>
  aWish({
    amount: { amount: 5_000, currency: 'KES' },
    country: 'KE',
    customer: { phone: `+254708374${end}` },
    ...change,
  });

/** `ahead` lets time pass for the product. */
export type MpesaPlace = Stack & {
  readonly witness: Witness;
  readonly provider: Proxy;
  readonly ahead: (ms: number) => void;
};

export async function openMpesa(env: Readonly<Record<string, string>>): Promise<MpesaPlace> {
  let aheadMs = 0;
  const provider = await startProxy();
  const stack = await startStack({
    tuning: { settleMs: 100, promptMs: null, slowMs: 500, lateMs: 5_000 },
    clock: { now: () => new Date(Date.now() + aheadMs) },
    env: {
      MPESA_BASE_URL: `http://127.0.0.1:${provider.port}/mpesa`,
      MPESA_CALLS_PER_MINUTE: '100000',
      ...env,
    },
  });
  provider.lead(Number(new URL(stack.simulators.url).port));
  const witness = await openWitness(stack.config.MONGODB_URL);
  return {
    ...stack,
    witness,
    provider,
    ahead: (ms) => void (aheadMs = ms),
    async close() {
      await witness.close();
      await stack.close();
      await provider.close();
    },
  };
}

export async function callBack(url: string, body: string, headers: Readonly<Record<string, string>> = {}) {
  const own = { 'content-type': 'application/json', ...headers };
  const response = await fetch(url, { method: 'POST', headers: own, body });
  return { status: response.status, body: (await response.json()) as unknown };
}

/** Creates a payment, and reads off the push where M-Pesa is to call back. */
export async function pushed(place: MpesaPlace, input = mpesaWish()) {
  const watch = place.provider.watch([PUSH]);
  const intent = await created(place.client, input);
  const [request = ''] = watch.requests();
  watch.end();
  return { intent, id: intent.id, callbackUrl: /"CallBackURL":"([^"]+)"/.exec(request)?.[1] ?? '' };
}

export const aboutIt = (body: string, checkoutId: string | null, amount = 50): string =>
  body.replace('ws_CO_17112025120000123456789', checkoutId ?? 'none').replace('"Value":50}', `"Value":${amount}}`);

export const ACCEPTED = { status: 200, body: { ResultCode: 0, ResultDesc: 'Accepted' } };
