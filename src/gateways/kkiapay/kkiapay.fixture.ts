// KkiaPay's client over replies that a test writes down, as the fact sheet shows them.

import { readFileSync } from 'node:fs';
import type { CollectRequest, Gateway } from '../contract.ts';
import { answered, inTurn, type Answer } from '../http.fixture.ts';
import type { HttpRequest } from '../http.ts';
import { kkiapay } from './index.ts';

export { answered } from '../http.fixture.ts';

export const INTENT = '550e8400-e29b-41d4-a716-446655440000';
export const ENV = {
  KKIAPAY_PUBLIC_KEY: 'pk_test',
  KKIAPAY_PRIVATE_KEY: 'tpk_test',
  KKIAPAY_SECRET_KEY: 'tsk_test',
  KKIAPAY_WEBHOOK_SECRET: 'whsec_test_kkiapay_0001',
};
export const NOW = new Date('2026-03-08T12:00:00.000Z');
export const SUCCESS = JSON.parse(
  readFileSync(new URL('./fixtures/status-success.json', import.meta.url), 'utf8'),
) as Record<string, unknown>;

/** Answers in turn; the claim for a channel by itself, unless one of the answers is a function, which is for the claim. */
export function connected(answers: readonly Answer[] = [], env: Readonly<Record<string, string>> = {}) {
  const isForClaim = answers.some((answer) => typeof answer === 'function');
  const { http, sent } = inTurn(answers, ({ url }) =>
    url.endsWith('/claimchannel') && !isForClaim ? answered(200, 'channel-1') : null,
  );
  const gateway = kkiapay.connect(kkiapay.settings.parse({ ...ENV, ...env }), {
    http,
    now: () => NOW,
    webhookUrl: () => 'https://pay.example/webhooks/kkiapay',
  });
  return { gateway: gateway as Required<Gateway>, sent };
}

export const REQUEST: CollectRequest = {
  intentId: INTENT,
  reference: '0190b3a2-0000-7000-8000-000000000001',
  amount: { amount: 1_000, currency: 'XOF' },
  country: 'BJ',
  mode: 'PUSH',
  customer: { id: null, email: null, phone: '+2290161000000', name: 'Ada King Lovelace' },
  returnUrl: null,
  description: 'invoice-42',
  metadata: [],
};

export const bodyOf = (request: HttpRequest | undefined): unknown => JSON.parse(request?.body ?? 'null');
