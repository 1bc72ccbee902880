// What becomes of a simulated operation: it waits, it ends as planned or as the payer says, and the provider calls back.

import type { SimulatorPlan, Tuning } from './simulator.ts';
import type { Books, Ending, Operation } from './simulator-books.ts';
import type { Caller } from './simulator-callbacks.ts';
import type { Timers } from './simulator-timers.ts';
import type { CallbackWord, OperationKind, PhoneAction, Words } from './simulator-words.ts';

/** What a route knows of a new operation. */
export interface Draft<Detail> {
  readonly kind: OperationKind;
  readonly providerId: string;
  readonly reference: string | null;
  readonly operationId: string | null;
  readonly amount: number;
  readonly currency: string;
  readonly detail: Detail;
  /** How it ends when nobody says otherwise. Left out: well. `ignored`: the payer never answers. */
  readonly ending?: Ending | 'ignored';
  /** How it is called back when nobody says otherwise. */
  readonly callback?: CallbackWord;
  /** It ends with the request that starts it. */
  readonly atOnce?: boolean;
}

export interface Operations<Detail> {
  /** A callback that has to be over before the request is answered is put into `early`. */
  open(draft: Draft<Detail>, words: Words, early: Promise<void>[]): Operation<Detail>;
  act(operation: Operation<Detail>, action: PhoneAction): Operation<Detail> | null;
  /** Sends back what was paid. Left out where the provider is told to do so by a call of ours. */
  reverse?(operation: Operation<Detail>): Promise<boolean>;
  /** Resolves once nothing is under way that this operation waits for. */
  settled(operation: Operation<Detail>): Promise<void>;
  keepOpen(operation: Operation<Detail>, detail: Detail): Operation<Detail>;
  end(operation: Operation<Detail>, ending: Ending, afterMs: number): Operation<Detail>;
  /** After a restart: what was waiting waits on, and what was not told is told. */
  resume(): void;
  close(): void;
}

export const WELL: Ending = { state: 'succeeded', reason: null };

interface Parts<Detail> {
  readonly plan: SimulatorPlan<Detail>;
  readonly books: Books<Detail>;
  readonly timers: Timers;
  readonly tuning: Tuning;
  readonly caller: Caller<Detail>;
}

