// The use cases, as the other rooms see them. One file a domain, one function a verb.

import type { Intent, IntentEvent, IntentStatus, PaymentMode } from '../core/intent.ts';
import type { Refund } from '../core/refund.ts';
import type { RouteCandidate } from '../core/routing.ts';
import type { Supply } from '../core/supply.ts';
import type { CapabilityName, ServedAnswer, ServedCall, WebhookCall } from '../gateways/contract.ts';
import type { Page, Scope } from './ports.ts';

export type { Bell, Log, Page, Schedule, Scope } from './ports.ts';

/** Who asks. A `client` is a page that holds the token of one intent, and may read that intent and its stream alone. */
export type Viewer =
  | {
      readonly kind: 'key';
      readonly keyId: string;
      readonly appId: string;
      readonly scopes: ReadonlySet<Scope>;
      readonly requestsPerMinute: number | null;
      readonly socketsMax: number | null;
    }
  | {
      readonly kind: 'client';
      readonly keyId: string;
      readonly appId: string;
      readonly intentId: string;
      readonly expiresAt: Date;
      readonly requestsPerMinute: number | null;
      readonly socketsMax: number | null;
    };

export interface Auth {
  /** By an API key or a client token, told apart by their prefix. null: malformed, unknown, revoked, expired; all alike. */
  viewerOf(credential: string): Promise<Viewer | null>;
  /** Still good? False within 5 s of a revocation. Throws when the database cannot say. */
  isLive(viewer: Viewer): Promise<boolean>;
}

export interface MoneyWish {
  readonly amount: number;
  readonly currency: string;
}

export interface CreateIntent {
  readonly idempotencyKey: string;
  readonly amount: MoneyWish;
  readonly country: string;
  readonly referenceId: string;
  readonly appId: string | null;
  readonly customer: {
    readonly id: string | null;
    readonly email: string | null;
    readonly phone: string | null;
    readonly name: string | null;
  } | null;
  readonly returnUrl: string | null;
  readonly gateway: string | null;
  readonly paymentMode: PaymentMode | null;
  readonly metadata: readonly { readonly key: string; readonly value: string }[];
}

/** An intent in an answer; `clientToken` is there only in the answer of createIntent. */
export type IntentView = Intent & { readonly clientToken?: string };

export interface IntentAnswer {
  readonly intent: IntentView;
  readonly replayed: boolean;
}

export interface IntentFilter {
  readonly statuses: readonly IntentStatus[] | null;
  readonly gateways: readonly string[] | null;
  readonly currency: string | null;
  readonly appId: string | null;
  readonly referenceId: string | null;
  /** As typed; compared in E.164. */
  readonly phone: string | null;
  readonly gatewayTransactionId: string | null;
  readonly amountMin: number | null;
  readonly amountMax: number | null;
  readonly createdAfter: Date | null;
  readonly createdBefore: Date | null;
}

export interface IntentPage {
  /** In display order: newest first. */
  readonly edges: readonly { readonly cursor: string; readonly node: Intent }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
}

/**
 * Refusals (`core/errors.ts`) are thrown; the GraphQL field lists the ones it can meet. `RequestError` is thrown for what is
 * wrong with the request itself: FORBIDDEN for another app's `appId`, BAD_USER_INPUT for a page or a cursor out of bounds.
 */
export interface Intents {
  create(viewer: Viewer, input: CreateIntent): Promise<IntentAnswer>;
  get(viewer: Viewer, id: string): Promise<Intent | null>;
  list(viewer: Viewer, filter: IntentFilter, page: Page): Promise<IntentPage>;
  cancel(
    viewer: Viewer,
    input: { idempotencyKey: string; intentId: string; reason: string | null },
  ): Promise<IntentAnswer>;
  refresh(viewer: Viewer, id: string): Promise<Intent>;
  verifyKkiapay(
    viewer: Viewer,
    input: { idempotencyKey: string; intentId: string; transactionId: string },
  ): Promise<IntentAnswer>;
}

