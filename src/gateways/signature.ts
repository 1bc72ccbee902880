// Comparing secrets. Nothing about a secret may be learnt from the time that an answer takes.

import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** What is longer than this is no signature, and is not worth hashing. */
const LENGTH_MAX = 1_024;

/** Of any lengths, in constant time: `timingSafeEqual` itself throws on unequal lengths, so digests are compared. */
export function sameSecret(given: string, expected: string): boolean {
  if (given.length > LENGTH_MAX) return false;
  return timingSafeEqual(sha256(given), sha256(expected));
}

/** Looks at every candidate, so that the time does not tell which one was nearly right. */
export function sameAsOneOf(given: string, expected: readonly string[]): boolean {
  return expected.reduce((found, secret) => sameSecret(given, secret) || found, false);
}

/** Lower-case hex. */
export function hmacSha256(key: string, ...parts: readonly (string | Buffer)[]): string {
  const hmac = createHmac('sha256', key);
  for (const part of parts) hmac.update(part);
  return hmac.digest('hex');
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
