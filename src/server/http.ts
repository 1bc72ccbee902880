// The door: one listener for GraphQL over HTTP, SSE and WebSocket, the providers' webhooks, and health.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { randomUUID } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { schema } from '../resolvers/index.ts';
import type { Log } from '../services/ports.ts';
import type { Services } from '../services/index.ts';
import { Gone, LATE } from './body.ts';
import { createErrors, Fault, type Code } from './errors.ts';
import { createReplies, type Exchange } from './exchange.ts';
import { createFastPath } from './fast-path.ts';
import { createGraphqlRoute } from './graphql-route.ts';
import { createEngine } from './graphql.ts';
import { refuseBadHandshake } from './handshake.ts';
import { createHealthRoute, type Ready } from './health.ts';
import { createLimits, createSlots } from './limits.ts';
import { createLive } from './live.ts';
import type { Metrics, Route } from './metrics.ts';
import { createOrigins } from './origin.ts';
import { createPresence } from './presence.ts';
import { replyRaw } from './raw-reply.ts';
import { DEFAULTS, type DoorSettings } from './settings.ts';
import { createServedRoute } from './served.ts';
import { createSharing } from './shared.ts';
import { createSseStreams } from './sse.ts';
import { createWebhookRoute } from './webhooks.ts';

export interface DoorOptions {
  readonly services: Services;
  readonly log: Log;
  readonly metrics: Metrics;
  /** What is left out takes the default for production. */
  readonly settings: Partial<DoorSettings>;
  readonly ready: Ready;
}

export interface Door {
  /** Resolves to the port; rejects where it is taken. */
  listen(port: number, host: string): Promise<number>;
  /** Takes no more work, lets what is under way end, then cuts what is left. May be called again. */
  close(): Promise<void>;
  readonly server: Server;
}

const HEADERS_MAX = 100;
const HEADER_BYTES_MAX = 16_384;
const TIMEOUTS_EVERY_MS = 2_000;
const IDLE_EVERY_MS = 50;

type Handler = (exchange: Exchange) => Promise<void>;

