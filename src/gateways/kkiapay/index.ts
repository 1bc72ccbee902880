/**
 * KkiaPay collects XOF in Benin and its neighbours, by mobile money and card. A push asks the payer's phone; the widget runs
 * in the payer's browser and hands back a transaction id. Its webhook carries a secret that proves little (sheet 5: the
 * sources disagree on what it is), so a callback is a hint and the status answer has the last word.
 */

import { z } from 'zod';
import type { NextAction } from '../../core/intent.ts';
import { defineGateway, type CollectRequest, type Gateway } from '../contract.ts';
import { baseUrl, choice, flag, limitsBetween, list, optionalWhole, pauses, required, whole } from '../settings.ts';
import { createClient } from './client.ts';
import { createWebhook } from './webhook.ts';

/** Sheet 1: as in every official SDK; seed 001's hosts are in none of them. */
const BASE_URLS = { sandbox: 'https://api-sandbox.kkiapay.me', live: 'https://api.kkiapay.me' } as const;
/** The countries that the routing table gives KkiaPay. The widget's typings name five of them, other guides pass more. */
const PHONES = ['BF', 'BJ', 'CG', 'CI', 'CM', 'GA', 'GN', 'ML', 'NE', 'SN', 'TD', 'TG'];
const WIDGET_URL = 'https://cdn.kkiapay.me/k.js';

const settings = z.object({
  KKIAPAY_PUBLIC_KEY: required().describe("from KkiaPay's dashboard"),
  KKIAPAY_PRIVATE_KEY: required().describe("from KkiaPay's dashboard"),
  KKIAPAY_SECRET_KEY: required().describe("from KkiaPay's dashboard"),
  // A fourth value (sheet 2).
  KKIAPAY_WEBHOOK_SECRET: required().describe('the hash secret that was chosen for the webhook; not the secret key'),
  KKIAPAY_WEBHOOK_SECRETS_EXTRA: list().describe('accepted besides, while a secret is being changed'),
  KKIAPAY_WEBHOOK_AUTH: choice(['secret', 'hmac', 'either'], 'either').describe("what the webhook's header holds"),
  KKIAPAY_ENVIRONMENT: choice(['sandbox', 'live'], 'sandbox').describe('whose keys these are'),
  KKIAPAY_BASE_URL: baseUrl().describe("KkiaPay's API"),
  KKIAPAY_WIDGET_URL: baseUrl().describe("the widget's script"),
  // Not publicly documented (sheet 3.2).
  KKIAPAY_PUSH_STRATEGY: choice(['v1', 'disabled'], 'v1').describe('`disabled` leaves the widget alone'),
  KKIAPAY_AUTO_REFUND: flag(true).describe('`false` leaves every refund to people'),
  // Sheet 7.
  KKIAPAY_PHONE_FORMAT: choice(['new', 'old'], 'new').describe(
    "`new`: Benin's 10 digits; `old`: the 8 of before 2024-11-30",
  ),
  KKIAPAY_AMOUNT_MIN: optionalWhole().describe('in XOF'),
  KKIAPAY_AMOUNT_MAX: optionalWhole().describe('in XOF'),
  // Sheet 7: the payer has 90 s.
  KKIAPAY_PROMPT_SECONDS: whole({ min: 1, max: 3_600, preset: 90 }).describe('how long the payer may answer the phone'),
  KKIAPAY_MARGIN_SECONDS: whole({ min: 0, max: 3_600, preset: 30 }).describe('how long we go on asking after that'),
  KKIAPAY_WIDGET_SECONDS: whole({ min: 1, max: 86_400, preset: 1_800 }).describe(
    'how long a widget payment stays open',
  ),
  KKIAPAY_CALL_TIMEOUT_MS: whole({ min: 100, max: 30_000, preset: 10_000 }).describe(
    'the deadline of one promise to us',
  ),
  KKIAPAY_POLL_DELAYS_MS: pauses([3_000, 5_000, 8_000, 12_000, 20_000, 30_000]).describe(
    'pauses between questions; the last one repeats',
  ),
});

export type KkiapaySettings = z.infer<typeof settings>;

export const kkiapay = defineGateway<KkiapaySettings>({
  id: 'kkiapay',
  name: 'KkiaPay',
  currencies: ['XOF'],
  modes: [
    { mode: 'PUSH', needs: ['phone'], starts: 'provider', phones: PHONES },
    { mode: 'WIDGET', needs: [], starts: 'here' },
  ],
  routed: true,
  // Revert takes no amount (sheet 3.4).
  refunds: 'full',
  settings,
  baseUrlSettings: ['KKIAPAY_BASE_URL', 'KKIAPAY_WIDGET_URL'],

  connect(given, tools): Gateway {
    const client = createClient({
      baseUrl: given.KKIAPAY_BASE_URL ?? BASE_URLS[given.KKIAPAY_ENVIRONMENT],
      publicKey: given.KKIAPAY_PUBLIC_KEY,
      privateKey: given.KKIAPAY_PRIVATE_KEY,
      secretKey: given.KKIAPAY_SECRET_KEY,
      phoneFormat: given.KKIAPAY_PHONE_FORMAT,
      autoRefund: given.KKIAPAY_AUTO_REFUND,
      callTimeoutMs: given.KKIAPAY_CALL_TIMEOUT_MS,
      promptMs: given.KKIAPAY_PROMPT_SECONDS * 1_000,
      http: tools.http,
      now: tools.now,
    });
    return {
      environment: given.KKIAPAY_ENVIRONMENT,
      timing: {
        collectTimeoutMs: given.KKIAPAY_CALL_TIMEOUT_MS,
        promptMs: given.KKIAPAY_PROMPT_SECONDS * 1_000,
        marginMs: given.KKIAPAY_MARGIN_SECONDS * 1_000,
        inviteMs: given.KKIAPAY_WIDGET_SECONDS * 1_000,
        pollDelaysMs: given.KKIAPAY_POLL_DELAYS_MS,
        afterCareMs: [30_000, 300_000, 1_800_000, 86_400_000],
        refundDelaysMs: [5_000, 15_000, 60_000, 300_000, 1_800_000],
      },
      // Sheet 7: KkiaPay publishes no limits, so there are none until the settings say so.
      limits: limitsBetween('XOF', given.KKIAPAY_AMOUNT_MIN, given.KKIAPAY_AMOUNT_MAX),
      invite: (request) => invite(request, given),
      ...(given.KKIAPAY_PUSH_STRATEGY === 'v1' ? { collect: client.collect } : {}),
      lookup: client.lookup,
      refund: client.refund,
      lookupRefund: client.lookupRefund,
      webhook: createWebhook({
        mode: given.KKIAPAY_WEBHOOK_AUTH,
        secrets: [given.KKIAPAY_WEBHOOK_SECRET, ...given.KKIAPAY_WEBHOOK_SECRETS_EXTRA],
        apiSecret: given.KKIAPAY_SECRET_KEY,
      }),
    };
  },
  simulator: async () => (await import('./simulator.ts')).simulator,
});

/** What the page gives to `openKkiapayWidget`. `data` comes back as `state` in the status answer. */
function invite({ intentId }: CollectRequest, given: KkiapaySettings): NextAction {
  return {
    kind: 'WIDGET',
    publicKey: given.KKIAPAY_PUBLIC_KEY,
    sandbox: given.KKIAPAY_ENVIRONMENT === 'sandbox',
    scriptUrl: given.KKIAPAY_WIDGET_URL ?? WIDGET_URL,
    data: JSON.stringify({ intentId }),
  };
}
