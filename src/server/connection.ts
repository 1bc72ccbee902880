// One open socket: what may wait unsent on it, how often it may speak, and whether its peer is still there.

import type { WebSocket } from 'ws';
import type { DoorSettings } from './settings.ts';

export interface Connection {
  readonly address: string;
  /** It has been told to close, or is gone. Nothing is sent any more. */
  readonly isEnding: () => boolean;
  /** Returns a promise when the sender has to wait, so that no more is taken from the source than the reader takes. */
  send(text: string): Promise<void> | undefined;
  end(code: number, reason: string): void;
  /** Ends it without a word. */
  cut(): void;
  /** false: more messages than a socket may send in a second. */
  maySpeak(): boolean;
  /** The peer has answered a ping. */
  answered(): void;
  /** Looks after it from time to time: its age, its pings, what it leaves untaken. */
  lookAfter(): void;
}

/** Above this the sender waits; below, many events are under way at once. */
const WAIT_BYTES = 65_536;
const SECOND_MS = 1_000;

export const GOING_AWAY = 1001;
export const TRY_AGAIN_LATER = 1013;
export const SLOW_READER = 'slow reader';

export function createConnection(ws: WebSocket, address: string, settings: DoorSettings): Connection {
  const { socketBufferMaxBytes, messagesPerSecond, socketLifeMs, stallMs, pingMs } = settings;
  const openedAt = performance.now();
  let isEnding = false;
  let sent = 0;
  let drained = 0;
  /** What was sent by a certain moment: when it is drained, the next moment is taken. */
  let mark = { sent: 0, at: openedAt };
  let pingedAt = openedAt;
  let isAnswered = true;
  let second = { from: openedAt, messages: 0 };
  let waiting: (() => void)[] = [];

  function release(): void {
    const resolves = waiting;
    waiting = [];
    for (const resolve of resolves) resolve();
  }
  // One function for all sends: a closure for each would be garbage at the rate of the events.
  const onDrained = (): void => {
    drained += 1;
    if (waiting.length > 0 && ws.bufferedAmount < WAIT_BYTES) release();
  };
  ws.once('close', () => {
    isEnding = true;
    release();
  });

  function end(code: number, reason: string): void {
    if (isEnding) return;
    isEnding = true;
    ws.close(code, reason);
    release();
  }

  return {
    address,
    isEnding: () => isEnding,
    send(text) {
      if (isEnding) return undefined;
      sent += 1;
      ws.send(text, onDrained);
      const behind = ws.bufferedAmount;
      if (behind <= WAIT_BYTES) return undefined;
      if (behind > socketBufferMaxBytes) {
        end(TRY_AGAIN_LATER, SLOW_READER);
        return undefined;
      }
      return new Promise((resolve) => waiting.push(resolve));
    },
    end,
    cut: () => ws.terminate(),
    maySpeak() {
      const now = performance.now();
      if (now - second.from >= SECOND_MS) second = { from: now, messages: 0 };
      second.messages += 1;
      return second.messages <= messagesPerSecond;
    },
    answered() {
      isAnswered = true;
    },
    lookAfter() {
      if (isEnding) return;
      const now = performance.now();
      if (drained >= mark.sent) mark = { sent, at: now };
      else if (now - mark.at >= stallMs) end(TRY_AGAIN_LATER, SLOW_READER);
      if (now - openedAt >= socketLifeMs) end(GOING_AWAY, 'open for too long: connect again');
      if (isEnding || now - pingedAt < pingMs) return;
      if (!isAnswered) {
        ws.terminate();
        return;
      }
      isAnswered = false;
      pingedAt = now;
      ws.ping();
    },
  };
}
