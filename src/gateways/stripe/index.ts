/**
 * Stripe takes cards and much else from all over the world. We create a PaymentIntent; the payer's page confirms it with
 * Stripe.js and the client secret, as often as it takes; a signed event tells us how it ended. Stripe never gives a payment
 * up by itself, so we cancel what we have given up.
 */

import { z } from 'zod';
import { defineGateway, type Gateway } from '../contract.ts';
import { baseUrl, choice, list, optionalText, pauses, required, whole } from '../settings.ts';
import { limitsOf, STRIPE_CURRENCIES } from './amounts.ts';
import { createClient } from './client.ts';
import { connectStripe } from './sdk.ts';
import { createWebhook } from './webhook.ts';

const BASE_URL = 'https://api.stripe.com';
const SECRET_KEY = /^(?:sk|rk)_(test|live)_\S+$/;
const PUBLISHABLE_KEY = /^pk_(test|live)_\S+$/;

const settings = z
  .object({
    STRIPE_SECRET_KEY: required()
      .pipe(z.string().regex(SECRET_KEY, 'must begin with sk_test_, sk_live_, rk_test_ or rk_live_'))
      .describe('The secret key, or a restricted key that may write PaymentIntents and Refunds'),
    STRIPE_PUBLISHABLE_KEY: required()
      .pipe(z.string().regex(PUBLISHABLE_KEY, 'must begin with pk_test_ or pk_live_'))
      .describe("The key that the payer's page gives to Stripe.js"),
    STRIPE_WEBHOOK_SECRET: required().describe("The endpoint's signing secret, whsec_ included"),
    STRIPE_WEBHOOK_SECRETS_EXTRA: list().describe('Accepted besides, while the secret is being rolled'),
    STRIPE_ENVIRONMENT: choice(['sandbox', 'live'], 'sandbox').describe('Must be the world that the keys belong to'),
    STRIPE_ACCOUNT_ID: optionalText({ pattern: /^acct_\w{1,64}$/, rule: 'must be `acct_` and what follows' }).describe(
      'The connected account that payments are made for; left out, the account of the keys',
    ),
    STRIPE_BASE_URL: baseUrl().describe("Where Stripe's API is"),
    STRIPE_AMOUNT_MIN_KES: whole({ min: 1, max: 99_999_999, preset: 10_000 }).describe(
      'The least payment in KES, in cents: Stripe publishes none',
    ),
    STRIPE_SESSION_SECONDS: whole({ min: 1, max: 43_200, preset: 1_800 }).describe('How long the payer may pay'),
    STRIPE_MARGIN_SECONDS: whole({ min: 0, max: 3_600, preset: 30 }).describe('How long we go on asking after that'),
    STRIPE_CALL_TIMEOUT_MS: whole({ min: 100, max: 30_000, preset: 10_000 }).describe('The deadline of one call'),
    STRIPE_POLL_DELAYS_MS: pauses([5_000, 10_000, 20_000, 30_000, 60_000]).describe('Pauses between status questions'),
  })
  .superRefine((given, context) => {
    for (const name of ['STRIPE_SECRET_KEY', 'STRIPE_PUBLISHABLE_KEY'] as const) {
      const isLive = given[name].includes('_live_');
      if (isLive === (given.STRIPE_ENVIRONMENT === 'live')) continue;
      const message = `is a ${isLive ? 'live' : 'test'} key, and STRIPE_ENVIRONMENT is ${given.STRIPE_ENVIRONMENT}`;
      context.addIssue({ code: 'custom', path: [name], message });
    }
  });

export type StripeSettings = z.infer<typeof settings>;

export const stripe = defineGateway<StripeSettings>({
  id: 'stripe',
  name: 'Stripe',
  currencies: STRIPE_CURRENCIES,
  modes: [{ mode: 'CLIENT_SECRET', needs: [], starts: 'provider' }],
  routed: true,
  refunds: 'partial',
  settings,
  baseUrlSettings: ['STRIPE_BASE_URL'],

  connect(given, tools): Gateway {
    const sdk = connectStripe({
      secretKey: given.STRIPE_SECRET_KEY,
      accountId: given.STRIPE_ACCOUNT_ID,
      baseUrl: given.STRIPE_BASE_URL ?? BASE_URL,
      http: tools.http,
    });
    const client = createClient({
      stripe: sdk,
      publishableKey: given.STRIPE_PUBLISHABLE_KEY,
      callTimeoutMs: given.STRIPE_CALL_TIMEOUT_MS,
    });
    return {
      environment: given.STRIPE_ENVIRONMENT,
      timing: {
        collectTimeoutMs: given.STRIPE_CALL_TIMEOUT_MS,
        promptMs: given.STRIPE_SESSION_SECONDS * 1_000,
        marginMs: given.STRIPE_MARGIN_SECONDS * 1_000,
        // Every payment starts with a call.
        inviteMs: given.STRIPE_SESSION_SECONDS * 1_000,
        pollDelaysMs: given.STRIPE_POLL_DELAYS_MS,
        // At once, and soon again: until Stripe has cancelled it, the payer can still pay what we have given up.
        afterCareMs: [0, 5_000, 30_000, 300_000, 1_800_000, 86_400_000],
        refundDelaysMs: [10_000, 60_000, 600_000, 3_600_000, 21_600_000],
      },
      limits: limitsOf(given.STRIPE_AMOUNT_MIN_KES),
      // Sheet, "Idempotency": for at least a day, which is longer than any session.
      collectRepeats: true,
      refundRepeats: true,
      // Sheet, "Limits": per account, 25 a second in the sandbox and 100 in the live world.
      callsPerMinute: given.STRIPE_ENVIRONMENT === 'live' ? 6_000 : 1_500,
      ...client,
      webhook: createWebhook({
        secrets: [given.STRIPE_WEBHOOK_SECRET, ...given.STRIPE_WEBHOOK_SECRETS_EXTRA],
        environment: given.STRIPE_ENVIRONMENT,
        accountId: given.STRIPE_ACCOUNT_ID,
        now: tools.now,
      }),
    };
  },
  simulator: async () => (await import('./simulator.ts')).simulator,
});
