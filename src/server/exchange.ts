// One request and its answer: the request id, the headers that every answer carries, and the ways to answer.

import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { printFault, STATUS_OF_CODE, type Errors } from './errors.ts';
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
  fail(exchange: Exchange, error: unknown): void;
  /** The same to a request that is still coming. What is written is all there is, but the answer is not ended. */
  failEarly(exchange: Exchange, error: unknown): void;
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

  function failure({ req, requestId }: Exchange, error: unknown) {
    const { code, message, headers: more } = errors.faultOf(error, requestId);
    const isGraphql = req.headers.accept?.includes('application/graphql-response+json') === true;
    const body = printFault({ code, message }, requestId);
    return { code, headers: more, type: isGraphql ? GRAPHQL_TYPE : JSON_TYPE, body };
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
      const length = Buffer.byteLength(body);
      res.writeHead(status, headers(exchange, contentType, length, more));
      // Head and body are one write; where neither has more than ASCII, nothing has to be encoded.
      res.end(body, length === body.length ? 'latin1' : 'utf8');
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
    fail(exchange, error) {
      const { code, headers: more, type, body } = failure(exchange, error);
      replies.send(exchange, STATUS_OF_CODE[code], type, body, more);
    },
    failEarly(exchange, error) {
      const { res } = exchange;
      const { code, headers: more, type, body } = failure(exchange, error);
      if (res.headersSent || res.destroyed) return;
      begun(exchange, STATUS_OF_CODE[code]);
      const all = headers(exchange, type, Buffer.byteLength(body), [...more, 'connection', 'close']);
      res.writeHead(STATUS_OF_CODE[code], all);
      res.write(body);
    },
  };
  return replies;
}
