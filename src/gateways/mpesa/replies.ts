// What M-Pesa answers, read with care: its gateway and firewall answer in formats of their own (sheet, "Endpoints used").

import { z } from 'zod';
import { failureOf, type FailureCode } from '../../core/failure.ts';
import type { Money } from '../../core/money.ts';
import type { CollectOutcome } from '../../core/report.ts';
import type { LookupOutcome } from '../contract.ts';
import { parseJson, type HttpReply } from '../http.ts';
import { codeIn, isOrdinaryError, isTokenError, refusalOf, resultOf, type DarajaError } from './status.ts';

const daraja = z.looseObject({ errorCode: z.union([z.string(), z.number()]), errorMessage: z.string().default('') });
const apigee = z.looseObject({
  fault: z.looseObject({
    faultstring: z.string().default(''),
    detail: z.looseObject({ errorcode: z.string() }),
  }),
});

const acceptance = z.looseObject({
  ResponseCode: z.literal(['0', 0]),
  CheckoutRequestID: z.string().regex(/^[\x21-\x7e]{1,128}$/),
});

const status = z.looseObject({
  ResponseCode: z.literal(['0', 0]),
  CheckoutRequestID: z.string(),
  ResultCode: z.union([z.string(), z.number()]),
});

const tokenBody = z.looseObject({
  access_token: z.string().min(1),
  // Text in real traffic, a number in the portal's sample (sheet, "Authentication").
  expires_in: z.coerce.number().positive(),
});

/** null: no error in a format of theirs. It may come under any status, 200 included. */
function errorIn(text: string): DarajaError | null {
  const body = parseJson(text);
  const own = daraja.safeParse(body);
  if (own.success) {
    const code = codeIn(own.data.errorCode);
    return code === null ? null : { code, message: own.data.errorMessage };
  }
  const theirs = apigee.safeParse(body);
  const code = theirs.success ? codeIn(theirs.data.fault.detail.errorcode) : null;
  return code === null ? null : { code, message: theirs.data?.fault.faultstring ?? '' };
}

export function isTokenRefused(reply: HttpReply): boolean {
  if (reply.kind !== 'answered') return false;
  const error = errorIn(reply.text);
  return error === null ? reply.status === 401 : isTokenError(error);
}

export function isOrdinary(_status: number, text: string): boolean {
  const error = errorIn(text);
  return error !== null && isOrdinaryError(error);
}

export interface Refused {
  readonly code: FailureCode;
  readonly providerCode: string;
}

/** The token, or why there is none: nothing has been asked for yet, so that is a no in either case. */
export function readToken(reply: HttpReply) {
  const none = (code: FailureCode, providerCode: string) =>
    ({ kind: 'no-token', reason: { code, providerCode } satisfies Refused }) as const;
  if (reply.kind !== 'answered') return none('PROVIDER_BUSY', 'token_unreachable');
  const { data } = tokenBody.safeParse(parseJson(reply.text));
  if (reply.status === 200 && data !== undefined) {
    return { kind: 'token', value: data.access_token, livesMs: data.expires_in * 1_000 } as const;
  }
  const error = errorIn(reply.text);
  const isRefused = [400, 401, 403].includes(reply.status);
  return none(isRefused ? 'MISCONFIGURED' : 'PROVIDER_BUSY', error?.code ?? `token_http_${reply.status}`);
}

export function readPush(
  reply: HttpReply,
  nextAction: Extract<CollectOutcome, { kind: 'accepted' }>['nextAction'],
): CollectOutcome {
  if (reply.kind === 'unsent') return declined({ code: 'PROVIDER_BUSY', providerCode: 'gateway_unreachable' });
  if (reply.kind === 'silent') return { kind: 'unknown', reason: `push: ${reply.reason}` };
  const error = errorIn(reply.text);
  if (error !== null) {
    const failure = refusalOf(error);
    return failure === null ? { kind: 'unknown', reason: `push: error ${error.code}` } : { kind: 'declined', failure };
  }
  const { data } = acceptance.safeParse(parseJson(reply.text));
  if (reply.status === 200 && data !== undefined) {
    return { kind: 'accepted', providerId: data.CheckoutRequestID, nextAction };
  }
  const providerCode = `http_${reply.status}`;
  if (reply.status === 429) return declined({ code: 'PROVIDER_BUSY', providerCode });
  if (reply.status === 401 || reply.status === 403) return declined({ code: 'MISCONFIGURED', providerCode });
  return { kind: 'unknown', reason: `push: HTTP ${reply.status} with an answer that is not documented` };
}

/** Never `absent`: an id that nobody made, one in the air and one that has ended all get the same error now and then. */
export function readStatus(reply: HttpReply, asked: string, amount: Money): LookupOutcome {
  if (reply.kind !== 'answered') return { kind: 'unknown', reason: `query: ${reply.reason}` };
  const error = errorIn(reply.text);
  if (error !== null) return { kind: 'unknown', reason: `query: error ${error.code}` };
  const { data } = status.safeParse(parseJson(reply.text));
  if (reply.status !== 200 || data === undefined) {
    return { kind: 'unknown', reason: `query: HTTP ${reply.status} with an answer that is not documented` };
  }
  if (data.CheckoutRequestID !== asked) return { kind: 'unknown', reason: 'query: answered for another payment' };
  const code = codeIn(data.ResultCode);
  if (code === null) return { kind: 'unknown', reason: 'query: a result that is no code' };
  const result = resultOf(code);
  if (result === null) return { kind: 'unknown', reason: `query: result ${code} is not listed`, unlisted: code };
  return {
    kind: 'found',
    report: {
      providerId: asked,
      reference: null,
      ...result,
      // The answer names no amount, and needs none: the prompt shows ours, and the payer can only take or leave it. What is
      // not in shillings was never pushed.
      amount: null,
      amountFixed: amount.currency === 'KES',
      environment: null,
      instrument: 'WALLET',
    },
  };
}

export function declined({ code, providerCode }: { readonly code: FailureCode; readonly providerCode: string | null }) {
  return { kind: 'declined', failure: failureOf(code, providerCode) } as const;
}
