// The contract between Passerelle and a payment provider. A gateway is what it can do: a method that exists is a
// capability, and one that does not is refused with a typed problem before anything is called.
//
// Promises that hold for every method:
// - Money is in minor units of its currency. A provider that speaks major units is converted inside its own folder,
//   exactly or not at all.
// - A method never throws for what a provider said. A documented refusal is `declined`; everything that leaves the effect
//   open (timeout, reset, 5xx, a reply that does not parse, a status that is not listed) is `unknown`, never `declined`.
// - Every call out is bounded: `timing.collectTimeoutMs` in all, from the first byte sent to the last one read.
// - Nothing secret and no full phone number is put into a reason, a failure or an error.
// - No method keeps state between calls but an access token.

import type { z } from 'zod';
import type { Failure } from '../core/failure.ts';
import type { Customer, MetadataEntry, NextAction, PaymentMode } from '../core/intent.ts';
import type { Money } from '../core/money.ts';
import type { AmountLimit } from '../core/routing.ts';
import type { CollectOutcome, Environment, PaymentReport, RefundOutcome, RefundReport } from '../core/report.ts';
import type { HttpClient } from './http.ts';
import type { ServedProtocol } from './served.ts';
import type { SimulatorDefinition } from './simulator.ts';

export type { ServedAnswer, ServedCall, ServedDesk, ServedIntent, ServedProtocol } from './served.ts';

/** What we ask of the payer's request before this mode can be chosen. */
export type Requirement = 'phone' | 'email' | 'returnUrl';

export interface ModeRule {
  readonly mode: PaymentMode;
  readonly needs: readonly Requirement[];
  /**
   * `here`: starting needs no call, `invite` builds what the payer follows (a widget, a signed link), and the provider
   * hears of the payment from the payer. `provider`: `collect` asks the provider.
   */
  readonly starts: 'here' | 'provider';
  /** ISO 3166-1 alpha-2: whose phone numbers it can ask. Left out: it looks at no phone, or at any. */
  readonly phones?: readonly string[];
}

/** All in milliseconds. */
export interface Timing {
  /** The deadline of one promise: all calls that a `collect`, a `lookup` or a `refund` makes. */
  readonly collectTimeoutMs: number;
  /** How long the payer may answer once the provider has asked. */
  readonly promptMs: number;
  /** How long we go on asking after the prompt has closed, before EXPIRED. */
  readonly marginMs: number;
  /** How long a payment that the payer starts (`here`) stays open. */
  readonly inviteMs: number;
  /** Pauses between status questions; the last one repeats. */
  readonly pollDelaysMs: readonly number[];
  /** When to look once more after EXPIRED or CANCELLED, counted from it: late money is found even without a callback. */
  readonly afterCareMs: readonly number[];
  /** Pauses between questions about an open refund; the last one repeats. */
  readonly refundDelaysMs: readonly number[];
}

export interface GatewayDefinition<Settings = unknown> {
  /** Lower case, one word: the folder's name, the path of its webhook, and in upper case its GraphQL name. */
  readonly id: string;
  /** For people. */
  readonly name: string;
  /** ISO 4217. */
  readonly currencies: readonly string[];
  /** In order of preference. */
  readonly modes: readonly ModeRule[];
  /** false: never chosen by the routing table, only when a request names it. */
  readonly routed: boolean;
  /** `full`: only the whole amount can be sent back by a call. null: by no call. */
  readonly refunds: 'full' | 'partial' | null;
  /** Keys are environment names. The gateway is on when its required settings are there. */
  readonly settings: z.ZodType<Settings>;
  /** Names of settings that must not point to this machine or to plain http in production. */
  readonly baseUrlSettings: readonly string[];
  /** Stands for the id in the path of its webhook, where the provider refuses its own name in an address of ours. */
  readonly webhookName?: string;
  connect(settings: Settings, tools: GatewayTools): Gateway;
  /** Imported when it is asked for: production never loads it. */
  readonly simulator: () => Promise<SimulatorDefinition>;
}

export interface GatewayTools {
  readonly http: HttpClient;
  /** The time, as the database server has it. */
  readonly now: () => Date;
  /** Where the provider reaches us: `<publicUrl>/webhooks/<id>`, or the `webhookName` in its place. */
  readonly webhookUrl: () => string;
}

