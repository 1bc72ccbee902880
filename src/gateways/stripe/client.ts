// The calls that we make to Stripe. What left and was not answered in full is `unknown`; only a documented refusal, or a call
// that never left, is a no.

import type Stripe from 'stripe';
import { failureOf } from '../../core/failure.ts';
import type { CollectOutcome, RefundOutcome } from '../../core/report.ts';
import type {
  CollectRequest,
  Gateway,
  LookupOutcome,
  LookupRequest,
  RefundLookupOutcome,
  RefundRequest,
} from '../contract.ts';
import { toStripe } from './amounts.ts';
import { call, type Called } from './sdk.ts';
import { paymentShape, refundReportOf, refundShape, reportOf, type StripeRefund } from './status.ts';

export interface ClientTools {
  readonly stripe: Stripe;
  readonly publishableKey: string;
  readonly callTimeoutMs: number;
}

/** Where one promise takes two calls, the one that only asks gets this part of the time. */
const ASKING_PART = 0.25;
/** A payment has at most 100 refunds of ours; with those of the dashboard, more than this is not looked through. */
const REFUND_PAGES_MAX = 3;
const PAGE_MAX = 100;
/** What may stand in a path; anything else is no id of Stripe's. */
const PATH_PART = /^[A-Za-z0-9_-]{1,255}$/;

const NOT_SENT = { kind: 'declined', failure: failureOf('PROVIDER_BUSY', 'gateway_unreachable') } as const;

export function createClient({ stripe, publishableKey, callTimeoutMs }: ClientTools) {
  const askingMs = Math.ceil(callTimeoutMs * ASKING_PART);
  const actingMs = callTimeoutMs - askingMs;

  return { collect, lookup, withdraw, refund, lookupRefund } satisfies Partial<Gateway>;

  /** The attempt's id is the idempotency key: sent again, Stripe answers what it answered first (sheet, "Idempotency"). */
  async function collect({ intentId, reference, amount, description }: CollectRequest): Promise<CollectOutcome> {
    const money = toStripe(amount);
    if (money === null) return { kind: 'declined', failure: failureOf('INVALID_AMOUNT', null) };
    const params = {
      ...money,
      automatic_payment_methods: { enabled: true },
      description,
      metadata: { intentId, attemptId: reference },
    };
    const made = await call(() =>
      stripe.paymentIntents.create(params, { idempotencyKey: reference, timeout: callTimeoutMs }),
    );
    if (made.kind !== 'answered') return outcomeOf('create', made);
    const { data } = paymentShape.safeParse(made.value);
    const clientSecret: unknown = data?.['client_secret'];
    if (data === undefined || typeof clientSecret !== 'string' || clientSecret === '') return undocumented('create');
    return {
      kind: 'accepted',
      providerId: data.id,
      nextAction: { kind: 'CLIENT_SECRET', clientSecret, publishableKey },
    };
  }

  /** By Stripe's id alone: its search is behind by up to an hour (sheet, "Query"). */
  async function lookup({ providerId }: Pick<LookupRequest, 'providerId'>): Promise<LookupOutcome> {
    return providerId === null ? { kind: 'unaskable' } : askFor(providerId, callTimeoutMs);
  }

  async function askFor(providerId: string, timeoutMs: number): Promise<LookupOutcome> {
    if (!PATH_PART.test(providerId)) return { kind: 'absent' };
    const found = await call(() =>
      stripe.paymentIntents.retrieve(providerId, { expand: ['latest_charge'] }, { timeout: timeoutMs }),
    );
    return found.kind === 'answered' ? foundIn(found.value, providerId) : questionOf('retrieve', found);
  }

  /**
   * Stripe closes no card payment by itself, so we cancel what we have given up. Without a key of ours: a key would replay the
   * first answer for a day, also to a payment that has become cancellable since, and cancelling twice harms nobody.
   */
  async function withdraw({ providerId }: LookupRequest): Promise<LookupOutcome> {
    if (providerId === null) return { kind: 'unaskable' };
    if (!PATH_PART.test(providerId)) return { kind: 'absent' };
    const params = { cancellation_reason: 'abandoned', expand: ['latest_charge'] };
    const closed = await call(() => stripe.paymentIntents.cancel(providerId, params, { timeout: actingMs }));
    if (closed.kind === 'answered') return foundIn(closed.value, providerId);
    // It cannot be cancelled any more: paid, cancelled before, or on its way through a bank.
    if (closed.kind === 'refused' && closed.status === 400) return askFor(providerId, askingMs);
    return questionOf('cancel', closed);
  }

  async function refund({ intentId, refundId, providerId, amount }: RefundRequest): Promise<RefundOutcome> {
    const money = toStripe(amount);
    if (money === null) return { kind: 'declined', failure: failureOf('INVALID_AMOUNT', null) };
    const params = { payment_intent: providerId, amount: money.amount, metadata: { intentId, refundId } };
    const made = await call(() => stripe.refunds.create(params, { idempotencyKey: refundId, timeout: callTimeoutMs }));
    if (made.kind !== 'answered') return outcomeOf('refund', made);
    const { data } = refundShape.safeParse(made.value);
    const report = data?.payment_intent === providerId ? refundReportOf(data) : null;
    return report === null ? undocumented('refund') : { kind: 'accepted', report };
  }

  async function lookupRefund(
    request: Pick<RefundRequest, 'refundId' | 'providerId'> & { readonly providerRefundId: string | null },
  ): Promise<RefundLookupOutcome> {
    const { providerRefundId } = request;
    if (providerRefundId === null) return searchRefund(request);
    if (!PATH_PART.test(providerRefundId)) return { kind: 'absent' };
    const found = await call(() => stripe.refunds.retrieve(providerRefundId, {}, { timeout: callTimeoutMs }));
    if (found.kind !== 'answered') return refundQuestionOf('retrieve refund', found);
    const { data } = refundShape.safeParse(found.value);
    return data?.payment_intent === request.providerId ? refundFound(data) : undocumented('retrieve refund');
  }

  /** Its id was in the answer that was lost; ours is in the metadata of the refund. */
  async function searchRefund({ refundId, providerId }: Pick<RefundRequest, 'refundId' | 'providerId'>) {
    let after: string | undefined;
    for (let page = 0; page < REFUND_PAGES_MAX; page += 1) {
      const params = {
        payment_intent: providerId,
        limit: PAGE_MAX,
        ...(after === undefined ? {} : { starting_after: after }),
      };
      const timeout = Math.floor(callTimeoutMs / REFUND_PAGES_MAX);
      const listed = await call(async () => stripe.refunds.list(params, { timeout }));
      if (listed.kind !== 'answered') return refundQuestionOf('list refunds', listed);
      const { data: entries, has_more: hasMore } = listed.value;
      const refunds = Array.isArray(entries) ? entries.map((entry) => refundShape.safeParse(entry).data) : [undefined];
      // One that cannot be read might be the one.
      if (refunds.includes(undefined)) return undocumented('list refunds');
      const own = refunds.find((one) => one?.metadata?.['refundId'] === refundId);
      if (own !== undefined) return refundFound(own);
      if (!hasMore) return { kind: 'absent' } as const;
      after = refunds.at(-1)?.id;
    }
    return { kind: 'unknown', reason: 'list refunds: there are too many' } as const;
  }
}

