// From credentials to a viewer. A credential stands in a header, or in connection_init on a socket, and nowhere else.

import type { IncomingMessage } from 'node:http';
import { RequestError } from '../core/errors.ts';
import type { Log } from '../services/ports.ts';
import type { Services, Viewer } from '../services/index.ts';
import { Fault } from './errors.ts';
import type { Limits } from './limits.ts';

/** What a resolver is given. */
export interface Context {
  readonly viewer: Viewer | null;
  readonly services: Services;
  readonly requestId: string;
}

const SECRET_NAME =
  /(?:^|[&;])(?:x-)?(?:api|access|client|auth)?[-_]?(?:key|token|secret|auth|authorization|bearer|credential|password)=/i;
const SECRET_VALUE = /(?:pk_(?:live|test)_[0-9a-z]|ct_[\w-]{16,}\.)/i;

/** URLs end up in logs and histories. What looks like a key there is refused, and is not to be logged here either. */
export function refuseKeyInUrl(url: string): void {
  const start = url.indexOf('?');
  if (start === -1) return;
  const query = url.slice(start + 1);
  const text = query.includes('%') ? decoded(query) : query;
  if (!SECRET_NAME.test(query) && !SECRET_VALUE.test(text)) return;
  throw new Fault(
    'BAD_REQUEST',
    'Credentials do not belong in a URL. Send them in the Authorization or X-API-Key header, or in connection_init on a ' +
      'socket; what stood in this URL has to be replaced.',
  );
}

function decoded(query: string): string {
  try {
    return decodeURIComponent(query);
  } catch {
    return query;
  }
}

/** null: there is none. An empty one, or one of another scheme, is there, and is not good. */
export function credentialOf({ headers, rawHeaders }: IncomingMessage): string | null {
  const { authorization, 'x-api-key': apiKey } = headers;
  if (authorization === undefined && apiKey === undefined) return null;
  // Node keeps the first of several Authorization headers and joins X-API-Key; someone in front may have checked another.
  if (countOf('authorization', rawHeaders) > 1 || countOf('x-api-key', rawHeaders) > 1) {
    throw new Fault('BAD_REQUEST', 'There must be one Authorization or X-API-Key header, not several.');
  }
  const bearer = authorization === undefined ? null : (/^Bearer +(\S+)$/i.exec(authorization)?.[1] ?? '');
  if (bearer !== null && typeof apiKey === 'string' && bearer !== apiKey) {
    throw new Fault('BAD_REQUEST', 'Authorization and X-API-Key bring two different credentials. Send one.');
  }
  return bearer ?? String(apiKey);
}

function countOf(name: string, rawHeaders: readonly string[]): number {
  let count = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const header = rawHeaders[at];
    if (header?.length === name.length && header.toLowerCase() === name) count += 1;
  }
  return count;
}

export interface Knowing {
  readonly services: Services;
  readonly limits: Limits;
  readonly log: Log;
}

/** Who asks, with the request counted. Throws UNAUTHENTICATED for a credential that is not good, and UNAVAILABLE. */
export async function viewerOf(
  credential: string | null,
  address: () => string,
  { services, limits, log }: Knowing,
): Promise<Viewer | null> {
  let viewer: Viewer | null = null;
  try {
    if (credential !== null && credential !== '') viewer = await services.auth.viewerOf(credential);
  } catch (error) {
    throw error instanceof RequestError ? error : nobodyKnows(error, log);
  }
  if (viewer !== null) {
    await limits.operations(viewer, 1);
    return viewer;
  }
  await limits.stranger(address());
  if (credential === null) return null;
  throw new RequestError('UNAUTHENTICATED', 'A valid API key or client token is required.');
}

function nobodyKnows(error: unknown, log: Log): RequestError {
  log.warn({ err: error }, 'nobody can say whose credential this is');
  const text = 'The credential cannot be checked just now. It is safe to try again with the same idempotencyKey.';
  return new RequestError('UNAVAILABLE', text, 1_000);
}
