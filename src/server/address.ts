// Whose address a request came from, for limits by address. An address is never proof of anything.

import type { IncomingMessage } from 'node:http';

/**
 * Each of our own proxies has added the address that it saw at the right of X-Forwarded-For, so the caller's is that many
 * entries from the right. What stands further left is the caller's own invention. A request that brings fewer entries did
 * not pass all of the proxies, and counts as coming from the socket's other end.
 */
export function addressOf(req: IncomingMessage, trustedProxies: number): string {
  const socketAddress = plain(req.socket.remoteAddress ?? '');
  if (trustedProxies === 0) return socketAddress;
  const header = req.headers['x-forwarded-for'];
  const entries = (typeof header === 'string' ? header : '').split(',').map((entry) => plain(entry.trim()));
  const seen = entries.length >= trustedProxies ? entries.at(-trustedProxies) : undefined;
  return seen === undefined || seen === '' ? socketAddress : seen;
}

/** IPv4 in IPv6 clothes is the same caller as in its own. */
function plain(address: string): string {
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;
}

/** What a limit counts by: of IPv6 the network, since one household has 2^64 addresses to call from. */
export function networkOf(address: string): string {
  if (!address.includes(':')) return address;
  const [head = '', tail] = address.toLowerCase().split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros =
    tail === undefined ? [] : Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => '0');
  return `${[...left, ...zeros, ...right].slice(0, 4).join(':')}::/64`;
}
