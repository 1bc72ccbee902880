// Our side of a provider that calls us, for rules and tests: a desk over the pure steps of core, in memory, and a record of
// every call with its answer. What MongoDB adds to it, one guarded write a step, is here that nothing runs in between.

import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { uuidv7 } from '../core/ids.ts';
import { advance, type Intent, type Moment } from '../core/intent.ts';
import { cancelTransaction, openTransaction, performTransaction, reverseTransaction, viewOf } from '../core/served.ts';
import { expire } from '../core/settle.ts';
import type { ServedAnswer, ServedCall, ServedDesk, ServedIntent, ServedProtocol } from './contract.ts';

export type DeskStep = 'open' | 'perform' | 'cancel' | 'reverse';

export interface ServedExchange {
  readonly call: ServedCall;
  readonly answer: ServedAnswer;
}

export interface ServedBench {
  /** Every call that came through the door, in the order of the answers. */
  readonly exchanges: readonly ServedExchange[];
  /** What protocols asked of the desk, reading included. */
  readonly touched: readonly string[];
  readonly desk: ServedDesk;
  /** A desk of which nothing can be had, as when the database is away. */
  readonly awayDesk: ServedDesk;
  put(intent: Intent): void;
  intent(id: string): Intent;
  forget(id: string): void;
  /** The product takes the payment back. */
  cancel(id: string): void;
  /** Our own sweeper ends the wait. */
  expire(id: string): void;
  /** As our own door and service answer a call: a desk that fails is said to be unavailable. Kept in no record. */
  answer(call: ServedCall): Promise<ServedAnswer>;
  /** Of two steps at once, this one is taken first: the other waits until it has been. */
  first(step: DeskStep): void;
}

export interface OpenServedBench extends ServedBench {
  take(protocol: ServedProtocol, gateway: string): void;
  /** The same, for calls that come through the door. */
  serve(call: ServedCall): Promise<ServedAnswer>;
}

export function createServedBench(now: () => Date): OpenServedBench {
  const intents = new Map<string, Intent>();
  const exchanges: ServedExchange[] = [];
  const touched: string[] = [];
  let gateway = '';
  let protocol: ServedProtocol | null = null;
  let ahead: { readonly step: DeskStep; readonly taken: PromiseWithResolvers<void> } | null = null;

  const moment = (): Moment => ({ at: now(), eventId: randomUUID(), cause: { kind: 'webhook', id: 'bench' } });

  function find(fits: (intent: Intent) => boolean): ServedIntent | null {
    const found = [...intents.values()].find((intent) => intent.gateway === gateway && fits(intent));
    return found === undefined ? null : viewOf(found);
  }

  function intentOf(id: string): Intent {
    const found = intents.get(id);
    if (found === undefined || found.gateway !== gateway) throw new Error(`${id} is no payment of ${gateway}`);
    return found;
  }

  async function step(id: string, name: DeskStep, decide: (intent: Intent) => Intent): Promise<ServedIntent> {
    touched.push(name);
    intentOf(id);
    if (ahead !== null && ahead.step !== name) await ahead.taken.promise;
    await turn();
    const before = intentOf(id);
    const after = decide(before);
    const { gatewayTransactionId: own } = after;
    const isTaken = [...intents.values()].some(
      (one) => one.id !== id && own !== null && one.gatewayTransactionId === own,
    );
    const kept = isTaken ? before : after;
    intents.set(id, kept);
    if (ahead?.step === name) ahead.taken.resolve();
    return viewOf(kept);
  }

  const desk: ServedDesk = {
    async find(intentId) {
      touched.push('find');
      await turn();
      return find(({ id }) => id === intentId);
    },
    async findTransaction(providerId) {
      touched.push('findTransaction');
      await turn();
      return find(({ gatewayTransactionId }) => gatewayTransactionId === providerId);
    },
    open: (id, opening) => step(id, 'open', (intent) => openTransaction(intent, opening, moment())),
    perform: (id, providerId) => step(id, 'perform', (intent) => performTransaction(intent, providerId, moment())),
    cancel: (id, providerId, ending) =>
      step(id, 'cancel', (intent) => cancelTransaction(intent, providerId, ending, moment())),
    reverse: (id, providerId, reason) =>
      step(id, 'reverse', (intent) =>
        reverseTransaction(intent, providerId, { reason, refundId: uuidv7(now(), randomBytes(10)) }, moment),
      ),
    async *statement({ from, to }) {
      touched.push('statement');
      const begun = [...intents.values()].flatMap((intent) => {
        const { transaction } = viewOf(intent);
        return intent.gateway === gateway && transaction !== null && transaction.time >= from && transaction.time <= to
          ? [{ intent, time: transaction.time.getTime() }]
          : [];
      });
      for (const { intent } of begun.toSorted((a, b) => a.time - b.time)) yield viewOf(intent);
    },
  };

  return {
    exchanges,
    touched,
    desk,
    awayDesk: AWAY,
    put: (intent) => void intents.set(intent.id, intent),
    intent: intentOf,
    forget: (id) => void intents.delete(id),
    cancel(id) {
      const moved = advance(intentOf(id), 'CANCELLED', moment());
      assert.ok(moved.kind === 'moved', 'the product can take back what is open');
      intents.set(id, moved.intent);
    },
    expire: (id) => void intents.set(id, expire(intentOf(id), moment())),
    first(name) {
      ahead = { step: name, taken: Promise.withResolvers() };
    },
    take(served, id) {
      protocol = served;
      gateway = id;
    },
    answer,
    async serve(call) {
      const answered = await answer(call);
      // A call that came to its end without the step that was to be first keeps nobody waiting.
      ahead?.taken.resolve();
      exchanges.push({ call, answer: answered });
      return answered;
    },
  };

  async function answer(call: ServedCall): Promise<ServedAnswer> {
    const served = protocol;
    assert.ok(served !== null, 'nothing is served here');
    return served.answer(call, desk).catch(() => served.unavailable(call));
  }
}

/** Others may be served in between, as they are while a database works. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const away = async (): Promise<never> => {
  throw new Error('the database is away');
};

const AWAY: ServedDesk = {
  find: away,
  findTransaction: away,
  open: away,
  perform: away,
  cancel: away,
  reverse: away,
  statement: () => ({ [Symbol.asyncIterator]: () => ({ next: away }) }),
};
