// The other way round: a provider that calls us and waits for our answer, as Payme and Click do. Part of the contract.

import type { Money } from '../core/money.ts';
import type { PaymentReport } from '../core/report.ts';
import type { WebhookCall } from './contract.ts';

/**
 * A provider that is the client: it asks us whether a payment may be made, then tells us that it was, and shows the payer
 * whatever we answer. The answer is computed from what MongoDB accepted; the same question again gets the same answer,
 * with the same times, out of the inbox.
 */
export interface ServedProtocol {
  /** Paths below `/billing/`. */
  readonly paths: readonly string[];
  answer(call: WebhookCall, desk: ServedDesk): Promise<ServedAnswer>;
}

export interface ServedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What a served protocol may do to a payment. Each step is one guarded write, and says what stood when it lost. */
export interface ServedDesk {
  find(by: { readonly intentId: string } | { readonly providerId: string }): Promise<ServedIntent | null>;
  /** The provider has opened its transaction: PENDING → PROCESSING, and the id is bound to this intent for ever. */
  open(intentId: string, providerId: string): Promise<ServedIntent>;
  /** The provider has the payer's money. */
  perform(intentId: string, report: PaymentReport): Promise<ServedIntent>;
  cancel(intentId: string, providerId: string, reason: string): Promise<ServedIntent>;
}

export interface ServedIntent {
  readonly id: string;
  readonly amount: Money;
  readonly state: 'pending' | 'open' | 'performed' | 'cancelled' | 'expired';
  readonly providerId: string | null;
  /** When each step was first accepted; a repeat answers with these. */
  readonly openedAt: Date | null;
  readonly performedAt: Date | null;
  readonly cancelledAt: Date | null;
}
