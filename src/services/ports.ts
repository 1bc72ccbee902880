// What the use cases need of the world. The store, the jobs and the entry points bring it; a test may bring its own clock.

import type { Intent, IntentEvent, IntentStatus, WorkKind } from '../core/intent.ts';
import type { CapabilityName, Gateway, GatewayDefinition, WebhookCall } from '../gateways/contract.ts';

/** The database server's time, so that a worker whose own clock is wrong decides nothing by it (I32). */
export interface Clock {
  now(): Date;
}

/** Ids and chance. */
export interface Ids {
  /** UUIDv7 of now. */
  next(): string;
}

export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Parses what people type as a phone number. */
export interface Phones {
  /** E.164 and its country, or null when no such number can be. */
  parse(text: string): { readonly e164: string; readonly country: string | null } | null;
}

export interface ConnectedGateway {
  readonly id: string;
  readonly definition: GatewayDefinition;
  readonly capabilities: readonly CapabilityName[];
  readonly gateway: Gateway;
}

export type Inserted = { readonly kind: 'inserted' } | { readonly kind: 'taken'; readonly intent: Intent };

/**
 * `written`: acknowledged by a majority and journaled. `lost`: another writer was first, or the lease was taken over; load
 * and decide again. `transaction-taken`, `key-taken`: a unique index refused.
 */
export type Written = 'written' | 'lost' | 'transaction-taken' | 'key-taken';

export interface Page {
  readonly first: number | null;
  readonly after: string | null;
  readonly last: number | null;
  readonly before: string | null;
}

export interface IntentQuery {
  readonly statuses: readonly IntentStatus[] | null;
  readonly gateways: readonly string[] | null;
  readonly currency: string | null;
  readonly referenceId: string | null;
  /** E.164. */
  readonly phone: string | null;
  readonly gatewayTransactionId: string | null;
  readonly amountMin: number | null;
  readonly amountMax: number | null;
  readonly createdAfter: Date | null;
  readonly createdBefore: Date | null;
}

/** Where a page starts or ends, newest first. */
export interface Position {
  readonly createdAt: Date;
  readonly id: string;
}

/** A payment as it was read for those who watch it, who look at the last of its events and a few of its fields. */
export interface Reading {
  /** Each field is decoded when it is asked for: this is not to be spread, nor its fields to be listed. */
  readonly intent: Intent;
  readonly eventCount: number;
  /** As `intent.events[index]`, without decoding the others; and each of its fields when it is asked for. */
  eventAt(index: number): IntentEvent;
  /** Lets go of all that was read with it, which it holds on to until then. For one that stays longer than a moment. */
  keep(): void;
}

export interface IntentStore {
  /** Unique within the tenant by its first idempotency key; `taken` brings the intent that has it. */
  insert(intent: Intent): Promise<Inserted>;
  find(id: string): Promise<Intent | null>;
  /** The one way to a tenant's intent: another tenant's is not there. */
  findOf(appId: string, id: string): Promise<Intent | null>;
  /** Whether `findOf` would bring one. */
  has(appId: string, id: string): Promise<boolean>;
  /** The same for many at once, by their ids, for those who watch them. */
  readEach(wanted: readonly { readonly appId: string; readonly id: string }[]): Promise<ReadonlyMap<string, Reading>>;
  findByKey(appId: string, key: string): Promise<Intent | null>;
  findByTransaction(gateway: string, providerId: string): Promise<Intent | null>;
  /** Transactions of a gateway that calls us, by when it began them, both ends included; the oldest first. */
  servedBetween(gateway: string, from: Date, to: Date): AsyncIterable<Intent>;
  /** By our own reference, as a provider echoes it: the intent's id or an attempt's. */
  findByReference(reference: string): Promise<Intent | null>;
  /** Newest first; `limit` intents strictly beyond `after` (older) or `before` (newer). */
  list(
    appId: string,
    query: IntentQuery,
    slice: { after: Position | null; before: Position | null; limit: number; newest: boolean },
  ): Promise<readonly Intent[]>;
  /**
   * One guarded write: stores `after` where the document still has `before.version`, and, when a fence is given, still has
   * that lease. A lost acknowledgement is looked up, never guessed (I29).
   */
  write(before: Intent, after: Intent, fence?: number): Promise<Written>;
  /** Takes the lease when it is free or over, by the database's clock; null when another holds it. */
  claim(id: string, owner: string, leaseMs: number): Promise<Intent | null>;
  /** Intents of these gateways whose `due.at` is at or before `at`, the longest overdue first. */
  due(
    at: Date,
    limit: number,
    gateways: readonly string[],
  ): Promise<readonly { readonly id: string; readonly kind: WorkKind; readonly version: number }[]>;
  /** Those of these that have more events than is known, for the tail that finds what a lost hint did not tell. */
  ahead(known: readonly { readonly id: string; readonly count: number }[]): Promise<readonly string[]>;
}