export function createDoor({ services, log, metrics, settings: chosen, ready }: DoorOptions): Door {
  const settings: DoorSettings = { ...DEFAULTS, ...chosen };
  let closing: Promise<void> | null = null;
  const isDraining = (): boolean => closing !== null;
  const underWay = new Set<Exchange>();
  let onSettled = (): void => undefined;

  const errors = createErrors({ log, metrics, schema });
  const replies = createReplies({ production: settings.production, errors, metrics, isDraining });
  const origins = createOrigins(settings.allowedOrigins);
  const limits = createLimits(settings);
  const slots = createSlots();
  const presence = createPresence(services.auth, settings.recheckMs, log);
  const openStream = createSharing({ errors, metrics, operationMs: settings.operationMs });
  const engine = createEngine({ schema, settings, errors, limits, openStream });
  const streams = createSseStreams({ settings, errors, metrics, slots, presence });
  const shared = { services, settings, errors, metrics, log, limits, origins, slots, presence, replies };
  const live = createLive({ ...shared, engine, openStream });
  const fastPath = settings.fastPath ? createFastPath({ engine, errors }) : null;

  const graphql = createGraphqlRoute({ ...shared, yoga: engine.yoga, fastPath, streams });
  const webhooks = createWebhookRoute(shared);
  const served = createServedRoute(shared);
  const health = createHealthRoute({ ready, replies, isDraining });

  function routeOf(path: string): readonly [Route, Handler] {
    if (path === '/graphql') return ['graphql', graphql];
    if (path.startsWith('/webhooks/')) return ['webhooks', webhooks];
    if (path.startsWith('/billing/')) return ['webhooks', isServed(path) ? served : webhooks];
    if (path === '/livez' || path === '/readyz') return ['health', health];
    return ['none', nowhere];
  }

  const isServed = (path: string): boolean => services.served.gatewayAt(path.slice('/billing/'.length)) !== null;

  async function handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const exchange = replies.open(req, res);
    const [route, handler] = routeOf(exchange.path);
    exchange.route = route;
    underWay.add(exchange);
    try {
      // Node reads one more than are allowed, and leaves out the rest.
      if (req.rawHeaders.length > HEADERS_MAX * 2) throw tooManyHeaders();
      if (req.headers.host === undefined && req.httpVersion !== '1.0') throw noHost();
      await handler(exchange);
    } catch (error) {
      if (error instanceof Gone) res.destroy();
      else if (!req.complete) lastWord(exchange, error);
      else replies.fail(exchange, error);
    } finally {
      underWay.delete(exchange);
      if (underWay.size === 0) onSettled();
    }
  }

  /**
   * The body is still coming. Were the connection closed at once, the sender would see a reset and not the reason; so what
   * comes is read for a moment, and kept nowhere.
   */
  function lastWord(exchange: Exchange, error: unknown): void {
    const { req, res } = exchange;
    replies.failEarly(exchange, error);
    const timer = setTimeout(() => res.end(), settings.lingerMs);
    req.once('end', () => res.end());
    res.once('close', () => clearTimeout(timer));
    req.resume();
  }

  const server = createServer(
    {
      maxHeaderSize: HEADER_BYTES_MAX,
      headersTimeout: settings.headersMs,
      requestTimeout: settings.requestMs,
      keepAliveTimeout: settings.keepAliveMs,
      connectionsCheckingInterval: Math.min(TIMEOUTS_EVERY_MS, settings.headersMs),
      // The network tells of a peer that is gone without a word, such as the reader of a stream.
      keepAlive: true,
      keepAliveInitialDelay: settings.pingMs,
      noDelay: true,
      // Node's own answer to a request without one has no body; ours says what is missing.
      requireHostHeader: false,
      // An offer of anything else, such as HTTP/2, may be left where it is, and the request answered.
      shouldUpgradeCallback: ({ headers: { upgrade } }) => upgrade?.toLowerCase() === 'websocket',
    },
    (req, res) => void handle(req, res),
  );
  server.on('checkExpectation', (req: IncomingMessage, res: ServerResponse) => {
    replies.fail(
      replies.open(req, res),
      new Fault('EXPECTATION_FAILED', 'Of all expectations 100-continue alone is met.'),
    );
  });
  server.maxHeadersCount = HEADERS_MAX + 1;
  server.maxConnections = settings.connectionsMax;
  server.on('upgrade', (req: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', ignore);
    try {
      if (req.url?.split('?')[0] !== '/graphql') throw new Fault('NOT_FOUND', 'There is nothing here.');
      if (isDraining()) throw new Fault('UNAVAILABLE', 'This server is closing: connect again.', ['retry-after', '1']);
      if (req.rawHeaders.length > HEADERS_MAX * 2) throw tooManyHeaders();
      refuseBadHandshake(req);
      // From then on the library looks after it, and a second listener would be a list for each of them.
      if (live.upgrade(req, socket, head)) socket.off('error', ignore);
    } catch (error) {
      const requestId = randomUUID();
      replyRaw(socket, errors.faultOf(error, requestId), requestId);
    }
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    const exchange = [...underWay].find(({ req }) => req.socket === socket);
    const isLate = CODE_OF_CLIENT_ERROR[error.code ?? ''] === 'REQUEST_TIMEOUT';
    if (isLate && exchange?.req.emit(LATE, unreadable(error.code)) === true) return;
    // With an answer under way, or about to be, what is written here would pass for it or stand in the middle of it.
    if (error.code === 'ECONNRESET' || !socket.writable || exchange !== undefined) socket.destroy();
    else replyRaw(socket, unreadable(error.code), randomUUID());
  });

  async function drain(): Promise<void> {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    live.endAll(settings.farewellMs);
    streams.endAll();
    // A connection is closed when its request is answered; one that was idle a moment ago may have begun another.
    const idle = setInterval(() => server.closeIdleConnections(), IDLE_EVERY_MS);
    const late = new Promise<void>((resolve) => {
      setTimeout(resolve, settings.drainMs).unref();
    });
    await Promise.race([Promise.all([closed, settled()]), late]);
    clearInterval(idle);
    if (underWay.size > 0) log.warn({ requests: underWay.size }, 'requests were cut when the door closed');
    services.events.close();
    server.closeAllConnections();
    live.stop();
    presence.stop();
  }

  /** A caller who has gone leaves no connection behind, but what it asked for may still be going on. */
  function settled(): Promise<void> {
    return new Promise((resolve) => {
      onSettled = resolve;
      if (underWay.size === 0) resolve();
    });
  }

  return {
    server,
    listen: (port, host) =>
      new Promise((resolve, reject) => {
        const onError = (error: NodeJS.ErrnoException): void => reject(listenError(error, port, 'PORT'));
        server.once('error', onError);
        server.listen(port, host, () => {
          server.off('error', onError);
          server.on('error', (error) => log.error({ err: error }, 'the listener failed'));
          resolve(portOf(server));
        });
      }),
    close() {
      closing ??= drain();
      return closing;
    },
  };
}

/** One for all sockets: what breaks one is followed by its close. */
function ignore(): void {}

async function nowhere(): Promise<void> {
  throw new Fault('NOT_FOUND', 'There is nothing here.');
}

function noHost(): Fault {
  return new Fault('BAD_REQUEST', 'There must be a Host header.');
}

function tooManyHeaders(): Fault {
  return new Fault(
    'HEADERS_TOO_LARGE',
    `The limit is ${HEADERS_MAX} headers, and ${HEADER_BYTES_MAX} bytes for all of them.`,
  );
}

const CODE_OF_CLIENT_ERROR: Readonly<Record<string, Code>> = {
  HPE_HEADER_OVERFLOW: 'HEADERS_TOO_LARGE',
  ERR_HTTP_REQUEST_TIMEOUT: 'REQUEST_TIMEOUT',
};

function unreadable(reason: string | undefined): Fault {
  const code = CODE_OF_CLIENT_ERROR[reason ?? ''] ?? 'BAD_REQUEST';
  if (code === 'HEADERS_TOO_LARGE') return tooManyHeaders();
  if (code === 'REQUEST_TIMEOUT') return new Fault(code, 'The request did not come in time.');
  return new Fault(code, 'This is no HTTP request.');
}

/** Says which setting to change. */
export function listenError(error: NodeJS.ErrnoException, port: number, setting: string): Error {
  if (error.code !== 'EADDRINUSE') return error;
  const text = `port ${port} is taken: set ${setting} to a free one, or to 0 for any`;
  return new Error(text, { cause: error });
}

export function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('the server has no port');
  return address.port;
}
