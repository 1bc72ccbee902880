// Ports on the loopback address.
import { createServer } from 'node:net';

// Below the range from which systems take the near end of outgoing connections. A client that keeps trying to reach a
// dead server on a port inside that range can be given the very same port, reach itself, and so keep the server out.
const LOWEST = 20_000;
const HIGHEST = 31_999;

/** What the app listens on, by setting. */
export const DEFAULT_PORTS = { PORT: '4000', SIMULATOR_PORT: '4010' };

export function isFree(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}

export async function freePort() {
  for (;;) {
    const port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST + 1));
    if (await isFree(port)) return port;
  }
}
