// The product's processes in a run: each is one set of the real services on ports of the run. One that crashes loses all that
// it knew and hears of nothing it had asked for; another takes its place.

import { buildServices } from '../../src/compose.ts';
import { Refusal, RequestError } from '../../src/core/errors.ts';
import { uuidv7 } from '../../src/core/ids.ts';
import type { Intent } from '../../src/core/intent.ts';
import { capabilitiesOf } from '../../src/gateways/capabilities.ts';
import { phones } from '../../src/phones.ts';
import { StreamClosed, type Services } from '../../src/services/index.ts';
import type { Bell, ConnectedGateway, Log } from '../../src/services/ports.ts';
import { createInboxStore } from '../../src/store/inbox.ts';
import { createIntentStore } from '../../src/store/intents.ts';
import { createKeyStore } from '../../src/store/keys.ts';
import type { Chance } from './chance.ts';
import { heldBy, type Database } from './database.ts';
import { jobOf, type Hints } from './hints.ts';
import { runOn } from './machine.ts';
import { webhookUrlOf, type Network, type Provider } from './network.ts';
import type { Actor, Scheduler } from './scheduler.ts';
import type { Tally } from './tally.ts';

export interface Process extends Actor {
  readonly services: Services;
  /** Told when it dies. */
  readonly ends: Set<() => void>;
}

/** What a caller gets of a call: `lost` when the process died, or the answer went astray. */
export type Result<T> =
  | { readonly kind: 'answer'; readonly value: T }
  | { readonly kind: 'refused'; readonly error: Error }
  | { readonly kind: 'fault'; readonly error: Error }
  | { readonly kind: 'lost' };

export interface Processes {
  all(): readonly Process[];
  /** One that is there to be asked; null while all are stopped. */
  any(): Process | null;
  ask<T>(process: Process, work: (services: Services) => Promise<T>): Promise<Result<T>>;
  crash(process: Process): Promise<void>;
  freeze(process: Process, ms: number): void;
  work(bell: Bell): void;
  sweep(process: Process): void;
  /** All go on, and none sweeps but when it is told to. */
  calm(): void;
  /** Errors that no fault of the run explains. */
  readonly surprises: readonly string[];
}

interface Tools {
  readonly scheduler: Scheduler;
  readonly chance: Chance;
  readonly tally: Tally;
  readonly database: Database;
  readonly network: Pick<Network, 'clientFor'>;
  readonly hints: Pick<Hints, 'busFor' | 'scheduleFor' | 'forget'>;
  readonly providers: readonly Provider[];
  readonly count: number;
}

export const TAIL_MS = 5_000;
const SWEEP_MS = 2_000;
/** A job whose worker died is given to another after its lock. */
const LOCK_MS = 15_000;

