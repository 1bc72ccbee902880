// What becomes of an operation at a provider that calls us and waits for our answer (Payme, Click): it asks us for leave, and
// the payer's money moves only as far as we agree. The books say what was really taken and given back.

import type { SimulatorPlan, Tuning } from './simulator.ts';
import type { Books, Ending, Operation } from './simulator-books.ts';
import { keyOf, WELL, type Draft, type Operations } from './simulator-operations.ts';
import type { Timers } from './simulator-timers.ts';
import { NO_WORDS, type PhoneAction, type Words } from './simulator-words.ts';

/** The provider's own calls to us. Each repeats itself until we have decided, and rejects only when the simulator closes. */
export interface Drive<Detail> {
  /** Asks for leave, and opens the payment. null: it is open; else why it came to nothing. */
  begin(operation: Operation<Detail>, words: Words): Promise<Ending | null>;
  /** The payer has said yes. Nothing was taken unless this says `succeeded`. */
  perform(operation: Operation<Detail>, words: Words): Promise<Ending>;
  /** `closed`: it will not be paid. `reversed`: it was paid, and goes back. `refused`: we keep the money. */
  cancel(operation: Operation<Detail>, ending: Ending | null, words: Words): Promise<'closed' | 'reversed' | 'refused'>;
  close(): void;
}

interface Parts<Detail> {
  readonly plan: Pick<SimulatorPlan<Detail>, 'endings' | 'settleMs' | 'promptMs'>;
  readonly drive: Drive<Detail>;
  readonly books: Books<Detail>;
  readonly timers: Timers;
  readonly tuning: Tuning;
}

