// A payment intent: what it is, which states follow which, and how its events fold to its state.
// The document in MongoDB, this type and the GraphQL type use the same names.

import type { Failure } from './failure.ts';
import type { Money } from './money.ts';
import type { Refund } from './refund.ts';
import type { RouteCandidate } from './routing.ts';
import { closedBy, type ServedTransaction } from './transaction.ts';

export const INTENT_STATUSES = ['PENDING', 'PROCESSING', 'SUCCEEDED', 'FAILED', 'CANCELLED', 'EXPIRED'] as const;
export type IntentStatus = (typeof INTENT_STATUSES)[number];

/**
 * The published table: which status may follow which. Terminal stays terminal, with one exception: a success that the
 * provider itself confirms after we had stopped waiting. Money wins, and the intent says `late`.
 */
export const TRANSITIONS: Readonly<Record<IntentStatus, readonly IntentStatus[]>> = {
  PENDING: ['PROCESSING', 'SUCCEEDED', 'FAILED', 'CANCELLED', 'EXPIRED'],
  PROCESSING: ['SUCCEEDED', 'FAILED', 'CANCELLED', 'EXPIRED'],
  SUCCEEDED: [],
  FAILED: ['SUCCEEDED'],
  CANCELLED: ['SUCCEEDED'],
  EXPIRED: ['SUCCEEDED'],
};

export const PAYMENT_MODES = ['PUSH', 'WIDGET', 'REDIRECT', 'CLIENT_SECRET'] as const;
export type PaymentMode = (typeof PAYMENT_MODES)[number];

