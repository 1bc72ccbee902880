// Subscriptions over WebSocket, on sockets whose every resource has a bound. A socket only watches; queries and mutations go
// over HTTP, where each is answered and counted by itself.

import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { GraphQLError, type ExecutionArgs } from 'graphql';
import { CloseCode, handleProtocols, type SubscribePayload } from 'graphql-ws';
import { WebSocketServer, type WebSocket } from 'ws';
import { RequestError } from '../core/errors.ts';
import type { Viewer } from '../services/index.ts';
import { addressOf, networkOf } from './address.ts';
import {
  connectionGone,
  endConnection,
  GOING_AWAY,
  lookAfter,
  maySpeak,
  openConnection,
  pongCame,
  sendPong,
  sendText,
  TRY_AGAIN_LATER,
  wholeMs,
  type Connection,
} from './connection.ts';
import { refuseKeyInUrl, viewerOf, type Context, type Knowing } from './context.ts';
import { Fault, type Errors } from './errors.ts';
import type { Engine } from './graphql.ts';
import { payerOf, type Slots } from './limits.ts';
import type { Metrics } from './metrics.ts';
import { operationOf } from './operations.ts';
import type { Origins } from './origin.ts';
import type { Member, Presence } from './presence.ts';
import { createProtocol, NONE, type Peer } from './protocol.ts';
import { Pump, type PumpWorld } from './pump.ts';
import { placesOf, type DoorSettings } from './settings.ts';
import type { EventStream, OpenStream } from './shared.ts';

