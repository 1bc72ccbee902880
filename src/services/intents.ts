// Use cases on one intent: read, cancel, refresh, verify. Creating is in create.ts, the history in history.ts.

import { IdempotencyConflict, InvalidState, NotFoundProblem, RequestError, ValidationProblem } from '../core/errors.ts';
import { isUuid } from '../core/ids.ts';
import {
  advance,
  currentAttempt,
  isTerminal,
  revise,
  type IdempotencyRecord,
  type Intent,
  type Moment,
} from '../core/intent.ts';
import { idempotencyKeyRule, reasonRule } from '../core/rules.ts';
import type { Asker } from './ask.ts';
import { Taken, type Changer, type ChangeWorld } from './change.ts';
import { requestHash } from './hash.ts';
import type { IntentAnswer, Intents, Viewer, Work } from './index.ts';
import type { CallBudget } from './ports.ts';

export type Operation = 'create' | 'cancel' | 'refund' | 'verify';

/** What both sides of a repeated call hold against each other: the key, and what was asked with it. */
export function recordOf(operation: Operation, idempotencyKey: string, request: object): IdempotencyRecord {
  const message = idempotencyKeyRule(idempotencyKey);
  if (message !== null) throw new ValidationProblem(['input', 'idempotencyKey'], message);
  return { key: `${operation}:${idempotencyKey}`, requestHash: requestHash(request) };
}

/** True when this very call was accepted before; refuses when its key was used with another input. */
export function isRepeat(intent: Intent, record: IdempotencyRecord): boolean {
  const kept = intent.keys.find(({ key }) => key === record.key);
  if (kept !== undefined && kept.requestHash !== record.requestHash) throw new IdempotencyConflict();
  return kept !== undefined;
}

/** A key that the unique index refuses was used on another of the tenant's intents: another input. */
export function conflictIfTaken(error: unknown): never {
  throw error instanceof Taken && error.what === 'key' ? new IdempotencyConflict() : error;
}

/** The tenant's intent by the id in an input, or the refusal that foreign and missing ids share. */
export async function intentOf(
  world: ChangeWorld,
  viewer: Viewer,
  id: string,
  path: readonly string[],
): Promise<Intent> {
  const allowed = isUuid(id) && (viewer.kind === 'key' || viewer.intentId === id);
  const intent = allowed ? await world.intents.findOf(viewer.appId, id) : null;
  if (intent === null) throw new NotFoundProblem(path);
  return intent;
}

type OneIntent = Pick<Intents, 'get' | 'cancel' | 'refresh'>;

/** Of the calls that a provider takes in a minute, people may use this part; the polls that payments live by have the rest. */
const REFRESHED_PART = 0.5;
/** A place is free again by then. */
const REFRESH_AGAIN_MS = 5_000;

export function createIntents(
  world: ChangeWorld & { readonly budget: CallBudget },
  changer: Changer,
  asker: Asker,
  work: Work,
): OneIntent {
  const { intents, gateways, budget } = world;

  async function takePlace(gateway: string): Promise<void> {
    const perMinute = gateways.get(gateway)?.gateway.callsPerMinute;
    if (perMinute === undefined) return;
    const share = Math.max(1, Math.floor(perMinute * REFRESHED_PART));
    if ((await budget.take(`${gateway} refreshes`, share, 0)) !== null) return;
    const text = `${gateway} takes ${share} refreshes in a minute, of all products together. It is asked without them, too.`;
    throw new RequestError('RATE_LIMITED', text, REFRESH_AGAIN_MS);
  }

  return {
    async get(viewer, id) {
      if (!isUuid(id) || (viewer.kind === 'client' && viewer.intentId !== id)) return null;
      return intents.findOf(viewer.appId, id);
    },

    async cancel(viewer, { idempotencyKey, intentId, reason }): Promise<IntentAnswer> {
      const record = recordOf('cancel', idempotencyKey, { intentId, reason });
      const message = reason === null ? null : reasonRule(reason);
      if (message !== null) throw new ValidationProblem(['input', 'reason'], message);
      const intent = await intentOf(world, viewer, intentId, ['input', 'intentId']);
      let replayed = false;
      const decide = (current: Intent, moment: Moment): Intent => {
        replayed = isRepeat(current, record);
        return replayed ? current : cancelled(current, reason, record, moment);
      };
      const after = await changer.change(intent, { kind: 'key', id: viewer.keyId }, decide).catch(conflictIfTaken);
      return { intent: after, replayed };
    },

    async refresh(viewer, id) {
      const intent = await intentOf(world, viewer, id, ['id']);
      // While the first call is out, its own answer is the news; nobody asks beside it.
      const askable = currentAttempt(intent)?.state !== 'SENT';
      if (askable || intent.refunds.length > 0) await takePlace(intent.gateway);
      if (intent.refunds.length > 0) await work.refreshRefunds(id);
      const outcome = askable ? await asker.ask(intent, intent.gatewayTransactionId) : null;
      if (outcome?.kind === 'found') return asker.apply(intent, outcome.report, { kind: 'key', id: viewer.keyId });
      return (await intents.findOf(viewer.appId, id)) ?? intent;
    },
  };
}

function cancelled(intent: Intent, reason: string | null, record: IdempotencyRecord, moment: Moment): Intent {
  const { status } = intent;
  if (isTerminal(status)) throw new InvalidState(status, `This payment is ${status} and can no longer be cancelled.`);
  if (intent.outcomeUnknown || currentAttempt(intent)?.state === 'SENT') {
    const text = 'Whether the provider took this payment is not known yet; try again in a minute.';
    throw new InvalidState(status, text, true);
  }
  const change = { cancellationReason: reason, keys: [...intent.keys, record] };
  const moved = advance(intent, 'CANCELLED', moment, change);
  return moved.kind === 'moved' ? moved.intent : revise(intent, change, moment.at);
}
