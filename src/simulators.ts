// The simulators' door: one small HTTP server in which every provider answers under `/<gateway>`. Development and tests
// start it; production never does.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { GatewayDefinition } from './gateways/contract.ts';
import { json, type SimulatorReply } from './gateways/simulator-http.ts';
import { systemTimers, type Timers } from './gateways/simulator-timers.ts';
import { DEFAULT_TUNING, type Simulator, type Tuning } from './gateways/simulator.ts';

export interface SimulatorsOptions {
  readonly definitions: readonly Pick<GatewayDefinition, 'id' | 'simulator'>[];
  /** 0 takes a free one. */
  readonly port: number;
  readonly host?: string;
  /** Where the books are kept; null forgets them with the process. */
  readonly booksDir: string | null;
  /** Where our door takes a provider's calls. Asked at every call. */
  readonly webhookUrl: (gatewayId: string) => string;
  readonly tuning?: Partial<Tuning>;
  readonly timers?: Timers;
}

export interface RunningSimulators {
  readonly url: string;
  /** Of every gateway, merged: made-up credentials and base URLs by environment name. */
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

const BODY_BYTES_MAX = 262_144;

export async function startSimulators(options: SimulatorsOptions): Promise<RunningSimulators> {
  const { definitions, booksDir, timers = systemTimers() } = options;
  const host = options.host ?? '127.0.0.1';
  const simulators = new Map<string, Simulator>();
  const roots = new Map<string, string>();
  const server = createServer((request, response) => void serve({ simulators, roots }, request, response));
  const url = `http://${host}:${await listen(server, host, options.port)}`;
  let env: Readonly<Record<string, string>> = {};
  for (const { id, simulator } of definitions) {
    const { create, env: envOf, root } = await simulator();
    if (root !== undefined) roots.set(root, id);
    const baseUrl = `${url}/${id}`;
    const own = envOf(baseUrl);
    const tuning = { ...DEFAULT_TUNING, ...options.tuning };
    simulators.set(
      id,
      create({ baseUrl, env: own, webhookUrl: () => options.webhookUrl(id), booksDir, timers, tuning }),
    );
    env = { ...env, ...own };
  }

  return {
    url,
    env,
    async close() {
      for (const simulator of simulators.values()) simulator.close();
      const closed = new Promise((resolve) => server.close(resolve));
      // Callers that wait for a reply which never comes would keep it open.
      server.closeAllConnections();
      await closed;
    },
  };
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const isTaken = error.code === 'EADDRINUSE';
      const wayOut = 'Stop what uses it, or set SIMULATOR_PORT to another one (0 takes a free one).';
      const text = `Port ${port} for the simulators (SIMULATOR_PORT) is taken. ${wayOut}`;
      reject(isTaken ? new Error(text, { cause: error }) : error);
    });
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}

interface Stage {
  readonly simulators: ReadonlyMap<string, Simulator>;
  /** Gateways by what their paths at the root begin with. */
  readonly roots: ReadonlyMap<string, string>;
}

async function serve(stage: Stage, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const body = await bodyOf(request);
    send(response, body === null ? json(413, { error: 'the body is too large' }) : await answer(stage, request, body));
  } catch {
    // The caller has gone, or a plan is broken: either way the connection says that there is no answer.
    response.destroy();
  }
}

async function answer({ simulators, roots }: Stage, request: IncomingMessage, body: Buffer): Promise<SimulatorReply> {
  const { pathname, searchParams: query } = new URL(request.url ?? '/', 'http://simulators');
  const [root] = [...roots].flatMap(([prefix, owner]) => (pathname.startsWith(prefix) ? [`/${owner}`] : []));
  const [, id = '', ...rest] = `${root ?? ''}${pathname}`.split('/');
  const simulator = simulators.get(id);
  if (simulator === undefined) return json(404, { error: 'no such simulator', simulators: [...simulators.keys()] });
  const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value ?? '')] as const);
  return simulator.handle({
    method: request.method ?? 'GET',
    path: `/${rest.join('/')}`,
    query,
    headers: Object.fromEntries(headers),
    body,
  });
}

/** null: too large. */
async function bodyOf(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > BODY_BYTES_MAX) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function send(response: ServerResponse, answered: SimulatorReply): void {
  switch (answered.kind) {
    case 'reply':
      response.writeHead(answered.status, answered.headers).end(answered.body);
      return;
    case 'drop':
      response.destroy();
      return;
    case 'hang':
      return;
  }
}
