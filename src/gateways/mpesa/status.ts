// M-Pesa's words in ours (sheet, "Status mapping" and "Error codes"). The codes are the contract, the texts beside them differ
// between callback and query. Every code of the sheet is listed; what is not listed is nothing, and moves nothing.

import { failureOf, type Failure, type FailureCode } from '../../core/failure.ts';
import type { PaymentReport } from '../../core/report.ts';

export interface Result {
  readonly state: PaymentReport['state'];
  readonly failure: Failure | null;
}

type Row = readonly [PaymentReport['state'], FailureCode | null];

/** What became of a push. The split into cancelled, expired and failed is the sheet's, after seed 002. */
const RESULTS: ReadonlyMap<string, Row> = new Map<string, Row>([
  ['0', ['succeeded', null]],
  ['4999', ['pending', null]],
  ['1', ['failed', 'INSUFFICIENT_FUNDS']],
  ['2', ['failed', 'INVALID_AMOUNT']],
  ['3', ['failed', 'INVALID_AMOUNT']],
  ['4', ['failed', 'LIMIT_EXCEEDED']],
  // The business's own balance is at its limit: another way to pay helps, another try does not.
  ['8', ['failed', 'MISCONFIGURED']],
  ['15', ['failed', 'UNKNOWN']],
  // The same amount from the same payer within two minutes.
  ['17', ['failed', 'PROVIDER_BUSY']],
  ['26', ['failed', 'PROVIDER_BUSY']],
  ['1001', ['failed', 'PROVIDER_BUSY']],
  ['1019', ['expired', 'TIMED_OUT']],
  ['1025', ['failed', 'PROVIDER_BUSY']],
  ['9999', ['failed', 'PROVIDER_BUSY']],
  ['1031', ['expired', 'TIMED_OUT']],
  ['1032', ['cancelled', 'DECLINED_BY_PAYER']],
  ['1036', ['failed', 'PROVIDER_BUSY']],
  ['1037', ['expired', 'TIMED_OUT']],
  ['1101', ['failed', 'MISCONFIGURED']],
  ['1102', ['failed', 'MISCONFIGURED']],
  ['2001', ['failed', 'WRONG_PIN']],
  ['2006', ['failed', 'UNKNOWN']],
  ['2007', ['failed', 'UNKNOWN']],
  ['2008', ['failed', 'UNKNOWN']],
  ['2026', ['failed', 'UNKNOWN']],
  ['2028', ['failed', 'MISCONFIGURED']],
  ['2029', ['failed', 'UNKNOWN']],
  ['2043', ['failed', 'UNKNOWN']],
  ['2202', ['failed', 'UNKNOWN']],
  // The PIN is locked: M-Pesa's people unlock it.
  ['8006', ['failed', 'AUTHENTICATION_FAILED']],
  ['SFC_IC0003', ['failed', 'MISCONFIGURED']],
]);

/** A number in callbacks, text in answers (sheet, "Query status"). null: not a code at all. */
export function codeIn(value: unknown): string | null {
  const text = typeof value === 'number' ? String(value) : value;
  return typeof text === 'string' && /^[\w.-]{1,64}$/.test(text) ? text : null;
}

/** null: not documented. */
export function resultOf(code: string): Result | null {
  const row = RESULTS.get(code);
  if (row === undefined) return null;
  const [state, failure] = row;
  return { state, failure: failure === null ? null : failureOf(failure, code) };
}

export interface DarajaError {
  readonly code: string;
  readonly message: string;
}

/** Every spelling of "this token is no good" (sheet, "Authentication"), Apigee's own included. */
const TOKEN_REFUSED: readonly string[] = ['404.001.03', '400.003.01', '401.002.01', '401.003.01', '401.001'];
const APIGEE_TOKEN_REFUSED = /^(?:oauth\.v2|keymanagement\.service)\.\w*access_?token\w*$/i;

export function isTokenError({ code }: DarajaError): boolean {
  return TOKEN_REFUSED.includes(code) || APIGEE_TOKEN_REFUSED.test(code);
}

/** Refused before anything was looked at; each of them proves that no prompt went out. */
const REFUSALS: ReadonlyMap<string, FailureCode> = new Map<string, FailureCode>([
  ['400.002.05', 'MISCONFIGURED'],
  ['400.003.02', 'MISCONFIGURED'],
  ['400.008.01', 'MISCONFIGURED'],
  ['400.008.02', 'MISCONFIGURED'],
  ['404.001.01', 'MISCONFIGURED'],
  ['404.001.04', 'MISCONFIGURED'],
  ['404.002.01', 'MISCONFIGURED'],
  ['404.003.01', 'MISCONFIGURED'],
  ['405.001', 'MISCONFIGURED'],
  // Spike arrest, quota and maintenance are the front door's.
  ['500.003.02', 'PROVIDER_BUSY'],
  ['500.003.03', 'PROVIDER_BUSY'],
  ['00.002.1001', 'PROVIDER_BUSY'],
  ...TOKEN_REFUSED.map((code) => [code, 'MISCONFIGURED'] as const),
]);

/** 500.001.1001 is many things on a push; only these messages say that it was refused. One portal copy has lost a digit. */
const INTERNAL = ['500.001.1001', '500.001.001'];
const INTERNAL_REFUSALS: readonly (readonly [RegExp, FailureCode])[] = [
  [/unable to lock subscriber/i, 'PROVIDER_BUSY'],
  [/merchant does not exist/i, 'MISCONFIGURED'],
  [/wrong credentials/i, 'MISCONFIGURED'],
];

/** 400.002.02 names the field at its end: "Bad Request - Invalid PhoneNumber". */
const FIELDS: readonly (readonly [RegExp, FailureCode])[] = [
  [/phone|msisdn|partya/i, 'INVALID_PHONE'],
  [/amount/i, 'INVALID_AMOUNT'],
];

/** What a refused push comes to; null: the error leaves open whether the payer was asked. */
export function refusalOf(error: DarajaError): Failure | null {
  const { code, message } = error;
  if (INTERNAL.includes(code)) {
    const known = meaningOf(message, INTERNAL_REFUSALS);
    return known === null ? null : failureOf(known, code);
  }
  if (code === '400.002.02') return failureOf(meaningOf(message, FIELDS) ?? 'MISCONFIGURED', code);
  if (isTokenError(error)) return failureOf('MISCONFIGURED', code);
  if (code.startsWith('policies.ratelimit.')) return failureOf('PROVIDER_BUSY', code);
  const known = REFUSALS.get(code);
  if (known !== undefined) return failureOf(known, code);
  // Its own word for a bad request, whatever is bad about it.
  return /^40\d\./.test(code) ? failureOf('UNKNOWN', code) : null;
}

/** An answer under a 5xx that says nothing of M-Pesa's health, and is not to be asked for again at once. */
export function isOrdinaryError({ code }: DarajaError): boolean {
  return INTERNAL.includes(code) || REFUSALS.has(code);
}

function meaningOf(message: string, table: typeof FIELDS): FailureCode | null {
  return table.find(([words]) => words.test(message))?.[1] ?? null;
}
