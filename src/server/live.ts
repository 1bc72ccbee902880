// Subscriptions over WebSocket: graphql-ws speaks the protocol, on a socket whose every resource has a bound. A socket only
// watches; queries and mutations go over HTTP, where each is answered and counted by itself.

import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { GraphQLError, type ExecutionArgs, type ExecutionResult } from 'graphql';
import { CloseCode, handleProtocols, makeServer, type Context as Socket, type SubscribePayload } from 'graphql-ws';
import { WebSocketServer, type WebSocket } from 'ws';
import { RequestError } from '../core/errors.ts';
import type { Viewer } from '../services/index.ts';
import { addressOf, networkOf } from './address.ts';
import { createConnection, GOING_AWAY, TRY_AGAIN_LATER, type Connection } from './connection.ts';
import { refuseKeyInUrl, viewerOf, type Context, type Knowing } from './context.ts';
import { Fault, type Errors } from './errors.ts';
import type { Engine } from './graphql.ts';
import { payerOf, type Slots } from './limits.ts';
import type { Metrics } from './metrics.ts';
import { operationOf } from './operations.ts';
import type { Origins } from './origin.ts';
import type { Presence } from './presence.ts';
import { createPump } from './pump.ts';
import { placesOf, type DoorSettings } from './settings.ts';
import type { OpenStream } from './shared.ts';

