// A small door in the place of ours: it takes a simulator's callbacks, and keeps each as our own would hand it on.

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { WebhookCall } from './contract.ts';

export interface TestDoor {
  readonly url: string;
  readonly calls: readonly WebhookCall[];
  /** Resolves once `count` callbacks have come and been answered. */
  called(count: number): Promise<void>;
  close(): Promise<void>;
}

/** `answer` says with which status a body is taken. */
export async function openDoor(answer: (body: string) => number = () => 200): Promise<TestDoor> {
  const calls: WebhookCall[] = [];
  const watchers = new Set<() => void>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const headers = Object.entries(request.headers).map(([name, value]) => [name, [value].flat().join(', ')]);
      calls.push({
        headers: Object.fromEntries(headers) as WebhookCall['headers'],
        path: request.url?.replace(/^\/webhook\/?/, '') ?? '',
        body: Buffer.concat(chunks),
        remoteAddress: '127.0.0.1',
      });
      response.writeHead(answer(String(Buffer.concat(chunks)))).end();
      for (const look of watchers) look();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}/webhook`,
    calls,
    called(count: number): Promise<void> {
      return new Promise((resolve) => {
        const look = (): void => {
          if (calls.length < count) return;
          watchers.delete(look);
          resolve();
        };
        watchers.add(look);
        look();
      });
    },
    async close(): Promise<void> {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
