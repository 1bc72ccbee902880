// Whether this process lives, and whether it should be sent work.

import { Fault } from './errors.ts';
import type { Exchange, Replies } from './exchange.ts';

export interface Readiness {
  readonly ok: boolean;
  /** By part: `up`, or what is wrong with it. */
  readonly parts: Readonly<Record<string, string>>;
}

export type Ready = () => Promise<Readiness>;

export function createHealthRoute(world: {
  readonly ready: Ready;
  readonly replies: Replies;
  readonly isDraining: () => boolean;
}): (exchange: Exchange) => Promise<void> {
  const { ready, replies, isDraining } = world;
  let asking: Promise<Readiness> | null = null;

  /** However many ask at once, the parts are asked once. */
  function readiness(): Promise<Readiness> {
    asking ??= ready()
      .catch(() => ({ ok: false, parts: {} }))
      .finally(() => (asking = null));
    return asking;
  }

  return async (exchange) => {
    const { method } = exchange.req;
    if (method !== 'GET' && method !== 'HEAD') {
      throw new Fault('METHOD_NOT_ALLOWED', 'Health is read with GET.', ['allow', 'GET, HEAD']);
    }
    if (exchange.path === '/livez') {
      replies.json(exchange, 200, { status: 'ok' });
      return;
    }
    if (isDraining()) {
      replies.json(exchange, 503, { status: 'draining', parts: {} });
      return;
    }
    const { ok, parts } = await readiness();
    const status = ok && Object.values(parts).every((part) => part === 'up') ? 'ok' : 'degraded';
    replies.json(exchange, ok ? 200 : 503, { status: ok ? status : 'unavailable', parts });
  };
}