export function openOperations<Detail>({ plan, books, timers, tuning, caller }: Parts<Detail>): Operations<Detail> {
  const waiting = new Map<string, () => void>();
  const promptMs = plan.promptMs === null ? null : (tuning.promptMs ?? plan.promptMs);

  return { open, act, keepOpen, end: endLater, settled: async () => undefined, resume, close };

  function open(draft: Draft<Detail>, words: Words, early: Promise<void>[]): Operation<Detail> {
    const { kind, providerId, reference, operationId, currency, detail } = draft;
    const callback = words.callback === 'normal' ? (draft.callback ?? 'normal') : words.callback;
    const { ending, afterMs } = planned(draft, words, callback);
    // A payer may pay something else than was asked; what we send ourselves is what we say.
    const isPaidWrong = (word: CallbackWord): boolean => kind === 'collect' && callback === word;
    const now = timers.now();
    const operation: Operation<Detail> = {
      kind,
      providerId,
      reference,
      operationId,
      amount: isPaidWrong('wrong-amount') ? draft.amount + (plan.step ?? 1) : draft.amount,
      currency: isPaidWrong('wrong-currency') ? (plan.otherCurrency(currency) ?? currency) : currency,
      state: 'pending',
      reason: null,
      at: now.toISOString(),
      createdAt: now.toISOString(),
      ending: afterMs === null ? null : { ...ending, at: new Date(now.getTime() + afterMs).toISOString() },
      callback,
      told: false,
      detail,
    };
    books.write(operation);
    if (afterMs !== 0) {
      wait(operation);
      return operation;
    }
    const ended = end(operation, ending);
    const call = caller.call(ended);
    if (callback === 'early') early.push(call);
    return ended;
  }

  function planned(
    draft: Draft<Detail>,
    { action }: Words,
    callback: CallbackWord,
  ): { readonly ending: Ending; readonly afterMs: number | null } {
    if (action === 'ignore' || (action === null && draft.ending === 'ignored')) {
      return { ending: plan.endings.timeout, afterMs: promptMs };
    }
    const own = draft.ending === undefined || draft.ending === 'ignored' ? WELL : draft.ending;
    const ending = action === null ? own : endingOf(action);
    if (callback === 'late') return { ending, afterMs: tuning.lateMs };
    const atOnce = callback === 'early' || draft.atOnce === true;
    return { ending, afterMs: atOnce ? 0 : (tuning.settleMs ?? plan.settleMs) };
  }

  function endingOf(action: Exclude<PhoneAction, 'ignore'>): Ending {
    return action === 'approve' ? WELL : plan.endings[action];
  }

  function act(operation: Operation<Detail>, action: PhoneAction): Operation<Detail> | null {
    const current = books.find(operation.kind, operation.providerId);
    if (current?.state !== 'pending') return null;
    if (action === 'ignore') {
      const at = promptMs === null ? null : new Date(Date.parse(current.createdAt) + promptMs).toISOString();
      const ignored: Operation<Detail> = { ...current, ending: at === null ? null : { ...plan.endings.timeout, at } };
      books.write(ignored);
      wait(ignored);
      return ignored;
    }
    const ended = end(current, endingOf(action));
    void caller.call(ended);
    return ended;
  }

  function keepOpen(operation: Operation<Detail>, detail: Detail): Operation<Detail> {
    const open = hold(operation, detail);
    void caller.call(open);
    return open;
  }

  function endLater(operation: Operation<Detail>, ending: Ending, afterMs: number): Operation<Detail> {
    if (afterMs === 0) {
      const ended = end(operation, ending);
      void caller.call(ended);
      return ended;
    }
    const at = new Date(timers.now().getTime() + afterMs).toISOString();
    const planned: Operation<Detail> = { ...operation, ending: { ...ending, at } };
    books.write(planned);
    wait(planned);
    return planned;
  }

  function end(operation: Operation<Detail>, ending: Ending): Operation<Detail> {
    const refused = ending.state === 'failed' ? (plan.afterRefusal?.(operation, ending) ?? null) : null;
    if (refused !== null) return hold(operation, refused);
    const { state, reason } = ending;
    return note(operation, { state, reason });
  }

  /** Open as before, with nothing more that happens by itself. */
  function hold(operation: Operation<Detail>, detail: Detail): Operation<Detail> {
    return note(operation, { detail });
  }

  function note(operation: Operation<Detail>, change: Partial<Operation<Detail>>): Operation<Detail> {
    forget(operation);
    const told = operation.callback === 'none';
    const noted = { ...operation, ...change, at: timers.now().toISOString(), ending: null, told };
    books.write(noted);
    return noted;
  }

  function wait(operation: Operation<Detail>): void {
    const { ending, kind, providerId } = operation;
    forget(operation);
    if (ending === null) return;
    const restMs = Math.max(0, Date.parse(ending.at) - timers.now().getTime());
    const cancel = timers.after(restMs, () => {
      // What it became meanwhile, not what it was.
      void caller.call(end(books.find(kind, providerId) ?? operation, ending));
    });
    waiting.set(keyOf(operation), cancel);
  }

  function forget(operation: Operation<Detail>): void {
    waiting.get(keyOf(operation))?.();
    waiting.delete(keyOf(operation));
  }

  function resume(): void {
    for (const operation of books.list()) {
      if (operation.ending !== null) wait(operation);
      else if (operation.state !== 'pending' && !operation.told) void caller.call(operation);
    }
  }

  function close(): void {
    for (const cancel of waiting.values()) cancel();
    waiting.clear();
  }
}

export function keyOf({ kind, providerId }: Operation<unknown>): string {
  return `${kind} ${providerId}`;
}
