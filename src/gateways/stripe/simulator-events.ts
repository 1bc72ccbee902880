// The events that Stripe sends, signed as it signs them, and the switches by which a test makes them odd.

import { createHash } from 'node:crypto';
import { z } from 'zod';
import { hmacSha256 } from '../signature.ts';
import type { Books, Operation } from '../simulator-books.ts';
import type { CallbackMessage, Delivery } from '../simulator-callbacks.ts';
import { optionsRoute } from '../simulator-options.ts';
import type { Route } from '../simulator.ts';
import { API_VERSION } from './sdk.ts';
import {
  cardUsed,
  chargeIdOf,
  chargeOf,
  isPayment,
  isRefund,
  paymentIntent,
  refundOf,
  seconds,
  statusOf,
  type Detail,
  type Payment,
  type Refund,
} from './simulator-objects.ts';

const optionsBody = z.strictObject({
  /** `auto`: pays by card after a moment. `page`: waits until somebody comes to the page. */
  payer: z.enum(['auto', 'page']),
  /** `settling`: what an endpoint needs. `all`: what else Stripe has to say. */
  events: z.enum(['settling', 'all']),
  /** `rolled`: two signatures, the second one right, as while a secret is being rolled. */
  signing: z.enum(['normal', 'rolled', 'stale', 'future']),
  /** The version that the endpoint was made with. */
  apiVersion: z.string(),
  livemode: z.boolean(),
  /** Set: the event is of a connected account. */
  account: z.string().nullable(),
});
export type Options = z.infer<typeof optionsBody>;

interface News {
  readonly type: string;
  readonly object: object;
  readonly at: string;
}

export interface Notifier {
  options(): Options;
  refunds(): readonly Refund[];
  callback(operation: Operation<Detail>, delivery: Delivery): readonly CallbackMessage[] | null;
  readonly optionsRoute: Route<Detail>;
  /** The books, once there are some. */
  attach(books: Books<Detail>): void;
}

export function createNotifier(env: Readonly<Record<string, string>>, baseUrl: string): Notifier {
  let books: Books<Detail> | null = null;
  let options: Options = {
    payer: 'auto',
    events: 'settling',
    signing: 'normal',
    apiVersion: API_VERSION,
    livemode: false,
    account: null,
  };
  const view = () => ({ baseUrl, livemode: options.livemode, refunds: refunds(), expand: [] });

  return {
    options: () => options,
    refunds,
    attach: (opened) => {
      books = opened;
    },
    callback(operation, { stage, signature, at }) {
      const secret = signature === 'right' ? (env['STRIPE_WEBHOOK_SECRET'] ?? '') : 'whsec_somebody_elses_secret';
      const news = isPayment(operation)
        ? paymentNews(operation, stage)
        : isRefund(operation)
          ? refundNews(operation, stage)
          : [];
      return news.length === 0 ? null : news.map((one) => signed(eventOf(operation, one), secret, at));
    },
    optionsRoute: optionsRoute(
      optionsBody,
      () => options,
      (next) => (options = next),
    ),
  };

  function refunds(): readonly Refund[] {
    return (books?.list() ?? []).filter(isRefund);
  }

  function paymentNews(payment: Payment, stage: Delivery['stage']): readonly News[] {
    const { createdAt, at } = payment;
    const open: Payment = { ...payment, state: 'pending', at: createdAt };
    if (stage === 'stale') {
      const processing = { ...paymentIntent(open, view()), status: 'processing' };
      return [{ type: 'payment_intent.processing', object: processing, at: createdAt }];
    }
    const object = paymentIntent(payment, view());
    const status = statusOf(payment);
    const main = { type: TYPES[status] ?? 'payment_intent.payment_failed', object, at };
    const created = { type: 'payment_intent.created', object: paymentIntent(open, view()), at: createdAt };
    const charge = { type: 'charge.succeeded', object: chargeOf(payment, view()), at };
    const isPaid = status === 'succeeded';
    return [
      ...(options.events === 'all' ? [created] : []),
      main,
      ...(options.events === 'all' && isPaid ? [charge] : []),
      ...(isPaid && cardUsed(payment).disputed === true ? [disputeOf(payment)] : []),
    ];
  }

  function disputeOf({ providerId, amount, currency, detail, at }: Payment): News {
    const object = {
      id: providerId.replace(/^pi_/, 'dp_'),
      object: 'dispute',
      amount: amount * detail.scale,
      charge: chargeIdOf({ providerId }),
      currency: currency.toLowerCase(),
      payment_intent: providerId,
      reason: 'fraudulent',
      status: 'needs_response',
    };
    return { type: 'charge.dispute.created', object, at };
  }

  function refundNews(refund: Refund, stage: Delivery['stage']): readonly News[] {
    const { state, detail, createdAt, at } = refund;
    if (stage === 'stale') {
      return [{ type: 'refund.created', object: refundOf({ ...refund, state: 'pending' }), at: createdAt }];
    }
    const types = { pending: 'created', succeeded: detail.waited ? 'updated' : 'created', failed: 'failed' } as const;
    const type = state === 'cancelled' || state === 'expired' ? 'updated' : types[state];
    const payment = books?.find('collect', detail.payment) ?? null;
    const charge = isPayment(payment) ? [{ type: 'charge.refunded', object: chargeOf(payment, view()), at }] : [];
    return [{ type: `refund.${type}`, object: refundOf(refund), at }, ...(state === 'succeeded' ? charge : [])];
  }

  function eventOf({ kind, providerId }: Operation<Detail>, { type, object, at }: News): object {
    const name = createHash('sha256').update(`${kind} ${providerId} ${type} ${at}`).digest('hex');
    return {
      id: `evt_${name.slice(0, 24)}`,
      object: 'event',
      api_version: options.apiVersion,
      ...(options.account === null ? {} : { account: options.account }),
      created: seconds(at),
      data: { object },
      livemode: options.livemode,
      pending_webhooks: 1,
      request: { id: null, idempotency_key: null },
      type,
    };
  }

  function signed(event: object, secret: string, at: Date): CallbackMessage {
    const body = JSON.stringify(event);
    const shifts = { normal: 0, rolled: 0, stale: -600, future: 600 } as const;
    const stamp = Math.floor(at.getTime() / 1_000) + shifts[options.signing];
    const right = hmacSha256(secret, `${stamp}.`, body);
    const other = options.signing === 'rolled' ? [hmacSha256('whsec_the_secret_before', `${stamp}.`, body)] : [];
    const signatures = [...other, right].map((hex) => `v1=${hex}`);
    return { headers: { 'stripe-signature': [`t=${stamp}`, ...signatures].join(',') }, body };
  }
}

/** What an open or ended payment's news is called; an open one without a method has just been refused. */
const TYPES: Readonly<Record<string, string>> = {
  succeeded: 'payment_intent.succeeded',
  canceled: 'payment_intent.canceled',
  requires_action: 'payment_intent.requires_action',
  requires_capture: 'payment_intent.amount_capturable_updated',
};
