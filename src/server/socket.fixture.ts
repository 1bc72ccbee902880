// A bare client of the graphql-transport-ws protocol: it shows what is sent, and keeps no rule by itself.

import { WebSocket, type ClientOptions } from 'ws';
import { INTENT_ID } from './stage.fixture.ts';

export interface Message {
  readonly type: string;
  readonly id?: string;
  readonly payload?: unknown;
}

export interface TestSocket {
  readonly ws: WebSocket;
  readonly messages: Message[];
  /** Resolves when the socket is closed. */
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  send(message: object | string | Buffer): void;
  /** The next message that has not been taken, or the one of this type. */
  take(type?: string): Promise<Message>;
}

export async function openSocket(
  url: string,
  options: ClientOptions & { protocol?: string } = {},
): Promise<TestSocket> {
  const { protocol = 'graphql-transport-ws', ...rest } = options;
  const ws = new WebSocket(url, protocol === '' ? [] : protocol, rest);
  const messages: Message[] = [];
  let wake = (): void => undefined;
  ws.on('message', (data: Buffer) => {
    messages.push(JSON.parse(data.toString()) as Message);
    wake();
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    ws.on('close', (code, reason) => {
      resolve({ code, reason: reason.toString() });
      wake();
    });
  });
  await new Promise<void>((resolve, reject) => {
    ws.once('open', () => resolve());
    ws.on('error', reject);
  });
  return {
    ws,
    messages,
    closed,
    send: (message) =>
      ws.send(typeof message === 'string' || Buffer.isBuffer(message) ? message : JSON.stringify(message)),
    async take(type) {
      for (;;) {
        const at = messages.findIndex((message) => type === undefined || message.type === type);
        const [message] = at === -1 ? [] : messages.splice(at, 1);
        if (message !== undefined) return message;
        if (ws.readyState === WebSocket.CLOSED) throw new Error(`closed before ${type ?? 'a message'} came`);
        await new Promise<void>((resolve) => (wake = resolve));
      }
    },
  };
}

export async function openKnownSocket(url: string, payload: object): Promise<TestSocket> {
  const socket = await openSocket(url);
  socket.send({ type: 'connection_init', payload });
  await socket.take('connection_ack');
  return socket;
}

/** The first answer to one operation. */
export async function subscribeOnce(url: string, init: object, payload: object): Promise<Message> {
  const socket = await openKnownSocket(url, init);
  socket.send({ type: 'subscribe', id: '1', payload });
  const message = await socket.take();
  socket.ws.terminate();
  return message;
}

/** The answer to an upgrade that is refused. */
export function refused(url: string, headers: Record<string, string> = {}): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const ws = new WebSocket(url, 'graphql-transport-ws', { headers });
    ws.on('open', () => reject(new Error('it opened')));
    ws.on('error', () => undefined);
    ws.on('unexpected-response', (_req, res) => {
      let body = '';
      res.on('data', (chunk: Buffer) => (body += chunk.toString()));
      res.on('end', () => resolve({ status: res.statusCode ?? 0, body }));
    });
  });
}

/** A masked text frame, with a mask of zeros. */
export function frame(message: object): Buffer {
  const data = Buffer.from(JSON.stringify(message));
  const head = Buffer.alloc(8);
  head.writeUInt8(0x81, 0);
  head.writeUInt8(0x80 | 126, 1);
  head.writeUInt16BE(data.length, 2);
  return Buffer.concat([head, data]);
}

export const WATCH = { query: `subscription { intentEvents(intentId: "${INTENT_ID}") { sequence status } }` };

export function watch(socket: TestSocket, id = '1', payload: object = WATCH): void {
  socket.send({ type: 'subscribe', id, payload });
}
