// Payme calls us: JSON-RPC 2.0 over a POST (sheet 2, 3). Whatever we say is HTTP 200, because Payme reads every other status
// as a failure of our system. Who asks is looked at before what is asked.

import { z } from 'zod';
import type { ServedAnswer, ServedCall, ServedProtocol } from '../contract.ts';
import { parseJson } from '../http.ts';
import { sameAsOneOf } from '../signature.ts';
import { NO_PRIVILEGE, noMethod, NOT_JSON, NOT_POST, NOT_RPC, SYSTEM_ERROR } from './errors.ts';
import { METHODS, type Outcome, type Scene } from './methods.ts';

export interface ServeSettings extends Omit<Scene, 'desk'> {
  readonly login: string;
  /** The key, and those that are accepted while it is being changed. */
  readonly keys: readonly string[];
  /** None: all may call. */
  readonly addresses: readonly string[];
}

/** `jsonrpc` may be absent (sheet 3). */
const request = z.looseObject({
  id: z.union([z.number(), z.string().min(1).max(64)]),
  method: z.string().min(1),
  params: z.unknown(),
});

type CallId = number | string | null;

export function createServe({ login, keys, addresses, ...scene }: ServeSettings): ServedProtocol {
  const credentials = keys.map((key) => `${login}:${key}`);

  function isPayme({ headers, remoteAddress }: ServedCall): boolean {
    const [, encoded = ''] = /^basic +([A-Za-z0-9+/]{1,500}={0,2})$/i.exec(headers['authorization'] ?? '') ?? [];
    const isKnown = sameAsOneOf(Buffer.from(encoded, 'base64').toString('utf8'), credentials);
    return isKnown && (addresses.length === 0 || addresses.includes(remoteAddress));
  }

  return {
    paths: ['payme'],
    async answer(call, desk) {
      const body = parseJson(call.body.toString('utf8'));
      const id = idIn(body);
      if (call.method !== 'POST') return written(id, { error: NOT_POST });
      if (!isPayme(call)) return { ...written(id, { error: NO_PRIVILEGE }), verdict: 'forged' };
      if (body === undefined) return written(id, { error: NOT_JSON });
      const parsed = request.safeParse(body);
      if (!parsed.success) return written(id, { error: NOT_RPC });
      const { method, params } = parsed.data;
      const run = METHODS.get(method);
      if (run === undefined) return written(id, { error: noMethod(method) });
      return written(id, await run({ ...scene, desk }, params));
    },
    unavailable: ({ body }) => written(idIn(parseJson(body.toString('utf8'))), { error: SYSTEM_ERROR }),
  };
}

/** As it came; null where it cannot be read (sheet 3). */
function idIn(body: unknown): CallId {
  const parsed = request.pick({ id: true }).safeParse(body);
  return parsed.success ? parsed.data.id : null;
}

function written(id: CallId, outcome: Outcome): ServedAnswer {
  return {
    status: 200,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify({ jsonrpc: '2.0', id, ...outcome }),
    verdict: 'result' in outcome ? 'served' : 'refused',
  };
}
