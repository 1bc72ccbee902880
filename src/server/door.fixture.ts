// Doors under test: real ones on free ports, quick in all that production does slowly, closed after each test.

import { afterEach } from 'vitest';
import { createDoor, type Door } from './http.ts';
import type { DoorSettings } from './settings.ts';
import { createStage, type Stage } from './stage.fixture.ts';

export interface TestDoor {
  readonly door: Door;
  readonly stage: Stage;
  readonly port: number;
  readonly base: string;
  readonly url: string;
  readonly wsUrl: string;
}

const QUICK: Partial<DoorSettings> = {
  initWaitMs: 300,
  recheckMs: 40,
  sweepMs: 20,
  closeGraceMs: 200,
  drainMs: 1_500,
  farewellMs: 20,
  lingerMs: 200,
};

export async function openDoor(stage: Stage, settings: Partial<DoorSettings> = {}, wished = 0): Promise<TestDoor> {
  const { services, metrics, log } = stage;
  const ready = async () => stage.readiness;
  const door = createDoor({ services, log, metrics, settings: { ...QUICK, ...settings }, ready });
  const port = await door.listen(wished, '127.0.0.1');
  const base = `http://127.0.0.1:${port}`;
  return { door, stage, port, base, url: `${base}/graphql`, wsUrl: `ws://127.0.0.1:${port}/graphql` };
}

/** For a test file whose every test opens doors of its own. */
export function useDoors(): (settings?: Partial<DoorSettings>, stage?: Stage, port?: number) => Promise<TestDoor> {
  const opened: TestDoor[] = [];
  afterEach(async () => {
    await Promise.all(opened.splice(0).map(({ door }) => door.close()));
  });
  return async (settings, stage = createStage(), port = 0) => {
    const door = await openDoor(stage, settings, port);
    opened.push(door);
    return door;
  };
}

/** Waits for what is true soon. */
export async function until(isTrue: () => boolean): Promise<void> {
  const end = performance.now() + 2_000;
  while (!isTrue()) {
    if (performance.now() > end) throw new Error('it did not come true');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: {
    readonly data?: unknown;
    readonly errors?: readonly {
      readonly message: string;
      readonly extensions: Record<string, unknown>;
      readonly locations?: unknown;
    }[];
  };
}

export async function ask(url: string, init: RequestInit = {}): Promise<Reply> {
  const res = await fetch(url, init);
  const text = await res.text();
  return { status: res.status, headers: res.headers, body: (text === '' ? {} : JSON.parse(text)) as Reply['body'] };
}

/** A body that is no text is written as JSON. */
export function post(url: string, body: unknown, headers: Record<string, string> = {}): Promise<Reply> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return ask(url, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: text });
}

/** The lines of a request's head, with the empty one that ends it. */
export function head(...lines: readonly string[]): string {
  return `${lines.join('\r\n')}\r\n\r\n`;
}
