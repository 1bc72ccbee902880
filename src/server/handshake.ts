// What a request must be to become a socket. The library refuses the rest too, but with pages of its own.

import type { IncomingMessage } from 'node:http';
import { Fault } from './errors.ts';

const KEY = /^[+/0-9A-Za-z]{22}==$/;
/** Tokens and commas: what is no list of tokens would be refused by the library, later and in HTML. */
const PROTOCOLS = /^[\w!#$%&'*+.^`|~-]+(?:[ \t]*,[ \t]*[\w!#$%&'*+.^`|~-]+)*$/;

export function refuseBadHandshake({ method, headers }: IncomingMessage): void {
  if (method !== 'GET') throw new Fault('METHOD_NOT_ALLOWED', 'A socket is opened with GET.', ['allow', 'GET']);
  const { 'sec-websocket-version': version, 'sec-websocket-key': key, 'sec-websocket-protocol': protocols } = headers;
  if (version !== '13') {
    throw new Fault('BAD_REQUEST', 'Sec-WebSocket-Version must be 13.', ['sec-websocket-version', '13']);
  }
  if (key === undefined || !KEY.test(key)) {
    throw new Fault('BAD_REQUEST', 'Sec-WebSocket-Key must be 16 bytes in base64.');
  }
  if (protocols !== undefined && !PROTOCOLS.test(protocols)) {
    throw new Fault('BAD_REQUEST', 'Sec-WebSocket-Protocol must be a list of names.');
  }
}
