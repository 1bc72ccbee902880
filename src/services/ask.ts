// Asking a provider what became of a payment or a refund, and settling by the answer. Webhooks that are only hints, polls,
// verifications and people's refreshes all ask through here.

import { currentAttempt, isTerminal, revise, type Cause, type Intent } from '../core/intent.ts';
import type { PaymentReport } from '../core/report.ts';
import { settle } from '../core/settle.ts';
import type { LookupOutcome } from '../gateways/contract.ts';
import type { Changer } from './change.ts';
import type { ConnectedGateway, Log } from './ports.ts';

export interface Asker {
  /** One question; a gateway that cannot be asked answers `unaskable`. A payment given up is closed on the way. */
  ask(intent: Intent, providerId: string | null): Promise<LookupOutcome>;
  /** Applies a confirmed report to the intent. */
  apply(intent: Intent, report: PaymentReport, cause: Cause, fence?: number): Promise<Intent>;
}

export function createAsker(
  world: { gateways: ReadonlyMap<string, ConnectedGateway>; log: Log },
  changer: Changer,
): Asker {
  const { gateways, log } = world;

  return {
    async ask(intent, providerId) {
      const gateway = gateways.get(intent.gateway)?.gateway;
      const reference = currentAttempt(intent)?.id ?? null;
      const request = { intentId: intent.id, reference, providerId, amount: intent.amount };
      const isGivenUp = isTerminal(intent.status) && !isDecided(intent);
      const question = isGivenUp ? (gateway?.withdraw ?? gateway?.lookup) : gateway?.lookup;
      if (question === undefined) return { kind: 'unaskable' };
      const outcome = await question(request);
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
      return changer.record(intent, cause, (current, now) => settle(current, report, environment, now), fence);
    },
  };
}

/** The intent with one more question counted, and its lease given back. */
export function asked(intent: Intent, at: Date): Intent {
  return revise(intent, { polls: intent.polls + 1, lease: null }, at);
}

/** Nothing more can come of asking: paid, or refused by the provider itself. */
export function isDecided(intent: Intent): boolean {
  return isTerminal(intent.status) && intent.status !== 'EXPIRED' && intent.status !== 'CANCELLED';
}
