// The kit that every provider's simulator is made of. A simulator plays one provider over HTTP under
// `<simulatorUrl>/<gateway>`: it speaks the provider's own wire format, checks credentials, calls back, and keeps books
// that are the ground truth of every fault test. A gateway brings a plan (its routes, its callbacks, its test numbers);
// the kit brings moods, time, books and the control calls `_ledger`, `_script` and `_phone`.

import { join } from 'node:path';
import type { Money } from '../core/money.ts';
import type { Verdict } from './contract.ts';
import { openBooks, type Books, type Ending, type Operation } from './simulator-books.ts';
import { createCaller, type CallbackMessage, type Delivery } from './simulator-callbacks.ts';
import { createControls } from './simulator-controls.ts';
import { driveOperations, type Drive } from './simulator-driven.ts';
import { json, reply, type SimulatorReply, type SimulatorRequest } from './simulator-http.ts';
import { openOperations, type Draft, type Operations } from './simulator-operations.ts';
import type { Timers } from './simulator-timers.ts';
import { NO_WORDS, type PhoneAction, type RequestKind, type Words } from './simulator-words.ts';

export interface SimulatorDefinition {
  /** Made-up credentials and the base URL by environment name: exactly what the gateway's settings ask for. */
  env(baseUrl: string): Readonly<Record<string, string>>;
  create(tools: SimulatorTools): Simulator;
  /** What its paths at the server's root begin with, e.g. `/v1/`: the provider's own client takes no path before them. */
  readonly root?: string;
  /** A payment that this provider takes, for suites that run over all of them. `phone` is E.164. */
  readonly sample: { readonly amount: Money; readonly country: string; readonly phone: string };
  /** It calls back about refunds too. */
  readonly tellsRefunds?: true;
  /** Calls whose verdict the provider's documents fix. */
  readonly vectors: readonly WebhookVector[];
}

export interface WebhookVector {
  readonly name: string;
  /** Settings that the vector was computed with. */
  readonly env: Readonly<Record<string, string>>;
  /** When it was signed; null where the signature holds no time. */
  readonly at: Date | null;
  readonly headers: Readonly<Record<string, string>>;
  /** What stands after the gateway's own path; left out where nothing does. */
  readonly path?: string;
  /** Left out: this machine's own. */
  readonly remoteAddress?: string;
  readonly body: string;
  readonly verdict: Verdict;
}

export interface SimulatorTools {
  /** `<simulatorUrl>/<gateway>`, as the gateway was told. */
  readonly baseUrl: string;
  /** What `env` gave, and the gateway was told: the credentials to check. */
  readonly env: Readonly<Record<string, string>>;
  /** Where our own door takes this provider's calls. Asked at every call: its port may be known late. */
  readonly webhookUrl: () => string;
  /** The folder of `<gateway>.jsonl`; null keeps the books in memory. */
  readonly booksDir: string | null;
  readonly timers: Timers;
  readonly tuning: Tuning;
}

/** Paces, in milliseconds. */
export interface Tuning {
  /** From the request to its end; null takes the provider's own. */
  readonly settleMs: number | null;
  /** How long the payer may answer; null takes the provider's own. */
  readonly promptMs: number | null;
  readonly slowMs: number;
  /** Longer than any gateway waits. */
  readonly lateMs: number;
}

export const DEFAULT_TUNING: Tuning = { settleMs: null, promptMs: null, slowMs: 3_000, lateMs: 240_000 };

export interface Simulator {
  /** `path` is what follows `/<gateway>`. Never throws. */
  handle(request: SimulatorRequest): Promise<SimulatorReply>;
  /** Forgets every timer. The books stay. */
  close(): void;
}

export interface SimulatorPlan<Detail> {
  readonly id: string;
  readonly settleMs: number;
  /** null: the provider closes no payment by itself. */
  readonly promptMs: number | null;
  readonly endings: Readonly<Record<Exclude<PhoneAction, 'approve' | 'ignore'> | 'timeout', Ending>>;
  readonly routes: readonly Route<Detail>[];
  /** The least that two amounts can differ by, in minor units; left out, one. */
  readonly step?: number;
  /** The currency that a payer pays in by mistake; null where the provider knows one currency alone. */
  otherCurrency(currency: string): string | null;
  /** Words that the request itself brings, or the provider's refusal of them. */
  words?(request: SimulatorRequest, kind: RequestKind): Words | SimulatorReply | null;
  /** Where a refused try is not the end: what is kept of it, while the payment stays open. null: it is the end. */
  afterRefusal?(operation: Operation<Detail>, refusal: Ending): Detail | null;
  /** null: of this operation the provider says nothing. Several are sent in their order. */
  callback(operation: Operation<Detail>, delivery: Delivery): CallbackMessage | readonly CallbackMessage[] | null;
  /** Pauses before a callback is tried again. */
  readonly callbackPausesMs: readonly number[];
  readonly unauthorized: SimulatorReply;
  /** Of a provider that calls us and waits: our answers decide what becomes of an operation, and it calls back no more. */
  readonly drive?: Drive<Detail>;
  /** The provider's own words for too many requests. */
  readonly rateLimited?: SimulatorReply;
  /** Hands over the books, to a plan that looks into them between requests. */
  opened?(books: Books<Detail>): void;
}

