// The list of jobs, and what runs them.

import { pollIntent } from './poll-intent.ts';
import { pollRefund } from './poll-refund.ts';
import { processWebhook } from './process-webhook.ts';

export const JOBS = [pollIntent, pollRefund, processWebhook];
export { createDoorbell, startWorkers, type Doorbell, type Workers } from './kit.ts';
export { startSweeper, type Sweeper } from './sweeper.ts';