export function createProcesses(tools: Tools): Processes {
  const { scheduler, chance: seed, tally, database, network, hints, providers, count } = tools;
  const chance = seed.fork('processes');
  const running: Process[] = [];
  const surprises: string[] = [];
  let born = 0;
  let isCalm = false;
  for (let index = 0; index < count; index += 1) running.push(start());

  function start(): Process {
    born += 1;
    const own = seed.fork(`process ${born}`);
    const actor: Actor = {
      name: `process ${born}`,
      alive: true,
      frozen: false,
      machine: {
        chance: own,
        elapsed: scheduler.now,
        // A pause is at least what was asked for; a busy machine makes it longer.
        after: (ms, run, repeats) =>
          scheduler.after(
            repeats ? ms : ms * own.between(1, 20),
            repeats ? '' : 'a pause',
            run,
            actor,
            repeats ? ms : null,
          ),
        fetch: () => Promise.reject(new Error('the product calls providers through its HttpClient')),
      },
    };
    const models = database.modelsFor(actor);
    const store = createIntentStore(models);
    const clock = { now: () => new Date(scheduler.now()) };
    const ports = {
      intents: {
        ...store,
        write: (before: Intent, after: Intent, fence?: number) =>
          heldBy(fence, () => store.write(before, after, fence)),
      },
      inbox: createInboxStore(models),
      keys: createKeyStore(models),
      clock,
      ids: { next: () => uuidv7(clock.now(), own.bytes(10)) },
      bus: hints.busFor(actor),
      schedule: hints.scheduleFor(actor),
      log: logOf(actor),
      gateways: connect(actor),
      phones,
      // Nobody in the model is limited: the simulators count.
      budget: { take: async () => 0 },
    };
    const settings = { tokenSecret: 'a-secret-of-the-model-that-is-long-enough', production: false, tailMs: TAIL_MS };
    const services = runOn(actor.machine, () => buildServices(ports, settings));
    const process: Process = Object.assign(actor, { services, ends: new Set<() => void>() });
    scheduler.after(chance.whole(SWEEP_MS), '', () => sweepOn(process), process);
    return process;
  }

  function logOf(actor: Actor): Log {
    const say = (fields: object, message: string): void =>
      scheduler.note(`${actor.name} says: ${message} ${JSON.stringify(fields)}`);
    return { debug: () => undefined, info: () => undefined, warn: say, error: say };
  }

  function connect(actor: Actor): ReadonlyMap<string, ConnectedGateway> {
    return new Map(
      providers.map(({ definition, env }) => {
        const gateway = definition.connect(definition.settings.parse(env), {
          http: network.clientFor(actor, definition.id),
          now: () => new Date(scheduler.now()),
          webhookUrl: () => webhookUrlOf(definition),
        });
        const capabilities = capabilitiesOf(gateway, definition.refunds);
        return [definition.id, { id: definition.id, definition, capabilities, gateway }];
      }),
    );
  }

  /** While there is nothing due a sweep finds nothing: it is not worth a look. */
  function sweepOn(process: Process): void {
    if (isCalm) return;
    const due = database.nextDue();
    if (due !== null && due <= scheduler.now()) sweep(process);
    scheduler.after(SWEEP_MS * chance.between(3, 5) * 0.25, '', () => sweepOn(process), process);
  }

  function sweep(process: Process): void {
    scheduler.note(`${process.name} sweeps`);
    void ask(process, ({ work }) => work.sweep());
  }

  function ask<T>(process: Process, work: (services: Services) => Promise<T>): Promise<Result<T>> {
    const before = database.faultsOf(process);
    return new Promise((resolve) => {
      const lost = (): void => resolve({ kind: 'lost' });
      process.ends.add(lost);
      const failed = (error: Error): Result<T> => {
        if (isRefusal(error)) return { kind: 'refused', error };
        if (database.faultsOf(process) === before) surprises.push(`${process.name}: ${error.stack ?? error.message}`);
        return { kind: 'fault', error };
      };
      void runOn(process.machine, () => work(process.services))
        .then(
          (value): Result<T> => ({ kind: 'answer', value }),
          (error: unknown) => failed(error as Error),
        )
        .then((result) => {
          process.ends.delete(lost);
          resolve(result);
        });
    });
  }

  async function crash(process: Process): Promise<void> {
    tally.add('crash');
    scheduler.note(`${process.name} crashes`);
    const { done, undone } = await scheduler.kill(process);
    tally.add('crash: a step done and unheard of', done);
    tally.add('crash: a step undone', undone);
    hints.forget(process);
    running.splice(running.indexOf(process), 1, start());
    for (const end of [...process.ends]) end();
  }

  const awake = (): readonly Process[] => running.filter(({ frozen }) => !frozen);

  function work(bell: Bell): void {
    const there = awake();
    if (there.length === 0) return;
    const process = chance.pick(there);
    void ask(process, (services) => jobOf(bell).run(bell.id, services)).then((result) => {
      if (result.kind === 'lost')
        scheduler.after(LOCK_MS, `the lock of ${bell.kind} ${bell.id} is over`, () => work(bell));
    });
  }

  return {
    all: () => running,
    any: () => (awake().length === 0 ? null : chance.pick(awake())),
    ask,
    crash,
    work,
    sweep,
    surprises,
    freeze(process, ms) {
      tally.add('process stopped for a while');
      process.frozen = true;
      scheduler.after(ms, `${process.name} goes on`, () => {
        process.frozen = false;
      });
    },
    calm() {
      isCalm = true;
      for (const process of running) process.frozen = false;
    },
  };
}

function isRefusal(error: unknown): boolean {
  return error instanceof Refusal || error instanceof RequestError || error instanceof StreamClosed;
}
