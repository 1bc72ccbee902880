// Payme, calling our door with its own credentials: for what its simulator would not send by itself.

import { randomBytes } from 'node:crypto';
import { expect } from 'vitest';
import type { Stack } from './stack.ts';
import { aWish } from './wishes.ts';

/** 150,000 soum, in tiyin. */
export const AMOUNT = 15_000_000;
const RETURN_URL = 'https://shop.example/done?order=1;x=2';
/** An order, to be paid by following a link. */
export const wish = () =>
  aWish({ amount: { amount: AMOUNT, currency: 'UZS' }, country: 'UZ', customer: null, returnUrl: RETURN_URL });
export const newId = (): string => randomBytes(12).toString('hex');

export interface Said {
  readonly id: unknown;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly code: number };
}

export interface Payme {
  /** Whatever the body, whoever calls; the answer is HTTP 200. */
  send(body: string, headers?: Record<string, string>, method?: string): Promise<Said>;
  rpc(method: string, params: object): Promise<Said>;
  /** The answer's code; the result's state; or true, where a payment may be made. */
  says(method: string, params: object): Promise<unknown>;
}

export function paymeAt(stack: Stack): Payme {
  const credential = Buffer.from(`Paycom:${stack.simulators.env['PAYME_SECRET_KEY'] ?? ''}`).toString('base64');
  let id = 0;
  return {
    async send(
      body: string,
      headers: Record<string, string> = { authorization: `Basic ${credential}` },
      method = 'POST',
    ) {
      const type = { 'content-type': 'text/json; charset=UTF-8' };
      const init = { method, headers: { ...type, ...headers }, ...(method === 'GET' ? {} : { body }) };
      const response = await fetch(`${stack.apiUrl}/billing/payme`, init);
      expect(response.status).toBe(200);
      return (await response.json()) as Said;
    },
    async rpc(method: string, params: object): Promise<Said> {
      id += 1;
      const said = await this.send(JSON.stringify({ id, method, params }));
      expect(said.id).toBeTypeOf('number');
      return said;
    },
    async says(method: string, params: object): Promise<unknown> {
      const { result, error } = await this.rpc(method, params);
      return error?.code ?? result?.['state'] ?? result?.['allow'];
    },
  };
}
export const order = (intentId: string, amount = AMOUNT) => ({ amount, account: { order_id: intentId } });
export const creation = (id: string, intentId: string, time = Date.now()) => ({ id, time, ...order(intentId) });
