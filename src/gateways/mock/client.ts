// The calls that we make to the mock provider. It takes our references everywhere, so whatever was lost can be found again.

import { z } from 'zod';
import { failureOf } from '../../core/failure.ts';
import type { MetadataEntry, NextAction } from '../../core/intent.ts';
import type { CollectOutcome, PaymentReport, RefundOutcome, RefundReport } from '../../core/report.ts';
import type {
  CollectRequest,
  DisburseOutcome,
  DisburseRequest,
  Gateway,
  LookupOutcome,
  LookupRequest,
  RefundLookupOutcome,
  RefundRequest,
} from '../contract.ts';
import { parseJson, type HttpClient } from '../http.ts';
import { failureOfCode, moneyOf, paymentStateOf, transferStateOf } from './status.ts';

export interface ClientTools {
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly callTimeoutMs: number;
  readonly promptMs: number;
  readonly http: HttpClient;
  readonly now: () => Date;
}

export const payment = z.looseObject({
  id: z.string().min(1).max(100),
  intentId: z.string().max(100).nullable(),
  state: z.string(),
  amount: z.unknown(),
  currency: z.unknown(),
  environment: z.literal('sandbox'),
  instrument: z.enum(['WALLET', 'CARD', 'BANK']),
  reason: z.string().nullable(),
  payUrl: z.string().nullable(),
});

const transfer = z.looseObject({
  id: z.string().min(1).max(100),
  state: z.string(),
  amount: z.int(),
  reason: z.string().nullable(),
});
const refusal = z.object({ error: z.object({ code: z.string() }) });

/** What an answer comes to: a body of the expected shape, a documented no, or nothing that can be relied on. */
type Answer<Body> =
  | { readonly kind: 'body'; readonly body: Body }
  | { readonly kind: 'refused'; readonly status: number; readonly code: string }
  | { readonly kind: 'unsent' }
  | { readonly kind: 'unknown'; readonly reason: string };

export function createClient(tools: ClientTools) {
  return { collect, lookup, refund, lookupRefund, disburse, lookupDisbursement } satisfies Partial<Gateway>;

  async function collect(request: CollectRequest): Promise<CollectOutcome> {
    const { customer, mode } = request;
    const answer = await send('POST', '/v1/payments', payment, {
      reference: request.reference,
      intentId: request.intentId,
      amount: request.amount.amount,
      currency: request.amount.currency,
      mode,
      phone: customer.phone,
      returnUrl: request.returnUrl,
      description: request.description,
      words: wordsIn(request.metadata, 'mock'),
    });
    if (answer.kind !== 'body') return noBody(answer);
    const { id, payUrl } = answer.body;
    const nextAction = mode === 'PUSH' ? pushAction(customer.phone ?? '') : redirectAction(payUrl);
    return { kind: 'accepted', providerId: id, nextAction };
  }

  function pushAction(phone: string): NextAction {
    const promptExpiresAt = new Date(tools.now().getTime() + tools.promptMs);
    return { kind: 'PHONE_PUSH', phone, promptExpiresAt };
  }

  async function lookup({ reference, providerId }: LookupRequest): Promise<LookupOutcome> {
    const id = providerId ?? reference;
    if (id === null) return { kind: 'unaskable' };
    const answer = await send('GET', `/v1/payments/${encodeURIComponent(id)}`, payment);
    if (answer.kind !== 'body') return noAnswer(answer);
    const report = reportOf(answer.body);
    return report === null ? { kind: 'unknown', reason: 'status: its value is not listed' } : { kind: 'found', report };
  }

  async function refund(request: RefundRequest): Promise<RefundOutcome> {
    const answer = await send('POST', '/v1/refunds', transfer, {
      refundId: request.refundId,
      paymentId: request.providerId,
      amount: request.amount.amount,
      currency: request.amount.currency,
      reason: request.reason,
      words: wordsIn(request.metadata, 'mock_refund'),
    });
    if (answer.kind !== 'body') return noBody(answer);
    const report = refundReportOf(answer.body);
    if (report === null) return { kind: 'unknown', reason: 'refund: its state is not listed' };
    if (report.state === 'failed' && report.failure !== null) return { kind: 'declined', failure: report.failure };
    return { kind: 'accepted', report };
  }

  async function lookupRefund({ refundId }: Pick<RefundRequest, 'refundId'>): Promise<RefundLookupOutcome> {
    const answer = await send('GET', `/v1/refunds/${encodeURIComponent(refundId)}`, transfer);
    if (answer.kind !== 'body') return noAnswer(answer);
    const report = refundReportOf(answer.body);
    return report === null ? { kind: 'unknown', reason: 'refund: its state is not listed' } : { kind: 'found', report };
  }

  async function disburse(request: DisburseRequest): Promise<DisburseOutcome> {
    const answer = await send('POST', '/v1/disbursements', transfer, {
      reference: request.reference,
      amount: request.amount.amount,
      currency: request.amount.currency,
      phone: request.phone,
      reason: request.reason,
      words: wordsIn(request.metadata, 'mock_disburse'),
    });
    return answer.kind === 'body' ? disbursementOf(answer.body) : noBody(answer);
  }

  async function lookupDisbursement({
    reference,
  }: {
    readonly reference: string;
  }): Promise<DisburseOutcome | { readonly kind: 'absent' }> {
    const answer = await send('GET', `/v1/disbursements/${encodeURIComponent(reference)}`, transfer);
    return answer.kind === 'body' ? disbursementOf(answer.body) : noAnswer(answer);
  }

  async function send<Body>(
    method: 'GET' | 'POST',
    path: string,
    shape: z.ZodType<Body>,
    body: object | null = null,
  ): Promise<Answer<Body>> {
    const reply = await tools.http.send({
      method,
      url: `${tools.baseUrl}${path}`,
      headers: { 'content-type': 'application/json', 'x-mock-key': tools.apiKey },
      body: body === null ? null : JSON.stringify(body),
      timeoutMs: tools.callTimeoutMs,
      effect: method === 'GET' ? 'read' : 'write',
    });
    if (reply.kind === 'unsent') return { kind: 'unsent' };
    if (reply.kind === 'silent') return { kind: 'unknown', reason: `${path.split('/')[2] ?? ''}: ${reply.reason}` };
    const { status } = reply;
    const value = parseJson(reply.text);
    const refused = refusal.safeParse(value);
    if (status === 429) return { kind: 'refused', status, code: 'too_many_requests' };
    if (status >= 400 && status < 500 && refused.success) {
      return { kind: 'refused', status, code: refused.data.error.code };
    }
    const parsed = shape.safeParse(value);
    if (status >= 200 && status < 300 && parsed.success) return { kind: 'body', body: parsed.data };
    return { kind: 'unknown', reason: `HTTP ${status} with an answer that is not documented` };
  }
}

