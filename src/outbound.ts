// The HTTP client that gateways call providers with. It holds what `gateways/http.ts` promises: one deadline over all, a
// write sent once, and `unsent` only where it is proven that nothing left this machine.

import {
  BrokenCircuitError,
  bulkhead,
  BulkheadRejectedError,
  circuitBreaker,
  ConsecutiveBreaker,
  ExponentialBackoff,
  handleWhenResult,
  retry,
} from 'cockatiel';
import { Agent, request as undiciRequest } from 'undici';
import { REPLY_BYTES_MAX, type HttpClient, type HttpReply, type HttpRequest } from './gateways/http.ts';

export interface CallStats {
  readonly gateway: string;
  readonly effect: HttpRequest['effect'];
  readonly kind: HttpReply['kind'];
  /** null without an answer. */
  readonly status: number | null;
  readonly durationMs: number;
  readonly tries: number;
}

export interface HttpClientOptions {
  readonly gateway: string;
  /** Calls at once; as many again times four may wait. */
  readonly maxConcurrent?: number;
  /** So many failures in a row stop all calls of that effect, until one may try again. */
  readonly breaker?: { readonly failures: number; readonly halfOpenAfterMs: number };
  /** Milliseconds to wait until the provider's limit lets one more call leave; null where that is more than `waitMaxMs`. */
  readonly budget?: (waitMaxMs: number) => Promise<number | null>;
  /** Told of every call when it is over; must not throw. */
  readonly onSettled?: (stats: CallStats) => void;
}

const MAX_CONCURRENT = 64;
const WAITING_FOR_EACH = 4;
/**
 * Failures in a row, by effect. While the writes' breaker is open, payments that the provider might have taken are refused
 * for good, so it takes a provider that is plainly down; the questions' one only delays.
 */
const FAILURES = { read: 10, write: 50 };
const HALF_OPEN_AFTER_MS = 5_000;
const CONNECT_TIMEOUT_MS = 3_000;
const READ_RETRIES_MAX = 2;
const RETRY_PAUSE_MAX_MS = 400;
/** A question is asked again only while there is this much time for its pause and its answer. */
const RETRY_ROOM_MS = 1_000;
/** A call that has waited for its turn until less than this part of its time is left stays here: it would only be lost. */
const PART_FOR_ANSWER = 0.25;

/**
 * How long a call may wait for its place within the provider's limit. A question reaches further than a payment: at the limit
 * new payments are refused, which costs nobody anything, and those that were made are confirmed.
 */
const WAIT_MAX_MS = { read: 10_000, write: 3_000 };

const NOT_CONNECTED = 'not connected';
/** Errors that come before a byte of the request is written. A connection that breaks later proves nothing. */
const NEVER_LEFT: readonly string[] = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT'];

