// The one way to change an intent: load, decide, write where the version still stands; on a lost race decide again.

import { randomUUID } from 'node:crypto';
import { UNKNOWN_PACE, withDue, type Pace } from '../core/due.ts';
import type { Cause, Intent, Moment } from '../core/intent.ts';
import { review } from '../core/settle.ts';
import type { Bus, Clock, ConnectedGateway, Ids, IntentStore, Log, Schedule } from './ports.ts';
import { step } from './steps.ts';

/** A write loses only to another write, so this many losses in a row are a fault and not contention. */
const TRIES_MAX = 100;
const PAUSE_MS = 5;
/** For so long a provider's answer is kept for a database that is away. */
const KEPT_MS = 60_000;
const KEPT_PAUSE_MS = 500;
/** What is due later than this is left to the sweeper: Redis holds no job for a day. */
const RUNG_WITHIN_MS = 3_600_000;

export interface ChangeWorld {
  readonly intents: IntentStore;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly bus: Bus;
  readonly schedule: Schedule;
  readonly log: Log;
  readonly gateways: ReadonlyMap<string, ConnectedGateway>;
}

export class LeaseLost extends Error {
  constructor(intentId: string) {
    super(`the lease on ${intentId} was taken over; its new holder decides`);
    this.name = 'LeaseLost';
  }
}

/** Refused by a unique index: the provider's transaction, or the idempotency key, is another intent's. */
export class Taken extends Error {
  readonly what: 'transaction' | 'key';

  constructor(what: 'transaction' | 'key') {
    super(`the ${what} belongs to another intent`);
    this.name = 'Taken';
    this.what = what;
  }
}

export interface Changer {
  /**
   * Applies a pure decision, as often as it takes. `decide` returns the intent it was given when it wants no change.
   * With a fence, a holder whose lease is gone gets `LeaseLost` and changes nothing.
   */
  change(
    intent: Intent,
    cause: Cause,
    decide: (intent: Intent, moment: Moment) => Intent,
    fence?: number,
  ): Promise<Intent>;
  /** As `change`, for news from a provider: a transaction that is another intent's is kept for people, not lost. */
  record(
    intent: Intent,
    cause: Cause,
    decide: (intent: Intent, moment: Moment) => Intent,
    fence?: number,
  ): Promise<Intent>;
  /**
   * As `record`, for an answer that this process alone holds: while MongoDB is away it is kept and tried again, for a
   * minute. `decide` may then meet its own effect, and must see it.
   */
  keep(intent: Intent, cause: Cause, decide: (intent: Intent, moment: Moment) => Intent): Promise<Intent>;
  moment(cause: Cause): Moment;
  /** Tells the log and the watchers of new events; `before` is null for a new intent. */
  announce(before: Intent | null, after: Intent): void;
  paceOf(gatewayId: string): Pace;
}

