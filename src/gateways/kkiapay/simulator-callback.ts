// The webhook as KkiaPay sends it (sheet 5 and 10.4), with the variations that integrators have met.

import { z } from 'zod';
import { hmacSha256 } from '../signature.ts';
import type { Operation } from '../simulator-books.ts';
import type { Delivery } from '../simulator-callbacks.ts';
import { optionsRoute } from '../simulator-options.ts';
import type { Route } from '../simulator.ts';
import type { Detail } from './simulator.ts';

const optionsBody = z.strictObject({
  /** What `x-kkiapay-secret` holds: the sources disagree. */
  auth: z.enum(['secret', 'hmac']),
  /** One developer saw it empty. */
  emptyPartnerId: z.boolean(),
  stateDataAsText: z.boolean(),
  /** Only seed 001 knows `transaction.timeout`. */
  timeoutEvent: z.boolean(),
});

export interface Notifier {
  callback(operation: Operation<Detail>, delivery: Delivery): { headers: Record<string, string>; body: string } | null;
  readonly optionsRoute: Route<Detail>;
}

export function createNotifier(env: Readonly<Record<string, string>>): Notifier {
  let options: z.infer<typeof optionsBody> = {
    auth: 'secret',
    emptyPartnerId: false,
    stateDataAsText: false,
    timeoutEvent: false,
  };

  return {
    callback(operation, { stage, signature }) {
      if (operation.kind !== 'collect') return null;
      const body = JSON.stringify(bodyFor(operation, stage));
      const secret = signature === 'right' ? (env['KKIAPAY_WEBHOOK_SECRET'] ?? '') : 'whsec_somebody_elses_secret';
      return { headers: { 'x-kkiapay-secret': options.auth === 'hmac' ? hmacSha256(secret, body) : secret }, body };
    },
    optionsRoute: optionsRoute(
      optionsBody,
      () => options,
      (next) => (options = next),
    ),
  };

  function bodyFor(operation: Operation<Detail>, stage: Delivery['stage']): object {
    const { providerId, amount, detail, at } = operation;
    const ended = operation.state === 'succeeded';
    // Stale news of one payment contradicts its end: nothing in the body tells which came first.
    const isSuccess = stage === 'final' ? ended : !ended;
    const failureCode = isSuccess ? null : (operation.reason ?? 'processing_error');
    const isTimeout = failureCode === 'timeout' && options.timeoutEvent;
    const failedEvent = isTimeout ? 'transaction.timeout' : 'transaction.failed';
    return {
      event: isSuccess ? 'transaction.success' : failedEvent,
      transactionId: providerId,
      isPaymentSucces: isSuccess,
      method: 'MOBILE_MONEY',
      account: detail.phone ?? '',
      amount,
      fees: isSuccess ? detail.fees : 0,
      ...(failureCode === null ? {} : { failureCode, failureMessage: failureCode }),
      label: detail.reason,
      partnerId: options.emptyPartnerId ? '' : (detail.partnerId ?? ''),
      performedAt: at,
      stateData: options.stateDataAsText ? JSON.stringify(detail.state) : detail.state,
    };
  }
}
