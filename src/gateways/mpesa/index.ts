/**
 * M-Pesa (Safaricom's Daraja) collects KES in Kenya by a prompt on the payer's phone. Its callbacks are unsigned and come
 * once, so they are hints at a secret path, and the status query has the last word.
 */

import { z } from 'zod';
import { defineGateway, type Gateway } from '../contract.ts';
import { baseUrl, choice, list, optionalWhole, pauses, required, whole, type Shown } from '../settings.ts';
import { createClient } from './client.ts';
import { createWebhook } from './webhook.ts';

const BASE_URLS = { sandbox: 'https://sandbox.safaricom.co.ke', live: 'https://api.safaricom.co.ke' } as const;

/** Sheet, "Source IPs": the portal's list, with two that only one app has met. */
const ADDRESSES: readonly string[] = [
  ...['200', '206', '207', '208'].map((last) => `196.201.214.${last}`),
  ...['44', '114'].map((last) => `196.201.213.${last}`),
  ...['69', '74', '127', '128', '129', '132', '136', '138'].map((last) => `196.201.212.${last}`),
];
const ANYWHERE = 'any';

const SECRET_LENGTH_MIN = 16;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

const settings = z
  .object({
    MPESA_CONSUMER_KEY: required().describe("of the app, from Daraja's portal"),
    MPESA_CONSUMER_SECRET: required().describe("of the app, from Daraja's portal"),
    MPESA_PASSKEY: required().describe('of the short code, for pushes'),
    MPESA_SHORTCODE: required()
      .refine((text) => /^\d{5,7}$/.test(text), 'must be 5 to 7 digits')
      .describe('the pay bill number; of a till, the number of its store or head office'),
    MPESA_SHORTCODE_KIND: choice(['paybill', 'till'], 'paybill').describe('what payers pay to'),
    MPESA_TILL_NUMBER: optionalWhole().describe('the till itself; required where the kind is `till`'),
    MPESA_CALLBACK_SECRET: required()
      .refine((text) => text.length >= SECRET_LENGTH_MIN, `must have at least ${SECRET_LENGTH_MIN} characters`)
      .describe('of our own making: each payment is called back at a path that is made with it'),
    MPESA_CALLBACK_SECRETS_EXTRA: list().describe('accepted besides, while the secret is being changed'),
    // Off in the sandbox: its callbacks have come from an address that most published lists lack (sheet, "Source IPs"),
    // and a simulator calls from this machine.
    MPESA_CALLBACK_ADDRESSES: list()
      .meta({
        shown: {
          rule: 'addresses separated by commas, or `any`',
          preset: "Safaricom's own with `live`, any with `sandbox`",
        } satisfies Shown,
      })
      .describe('where callbacks may come from. Behind proxies it needs `TRUSTED_PROXIES`'),
    MPESA_ENVIRONMENT: choice(['sandbox', 'live'], 'sandbox').describe('whose keys these are'),
    MPESA_BASE_URL: baseUrl().describe("Daraja's API"),
    // Sheet, "Limits": the prompt lives 60 s or somewhat longer.
    MPESA_PROMPT_SECONDS: whole({ min: 1, max: 3_600, preset: 60 }).describe('how long the payer may answer the phone'),
    MPESA_MARGIN_SECONDS: whole({ min: 0, max: 3_600, preset: 120 }).describe('how long we go on asking after that'),
    MPESA_CALL_TIMEOUT_MS: whole({ min: 100, max: 30_000, preset: 15_000 }).describe(
      'the deadline of one promise to us',
    ),
    // Sheet, "Limits": at 5, 10, 20, 40, 60 and 90 s, then every minute.
    MPESA_POLL_DELAYS_MS: pauses([5_000, 5_000, 10_000, 20_000, 20_000, 30_000, MINUTE_MS]).describe(
      'pauses between questions; the last one repeats',
    ),
    MPESA_CALLS_PER_MINUTE: whole({ min: 1, max: 100_000, preset: 120 }).describe(
      'calls that may reach M-Pesa in a minute, from all processes together',
    ),
  })
  .refine(({ MPESA_SHORTCODE_KIND: kind, MPESA_TILL_NUMBER: till }) => kind === 'paybill' || till !== undefined, {
    path: ['MPESA_TILL_NUMBER'],
    message: 'is required where MPESA_SHORTCODE_KIND is till',
  });

export type MpesaSettings = z.infer<typeof settings>;

export const mpesa = defineGateway<MpesaSettings>({
  id: 'mpesa',
  name: 'M-Pesa',
  currencies: ['KES'],
  modes: [{ mode: 'PUSH', needs: ['phone'], starts: 'provider', phones: ['KE'] }],
  routed: true,
  // By people, in M-Pesa's portal: a reversal answers later, by an unsigned call of its own that no question can confirm, and
  // needs an initiator's password beside the keys.
  refunds: null,
  settings,
  baseUrlSettings: ['MPESA_BASE_URL'],
  // Sheet, "URL rules": an address of ours that holds its name is refused.
  webhookName: 'daraja',

  connect(given, tools): Gateway {
    const promptMs = given.MPESA_PROMPT_SECONDS * 1_000;
    const client = createClient({
      baseUrl: given.MPESA_BASE_URL ?? BASE_URLS[given.MPESA_ENVIRONMENT],
      consumerKey: given.MPESA_CONSUMER_KEY,
      consumerSecret: given.MPESA_CONSUMER_SECRET,
      passkey: given.MPESA_PASSKEY,
      shortcode: given.MPESA_SHORTCODE,
      till: given.MPESA_SHORTCODE_KIND === 'till' ? String(given.MPESA_TILL_NUMBER) : null,
      callbackSecret: given.MPESA_CALLBACK_SECRET,
      callTimeoutMs: given.MPESA_CALL_TIMEOUT_MS,
      promptMs,
      http: tools.http,
      now: tools.now,
      webhookUrl: tools.webhookUrl,
    });
    return {
      environment: given.MPESA_ENVIRONMENT,
      timing: {
        collectTimeoutMs: given.MPESA_CALL_TIMEOUT_MS,
        promptMs,
        marginMs: given.MPESA_MARGIN_SECONDS * 1_000,
        inviteMs: promptMs,
        pollDelaysMs: given.MPESA_POLL_DELAYS_MS,
        // Nearly 48 hours in all: so long is late money looked for.
        afterCareMs: [MINUTE_MS, 5 * MINUTE_MS, 30 * MINUTE_MS, 2 * HOUR_MS, 10 * HOUR_MS, 34 * HOUR_MS],
        refundDelaysMs: [HOUR_MS],
      },
      // Sheet, "Limits".
      limits: { KES: { min: 100, max: 25_000_000, step: { of: 100, name: 'whole shillings' } } },
      callsPerMinute: given.MPESA_CALLS_PER_MINUTE,
      collect: client.collect,
      lookup: client.lookup,
      webhook: createWebhook({
        secrets: [given.MPESA_CALLBACK_SECRET, ...given.MPESA_CALLBACK_SECRETS_EXTRA],
        addresses: addressesOf(given),
      }),
    };
  },
  simulator: async () => (await import('./simulator.ts')).simulator,
});

/** null: from anywhere. */
function addressesOf({ MPESA_CALLBACK_ADDRESSES: own, MPESA_ENVIRONMENT }: MpesaSettings): readonly string[] | null {
  if (own.length === 0) return MPESA_ENVIRONMENT === 'live' ? ADDRESSES : null;
  return own.includes(ANYWHERE) ? null : own;
}
