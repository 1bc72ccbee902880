// Loaded into every measured server before its own code: tells the runner, over IPC, what the process has used, and
// ends the process with the runner, however that ends.

export interface Usage {
  /** User and system time of all threads since the start, in microseconds. */
  readonly cpuUs: number;
  readonly rssBytes: number;
}

export interface UsageReply {
  readonly kind: 'usage';
  readonly usage: Usage;
}

function usage(): Usage {
  const { user, system } = process.cpuUsage();
  return { cpuUs: user + system, rssBytes: process.memoryUsage.rss() };
}

process.on('message', (message: { readonly kind?: unknown }) => {
  if (message.kind === 'usage') process.send?.({ kind: 'usage', usage: usage() } satisfies UsageReply);
  if (message.kind === 'stop') process.exit(0);
});
process.on('disconnect', () => process.exit(0));
