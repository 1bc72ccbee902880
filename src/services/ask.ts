// Asking a provider what became of a payment or a refund, and settling by the answer. Webhooks that are only hints, polls,
// verifications and people's refreshes all ask through here.

import { currentAttempt, isTerminal, revise, type Cause, type Intent, type Moment } from '../core/intent.ts';
import type { PaymentReport } from '../core/report.ts';
import { review, settle } from '../core/settle.ts';
import type { LookupOutcome } from '../gateways/contract.ts';
import type { Changer } from './change.ts';
import type { ConnectedGateway, IntentQuery, IntentStore, Log } from './ports.ts';
import { step } from './steps.ts';

export interface Asker {
  /** One question; a gateway that cannot be asked answers `unaskable`. A payment given up is closed on the way. */
  ask(intent: Intent, providerId: string | null): Promise<LookupOutcome>;
  /** Applies a confirmed report to the intent. */
  apply(intent: Intent, report: PaymentReport, cause: Cause, fence?: number): Promise<Intent>;
  /** Another payment for the same order that has succeeded; null where there is none, or the report is of no success. */
  paidTwin(intent: Intent, report: PaymentReport): Promise<string | null>;
}

export function createAsker(
  world: { intents: IntentStore; gateways: ReadonlyMap<string, ConnectedGateway>; log: Log },
  changer: Changer,
): Asker {
  const { intents, gateways, log } = world;

  return {
    async ask(intent, providerId) {
      const gateway = gateways.get(intent.gateway)?.gateway;
      const reference = currentAttempt(intent)?.id ?? null;
      const request = { intentId: intent.id, reference, providerId, amount: intent.amount };
      const isGivenUp = isTerminal(intent.status) && !isDecided(intent);
      const question = isGivenUp ? (gateway?.withdraw ?? gateway?.lookup) : gateway?.lookup;
      if (question === undefined) return { kind: 'unaskable' };
      const outcome = await question(request).catch((error: unknown) => broken(log, intent, error));
      step('asked', intent.gateway, intent.id);
      if (outcome.kind === 'unknown') {
        log.warn(
          { intentId: intent.id, gateway: intent.gateway, reason: outcome.reason },
          'status question not answered',
        );
      }
      return outcome;
    },

    async apply(intent, report, cause, fence) {
      const environment = gateways.get(intent.gateway)?.gateway.environment ?? 'live';
      const twin = await paidTwin(intent, report);
      const decide = (current: Intent, now: Moment): Intent =>
        besideTwin(current, settle(current, report, environment, now), twin, now);
      const settled = await changer.record(intent, cause, decide, fence);
      step('settled', intent.gateway, intent.id);
      return settled;
    },

    paidTwin,
  };

  async function paidTwin({ id, appId, referenceId, status }: Intent, report: PaymentReport): Promise<string | null> {
    // Of a payment that has succeeded already there is no late success.
    if (report.state !== 'succeeded' || status === 'SUCCEEDED') return null;
    const slice = { after: null, before: null, limit: 2, newest: true };
    const paid = await intents.list(appId, { ...ANY, referenceId, statuses: ['SUCCEEDED'] }, slice);
    return paid.find((twin) => twin.id !== id)?.id ?? null;
  }
}

/** The payer gave up waiting and paid the same order again: both payments stand, and people must send one back (I22). */
export function besideTwin(before: Intent, settled: Intent, twin: string | null, moment: Moment): Intent {
  const isLate = settled.late && !before.late;
  return isLate && twin !== null ? review(settled, `PAID_TWICE: intent ${twin}`, moment) : settled;
}

const ANY: IntentQuery = {
  statuses: null,
  gateways: null,
  currency: null,
  referenceId: null,
  phone: null,
  gatewayTransactionId: null,
  amountMin: null,
  amountMax: null,
  createdAfter: null,
  createdBefore: null,
};

/**
 * A fault in a gateway's own code is no answer. Thrown on, it would keep the question from being counted, and the payment would
 * be asked about without a pause and without an end.
 */
export function broken(log: Log, { id, gateway }: Intent, error: unknown): { kind: 'unknown'; reason: string } {
  log.error({ intentId: id, gateway, err: error }, 'the gateway could not read the answer');
  return { kind: 'unknown', reason: 'the gateway could not read the answer' };
}

/** The intent with one more question counted, and its lease given back. */
export function asked(intent: Intent, at: Date): Intent {
  return revise(intent, { polls: intent.polls + 1, lease: null }, at);
}

/** Nothing more can come of asking: paid, or refused by the provider itself. */
export function isDecided(intent: Intent): boolean {
  return isTerminal(intent.status) && intent.status !== 'EXPIRED' && intent.status !== 'CANCELLED';
}
