// What a conformance rule works with: one gateway, its own simulator, and a clock that the rule moves. The test that runs the
// rules builds it over real HTTP; the rules know nothing of how.

import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { uuidv7 } from '../core/ids.ts';
import { AT_BIRTH, type Intent, type Moment } from '../core/intent.ts';
import { toMajor, type Money } from '../core/money.ts';
import { together, type CollectOutcome, type PaymentReport } from '../core/report.ts';
import { annotate, recordOutcome, settle } from '../core/settle.ts';
import type {
  CollectRequest,
  Gateway,
  GatewayDefinition,
  LookupOutcome,
  LookupRequest,
  RefundRequest,
  Verdict,
  WebhookCall,
} from './contract.ts';
import type { ServedBench } from './conformance-desk.ts';
import type { HttpReply, HttpRequest } from './http.ts';
import type { LedgerLine } from './simulator-books.ts';
import type { CallbackWord, Mood, PhoneAction, RequestKind } from './simulator-words.ts';
import type { SimulatorDefinition, Tuning } from './simulator.ts';

export interface World {
  readonly definition: GatewayDefinition;
  readonly gateway: Gateway;
  readonly simulator: SimulatorDefinition;
  /** What the gateway was connected with. */
  readonly env: Readonly<Record<string, string>>;
  readonly tuning: Tuning;
  readonly clock: RuleClock;
  /** Every request that the gateway made, in order. */
  readonly sent: readonly HttpRequest[];
  /** What it was answered, in the order of the answers. */
  readonly received: readonly HttpReply[];
  /** Every callback that came. */
  readonly callbacks: readonly WebhookCall[];
  /** Resolves once `count` callbacks have come. */
  called(count: number): Promise<void>;
  /** From now on no request of the gateway waits longer than this. */
  hurry(timeoutMs: number): void;
  /** The same gateway with other settings, at another moment if one is given. */
  connect(env: Readonly<Record<string, string>>, at?: Date): Gateway;
  /** false: this simulator cannot play that. */
  script(script: Script): Promise<boolean>;
  phone(reference: string, action: PhoneAction): Promise<void>;
  ledger(): Promise<readonly LedgerLine[]>;
  /** Our side of a provider that calls us and waits: a desk in memory behind a real door. */
  readonly served: ServedBench;
  /** A payer follows a link at this provider and says what to pay with; resolves when the provider has asked us for leave. */
  pay(url: string): Promise<void>;
  /** The provider gives a payment back by itself; false where we refuse. */
  reverse(reference: string): Promise<boolean>;
}

export interface RuleClock {
  now(): Date;
  /** Runs what falls due within the next `ms`, in its order. */
  pass(ms: number): void;
  /** Resolves once somebody waits for exactly `ms`. */
  waitedFor(ms: number): Promise<void>;
}

export interface Script {
  readonly times?: number;
  readonly on?: RequestKind;
  readonly mood?: Mood;
  readonly callback?: CallbackWord;
}

export interface Rule {
  readonly name: string;
  /** A rule about what this gateway cannot do is kept by not being able to. */
  applies(gateway: Gateway, definition: GatewayDefinition): boolean;
  /** Throws where the rule is broken. */
  run(world: World): Promise<void>;
}

/** Long enough for any simulated payment to end that is not scripted to be late. */
export const SETTLED_MS = 5_000;

/** Time enough for a local answer, and little to wait where none comes. */
export const HURRY_MS = 150;

export function collects(gateway: Gateway): boolean {
  return gateway.collect !== undefined && gateway.lookup !== undefined;
}

export function wishFor({ definition, simulator }: World): CollectRequest {
  const { amount, country, phone } = simulator.sample;
  const mode = definition.modes.find(({ starts }) => starts === 'provider')?.mode ?? definition.modes[0]?.mode;
  assert.ok(mode !== undefined, 'a gateway has at least one mode');
  return {
    intentId: newId(),
    reference: newId(),
    amount,
    country,
    mode,
    customer: { id: null, email: 'ada@example.com', phone, name: 'Ada Lovelace' },
    returnUrl: 'https://shop.example/done',
    description: 'invoice-42',
    metadata: [],
  };
}

/** One attempt as our side lives through it: stored, called, recorded. */
export interface Payment {
  readonly request: CollectRequest;
  readonly outcome: CollectOutcome;
  readonly intent: Intent;
}

export async function start(world: World, request: CollectRequest = wishFor(world)): Promise<Payment> {
  assert.ok(world.gateway.collect !== undefined);
  const before = intentOf(world, request);
  const outcome = await world.gateway.collect(request);
  return { request, outcome, intent: recordOutcome(before, outcome, moment(world)) };
}

/** A payment that has been made and is known to be. */
export async function startPaid(world: World): Promise<Payment & { readonly providerId: string }> {
  const payment = await start(world);
  const { providerId } = accepted(payment.outcome);
  world.clock.pass(SETTLED_MS);
  const intent = await askAndSettle(world, payment.intent, providerId);
  assert.equal(intent.status, 'SUCCEEDED', 'a payment that nothing disturbs goes well');
  return { ...payment, intent, providerId };
}

