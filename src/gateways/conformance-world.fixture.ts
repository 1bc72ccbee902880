// The world of the conformance rules, built over real HTTP: a simulator's server, the real client, a small door for its
// callbacks, and a clock that stands still until a rule lets time pass.

import { createHttpClient } from '../outbound.ts';
import { startSimulators } from '../simulators.ts';
import { createServedBench } from './conformance-desk.ts';
import type { World } from './conformance-world.ts';
import type { Gateway, GatewayDefinition } from './contract.ts';
import type { HttpClient, HttpReply, HttpRequest } from './http.ts';
import type { LedgerLine } from './simulator-books.ts';
import { openDoor } from './simulator-door.fixture.ts';
import { manualTimers } from './simulator-timers.fixture.ts';
import { DEFAULT_TUNING } from './simulator.ts';

export type OpenWorld = World & {
  readonly simulatorUrl: string;
  /** Posts to the simulator as anybody could. */
  post(path: string, body: unknown): Promise<{ readonly status: number; readonly body: unknown }>;
  close(): Promise<void>;
};

export interface WorldOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** No request of the gateway waits longer; below a second the client asks no question twice. */
  readonly timeoutMaxMs?: number;
}

export async function openWorld(
  definition: GatewayDefinition,
  { env: overrides = {}, timeoutMaxMs: hurriedMs = Infinity }: WorldOptions = {},
): Promise<OpenWorld> {
  const clock = manualTimers();
  const bench = createServedBench(() => clock.now());
  const door = await openDoor(undefined, (call) => bench.serve(call));
  const simulators = await startSimulators({
    definitions: [definition],
    port: 0,
    booksDir: null,
    webhookUrl: () => door.url,
    timers: clock,
  });
  const simulatorUrl = `${simulators.url}/${definition.id}`;
  const real = createHttpClient({ gateway: definition.id });
  const sent: HttpRequest[] = [];
  const received: HttpReply[] = [];
  let timeoutMaxMs = hurriedMs;
  const http: HttpClient = {
    async send(request) {
      sent.push(request);
      const reply = await real.send({ ...request, timeoutMs: Math.min(request.timeoutMs, timeoutMaxMs) });
      received.push(reply);
      return reply;
    },
  };
  const env = { ...simulators.env, ...overrides };

  function connect(changes: Readonly<Record<string, string>>, at?: Date): Gateway {
    const settings = definition.settings.parse({ ...env, ...changes });
    return definition.connect(settings, { http, now: () => at ?? clock.now(), webhookUrl: () => door.url });
  }

  async function post(path: string, body: unknown) {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${simulatorUrl}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    return { status: response.status, body: (await response.json()) as unknown };
  }

  const gateway = connect({});
  if (gateway.serve !== undefined) bench.take(gateway.serve, definition.id);

  return {
    definition,
    gateway,
    simulator: await definition.simulator(),
    simulatorUrl,
    env,
    tuning: DEFAULT_TUNING,
    clock,
    sent,
    received,
    callbacks: door.calls,
    called: door.called,
    hurry: (timeoutMs) => {
      timeoutMaxMs = timeoutMs;
    },
    connect,
    post,
    async script(script) {
      const { status } = await post('/_script', { times: 1, ...script });
      return status === 200;
    },
    async phone(reference, action) {
      const { status, body } = await post('/_phone', { reference, action });
      if (status !== 200) throw new Error(`the payer could not ${action}: ${JSON.stringify(body)}`);
    },
    async ledger() {
      return (await (await fetch(`${simulatorUrl}/_ledger`)).json()) as LedgerLine[];
    },
    served: bench,
    async pay(url) {
      const { status, body } = await post('/_pay', { url });
      if (status !== 200) throw new Error(`the payer could not pay: ${JSON.stringify(body)}`);
    },
    async reverse(reference) {
      const { body } = await post('/_reverse', { reference });
      return (body as { reversed?: boolean }).reversed === true;
    },
    async close() {
      await Promise.all([simulators.close(), door.close(), real.close()]);
    },
  };
}
