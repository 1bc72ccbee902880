// The other way round: a provider that calls us and waits for our answer, as Payme and Click do. Part of the contract.

import type { IntentStatus } from '../core/intent.ts';
import type { Money } from '../core/money.ts';
import type { Ending, Opening } from '../core/served.ts';
import type { ServedTransaction } from '../core/transaction.ts';
import type { WebhookCall } from './contract.ts';

/**
 * A provider that is the client: it asks us whether a payment may be made, then tells us that it was, and shows the payer
 * whatever we answer. The answer is made of what MongoDB holds after the step, so the same question again, or beside
 * another one, gets the same answer with the same times.
 */
export interface ServedProtocol {
  /** Paths below `/billing/`. */
  readonly paths: readonly string[];
  /** Proves the caller before anything else is looked at. Rejects only when the desk does. */
  answer(call: ServedCall, desk: ServedDesk): Promise<ServedAnswer>;
  /** What the provider is told when the desk could not be reached: nothing was decided, and it may ask again. */
  unavailable(call: ServedCall): ServedAnswer;
}

/** `path` is one of the protocol's own. */
export interface ServedCall extends WebhookCall {
  readonly method: string;
}

export interface ServedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** For logs and figures. `forged`: the caller did not prove itself, and nothing was done. */
  readonly verdict: 'served' | 'refused' | 'forged';
}

/**
 * What a served protocol may do to a payment of its own gateway. Each step is one guarded write, refuses nothing and throws
 * for nothing but a fault of ours: it returns what stands afterwards, and the protocol sees whether that is what it wanted.
 */
export interface ServedDesk {
  /** By our own id, as the provider's account field has it; whatever text it sends. */
  find(intentId: string): Promise<ServedIntent | null>;
  /** By the provider's id of its transaction. */
  findTransaction(providerId: string): Promise<ServedIntent | null>;
  /** PENDING → PROCESSING, where no transaction was opened before; the id is bound to this intent for ever (I6). */
  open(intentId: string, opening: Opening): Promise<ServedIntent>;
  /** The provider has the payer's money: PROCESSING → SUCCEEDED, for the open transaction with this id alone. */
  perform(intentId: string, providerId: string): Promise<ServedIntent>;
  /** The transaction will not be performed: PROCESSING → `ending.status`. */
  cancel(intentId: string, providerId: string, ending: Ending): Promise<ServedIntent>;
  /** The whole of a performed payment went back: what is not refunded yet is recorded as refunded. */
  reverse(intentId: string, providerId: string, reason: string): Promise<ServedIntent>;
  /** Transactions that the provider began in this window, both ends included, the oldest first. */
  statement(window: { readonly from: Date; readonly to: Date }): AsyncIterable<ServedIntent>;
}

export interface ServedIntent {
  readonly id: string;
  readonly amount: Money;
  readonly status: IntentStatus;
  readonly transaction: ServedTransaction | null;
  /** The product has asked for the whole of it to go back: its refunds, made and open, are all that was paid. */
  readonly isAskedBack: boolean;
}
