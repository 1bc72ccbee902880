// A small door in the place of ours: it takes a simulator's callbacks, and keeps each as our own would hand it on. Calls that
// wait for an answer, below `/billing/`, are answered by whoever the test says.

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ServedAnswer, ServedCall, WebhookCall } from './contract.ts';

/** A simulator that has something to say has said it by then. */
const CALLED_MS = 10_000;

export interface TestDoor {
  readonly url: string;
  readonly calls: readonly WebhookCall[];
  /** Resolves once `count` callbacks have come and been answered; rejects where they do not come. */
  called(count: number): Promise<void>;
  close(): Promise<void>;
}

/** `answer` says with which status a body is taken; `serve` answers what is called below `/billing/`. */
export async function openDoor(
  answer: (body: string) => number = () => 200,
  serve: ((call: ServedCall) => Promise<ServedAnswer>) | null = null,
): Promise<TestDoor> {
  const calls: WebhookCall[] = [];
  const watchers = new Set<() => void>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const headers = Object.entries(request.headers).map(([name, value]) => [name, [value].flat().join(', ')]);
      const call: WebhookCall = {
        headers: Object.fromEntries(headers) as WebhookCall['headers'],
        path: request.url?.replace(/^\/(?:webhook|billing)\/?/, '') ?? '',
        body: Buffer.concat(chunks),
        remoteAddress: '127.0.0.1',
      };
      if (serve !== null && request.url?.startsWith('/billing/') === true) {
        void serve({ ...call, method: request.method ?? '' }).then(
          ({ status, headers: more, body }) => response.writeHead(status, { ...more }).end(body),
          () => response.destroy(),
        );
        return;
      }
      calls.push(call);
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
      return new Promise((resolve, reject) => {
        const late = setTimeout(() => {
          watchers.delete(look);
          reject(new Error(`waited for ${count} callbacks, and ${calls.length} came`));
        }, CALLED_MS);
        const look = (): void => {
          if (calls.length < count) return;
          clearTimeout(late);
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