export const EVENT_TYPES = [
  'PAYMENT_INITIATED',
  'PAYMENT_PROCESSING',
  'PAYMENT_COMPLETED',
  'PAYMENT_FAILED',
  'PAYMENT_CANCELLED',
  'PAYMENT_EXPIRED',
  'PAYMENT_REFUNDED',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

const EVENT_OF_STATUS: Readonly<Record<IntentStatus, EventType>> = {
  PENDING: 'PAYMENT_INITIATED',
  PROCESSING: 'PAYMENT_PROCESSING',
  SUCCEEDED: 'PAYMENT_COMPLETED',
  FAILED: 'PAYMENT_FAILED',
  CANCELLED: 'PAYMENT_CANCELLED',
  EXPIRED: 'PAYMENT_EXPIRED',
};

/** Who or what caused a change: an API key, an inbox row, a poll. Kept in the event for ever (I31). */
export interface Cause {
  readonly kind: 'key' | 'webhook' | 'poll' | 'expiry' | 'gateway';
  readonly id: string;
}

export interface IntentEvent {
  readonly id: string;
  /** 1, 2, 3 … within one intent, without a gap. */
  readonly sequence: number;
  readonly type: EventType;
  /** The status before (null for the first event) and after. A refund leaves it as it was. */
  readonly from: IntentStatus | null;
  readonly status: IntentStatus;
  readonly at: Date;
  readonly cause: Cause;
  /** Set on PAYMENT_REFUNDED alone. */
  readonly refund: { readonly id: string; readonly amount: number } | null;
}

/** One try at a provider. `id` is our own reference, stored before the first byte leaves (rule 4). */
export interface Attempt {
  readonly id: string;
  /** SENT: the call is out, or its process died. UNKNOWN: it ended without an answer. The rest are definite. */
  readonly state: 'SENT' | 'UNKNOWN' | 'ACCEPTED' | 'DECLINED';
  readonly sentAt: Date;
  readonly providerId: string | null;
}

export type NextAction =
  | { readonly kind: 'PHONE_PUSH'; readonly phone: string; readonly promptExpiresAt: Date }
  | {
      readonly kind: 'WIDGET';
      readonly publicKey: string;
      readonly sandbox: boolean;
      readonly scriptUrl: string;
      readonly data: string;
    }
  | { readonly kind: 'REDIRECT'; readonly url: string }
  | { readonly kind: 'CLIENT_SECRET'; readonly clientSecret: string; readonly publishableKey: string };

export interface Customer {
  readonly id: string | null;
  readonly email: string | null;
  /** E.164. */
  readonly phone: string | null;
  readonly name: string | null;
}

export interface MetadataEntry {
  readonly key: string;
  readonly value: string;
}

/** `operation:key` of every accepted mutation on this intent, unique within the tenant, kept for ever. */
export interface IdempotencyRecord {
  readonly key: string;
  readonly requestHash: string;
}

export type WorkKind = 'poll-intent' | 'poll-refund';
export interface Due {
  readonly kind: WorkKind;
  readonly at: Date;
}

export interface Lease {
  readonly owner: string;
  readonly fence: number;
  readonly until: Date;
}

export interface Intent {
  readonly id: string;
  readonly appId: string;
  readonly referenceId: string;
  readonly amount: Money;
  readonly country: string;
  readonly customer: Customer;
  readonly returnUrl: string | null;
  readonly metadata: readonly MetadataEntry[];

  readonly gateway: string;
  readonly paymentMode: PaymentMode;
  readonly routing: readonly RouteCandidate[];

  readonly status: IntentStatus;
  readonly outcomeUnknown: boolean;
  readonly needsReview: boolean;
  readonly reviewReason: string | null;
  readonly failure: Failure | null;
  readonly cancellationReason: string | null;
  /** The success came after we had given up waiting. */
  readonly late: boolean;
  /** The provider's id of this payment. Belongs to one intent for ever (unique index, I6). */
  readonly gatewayTransactionId: string | null;
  /** The number on the payer's own receipt, where the provider gave one that is not its id. */
  readonly receipt: string | null;
  /** Of a provider that calls us; null with all others, and until it has called. */
  readonly served: ServedTransaction | null;
  /** How the payer paid, as the provider said it; decides what can be refunded by a call. */
  readonly instrument: Instrument | null;
  readonly nextAction: NextAction | null;

  readonly attempts: readonly Attempt[];
  readonly refunds: readonly Refund[];
  readonly events: readonly IntentEvent[];
  readonly keys: readonly IdempotencyRecord[];

  readonly version: number;
  /** What has to be looked at next, and when; null when nothing is open (I23). */
  readonly due: Due | null;
  /** Status questions asked since the last change of status; paces the next one. */
  readonly polls: number;
  readonly lease: Lease | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly expiresAt: Date | null;
}

export type Instrument = 'WALLET' | 'CARD' | 'BANK';

/** What every intent begins as, whoever opens it: nothing has happened yet. */
export const AT_BIRTH = {
  status: 'PENDING',
  outcomeUnknown: false,
  needsReview: false,
  reviewReason: null,
  failure: null,
  cancellationReason: null,
  late: false,
  gatewayTransactionId: null,
  receipt: null,
  served: null,
  instrument: null,
  nextAction: null,
  attempts: [],
  refunds: [],
  events: [],
  keys: [],
  version: 1,
  due: null,
  polls: 0,
  lease: null,
} as const satisfies Partial<Intent>;

/** When a change happens, why, and the id that its event will carry. Core has neither clock nor chance. */
export interface Moment {
  readonly at: Date;
  readonly eventId: string;
  readonly cause: Cause;
}

export type Change = Partial<
  Omit<Intent, 'id' | 'appId' | 'status' | 'events' | 'version' | 'updatedAt' | 'createdAt'>
>;

export type Advance =
  | { readonly kind: 'moved'; readonly intent: Intent }
  | { readonly kind: 'unchanged'; readonly intent: Intent }
  | { readonly kind: 'refused'; readonly from: IntentStatus; readonly to: IntentStatus };

export function isTerminal(status: IntentStatus): boolean {
  return status !== 'PENDING' && status !== 'PROCESSING';
}

/** The one function that changes a status. Total: every pair of statuses has an answer. */
export function advance(intent: Intent, to: IntentStatus, moment: Moment, change: Change = {}): Advance {
  const from = intent.status;
  if (from === to) return { kind: 'unchanged', intent };
  if (!TRANSITIONS[from].includes(to)) return { kind: 'refused', from, to };
  const late = isTerminal(from);
  const own: Change = { nextAction: null, failure: null, polls: 0, served: closedBy(intent.served, to, moment.at) };
  return {
    kind: 'moved',
    intent: append(
      { ...revise(intent, { ...own, ...change }, moment.at), status: to, late },
      { type: EVENT_OF_STATUS[to], from, refund: null },
      moment,
    ),
  };
}

/** A change without an event: attempts, leases, due dates, flags. */
export function revise(intent: Intent, change: Change, at: Date): Intent {
  return { ...intent, ...change, version: intent.version + 1, updatedAt: at };
}

/** Adds an event to an already revised intent. */
export function append(
  intent: Intent,
  news: Pick<IntentEvent, 'type' | 'from' | 'refund'>,
  { at, eventId, cause }: Moment,
): Intent {
  const event: IntentEvent = {
    id: eventId,
    sequence: intent.events.length + 1,
    type: news.type,
    from: news.from,
    status: intent.status,
    at,
    cause,
    refund: news.refund,
  };
  return { ...intent, events: [...intent.events, event] };
}

export interface Folded {
  readonly status: IntentStatus;
  readonly sequence: number;
  readonly amountRefunded: number;
  readonly late: boolean;
}

/** What the events alone say of the intent. Equal to the document at every read (I13); throws where they do not join. */
export function fold(events: readonly IntentEvent[]): Folded {
  let state = null as Folded | null;
  for (const event of events) {
    const expected = (state?.sequence ?? 0) + 1;
    if (event.sequence !== expected) throw new Error(`event ${expected} is missing`);
    const from: IntentStatus | null = state?.status ?? null;
    if (event.from !== from) throw new Error(`event ${event.sequence} starts from ${event.from}, not from ${from}`);
    const moved = from !== null && from !== event.status;
    if (moved && !TRANSITIONS[from].includes(event.status)) throw new Error(`no way from ${from} to ${event.status}`);
    state = {
      status: event.status,
      sequence: event.sequence,
      amountRefunded: (state?.amountRefunded ?? 0) + (event.refund?.amount ?? 0),
      late: (state?.late ?? false) || (moved && isTerminal(from)),
    };
  }
  if (state === null) throw new Error('an intent has at least one event');
  return state;
}

export function currentAttempt(intent: Intent): Attempt | null {
  return intent.attempts.at(-1) ?? null;
}

/** The same attempts with the last one changed. */
export function withAttempt(intent: Intent, change: Partial<Attempt>): readonly Attempt[] {
  const last = currentAttempt(intent);
  return last === null ? intent.attempts : [...intent.attempts.slice(0, -1), { ...last, ...change }];
}
