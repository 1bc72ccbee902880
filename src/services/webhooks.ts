// Webhooks: verify over the raw bytes, store, answer; then, in a worker, find the intent and settle it. A signature that
// proves nothing makes the delivery a hint: it names a payment, and the provider's own answer settles it.

import type { Intent } from '../core/intent.ts';
import type { PaymentReport } from '../core/report.ts';
import type { WebhookCall, WebhookNotice } from '../gateways/contract.ts';
import type { Asker } from './ask.ts';
import { requestHash } from './hash.ts';
import type { Received, Webhooks } from './index.ts';
import type { Clock, ConnectedGateway, Ids, InboxRow, InboxStore, IntentStore, Log, Schedule } from './ports.ts';

/** Pauses before the next try at a row that could not be applied; their sum is a little over a day. */
const RETRY_DELAYS_MS: readonly number[] = [
  2_000, 5_000, 15_000, 30_000, 60_000, 300_000, 900_000, 3_600_000, 3_600_000, 14_400_000, 28_800_000, 43_200_000,
];
/** A worker that took a row and died leaves it due again after this long. */
const TAKEN_MS = 15_000;

interface WebhookWorld {
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

export function createWebhooks(world: WebhookWorld, asker: Asker): Webhooks {
  const { inbox, intents, gateways, clock, ids, schedule, log } = world;

  async function receive(gatewayId: string, call: WebhookCall): Promise<Received> {
    const reader = gateways.get(gatewayId)?.gateway.webhook;
    if (reader === undefined) return 'unknown-gateway';
    const verdict = reader.verify(call);
    if (verdict === 'forged') {
      log.warn({ gateway: gatewayId, remoteAddress: call.remoteAddress }, 'forged webhook refused');
      return 'forged';
    }
    const notice = reader.read(call.body);
    const at = clock.now();
    const row: InboxRow = {
      id: ids.next(),
      gateway: gatewayId,
      dedupeKey: notice?.dedupeKey ?? `unreadable:${requestHash(call.body.toString('base64'))}`,
      authentic: verdict === 'authentic',
      body: call.body,
      receivedAt: at,
      state: notice === null ? 'PARKED' : 'RECEIVED',
      tries: 0,
      dueAt: notice === null ? null : at,
      intentId: null,
      note: notice === null ? 'not a documented body' : null,
    };
    const stored = await inbox.insert(row);
    log.info(
      { gateway: gatewayId, inboxId: stored.id, event: notice?.event ?? null, delivery: stored.kind },
      'webhook received',
    );
    if (notice === null) return 'unreadable';
    schedule.ring({ kind: 'process-webhook', id: stored.id, version: 0 }, 0).catch(() => undefined);
    return stored.kind;
  }

  async function process(inboxId: string): Promise<void> {
    const found = await inbox.find(inboxId);
    if (found === null || found.state !== 'RECEIVED') return;
    // Whoever counts the try has the row; it is due again by itself should this process die.
    const tries = found.tries + 1;
    const row: InboxRow = { ...found, tries, dueAt: new Date(clock.now().getTime() + TAKEN_MS) };
    if (!(await inbox.update(found, { tries, dueAt: row.dueAt }))) return;

    const reader = gateways.get(row.gateway)?.gateway.webhook;
    const notice = reader?.read(row.body) ?? null;
    const verdict: Verdict =
      notice === null
        ? { state: 'PARKED', intentId: null, note: 'no longer readable' }
        : await applied(row, notice).catch((error: unknown): Verdict => {
            log.error({ inboxId, err: error }, 'webhook could not be applied');
            return { state: null, intentId: null, note: 'failed inside' };
          });
    if (verdict.state !== null) {
      await inbox.update(row, { ...verdict, state: verdict.state, dueAt: null });
      return;
    }
    const pause = RETRY_DELAYS_MS[tries - 1];
    if (pause === undefined) {
      log.warn({ gateway: row.gateway, inboxId, note: verdict.note }, 'webhook parked');
      await inbox.update(row, { state: 'PARKED', dueAt: null, note: verdict.note });
      return;
    }
    await inbox.update(row, { dueAt: new Date(clock.now().getTime() + pause), note: verdict.note });
    schedule.ring({ kind: 'process-webhook', id: inboxId, version: tries }, pause).catch(() => undefined);
  }

  async function applied(row: InboxRow, notice: WebhookNotice): Promise<Verdict> {
    if (notice.report === null && notice.providerId === null)
      return { state: 'IGNORED', intentId: null, note: notice.event };
    const intent = await intentOf(row.gateway, notice);
    // The callback may have overtaken our own commit, or belong to a payment that a page has yet to name (widget).
    if (intent === null) return { state: null, intentId: null, note: 'no such payment yet' };
    const cause = { kind: 'webhook', id: row.id } as const;
    if (row.authentic && notice.report !== null) {
      await asker.apply(intent, notice.report, cause);
      return { state: 'APPLIED', intentId: intent.id, note: null };
    }
    if (intent.status === 'SUCCEEDED' && intent.gatewayTransactionId === notice.providerId) {
      return { state: 'APPLIED', intentId: intent.id, note: 'already settled' };
    }
    const outcome = await asker.ask(intent, notice.providerId ?? intent.gatewayTransactionId);
    switch (outcome.kind) {
      case 'found':
        await asker.apply(intent, outcome.report, cause);
        // A hint of an end that the provider does not confirm yet is asked about again.
        return {
          state: outcome.report.state === 'pending' || contradicts(notice.report, outcome.report) ? null : 'APPLIED',
          intentId: intent.id,
          note: outcome.report.state,
        };
      case 'absent':
      case 'unaskable':
      case 'unknown':
        return { state: null, intentId: intent.id, note: `the provider's answer: ${outcome.kind}` };
    }
  }

  /** By the provider's id where we have it; else by the reference that the provider echoes. */
  async function intentOf(gateway: string, { providerId, reference }: WebhookNotice): Promise<Intent | null> {
    const byId = providerId === null ? null : await intents.findByTransaction(gateway, providerId);
    if (byId !== null) return byId;
    const named = reference === null ? null : await intents.findByReference(reference);
    return named?.gateway === gateway ? named : null;
  }

  return { receive, process };
}

/** A hint of money that the provider's own answer denies: one of the two is behind, and is asked about again. */
function contradicts(hint: PaymentReport | null, answer: PaymentReport): boolean {
  return hint?.state === 'succeeded' && answer.state !== 'succeeded' && answer.state !== 'refunded';
}
