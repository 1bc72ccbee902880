// Stripe's events. The signature is over the raw body with the time in it (sheet, "Webhook"), so an event may settle; one that
// is written in another API version than ours only makes us ask.

import { isUtf8 } from 'node:buffer';
import Stripe from 'stripe';
import { z } from 'zod';
import type { Environment } from '../../core/report.ts';
import type { Verdict, WebhookCall, WebhookNotice, WebhookReader } from '../contract.ts';
import { parseJson } from '../http.ts';
import { API_VERSION } from './sdk.ts';
import { environmentOf, paymentShape, refundReportOf, refundShape, reportOf, wordIn } from './status.ts';

export interface WebhookSettings {
  /** Two while one is being rolled. */
  readonly secrets: readonly string[];
  readonly environment: Environment;
  readonly accountId: string | undefined;
  readonly now: () => Date;
}

const TOLERANCE_SECONDS = 300;
/** Longer than any header of theirs, with a signature for every secret of a rotation. */
const HEADER_LENGTH_MAX = 2_048;
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

const eventShape = z.looseObject({
  id: z.string().regex(/^evt_\w{1,200}$/),
  object: z.literal('event'),
  type: z.string().regex(/^[a-z0-9_.]{1,100}$/),
  livemode: z.boolean(),
  api_version: z.string().nullish(),
  account: z.string().nullish(),
  data: z.looseObject({ object: z.looseObject({}) }),
});
type StripeEvent = z.infer<typeof eventShape>;

/** A charge or a dispute, of which no more is read than whose it is. */
const belonging = z.looseObject({
  id: z.string().regex(/^[a-z]{2,4}_\w{1,200}$/),
  payment_intent: z.union([z.string(), z.looseObject({ id: z.string() }).transform(({ id }) => id)]).nullish(),
  status: z.string().nullish(),
});

export function createWebhook({ secrets, environment, accountId, now }: WebhookSettings): WebhookReader {
  return { verify, read };

  function verify({ headers, body }: WebhookCall): Verdict {
    const header = headers['stripe-signature'];
    if (header === undefined || !isStamped(header) || !isPlainText(body)) return 'forged';
    // All are looked at, so that the time does not tell which one was right.
    const isSigned = secrets.map((secret) => isSignedWith(secret, header, body)).includes(true);
    if (!isSigned) return 'forged';
    const event = parseJson(body.toString('utf8'));
    return isOtherVersion(event) ? 'hint' : 'authentic';
  }

  /** One time, written as a number, and not ahead of ours: the library refuses what is old, and takes the year 2030. */
  function isStamped(header: string): boolean {
    if (header.length > HEADER_LENGTH_MAX) return false;
    const stamps = header.split(',').filter((part) => part.startsWith('t='));
    const seconds = stamps.length === 1 ? /^t=(\d{1,12})$/.exec(stamps[0] ?? '')?.[1] : undefined;
    return seconds !== undefined && Number(seconds) - Math.floor(now().getTime() / 1_000) <= TOLERANCE_SECONDS;
  }

  function isSignedWith(secret: string, header: string, body: Buffer): boolean {
    try {
      // The tolerance is said: without one, this very function takes any age (reliability P4).
      const { signature } = Stripe.webhooks;
      return signature?.verifyHeader(body, header, secret, TOLERANCE_SECONDS, undefined, now().getTime()) === true;
    } catch {
      return false;
    }
  }

  function read(body: Buffer): WebhookNotice | null {
    const { data: event } = eventShape.safeParse(parseJson(body.toString('utf8')));
    if (event === undefined) return null;
    const isStrange = event.account != null && event.account !== accountId;
    if (isStrange) return nothing(event);
    const [noun, second] = event.type.split('.');
    if (noun === 'payment_intent') return paymentNews(event);
    // These say of themselves no environment that would be checked later.
    if (environmentOf(event.livemode) !== environment) return nothing(event);
    if (noun === 'refund' || event.type === 'charge.refund.updated') return refundNews(event);
    if (noun === 'charge' && second === 'dispute') return disputeNews(event);
    return event.type === 'charge.refunded' ? pointer(event) : nothing(event);
  }

  function paymentNews(event: StripeEvent): WebhookNotice | null {
    // It tells only what our own call was answered. Believed before that answer is found again, it would end the search for
    // the client secret, without which nobody can pay.
    if (event.type === 'payment_intent.created') return nothing(event);
    const { data: payment } = paymentShape.safeParse(event.data.object);
    if (payment === undefined) return null;
    const isOurWorld = environmentOf(event.livemode) === environment;
    const isOther = isOtherVersion(event);
    if (isOther && !isOurWorld) return nothing(event);
    const report = isOther ? null : reportOf(payment, event.livemode);
    const reference = payment.metadata?.['attemptId'] ?? payment.metadata?.['intentId'] ?? null;
    return { ...nothing(event), providerId: payment.id, reference, report };
  }

  function refundNews(event: StripeEvent): WebhookNotice | null {
    const { data: refund } = refundShape.safeParse(event.data.object);
    const report = refund === undefined ? null : refundReportOf(refund);
    if (refund === undefined || report === null) return null;
    // Of a charge that no PaymentIntent made: none of ours.
    if (refund.payment_intent == null) return nothing(event);
    return {
      ...nothing(event),
      providerId: refund.payment_intent,
      reference: refund.metadata?.['intentId'] ?? null,
      refund: { refundId: refund.metadata?.['refundId'] ?? null, report },
    };
  }
}

/** Stripe has taken the money back on the payer's bank's word, or may: nothing of ours moves, and people have to answer. */
function disputeNews(event: StripeEvent): WebhookNotice | null {
  const { data: dispute } = belonging.safeParse(event.data.object);
  if (dispute === undefined) return null;
  const end = event.type === 'charge.dispute.closed' ? `_${(wordIn(dispute.status) ?? 'closed').toUpperCase()}` : 'D';
  return {
    ...nothing(event),
    providerId: dispute.payment_intent ?? null,
    review: `DISPUTE${end}: dispute ${dispute.id}`,
  };
}

/** Says only which payment something has happened to. */
function pointer(event: StripeEvent): WebhookNotice | null {
  const { data } = belonging.safeParse(event.data.object);
  return data === undefined ? null : { ...nothing(event), providerId: data.payment_intent ?? null };
}

function nothing({ id, type }: StripeEvent): WebhookNotice {
  return { event: type, dedupeKey: id, providerId: null, reference: null, report: null };
}

/** Events come in the version that their endpoint was made with (sheet, "API versioning"). */
function isOtherVersion(event: unknown): boolean {
  const version: unknown =
    typeof event === 'object' && event !== null && 'api_version' in event ? event.api_version : undefined;
  return version !== undefined && version !== API_VERSION;
}

/** The library decodes before it hashes: bytes that do not survive that are not the bytes that were signed. */
function isPlainText(body: Buffer): boolean {
  return isUtf8(body) && !body.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK);
}