export interface Live {
  upgrade(req: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Closes every socket with 1001, spread over `ms` so that not all of them come back at once. */
  endAll(ms: number): void;
  /** Cuts what has not gone. */
  stop(): void;
}

export interface LiveWorld extends Knowing {
  readonly settings: DoorSettings;
  readonly engine: Engine;
  readonly openStream: OpenStream;
  readonly errors: Errors;
  readonly metrics: Metrics;
  readonly origins: Origins;
  readonly slots: Slots;
  readonly presence: Presence;
}

/** What a socket has told us of itself. */
interface Extra {
  readonly connection: Connection;
  viewer: Viewer | null;
  /** Frees what the socket holds as long as it has not said who it is; later, what its viewer holds. */
  leave: () => void;
}

type Client = Socket<Record<string, unknown>, Extra>;

export function createLive(world: LiveWorld): Live {
  const { settings, errors, metrics, origins, slots, presence, log } = world;
  const open = new Set<Connection>();
  const options = {
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: settings.messageMaxBytes,
    closeTimeout: settings.closeGraceMs,
    // Pings are counted as messages, and answered below.
    autoPong: false,
    handleProtocols,
  };
  const wss = new WebSocketServer(options);
  const server = makeServer<Record<string, unknown>, Extra>({
    connectionInitWaitTimeout: settings.initWaitMs,
    onConnect: (client) => connect(client),
    onSubscribe: ({ extra, subscriptions }, id, payload) =>
      subscribe(extra, Object.keys(subscriptions).length, id, payload),
    // The pump has been made when the subscription was checked, and is handed over as it is.
    subscribe: ({ rootValue }) => rootValue as AsyncIterableIterator<ExecutionResult>,
  });
  const sweep = setInterval(() => {
    for (const connection of open) connection.lookAfter();
  }, settings.sweepMs);
  sweep.unref();

  async function connect({ connectionParams = {}, extra }: Client): Promise<boolean> {
    const { connection } = extra;
    const viewer = await viewerFrom(connectionParams, connection);
    if (viewer === null || connection.isEnding()) return false;
    const payer = payerOf(viewer);
    const places = placesOf(viewer, settings);
    if (!slots.take(payer, places)) {
      connection.end(CloseCode.TooManyInitialisationRequests, `Too many sockets: the limit is ${places}`);
      return false;
    }
    const unwatch = presence.join(viewer, () => connection.end(CloseCode.Forbidden, 'Forbidden'));
    extra.leave();
    extra.viewer = viewer;
    extra.leave = () => {
      unwatch();
      slots.give(payer);
    };
    return true;
  }

  async function viewerFrom(params: Record<string, unknown>, connection: Connection): Promise<Viewer | null> {
    const { apiKey = params['clientToken'], clientToken = apiKey } = params;
    if (typeof apiKey !== 'string' || apiKey !== clientToken) return null;
    try {
      return await viewerOf(apiKey, () => connection.address, world);
    } catch (error) {
      const code = error instanceof RequestError ? error.code : 'UNAVAILABLE';
      if (code === 'UNAVAILABLE') connection.end(TRY_AGAIN_LATER, 'Try again later');
      if (code === 'RATE_LIMITED') connection.end(CloseCode.TooManyInitialisationRequests, 'Too many requests');
      return null;
    }
  }

  async function subscribe(
    { connection, viewer }: Extra,
    count: number,
    id: string,
    payload: SubscribePayload,
  ): Promise<ExecutionArgs | readonly GraphQLError[]> {
    const requestId = randomUUID();
    try {
      if (count > settings.subscriptionsPerSocket) {
        const text = `The limit is ${settings.subscriptionsPerSocket} subscriptions on one socket.`;
        throw refusal('TOO_MANY_SUBSCRIPTIONS', text);
      }
      if (viewer === null) throw new RequestError('UNAUTHENTICATED', 'not initialised');
      await world.limits.operations(viewer, 1);
      const args = await prepared(payload, { viewer, services: world.services, requestId });
      const stream = await world.openStream(args);
      if ('errors' in stream) throw new AggregateError(stream.errors);
      return { ...args, rootValue: createPump({ id, stream, connection, requestId, errors, metrics }) };
    } catch (error) {
      const all: readonly unknown[] = error instanceof AggregateError ? error.errors : [error];
      return all.map((one) => errors.publish(one, requestId));
    }
  }

  async function prepared(payload: SubscribePayload, contextValue: Context): Promise<ExecutionArgs> {
    const { parse, validate, schema } = world.engine.stepsFor(contextValue);
    const document = parse(payload.query);
    const invalid = validate(schema, document);
    if (invalid.length > 0) throw new AggregateError(invalid);
    const operation = operationOf(document, payload.operationName ?? null);
    if (operation === null) throw refusal('OPERATION_RESOLUTION_FAILURE', '');
    if (operation.kind !== 'subscription') {
      throw refusal('BAD_REQUEST', 'Queries and mutations are not served over a socket: use HTTP.');
    }
    await world.engine.admit(operation, contextValue);
    const { variables: variableValues, operationName } = payload;
    return { schema, document, contextValue, variableValues, operationName };
  }

  function opened(ws: WebSocket, address: string, leave: () => void): void {
    const connection = createConnection(ws, address, settings);
    const extra: Extra = { connection, viewer: null, leave };
    open.add(connection);
    metrics.socketOpened();
    const tooMany = (): void => connection.end(CloseCode.TooManyInitialisationRequests, 'Too many messages');
    ws.on('error', () => undefined);
    ws.on('pong', connection.answered);
    ws.on('ping', (data) => {
      if (connection.isEnding()) return;
      if (connection.maySpeak()) ws.pong(data);
      else tooMany();
    });
    const closed = server.opened(
      {
        protocol: ws.protocol,
        send: (text) => connection.send(text),
        close: (code = CloseCode.InternalServerError, reason = '') => connection.end(code, reason),
        // The payload is the client's own; it may keep it.
        onPing: () => connection.send(PONG),
        onMessage: (receive) =>
          ws.on('message', (data: Buffer, isBinary) => {
            if (connection.isEnding()) return;
            if (!connection.maySpeak()) tooMany();
            else if (isBinary) connection.end(CloseCode.BadRequest, 'Invalid message received');
            else receive(data.toString()).catch((error: unknown) => onFault(connection, error));
          }),
      },
      extra,
    );
    ws.once('close', (code, reason) => {
      open.delete(connection);
      extra.leave();
      metrics.socketClosed(code);
      closed(code, reason.toString()).catch((error: unknown) => onFault(connection, error));
    });
  }

  function onFault(connection: Connection, error: unknown): void {
    // The library's word for a message that only a server may send.
    const isPeers = error instanceof Error && error.message.startsWith('Unexpected message of type');
    if (!isPeers) log.error({ err: error }, 'a socket failed');
    const code = isPeers ? CloseCode.BadRequest : CloseCode.InternalServerError;
    connection.end(code, isPeers ? 'Invalid message received' : 'Internal server error');
  }

  return {
    upgrade(req, socket, head) {
      refuseKeyInUrl(req.url ?? '');
      if (!origins.maySocket(req.headers)) throw new Fault('FORBIDDEN', 'Pages of this origin may not open one here.');
      const address = addressOf(req, settings.trustedProxies);
      const network = `stranger ${networkOf(address)}`;
      if (!slots.take(network, settings.uninitialisedPerIp)) {
        const text = `The limit is ${settings.uninitialisedPerIp} sockets of one address that wait for connection_init.`;
        throw new Fault('RATE_LIMITED', text, ['retry-after', '1']);
      }
      let isOpen = false;
      const leave = once(() => slots.give(network));
      socket.once('close', () => {
        if (!isOpen) leave();
      });
      wss.handleUpgrade(req, socket, head, (ws) => {
        isOpen = true;
        opened(ws, address, leave);
      });
    },
    endAll(ms) {
      for (const connection of open) {
        setTimeout(() => connection.end(GOING_AWAY, 'Going away'), Math.random() * ms);
      }
    },
    stop() {
      clearInterval(sweep);
      for (const connection of open) connection.cut();
    },
  };
}

const PONG = '{"type":"pong"}';

function refusal(code: string, message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code } });
}

function once(work: () => void): () => void {
  let isDone = false;
  return () => {
    if (isDone) return;
    isDone = true;
    work();
  };
}
