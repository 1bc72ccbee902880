// The calls that we make to KkiaPay. What left and was not answered in full is `unknown`; only a documented refusal, or a
// call that never left, is a no.

import { z } from 'zod';
import { failureOf, type FailureCode } from '../../core/failure.ts';
import type { Money } from '../../core/money.ts';
import { digitsOf, upgradeBenin } from '../../core/phone.ts';
import type { CollectOutcome, PaymentReport, RefundOutcome } from '../../core/report.ts';
import type { CollectRequest, Gateway, LookupOutcome, LookupRequest, RefundRequest } from '../contract.ts';
import { parseJson, type HttpClient, type HttpReply } from '../http.ts';
import {
  codeIn,
  failureOfCode,
  instrumentOf,
  moneyOf,
  referenceIn,
  refundRefusalOf,
  stateOf,
  TRANSACTION_ID,
} from './status.ts';

export interface ClientTools {
  readonly baseUrl: string;
  readonly publicKey: string;
  readonly privateKey: string;
  readonly secretKey: string;
  readonly phoneFormat: 'new' | 'old';
  readonly autoRefund: boolean;
  readonly callTimeoutMs: number;
  readonly promptMs: number;
  readonly http: HttpClient;
  readonly now: () => Date;
}

/** Where one promise takes two calls, the one that only asks gets this part of the time. */
const ASKING_PART = 0.25;

/** Sheet 3.2: the sources name the id in four ways. */
const acceptance = z.looseObject({
  transactionId: z.string().optional(),
  internalTransactionId: z.string().optional(),
  transaction_id: z.string().optional(),
  id: z.string().optional(),
});

/** Sheet 3.3: everything but these two is optional. */
const transaction = z.looseObject({ transactionId: z.string(), status: z.string() });

const refusal = z.looseObject({});