export interface Gateway {
  /** Which of the provider's worlds these settings belong to. Money of one never settles an intent of the other. */
  readonly environment: Environment;
  readonly timing: Timing;
  /** Which amounts it takes, by currency; a currency that is not listed has no limit of its own. */
  readonly limits: Readonly<Record<string, AmountLimit>>;
  /**
   * true: the same `reference` sent twice makes one payment. Only then is an attempt of unknown outcome, which the provider
   * denies knowing or cannot be asked about, sent again, with the same reference and the same bytes (I9).
   */
  readonly collectRepeats?: boolean;
  /** The same for `refundId`. */
  readonly refundRepeats?: boolean;
  /** So many calls may reach the provider in any minute, from all processes together. Left out: as many as there are. */
  readonly callsPerMinute?: number;

  /** For modes that start `here`. Pure: no call, no effect, may be repeated at will. */
  invite?(request: CollectRequest): NextAction;

  /**
   * Asks the provider to start a payment: a phone push, a redirect, a client secret. Called once for an attempt, after
   * the attempt is stored. It sends `request.reference` along wherever the provider takes a reference of ours, so that an
   * attempt whose answer is lost can be found again.
   */
  collect?(request: CollectRequest): Promise<CollectOutcome>;

  /** Asks what became of a payment. Read only; may be repeated at the pace of `timing.pollDelaysMs`. */
  lookup?(request: LookupRequest): Promise<LookupOutcome>;

  /**
   * Asked in place of `lookup` once we have given a payment up: closes it at the provider, so that nobody can pay any more,
   * and says what stands then. A payment that was made all the same is found as `succeeded`. May be repeated.
   */
  withdraw?(request: LookupRequest): Promise<LookupOutcome>;

  /**
   * Sends money back. `request.refundId` goes along as the idempotency key where the provider takes one; where it takes
   * none, a refund whose outcome is unknown is never sent again, only looked up.
   */
  refund?(request: RefundRequest): Promise<RefundOutcome>;

  /** Asks what became of a refund, one made by people in the dashboard included. Read only. */
  lookupRefund?(request: RefundRequest & { readonly providerRefundId: string | null }): Promise<RefundLookupOutcome>;

  /** Pays out to a phone wallet. The same `reference` never pays twice; after `unknown` it is looked up, not re-sent. */
  disburse?(request: DisburseRequest): Promise<DisburseOutcome>;

  /** Asks what became of a payout by our reference. Read only. */
  lookupDisbursement?(
    request: Pick<DisburseRequest, 'reference'>,
  ): Promise<DisburseOutcome | { readonly kind: 'absent' }>;

  /** The provider's own books between two moments, for reconciliation. Lines may repeat over overlapping windows. */
  statement?(window: { readonly from: Date; readonly to: Date }): AsyncIterable<StatementLine>;

  readonly webhook?: WebhookReader;

  /** For Payme and Click, who call us and wait for our answer. */
  readonly serve?: ServedProtocol;
}

export interface CollectRequest {
  readonly intentId: string;
  /** The attempt's id, a UUIDv7 in lower case (36 characters, `0-9a-f-`), known to the database before the call. */
  readonly reference: string;
  readonly amount: Money;
  readonly country: string;
  readonly mode: PaymentMode;
  /** `customer.phone` is E.164 and present when the mode needs it. */
  readonly customer: Customer;
  readonly returnUrl: string | null;
  readonly description: string;
  readonly metadata: readonly MetadataEntry[];
}

export interface LookupRequest {
  readonly intentId: string;
  /** The attempt's reference; null for a payment that started `here`. */
  readonly reference: string | null;
  /** null when the answer that should have held it was lost. A gateway that can only ask by it answers `unaskable`. */
  readonly providerId: string | null;
  readonly amount: Money;
}

export type LookupOutcome =
  | { readonly kind: 'found'; readonly report: PaymentReport }
  /** The provider says that it knows no such payment. Not yet final: some deny a payment for a while after taking it. */
  | { readonly kind: 'absent' }
  /** Nothing to ask with: the provider takes no reference of ours and we never learnt its id. */
  | { readonly kind: 'unaskable' }
  /** `unlisted`: the provider answered with this word, which its documents do not have. People look, and we go on asking. */
  | { readonly kind: 'unknown'; readonly reason: string; readonly unlisted?: string };

