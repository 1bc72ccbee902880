// Who may use what. A root field names the scopes that open it; one of them is enough.

import type { AuthFailure } from '@pothos/plugin-scope-auth';
import { GraphQLError } from 'graphql';
import type { Scope, Viewer } from '../services/index.ts';

/** `known`: anybody with a good credential. `client`: the page that holds one intent's token. The rest are a key's. */
export type Rights = Record<Scope | 'known' | 'client', boolean>;

export function rightsOf(viewer: Viewer | null): Rights {
  const has = (scope: Scope): boolean => viewer?.kind === 'key' && viewer.scopes.has(scope);
  return {
    known: viewer !== null,
    client: viewer?.kind === 'client',
    read: has('read'),
    create: has('create'),
    refund: has('refund'),
    payout: has('payout'),
    admin: has('admin'),
  };
}

/**
 * Whether this viewer may ask about this intent at all. A page may ask about one; every other id answers as one that
 * does not exist, in the same time, because nobody looks it up. Whose intent a key may see is
 * decided where it is looked up.
 */
export function mayAskAbout(viewer: Viewer, intentId: string): boolean {
  return viewer.kind === 'key' || viewer.intentId === intentId;
}

/** One text for every way of not being known, so that it tells nothing about a key that does not work. */
export function refuseAccess(viewer: Viewer | null, failure: AuthFailure): GraphQLError {
  if (viewer === null) return refusal('UNAUTHENTICATED', 401, 'A valid API key or client token is required.');
  if (viewer.kind === 'client') {
    return refusal('FORBIDDEN', 403, 'A client token reads its own payment intent and its events, and nothing else.');
  }
  const missing = scopesIn(failure).filter((scope) => scope !== 'client');
  return refusal('FORBIDDEN', 403, `This API key lacks the scope ${missing.join(' or ')}.`);
}

function refusal(code: string, status: number, message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code, http: { status } } });
}

function scopesIn(failure: AuthFailure): readonly string[] {
  if ('failures' in failure) return failure.failures.flatMap(scopesIn);
  return 'scope' in failure ? [failure.scope] : [];
}