export function accepted(outcome: CollectOutcome): { readonly providerId: string } {
  assert.equal(outcome.kind, 'accepted', `expected an acceptance, got ${JSON.stringify(outcome)}`);
  const isNamed = outcome.kind === 'accepted' && outcome.providerId !== null;
  assert.ok(isNamed, `an acceptance names the payment as its callbacks do: ${JSON.stringify(outcome)}`);
  return { providerId: outcome.providerId };
}

export function ask(world: World, intent: Intent, providerId: string | null): Promise<LookupOutcome> {
  assert.ok(world.gateway.lookup !== undefined);
  return world.gateway.lookup(questionOf(intent, providerId));
}

export function questionOf(intent: Intent, providerId: string | null): LookupRequest {
  return { intentId: intent.id, reference: intent.attempts[0]?.id ?? null, providerId, amount: intent.amount };
}

export async function found(world: World, intent: Intent, providerId: string | null): Promise<PaymentReport> {
  const answer = await ask(world, intent, providerId);
  assert.ok(answer.kind === 'found', `expected a report, got ${JSON.stringify(answer)}`);
  return answer.report;
}

export async function askAndSettle(world: World, intent: Intent, providerId: string | null): Promise<Intent> {
  return settled(world, intent, await found(world, intent, providerId));
}

export function settled(world: World, intent: Intent, report: PaymentReport): Intent {
  return settle(intent, report, world.gateway.environment, moment(world));
}

/** Whether anything comes of such a call; what is left is refused in one way or another. */
export function isTaken(verdict: Verdict): boolean {
  return verdict === 'authentic' || verdict === 'hint';
}

/** What our door and worker do with a callback: nothing, ask, or believe it. */
export async function applyCallback(world: World, intent: Intent, call: WebhookCall): Promise<Intent> {
  const { webhook } = world.gateway;
  assert.ok(webhook !== undefined);
  const verdict = webhook.verify(call);
  if (!isTaken(verdict)) return intent;
  const notice = webhook.read(call.body, call.path);
  assert.ok(notice !== null, 'a genuine callback can be read');
  const { report, providerId } = notice;
  if (verdict === 'authentic') return report === null ? intent : settled(world, intent, report);
  if (intent.status === 'SUCCEEDED' && intent.gatewayTransactionId === providerId) {
    return report === null ? intent : annotate(intent, report, moment(world));
  }
  const answer = await found(world, intent, providerId ?? intent.gatewayTransactionId);
  return settled(world, intent, together(answer, report));
}

/** Whatever its name, and whether the provider writes minor units, major ones, or text. */
export function isAmountOf(money: Money, value: unknown): boolean {
  const isWritten = typeof value === 'number' || (typeof value === 'string' && value !== '');
  return isWritten && [money.amount, Number(toMajor(money))].includes(Number(value));
}

export function refundOf(payment: Payment & { readonly providerId: string }, amount?: number): RefundRequest {
  const { intent, providerId } = payment;
  return {
    intentId: intent.id,
    refundId: newId(),
    providerId,
    receipt: intent.receipt,
    amount: { ...intent.amount, amount: amount ?? intent.amount.amount },
    captured: intent.amount,
    instrument: intent.instrument,
    reason: 'returned goods',
    metadata: [],
  };
}

export function writes(world: World): readonly HttpRequest[] {
  return world.sent.filter(({ effect }) => effect === 'write');
}

/** What must stay between the provider and us. */
export function secretsIn({ env }: World): readonly string[] {
  const isSecret = (name: string): boolean => /SECRET|PRIVATE|PASS|TOKEN|API_KEY/.test(name);
  return Object.entries(env).flatMap(([name, value]) => (isSecret(name) ? [value] : []));
}

export function moment(world: World): Moment {
  return { at: world.clock.now(), eventId: randomUUID(), cause: { kind: 'gateway', id: world.definition.id } };
}

export function newId(): string {
  return uuidv7(new Date(), randomBytes(10));
}

/** The intent of a request, its one attempt in the air. */
export function intentOf(world: World, request: CollectRequest): Intent {
  const at = world.clock.now();
  return {
    id: request.intentId,
    appId: 'conformance',
    referenceId: request.description,
    amount: request.amount,
    country: request.country,
    customer: request.customer,
    returnUrl: request.returnUrl,
    metadata: request.metadata,
    gateway: world.definition.id,
    paymentMode: request.mode,
    routing: [],
    ...AT_BIRTH,
    attempts: [{ id: request.reference, state: 'SENT', sentAt: at, providerId: null }],
    createdAt: at,
    updatedAt: at,
    expiresAt: null,
  };
}

/** What no provider sends, whatever it calls its members. */
export const NO_BODIES: readonly (string | Buffer)[] = [
  '',
  ' ',
  'null',
  '[]',
  '{}',
  '42',
  '"text"',
  '['.repeat(10_000),
  `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`,
  Buffer.from([0xff, 0xfe, 0x00, 0xc3, 0x28]),
];
