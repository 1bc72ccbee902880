// Pages of which origins may call us. No cookies and no other credentials are ever taken from a browser by itself, so an
// origin that is not on the list gets no answer that its page could read, and that is all there is to protect.

import type { IncomingHttpHeaders } from 'node:http';
import { Fault } from './errors.ts';

export interface Origins {
  /** Headers of an answer, names and values in turn. */
  headersFor(headers: IncomingHttpHeaders): readonly string[];
  /** Headers of the answer to a preflight. Throws FORBIDDEN for an origin that is not on the list. */
  preflight(headers: IncomingHttpHeaders): readonly string[];
  /** A socket is readable by any page that opens it, so it is refused before it opens. Servers send no Origin. */
  maySocket(headers: IncomingHttpHeaders): boolean;
}

const EXPOSED = ['access-control-expose-headers', 'x-request-id, retry-after'];

export function createOrigins(allowed: readonly string[]): Origins {
  const any = allowed.includes('*');
  const listed = new Set(allowed);
  const isAllowed = (origin: string): boolean => any || listed.has(origin);

  function headersFor({ origin }: IncomingHttpHeaders): readonly string[] {
    if (any) return origin === undefined ? [] : ['access-control-allow-origin', '*', ...EXPOSED];
    const varies = listed.size === 0 ? [] : ['vary', 'origin'];
    if (origin === undefined || !listed.has(origin)) return varies;
    return ['access-control-allow-origin', origin, ...varies, ...EXPOSED];
  }

  return {
    headersFor,
    preflight(headers) {
      const { origin } = headers;
      if (origin !== undefined && !isAllowed(origin))
        throw new Fault('FORBIDDEN', 'Pages of this origin may not call here.');
      return [
        ...headersFor(headers),
        ...['access-control-allow-methods', 'GET, POST'],
        ...['access-control-allow-headers', 'authorization, content-type, x-api-key, x-request-id'],
        ...['access-control-max-age', '600'],
      ];
    },
    // A page that we serve ourselves is at home here.
    maySocket: ({ origin, host }) =>
      origin === undefined || isAllowed(origin) || (URL.canParse(origin) && new URL(origin).host === host),
  };
}
