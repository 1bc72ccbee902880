// The steps of money as trace points: each is told on one diagnostics channel at the moment it is done, to whoever listens. Nobody
// does in production, and then it costs a look at a flag. Fault tests listen, and kill the process there.

import { channel } from 'node:diagnostics_channel';

/** Every step, in the order in which a payment meets them, with what is true at that moment. */
export const STEPS = {
  planned: 'a new intent is stored, and its attempt with it; nothing has left',
  sent: "an attempt's call is about to leave",
  called: 'its outcome is in hand, and not recorded',
  committed: 'a change of an intent is stored; nobody has been told',
  published: 'the watchers have been told of it',
  rung: 'the bell for its next look is in Redis',
  claimed: 'the lease is taken',
  abandoned: 'an attempt whose caller is gone is recorded as unknown',
  asked: "the provider's word on a payment is in hand, and not recorded",
  settled: 'it is recorded',
  resending: 'a lost attempt is about to be sent again',
  resent: 'its outcome is in hand, and not recorded',
  released: 'the lease is given back',
  received: 'a webhook is verified, and not stored',
  inboxed: 'it is stored, and not yet answered 2xx',
  taken: 'a try at a stored webhook is counted',
  matched: 'its intent is found',
  applied: 'its intent has what it says, and the row does not say so',
  marked: 'the row says so',
  postponed: 'it could not be applied, and its next try is planned',
  verified: "the provider's word on a transaction that a page brought is in hand, and not recorded",
  'refund-reserved': 'a refund is stored; nothing has left',
  'refund-sent': "a refund's call is about to leave",
  'refund-called': 'its outcome is in hand, and not recorded',
  'refund-recorded': 'it is recorded',
  'refund-asked': "the provider's word on a refund is in hand, and not recorded",
  'refund-counted': 'a question about a refund that brought no end is counted',
  'refund-resending': 'a lost refund is about to be sent again',
  'refund-resent': 'its outcome is in hand, and not recorded',
} as const;

export type Step = keyof typeof STEPS;

export const STEP_CHANNEL = 'passerelle:step';

const steps = channel(STEP_CHANNEL);

/** `id`: the intent's, or of a webhook that has none yet, its row's. */
export function step(label: Step, gateway: string, id: string): void {
  if (steps.hasSubscribers) steps.publish({ label, gateway, id });
}
