// Fifty connections that ask as fast as they are answered, in rounds that take turns between a server of ours and its
// floor, so that whatever else the machine does meets both.

import autocannon from 'autocannon';
import { setTimeout as pause } from 'node:timers/promises';
import type { Server } from './server.ts';

export const CONNECTIONS = 50;
const REQUEST_TIMEOUT_S = 10;
const WARM_UP_S = 2;
/** What was still on its way when the last round ended is answered in this time. */
const SETTLE_MS = 300;

/** `[<id>]` in the body becomes another id in every request. */
export interface Request {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** In place of `body`: one for each connection. */
  readonly bodies?: readonly string[];
}

export interface Contender {
  readonly server: Server;
  readonly request: Request;
}

export interface Figures {
  /** How many requests, or events, there were. */
  readonly count: number;
  /** Requests answered in a second; for sockets, events. */
  readonly perSecond: number;
  /** Of the server's process: for each request, or for each event and socket. */
  readonly cpuUs: number;
  /** The server's share of its core while it was asked. */
  readonly busy: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly rssMiB: number;
}

export interface Round {
  readonly ours: Figures;
  readonly floor: Figures;
}

export interface Plan {
  readonly rounds: number;
  /** Of one round of one server. */
  readonly seconds: number;
}

export async function race(ours: Contender, floor: Contender, { rounds, seconds }: Plan): Promise<readonly Round[]> {
  await loaded(ours, WARM_UP_S);
  await loaded(floor, WARM_UP_S);
  return inTurns(ours, floor, rounds, (contender) => loaded(contender, seconds));
}

/** Each begins as often as the other. */
export async function inTurns<Side>(
  ours: Side,
  floor: Side,
  rounds: number,
  measure: (side: Side) => Promise<Figures>,
): Promise<readonly Round[]> {
  const done: Round[] = [];
  while (done.length < rounds) {
    if (done.length % 2 === 0) {
      const first = await measure(ours);
      done.push({ ours: first, floor: await measure(floor) });
    } else {
      const first = await measure(floor);
      done.push({ ours: await measure(ours), floor: first });
    }
  }
  return done;
}

async function loaded({ server, request }: Contender, seconds: number): Promise<Figures> {
  const before = await server.usage();
  const startedAt = performance.now();
  const { bodies = [], ...asked } = request;
  const own = bodies.values();
  const result = await autocannon({
    ...asked,
    setupClient: (client) => {
      const body = own.next().value;
      if (body !== undefined) client.setBody(body);
    },
    method: 'POST',
    connections: CONNECTIONS,
    duration: seconds,
    timeout: REQUEST_TIMEOUT_S,
    idReplacement: request.body.includes('[<id>]'),
  });
  const tookUs = (performance.now() - startedAt) * 1_000;
  const after = await server.usage();
  const answered = result['2xx'];
  const failed = result.errors + result.timeouts + result.resets + result.non2xx;
  if (failed > 0 || answered === 0)
    throw new Error(`${server.name}: ${failed} of ${answered + failed} requests failed`);
  await pause(SETTLE_MS);
  const cpuUs = after.cpuUs - before.cpuUs;
  return {
    count: answered,
    perSecond: answered / result.duration,
    cpuUs: cpuUs / answered,
    busy: cpuUs / tookUs,
    p50Ms: result.latency.p50,
    p99Ms: result.latency.p99,
    rssMiB: after.rssBytes / 2 ** 20,
  };
}

export async function ask({ url, headers, body }: Request, id: string): Promise<string> {
  const sent = body.replaceAll('[<id>]', id);
  const response = await fetch(url, {
    method: 'POST',
    headers,
    body: sent,
    signal: AbortSignal.timeout(REQUEST_TIMEOUT_S * 1_000),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${url}: HTTP ${response.status}: ${text}`);
  return text;
}

export function jsonRequest(url: string, body: object, apiKey: string | null): Request {
  const authorization = apiKey === null ? {} : { authorization: `Bearer ${apiKey}` };
  const headers = { 'content-type': 'application/json', accept: 'application/json', ...authorization };
  return { url, headers, body: JSON.stringify(body) };
}
