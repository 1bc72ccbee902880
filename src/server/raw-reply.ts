// Answers where Node has made no response object: before an upgrade, and to what is no HTTP.

import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { printFault, STATUS_OF_CODE, type Fault } from './errors.ts';

export function replyRaw(socket: Duplex, fault: Fault, requestId: string): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const status = STATUS_OF_CODE[fault.code];
  const body = printFault(fault, requestId);
  const headers = [
    ...['x-request-id', requestId, 'x-content-type-options', 'nosniff', 'cache-control', 'no-store'],
    ...['content-type', 'application/json; charset=utf-8', 'content-length', String(Buffer.byteLength(body))],
    ...['connection', 'close', ...fault.headers],
  ];
  const lines = headers.flatMap((name, at) => (at % 2 === 0 ? [`${name}: ${headers[at + 1] ?? ''}`] : []));
  const reply = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('\r\n')}\r\n\r\n${body}`;
  // The peer is not waited for: it may never close its side.
  socket.end(reply, () => socket.destroy());
}