/** A write without a body: a definite no, or an end that is not known. */
function noBody(answer: Exclude<Answer<unknown>, { kind: 'body' }>) {
  if (answer.kind === 'unknown') return answer;
  const failure =
    answer.kind === 'unsent' ? failureOf('PROVIDER_BUSY', 'gateway_unreachable') : failureOfCode(answer.code);
  return { kind: 'declined', failure } as const;
}

/** A question without a body: there is no such thing, or we do not know. */
function noAnswer(answer: Exclude<Answer<unknown>, { kind: 'body' }>) {
  if (answer.kind === 'unknown') return answer;
  if (answer.kind === 'unsent') return { kind: 'unknown', reason: 'the provider could not be reached' } as const;
  if (answer.status === 404) return { kind: 'absent' } as const;
  return { kind: 'unknown', reason: `HTTP ${answer.status}` } as const;
}

/** null: a state that is not listed. */
export function reportOf(body: z.infer<typeof payment>): PaymentReport | null {
  const state = paymentStateOf(body.state);
  if (state === null) return null;
  return {
    providerId: body.id,
    reference: body.intentId,
    state,
    amount: moneyOf(body.amount, body.currency),
    environment: body.environment,
    instrument: body.instrument,
    failure: state === 'failed' || state === 'expired' ? failureOfCode(body.reason) : null,
  };
}

function refundReportOf({ id, state: said, amount, reason }: z.infer<typeof transfer>): RefundReport | null {
  const state = transferStateOf(said);
  if (state === null) return null;
  return { amount, providerRefundId: id, state, failure: state === 'failed' ? failureOfCode(reason) : null };
}

function disbursementOf({ id, state: said, reason }: z.infer<typeof transfer>): DisburseOutcome {
  const state = transferStateOf(said);
  if (state === null) return { kind: 'unknown', reason: 'disbursement: its state is not listed' };
  return { kind: 'accepted', providerId: id, state, failure: state === 'failed' ? failureOfCode(reason) : null };
}

function redirectAction(url: string | null): NextAction | null {
  return url === null ? null : { kind: 'REDIRECT', url };
}

function wordsIn(metadata: readonly MetadataEntry[], key: string): string {
  return metadata.find((entry) => entry.key === key)?.value ?? '';
}
