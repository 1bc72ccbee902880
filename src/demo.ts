// What the development entry remembers between starts, and the first call that a newcomer pastes.

import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { House } from './compose.ts';
import { makeKey } from './services/auth.ts';
import { SCOPES } from './services/ports.ts';

const APP_ID = 'demo';

/** The demo app's key: the one of the last start while the database still knows it, else a new one. */
export async function demoKey(
  { services, keys, clock }: House,
  dataDir: string,
): Promise<{ apiKey: string; appId: string }> {
  const file = join(dataDir, 'demo-key');
  const kept = existsSync(file) ? readFileSync(file, 'utf8').trim() : '';
  const viewer = kept === '' ? null : await services.auth.viewerOf(kept);
  if (viewer !== null) return { apiKey: kept, appId: viewer.appId };
  // No limit that a bench would meet.
  const wish = {
    appId: APP_ID,
    scopes: SCOPES,
    live: false,
    demo: true,
    requestsPerMinute: 100_000_000,
    socketsMax: 100_000,
  };
  const { credential, key } = makeKey(wish, clock.now());
  await keys.insert(key);
  write(dataDir, 'demo-key', credential);
  return { apiKey: credential, appId: APP_ID };
}

/** Kept, so that a page's token outlives a restart. */
export function tokenSecret(dataDir: string): string {
  const file = join(dataDir, 'token-secret');
  if (!existsSync(file)) write(dataDir, 'token-secret', randomBytes(32).toString('base64url'));
  return readFileSync(file, 'utf8').trim();
}

function write(dataDir: string, name: string, text: string): void {
  mkdirSync(dataDir, { recursive: true });
  writeFileSync(join(dataDir, name), `${text}\n`, { mode: 0o600 });
}

/** Two calls in one paste: create a KkiaPay payment, then watch it over server-sent events. */
export function firstCall(graphqlUrl: string, apiKey: string): string {
  const create = `mutation { createIntent(input: { idempotencyKey: \\"first-'$(date +%s)'\\", amount: { amount: 5000, currency: \\"XOF\\" }, country: \\"BJ\\", referenceId: \\"order-1\\", customer: { phone: \\"+2290161000000\\" } }) { __typename ... on CreateIntentSuccess { intent { id status amount { formatted } } } ... on Problem { code message } } }`;
  const watch = `subscription { intentEvents(intentId: \\"'$INTENT'\\") { sequence type status at intent { amount { formatted } } } }`;
  const post = (accept: string, query: string): string =>
    `curl -sN ${graphqlUrl} -H 'authorization: Bearer ${apiKey}' -H 'content-type: application/json' -H 'accept: ${accept}' -d '{"query":"${query}"}'`;
  return [
    `ANSWER=$(${post('application/json', create)}); echo "$ANSWER"`,
    `INTENT=$(echo "$ANSWER" | grep -o '"id":"[^"]*"' | cut -d'"' -f4)`,
    post('text/event-stream', watch),
  ].join('\n');
}
