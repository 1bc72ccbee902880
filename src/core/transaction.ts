// The transaction of a provider that calls us (Payme, Click): what it must hear again, with the same times, whenever it asks.

import type { IntentStatus } from './intent.ts';

/** At most one an intent, for ever: once it is closed, the payer needs a new intent. */
export interface ServedTransaction {
  /** The provider's id; the intent's `gatewayTransactionId` too. */
  readonly providerId: string;
  /** When the provider began, by its own clock. */
  readonly time: Date;
  readonly openedAt: Date;
  readonly performedAt: Date | null;
  /** Closed without money, or after `performedAt` reversed. */
  readonly cancelledAt: Date | null;
  /** The provider's code of why it cancelled; null where it did not. */
  readonly reason: string | null;
}

/** The transaction as the intent's new status leaves it. An intent that ends, however it ends, closes it in the same write. */
export function closedBy(
  transaction: ServedTransaction | null,
  status: IntentStatus,
  at: Date,
): ServedTransaction | null {
  if (transaction === null || transaction.performedAt !== null || transaction.cancelledAt !== null) return transaction;
  if (status === 'PENDING' || status === 'PROCESSING') return transaction;
  return status === 'SUCCEEDED' ? { ...transaction, performedAt: at } : { ...transaction, cancelledAt: at };
}
