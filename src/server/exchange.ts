// One request and its answer: the request id, the headers that every answer carries, and the ways to answer.

import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { printFault, STATUS_OF_CODE, type Errors, type Fault } from './errors.ts';
import type { Metrics, Route } from './metrics.ts';

export interface Exchange {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly requestId: string;
  readonly startedAt: number;
  /** The path without its query. */
  readonly path: string;
  route: Route;
  /** Headers that depend on the page that asks. Names and values in turn. */
  cors: readonly string[];
}

export interface Replies {
  open(req: IncomingMessage, res: ServerResponse): Exchange;
  send(exchange: Exchange, status: number, contentType: string, body: string, more?: readonly string[]): void;
  json(exchange: Exchange, status: number, body: object, more?: readonly string[]): void;
  /** Begins an answer whose body is written by somebody else. */
  begin(exchange: Exchange, status: number, contentType: string, more: readonly string[]): void;
  empty(exchange: Exchange, status: number, more: readonly string[]): void;
  fail(exchange: Exchange, error: unknown, more?: readonly string[]): void;
}

export const JSON_TYPE = 'application/json; charset=utf-8';
export const GRAPHQL_TYPE = 'application/graphql-response+json; charset=utf-8';

const SAFE_ID = /^[\w.:-]{1,64}$/;

export function createReplies(world: {
  readonly production: boolean;
  readonly errors: Errors;
  readonly metrics: Metrics;
  readonly isDraining: () => boolean;
}): Replies {
  const { production, errors, metrics, isDraining } = world;
  const constant = [
    ...['x-content-type-options', 'nosniff', 'referrer-policy', 'no-referrer', 'cache-control', 'no-store'],
    ...['content-security-policy', "frame-ancestors 'none'"],
    ...(production ? ['strict-transport-security', 'max-age=63072000; includeSubDomains'] : []),
  ];

  /** Names and values in turn. `length` is null for a stream. */
  function headers(
    { requestId, cors }: Exchange,
    contentType: string | null,
    length: number | null,
    more: readonly string[],
  ): string[] {
    const all = ['x-request-id', requestId, ...constant, ...cors, ...more];
    if (contentType !== null) all.push('content-type', contentType);
    if (length !== null) all.push('content-length', String(length));
    // A kept connection would hold the closing of the door up, and its next request would be cut.
    if (isDraining()) all.push('connection', 'close');
    return all;
  }

  function begun({ route, startedAt }: Exchange, status: number): void {
    metrics.answered(route, status, (performance.now() - startedAt) / 1_000);
  }

  const replies: Replies = {
    open(req, res) {
      const given = req.headers['x-request-id'];
      const requestId = typeof given === 'string' && SAFE_ID.test(given) ? given : randomUUID();
      const url = req.url ?? '/';
      const query = url.indexOf('?');
      const path = query === -1 ? url : url.slice(0, query);
      return { req, res, requestId, startedAt: performance.now(), path, route: 'none', cors: [] };
    },
    send(exchange, status, contentType, body, more = []) {
      const { res } = exchange;
      if (res.headersSent || res.destroyed) return;
      begun(exchange, status);
      res.writeHead(status, headers(exchange, contentType, Buffer.byteLength(body), more));
      res.end(body);
    },
    json: (exchange, status, body, more) => replies.send(exchange, status, JSON_TYPE, JSON.stringify(body), more),
    begin(exchange, status, contentType, more) {
      begun(exchange, status);
      exchange.res.writeHead(status, headers(exchange, contentType, null, more));
    },
    empty(exchange, status, more) {
      begun(exchange, status);
      exchange.res.writeHead(status, headers(exchange, null, null, more));
      exchange.res.end();
    },
    fail(exchange, error, more = []) {
      const fault: Fault = errors.faultOf(error, exchange.requestId);
      const { accept } = exchange.req.headers;
      const type = accept?.includes('application/graphql-response+json') === true ? GRAPHQL_TYPE : JSON_TYPE;
      const body = printFault(fault, exchange.requestId);
      replies.send(exchange, STATUS_OF_CODE[fault.code], type, body, [...fault.headers, ...more]);
    },
  };
  return replies;
}
