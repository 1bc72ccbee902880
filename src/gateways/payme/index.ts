/**
 * Payme (Paycom) collects UZS in Uzbekistan. The payer follows a link; then Payme calls us, over the JSON-RPC of its Merchant
 * API, and shows the payer what we answer. We call nobody: there is nothing to ask and nothing to refund by, so a refund is
 * made by people in Payme's cabinet, and reaches us as a cancellation (sheet 0, 12).
 */

import { isIP } from 'node:net';
import { z } from 'zod';
import { defineGateway, type Gateway } from '../contract.ts';
import { baseUrl, choice, flag, limitsBetween, list, optionalWhole, required, text, whole } from '../settings.ts';
import { createInvite } from './client.ts';
import { LIMIT_MS } from './methods.ts';
import { createServe } from './serve.ts';

/** Sheet 1. */
const CHECKOUT_URLS = { sandbox: 'https://test.paycom.uz', live: 'https://checkout.paycom.uz' } as const;

const settings = z.object({
  PAYME_MERCHANT_ID: required()
    .pipe(z.string().regex(/^[0-9a-f]{24}$/i, 'must be 24 hexadecimal digits'))
    .describe("The cash desk's id, from Payme's cabinet"),
  PAYME_SECRET_KEY: required().describe("The cash desk's key: KEY in production, TEST_KEY in the sandbox"),
  PAYME_SECRET_KEYS_EXTRA: list().describe('Accepted besides, while the key is being changed'),
  // Sheet 2: the documents only say to ask Payme.
  PAYME_LOGIN: text({ pattern: /^[^:\s]{1,64}$/, rule: 'must be one word without a colon', preset: 'Paycom' }).describe(
    'The login that Payme calls us with',
  ),
  PAYME_ENVIRONMENT: choice(['sandbox', 'live'], 'sandbox').describe("Which of Payme's worlds the key belongs to"),
  PAYME_CHECKOUT_URL: baseUrl().describe("Where payers pay; only to reach something else than Payme's own page"),
  PAYME_ACCOUNT_FIELD: text({
    pattern: /^[A-Za-z]\w{0,63}$/,
    rule: 'must be a name of letters, digits and underscores',
    preset: 'order_id',
  }).describe('The account field that names the order, as the cabinet has it'),
  PAYME_LANGUAGE: choice(['ru', 'uz', 'en'], 'ru').describe("The language of Payme's page"),
  PAYME_ADDRESSES: list()
    .refine((values) => values.every((value) => isIP(value) !== 0), 'must be IP addresses separated by commas')
    .describe("Addresses that may call us; Payme's are 185.234.113.1 to 185.234.113.15. None: all may"),
  PAYME_REVERSIBLE: flag(true).describe(
    'Whether Payme may cancel a payment that was performed; false keeps the money, unless the product has asked for a refund of all of it',
  ),
  PAYME_AMOUNT_MIN: optionalWhole().describe("The cash desk's smallest amount, in tiyin"),
  PAYME_AMOUNT_MAX: optionalWhole().describe("The cash desk's largest amount, in tiyin"),
  PAYME_LINK_SECONDS: whole({ min: 60, max: 604_800, preset: 3_600 }).describe('How long a link can be followed'),
});

export type PaymeSettings = z.infer<typeof settings>;

export const payme = defineGateway<PaymeSettings>({
  id: 'payme',
  name: 'Payme',
  currencies: ['UZS'],
  modes: [{ mode: 'REDIRECT', needs: [], starts: 'here' }],
  routed: true,
  refunds: null,
  settings,
  baseUrlSettings: ['PAYME_CHECKOUT_URL'],

  connect(given, tools): Gateway {
    return {
      environment: given.PAYME_ENVIRONMENT,
      timing: {
        // We call nobody.
        collectTimeoutMs: 5_000,
        promptMs: LIMIT_MS,
        marginMs: 0,
        inviteMs: given.PAYME_LINK_SECONDS * 1_000,
        // There is nothing to ask: an open payment is looked at when its time is over.
        pollDelaysMs: [LIMIT_MS],
        afterCareMs: [],
        refundDelaysMs: [86_400_000],
      },
      // Sheet 11: each cash desk has limits of its own, which Payme does not publish.
      limits: limitsBetween('UZS', given.PAYME_AMOUNT_MIN, given.PAYME_AMOUNT_MAX),
      invite: createInvite({
        checkoutUrl: given.PAYME_CHECKOUT_URL ?? CHECKOUT_URLS[given.PAYME_ENVIRONMENT],
        merchantId: given.PAYME_MERCHANT_ID,
        accountField: given.PAYME_ACCOUNT_FIELD,
        language: given.PAYME_LANGUAGE,
      }),
      serve: createServe({
        login: given.PAYME_LOGIN,
        keys: [given.PAYME_SECRET_KEY, ...given.PAYME_SECRET_KEYS_EXTRA],
        addresses: given.PAYME_ADDRESSES,
        accountField: given.PAYME_ACCOUNT_FIELD,
        isReversible: given.PAYME_REVERSIBLE,
        now: tools.now,
      }),
    };
  },
  simulator: async () => (await import('./simulator.ts')).simulator,
});