export interface Live {
  /** false: the handshake was refused. Throws what we refuse. */
  upgrade(req: IncomingMessage, socket: Duplex, head: Buffer): boolean;
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

/** A socket, and what it has told us of itself. */
interface Client extends Peer, Member {
  readonly connection: Connection;
  /** null: it has not said who it is, and holds a place of its network's; later, one of its viewer's. */
  viewer: Viewer | null;
}

const CLIENT = Symbol('client');

type ClientSocket = WebSocket & { [CLIENT]?: Client };

function clientOf(ws: ClientSocket): Client {
  const client = ws[CLIENT];
  if (client === undefined) throw new TypeError('a socket of nobody');
  return client;
}

export function createLive(world: LiveWorld): Live {
  const { settings, errors, metrics, origins, slots, presence, log } = world;
  const open = new Set<Client>();
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
  const protocol = createProtocol<Client, EventStream>({
    initWaitMs: settings.initWaitMs,
    send: ({ connection }, text) => sendText(connection, text),
    close: ({ connection }, code, reason) => endConnection(connection, code, reason),
    connect,
    subscribe,
    start: (client, subscription, stream) => new Pump(pumps, client, subscription, stream).start(),
  });
  const pumps: PumpWorld<Client> = { errors, metrics, ended: protocol.ended };
  const sweep = setInterval(() => {
    const now = wholeMs();
    for (const { connection } of open) lookAfter(connection, now);
  }, settings.sweepMs);
  sweep.unref();

  async function connect(client: Client, params: Readonly<Record<string, unknown>>): Promise<boolean> {
    const { connection } = client;
    const viewer = await viewerFrom(params, connection);
    if (viewer === null || connection.isEnding) return false;
    const places = placesOf(viewer, settings);
    if (!slots.take(payerOf(viewer), places)) {
      endConnection(connection, CloseCode.TooManyInitialisationRequests, `Too many sockets: the limit is ${places}`);
      return false;
    }
    leave(client);
    client.viewer = viewer;
    presence.join(viewer, client);
    return true;
  }

  function leave(client: Client): void {
    const { viewer, connection } = client;
    if (viewer === null) {
      slots.give(strangerAt(connection.address));
    } else {
      presence.leave(viewer, client);
      slots.give(payerOf(viewer));
    }
  }

  async function viewerFrom(params: Readonly<Record<string, unknown>>, connection: Connection): Promise<Viewer | null> {
    const { apiKey = params['clientToken'], clientToken = apiKey } = params;
    if (typeof apiKey !== 'string' || apiKey !== clientToken) return null;
    try {
      return await viewerOf(apiKey, () => connection.address, world);
    } catch (error) {
      const code = error instanceof RequestError ? error.code : 'UNAVAILABLE';
      if (code === 'UNAVAILABLE') endConnection(connection, TRY_AGAIN_LATER, 'Try again later');
      if (code === 'RATE_LIMITED')
        endConnection(connection, CloseCode.TooManyInitialisationRequests, 'Too many requests');
      return null;
    }
  }

  async function subscribe(
    { viewer }: Client,
    _id: string,
    payload: SubscribePayload,
    count: number,
  ): Promise<EventStream | { readonly errors: readonly GraphQLError[] }> {
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
      return stream;
    } catch (error) {
      const all: readonly unknown[] = error instanceof AggregateError ? error.errors : [error];
      return { errors: all.map((one) => errors.publish(one, requestId)) };
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

  function opened(ws: WebSocket, stream: Duplex, address: string): void {
    const connection = openConnection(ws, stream, address, settings);
    const client: Client = {
      connection,
      viewer: null,
      subscriptions: NONE,
      isInitialised: false,
      isAcknowledged: false,
      initTimer: null,
      revoked,
    };
    open.add(client);
    metrics.socketOpened();
    (ws as ClientSocket)[CLIENT] = client;
    ws.on('error', ignore).on('pong', onPong).on('ping', onPing).on('message', onMessage).on('close', onClose);
    protocol.opened(client, ws.protocol);
  }

  // Listeners are the same for all sockets; each is called on its own.
  function onPong(this: WebSocket): void {
    pongCame(clientOf(this).connection);
  }
  function onPing(this: WebSocket, data: Buffer): void {
    const { connection } = clientOf(this);
    if (mayHear(connection)) sendPong(connection, data);
  }
  function onMessage(this: WebSocket, data: Buffer, isBinary: boolean): void {
    const client = clientOf(this);
    const { connection } = client;
    if (!mayHear(connection)) return;
    if (isBinary) endConnection(connection, CloseCode.BadRequest, 'Invalid message received');
    else protocol.heard(client, data.toString()).catch((error: unknown) => onFault(connection, error));
  }
  function onClose(this: WebSocket, code: number): void {
    const client = clientOf(this);
    connectionGone(client.connection);
    open.delete(client);
    leave(client);
    metrics.socketClosed(code);
    protocol.closed(client);
  }

  function mayHear(connection: Connection): boolean {
    if (connection.isEnding) return false;
    if (maySpeak(connection)) return true;
    endConnection(connection, CloseCode.TooManyInitialisationRequests, 'Too many messages');
    return false;
  }

  function onFault(connection: Connection, error: unknown): void {
    log.error({ err: error }, 'a socket failed');
    endConnection(connection, CloseCode.InternalServerError, 'Internal server error');
  }

  return {
    upgrade(req, socket, head) {
      refuseKeyInUrl(req.url ?? '');
      if (!origins.maySocket(req.headers)) throw new Fault('FORBIDDEN', 'Pages of this origin may not open one here.');
      const address = addressOf(req, settings.trustedProxies);
      if (!slots.take(strangerAt(address), settings.uninitialisedPerIp)) {
        const text = `The limit is ${settings.uninitialisedPerIp} sockets of one address that wait for connection_init.`;
        throw new Fault('RATE_LIMITED', text, ['retry-after', '1']);
      }
      // The library decides at once: a handshake that it refuses has no socket when this returns.
      let isOpen = false;
      wss.handleUpgrade(req, socket, head, (ws) => {
        isOpen = true;
        opened(ws, socket, address);
      });
      if (!isOpen) slots.give(strangerAt(address));
      return isOpen;
    },
    endAll(ms) {
      for (const { connection } of open) {
        setTimeout(() => endConnection(connection, GOING_AWAY, 'Going away'), Math.random() * ms);
      }
    },
    stop() {
      clearInterval(sweep);
      for (const { connection } of open) connection.ws.terminate();
    },
  };
}

/** Shared by all sockets: what breaks one is followed by its close. */
function ignore(): void {}

function strangerAt(address: string): string {
  return `stranger ${networkOf(address)}`;
}

/** Shared too: `this` is the client that it is called on. */
function revoked(this: Client): void {
  endConnection(this.connection, CloseCode.Forbidden, 'Forbidden');
}

function refusal(code: string, message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code } });
}
