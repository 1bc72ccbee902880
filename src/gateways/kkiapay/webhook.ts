// KkiaPay's callbacks. The sources disagree on what `x-kkiapay-secret` holds (sheet 5): the hash secret itself, or an HMAC of
// the body. Both need a secret that an attacker lacks, and neither is taken as proof: the plain secret travels in clear
// and can be replayed, so a callback that passes only makes us ask for the status.

import { z } from 'zod';
import { failureOf } from '../../core/failure.ts';
import type { PaymentReport } from '../../core/report.ts';
import type { WebhookNotice, WebhookReader } from '../contract.ts';
import { parseJson } from '../http.ts';
import { hmacSha256, sameAsOneOf } from '../signature.ts';
import { failureOfCode, instrumentOf, moneyOf, referenceIn, TRANSACTION_ID } from './status.ts';

export interface WebhookSettings {
  readonly mode: 'secret' | 'hmac' | 'either';
  /** The hash secret, and those that are accepted while it is being changed. */
  readonly secrets: readonly string[];
  /** Seed 001 signs with this one. */
  readonly apiSecret: string;
}

/** Sheet 5. `transaction.timeout` is seed 001's alone. */
const STATES: Readonly<Record<string, PaymentReport['state']>> = {
  'transaction.success': 'succeeded',
  'transaction.failed': 'failed',
  'transaction.timeout': 'expired',
};

const notification = z.looseObject({
  event: z.enum(Object.keys(STATES)),
  transactionId: z.string().regex(TRANSACTION_ID),
  amount: z.unknown().optional(),
  // One "s" in KkiaPay's own example.
  isPaymentSucces: z.boolean().optional(),
  isPaymentSuccess: z.boolean().optional(),
});

export function createWebhook({ mode, secrets, apiSecret }: WebhookSettings): WebhookReader {
  return {
    verify({ headers, body }) {
      const given = headers['x-kkiapay-secret'];
      if (given === undefined) return 'forged';
      const plain = mode === 'hmac' ? [] : secrets;
      const keys = mode === 'secret' ? [] : [...secrets, apiSecret];
      // Over the raw bytes: the same JSON written in another way has another signature.
      const signed = keys.map((key) => hmacSha256(key, body));
      const hex = given.startsWith('sha256=') ? given.slice('sha256='.length) : given;
      // Both are looked at, whatever the first one says, so that the time tells nothing.
      const knowsSecret = sameAsOneOf(given, plain);
      const knowsKey = sameAsOneOf(hex, signed);
      return knowsSecret || knowsKey ? 'hint' : 'forged';
    },
    read,
  };
}

function read(body: Buffer): WebhookNotice | null {
  const parsed = notification.safeParse(parseJson(body.toString('utf8')));
  if (!parsed.success) return null;
  const { event, transactionId, amount, ...rest } = parsed.data;
  const state = STATES[event];
  const isSuccess = rest.isPaymentSucces ?? rest.isPaymentSuccess;
  // A body that contradicts itself is not what KkiaPay documents.
  if (state === undefined || (isSuccess !== undefined && isSuccess !== (state === 'succeeded'))) return null;
  const reference = referenceIn(rest['stateData'], rest['partnerId']);
  // A string, a float or a negative number is not an amount, and is never made into one: such a call claims nothing, and only
  // makes us ask.
  const paid = moneyOf(amount);
  return {
    event,
    // No delivery id, no time, no nonce (sheet 5). One that says whose it is tells more than one that does not (sheet 3.1).
    dedupeKey: [transactionId, event, reference ?? '', paid === null ? 'odd' : ''].join(':'),
    providerId: transactionId,
    reference,
    report:
      paid === null
        ? null
        : {
            providerId: transactionId,
            reference,
            state,
            amount: paid,
            environment: null,
            instrument: instrumentOf(rest['method']),
            failure: failureIn(state, rest['failureCode']),
          },
  };
}

function failureIn(state: PaymentReport['state'], code: unknown): PaymentReport['failure'] {
  if (state === 'succeeded') return null;
  return state === 'expired' ? failureOf('TIMED_OUT', null) : failureOfCode(code);
}
