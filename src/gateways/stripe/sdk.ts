// Stripe's own client over our HTTP, and what its errors mean. The SDK forms the requests; how often one is sent, for how
// long it may take, and whether it left at all is our client's to say.

import Stripe from 'stripe';
import { failureOf, type Failure } from '../../core/failure.ts';
import type { HttpClient, HttpReply } from '../http.ts';
import { failureOfError, wordIn } from './status.ts';

export interface SdkTools {
  readonly secretKey: string;
  readonly accountId: string | undefined;
  readonly baseUrl: string;
  readonly http: HttpClient;
}

export type Called<T> =
  | { readonly kind: 'answered'; readonly value: T }
  /** A documented no: it did not happen. */
  | { readonly kind: 'refused'; readonly status: number; readonly code: string | null; readonly failure: Failure }
  | { readonly kind: 'unsent' }
  | { readonly kind: 'unknown'; readonly reason: string };

/** The version whose shapes we read; webhooks come in the version of their endpoint. */
export const API_VERSION: string = Stripe.API_VERSION;

/** What our HTTP client says of a request that nobody answered, on its way through the SDK. */
class NotAnswered extends Error {
  readonly reply: Exclude<HttpReply, { kind: 'answered' }>;

  constructor(reply: Exclude<HttpReply, { kind: 'answered' }>) {
    super(reply.reason);
    this.name = 'NotAnswered';
    this.reply = reply;
  }
}

export function connectStripe({ secretKey, accountId, baseUrl, http }: SdkTools): Stripe {
  return new Stripe(secretKey, {
    // Its default is 2, its README says 1 (sheet, "Pointing the npm client"). A write is sent once: the core repeats it.
    maxNetworkRetries: 0,
    telemetry: false,
    ...(accountId === undefined ? {} : { stripeAccount: accountId }),
    httpClient: {
      getClientName: () => 'passerelle',
      async makeRequest(_host, _port, path, method, headers, body, _protocol, timeoutMs) {
        const reply = await http.send({
          method: method === 'GET' ? 'GET' : 'POST',
          url: `${baseUrl}${path}`,
          headers: headersOf(headers),
          body: method === 'GET' ? null : body,
          timeoutMs,
          effect: method === 'GET' ? 'read' : 'write',
        });
        if (reply.kind !== 'answered') throw new NotAnswered(reply);
        return {
          getStatusCode: () => reply.status,
          getHeaders: () => ({ ...reply.headers }),
          getRawResponse: () => ({}),
          toStream: () => null,
          toJSON: async () => objectIn(reply.text),
        };
      },
    },
  });
}

/** Makes one call. Never rejects: what the SDK throws is an answer like any other. */
export async function call<T>(make: () => Promise<T>): Promise<Called<T>> {
  try {
    return { kind: 'answered', value: await make() };
  } catch (error) {
    return read(error);
  }
}

function read(error: unknown): Exclude<Called<never>, { kind: 'answered' }> {
  if (!(error instanceof Stripe.errors.StripeError)) return unknown('the answer is not documented');
  const { detail, statusCode: status, rawType: type } = error as { detail?: unknown } & typeof error;
  if (detail instanceof NotAnswered) {
    return detail.reply.kind === 'unsent' ? { kind: 'unsent' } : unknown(detail.reply.reason);
  }
  if (status === undefined) return unknown('the answer is not JSON');
  const code = wordIn(error.code);
  // Our key with other parameters is our own bug; what the first request with it came to stays open.
  if (type === 'idempotency_error') return unknown('idempotency_error: the key was used with other parameters');
  const refused = (failure: Failure) => ({ kind: 'refused', status, code, failure }) as const;
  if (status === 401 || status === 403) return refused(failureOf('MISCONFIGURED', `http_${status}`));
  // Refused before it was looked at: nothing happened.
  if (status === 429) return refused(failureOf('PROVIDER_BUSY', 'http_429'));
  const isNo = status === 400 || status === 402 || status === 404;
  if (isNo && (type === 'invalid_request_error' || type === 'card_error')) {
    return refused(failureOfError(code, wordIn(error.decline_code)));
  }
  // 409: the same key is being worked on, and its end is not known (sheet, "Idempotency").
  return unknown(`HTTP ${status}${code === null ? '' : ` ${code}`}`);
}

function unknown(reason: string) {
  return { kind: 'unknown', reason } as const;
}

/** Throws for what is no JSON object; the SDK calls that an API error without a status. */
function objectIn(text: string): object {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null) throw new TypeError('not an object');
  return value;
}

function headersOf(headers: Readonly<Record<string, unknown>>): Record<string, string> {
  // The length is counted where the bytes are.
  const entries = Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'content-length');
  return Object.fromEntries(entries.map(([name, value]) => [name.toLowerCase(), String(value)]));
}
