// Redis as the services see it: hints and bells between processes, any of which may be lost, doubled or late, and all of
// which go when it is wiped. Nothing here is evidence: whatever these say or do not say, the money must be right (rule 1).

import { JOBS } from '../../src/jobs/index.ts';
import type { Bell, Bus, Schedule } from '../../src/services/ports.ts';
import type { Chance } from './chance.ts';
import type { Actor, Scheduler } from './scheduler.ts';
import type { Tally } from './tally.ts';

export interface Hints {
  busFor(actor: Actor): Bus;
  scheduleFor(actor: Actor): Schedule;
  /** Everything that was in Redis is gone. */
  wipe(): void;
  away(isAway: boolean): void;
  /** A process is gone, and what it listened to with it. */
  forget(actor: Actor): void;
  calm(): void;
}

interface Tools {
  readonly scheduler: Scheduler;
  readonly chance: Chance;
  readonly tally: Tally;
  /** Runs a job in some process. */
  readonly work: (bell: Bell) => void;
}

interface Listening {
  readonly actor: Actor;
  readonly topics: Set<string>;
  readonly listeners: Set<(intentId: string, sequence: number) => void>;
  readonly gaps: Set<() => void>;
}

/** In quiet times what is due later than this is left to the sweeps: what waits for people would ring for ever. */
const RUNG_WITHIN_MS = 60_000;

export function createHints({ scheduler, chance: seed, tally, work }: Tools): Hints {
  const chance = seed.fork('hints');
  const listening = new Map<Actor, Listening>();
  /** Bells by their job's name: one that waits swallows the next of the same name, as in BullMQ. */
  const waiting = new Map<string, () => void>();
  let isAway = false;
  let isCalm = false;

  function of(actor: Actor): Listening {
    const known = listening.get(actor) ?? { actor, topics: new Set(), listeners: new Set(), gaps: new Set() };
    listening.set(actor, known);
    return known;
  }

  function hear({ actor, topics, listeners }: Listening, intentId: string, sequence: number): void {
    if (!actor.alive || !topics.has(intentId)) return;
    for (const listener of listeners) listener(intentId, sequence);
  }

  const timesHeard = (): number => (isCalm ? 1 : Number(chance.weigh({ 0: 35, 1: 55, 2: 10 })));

  return {
    busFor: (actor) => ({
      publish(intentId, sequence) {
        const own = of(actor);
        hear(own, intentId, sequence);
        if (isAway) return;
        for (const other of listening.values()) {
          if (other === own || !other.topics.has(intentId)) continue;
          const times = timesHeard();
          if (times === 0) tally.add('hint lost');
          for (let time = 0; time < times; time += 1) {
            const ms = isCalm ? 0 : chance.whole(2_000);
            scheduler.after(ms, `hears of event ${sequence}`, () => hear(other, intentId, sequence), other.actor);
          }
        }
      },
      join(intentId) {
        return scheduler.call(actor, `listens to ${intentId}`, () => void of(actor).topics.add(intentId));
      },
      leave(intentId) {
        of(actor).topics.delete(intentId);
      },
      onHint(listener) {
        of(actor).listeners.add(listener);
      },
      onGap(listener) {
        of(actor).gaps.add(listener);
      },
    }),

    scheduleFor: (actor) => ({
      ring(bell, afterMs) {
        return scheduler.call(actor, `rings ${bell.kind} in ${Math.round(afterMs)} ms`, () => {
          if (isAway) throw new Error('Redis is away');
          if (isCalm && afterMs > RUNG_WITHIN_MS) return;
          const name = `${bell.kind}-${bell.id}-${bell.version}`;
          if (waiting.has(name)) return;
          const times = timesHeard();
          if (times === 0) tally.add('bell lost');
          for (let time = 0; time < times; time += 1) {
            const ms = afterMs + (isCalm ? 0 : chance.whole(3_000));
            const cancel = scheduler.after(ms, `the bell of ${name}`, () => {
              waiting.delete(name);
              work(bell);
            });
            waiting.set(`${name}${time === 0 ? '' : ` ${time}`}`, cancel);
          }
        });
      },
    }),

    wipe() {
      tally.add('Redis wiped');
      tally.add('bell wiped', waiting.size);
      for (const cancel of waiting.values()) cancel();
      waiting.clear();
    },
    away(next) {
      isAway = next;
      if (isAway) return;
      for (const { actor, gaps } of listening.values()) {
        for (const listener of gaps) scheduler.after(0, 'may have missed hints', listener, actor);
      }
    },
    forget(actor) {
      listening.delete(actor);
    },
    calm() {
      isCalm = true;
      isAway = false;
    },
  };
}

export function jobOf(bell: Bell) {
  const job = JOBS.find(({ kind }) => kind === bell.kind);
  if (job === undefined) throw new Error(`no job is called ${bell.kind}`);
  return job;
}
