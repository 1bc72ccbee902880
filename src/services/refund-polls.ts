// What became of open refunds: one made by a call whose answer was lost, one that the provider still works on, one that
// people make in its dashboard. Runs under the intent's lease.

import { refundQuestionAt } from '../core/due.ts';
import type { Cause, Intent, Moment } from '../core/intent.ts';
import { isRefundOpen, patchRefund, recordRefund, settleRefund, type Refund } from '../core/refund.ts';
import { review } from '../core/settle.ts';
import type { RefundLookupOutcome, RefundRequest } from '../gateways/contract.ts';
import { broken } from './ask.ts';
import type { Changer } from './change.ts';
import type { Clock, ConnectedGateway, Log } from './ports.ts';
import { refundRequest } from './refunds.ts';
import { step } from './steps.ts';

/** A refund that the provider denies this often, an hour and more after it was sent, is for people to look at. */
const REFUND_DENIALS_MAX = 10;

/** `due`: those whose time has come. `now`: all, because people asked; it is no step in the refund's own pace. */
export type RefundRound = 'due' | 'now';

export interface RefundPolls {
  poll(intent: Intent, fence: number, round: RefundRound): Promise<Intent>;
}

export function createRefundPolls(
  world: { readonly clock: Clock; readonly gateways: ReadonlyMap<string, ConnectedGateway>; readonly log: Log },
  changer: Changer,
  earlyMs: number,
): RefundPolls {
  const { clock, gateways, log } = world;

  return {
    async poll(intent, fence, round) {
      const { leaseMs } = changer.paceOf(intent.gateway);
      const soon = new Date(clock.now().getTime() + earlyMs);
      const isDue = (refund: Refund): boolean => refundQuestionAt(refund, changer.paceOf(intent.gateway)) <= soon;
      // While the first call may be out, its own answer is the news; nobody asks or sends beside it.
      const isOut = ({ status, manual, createdAt }: Refund): boolean =>
        status === 'PENDING' && !manual && soon.getTime() < createdAt.getTime() + leaseMs;
      let current = intent;
      for (const refund of intent.refunds) {
        if (!isRefundOpen(refund) || isOut(refund) || (round === 'due' && !isDue(refund))) continue;
        current = await pollOne(current, refund, fence, round);
      }
      return current;
    },
  };

  async function pollOne(intent: Intent, refund: Refund, fence: number, round: RefundRound): Promise<Intent> {
    const cause = { kind: 'poll', id: `refund-${refund.polls + 1}` } as const;
    const request = refundRequest(intent, refund);
    const found = await ask(intent, refund, request);
    step('refund-asked', intent.gateway, intent.id);
    if (found.kind === 'found' && found.report.state !== 'pending') {
      const { report } = found;
      const decide = (current: Intent, now: Moment): Intent =>
        counted(settleRefund(current, refund.id, report, now), refund, round, now);
      return changer.record(intent, cause, decide, fence);
    }
    const lost = !refund.manual && refund.gatewayRefundId === null;
    const denied = found.kind === 'absent' && lost;
    const doubtful = denied && refund.polls >= REFUND_DENIALS_MAX;
    const decide = (current: Intent, now: Moment): Intent => {
      const told = found.kind === 'found' ? settleRefund(current, refund.id, found.report, now) : current;
      const next = counted(forPeople(told, refund, now), refund, round, now);
      return doubtful ? review(next, `REFUND_NOT_FOUND: refund ${refund.id}`, now) : next;
    };
    // Written before it is sent again, so that a first call which wakes up late finds that it was given up.
    const known = await changer.change(intent, cause, decide, fence);
    step('refund-counted', intent.gateway, intent.id);
    return denied && request !== null ? resend(known, refund, request, cause, fence) : known;
  }

  /** Whoever reserved it died before it was said: there is no call that could be out, and people have to make it. */
  function forPeople(intent: Intent, refund: Refund, now: Moment): Intent {
    const gateway = gateways.get(intent.gateway)?.gateway;
    if (refund.manual || gateway === undefined || gateway.refund !== undefined) return intent;
    return recordRefund(intent, refund.id, { kind: 'manual', reason: 'no call for this refund' }, now);
  }

  async function ask(intent: Intent, refund: Refund, request: RefundRequest | null): Promise<RefundLookupOutcome> {
    const lookup = gateways.get(intent.gateway)?.gateway.lookupRefund;
    if (lookup === undefined || request === null) return { kind: 'unknown', reason: 'not askable' };
    const question = { ...request, providerRefundId: refund.gatewayRefundId };
    return lookup(question).catch((error: unknown) => broken(log, intent, error));
  }

  /** Under the same refundId. Only a yes counts: a no to this call says nothing of the first, and the reservation stays. */
  async function resend(
    intent: Intent,
    refund: Refund,
    request: RefundRequest,
    cause: Cause,
    fence: number,
  ): Promise<Intent> {
    const gateway = gateways.get(intent.gateway)?.gateway;
    if (gateway?.refundRepeats !== true || gateway.refund === undefined) return intent;
    step('refund-resending', intent.gateway, intent.id);
    const outcome = await gateway.refund(request);
    step('refund-resent', intent.gateway, intent.id);
    if (outcome.kind !== 'accepted') return intent;
    return changer.record(intent, cause, (current, now) => recordRefund(current, refund.id, outcome, now), fence);
  }
}

/** One more question asked. A refund whose call was never recorded is from now on unknown, and shown as such. */
function counted(intent: Intent, refund: Refund, round: RefundRound, { at }: Moment): Intent {
  const present = intent.refunds.find(({ id }) => id === refund.id);
  if (present === undefined || !isRefundOpen(present)) return intent;
  const unsaid = present.status === 'PENDING' && !present.manual;
  if (!unsaid && round === 'now') return intent;
  const unknown: Partial<Refund> = unsaid ? { status: 'PROCESSING', outcomeUnknown: true } : {};
  return patchRefund(intent, refund.id, { ...unknown, polls: refund.polls + (round === 'due' ? 1 : 0) }, at);
}
