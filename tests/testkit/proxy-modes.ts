// What a proxy does with the bytes that come back over a connection.

import type { Socket } from 'node:net';

/**
 * `cut`: reset before the request arrives. `cut-reply`: the request arrives, and a reset comes in place of its reply.
 * `drop-reply`: the request arrives, and nothing comes back. `hold-reply`: what comes back waits until it is released.
 * `blackhole`: nothing arrives, and nothing comes back. `half-close`: in place of the reply the other side says that it has
 * no more to say, and goes on listening. `latencyMs`: what comes back comes so much later. `trickleMs`: a byte at a time, with this
 * pause. `cutAfter`: a reset after so many bytes of what comes back. `answer`: this in place of the reply. `endless`: a reply over
 * HTTP whose body does not end.
 */
export type Mode =
  | 'pass'
  | 'cut'
  | 'cut-reply'
  | 'drop-reply'
  | 'hold-reply'
  | 'blackhole'
  | 'half-close'
  | 'endless'
  | { readonly latencyMs: number }
  | { readonly trickleMs: number }
  | { readonly cutAfter: number }
  | { readonly answer: string };

export interface Way {
  readonly client: Socket;
  mode: Mode;
  held: Buffer[];
  /** Bytes that came back since the mode was set. */
  passed: number;
}

const CHUNK = `4000\r\n${' '.repeat(0x4000)}\r\n`;
const ENDLESS_HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n';

/** Passes on what the server sent, or does to it what the mode says. `reset` ends both sides at once. */
export function passBack(way: Way, bytes: Buffer, reset: () => void): void {
  const { client, mode } = way;
  if (mode === 'pass') client.write(bytes);
  else if (mode === 'cut-reply') reset();
  else if (mode === 'hold-reply') way.held.push(bytes);
  else if (mode === 'half-close') client.end();
  else if (mode === 'endless') writeForEver(client);
  else if (typeof mode === 'object') changed(way, mode, bytes, reset);
}

function changed(way: Way, mode: Exclude<Mode, string>, bytes: Buffer, reset: () => void): void {
  const { client } = way;
  if ('latencyMs' in mode) {
    setTimeout(() => client.destroyed || client.write(bytes), mode.latencyMs);
  } else if ('trickleMs' in mode) {
    trickle(client, bytes, mode.trickleMs);
  } else if ('answer' in mode) {
    client.end(mode.answer);
  } else {
    const rest = Math.max(0, mode.cutAfter - way.passed);
    way.passed += bytes.length;
    // The bytes have to arrive before the reset does.
    if (bytes.length > rest) client.write(bytes.subarray(0, rest), () => setTimeout(reset, 10));
    else client.write(bytes);
  }
}

function trickle(client: Socket, bytes: Buffer, pauseMs: number): void {
  if (bytes.length === 0 || client.destroyed) return;
  client.write(bytes.subarray(0, 1));
  setTimeout(() => trickle(client, bytes.subarray(1), pauseMs), pauseMs);
}

function writeForEver(client: Socket): void {
  client.write(ENDLESS_HEAD);
  const more = (): void => {
    while (!client.destroyed && client.write(CHUNK));
  };
  client.on('drain', more);
  more();
}
