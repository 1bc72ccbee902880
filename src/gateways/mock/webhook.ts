// The mock provider's callbacks, signed the way Stripe signs: HMAC-SHA256 over `<seconds>.<body>`, with the time beside it. A
// callback that passes is authentic, and its body may settle.

import { z } from 'zod';
import type { WebhookNotice, WebhookReader } from '../contract.ts';
import { parseJson } from '../http.ts';
import { hmacSha256, sameSecret } from '../signature.ts';
import { payment, reportOf } from './client.ts';

/** Both ways: a clock may be wrong, and a recorded callback may be sent again. */
const TOLERANCE_SECONDS = 300;
const SIGNATURE = /^t=(\d{1,12}),v1=([0-9a-f]{64})$/;

const notification = z.looseObject({
  id: z.string().min(1).max(100),
  event: z.enum(['payment.pending', 'payment.succeeded', 'payment.failed', 'payment.expired']),
  payment,
});

export function createWebhook({ secret, now }: { secret: string; now: () => Date }): WebhookReader {
  return {
    verify({ headers, body }) {
      const [, seconds = '', given = ''] = SIGNATURE.exec(headers['x-mock-signature'] ?? '') ?? [];
      const age = Math.abs(now().getTime() / 1_000 - Number(seconds));
      // Computed even where the time is wrong, so that the answer takes as long.
      const isSigned = sameSecret(given, hmacSha256(secret, `${seconds}.`, body));
      return isSigned && seconds !== '' && age <= TOLERANCE_SECONDS ? 'authentic' : 'forged';
    },
    read,
  };
}

function read(body: Buffer): WebhookNotice | null {
  const parsed = notification.safeParse(parseJson(body.toString('utf8')));
  if (!parsed.success) return null;
  const { id, event, payment: about } = parsed.data;
  const report = reportOf(about);
  // The event names the state that the payment has in it; a body that contradicts itself is kept for people.
  if (report === null || event !== `payment.${report.state}`) return null;
  return { event, dedupeKey: id, providerId: report.providerId, reference: report.reference, report };
}
