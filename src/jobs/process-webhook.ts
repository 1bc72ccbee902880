import type { Job } from './kit.ts';

/** Applies one stored webhook to its intent. */
export const processWebhook: Job = {
  kind: 'process-webhook',
  concurrency: 20,
  run: (inboxId, { webhooks }) => webhooks.process(inboxId),
};
