/**
 * The mock provider: no money, every mood. A payment does what its metadata says (`mock`, `mock_refund`, `mock_disburse`),
 * and succeeds after a second when they say nothing. Its callbacks are signed with a time, so that they settle by
 * themselves; it is never routed to, and production refuses it.
 */

import { z } from 'zod';
import { CURRENCIES } from '../../core/money.ts';
import { defineGateway, type Gateway } from '../contract.ts';
import { pauses, required, requiredBaseUrl, whole } from '../settings.ts';
import { createClient } from './client.ts';
import { createWebhook } from './webhook.ts';

const settings = z.object({
  MOCK_BASE_URL: requiredBaseUrl().describe('where its simulator is'),
  MOCK_API_KEY: required().describe('what the simulator knows us by'),
  MOCK_WEBHOOK_SECRET: required().describe('signs its callbacks'),
  MOCK_PROMPT_SECONDS: whole({ min: 1, max: 3_600, preset: 60 }).describe('how long the payer may answer'),
  MOCK_MARGIN_SECONDS: whole({ min: 0, max: 3_600, preset: 30 }).describe('how long we go on asking after that'),
  MOCK_CALL_TIMEOUT_MS: whole({ min: 100, max: 30_000, preset: 5_000 }).describe('the deadline of one promise to us'),
  MOCK_POLL_DELAYS_MS: pauses([1_500, 2_000, 3_000, 5_000, 8_000, 15_000]).describe(
    'pauses between questions; the last one repeats',
  ),
});

export type MockSettings = z.infer<typeof settings>;

export const mock = defineGateway<MockSettings>({
  id: 'mock',
  name: 'Mock',
  currencies: Object.keys(CURRENCIES),
  modes: [
    { mode: 'PUSH', needs: ['phone'], starts: 'provider' },
    { mode: 'REDIRECT', needs: [], starts: 'provider' },
  ],
  routed: false,
  refunds: 'partial',
  settings,
  baseUrlSettings: ['MOCK_BASE_URL'],

  connect(given, tools): Gateway {
    const client = createClient({
      baseUrl: given.MOCK_BASE_URL,
      apiKey: given.MOCK_API_KEY,
      callTimeoutMs: given.MOCK_CALL_TIMEOUT_MS,
      promptMs: given.MOCK_PROMPT_SECONDS * 1_000,
      http: tools.http,
      now: tools.now,
    });
    return {
      environment: 'sandbox',
      timing: {
        collectTimeoutMs: given.MOCK_CALL_TIMEOUT_MS,
        promptMs: given.MOCK_PROMPT_SECONDS * 1_000,
        marginMs: given.MOCK_MARGIN_SECONDS * 1_000,
        inviteMs: given.MOCK_PROMPT_SECONDS * 1_000,
        pollDelaysMs: given.MOCK_POLL_DELAYS_MS,
        afterCareMs: [30_000, 300_000, 1_800_000],
        refundDelaysMs: [1_500, 3_000, 5_000, 15_000],
      },
      limits: {},
      // Payments are kept under our references: the same one never happens twice.
      collectRepeats: true,
      refundRepeats: true,
      ...client,
      webhook: createWebhook({ secret: given.MOCK_WEBHOOK_SECRET, now: tools.now }),
    };
  },
  simulator: async () => (await import('./simulator.ts')).simulator,
});