export function driveOperations<Detail>({ plan, drive, books, timers, tuning }: Parts<Detail>): Operations<Detail> {
  const waiting = new Map<string, () => void>();
  const underWay = new Map<string, Promise<void>>();
  const said = new Map<string, Words>();
  const promptMs = plan.promptMs === null ? null : (tuning.promptMs ?? plan.promptMs);

  const wordsOf = (operation: Operation<Detail>): Words => said.get(keyOf(operation)) ?? NO_WORDS;
  const present = ({ kind, providerId }: Operation<Detail>): Operation<Detail> | null => {
    const current = books.find(kind, providerId);
    return current?.state === 'pending' ? current : null;
  };

  // Our answers decide what becomes of it, and no route of the provider's.
  return { open, act, keepOpen: endedByAnswers, end: endedByAnswers, reverse, settled, resume, close };

  function open(draft: Draft<Detail>, words: Words, early: Promise<void>[]): Operation<Detail> {
    const { kind, providerId, reference, operationId, currency, detail } = draft;
    const now = timers.now().toISOString();
    const operation: Operation<Detail> = {
      kind,
      providerId,
      reference,
      operationId,
      amount: words.callback === 'wrong-amount' ? draft.amount + 1 : draft.amount,
      currency,
      state: 'pending',
      reason: null,
      at: now,
      createdAt: now,
      ending: null,
      callback: words.callback,
      told: true,
      detail,
    };
    said.set(keyOf(operation), words);
    books.write(operation);
    early.push(turn(operation, () => begin(operation, draft.ending ?? WELL)));
    return operation;
  }

  async function begin(operation: Operation<Detail>, own: Ending | 'ignored'): Promise<void> {
    const words = wordsOf(operation);
    const refusal = await drive.begin(operation, words);
    if (refusal !== null) return end(operation, refusal);
    // The payer has closed the page, and nobody ever says so.
    if (words.callback === 'none') return;
    const { action } = words;
    if (action === 'ignore' || (action === null && own === 'ignored')) return waitForPayer(operation);
    const ending = action === null ? (own === 'ignored' ? WELL : own) : endingOf(action);
    const afterMs = { early: 0, late: tuning.lateMs }[words.callback as string] ?? tuning.settleMs ?? plan.settleMs;
    if (afterMs === 0) return finish(operation, ending);
    wait(operation, ending, afterMs);
  }

  function waitForPayer(operation: Operation<Detail>): void {
    if (promptMs !== null) wait(operation, plan.endings.timeout, promptMs);
  }

  function endingOf(action: Exclude<PhoneAction, 'ignore'>): Ending {
    return action === 'approve' ? WELL : plan.endings[action];
  }

  function act(operation: Operation<Detail>, action: PhoneAction): Operation<Detail> | null {
    const current = present(operation);
    if (current === null) return null;
    forget(current);
    if (action === 'ignore') waitForPayer(current);
    else void turn(current, () => finish(current, endingOf(action)));
    return current;
  }

  async function finish(operation: Operation<Detail>, ending: Ending): Promise<void> {
    const current = present(operation);
    if (current === null) return;
    forget(current);
    const words = wordsOf(current);
    if (ending.state !== 'succeeded') {
      // What was performed in the meantime is not taken from the payer twice, nor kept without our leave.
      const cancelled = await drive.cancel(current, ending, words);
      if (cancelled === 'closed') end(current, ending);
      if (cancelled === 'reversed') returned(current);
      return;
    }
    if (words.callback !== 'reordered') return end(current, await drive.perform(current, words));
    const [performed, cancelled] = await Promise.all([
      drive.perform(current, words),
      drive.cancel(current, plan.endings.reject, words),
    ]);
    // Only what was performed can be reversed, whatever became of the answer that said so.
    if (cancelled === 'reversed') returned(current);
    else end(current, performed.state === 'succeeded' ? performed : plan.endings.reject);
  }

  async function reverse(payment: Operation<Detail>): Promise<boolean> {
    if ((await drive.cancel(payment, null, NO_WORDS)) !== 'reversed') return false;
    if (books.find('refund', payment.providerId) === null) giveBack(payment);
    return true;
  }

  /** Paid, and gone back: the books hold both. */
  function returned(payment: Operation<Detail>): void {
    end(payment, WELL);
    giveBack(payment);
  }

  function giveBack(payment: Operation<Detail>): void {
    const at = timers.now().toISOString();
    books.write({ ...payment, kind: 'refund', state: 'succeeded', reason: null, at, createdAt: at, ending: null });
  }

  function end(operation: Operation<Detail>, { state, reason }: Ending): void {
    books.write({ ...operation, state, reason, at: timers.now().toISOString(), ending: null });
  }

  function wait(operation: Operation<Detail>, ending: Ending, afterMs: number): void {
    const at = new Date(timers.now().getTime() + afterMs).toISOString();
    const planned: Operation<Detail> = { ...operation, ending: { ...ending, at } };
    books.write(planned);
    arm(planned);
  }

  function arm(operation: Operation<Detail>): void {
    const { ending } = operation;
    if (ending === null) return;
    forget(operation);
    const restMs = Math.max(0, Date.parse(ending.at) - timers.now().getTime());
    const cancel = timers.after(restMs, () => void turn(operation, () => finish(operation, ending)));
    waiting.set(keyOf(operation), cancel);
  }

  function forget(operation: Operation<Detail>): void {
    waiting.get(keyOf(operation))?.();
    waiting.delete(keyOf(operation));
  }

  /** One thing after another for each operation. What the closing of the simulator cuts off is taken up by the next start. */
  function turn(operation: Operation<Detail>, work: () => Promise<void>): Promise<void> {
    const key = keyOf(operation);
    const mine = (underWay.get(key) ?? Promise.resolve()).then(work).catch(() => undefined);
    underWay.set(key, mine);
    return mine.finally(() => {
      if (underWay.get(key) === mine) underWay.delete(key);
    });
  }

  async function settled(operation: Operation<Detail>): Promise<void> {
    await underWay.get(keyOf(operation));
  }

  function resume(): void {
    for (const operation of books.list()) {
      if (operation.state !== 'pending') continue;
      if (operation.ending === null && operation.callback !== 'none')
        void turn(operation, () => begin(operation, WELL));
      else arm(operation);
    }
  }

  function close(): void {
    for (const cancel of waiting.values()) cancel();
    waiting.clear();
    drive.close();
  }
}

function endedByAnswers(): never {
  throw new Error('a provider that calls us and waits ends its payments by what we answer');
}