export interface InboxRow {
  readonly id: string;
  readonly gateway: string;
  readonly dedupeKey: string;
  readonly authentic: boolean;
  readonly body: Buffer;
  /** What stood after the gateway's own path; a secret where the provider has no other proof. */
  readonly path: string;
  readonly receivedAt: Date;
  readonly state: 'RECEIVED' | 'APPLIED' | 'IGNORED' | 'PARKED';
  readonly tries: number;
  readonly dueAt: Date | null;
  readonly intentId: string | null;
  readonly note: string | null;
}

export interface InboxStore {
  /** `duplicate`: a row with this gateway and dedupeKey is there, whatever its state; brings its id. */
  insert(row: InboxRow): Promise<{ readonly kind: 'stored' | 'duplicate'; readonly id: string }>;
  find(id: string): Promise<InboxRow | null>;
  /** Guarded by `tries` and `state`: false when another worker has moved the row on, or is done with it. */
  update(
    row: InboxRow,
    change: Partial<Pick<InboxRow, 'state' | 'tries' | 'dueAt' | 'intentId' | 'note'>>,
  ): Promise<boolean>;
  /** Rows of these gateways, the longest overdue first. */
  due(
    at: Date,
    limit: number,
    gateways: readonly string[],
  ): Promise<readonly { readonly id: string; readonly tries: number }[]>;
}

export const SCOPES = ['read', 'create', 'refund', 'payout', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

/** The key itself is never stored; `hash` is its SHA-256. */
export interface ApiKey {
  readonly id: string;
  readonly appId: string;
  readonly hash: string;
  readonly scopes: readonly Scope[];
  readonly demo: boolean;
  /** Operations in 60 s; null takes the configured default. */
  readonly requestsPerMinute: number | null;
  readonly socketsMax: number | null;
  readonly createdAt: Date;
  readonly revokedAt: Date | null;
}

export interface KeyStore {
  insert(key: ApiKey): Promise<void>;
  find(id: string): Promise<ApiKey | null>;
  list(appId: string | null): Promise<readonly ApiKey[]>;
  /** false when there is no such live key. */
  revoke(id: string, at: Date): Promise<boolean>;
}

/** How often a provider may be called, counted over all processes. */
export interface CallBudget {
  /** Milliseconds to wait before the call leaves; null where that would be more than `waitMaxMs`: it has no place then. */
  take(name: string, perMinute: number, waitMaxMs: number): Promise<number | null>;
}

/** Hints between processes. May lose any of them (rule 1); never throws, never takes longer than 250 ms. */
export interface Bus {
  publish(intentId: string, sequence: number): void;
  /**
   * Takes part in the hints about one intent. Resolves once the broker has confirmed, or at once, unconfirmed, when it is
   * away: it is then joined when it comes back, and `onGap` says that hints may have been missed.
   */
  join(intentId: string): Promise<void>;
  leave(intentId: string): void;
  /** Hears the hints about all intents that were joined; and, harmlessly, those that this process publishes. */
  onHint(listener: (intentId: string, sequence: number) => void): void;
  onGap(listener: () => void): void;
}

export type Bell =
  | { readonly kind: WorkKind; readonly id: string; readonly version: number }
  | { readonly kind: 'process-webhook'; readonly id: string; readonly version: number };

/** Rings for work that MongoDB already knows of. A ring may be lost, doubled or late; rejects when Redis is away. */
export interface Schedule {
  ring(bell: Bell, afterMs: number): Promise<void>;
}

export type { WebhookCall };
