// refundIntent: reserve, then call, then record. What is reserved counts until the provider has refused it (rule 5).

import { NotFoundProblem, ValidationProblem } from '../core/errors.ts';
import { failureOf } from '../core/failure.ts';
import type { Intent, Moment } from '../core/intent.ts';
import { recordRefund, reserveRefund, type Refund } from '../core/refund.ts';
import type { RefundOutcome } from '../core/report.ts';
import { amountRule, reasonRule } from '../core/rules.ts';
import type { RefundRequest } from '../gateways/contract.ts';
import type { Changer, ChangeWorld } from './change.ts';
import type { Refunds } from './index.ts';
import { conflictIfTaken, intentOf, isRepeat, recordOf } from './intents.ts';
import { ended } from './patience.ts';
import { step } from './steps.ts';

export function createRefunds(world: ChangeWorld, changer: Changer): Refunds {
  const { intents, ids, gateways, clock } = world;

  return {
    async create(viewer, { idempotencyKey, intentId, amount, reason }) {
      const record = recordOf('refund', idempotencyKey, { intentId, amount, reason });
      if (amount !== null) hold('amount', amountRule(amount));
      if (reason !== null) hold('reason', reasonRule(reason));
      const intent = await intentOf(world, viewer, intentId, ['input', 'intentId']);
      if (!gateways.has(intent.gateway)) {
        const text = `${intent.gateway} is switched off; its payments can be refunded when it is on again.`;
        throw new ValidationProblem(['input', 'intentId'], text, 'NOT_SUPPORTED');
      }
      const id = ids.next();
      let replayed = false;
      const decide = (current: Intent, moment: Moment): Intent => {
        replayed = isRepeat(current, record);
        return replayed ? current : reserveRefund(current, { id, amount, reason, record }, moment.at).intent;
      };
      const reserved = await changer.change(intent, { kind: 'key', id: viewer.keyId }, decide).catch(conflictIfTaken);
      if (!replayed) step('refund-reserved', intent.gateway, intent.id);
      const after = replayed ? await callEnded(reserved, record.key) : await send(reserved, id);
      const refund = replayed ? refundByKey(after, record.key) : after.refunds.find((one) => one.id === id);
      if (refund === undefined) throw new NotFoundProblem(['input', 'intentId']);
      return { refund, intent: after, replayed };
    },
  };

  async function send(intent: Intent, refundId: string): Promise<Intent> {
    const refund = intent.refunds.find(({ id }) => id === refundId);
    if (refund === undefined) return intent;
    const outcome = await callRefund(intent, refund);
    step('refund-called', intent.gateway, intent.id);
    const cause = { kind: 'gateway', id: intent.gateway } as const;
    const decide = (current: Intent, now: Moment): Intent => recordRefund(current, refundId, outcome, now);
    const recorded = await changer.keep(intent, cause, decide);
    step('refund-recorded', intent.gateway, intent.id);
    return recorded;
  }

  async function callRefund(intent: Intent, refund: Refund): Promise<RefundOutcome> {
    const gateway = gateways.get(intent.gateway)?.gateway;
    const request = refundRequest(intent, refund);
    if (gateway?.refund === undefined || request === null) {
      return { kind: 'manual', reason: `${intent.gateway} has no call for this refund` };
    }
    // A process that slept since it reserved must not call: others have looked at this refund since.
    const spent = clock.now().getTime() - refund.createdAt.getTime();
    const left = changer.paceOf(intent.gateway).leaseMs - spent;
    if (left < gateway.timing.collectTimeoutMs) {
      // Nobody else sends it where it cannot be repeated: then it certainly did not leave, and gives its reservation back.
      return gateway.refundRepeats === true
        ? { kind: 'unknown', reason: 'too late to call' }
        : { kind: 'declined', failure: failureOf('PROVIDER_BUSY', 'not_sent') };
    }
    step('refund-sent', intent.gateway, intent.id);
    return gateway.refund(request);
  }

  /** A repeat at the same moment waits for the first call, so that both get the same answer. */
  function callEnded(intent: Intent, key: string): Promise<Intent> {
    const inTheAir = (current: Intent): boolean => {
      const refund = refundByKey(current, key);
      const until = (refund?.createdAt.getTime() ?? 0) + changer.paceOf(intent.gateway).leaseMs;
      return refund?.status === 'PENDING' && !refund.manual && clock.now().getTime() < until;
    };
    return ended(intent, inTheAir, intents.find);
  }
}

export function refundRequest(intent: Intent, refund: Pick<Refund, 'id' | 'amount' | 'reason'>): RefundRequest | null {
  if (intent.gatewayTransactionId === null) return null;
  return {
    intentId: intent.id,
    refundId: refund.id,
    providerId: intent.gatewayTransactionId,
    receipt: intent.receipt,
    amount: { amount: refund.amount, currency: intent.amount.currency },
    captured: intent.amount,
    instrument: intent.instrument,
    reason: refund.reason,
    metadata: intent.metadata,
  };
}

/** Refund keys and refunds are added by the same writes, so they stand in the same order. */
function refundByKey(intent: Intent, key: string): Refund | undefined {
  const keys = intent.keys.filter((record) => record.key.startsWith('refund:'));
  return intent.refunds[keys.findIndex((record) => record.key === key)];
}

function hold(field: string, message: string | null): void {
  if (message !== null) throw new ValidationProblem(['input', field], message);
}
