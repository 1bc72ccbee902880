// What code takes from the machine that it runs on: timers, the time that has passed, chance, the network. Code of a run
// gets all of it from the run, and so from its seed; whatever else lives in this process (the driver of MongoDB, the test
// runner) keeps the real ones. So nobody can forget to inject a timer, today or in the next service that is written.

import { AsyncLocalStorage } from 'node:async_hooks';
import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import type { Chance } from './chance.ts';

export interface Machine {
  readonly chance: Chance;
  /** Milliseconds, forward alone. */
  elapsed(): number;
  /** `repeats`: again and again, until the function that is returned is called. */
  after(ms: number, run: () => void, repeats: boolean): () => void;
  fetch(url: string, init: RequestInit): Promise<Response>;
}

const machines = new AsyncLocalStorage<Machine>();
const cancels = new WeakMap<object, () => void>();

/** Runs `work`, and whatever it starts, on that machine. */
export function runOn<T>(machine: Machine, work: () => T): T {
  install();
  return machines.run(machine, work);
}

let installed = false;
function install(): void {
  if (installed) return;
  installed = true;
  const real = { setTimeout, setInterval, setImmediate, clearTimeout, clearInterval, fetch };
  const now = performance.now.bind(performance);
  const random = Math.random.bind(Math);
  const { randomBytes, randomUUID } = crypto;

  const starts =
    (name: 'setTimeout' | 'setInterval') =>
    (run: (...given: unknown[]) => void, ms = 0, ...given: unknown[]): unknown => {
      const machine = machines.getStore();
      if (machine === undefined) return real[name](run, ms, ...given);
      const handle = { unref: () => handle, ref: () => handle, hasRef: () => false };
      cancels.set(
        handle,
        machine.after(ms, () => run(...given), name === 'setInterval'),
      );
      return handle;
    };
  const ends =
    (name: 'clearTimeout' | 'clearInterval') =>
    (handle: unknown): void => {
      const cancel = typeof handle === 'object' && handle !== null ? cancels.get(handle) : undefined;
      if (cancel === undefined) real[name](handle as never);
      else cancel();
    };

  Object.assign(globalThis, {
    setTimeout: Object.assign(starts('setTimeout'), real.setTimeout),
    setInterval: starts('setInterval'),
    setImmediate: Object.assign((run: (...given: unknown[]) => void, ...given: unknown[]): unknown => {
      const machine = machines.getStore();
      if (machine === undefined) return real.setImmediate(run, ...given);
      return { cancel: machine.after(0, () => run(...given), false) };
    }, real.setImmediate),
    clearTimeout: ends('clearTimeout'),
    clearInterval: ends('clearInterval'),
    fetch: (url: string | URL, init: RequestInit = {}) => {
      const machine = machines.getStore();
      return machine === undefined ? real.fetch(url, init) : machine.fetch(String(url), init);
    },
  });
  performance.now = () => machines.getStore()?.elapsed() ?? now();
  Math.random = () => machines.getStore()?.chance.next() ?? random();
  Object.assign(crypto, {
    randomBytes: (size: number, ...rest: []) => machines.getStore()?.chance.bytes(size) ?? randomBytes(size, ...rest),
    randomUUID: (...given: []) => {
      const machine = machines.getStore();
      return machine === undefined ? randomUUID(...given) : uuidOf(machine.chance);
    },
  });
  // Named imports of node:crypto are bindings of their own until they are told.
  syncBuiltinESMExports();
}

function uuidOf(chance: Chance): string {
  const hex = chance.bytes(16).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
}
