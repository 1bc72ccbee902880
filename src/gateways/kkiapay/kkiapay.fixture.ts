// KkiaPay's client over replies that a test writes down, as the fact sheet shows them.

import { readFileSync } from 'node:fs';
import type { CollectRequest, Gateway } from '../contract.ts';
import type { HttpReply, HttpRequest } from '../http.ts';
import { kkiapay } from './index.ts';

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

export type Answer = HttpReply | ((request: HttpRequest) => HttpReply);

export function answered(status: number, body: unknown): HttpReply {
  return { kind: 'answered', status, headers: {}, text: typeof body === 'string' ? body : JSON.stringify(body) };
}

/** Answers in turn; the claim for a channel by itself. */
export function connected(answers: readonly Answer[] = [], env: Readonly<Record<string, string>> = {}) {
  const sent: HttpRequest[] = [];
  const left = [...answers];
  const gateway = kkiapay.connect(kkiapay.settings.parse({ ...ENV, ...env }), {
    http: {
      async send(request) {
        sent.push(request);
        if (request.url.endsWith('/claimchannel') && !left.some((answer) => typeof answer === 'function')) {
          return answered(200, 'channel-1');
        }
        const answer = left.shift();
        if (answer === undefined) throw new Error(`nobody expected ${request.url}`);
        return typeof answer === 'function' ? answer(request) : answer;
      },
    },
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
