// Steps that a provider which calls us may take. Each returns the intent it was given where the step does not fit what
// stands: the provider is then told what stands, and nothing is undone by whoever comes second.

import { advance, revise, type Intent, type Moment } from './intent.ts';
import type { Failure } from './failure.ts';
import { isAllReserved, isRefundOpen, reserveAll, settleRefund } from './refund.ts';

export interface Opening {
  readonly providerId: string;
  /** When the provider began, by its own clock. */
  readonly time: Date;
  /** From then on it may no longer be performed: a step that comes at that very moment is too late. */
  readonly expiresAt: Date;
}

/** What the provider's protocol is shown of a payment. */
export function viewOf(intent: Intent) {
  const { id, amount, status, served } = intent;
  return { id, amount, status, transaction: served, isAskedBack: isAllReserved(intent) };
}

export function openTransaction(intent: Intent, { providerId, time, expiresAt }: Opening, moment: Moment): Intent {
  if (intent.status !== 'PENDING' || intent.served !== null) return intent;
  const served = {
    providerId,
    time,
    openedAt: moment.at,
    performedAt: null,
    cancelledAt: null,
    reason: null,
  };
  const moved = advance(intent, 'PROCESSING', moment, {
    served,
    gatewayTransactionId: providerId,
    expiresAt,
    // The payer who has closed the page may follow the link again.
    nextAction: intent.nextAction,
  });
  return moved.kind === 'moved' ? moved.intent : intent;
}

/** Not once its time is over: whoever notices that first, the provider or our sweeper, closes it. */
export function performTransaction(intent: Intent, providerId: string, moment: Moment): Intent {
  if (!isOpen(intent, providerId)) return intent;
  if (intent.expiresAt !== null && intent.expiresAt <= moment.at) return intent;
  const moved = advance(intent, 'SUCCEEDED', moment);
  return moved.kind === 'moved' ? moved.intent : intent;
}

export interface Ending {
  readonly status: 'FAILED' | 'CANCELLED' | 'EXPIRED';
  /** The provider's own code, kept to be answered again. */
  readonly reason: string;
  readonly failure: Failure | null;
}

export function cancelTransaction(intent: Intent, providerId: string, ending: Ending, moment: Moment): Intent {
  if (!isOpen(intent, providerId) || intent.served === null) return intent;
  const { status, reason, failure } = ending;
  const served = { ...intent.served, cancelledAt: moment.at, reason };
  const moved = advance(intent, status, moment, { served, failure });
  return moved.kind === 'moved' ? moved.intent : intent;
}

/**
 * The whole payment went back, by the provider's own hand: refunds that people were to make are made by it, and what
 * nobody had asked for yet is a refund too. `moments` brings one for each, since each is an event.
 */
export function reverseTransaction(
  intent: Intent,
  providerId: string,
  { reason, refundId }: { readonly reason: string; readonly refundId: string },
  moments: () => Moment,
): Intent {
  const { served } = intent;
  if (intent.status !== 'SUCCEEDED' || served?.providerId !== providerId || served.cancelledAt !== null) return intent;
  const moment = moments();
  const reversed = revise(intent, { served: { ...served, cancelledAt: moment.at, reason } }, moment.at);
  const whole = isAllReserved(reversed) ? reversed : reserveAll(reversed, refundId, moment.at);
  return whole.refunds
    .filter(isRefundOpen)
    .reduce(
      (current, refund) =>
        settleRefund(
          current,
          refund.id,
          { amount: refund.amount, providerRefundId: providerId, state: 'succeeded', failure: null },
          moments(),
        ),
      whole,
    );
}

function isOpen({ status, served }: Intent, providerId: string): boolean {
  return status === 'PROCESSING' && served?.providerId === providerId;
}
