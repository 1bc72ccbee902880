import type { Job } from './kit.ts';

/** Asks the provider about the open refunds of one payment. */
export const pollRefund: Job = {
  kind: 'poll-refund',
  concurrency: 10,
  run: (intentId, { work }) => work.pollRefund(intentId),
};