function refundFound(refund: StripeRefund): RefundLookupOutcome {
  const report = refundReportOf(refund);
  return report === null ? undocumented('refund') : { kind: 'found', report };
}

function foundIn(answer: unknown, providerId: string): LookupOutcome {
  const { data } = paymentShape.safeParse(answer);
  if (data?.id !== providerId) return undocumented('retrieve');
  const report = reportOf(data, data.livemode);
  if (report !== null) return { kind: 'found', report };
  return { kind: 'unknown', reason: 'retrieve: its status is not listed', unlisted: data.status };
}

type NotAnswered = Exclude<Called<unknown>, { kind: 'answered' }>;

/** What a call that should move money came to. */
function outcomeOf(what: string, called: NotAnswered) {
  if (called.kind === 'unsent') return NOT_SENT;
  if (called.kind === 'refused') return { kind: 'declined', failure: called.failure } as const;
  return { kind: 'unknown', reason: `${what}: ${called.reason}` } as const;
}

function questionOf(what: string, called: NotAnswered): LookupOutcome {
  if (called.kind === 'refused' && called.code === 'resource_missing') return { kind: 'absent' };
  return unanswered(what, called);
}

function refundQuestionOf(what: string, called: NotAnswered): RefundLookupOutcome {
  if (called.kind === 'refused' && called.code === 'resource_missing') return { kind: 'absent' };
  return unanswered(what, called);
}

function unanswered(what: string, called: NotAnswered) {
  const reasons = { unsent: 'it was not sent', refused: 'it was refused', unknown: '' };
  const reason = called.kind === 'unknown' ? called.reason : reasons[called.kind];
  return { kind: 'unknown', reason: `${what}: ${reason}` } as const;
}

function undocumented(what: string) {
  return { kind: 'unknown', reason: `${what}: the answer is not documented` } as const;
}
