// Work that waits for its time: polls of open payments and refunds, and the sweep that finds whatever is due in MongoDB.
// Any of it may run twice, late, or in two processes at once: a lease picks one, and its fence stops who came too late.

import { currentAttempt, isTerminal, revise, type Intent, type Moment } from '../core/intent.ts';
import { expire, recordOutcome, review } from '../core/settle.ts';
import { asked, isDecided, type Asker } from './ask.ts';
import { leaseOwner, LeaseLost, type Changer, type ChangeWorld } from './change.ts';
import { collectRequest } from './create.ts';
import type { Work } from './index.ts';
import type { Bell, InboxStore } from './ports.ts';
import { createRefundPolls, type RefundRound } from './refund-polls.ts';
import { step } from './steps.ts';

const SWEPT_AT_ONCE = 1_000;
const RUN_AT_ONCE = 50;
/** Rung this long ago and still due: nobody hears the bell, so the work is done here. */
const DEAF_AFTER_MS = 5_000;
/** Redis counts a bell's delay by its own clock; what rings this much early is on time. */
const EARLY_MS = 250;

export interface WorkWorld extends ChangeWorld {
  readonly inbox: InboxStore;
  readonly processWebhook: (inboxId: string) => Promise<void>;
}

export function createWork(world: WorkWorld, changer: Changer, asker: Asker): Work {
  const { intents, inbox, clock, schedule, gateways, log } = world;
  const rung = new Map<string, number>();
  const refunds = createRefundPolls(world, changer, EARLY_MS);
  const pollRefunds = (round: RefundRound) => (intent: Intent, fence: number) => refunds.poll(intent, fence, round);

  /** Runs with the lease, or not at all. The lease is given back by the work's own last write, or runs out. */
  async function leased(
    intentId: string,
    run: (intent: Intent, fence: number) => Promise<Intent>,
    early = EARLY_MS,
  ): Promise<void> {
    const found = await intents.find(intentId);
    if (found?.due == null || found.due.at.getTime() - early > clock.now().getTime()) return;
    // Another process may know the gateway, or this one will again: until then it stays due, and nothing of it moves.
    if (!gateways.has(found.gateway)) return;
    const intent = await intents.claim(intentId, leaseOwner(), changer.paceOf(found.gateway).leaseMs);
    if (intent?.lease == null) return;
    const { fence } = intent.lease;
    step('claimed', intent.gateway, intentId);
    try {
      const after = await run(intent, fence);
      const release = (current: Intent, { at }: Moment): Intent => revise(current, { lease: null }, at);
      if (after.lease?.fence === fence) await changer.change(after, { kind: 'poll', id: intentId }, release, fence);
      step('released', intent.gateway, intentId);
    } catch (error) {
      if (!(error instanceof LeaseLost)) throw error;
      log.info({ intentId }, error.message);
    }
  }

  async function pollIntent(intent: Intent, fence: number): Promise<Intent> {
    const cause = { kind: 'poll', id: `poll-${intent.polls + 1}` } as const;
    if (isDecided(intent)) return intent;
    // The process that made the call is gone, or its call outlived its lease: from here on the outcome is unknown.
    const lost = currentAttempt(intent)?.state === 'SENT';
    const abandon = (current: Intent, now: Moment): Intent =>
      recordOutcome(current, { kind: 'unknown', reason: 'the caller is gone' }, now);
    const known = lost ? await changer.record(intent, cause, abandonKeepingLease(abandon), fence) : intent;
    if (lost) step('abandoned', intent.gateway, intent.id);

    const outcome = await asker.ask(known, known.gatewayTransactionId);
    const told = outcome.kind === 'found' ? await asker.apply(known, outcome.report, cause, fence) : known;
    // Its time is over for a payer who has yet to pay, and not for a bank that is at it.
    const isUnderWay = outcome.kind === 'found' && outcome.report.isUnderWay === true;
    const unlisted = outcome.kind === 'unknown' ? outcome.unlisted : undefined;
    if (isTerminal(told.status) && !isTerminal(known.status)) return told;
    const isUntold = outcome.kind === 'absent' || outcome.kind === 'unaskable';
    if (isUntold && mayResend(told)) return resend(told, fence);
    const count = (before: Intent, now: Moment): Intent => {
      const current = unlisted === undefined ? before : review(before, `UNLISTED_STATUS: ${unlisted}`, now);
      const over =
        !isUnderWay && !isTerminal(current.status) && current.expiresAt !== null && current.expiresAt <= now.at;
      return over ? expired(current, now) : asked(current, now.at);
    };
    return changer.change(told, cause, count, fence);
  }

  function mayResend(intent: Intent): boolean {
    const attempt = currentAttempt(intent);
    const connected = gateways.get(intent.gateway);
    if (attempt?.state !== 'UNKNOWN' || connected?.gateway.collectRepeats !== true || isTerminal(intent.status))
      return false;
    // The payer must still have time to answer the prompt that this may open.
    return clock.now().getTime() < (intent.expiresAt?.getTime() ?? 0) - connected.gateway.timing.marginMs;
  }

  /**
   * The same reference, the same bytes: at most one payment comes of it, whatever became of the first call (I9). Only a yes
   * counts. A no is about this call, which may not even have left, and the first one is as unknown as before.
   */
  async function resend(intent: Intent, fence: number): Promise<Intent> {
    step('resending', intent.gateway, intent.id);
    const outcome = await gateways.get(intent.gateway)?.gateway.collect?.(collectRequest(intent));
    step('resent', intent.gateway, intent.id);
    const decide = (current: Intent, now: Moment): Intent =>
      outcome?.kind === 'accepted' ? recordOutcome(current, outcome, now) : asked(current, now.at);
    return changer.record(intent, { kind: 'poll', id: 'resend' }, decide, fence);
  }

  async function sweep(): Promise<number> {
    const at = clock.now();
    const known = [...gateways.keys()];
    const [open, received] = await Promise.all([
      intents.due(at, SWEPT_AT_ONCE, known),
      inbox.due(at, SWEPT_AT_ONCE, known),
    ]);
    const bells: Bell[] = [
      ...open.map(({ kind, id, version }) => ({ kind, id, version })),
      ...received.map(({ id, tries }) => ({ kind: 'process-webhook' as const, id, version: tries })),
    ];
    for (let start = 0; start < bells.length; start += RUN_AT_ONCE) {
      await Promise.all(bells.slice(start, start + RUN_AT_ONCE).map(ringOrRun));
    }
    for (const [name, since] of rung) if (performance.now() - since > 10 * DEAF_AFTER_MS) rung.delete(name);
    return bells.length;
  }

  async function ringOrRun(bell: Bell): Promise<void> {
    const name = `${bell.kind}-${bell.id}-${bell.version}`;
    const since = rung.get(name);
    const deaf = since !== undefined && performance.now() - since > DEAF_AFTER_MS;
    if (since === undefined) rung.set(name, performance.now());
    try {
      if (deaf) await run(bell);
      else await schedule.ring(bell, 0).catch(() => run(bell));
    } catch (error) {
      log.error({ work: bell.kind, id: bell.id, err: error }, 'due work failed; it stays due');
    }
  }

  function run({ kind, id }: Bell): Promise<void> {
    switch (kind) {
      case 'poll-intent':
        return leased(id, pollIntent);
      case 'poll-refund':
        return leased(id, pollRefunds('due'));
      case 'process-webhook':
        return world.processWebhook(id);
    }
  }

  return {
    pollIntent: (id) => leased(id, pollIntent),
    pollRefund: (id) => leased(id, pollRefunds('due')),
    refreshRefunds: (id) => leased(id, pollRefunds('now'), Infinity),
    sweep,
  };
}

/** A payment that may have been made and that nobody could tell of is for people to look at. */
function expired(intent: Intent, now: Moment): Intent {
  const ended = expire(intent, { ...now, cause: { kind: 'expiry', id: intent.id } });
  const attempt = currentAttempt(intent);
  return attempt?.state === 'UNKNOWN' ? review(ended, `OUTCOME_UNKNOWN: attempt ${attempt.id}`, now) : ended;
}

/** Recording the outcome frees the lease; the poll that found the attempt lost goes on under it. */
function abandonKeepingLease(decide: (intent: Intent, now: Moment) => Intent): (intent: Intent, now: Moment) => Intent {
  return (intent, now) => ({ ...decide(intent, now), lease: intent.lease });
}
