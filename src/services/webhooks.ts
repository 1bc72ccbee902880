// Webhooks: verify over the raw bytes, store, answer; then, in a worker, find the intent and settle it. A signature that
// proves nothing makes the delivery a hint: it names a payment, and the provider's own answer settles it.

import type { Cause, Intent } from '../core/intent.ts';
import { isRefundOpen, settleForeignRefund, settleRefund } from '../core/refund.ts';
import { together, type PaymentReport, type RefundReport } from '../core/report.ts';
import { annotate, doubt, review } from '../core/settle.ts';
import type { RefundLookupOutcome, WebhookCall, WebhookNotice, WebhookReader } from '../gateways/contract.ts';
import type { Asker } from './ask.ts';
import { requestHash } from './hash.ts';
import type { Changer } from './change.ts';
import type { Receipt, Webhooks } from './index.ts';
import type { Clock, ConnectedGateway, Ids, InboxRow, InboxStore, IntentStore, Log, Schedule } from './ports.ts';
import { refundRequest } from './refunds.ts';
import { step } from './steps.ts';

/** Pauses before the next try at a row that could not be applied; their sum is a little over a day. */
const RETRY_DELAYS_MS: readonly number[] = [
  2_000, 5_000, 15_000, 30_000, 60_000, 300_000, 900_000, 3_600_000, 3_600_000, 14_400_000, 28_800_000, 43_200_000,
];
/** A claim of money that the provider's own answers have not confirmed in so many tries, two minutes, is for people too. */
const DOUBTED_AFTER_TRIES = 6;
/** A worker that took a row and died leaves it due again after this long. */
const TAKEN_MS = 15_000;

interface WebhookWorld {
  /** Asks about open refunds of an intent now. */
  readonly refreshRefunds: (intentId: string) => Promise<void>;
  readonly inbox: InboxStore;
  readonly intents: IntentStore;
  readonly gateways: ReadonlyMap<string, ConnectedGateway>;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly schedule: Schedule;
  readonly log: Log;
}

/** What one try came to; a null state leaves the row due. */
interface Verdict {
  readonly state: 'APPLIED' | 'IGNORED' | 'PARKED' | null;
  readonly intentId: string | null;
  readonly note: string | null;
}

