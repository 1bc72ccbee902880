// The calls that we make to M-Pesa: a token, the push, and the question what became of it. A push is sent once: M-Pesa takes
// no reference of ours, two equal pushes are two payments, and one whose reply is lost cannot be asked about until its
// callback names it (sheet, "Idempotency").

import type { Money } from '../../core/money.ts';
import type { CollectOutcome } from '../../core/report.ts';
import { keepAccessToken } from '../access-token.ts';
import type { CollectRequest, Gateway, LookupOutcome, LookupRequest } from '../contract.ts';
import type { HttpClient, HttpReply, HttpRequest } from '../http.ts';
import { callbackPathOf } from './callback-path.ts';
import { signatureOf } from './password.ts';
import { declined, isOrdinary, isTokenRefused, readPush, readStatus, readToken, type Refused } from './replies.ts';

export interface ClientTools {
  readonly baseUrl: string;
  readonly consumerKey: string;
  readonly consumerSecret: string;
  readonly passkey: string;
  readonly shortcode: string;
  /** null: a pay bill. A till's prompt names the till beside the store's short code. */
  readonly till: string | null;
  readonly callbackSecret: string;
  readonly callTimeoutMs: number;
  readonly promptMs: number;
  readonly http: HttpClient;
  readonly now: () => Date;
  readonly webhookUrl: () => string;
}

/** A promise may take two calls, the first for a token: that one gets this part of the time. */
const TOKEN_PART = 0.25;

const PHONE = /^\+(254[17]\d{8})$/;
const ACCOUNT_REFERENCE_LENGTH_MAX = 12;

export function createClient(tools: ClientTools) {
  const tokenMs = Math.ceil(tools.callTimeoutMs * TOKEN_PART);
  const actingMs = tools.callTimeoutMs - tokenMs;
  const basic = Buffer.from(`${tools.consumerKey}:${tools.consumerSecret}`, 'utf8').toString('base64');
  const tokens = keepAccessToken<Refused>({ fetch: fetchToken, now: tools.now });

  return { collect, lookup } satisfies Partial<Gateway>;

  async function collect(request: CollectRequest): Promise<CollectOutcome> {
    const { phone } = request.customer;
    const digits = PHONE.exec(phone ?? '')?.[1];
    if (phone === null || digits === undefined) return declined({ code: 'INVALID_PHONE', providerCode: null });
    const shillings = shillingsOf(request.amount);
    if (shillings === null) return declined({ code: 'INVALID_AMOUNT', providerCode: null });
    const called = await post('/mpesa/stkpush/v1/processrequest', pushBody(request, digits, shillings), 'write');
    if (called.kind === 'no-token') return declined(called.reason);
    const promptExpiresAt = new Date(tools.now().getTime() + tools.promptMs);
    return readPush(called.reply, { kind: 'PHONE_PUSH', phone, promptExpiresAt });
  }

  function pushBody({ reference, intentId, description }: CollectRequest, digits: string, shillings: number): object {
    const { till, shortcode } = tools;
    return {
      ...signatureOf(tools, tools.now()),
      TransactionType: till === null ? 'CustomerPayBillOnline' : 'CustomerBuyGoodsOnline',
      Amount: shillings,
      PartyA: digits,
      PartyB: till ?? shortcode,
      PhoneNumber: digits,
      CallBackURL: `${tools.webhookUrl()}/${callbackPathOf(tools.callbackSecret, reference)}`,
      AccountReference: accountReferenceOf(description) ?? accountReferenceOf(intentId) ?? 'payment',
      TransactionDesc: 'Payment',
    };
  }

  async function lookup({ providerId, amount }: Pick<LookupRequest, 'providerId' | 'amount'>): Promise<LookupOutcome> {
    if (providerId === null) return { kind: 'unaskable' };
    const question = { ...signatureOf(tools, tools.now()), CheckoutRequestID: providerId };
    const called = await post('/mpesa/stkpushquery/v1/query', question, 'read');
    if (called.kind === 'no-token') return { kind: 'unknown', reason: `token: ${called.reason.providerCode}` };
    return readStatus(called.reply, providerId, amount);
  }

  async function post(path: string, body: object, effect: HttpRequest['effect']) {
    const startedAt = performance.now();
    const send = async (token: string): Promise<HttpReply> => {
      const leftMs = Math.floor(tools.callTimeoutMs - (performance.now() - startedAt));
      // Only a second try comes so late, and what would be cut off is better not begun.
      if (leftMs < tokenMs) return { kind: 'unsent', reason: 'no time is left' };
      return tools.http.send({
        method: 'POST',
        url: `${tools.baseUrl}${path}`,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
        timeoutMs: Math.min(actingMs, leftMs),
        effect,
        isOrdinary,
      });
    };
    return tokens.use(send, isTokenRefused);
  }

  async function fetchToken() {
    const reply = await tools.http.send({
      method: 'GET',
      url: `${tools.baseUrl}/oauth/v1/generate?grant_type=client_credentials`,
      headers: { authorization: `Basic ${basic}` },
      body: null,
      timeoutMs: tokenMs,
      effect: 'read',
    });
    return readToken(reply);
  }
}

/** null: routing lets no such amount through to here. */
function shillingsOf({ amount, currency }: Money): number | null {
  return currency === 'KES' && amount >= 100 && amount % 100 === 0 ? amount / 100 : null;
}

/**
 * What the payer reads in the prompt and in the SMS, and people search for: the end of the product's own reference, since
 * that is where numbers count up.
 */
function accountReferenceOf(text: string): string | null {
  const plain = text.normalize('NFKD').replace(/[^A-Za-z0-9-]/g, '');
  const end = plain.slice(-ACCOUNT_REFERENCE_LENGTH_MAX).replace(/^-+/, '');
  return end === '' ? null : end;
}