export function createChanger({ intents, clock, ids, bus, schedule, log, gateways }: ChangeWorld): Changer {
  const moment = (cause: Cause): Moment => ({ at: clock.now(), eventId: ids.next(), cause });

  function paceOf(gatewayId: string): Pace {
    const timing = gateways.get(gatewayId)?.gateway.timing;
    return timing === undefined ? UNKNOWN_PACE : { ...timing, leaseMs: leaseMsOf(timing.collectTimeoutMs) };
  }

  /** Changes of one intent in this process take turns: 50 refunds at once would else lose to each other 50 times over. */
  const turns = new Map<string, Promise<unknown>>();

  async function change(
    known: Intent,
    cause: Cause,
    decide: (intent: Intent, moment: Moment) => Intent,
    fence?: number,
  ): Promise<Intent> {
    const ahead = turns.get(known.id);
    const mine = ahead === undefined ? decideAndWrite(known, cause, decide, fence) : ahead.then(again, again);
    turns.set(known.id, mine);
    try {
      return await mine;
    } finally {
      if (turns.get(known.id) === mine) turns.delete(known.id);
    }

    async function again(): Promise<Intent> {
      return decideAndWrite((await intents.find(known.id)) ?? known, cause, decide, fence);
    }
  }

  async function decideAndWrite(
    known: Intent,
    cause: Cause,
    decide: (intent: Intent, moment: Moment) => Intent,
    fence?: number,
  ): Promise<Intent> {
    let before = known;
    for (let round = 0; round < TRIES_MAX; round += 1) {
      const now = moment(cause);
      const decided = decide(before, now);
      if (decided === before) return before;
      const after = withDue(decided, paceOf(before.gateway), now.at);
      const written = await intents.write(before, after, fence);
      if (written === 'written') {
        step('committed', after.gateway, after.id);
        announce(before, after);
        step('published', after.gateway, after.id);
        ringFor(after, now.at);
        return after;
      }
      if (written !== 'lost') throw new Taken(written === 'key-taken' ? 'key' : 'transaction');
      const current = await intents.find(before.id);
      if (current === null) throw new Error(`intent ${before.id} is gone`);
      if (fence !== undefined && current.lease?.fence !== fence) throw new LeaseLost(before.id);
      // The winner's write is not a majority's yet: a moment later it is, and there is something new to decide on.
      const pauseMs = PAUSE_MS * Math.min(round + 1, 20);
      if (current.version <= before.version) await new Promise((resolve) => setTimeout(resolve, pauseMs));
      before = current;
    }
    throw new Error(`intent ${known.id} changed under us ${TRIES_MAX} times in a row`);
  }

  async function record(
    intent: Intent,
    cause: Cause,
    decide: (intent: Intent, moment: Moment) => Intent,
    fence?: number,
  ): Promise<Intent> {
    let refused: string | null = null;
    const remembering = (current: Intent, now: Moment): Intent => {
      const decided = decide(current, now);
      refused = decided.gatewayTransactionId;
      return decided;
    };
    try {
      return await change(intent, cause, remembering, fence);
    } catch (error) {
      if (!(error instanceof Taken)) throw error;
      const reason = `TRANSACTION_ALREADY_USED: transaction ${String(refused)}`;
      return change(intent, cause, (current, now) => review(current, reason, now), fence);
    }
  }

  function announce(before: Intent | null, after: Intent): void {
    for (const event of after.events.slice(before?.events.length ?? 0)) {
      const { sequence, type, cause } = event;
      // A new intent is in the database with all of this; only what becomes of it is news for an operator.
      log[before === null ? 'debug' : 'info'](
        { intentId: after.id, appId: after.appId, gateway: after.gateway, sequence, type, cause },
        'intent event',
      );
      // Nobody can be watching what has only just been born.
      if (before !== null) bus.publish(after.id, sequence);
    }
    if (after.needsReview && before?.needsReview !== true) {
      log.warn({ intentId: after.id, reason: after.reviewReason }, 'intent needs review');
    }
  }

  function ringFor({ id, due, version, gateway }: Intent, at: Date): void {
    const afterMs = (due?.at.getTime() ?? 0) - at.getTime();
    if (due === null || afterMs > RUNG_WITHIN_MS) return;
    // Redis away or slow: the sweeper finds the due date in MongoDB.
    const rung = schedule.ring({ kind: due.kind, id, version }, Math.max(0, afterMs));
    rung.then(() => step('rung', gateway, id)).catch(() => undefined);
  }

  return {
    change,
    announce,
    moment,
    paceOf,
    record,
    async keep(intent, cause, decide) {
      const started = performance.now();
      for (;;) {
        try {
          return await record(intent, cause, decide);
        } catch (error) {
          if (performance.now() - started > KEPT_MS) throw error;
          log.warn({ intentId: intent.id, err: error }, "a provider's answer waits for the database");
          await new Promise((resolve) => setTimeout(resolve, KEPT_PAUSE_MS));
        }
      }
    },
  };
}

/** Covers one call and the write after it: what a killed process left is taken over within 20 s. */
export function leaseMsOf(collectTimeoutMs: number): number {
  return collectTimeoutMs + 5_000;
}

/** Names a holder: unique, so that two jobs of one process never share a lease. */
export const leaseOwner = (): string => randomUUID();
