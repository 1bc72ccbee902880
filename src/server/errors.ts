// One shape for every error at the door: {"errors":[{"message","extensions":{"code","requestId"}}]}. What was not meant to
// be read becomes INTERNAL here, and its cause goes to the log.

import { GraphQLError, isEnumType, type ExecutionResult, type GraphQLSchema } from 'graphql';
import { RequestError } from '../core/errors.ts';
import type { Log } from '../services/ports.ts';
import type { Metrics } from './metrics.ts';

/** Every code that is shown, and its HTTP status. */
export const STATUS_OF_CODE = {
  BAD_REQUEST: 400,
  BAD_USER_INPUT: 400,
  GRAPHQL_PARSE_FAILED: 400,
  GRAPHQL_VALIDATION_FAILED: 400,
  INTROSPECTION_DISABLED: 400,
  OPERATION_RESOLUTION_FAILURE: 400,
  QUERY_TOO_COMPLEX: 400,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  NOT_ACCEPTABLE: 406,
  REQUEST_TIMEOUT: 408,
  PAYLOAD_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  EXPECTATION_FAILED: 417,
  RATE_LIMITED: 429,
  TOO_MANY_SUBSCRIPTIONS: 429,
  HEADERS_TOO_LARGE: 431,
  INTERNAL: 500,
  UNAVAILABLE: 503,
} as const;
export type Code = keyof typeof STATUS_OF_CODE;

/** One text for every way of not being known: it tells nothing about a key that does not work. */
const NOT_KNOWN = 'A valid API key or client token is required.';
const AWAY = 'The service is not available just now. It is safe to try again with the same idempotencyKey.';
const RETRY_AFTER_MS = 1_000;

/** A request that ends here, before any operation. */
export class Fault extends Error {
  readonly code: Code;
  readonly headers: readonly string[];

  /** `headers` are names and values in turn. */
  constructor(code: Code, message: string, headers: readonly string[] = []) {
    super(message);
    this.name = 'Fault';
    this.code = code;
    this.headers = headers;
  }
}

/** What an error means for the HTTP answer. `spec`: a client that speaks plain JSON gets 200 all the same. */
interface HttpMeaning {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly spec: boolean;
}

export interface Errors {
  /** An error as it may be shown. */
  publish(error: unknown, requestId: string): GraphQLError;
  /** The result with its errors as they may be shown. */
  finish(result: ExecutionResult, requestId: string): ExecutionResult;
  /** A refusal of the door itself, or whatever was thrown where nothing should be. */
  faultOf(error: unknown, requestId: string): Fault;
}

export function createErrors(world: {
  readonly log: Log;
  readonly metrics: Metrics;
  /** Left out: a value that is none of an enum's is not told which there are. */
  readonly schema?: GraphQLSchema;
}): Errors {
  const { log, metrics, schema } = world;

  function publish(error: unknown, requestId: string): GraphQLError {
    const root = rootOf(error);
    const shown = error instanceof GraphQLError ? error : null;
    const code = codeOf(error, root);
    metrics.refused(code);
    if (code === 'INTERNAL') log.error({ requestId, path: shown?.path, err: root }, 'unexpected error');
    if (code === 'UNAVAILABLE') log.warn({ requestId, err: root }, 'a part is away');
    const extensions = { code, requestId };
    // Not enumerable, so that it steers the HTTP answer and is never printed.
    Object.defineProperty(extensions, 'http', { value: meaningOf(code, shown, root), configurable: true });
    return new GraphQLError(messageOf(code, shown, root, schema), {
      nodes: shown?.nodes ?? null,
      source: shown?.source ?? null,
      positions: shown?.positions ?? null,
      path: shown?.path ?? null,
      extensions,
    });
  }

  return {
    publish,
    finish(result, requestId) {
      if (result.errors === undefined) return result;
      const errors = result.errors.map((error) => publish(error, requestId));
      // Part of the answer is there, and the errors say which part is not: the answer as a whole has not failed. A payment
      // that was made must never look like one that was not, because something beside it went wrong.
      if (isServed(result)) for (const { extensions } of errors) delete extensions['http'];
      return { ...result, errors };
    },
    faultOf(error, requestId) {
      if (error instanceof Fault) {
        metrics.refused(error.code);
        return error;
      }
      const { message, extensions } = publish(error, requestId);
      const { headers } = extensions['http'] as HttpMeaning;
      return new Fault(extensions['code'] as Code, message, Object.entries(headers).flat());
    },
  };
}

/** The HTTP status and headers of a result whose errors have been published. The same as yoga's own reckoning. */
export function httpOf(
  { errors = [] }: ExecutionResult,
  plainJson: boolean,
): { readonly status: number; readonly headers: readonly string[] } {
  let status = 0;
  const headers: Record<string, string> = {};
  for (const { extensions } of errors) {
    const http = extensions['http'] as HttpMeaning | undefined;
    if (http === undefined) continue;
    Object.assign(headers, http.headers);
    if (!(plainJson && http.spec)) status = Math.max(status, http.status);
  }
  return { status: status === 0 ? 200 : status, headers: Object.entries(headers).flat() };
}

/** The driver's errors and mongoose's own: the question never reached the database, or its answer never reached us. */
export function isDatabaseAway(error: unknown): boolean {
  return error instanceof Error && error.name.startsWith('Mongo');
}

