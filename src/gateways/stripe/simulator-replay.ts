// Idempotency as Stripe has it (sheet, "Idempotency"): the first executed result of a key is answered again, whatever it
// was; other parameters are refused, and so is a second request while the first one is out.

import { createHash } from 'node:crypto';
import type { SimulatorReply, SimulatorRequest } from '../simulator-http.ts';
import type { Simulator } from '../simulator.ts';
import { errorReply, invalid } from './simulator-objects.ts';

const REPLIES_MAX = 10_000;

interface Kept {
  readonly asked: string;
  readonly reply: SimulatorReply;
}

export function createReplay() {
  const kept = new Map<string, Kept>();

  /** The reply that stands for this key, or the one that is made now. */
  return function answerOnce(request: SimulatorRequest, make: () => SimulatorReply): SimulatorReply {
    const key = request.headers['idempotency-key'];
    if (request.method !== 'POST' || key === undefined) return make();
    if (key.length > 255) return errorReply(invalid(400, null, 'Idempotency keys are at most 255 characters.'));
    const asked = createHash('sha256').update(`${request.path} `).update(request.body).digest('hex');
    const before = kept.get(key);
    if (before !== undefined) return before.asked === asked ? replayed(before.reply) : otherParameters();
    const reply = make();
    // What was refused before it was executed is not kept.
    if (reply.kind === 'reply' && (reply.status === 200 || reply.status === 402 || reply.status >= 500)) {
      kept.set(key, { asked, reply });
      const [oldest] = kept.keys();
      if (kept.size > REPLIES_MAX && oldest !== undefined) kept.delete(oldest);
    }
    return reply;
  };
}

function replayed(reply: SimulatorReply): SimulatorReply {
  return reply.kind === 'reply' ? { ...reply, headers: { ...reply.headers, 'idempotent-replayed': 'true' } } : reply;
}

function otherParameters(): SimulatorReply {
  const message = 'Keys for idempotent requests can only be used with the same parameters they were first used with.';
  return errorReply({ status: 400, error: { type: 'idempotency_error', message } });
}

/** Refuses a key whose first request has not been answered yet. */
export function oneAtATime(simulator: Simulator): Simulator {
  const out = new Set<string>();
  return {
    close: () => simulator.close(),
    async handle(request) {
      const key = request.method === 'POST' ? request.headers['idempotency-key'] : undefined;
      if (key === undefined) return simulator.handle(request);
      if (out.has(key)) {
        const text = 'There is currently another in-progress request using this idempotency key.';
        return errorReply(invalid(409, 'idempotency_key_in_use', text));
      }
      out.add(key);
      try {
        return await simulator.handle(request);
      } finally {
        out.delete(key);
      }
    },
  };
}