export function createWebhooks(world: WebhookWorld, changer: Changer, asker: Asker): Webhooks {
  const { inbox, intents, gateways, clock, ids, schedule, log } = world;
  const byName = new Map([...gateways.values()].flatMap((one) => namesOf(one).map((name) => [name, one] as const)));

  async function receive(name: string, call: WebhookCall): Promise<Receipt> {
    const connected = byName.get(name);
    const reader = connected?.gateway.webhook;
    if (connected === undefined || reader === undefined) return { received: 'unknown-gateway', gateway: null };
    const gateway = connected.id;
    const isPathOdd = reader.hasPaths !== true && call.path !== '';
    const verdict = isPathOdd ? 'misplaced' : reader.verify(call);
    if (verdict !== 'authentic' && verdict !== 'hint') {
      log.warn({ gateway, verdict, remoteAddress: call.remoteAddress }, 'webhook refused');
      return { received: verdict, gateway };
    }
    // What nobody can parse proves nothing, whoever signed it; the provider hears that it has to send something else.
    if (!isReadable(call)) return { received: 'unreadable', gateway };
    const notice = reader.read(call.body, call.path);
    const at = clock.now();
    const row: InboxRow = {
      id: ids.next(),
      gateway,
      dedupeKey: notice?.dedupeKey ?? `unreadable:${requestHash(call.body.toString('base64'))}`,
      authentic: verdict === 'authentic',
      body: call.body,
      path: call.path,
      receivedAt: at,
      state: notice === null ? 'PARKED' : 'RECEIVED',
      tries: 0,
      dueAt: notice === null ? null : at,
      intentId: null,
      note: notice === null ? 'not a documented body' : null,
    };
    step('received', gateway, row.id);
    const stored = await inbox.insert(row);
    step('inboxed', gateway, stored.id);
    log.info({ gateway, inboxId: stored.id, event: notice?.event ?? null, delivery: stored.kind }, 'webhook received');
    if (notice === null && stored.kind === 'stored') warnOfParked(row, row.note);
    if (notice !== null) {
      schedule.ring({ kind: 'process-webhook', id: stored.id, version: 0 }, 0).catch(() => undefined);
    }
    return { received: notice === null ? 'parked' : stored.kind, gateway, ...acknowledgementOf(reader) };
  }

  async function process(inboxId: string): Promise<void> {
    const found = await inbox.find(inboxId);
    // A process that does not know the gateway leaves it to those that do, or to itself when it is switched on again.
    if (found === null || found.state !== 'RECEIVED' || !gateways.has(found.gateway)) return;
    // Whoever counts the try has the row; it is due again by itself should this process die.
    const tries = found.tries + 1;
    const row: InboxRow = { ...found, tries, dueAt: new Date(clock.now().getTime() + TAKEN_MS) };
    if (!(await inbox.update(found, { tries, dueAt: row.dueAt }))) return;
    step('taken', row.gateway, row.id);

    const verdict = await judged(row).catch((error: unknown): Verdict => {
      log.error({ inboxId, err: error }, 'webhook could not be applied');
      return { state: null, intentId: null, note: 'failed inside' };
    });
    if (verdict.state !== null) {
      step('applied', row.gateway, verdict.intentId ?? row.id);
      await inbox.update(row, { ...verdict, state: verdict.state, dueAt: null });
      if (verdict.state === 'PARKED') warnOfParked(row, verdict.note);
      step('marked', row.gateway, verdict.intentId ?? row.id);
      return;
    }
    const pause = RETRY_DELAYS_MS[tries - 1];
    if (pause === undefined) {
      await inbox.update(row, { state: 'PARKED', dueAt: null, note: verdict.note });
      warnOfParked(row, verdict.note);
      return;
    }
    await inbox.update(row, { dueAt: new Date(clock.now().getTime() + pause), note: verdict.note });
    step('postponed', row.gateway, verdict.intentId ?? row.id);
    schedule.ring({ kind: 'process-webhook', id: inboxId, version: tries }, pause).catch(() => undefined);
  }

  function warnOfParked({ gateway, id }: InboxRow, note: string | null): void {
    log.warn({ gateway, inboxId: id, note }, 'webhook parked');
  }

  /** A reader that was changed since the row was stored may no longer read it, or break on it. */
  async function judged(row: InboxRow): Promise<Verdict> {
    const notice = gateways.get(row.gateway)?.gateway.webhook?.read(row.body, row.path) ?? null;
    return notice === null ? { state: 'PARKED', intentId: null, note: 'no longer readable' } : applied(row, notice);
  }

  async function applied(row: InboxRow, notice: WebhookNotice): Promise<Verdict> {
    const isNews = notice.report !== null || notice.refund !== undefined || notice.providerId !== null;
    if (!isNews) return { state: 'IGNORED', intentId: null, note: notice.event };
    const intent = await intentOf(row.gateway, notice);
    // The callback may have overtaken our own commit, or belong to a payment that a page has yet to name (widget).
    if (intent === null) return { state: null, intentId: null, note: 'no such payment yet' };
    step('matched', row.gateway, intent.id);
    const cause = { kind: 'webhook', id: row.id } as const;
    const { refund, review: reason } = notice;
    if (reason !== undefined) {
      await changer.record(intent, cause, (current, moment) => review(current, reason, moment));
      return { state: 'APPLIED', intentId: intent.id, note: reason };
    }
    if (refund !== undefined) return appliedRefund(row, intent, refund);
    if (row.authentic && notice.report !== null) {
      await asker.apply(intent, notice.report, cause);
      return { state: 'APPLIED', intentId: intent.id, note: null };
    }
    // A notice without a report only points at the payment: what became of it is worth a question.
    const isSettled = intent.status === 'SUCCEEDED' && intent.gatewayTransactionId === notice.providerId;
    if (isSettled && notice.report !== null) {
      await noted(intent, notice.report, cause);
      return { state: 'APPLIED', intentId: intent.id, note: 'already settled' };
    }
    const outcome = await asker.ask(intent, notice.providerId ?? intent.gatewayTransactionId);
    switch (outcome.kind) {
      case 'found':
        await asker.apply(intent, together(outcome.report, notice.report), cause);
        if (outcome.report.amountFixed === true) await remembered(intent, notice.report, cause);
        if (contradicts(notice.report, outcome.report)) await doubted(row, intent, notice.report);
        // A hint of an end that the provider does not confirm yet is asked about again.
        return {
          state: outcome.report.state === 'pending' || contradicts(notice.report, outcome.report) ? null : 'APPLIED',
          intentId: intent.id,
          note: outcome.report.state,
        };
      case 'absent':
      case 'unaskable':
      case 'unknown':
        await doubted(row, intent, notice.report);
        return { state: null, intentId: intent.id, note: `the provider's answer: ${outcome.kind}` };
    }
  }

  /** The payer may have paid, and nobody can say so: that must not end as a payment that merely expired (I3). */
  async function doubted(row: InboxRow, intent: Intent, claim: PaymentReport | null): Promise<void> {
    if (claim?.state !== 'succeeded' || row.tries < DOUBTED_AFTER_TRIES) return;
    const reason = `UNCONFIRMED_SUCCESS: transaction ${claim.providerId}`;
    await changer.record(intent, { kind: 'webhook', id: row.id }, (current, moment) =>
      current.status === 'SUCCEEDED' ? current : review(current, reason, moment),
    );
  }

  /** The answer names no amount, now or when it comes to say that the money is there. */
  async function remembered(intent: Intent, claim: PaymentReport | null, cause: Cause): Promise<void> {
    if (claim !== null) await changer.change(intent, cause, (current, moment) => doubt(current, claim, moment));
  }

  async function noted(intent: Intent, hint: PaymentReport, cause: Cause): Promise<void> {
    await changer.change(intent, cause, (current, moment) => annotate(current, hint, moment));
  }

  /** A proven report of a refund settles it; a hint only makes us ask. */
  async function appliedRefund(
    row: InboxRow,
    intent: Intent,
    { refundId, report: claim }: NonNullable<WebhookNotice['refund']>,
  ): Promise<Verdict> {
    const isNameless = refundId === null && claim.providerRefundId === null;
    if (isNameless) return appliedNameless(row, intent, claim);
    const known = intent.refunds.find(({ id, gatewayRefundId }) =>
      refundId === null ? gatewayRefundId === claim.providerRefundId : id === refundId,
    );
    const done: Verdict = { state: 'APPLIED', intentId: intent.id, note: known?.id ?? 'a refund made elsewhere' };
    if (!row.authentic && (claim.providerRefundId === null || (known !== undefined && isRefundOpen(known)))) {
      await world.refreshRefunds(intent.id);
      return done;
    }
    const found = row.authentic ? null : await askedRefund(intent, known?.id ?? refundId, claim);
    if (found !== null && found.kind !== 'found') {
      return { state: null, intentId: intent.id, note: `the provider's answer: ${found.kind}` };
    }
    const report = found?.report ?? claim;
    await changer.record(intent, { kind: 'webhook', id: row.id }, (current, moment) =>
      known === undefined
        ? settleForeignRefund(current, report, moment)
        : settleRefund(current, known.id, report, moment),
    );
    return done;
  }

  /** It says how much went back and not by which refund. Ours are asked about; where it can be none of ours, people look. */
  async function appliedNameless(row: InboxRow, intent: Intent, claim: RefundReport): Promise<Verdict> {
    await world.refreshRefunds(intent.id);
    const now = (await intents.find(intent.id)) ?? intent;
    const mayBeOurs = now.refunds.some(({ amount, status }) => {
      const isOver = status === 'FAILED' && claim.state === 'succeeded';
      return !isOver && (claim.amount === null || amount === claim.amount);
    });
    const note = mayBeOurs ? 'one of our refunds' : 'a refund made elsewhere';
    if (!mayBeOurs) {
      const cause = { kind: 'webhook', id: row.id } as const;
      await changer.record(now, cause, (current, moment) => settleForeignRefund(current, claim, moment));
    }
    return { state: 'APPLIED', intentId: intent.id, note };
  }

  /** About one that is not open with us: made elsewhere, or ended before. Nobody else would ask about it. */
  async function askedRefund(
    intent: Intent,
    refundId: string | null,
    { amount, providerRefundId }: RefundReport,
  ): Promise<RefundLookupOutcome> {
    const lookup = gateways.get(intent.gateway)?.gateway.lookupRefund;
    const wish = { id: refundId ?? providerRefundId ?? '', amount: amount ?? intent.amount.amount, reason: null };
    const request = refundRequest(intent, wish);
    if (lookup === undefined || request === null) return { kind: 'unknown', reason: 'not askable' };
    return lookup({ ...request, providerRefundId });
  }

  /** By the provider's id where we have it; else by the reference that the provider echoes. */
  async function intentOf(gateway: string, { providerId, reference }: WebhookNotice): Promise<Intent | null> {
    const byId = providerId === null ? null : await intents.findByTransaction(gateway, providerId);
    if (byId !== null) return byId;
    const named = reference === null ? null : await intents.findByReference(reference);
    return named?.gateway === gateway ? named : null;
  }

  return { isKnown: (name) => byName.get(name)?.gateway.webhook !== undefined, receive, process };
}

/** The door knows a gateway by its id, and by the name that its provider bears to see. */
function namesOf({ id, definition }: ConnectedGateway): readonly string[] {
  return definition.webhookName === undefined ? [id] : [id, definition.webhookName];
}

function acknowledgementOf({ acknowledgement }: WebhookReader): Pick<Receipt, 'acknowledgement'> {
  return acknowledgement === undefined ? {} : { acknowledgement };
}

/** JSON, or a form, which is anything. */
function isReadable({ headers, body }: WebhookCall): boolean {
  if (headers['content-type']?.includes('form') === true) return body.length > 0;
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

/** A hint of money that the provider's own answer denies: one of the two is behind, and is asked about again. */
function contradicts(hint: PaymentReport | null, answer: PaymentReport): boolean {
  return hint?.state === 'succeeded' && answer.state !== 'succeeded' && answer.state !== 'refunded';
}
