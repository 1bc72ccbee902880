// What every call of a provider is, whichever route it is for: counted against its address, and bounded.

import type { IncomingMessage } from 'node:http';
import { addressOf } from './address.ts';
import { readBody } from './body.ts';
import type { Limits } from './limits.ts';
import type { DoorSettings } from './settings.ts';

export interface ProviderCall {
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** As it came: signatures are over the bytes. */
  readonly body: Buffer;
  readonly remoteAddress: string;
}

/** Throws RATE_LIMITED before the body is read, and PAYLOAD_TOO_LARGE while it is. */
export async function readProviderCall(
  req: IncomingMessage,
  settings: DoorSettings,
  limits: Limits,
): Promise<ProviderCall> {
  const remoteAddress = addressOf(req, settings.trustedProxies);
  await limits.webhook(remoteAddress);
  const body = await readBody(req, settings.webhookMaxBytes);
  return { headers: singleHeaders(req.headers), body, remoteAddress };
}

function singleHeaders(headers: IncomingMessage['headers']): Record<string, string | undefined> {
  const single: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(headers)) single[name] = Array.isArray(value) ? value.join(', ') : value;
  return single;
}
