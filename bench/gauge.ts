// Loaded into every measured server before its own code: tells the runner, over IPC, what the process has used, and
// ends the process with the runner, however that ends.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

export interface Usage {
  /** User and system time of all threads since the start, in microseconds. */
  readonly cpuUs: number;
  readonly rssBytes: number;
  /** What JavaScript holds: its heap, and the buffers beside it. */
  readonly heldBytes: number;
}

export interface UsageReply {
  readonly kind: 'usage';
  readonly usage: Usage;
}

function usage(): Usage {
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed, external } = process.memoryUsage();
  return { cpuUs: user + system, rssBytes: rss, heldBytes: heapUsed + external };
}

function collect(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}

process.on('message', (message: { readonly kind?: unknown }) => {
  if (message.kind === 'collect') collect();
  if (message.kind === 'usage') process.send?.({ kind: 'usage', usage: usage() } satisfies UsageReply);
  if (message.kind === 'stop') process.exit(0);
});
process.on('disconnect', () => process.exit(0));