export function printFault({ code, message }: Pick<Fault, 'code' | 'message'>, requestId: string): string {
  return JSON.stringify({ errors: [{ message, extensions: { code, requestId } }] });
}

function rootOf(error: unknown): unknown {
  let root = error;
  while (root instanceof GraphQLError && root.originalError !== undefined) root = root.originalError;
  return root;
}

function codeOf(error: unknown, root: unknown): Code {
  if (root instanceof RequestError || root instanceof Fault) return root.code;
  if (isDatabaseAway(root)) return 'UNAVAILABLE';
  if (!(root instanceof GraphQLError) || !(error instanceof GraphQLError)) return 'INTERNAL';
  const own = error.extensions['code'];
  // Yoga's code for a wrong verb is that of a bad request.
  if (own === 'BAD_REQUEST' && httpIn(error)?.status === 405) return 'METHOD_NOT_ALLOWED';
  if (typeof own === 'string' && Object.hasOwn(STATUS_OF_CODE, own)) return own as Code;
  if (error.message.startsWith('Syntax Error: ')) return 'GRAPHQL_PARSE_FAILED';
  // graphql-js gives neither a code nor, before it executes, a path: what it refuses then is a value of the request.
  return error.path === undefined || root.message.startsWith('Argument "') ? 'BAD_USER_INPUT' : 'INTERNAL';
}

function httpIn({ extensions }: GraphQLError): Partial<HttpMeaning> | undefined {
  return extensions['http'];
}

function messageOf(code: Code, shown: GraphQLError | null, root: unknown, schema: GraphQLSchema | undefined): string {
  if (code === 'INTERNAL') return 'Unexpected error.';
  if (code === 'UNAUTHENTICATED') return NOT_KNOWN;
  if (code === 'UNAVAILABLE' && isDatabaseAway(root)) return AWAY;
  if (code === 'OPERATION_RESOLUTION_FAILURE') return 'operationName must name one of the operations of the document.';
  if (code === 'BAD_USER_INPUT' && shown !== null) return withEnums(withoutValues(shown.message), schema);
  if (code === 'GRAPHQL_PARSE_FAILED' && shown !== null) return withoutLiterals(shown.message);
  return shown?.message ?? (root instanceof Error ? root.message : AWAY);
}

/**
 * graphql-js repeats the value that it refuses, and for a wrong member the whole input around it, with whatever phone
 * number stands there (rule 9). What is left says which place, and which rule.
 */
function withoutValues(message: string): string {
  const [, what = '', rest = ''] = /^(Variable "\$[^"]*" got) invalid value ([\s\S]*)$/.exec(message) ?? [];
  const cut = rest.lastIndexOf('; ');
  // Written in the document, its place stands at the end.
  if (cut === -1) return message.replace(/(?:, found|( value):) [\s\S]*( At "[^"]*"\.)$/, '$1.$2');
  const place = / at "[^"]*"$/.exec(rest.slice(0, cut))?.[0] ?? '';
  const reason = rest.slice(cut + 2).replace(/ value: [\s\S]*$/, ' value.');
  return `${what} an invalid value${place}; ${reason}`;
}

/** A text or a number that stands where it must not: the parser repeats all of it, and it may be anybody's phone number. */
function withoutLiterals(message: string): string {
  return message.replace(/\b(String|BlockString|Int|Float) "[\s\S]*"\.$/, '$1.');
}

/** Which values there are, in place of the one that is none of them. A suggestion names one of ours, and stays. */
function withEnums(message: string, schema: GraphQLSchema | undefined): string {
  return message.replace(/Value "[^"]*" does not exist in "(\w+)" enum\./, (_whole, name: string) => {
    const type = schema?.getType(name);
    const values = isEnumType(type) ? type.getValues().map((value) => value.name) : [];
    return `${name} must be one of ${values.length === 0 ? 'its values' : values.join(', ')}.`;
  });
}

function meaningOf(code: Code, shown: GraphQLError | null, root: unknown): HttpMeaning {
  // Yoga names the right verbs beside every fault of a request's parameters, though none of them was wrong.
  const headers: Record<string, string> = {};
  if (code === 'METHOD_NOT_ALLOWED' && shown !== null) headers['allow'] = httpIn(shown)?.headers?.['Allow'] ?? 'POST';
  const retryAfterMs = root instanceof RequestError ? root.retryAfterMs : null;
  const waits = retryAfterMs !== null || code === 'UNAVAILABLE' || code === 'RATE_LIMITED';
  if (waits && headers['retry-after'] === undefined) headers['retry-after'] = secondsOf(retryAfterMs ?? RETRY_AFTER_MS);
  if (code === 'UNAUTHENTICATED') headers['www-authenticate'] = 'Bearer';
  const status = STATUS_OF_CODE[code];
  const ofDocument = code === 'GRAPHQL_PARSE_FAILED' || code === 'GRAPHQL_VALIDATION_FAILED';
  return { status, headers, spec: ofDocument || (code === 'BAD_USER_INPUT' && shown?.path === undefined) };
}

function isServed({ data }: ExecutionResult): boolean {
  return data !== null && data !== undefined && Object.values(data).some((value) => value !== null);
}

export function secondsOf(ms: number): string {
  return String(Math.max(1, Math.ceil(ms / 1_000)));
}