export function createClient(tools: ClientTools) {
  const publicHeaders = {
    'content-type': 'application/json',
    accept: 'application/json',
    'x-api-key': tools.publicKey,
  };
  // Sheet 2: the PHP SDK sends fewer on revert; all three are right everywhere.
  const headers = { ...publicHeaders, 'x-private-key': tools.privateKey, 'x-secret-key': tools.secretKey };
  const askingMs = Math.ceil(tools.callTimeoutMs * ASKING_PART);
  const actingMs = tools.callTimeoutMs - askingMs;

  return { collect, lookup, refund, lookupRefund } satisfies Partial<Gateway>;

  /** Sheet 3.2, the old SDKs' two calls. KkiaPay takes no idempotency key: a push whose reply is lost is never repeated. */
  async function collect(request: CollectRequest): Promise<CollectOutcome> {
    const { phone } = request.customer;
    if (phone === null) return declined('INVALID_PHONE', null);
    if (request.amount.currency !== 'XOF') return declined('INVALID_AMOUNT', null);
    const channel = await claimChannel();
    if (typeof channel !== 'string') return channel;
    const pushed = await tools.http.send({
      method: 'POST',
      url: `${tools.baseUrl}/api/v1/payments/request`,
      headers: publicHeaders,
      body: JSON.stringify(pushBody(request, phone, channel)),
      timeoutMs: actingMs,
      effect: 'write',
    });
    return readPush(pushed, {
      kind: 'PHONE_PUSH',
      phone,
      promptExpiresAt: new Date(tools.now().getTime() + tools.promptMs),
    });
  }

  /** The channel that the push is asked for on. It moves nothing: without it the push has not been asked for at all. */
  async function claimChannel(): Promise<string | CollectOutcome> {
    const reply = await tools.http.send({
      method: 'GET',
      url: `${tools.baseUrl}/api/v1/utils/claimchannel`,
      headers: publicHeaders,
      body: null,
      timeoutMs: askingMs,
      effect: 'read',
    });
    if (reply.kind !== 'answered') return declined('PROVIDER_BUSY', 'claimchannel_unreachable');
    if (reply.status === 401 || reply.status === 403) return declined('MISCONFIGURED', `http_${reply.status}`);
    const channel = /^"?([\x21-\x7e]{1,200}?)"?$/.exec(reply.text.trim())?.[1];
    return reply.status === 200 && channel !== undefined ? channel : declined('PROVIDER_BUSY', 'claimchannel_failed');
  }

  function pushBody(request: CollectRequest, phone: string, channel: string): object {
    const [firstname = '', ...rest] = (request.customer.name ?? '').split(' ');
    return {
      phoneNumber: phoneDigits(phone),
      amount: request.amount.amount,
      country: request.country,
      firstname,
      lastname: rest.join(' '),
      email: request.customer.email ?? '',
      reason: request.description,
      contact: channel,
      // Twice, because one developer saw partnerId empty in the webhook while stateData was right (sheet 3.1).
      partnerId: request.intentId,
      stateData: { intentId: request.intentId, attemptId: request.reference },
    };
  }

  function phoneDigits(phone: string): string {
    const digits = digitsOf(upgradeBenin(phone));
    return tools.phoneFormat === 'new' ? digits : digits.replace(/^22901(\d{8})$/, '229$1');
  }

  async function lookup({ providerId }: Pick<LookupRequest, 'providerId'>): Promise<LookupOutcome> {
    // Sheet 3.3: no lookup by partnerId exists.
    if (providerId === null) return { kind: 'unaskable' };
    return askStatus(providerId, tools.callTimeoutMs);
  }

  async function askStatus(transactionId: string, timeoutMs: number): Promise<LookupOutcome> {
    if (!TRANSACTION_ID.test(transactionId)) return { kind: 'absent' };
    const reply = await post('/api/v1/transactions/status', transactionId, timeoutMs, 'read');
    if (reply.kind !== 'answered') return { kind: 'unknown', reason: `status: ${reply.reason}` };
    const body = parseJson(reply.text);
    if (reply.status >= 400 && reply.status < 500) {
      const { data = {} } = refusal.safeParse(body);
      // HTTP 400 and not 404 (sheet 3.3).
      return data['status'] === 'TRANSACTION_NOT_FOUND' ? { kind: 'absent' } : unreadable(reply.status);
    }
    const parsed = transaction.safeParse(body);
    if (reply.status !== 200 || !parsed.success) return unreadable(reply.status);
    return readTransaction(parsed.data, transactionId);
  }

  async function refund(request: RefundRequest): Promise<RefundOutcome> {
    const { providerId, amount, captured, instrument } = request;
    if (!tools.autoRefund) return manual('refunds by call are turned off');
    if (amount.amount !== captured.amount) return manual('KkiaPay reverts whole payments alone');
    // Sheet 3.4: successful mobile-money payments alone; cards are excluded.
    if (instrument !== 'WALLET') return manual('KkiaPay reverts mobile-money payments alone');
    const reply = await post('/api/v1/transactions/revert', providerId, actingMs, 'write');
    if (reply.kind === 'unsent') return declined('PROVIDER_BUSY', 'gateway_unreachable');
    if (reply.kind === 'silent') return { kind: 'unknown', reason: `revert: ${reply.reason}` };
    if (reply.status === 429) return declined('PROVIDER_BUSY', 'http_429');
    if (reply.status === 401 || reply.status === 403) return declined('MISCONFIGURED', `http_${reply.status}`);
    return readRevert(reply.status, parseJson(reply.text), request);
  }

  /** Sheet 11: the HTTP code of a refused revert is not documented, so the body's own code decides, short of a 5xx. */
  async function readRevert(status: number, body: unknown, request: RefundRequest): Promise<RefundOutcome> {
    const { providerId, captured } = request;
    const parsed = refusal.safeParse(body);
    if (status >= 500 || !parsed.success) return unreadable(status);
    const code = codeIn(parsed.data['code']) ?? codeIn(parsed.data['status']);
    if (code === 'SUCCESS' && status < 300) {
      const about = parsed.data['transactionId'] ?? providerId;
      return about === providerId
        ? reverted(captured)
        : { kind: 'unknown', reason: 'revert: answered for another transaction' };
    }
    if (code === 'TRANSACTION_NOT_ELIGIBLE') return readNotEligible(request, code);
    const failure = code === null ? null : refundRefusalOf(code);
    return failure === null ? unreadable(status) : { kind: 'declined', failure };
  }

  /**
   * "Already reverted or not eligible" (sheet 3.4): the money may have gone back by a call of ours whose answer was lost, or
   * by hand. Only the transaction's own status tells, and only a payment that still stands was truly refused.
   */
  async function readNotEligible({ providerId, captured }: RefundRequest, code: string): Promise<RefundOutcome> {
    const now = await askStatus(providerId, askingMs);
    if (now.kind !== 'found') return { kind: 'unknown', reason: 'revert: not eligible, and its status is not known' };
    if (now.report.state === 'refunded') return reverted(captured);
    return { kind: 'declined', failure: failureOf('PROVIDER_ERROR', code) };
  }

  async function lookupRefund({ providerId, captured }: Pick<RefundRequest, 'providerId' | 'captured'>) {
    const found = await askStatus(providerId, tools.callTimeoutMs);
    if (found.kind !== 'found') {
      return { kind: 'unknown', reason: found.kind === 'unknown' ? found.reason : 'the payment is not known' } as const;
    }
    if (found.report.state === 'refunded') return { kind: 'found', report: revertedReport(captured) } as const;
    if (found.report.state === 'succeeded') return { kind: 'absent' } as const;
    return { kind: 'unknown', reason: `the payment is ${found.report.state}` } as const;
  }

  function post(path: string, transactionId: string, timeoutMs: number, effect: 'read' | 'write'): Promise<HttpReply> {
    const body = JSON.stringify({ transactionId });
    return tools.http.send({ method: 'POST', url: `${tools.baseUrl}${path}`, headers, body, timeoutMs, effect });
  }
}

