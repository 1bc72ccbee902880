// Takes in the providers' callbacks and keeps them, so that a test delivers them itself: late, fifty times, in another
// order, or with one byte changed. What the simulator wrote and signed stays the provider's own wire format.

import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface Letter {
  /** What stands after `/webhooks/`. */
  readonly gateway: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface PostOffice {
  /** For PUBLIC_URL, so that providers who are told an address with each payment write here too. */
  readonly url: string;
  webhookUrl(gatewayId: string): string;
  /** The first letter of this gateway; waits until it has come. */
  letterOf(gatewayId: string): Promise<Letter>;
  /** The first letter that holds these words; waits until it has come. */
  letter(...words: string[]): Promise<Letter>;
  /** All that came so far. */
  letters(): readonly Letter[];
  /** From now on each letter is delivered here before it is acknowledged; null keeps them again. */
  relay(apiUrl: string | null): void;
  close(): Promise<void>;
}

export async function openPostOffice(): Promise<PostOffice> {
  const letters: Letter[] = [];
  const waiting = new Set<() => void>();
  let relayTo: string | null = null;
  const server = createServer((request, response) => void take(request, response));

  async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { connection: _connection, host: _host, 'content-length': _length, ...headers } = request.headers;
    const letter = {
      gateway: request.url?.slice('/webhooks/'.length) ?? '',
      headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])),
      body: await text(request),
    };
    letters.push(letter);
    for (const wake of waiting) wake();
    response.writeHead(relayTo === null ? 200 : await deliver(relayTo, letter)).end();
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  function first(fits: (letter: Letter) => boolean): Promise<Letter> {
    return new Promise((resolve) => {
      const look = (): void => {
        const found = letters.find(fits);
        if (found === undefined) return;
        waiting.delete(look);
        resolve(found);
      };
      waiting.add(look);
      look();
    });
  }

  return {
    url,
    webhookUrl: (gatewayId) => `${url}/webhooks/${gatewayId}`,
    letterOf: (gatewayId) => first(({ gateway }) => gateway.split('/')[0] === gatewayId),
    letter: (...words) => first(({ body }) => words.every((word) => body.includes(word))),
    letters: () => letters,
    relay: (apiUrl) => (relayTo = apiUrl),
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** A letter as the mock provider would sign it, at this moment or another. */
export function signedByMock(body: string, secret: string, at = Date.now()): Letter {
  const seconds = Math.floor(at / 1_000);
  const mac = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');
  return {
    gateway: 'mock',
    headers: { 'content-type': 'application/json', 'x-mock-signature': `t=${seconds},v1=${mac}` },
    body,
  };
}

/** Posts a letter to our own door. Returns the HTTP status. */
export async function deliver(apiUrl: string, letter: Letter): Promise<number> {
  const { gateway, headers, body } = letter;
  const response = await fetch(`${apiUrl}/webhooks/${gateway}`, { method: 'POST', headers: { ...headers }, body });
  await response.arrayBuffer();
  return response.status;
}
