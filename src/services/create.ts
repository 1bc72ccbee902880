// createIntent: read `create` from top to bottom, it is the flow. One insert claims the key and stores the attempt before
// the provider hears of it; one update stores what the provider answered.

import { withDue } from '../core/due.ts';
import { IdempotencyConflict, NoGatewayAvailable, ValidationProblem } from '../core/errors.ts';
import { failureOf } from '../core/failure.ts';
import { append, AT_BIRTH, currentAttempt, type Intent, type PaymentMode } from '../core/intent.ts';
import { route, stepReason, type RouteCandidate, type RouteChoice, type RouteRequest } from '../core/routing.ts';
import { recordOutcome } from '../core/settle.ts';
import type { CollectRequest, Requirement } from '../gateways/contract.ts';
import type { AuthWithTokens } from './auth.ts';
import { routeOptions } from './catalogue.ts';
import { leaseMsOf, leaseOwner, type Changer, type ChangeWorld } from './change.ts';
import type { CreateIntent, IntentAnswer, Intents, IntentView, Viewer } from './index.ts';
import { ended } from './patience.ts';
import type { ConnectedGateway } from './ports.ts';
import { step } from './steps.ts';
import { checked, fingerprint, routeRequest, type Wish, type WishWorld } from './wish.ts';

/** Keys of the last calls: a repeat is read at once instead of being refused by an insert first. A hint, no more. */
const KEYS_REMEMBERED = 10_000;
/** Nothing has left, and where a payment is not sent again by others, nothing will. */
const NOT_SENT = { kind: 'declined', failure: failureOf('PROVIDER_BUSY', 'not_sent') } as const;

export interface CreateWorld extends ChangeWorld, WishWorld {
  readonly auth: AuthWithTokens;
}