export interface Refunds {
  create(
    viewer: Viewer,
    input: { idempotencyKey: string; intentId: string; amount: number | null; reason: string | null },
  ): Promise<{ readonly refund: Refund; readonly intent: Intent; readonly replayed: boolean }>;
}

export interface GatewayInfo {
  /** Lower case. */
  readonly id: string;
  readonly name: string;
  readonly capabilities: readonly CapabilityName[];
  readonly paymentModes: readonly PaymentMode[];
  readonly currencies: readonly string[];
}

export interface Catalogue {
  gateways(): readonly GatewayInfo[];
  gateway(id: string): GatewayInfo;
  paymentMethods(wish: {
    country: string;
    currency: string;
    amount: number | null;
  }): readonly { readonly gateway: string; readonly paymentMode: PaymentMode }[];
  routePreview(wish: {
    country: string;
    currency: string;
    amount: number | null;
    gateway: string | null;
    paymentMode: PaymentMode | null;
  }): readonly RouteCandidate[];
}

export interface StreamItem {
  readonly event: IntentEvent;
  readonly intent: Intent;
}

/** Why a stream ended other than by a terminal event. */
export type StreamEnd = 'REVOKED' | 'SLOW_READER' | 'SHUTTING_DOWN';

export class StreamClosed extends Error {
  readonly reason: StreamEnd;

  constructor(reason: StreamEnd, message: string) {
    super(message);
    this.name = 'StreamClosed';
    this.reason = reason;
  }
}

/** One reader's stream. Also an iterable, for those who do not mind a promise for each item. */
export interface Watch extends Supply<StreamItem>, AsyncIterable<StreamItem, undefined> {}

export interface Events {
  /**
   * Every stored event after `after`, then live ones, in order and without a gap, until the intent is terminal and all of
   * its events are out. Checks the right to see it now and before every event. Items are the same object for every
   * watcher of one event. Throws `StreamClosed`; refuses with RequestError: BAD_USER_INPUT (after), FORBIDDEN.
   * Resolves to null where there is no such intent for this viewer.
   */
  watch(viewer: Viewer, intentId: string, after: number | null): Promise<Watch | null>;
  /** Ends every stream with SHUTTING_DOWN. */
  close(): void;
}

/** `parked`: kept for people, since it is not what the provider documents. `unreadable`: nobody could read it. */
export type Received =
  'stored' | 'duplicate' | 'parked' | 'forged' | 'stranger' | 'misplaced' | 'unknown-gateway' | 'unreadable';

export interface Receipt {
  readonly received: Received;
  readonly gateway: string | null;
  /** What the provider wants to hear with the 200, where it wants something. */
  readonly acknowledgement?: object;
}

export interface Webhooks {
  /** Whether calls are taken under this name. */
  isKnown(name: string): boolean;
  /** By the gateway's id or webhook name. Verifies over the raw bytes and stores. Rejects when it could not store: the door answers 503. */
  receive(name: string, call: WebhookCall): Promise<Receipt>;
  /** Applies one inbox row. May run any number of times. */
  process(inboxId: string): Promise<void>;
}

export interface Served {
  /** The id of the gateway that is called below `/billing/` at this path; null: no protocol of ours. */
  gatewayAt(path: string): string | null;
  /** Never rejects: where we fail, the provider hears so in its own words. */
  answer(call: ServedCall): Promise<ServedAnswer>;
}

export interface Work {
  pollIntent(intentId: string): Promise<void>;
  pollRefund(intentId: string): Promise<void>;
  /** Asks about open refunds now, whether or not they are due. */
  refreshRefunds(intentId: string): Promise<void>;
  /** Finds whatever is due in MongoDB and rings for it, or runs it here when nobody can be rung. Returns how much. */
  sweep(): Promise<number>;
}

export interface Services {
  readonly auth: Auth;
  readonly intents: Intents;
  readonly refunds: Refunds;
  readonly catalogue: Catalogue;
  readonly events: Events;
  readonly webhooks: Webhooks;
  readonly served: Served;
  readonly work: Work;
}