type PushAction = Extract<CollectOutcome, { kind: 'accepted' }>['nextAction'];

function readPush(reply: HttpReply, nextAction: PushAction): CollectOutcome {
  if (reply.kind === 'unsent') return declined('PROVIDER_BUSY', 'gateway_unreachable');
  if (reply.kind === 'silent') return { kind: 'unknown', reason: `push: ${reply.reason}` };
  const { status } = reply;
  if (status === 401 || status === 403) return declined('MISCONFIGURED', `http_${status}`);
  // Refused before it was looked at: nothing happened.
  if (status === 429) return declined('PROVIDER_BUSY', 'http_429');
  const body = parseJson(reply.text);
  if (status >= 200 && status < 300) {
    const { data } = acceptance.safeParse(body);
    const providerId = data?.transactionId ?? data?.internalTransactionId ?? data?.transaction_id ?? data?.id;
    if (providerId === undefined || !TRANSACTION_ID.test(providerId)) return unreadable(status);
    return { kind: 'accepted', providerId, nextAction };
  }
  const { data } = refusal.safeParse(body);
  const codes = [data?.['reason'], data?.['failureCode'], data?.['status']];
  // Sheet 3.2: an error says `status` and `reason`. A 4xx without them, or a 408, is a proxy's: it proves nothing of the push.
  const isRefusal = status >= 400 && status < 500 && status !== 408 && codes.some((code) => typeof code === 'string');
  return isRefusal ? { kind: 'declined', failure: failureOfCode(...codes) } : unreadable(status);
}

function readTransaction(found: z.infer<typeof transaction>, asked: string): LookupOutcome {
  if (found.transactionId !== asked) return { kind: 'unknown', reason: 'status: answered for another transaction' };
  // A payout of the merchant's own money also has a status; it is nobody's payment (sheet 3.3, `is_payout`).
  if (found['is_payout'] === true) return { kind: 'unknown', reason: 'status: the transaction is a payout' };
  const state = stateOf(found.status, found['failureCode']);
  if (state === null)
    return { kind: 'unknown', reason: `status: ${codeIn(found.status) ?? 'its value'} is not listed` };
  const report: PaymentReport = {
    providerId: asked,
    reference: referenceIn(found['state'], found['partnerId']),
    state,
    amount: moneyOf(found['amount']),
    environment: environmentIn(found['sandbox'] ?? found['isSandbox']),
    instrument: instrumentOf(found['source']),
    failure: failureIn(state, found['failureCode']),
  };
  return { kind: 'found', report };
}

function failureIn(state: PaymentReport['state'], code: unknown): PaymentReport['failure'] {
  if (state === 'cancelled' && codeIn(code) === null) return failureOf('DECLINED_BY_PAYER', null);
  return state === 'failed' || state === 'cancelled' || state === 'expired' ? failureOfCode(code) : null;
}

/** The answer is not documented to say it; where it does, it is believed. */
function environmentIn(sandbox: unknown): PaymentReport['environment'] {
  if (typeof sandbox !== 'boolean') return null;
  return sandbox ? 'sandbox' : 'live';
}

/** Revert has no id of its own, and sends the whole amount back (sheet 3.4). */
function revertedReport({ amount }: Money) {
  return { amount, providerRefundId: null, state: 'succeeded', failure: null } as const;
}

function reverted(captured: Money): RefundOutcome {
  return { kind: 'accepted', report: revertedReport(captured) };
}

function declined(code: FailureCode, providerCode: string | null) {
  return { kind: 'declined', failure: failureOf(code, providerCode) } as const;
}

function manual(reason: string): RefundOutcome {
  return { kind: 'manual', reason };
}

function unreadable(status: number) {
  return { kind: 'unknown', reason: `HTTP ${status} with an answer that is not documented` } as const;
}
