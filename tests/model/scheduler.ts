// One scheduler owns time and order. Whatever a run's parts ask of the world is a step that waits here; chance picks one,
// it runs to its end against the real thing, everything that follows from it settles, and only then the next is picked. So
// the interleaving is decided by the seed alone.

import type { Chance } from './chance.ts';
import { runOn, type Machine } from './machine.ts';

/** Whose code runs: a process of the product, or the providers. */
export interface Actor {
  readonly name: string;
  readonly machine: Machine;
  alive: boolean;
  /** Stopped, as by SIGSTOP: it neither hears nor does anything, and its timers wait. */
  frozen: boolean;
}

interface Step {
  readonly actor: Actor | null;
  readonly label: string;
  /** Its result may be handed over later than it is there. */
  readonly mayWait: boolean;
  /** Does it; what it returns hands the result over. */
  run(): Promise<() => void>;
}

interface Timer {
  readonly actor: Actor | null;
  readonly label: string;
  at: number;
  readonly everyMs: number | null;
  readonly run: () => void;
}

export interface Scheduler {
  /** Milliseconds since 1970, as the run has it. */
  now(): number;
  /** Does `effect` when it is picked. The result may be handed over at once, later, or, if the actor dies, never. */
  call<T>(actor: Actor | null, label: string, effect: () => Promise<T> | T): Promise<T>;
  after(ms: number, label: string, run: () => void, actor?: Actor | null, everyMs?: number | null): () => void;
  /** What was asked for is done or is not, and nobody hears of it. Returns how many of each. */
  kill(actor: Actor): Promise<{ readonly done: number; readonly undone: number }>;
  /** One step, one timer or one leap of time. false: nothing is left that would ever happen by itself. */
  turn(): Promise<boolean>;
  /** Takes turns while `goesOn`. */
  play(goesOn: () => boolean): Promise<void>;
  /** Until no step waits and no timer is due: time moves only by what the steps take. */
  settle(): Promise<void>;
  leap(to: number): void;
  /** From now on no results are held back, and time leaps only when nothing else can happen. */
  calm(): void;
  readonly trace: readonly string[];
  note(line: string): void;
}

const TURNS_MAX = 20_000;
const STEP_MS_MAX = 3;

export function createScheduler({ chance, from }: { readonly chance: Chance; readonly from: Date }): Scheduler {
  const order = chance.fork('order');
  const steps = new Set<Step>();
  const timers = new Set<Timer>();
  const trace: string[] = [];
  let now = from.getTime();
  let isCalm = false;
  let turns = 0;

  const note = (line: string): void => {
    trace.push(`${((now - from.getTime()) / 1_000).toFixed(3).padStart(9)}  ${line}`);
  };
  const canRun = ({ actor }: { readonly actor: Actor | null }): boolean => actor === null || !actor.frozen;

  function call<T>(actor: Actor | null, label: string, effect: () => Promise<T> | T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (actor?.alive === false) return;
      const run = async (): Promise<() => void> => {
        try {
          const value = await effect();
          return () => resolve(value);
        } catch (error) {
          note(`${nameOf(actor)} ${label}: ${textOf(error)}`);
          return () => reject(error instanceof Error ? error : new Error(String(error)));
        }
      };
      steps.add({ actor, label, mayWait: true, run });
    });
  }

  function after(
    ms: number,
    label: string,
    run: () => void,
    actor: Actor | null = null,
    everyMs: number | null = null,
  ): () => void {
    const timer: Timer = { actor, label, at: now + Math.max(0, ms), everyMs, run };
    if (actor?.alive !== false) timers.add(timer);
    return () => timers.delete(timer);
  }

  async function kill(actor: Actor): Promise<{ done: number; undone: number }> {
    actor.alive = false;
    const count = { done: 0, undone: 0 };
    for (const timer of [...timers]) if (timer.actor === actor) timers.delete(timer);
    for (const step of [...steps].filter((one) => one.actor === actor)) {
      steps.delete(step);
      const happens = order.is(0.5);
      count[happens ? 'done' : 'undone'] += 1;
      note(`${nameOf(actor)} dies ${happens ? 'after' : 'before'} ${step.label}`);
      if (happens) await step.run();
    }
    return count;
  }

  async function runStep(step: Step): Promise<void> {
    steps.delete(step);
    now += order.whole(STEP_MS_MAX + 1);
    note(`${nameOf(step.actor)} ${step.label}`);
    const handOver = await step.run();
    // Whoever asked may have died of it.
    if (step.actor?.alive === false) return;
    const isHeld = step.mayWait && !isCalm && order.is(0.1);
    if (!isHeld) handOver();
    else {
      const label = `hears of ${step.label}`;
      steps.add({ actor: step.actor, label, mayWait: false, run: () => Promise.resolve(handOver) });
    }
    await quiet();
  }

  async function runTimer(timer: Timer): Promise<void> {
    if (timer.everyMs === null) timers.delete(timer);
    else timer.at = now + timer.everyMs;
    if (timer.label !== '') note(`${nameOf(timer.actor)} ${timer.label}`);
    if (timer.actor === null) timer.run();
    else runOn(timer.actor.machine, timer.run);
    await quiet();
  }

  /** What repeats does not make time pass: it happens when time has passed for another reason. */
  function nextTimer(): Timer | null {
    let first: Timer | null = null;
    for (const timer of timers) {
      if (timer.everyMs === null && canRun(timer) && (first === null || timer.at < first.at)) first = timer;
    }
    return first;
  }

  async function turn(): Promise<boolean> {
    turns += 1;
    if (turns > TURNS_MAX) throw new Error(`no end after ${TURNS_MAX} turns`);
    const ready: (Step | Timer)[] = [...steps].filter(canRun);
    ready.push(...[...timers].filter((timer) => timer.at <= now && canRun(timer)));
    const leaps = ready.length === 0 || (!isCalm && order.is(0.02));
    const next = leaps ? nextTimer() : null;
    if (next !== null) now = Math.max(now, next.at);
    if (next !== null && ready.length === 0) {
      await runTimer(next);
      return true;
    }
    if (ready.length === 0) return false;
    const picked = order.pick(ready);
    if ('everyMs' in picked) await runTimer(picked);
    else await runStep(picked);
    return true;
  }

  return {
    now: () => now,
    call,
    after,
    kill,
    turn,
    note,
    trace,
    leap(to) {
      now = Math.max(now, to);
    },
    calm() {
      isCalm = true;
    },
    async play(goesOn) {
      while (goesOn() && (await turn()));
    },
    async settle() {
      const isBusy = (): boolean =>
        [...steps].some(canRun) || [...timers].some((timer) => timer.at <= now && canRun(timer));
      while (isBusy()) await turn();
    },
  };
}

const nextRound = setImmediate;

/** Everything that follows from a result without asking the world is done when the loop comes round. */
function quiet(): Promise<void> {
  return new Promise((resolve) => nextRound(resolve));
}

/** Without the database's name, which is another in every process. */
function textOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/collection: \w+\./, '');
}

function nameOf(actor: Actor | null): string {
  return (actor?.name ?? 'world').padEnd(9);
}