export function createCreate(world: CreateWorld, changer: Changer): Intents['create'] {
  const { intents, clock, ids, gateways, auth } = world;
  const options = routeOptions(gateways);
  const recent = new Set<string>();
  const waits = new Map<string, Promise<Intent>>();

  async function create(viewer: Viewer, input: CreateIntent): Promise<IntentAnswer> {
    const wish = checked(viewer, input, world);
    const record = { key: `create:${input.idempotencyKey}`, requestHash: fingerprint(wish) };

    const known = recent.has(nameOf(wish, record)) ? await intents.findByKey(wish.appId, record.key) : null;
    if (known !== null) return replay(viewer, known, record);

    const decision = route(routeRequest(wish), options);
    const refusal = decision.choice === null ? missing(wish, decision.candidates) : phoneRefusal(wish, decision.choice);
    if (decision.choice === null || refusal !== null) {
      // The table or the configuration may have changed since this key was first used; its intent has not.
      const first = await intents.findByKey(wish.appId, record.key);
      if (first !== null) return replay(viewer, first, record);
      throw refusal ?? missing(wish, decision.candidates);
    }
    const connected = gatewayOf(decision.choice.gateway);
    const opening = open(wish, connected, decision.choice.paymentMode, decision.candidates);
    const intent: Intent = { ...opening, keys: [record] };

    const inserted = await intents.insert(intent);
    remember(nameOf(wish, record));
    if (inserted.kind === 'taken') return replay(viewer, inserted.intent, record);
    step('planned', connected.id, intent.id);
    changer.announce(null, intent);
    const started = currentAttempt(intent) === null ? intent : await collect(intent, connected);
    return { intent: withToken(viewer, started), replayed: false };
  }

  /** Signed when it is asked for: most backends hand out no page. */
  function withToken(viewer: Viewer, intent: Intent): IntentView {
    return {
      ...intent,
      get clientToken() {
        return auth.tokenFor(viewer, intent);
      },
    };
  }

  function remember(name: string): void {
    recent.add(name);
    const [oldest] = recent;
    if (recent.size > KEYS_REMEMBERED && oldest !== undefined) recent.delete(oldest);
  }

  /** The document as it is born: its first event, its one attempt and its due date included. */
  function open(
    wish: Wish,
    connected: ConnectedGateway,
    mode: PaymentMode,
    routing: readonly RouteCandidate[],
  ): Intent {
    const { gateway, definition } = connected;
    const { timing } = gateway;
    const startsHere = definition.modes.some((rule) => rule.mode === mode && rule.starts === 'here');
    const moment = changer.moment({ kind: 'key', id: wish.keyId });
    const id = ids.next();
    const leaseMs = leaseMsOf(timing.collectTimeoutMs);
    const openMs = startsHere ? timing.inviteMs : timing.collectTimeoutMs + timing.promptMs + timing.marginMs;
    const bare: Intent = {
      id,
      appId: wish.appId,
      referenceId: wish.referenceId,
      amount: wish.amount,
      country: wish.country,
      customer: wish.customer,
      returnUrl: wish.returnUrl,
      metadata: wish.metadata,
      gateway: connected.id,
      paymentMode: mode,
      routing,
      ...AT_BIRTH,
      attempts: startsHere ? [] : [{ id: ids.next(), state: 'SENT', sentAt: moment.at, providerId: null }],
      lease: startsHere ? null : { owner: leaseOwner(), fence: 1, until: later(moment.at, leaseMs) },
      createdAt: moment.at,
      updatedAt: moment.at,
      expiresAt: later(moment.at, openMs),
    };
    const nextAction = startsHere ? (gateway.invite?.(collectRequest(bare)) ?? null) : null;
    const born = append({ ...bare, nextAction }, { type: 'PAYMENT_INITIATED', from: null, refund: null }, moment);
    return withDue(born, changer.paceOf(connected.id), moment.at);
  }

  async function collect(intent: Intent, { gateway, id }: ConnectedGateway): Promise<Intent> {
    const until = intent.lease?.until.getTime() ?? 0;
    // A process that was stopped in between may wake up after others took the attempt for lost: it must not call then.
    const isLate = clock.now().getTime() + gateway.timing.collectTimeoutMs > until;
    if (isLate && gateway.collectRepeats === true) return (await intents.find(intent.id)) ?? intent;
    step('sent', id, intent.id);
    const outcome = isLate ? NOT_SENT : ((await gateway.collect?.(collectRequest(intent))) ?? NOT_SENT);
    step('called', id, intent.id);
    return changer.keep(intent, { kind: 'gateway', id }, (current, moment) => recordOutcome(current, outcome, moment));
  }

  async function replay(
    viewer: Viewer,
    first: Intent,
    record: { key: string; requestHash: string },
  ): Promise<IntentAnswer> {
    const kept = first.keys.find(({ key }) => key === record.key);
    if (kept?.requestHash !== record.requestHash) {
      throw new IdempotencyConflict('IDEMPOTENCY_CONFLICT', first.createdAt);
    }
    const settled = await startedOf(first);
    return { intent: withToken(viewer, settled), replayed: true };
  }

  /** The intent once its first call is no longer in the air, so that equal calls at once get equal answers. */
  function startedOf(intent: Intent): Promise<Intent> {
    const running = waits.get(intent.id);
    if (running !== undefined) return running;
    const wait = ended(intent, inTheAir, intents.find).finally(() => waits.delete(intent.id));
    waits.set(intent.id, wait);
    return wait;
  }

  /** Until its answer is there, or its lease is over. */
  function inTheAir(intent: Intent): boolean {
    return currentAttempt(intent)?.state === 'SENT' && intent.lease !== null && clock.now() < intent.lease.until;
  }

  function gatewayOf(id: string): ConnectedGateway {
    const connected = gateways.get(id);
    if (connected === undefined) throw new Error(`routing chose ${id}, which is not connected`);
    return connected;
  }

  function missing(wish: Wish, candidates: readonly RouteCandidate[]): Error {
    const everything: RouteRequest = { ...routeRequest(wish), has: ['phone', 'email', 'returnUrl'] };
    const tooFine = tooFineFor(route({ ...everything, amount: null }, options).choice?.gateway, wish);
    if (tooFine !== null) return new ValidationProblem(['input', 'amount', 'amount'], tooFine);
    const { choice } = route(everything, options);
    const rule = gatewayRule(choice?.gateway, choice?.paymentMode);
    const need = rule?.needs.find((name) => !wish.has.includes(name));
    if (need !== undefined)
      return new ValidationProblem(PATH_OF[need], `${PATH_OF[need].slice(1).join('.')} is needed for ${rule?.mode}.`);
    const reasons = candidates.map(({ gateway, reason }) => `${gateway}: ${reason}`).join('; ');
    const named = wish.gateway !== null && !gateways.has(wish.gateway);
    const text = named ? `${wish.gateway} is not switched on; there is ${[...gateways.keys()].join(', ')}` : reasons;
    return new NoGatewayAvailable(`No gateway can take this payment (${text || 'none is switched on'}).`);
  }

  /** Whoever would take another amount tells which: "M-Pesa takes whole shillings, not 10.50 KES." */
  function tooFineFor(gateway: string | undefined, { amount }: Wish): string | null {
    const connected = gateways.get(gateway ?? '');
    const reason = connected === undefined ? null : stepReason(connected.gateway.limits, amount);
    return reason === null ? null : `${connected?.definition.name} ${reason}.`;
  }

  /** A prompt that no phone of that country ever shows would leave the payer waiting for it. */
  function phoneRefusal({ phoneCountry }: Wish, { gateway, paymentMode }: RouteChoice): ValidationProblem | null {
    const countries = gatewayRule(gateway, paymentMode)?.phones;
    if (countries === undefined || phoneCountry === undefined || countries.includes(phoneCountry ?? '')) return null;
    const text = `phone must be a number of ${countries.join(', ')}: ${gateway} asks no others by ${paymentMode}.`;
    return new ValidationProblem(PATH_OF.phone, text);
  }

  function gatewayRule(gateway: string | undefined, mode: PaymentMode | undefined) {
    return gateways.get(gateway ?? '')?.definition.modes.find((rule) => rule.mode === mode);
  }

  return create;
}

/** What a gateway is asked, from the stored intent alone: the same bytes whenever it is asked again (I9). */
export function collectRequest(intent: Intent): CollectRequest {
  return {
    intentId: intent.id,
    reference: currentAttempt(intent)?.id ?? intent.id,
    amount: intent.amount,
    country: intent.country,
    mode: intent.paymentMode,
    customer: intent.customer,
    returnUrl: intent.returnUrl,
    description: intent.referenceId,
    metadata: intent.metadata,
  };
}

const PATH_OF: Readonly<Record<Requirement, readonly string[]>> = {
  phone: ['input', 'customer', 'phone'],
  email: ['input', 'customer', 'email'],
  returnUrl: ['input', 'returnUrl'],
};

function nameOf({ appId }: Wish, { key }: { readonly key: string }): string {
  return `${appId} ${key}`;
}

function later(at: Date, ms: number): Date {
  return new Date(at.getTime() + ms);
}
