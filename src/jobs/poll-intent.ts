import type { Job } from './kit.ts';

/** Asks the provider about one open payment; the use case sets the next question's time, or lets the payment expire. */
export const pollIntent: Job = {
  kind: 'poll-intent',
  concurrency: 20,
  run: (intentId, { work }) => work.pollIntent(intentId),
};
