// The calls by which a test, a console or a person rules a simulator: read its books, script its next requests, hold the
// payer's phone. Nothing of this exists at a real provider.

import { z } from 'zod';
import type { Books, Operation } from './simulator-books.ts';
import { bodyOf, json, type SimulatorReply, type SimulatorRequest } from './simulator-http.ts';
import type { Operations } from './simulator-operations.ts';
import {
  CALLBACK_WORDS,
  MOODS,
  PHONE_ACTIONS,
  REQUEST_KINDS,
  type RequestKind,
  type Words,
} from './simulator-words.ts';

const SCRIPTS_MAX = 1_000;

const scriptBody = z.strictObject({
  times: z.int().min(1).max(100_000),
  on: z.enum(REQUEST_KINDS).optional(),
  mood: z.enum(MOODS).default('normal'),
  callback: z.enum(CALLBACK_WORDS).default('normal'),
});

const reverseBody = z.strictObject({ reference: z.string().min(1).max(200) });

const phoneBody = z.strictObject({
  reference: z.string().min(1).max(200),
  action: z.enum(PHONE_ACTIONS),
});

interface Script {
  readonly on: RequestKind | null;
  readonly words: Words;
  left: number;
}

export interface Controls {
  /** null: no control call. */
  answer(request: SimulatorRequest): SimulatorReply | Promise<SimulatorReply> | null;
  /** The words for this request, when a script has any. The oldest script that fits goes first. */
  take(kind: RequestKind): Words | null;
}

interface Parts<Detail> {
  readonly books: Books<Detail>;
  readonly operations: Operations<Detail>;
  readonly hasOtherCurrency: boolean;
}

export function createControls<Detail>({ books, operations, hasOtherCurrency }: Parts<Detail>): Controls {
  const scripts: Script[] = [];

  return { answer, take };

  function answer(request: SimulatorRequest): SimulatorReply | Promise<SimulatorReply> | null {
    switch (`${request.method} ${request.path}`) {
      case 'GET /_ledger':
        return json(200, books.ledger());
      case 'POST /_script':
        return queue(request);
      case 'POST /_phone':
        return act(request);
      case 'POST /_reverse':
        return reverse(request);
      default:
        return null;
    }
  }

  function queue(request: SimulatorRequest): SimulatorReply {
    const parsed = scriptBody.safeParse(bodyOf(request));
    if (!parsed.success) return faultIn(parsed.error);
    const { times, on = null, mood, callback } = parsed.data;
    if (callback === 'wrong-currency' && !hasOtherCurrency) {
      return fault('callback', 'this provider knows one currency alone');
    }
    if (scripts.length >= SCRIPTS_MAX) return fault('times', `at most ${SCRIPTS_MAX} scripts may wait`);
    scripts.push({ on, words: { mood, callback, action: null }, left: times });
    return json(200, { times, on, mood, callback });
  }

  function take(kind: RequestKind): Words | null {
    const index = scripts.findIndex(({ on }) => on === null || on === kind);
    const script = scripts[index];
    if (script === undefined) return null;
    script.left -= 1;
    if (script.left === 0) scripts.splice(index, 1);
    return script.words;
  }

  async function act(request: SimulatorRequest): Promise<SimulatorReply> {
    const parsed = phoneBody.safeParse(bodyOf(request));
    if (!parsed.success) return faultIn(parsed.error);
    const { reference, action } = parsed.data;
    const operation = find(reference);
    if (operation === null) return fault('reference', 'no operation has this id');
    const after = operations.act(operation, action);
    if (after === null) return fault('reference', `the operation has ended already: ${operation.state}`);
    await operations.settled(after);
    return json(200, shown(books.find(after.kind, after.providerId) ?? after));
  }

  /** The merchant or the provider gives a payment back, by no call of ours. */
  async function reverse(request: SimulatorRequest): Promise<SimulatorReply> {
    const parsed = reverseBody.safeParse(bodyOf(request));
    if (!parsed.success) return faultIn(parsed.error);
    const payment = books.find('collect', parsed.data.reference);
    if (payment === null) return fault('reference', 'no payment has this id');
    if (operations.reverse === undefined) return fault('reference', 'this provider gives back when it is called');
    const reversed = await operations.reverse(payment);
    return json(200, { ...shown(payment), reversed });
  }

  /** The one that still waits, where several carry the same reference. */
  function find(reference: string): Operation<Detail> | null {
    const found = (['collect', 'disburse', 'refund'] as const)
      .map((kind) => books.find(kind, reference))
      .filter((operation) => operation !== null);
    return found.find(({ state }) => state === 'pending') ?? found[0] ?? null;
  }
}

function shown({ reference, providerId, kind, state }: Operation<unknown>): object {
  return { reference, providerId, kind, state };
}

/** 400, with the field at fault by name. */
export function faultIn(error: z.ZodError): SimulatorReply {
  const [issue] = error.issues;
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
  return fault(unknown ?? issue?.path.join('.') ?? '', issue?.message ?? 'not understood');
}

function fault(field: string, message: string): SimulatorReply {
  return json(400, { error: { field, message } });
}