export function createHttpClient(options: HttpClientOptions): HttpClient & { close(): Promise<void> } {
  const { gateway, maxConcurrent = MAX_CONCURRENT, breaker, budget, onSettled } = options;
  const agent = new Agent({
    connect: { timeout: CONNECT_TIMEOUT_MS },
    maxResponseSize: REPLY_BYTES_MAX,
    // One failure of an HTTP/2 connection would leave every call on it without an answer.
    allowH2: false,
  });
  const slots = bulkhead(maxConcurrent, maxConcurrent * WAITING_FOR_EACH);
  const ordinary = new WeakSet<HttpReply>();
  const breakers = { read: createBreaker('read'), write: createBreaker('write') };

  return {
    send,
    close: () => agent.close(),
  };

  function createBreaker(effect: HttpRequest['effect']) {
    const { failures, halfOpenAfterMs } = breaker ?? {
      failures: FAILURES[effect],
      halfOpenAfterMs: HALF_OPEN_AFTER_MS,
    };
    return circuitBreaker(
      handleWhenResult((reply) => isUnwell(reply as HttpReply)),
      {
        breaker: new ConsecutiveBreaker(failures),
        halfOpenAfter: halfOpenAfterMs,
      },
    );
  }

  async function send(request: HttpRequest): Promise<HttpReply> {
    const startedAt = performance.now();
    const spentMs = (): number => performance.now() - startedAt;
    const restMs = (): number => request.timeoutMs - spentMs();
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(new DOMException('', 'TimeoutError')), request.timeoutMs);
    let tries = 0;
    const once = (): Promise<HttpReply> => {
      tries += 1;
      return tryOnce(request, deadline.signal, restMs);
    };
    const mayRepeat = (reply: unknown): boolean => isUnwell(reply as HttpReply) && restMs() > RETRY_ROOM_MS;
    const again = retry(handleWhenResult(mayRepeat), {
      maxAttempts: READ_RETRIES_MAX,
      backoff: new ExponentialBackoff({ initialDelay: 100, maxDelay: RETRY_PAUSE_MAX_MS }),
    });
    const reply = await (request.effect === 'read' ? again.execute(once) : once());
    clearTimeout(timer);
    const status = reply.kind === 'answered' ? reply.status : null;
    onSettled?.({ gateway, effect: request.effect, kind: reply.kind, status, durationMs: spentMs(), tries });
    return reply;
  }

  /** Waits for a slot and for the breaker no longer than the deadline, and sends nothing that cannot be answered in time. */
  function tryOnce(request: HttpRequest, deadline: AbortSignal, restMs: () => number): Promise<HttpReply> {
    let isOut = false;
    const exchangeNow = async (): Promise<HttpReply> => {
      const refusal = await placeWithin(request, restMs);
      if (refusal !== null) return unsent(refusal);
      if (restMs() < request.timeoutMs * PART_FOR_ANSWER) return unsent('its time was over before it was sent');
      isOut = true;
      return exchange(request, deadline);
    };
    const guarded = slots
      .execute(() => breakers[request.effect].execute(exchangeNow, deadline), deadline)
      .catch((error: unknown) => notAllowed(error));
    const late = new Promise<void>((resolve) => {
      deadline.addEventListener('abort', () => resolve(), { once: true });
    }).then(() => (isOut ? guarded : unsent('its time was over before it was sent')));
    return Promise.race([guarded, late]);
  }

  /** Waits for a place within the provider's limit; why there is none, where there is none in time. */
  async function placeWithin({ effect, timeoutMs }: HttpRequest, restMs: () => number): Promise<string | null> {
    if (budget === undefined) return null;
    const waitMaxMs = Math.min(WAIT_MAX_MS[effect], restMs() - timeoutMs * PART_FOR_ANSWER);
    if (waitMaxMs < 0) return 'its time was over before it was sent';
    const waitMs = await budget(waitMaxMs).catch(() => null);
    if (waitMs === null) return 'the provider is called as often as it allows';
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    return null;
  }

  /** What says that the provider is unwell. A 4xx is an answer like any other, and a crowd of our own says nothing of it. */
  function isUnwell(reply: HttpReply): boolean {
    if (reply.kind === 'unsent') return reply.reason.startsWith(NOT_CONNECTED);
    return reply.kind === 'silent' || (reply.status >= 500 && !ordinary.has(reply));
  }

  async function exchange(request: HttpRequest, deadline: AbortSignal): Promise<HttpReply> {
    const { method, url, headers, body, timeoutMs } = request;
    try {
      const response = await undiciRequest(url, {
        dispatcher: agent,
        method,
        headers,
        body,
        signal: deadline,
        headersTimeout: timeoutMs,
        bodyTimeout: timeoutMs,
      });
      const text = await response.body.text();
      const { statusCode: status } = response;
      const reply: HttpReply = { kind: 'answered', status, headers: flat(response.headers), text };
      if (request.isOrdinary?.(status, text) === true) ordinary.add(reply);
      return reply;
    } catch (error) {
      const code = codeOf(error);
      return NEVER_LEFT.includes(code)
        ? unsent(`${NOT_CONNECTED}: ${code}`)
        : { kind: 'silent', reason: reasonOf(code) };
    }
  }
}

function notAllowed(error: unknown): HttpReply {
  if (error instanceof BrokenCircuitError) return unsent('its breaker is open');
  if (error instanceof BulkheadRejectedError) return unsent('too many calls are waiting');
  // A signal that was over while the call waited for its turn.
  return unsent('its time was over before it was sent');
}

function unsent(reason: string): HttpReply {
  return { kind: 'unsent', reason };
}

function flat(headers: NodeJS.Dict<string | string[]>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value ?? ''].flat().join(', ')]));
}

/** Of several addresses that all failed to connect, the code that they share. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  if ('code' in error && typeof error.code === 'string' && error.code !== '') return error.code;
  return error.name;
}

/** Codes only: a message may quote what was sent. */
function reasonOf(code: string): string {
  if (/Timeout|TIMEOUT/.test(code)) return 'no answer in time';
  if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') return 'the answer is too large';
  return `the connection was lost (${code})`;
}