export interface RefundRequest {
  readonly intentId: string;
  readonly refundId: string;
  /** The provider's id of the payment. */
  readonly providerId: string;
  /** The number on the payer's receipt, where the provider gave one that is not its id. */
  readonly receipt: string | null;
  readonly amount: Money;
  /** What was captured; `amount` equal to it is a full refund. */
  readonly captured: Money;
  readonly instrument: 'WALLET' | 'CARD' | 'BANK' | null;
  readonly reason: string | null;
  readonly metadata: readonly MetadataEntry[];
}

export type RefundLookupOutcome =
  | { readonly kind: 'found'; readonly report: RefundReport }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unknown'; readonly reason: string };

export interface DisburseRequest {
  readonly reference: string;
  readonly amount: Money;
  /** E.164. */
  readonly phone: string;
  readonly country: string;
  readonly reason: string | null;
  readonly metadata: readonly MetadataEntry[];
}

export interface DisburseReport {
  readonly providerId: string;
  readonly state: 'pending' | 'succeeded' | 'failed';
  readonly failure: Failure | null;
}

export type DisburseOutcome =
  | ({ readonly kind: 'accepted' } & DisburseReport)
  | { readonly kind: 'declined'; readonly failure: Failure }
  | { readonly kind: 'unknown'; readonly reason: string };

export interface StatementLine {
  readonly providerId: string;
  readonly reference: string | null;
  readonly kind: 'collect' | 'refund' | 'disburse' | 'fee';
  /** Positive comes in, negative goes out. */
  readonly amount: Money;
  readonly at: Date;
}

/** A call on our door, exactly as it came. Header names are lower case. */
export interface WebhookCall {
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** What stands after `/webhooks/<gateway>/`, for providers whose only proof is a secret path. */
  readonly path: string;
  readonly body: Buffer;
  readonly remoteAddress: string;
}

/**
 * `authentic`: the signature proves the origin, and the body may settle. `hint`: the caller knew a secret, but the body
 * proves nothing; it only makes us ask (`lookup`). Nothing is stored of the rest: `forged` is 401, `stranger` (an address
 * that is not the provider's) is 403, `misplaced` (a path that we gave nobody) is 404.
 */
export type Verdict = 'authentic' | 'hint' | 'forged' | 'stranger' | 'misplaced';

export interface WebhookReader {
  /** true: what stands after `/webhooks/<gateway>/` has a meaning. Left out: there is nothing below that path. */
  readonly hasPaths?: boolean;
  /** What the provider wants to hear with the 200; left out, `{ "received": true }`. */
  readonly acknowledgement?: object;
  /** Over the raw bytes, in constant time. Never throws. */
  verify(call: WebhookCall): Verdict;
  /**
   * Reads a verified call; `null` when it is not what the provider documents, and it is then kept for people. A documented
   * event that is of no use here has a notice in which all ids and the report are null: it is done with. Never throws.
   * `path` as in `WebhookCall`.
   */
  read(body: Buffer, path: string): WebhookNotice | null;
}

export interface WebhookNotice {
  /** The provider's name of what happened. */
  readonly event: string;
  /** Equal for two deliveries of one event: the inbox keeps one row a key. */
  readonly dedupeKey: string;
  readonly providerId: string | null;
  /** Our intent's or attempt's id, when the body carries one. */
  readonly reference: string | null;
  /** What the body claims. Settles only behind an `authentic` verdict; null for an event that moves nothing. */
  readonly report: PaymentReport | null;
  /**
   * Set where the news is of a refund of that payment. `refundId` is ours, null when the body does not carry it. Where it
   * carries the provider's id neither, the amount tells: ours are asked about, and one of none of ours is for people.
   */
  readonly refund?: { readonly refundId: string | null; readonly report: RefundReport };
  /**
   * Set where people must look at that payment, and nothing else of the notice counts: a dispute. A word and the provider's
   * id of the matter (`DISPUTED: dispute dp_1`). A hint may say so too: it costs people a look, and moves nothing.
   */
  readonly review?: string;
}

/** Checks the settings' type against `connect` where the gateway is written, and forgets it for the registry. */
export function defineGateway<Settings>(definition: GatewayDefinition<Settings>): GatewayDefinition {
  return {
    ...definition,
    connect: (settings, tools) => definition.connect(settings as Settings, tools),
  };
}

/** Each is a method, or a few of them: `capabilities.ts`. */
export type CapabilityName = 'COLLECT' | 'LOOKUP' | 'REFUND' | 'PARTIAL_REFUND' | 'DISBURSE' | 'STATEMENT';
