// One open socket: what may wait unsent on it, how often it may speak, and whether its peer is still there. Plain data, and
// functions beside it: ten thousand sockets with a closure for everything they can do are megabytes of closures.

import type { Duplex } from 'node:stream';
import { WebSocket } from 'ws';
import type { DoorSettings } from './settings.ts';

export interface Connection {
  readonly ws: WebSocket;
  /** The stream below `ws`. The library writes to it at once, so that its frames and ours stay in their order. */
  readonly stream: Duplex;
  readonly address: string;
  readonly settings: DoorSettings;
  /** It has been told to close, or is gone. Nothing is sent any more. */
  isEnding: boolean;
  /** A frame of this turn that has not been written yet. */
  unwritten: Buffer | null;
  /** Senders that wait until less is under way. */
  waiting: (() => void)[] | null;
  sentBytes: number;
  /** What was sent by a certain moment: when it is drained, the next moment is taken. */
  markBytes: number;
  // Moments are whole milliseconds: a fraction would be an object of its own.
  markAt: number;
  readonly openedAt: number;
  pingedAt: number;
  isAnswered: boolean;
  secondFrom: number;
  messages: number;
}

/** Above this the sender waits; below, many events are under way at once. */
const WAIT_BYTES = 65_536;
const SECOND_MS = 1_000;

export const GOING_AWAY = 1001;
export const TRY_AGAIN_LATER = 1013;
export const SLOW_READER = 'slow reader';

export function openConnection(ws: WebSocket, stream: Duplex, address: string, settings: DoorSettings): Connection {
  const now = wholeMs();
  return {
    ws,
    stream,
    address,
    settings,
    isEnding: false,
    unwritten: null,
    waiting: null,
    sentBytes: 0,
    markBytes: 0,
    markAt: now,
    openedAt: now,
    pingedAt: now,
    isAnswered: true,
    secondFrom: now,
    messages: 0,
  };
}

export function sendText(connection: Connection, text: string): void {
  if (connection.isEnding) return;
  writeOut(connection);
  connection.ws.send(text);
}

export function sendPong(connection: Connection, data: Buffer): void {
  if (connection.isEnding) return;
  writeOut(connection);
  connection.ws.pong(data);
}

/**
 * Sends what `textFrame` has made. Returns a promise when the sender has to wait, so that no more is taken from the source
 * than the reader takes.
 */
export function sendFrame(connection: Connection, frame: Buffer): Promise<void> | undefined {
  const { ws, stream } = connection;
  if (connection.isEnding || ws.readyState !== WebSocket.OPEN) return undefined;
  writeOut(connection);
  connection.sentBytes += frame.length;
  if (stream.writableLength + frame.length <= WAIT_BYTES) {
    if (unwritten.length === 0) queueMicrotask(writeAllOut);
    unwritten.push(connection);
    connection.unwritten = frame;
    return undefined;
  }
  stream.write(frame, () => {
    if (stream.writableLength < WAIT_BYTES) release(connection);
  });
  const behind = stream.writableLength;
  if (behind <= WAIT_BYTES) return undefined;
  if (behind > connection.settings.socketBufferMaxBytes) {
    endConnection(connection, TRY_AGAIN_LATER, SLOW_READER);
    return undefined;
  }
  return new Promise((resolve) => {
    connection.waiting ??= [];
    connection.waiting.push(resolve);
  });
}

/**
 * News comes to hundreds at once. What they are sent is written one after the other when all of it is made: a kernel that is
 * given one frame now and one a moment later wakes the reader up for each, which costs as much as the frame.
 */
const unwritten: Connection[] = [];

function writeAllOut(): void {
  for (const connection of unwritten.splice(0)) writeOut(connection);
}

/** Before the library writes anything by itself, so that all frames stay in their order. */
function writeOut(connection: Connection): void {
  const { unwritten: frame, ws, stream } = connection;
  if (frame === null) return;
  connection.unwritten = null;
  if (ws.readyState === WebSocket.OPEN) stream.write(frame);
}

function release(connection: Connection): void {
  const { waiting } = connection;
  connection.waiting = null;
  for (const resolve of waiting ?? []) resolve();
}

export function endConnection(connection: Connection, code: number, reason: string): void {
  if (connection.isEnding) return;
  connection.isEnding = true;
  writeOut(connection);
  connection.ws.close(code, reason);
  release(connection);
}

/** Its socket is closed. */
export function connectionGone(connection: Connection): void {
  connection.isEnding = true;
  release(connection);
}

/** false: more messages than a socket may send in a second. */
export function maySpeak(connection: Connection): boolean {
  const now = wholeMs();
  if (now - connection.secondFrom >= SECOND_MS) {
    connection.secondFrom = now;
    connection.messages = 0;
  }
  connection.messages += 1;
  return connection.messages <= connection.settings.messagesPerSecond;
}

/** The peer has answered a ping. */
export function pongCame(connection: Connection): void {
  connection.isAnswered = true;
}

/** From time to time: its age, its pings, what it leaves untaken. */
export function lookAfter(connection: Connection, now: number): void {
  if (connection.isEnding) return;
  const { socketLifeMs, stallMs, pingMs } = connection.settings;
  const drainedBytes = connection.sentBytes - connection.stream.writableLength;
  if (drainedBytes >= connection.markBytes) {
    connection.markBytes = connection.sentBytes;
    connection.markAt = now;
  } else if (now - connection.markAt >= stallMs) {
    endConnection(connection, TRY_AGAIN_LATER, SLOW_READER);
  }
  if (now - connection.openedAt >= socketLifeMs)
    endConnection(connection, GOING_AWAY, 'open for too long: connect again');
  if (connection.isEnding || now - connection.pingedAt < pingMs) return;
  if (!connection.isAnswered) {
    connection.ws.terminate();
    return;
  }
  connection.isAnswered = false;
  connection.pingedAt = now;
  writeOut(connection);
  connection.ws.ping();
}

export function wholeMs(): number {
  return Math.trunc(performance.now());
}
