// The floor of a live event: a bare WebSocket server that sends the bytes it is told to everybody.

import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';
import { listen, say } from './listen.ts';

export interface Broadcast {
  readonly kind: 'broadcast';
  readonly text: string;
}

const server = createServer();
const sockets = new WebSocketServer({ server, perMessageDeflate: false });

process.on('message', (message: Partial<Broadcast>) => {
  if (message.kind !== 'broadcast' || message.text === undefined) return;
  const bytes = Buffer.from(message.text);
  for (const socket of sockets.clients) socket.send(bytes, { binary: false });
});

say({ url: await listen(server) });
