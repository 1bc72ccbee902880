// Payme as the client of our Merchant API (sheet 15): calls with ids that grow, as text/json, without `jsonrpc` half of the
// time, and again until they are answered.

import { createServedCaller, type ServedCaller } from '../simulator-caller.ts';
import type { Ending, Operation } from '../simulator-books.ts';
import type { Drive } from '../simulator-driven.ts';
import type { SimulatorTools } from '../simulator.ts';
import { NO_WORDS, type Words } from '../simulator-words.ts';
import type { Detail } from './simulator-checkout.ts';

export interface RpcAnswer {
  readonly id?: unknown;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly code: number; readonly message: unknown; readonly data?: unknown };
}

export interface Merchant {
  readonly drive: Drive<Detail>;
  /** One call, sent until there is an answer that is not "try again later". */
  call(method: string, params: object, words?: Words): Promise<RpcAnswer>;
  /** Any call, sent once, as a test wishes it. */
  send(wish: RawCall): Promise<{ readonly status: number; readonly body: string }>;
}

export interface RawCall {
  readonly verb?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly login?: string;
  readonly key?: string;
}

/** Sheet 15: Payme's own pauses are not published. */
const RETRY_PAUSES_MS = [1_000, 5_000, 30_000];
const SYSTEM_ERROR = -32400;
const REFUND_REASON = 5;

export function createMerchant({ env, webhookUrl, timers }: SimulatorTools): Merchant {
  const url = (): string => new URL('/billing/payme', webhookUrl()).href;
  const caller: ServedCaller = createServedCaller({
    timers,
    url,
    pausesMs: RETRY_PAUSES_MS,
    isAnswer(body) {
      const answer = answerIn(body);
      return answer !== null && answer.error?.code !== SYSTEM_ERROR;
    },
  });
  let id = timers.now().getTime() % 1_000_000_000;

  function headersFor(key: string, login = 'Paycom'): Record<string, string> {
    const credential = Buffer.from(`${login}:${key}`).toString('base64');
    return { 'content-type': 'text/json; charset=UTF-8', authorization: `Basic ${credential}` };
  }

  const ownKey = env['PAYME_SECRET_KEY'] ?? '';

  async function call(method: string, params: object, words: Words = NO_WORDS): Promise<RpcAnswer> {
    id += 1;
    const body = JSON.stringify({ ...(id % 2 === 0 ? { jsonrpc: '2.0' } : {}), id, method, params });
    const key = words.callback === 'forged' ? 'a_key_of_somebody_else_0123456789abc' : ownKey;
    return answerIn(await caller.ask({ headers: headersFor(key), body }, words)) ?? {};
  }

  return {
    call,
    async send({ verb = 'POST', body, headers, login, key = ownKey }) {
      const response = await fetch(url(), {
        method: verb,
        headers: headers ?? headersFor(key, login),
        ...(body === undefined ? {} : { body }),
      });
      return { status: response.status, body: await response.text() };
    },
    drive: {
      async begin(operation, words) {
        const order = orderOf(operation);
        const asked = await call('CheckPerformTransaction', order, words);
        if (asked.result?.['allow'] !== true) return refusedBy(asked);
        const time = Date.parse(operation.createdAt);
        const created = await call('CreateTransaction', { id: operation.providerId, time, ...order }, words);
        return created.result?.['state'] === 1 ? null : refusedBy(created);
      },
      async perform({ providerId }, words) {
        const answer = await call('PerformTransaction', { id: providerId }, words);
        return answer.result?.['state'] === 2 ? { state: 'succeeded', reason: null } : refusedBy(answer);
      },
      async cancel({ providerId }, ending, words) {
        const reason = Number(ending?.reason ?? REFUND_REASON);
        const { result } = await call('CancelTransaction', { id: providerId, reason }, words);
        if (result?.['state'] === -2) return 'reversed';
        return result?.['state'] === -1 ? 'closed' : 'refused';
      },
      close: caller.close,
    },
  };
}

function orderOf({ amount, detail }: Operation<Detail>): object {
  return { amount, account: detail.account };
}

/** We said no, so the payer keeps the money; the books say with which code. */
function refusedBy({ error }: RpcAnswer): Ending {
  return { state: 'failed', reason: String(error?.code ?? 'no_answer') };
}

export function answerIn(body: string): RpcAnswer | null {
  try {
    const answer: unknown = JSON.parse(body);
    return typeof answer === 'object' && answer !== null ? answer : null;
  } catch {
    return null;
  }
}
