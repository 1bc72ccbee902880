// The server's side of graphql-transport-ws. The library's own keeps, for as long as a subscription lasts, the function that
// took its message in, with the message, the query's text and every step of its loop: more memory than the rest of the
// socket. Here a peer is an object, and a subscription an entry in it. What is said and when is the library's; a test
// holds the two against each other. Reading and checking messages stays with the library.

import type { GraphQLError } from 'graphql';
import { CloseCode, GRAPHQL_TRANSPORT_WS_PROTOCOL, MessageType, parseMessage, type SubscribePayload } from 'graphql-ws';

export interface Peer {
  subscriptions: readonly Subscription[];
  isInitialised: boolean;
  isAcknowledged: boolean;
  /** Runs until the peer has said who it is. */
  initTimer: NodeJS.Timeout | null;
}

export interface Subscription {
  readonly id: string;
  /** null until the source is open. */
  source: Source | null;
}

/** What runs for a subscription, and how it is ended from this side. */
export interface Source {
  close(): void;
}

export interface ProtocolWorld<P extends Peer, S extends Source> {
  readonly initWaitMs: number;
  /** Nothing is sent on a socket that has been told to close. */
  send(peer: P, text: string): void;
  close(peer: P, code: number, reason: string): void;
  /** false: the peer may not come in. */
  connect(peer: P, params: Readonly<Record<string, unknown>>): Promise<boolean>;
  /** Opens the source, or says why there is none. `count` is how many the peer has with this one. */
  subscribe(
    peer: P,
    id: string,
    payload: SubscribePayload,
    count: number,
  ): Promise<S | { readonly errors: readonly GraphQLError[] }>;
  /** The source is the peer's: what it brings may be sent. At its end, `ended` is to be called. */
  start(peer: P, subscription: Subscription, source: S): void;
}

export interface Protocol<P extends Peer> {
  opened(peer: P, protocol: string): void;
  /** Rejects when something of ours fails. */
  heard(peer: P, text: string): Promise<void>;
  closed(peer: P): void;
  /** A source is at its end, with what it failed with. */
  ended(peer: P, subscription: Subscription, errors: readonly GraphQLError[]): void;
}

/** Of a peer that has just come: one array for all who watch nothing. */
export const NONE: readonly Subscription[] = [];

const ACK = '{"type":"connection_ack"}';
const PONG = '{"type":"pong"}';

export function createProtocol<P extends Peer, S extends Source>(world: ProtocolWorld<P, S>): Protocol<P> {
  const { initWaitMs, send, close } = world;

  async function initialise(peer: P, params: Readonly<Record<string, unknown>>): Promise<void> {
    if (peer.isInitialised) {
      close(peer, CloseCode.TooManyInitialisationRequests, 'Too many initialisation requests');
      return;
    }
    peer.isInitialised = true;
    stopWaiting(peer);
    if (!(await world.connect(peer, params))) {
      close(peer, CloseCode.Forbidden, 'Forbidden');
      return;
    }
    peer.isAcknowledged = true;
    send(peer, ACK);
  }

  async function subscribe(peer: P, id: string, payload: SubscribePayload): Promise<void> {
    if (!peer.isAcknowledged) {
      close(peer, CloseCode.Unauthorized, 'Unauthorized');
      return;
    }
    if (peer.subscriptions.some((one) => one.id === id)) {
      close(peer, CloseCode.SubscriberAlreadyExists, `Subscriber for ${id} already exists`);
      return;
    }
    const subscription: Subscription = { id, source: null };
    peer.subscriptions = peer.subscriptions.concat(subscription);
    const opened = await world.subscribe(peer, id, payload, peer.subscriptions.length).catch((error: unknown) => {
      remove(peer, subscription);
      throw error;
    });
    if ('errors' in opened) {
      fail(peer, subscription, opened.errors);
    } else if (peer.subscriptions.includes(subscription)) {
      subscription.source = opened;
      world.start(peer, subscription, opened);
    } else {
      // It was given up before it began.
      opened.close();
    }
  }

  function fail(peer: P, subscription: Subscription, errors: readonly GraphQLError[]): void {
    const { id } = subscription;
    if (remove(peer, subscription)) send(peer, JSON.stringify({ id, type: 'error', payload: errors }));
  }

  function complete(peer: P, id: string): void {
    const subscription = peer.subscriptions.find((one) => one.id === id);
    if (subscription === undefined) return;
    remove(peer, subscription);
    subscription.source?.close();
  }

  return {
    opened(peer, protocol) {
      if (protocol !== GRAPHQL_TRANSPORT_WS_PROTOCOL) {
        close(peer, CloseCode.SubprotocolNotAcceptable, 'Subprotocol not acceptable');
        return;
      }
      peer.initTimer = setTimeout(() => {
        close(peer, CloseCode.ConnectionInitialisationTimeout, 'Connection initialisation timeout');
      }, initWaitMs);
    },
    async heard(peer, text) {
      const message = parsed(text);
      if (message === null) {
        close(peer, CloseCode.BadRequest, 'Invalid message received');
        return;
      }
      switch (message.type) {
        case MessageType.ConnectionInit:
          return initialise(peer, message.payload ?? {});
        case MessageType.Ping:
          // What it brought is the client's own; it may keep it.
          send(peer, PONG);
          return;
        case MessageType.Pong:
          return;
        case MessageType.Subscribe:
          return subscribe(peer, message.id, message.payload);
        case MessageType.Complete:
          complete(peer, message.id);
          return;
        default:
          close(peer, CloseCode.BadRequest, 'Invalid message received');
      }
    },
    closed(peer) {
      stopWaiting(peer);
      const { subscriptions } = peer;
      peer.subscriptions = NONE;
      for (const { source } of subscriptions) source?.close();
    },
    ended(peer, subscription, errors) {
      if (errors.length > 0) fail(peer, subscription, errors);
      else if (remove(peer, subscription)) send(peer, JSON.stringify({ id: subscription.id, type: 'complete' }));
    },
  };
}

function parsed(text: string): ReturnType<typeof parseMessage> | null {
  try {
    return parseMessage(text);
  } catch {
    return null;
  }
}

function stopWaiting(peer: Peer): void {
  clearTimeout(peer.initTimer ?? undefined);
  peer.initTimer = null;
}

/** false: it was gone already. */
function remove(peer: Peer, subscription: Subscription): boolean {
  const rest = peer.subscriptions.filter((one) => one !== subscription);
  const wasThere = rest.length < peer.subscriptions.length;
  peer.subscriptions = rest.length === 0 ? NONE : rest;
  return wasThere;
}