export interface Route<Detail> {
  readonly method: 'GET' | 'POST';
  /** Its groups come as `params`. */
  readonly path: RegExp;
  /** null: neither moves money nor asks about it, and no mood applies. */
  readonly kind: RequestKind | null;
  run(
    request: SimulatorRequest,
    desk: Desk<Detail>,
    params: readonly string[],
  ): SimulatorReply | Promise<SimulatorReply>;
}

/** What a route works with. */
export interface Desk<Detail> {
  readonly books: Books<Detail>;
  now(): Date;
  /** Writes a new operation, and sees to its end and its callbacks as the words of this request say. */
  open(draft: Draft<Detail>): Operation<Detail>;
  /** Resolves once the provider's calls to us about it are over. */
  settled(operation: Operation<Detail>): Promise<void>;
  /** The payer acts. null when the operation has ended already. */
  act(operation: Operation<Detail>, action: PhoneAction): Operation<Detail> | null;
  /** Still open, and it ends no more by itself: the payer is at it. What has happened is called back about. */
  keepOpen(operation: Operation<Detail>, detail: Detail): Operation<Detail>;
  /** Ends it by another hand than the payer's, now or later; even one that has ended before. */
  end(operation: Operation<Detail>, ending: Ending, afterMs?: number): Operation<Detail>;
}

export function createSimulator<Detail>(plan: SimulatorPlan<Detail>, tools: SimulatorTools): Simulator {
  const { timers, tuning } = tools;
  const file = tools.booksDir === null ? null : join(tools.booksDir, `${plan.id}.jsonl`);
  const books = openBooks<Detail>(file);
  plan.opened?.(books);
  const caller = createCaller({ plan, books, timers, webhookUrl: tools.webhookUrl });
  const { drive } = plan;
  const operations: Operations<Detail> =
    drive === undefined
      ? openOperations({ plan, books, timers, tuning, caller })
      : driveOperations({ plan, drive, books, timers, tuning });
  const controls = createControls({ books, operations, hasOtherCurrency: plan.otherCurrency('XOF') !== null });
  operations.resume();

  return { handle, close };

  async function handle(request: SimulatorRequest): Promise<SimulatorReply> {
    const control = await controls.answer(request);
    if (control !== null) return control;
    for (const route of plan.routes) {
      const match = route.method === request.method ? route.path.exec(request.path) : null;
      if (match !== null) return serve(route, request, match.slice(1));
    }
    return json(404, { error: `${plan.id} has no ${request.method} ${request.path}` });
  }

  async function serve(
    route: Route<Detail>,
    request: SimulatorRequest,
    params: readonly string[],
  ): Promise<SimulatorReply> {
    const words = wordsFor(route, request);
    if ('kind' in words) return words;
    const nothingDone = withoutEffect(words);
    if (nothingDone !== null) return nothingDone;

    const early: Promise<void>[] = [];
    const answer = await route.run(
      request,
      {
        books,
        now: () => timers.now(),
        open: (draft) => operations.open(draft, words, early),
        act: (operation, action) => operations.act(operation, action),
        settled: (operation) => operations.settled(operation),
        keepOpen: (operation, detail) => operations.keepOpen(operation, detail),
        end: (operation, ending, afterMs = 0) => operations.end(operation, ending, afterMs),
      },
      params,
    );
    await Promise.all(early);
    if (words.mood === 'slow') await new Promise<void>((resolve) => timers.after(tuning.slowMs, resolve));
    // The reply that is lost is then ours, to a call of the provider; its own page is whole.
    return plan.drive === undefined ? afterEffect(words, answer) : answer;
  }

  function wordsFor(route: Route<Detail>, request: SimulatorRequest): Words | SimulatorReply {
    if (route.kind === null) return NO_WORDS;
    return controls.take(route.kind) ?? plan.words?.(request, route.kind) ?? NO_WORDS;
  }

  function withoutEffect({ mood }: Words): SimulatorReply | null {
    if (mood === 'silent') return { kind: 'hang' };
    if (mood === 'server-error') return reply(502, 'text/html', '<html><h1>502 Bad Gateway</h1></html>');
    if (mood === 'rate-limited') return plan.rateLimited ?? TOO_MANY;
    return mood === 'unauthorized' ? plan.unauthorized : null;
  }

  function close(): void {
    operations.close();
    caller.close();
  }
}

const TOO_MANY = json(429, { error: 'too many requests' }, { 'retry-after': '1' });

function afterEffect({ mood }: Words, answer: SimulatorReply): SimulatorReply {
  if (mood === 'lost-reply') return { kind: 'drop' };
  // A proxy's page with the provider's status code: it happened, and nobody can read how.
  return mood === 'garbage' ? reply(200, 'text/html', '<html><body>{"ok"') : answer;
}
