// Payme in miniature (sheet 15): the page that a link opens, the calls that drive our endpoint, the test cards, and the sandbox
// that checks us. The payer's money is taken when we have answered PerformTransaction, and not before.

import { z } from 'zod';
import type { Ending } from '../simulator-books.ts';
import { faultIn } from '../simulator-controls.ts';
import { bodyOf, json, textOf, type SimulatorReply, type SimulatorRequest } from '../simulator-http.ts';
import { createSimulator, type Desk, type Route, type SimulatorDefinition, type SimulatorTools } from '../simulator.ts';
import { linkIn, pay, type Detail } from './simulator-checkout.ts';
import { createMerchant, type Merchant } from './simulator-merchant.ts';
import { answerPayer, payPage } from './simulator-page.ts';
import { runSandbox } from './simulator-sandbox.ts';

export const simulator: SimulatorDefinition = {
  sample: { amount: { amount: 15_000_000, currency: 'UZS' }, country: 'UZ', phone: '+998901234567' },
  vectors: [],
  env: (baseUrl) => ({
    PAYME_MERCHANT_ID: '587f72c72cac0d162c722ae2',
    PAYME_SECRET_KEY: 'payme_made_up_secret_0123456789abcde',
    PAYME_ENVIRONMENT: 'sandbox',
    PAYME_CHECKOUT_URL: baseUrl,
  }),
  create(tools) {
    const merchant = createMerchant(tools);
    return createSimulator<Detail>(
      {
        id: 'payme',
        settleMs: 1_500,
        // Sheet 11.
        promptMs: 43_200_000,
        // Sheet 6: what Payme gives as the reason of a cancellation.
        endings: {
          reject: { state: 'cancelled', reason: '5' },
          'wrong-pin': failed('3'),
          'no-balance': failed('2'),
          timeout: { state: 'expired', reason: '4' },
        },
        routes: routesOf(tools, merchant),
        otherCurrency: () => null,
        callback: () => null,
        callbackPausesMs: [],
        unauthorized: json(401, { error: { code: -32504, message: 'no privilege' } }),
        drive: merchant.drive,
      },
      tools,
    );
  },
};

function routesOf({ env }: SimulatorTools, merchant: Merchant): readonly Route<Detail>[] {
  const merchantId = env['PAYME_MERCHANT_ID'] ?? '';
  const pay = (request: SimulatorRequest, desk: Desk<Detail>): Promise<SimulatorReply> =>
    payAtOnce(request, desk, merchantId);
  return [
    { method: 'POST', path: /^\/_pay$/, kind: 'collect', run: pay },
    { method: 'POST', path: /^\/_call$/, kind: null, run: (request) => rawCall(request, merchant) },
    { method: 'POST', path: /^\/_sandbox$/, kind: null, run: (request) => runSandbox(request, merchant) },
    {
      method: 'GET',
      path: /^\/([A-Za-z0-9+/%=]+)$/,
      kind: null,
      run: (request, desk, params) => payPage(request, desk, params, merchantId),
    },
    {
      method: 'POST',
      path: /^\/([A-Za-z0-9+/%=]+)$/,
      kind: 'collect',
      run: (request, desk, params) => answerPayer(request, desk, params, merchantId),
    },
  ];
}

/** As the page's button, for payers without a browser. No part of Payme's interface. */
async function payAtOnce(request: SimulatorRequest, desk: Desk<Detail>, merchantId: string): Promise<SimulatorReply> {
  const body = bodyOf(request);
  const encoded = /\/payme\/(.+)$/.exec(textOf(body['url']) ?? '')?.[1] ?? '';
  const paid = await pay(linkIn(encoded), textOf(body['card']), desk, merchantId);
  if (typeof paid === 'string') return json(200, { transaction: null, state: 'failed', reason: paid });
  return json(200, { transaction: paid.providerId, state: paid.state, reason: paid.reason });
}

const rawBody = z.strictObject({
  verb: z.string().optional(),
  body: z.string().optional(),
  headers: z.record(z.string(), z.string()).optional(),
  login: z.string().optional(),
  key: z.string().optional(),
});

/** Any call to our endpoint, with Payme's credentials unless others are given. */
async function rawCall(request: SimulatorRequest, merchant: Merchant): Promise<SimulatorReply> {
  const parsed = rawBody.safeParse(bodyOf(request));
  if (!parsed.success) return faultIn(parsed.error);
  const wish = Object.fromEntries(Object.entries(parsed.data).filter(([, value]) => value !== undefined));
  return json(200, await merchant.send(wish));
}

function failed(reason: string): Ending {
  return { state: 'failed', reason };
}
