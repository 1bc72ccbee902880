// Intents for tests: one that was just created and whose first call is out, and one in any state, brought there by the
// published table; and what a provider says of its payment.

import { advance, append, AT_BIRTH, type Intent, type IntentStatus, type Moment } from './intent.ts';
import type { PaymentReport } from './report.ts';

/** The n-th second of a test, with an event id of its own. */
export function momentOf(n: number): Moment {
  const at = new Date(Date.UTC(2026, 0, 1) + n * 1000);
  return { at, eventId: `event-${n}`, cause: { kind: 'webhook', id: `inbox-${n}` } };
}

export function anIntent(overrides: Partial<Intent> = {}): Intent {
  const { at, eventId } = momentOf(0);
  const bare: Intent = {
    id: 'intent-1',
    appId: 'kaba',
    referenceId: 'invoice-1',
    amount: { amount: 5000, currency: 'XOF' },
    country: 'BJ',
    customer: { id: null, email: null, phone: '+2290161000000', name: null },
    returnUrl: null,
    metadata: [],
    gateway: 'kkiapay',
    paymentMode: 'PUSH',
    routing: [],
    ...AT_BIRTH,
    attempts: [{ id: 'attempt-1', state: 'SENT', sentAt: at, providerId: null }],
    lease: { owner: 'creator', fence: 1, until: momentOf(40).at },
    createdAt: at,
    updatedAt: at,
    expiresAt: momentOf(600).at,
  };
  const cause = { kind: 'key', id: 'key-1' } as const;
  const born = append(bare, { type: 'PAYMENT_INITIATED', from: null, refund: null }, { at, eventId, cause });
  return { ...born, ...overrides };
}

/** In `status` by the shortest way, with its one attempt answered. */
export function anIntentIn(status: IntentStatus, overrides: Partial<Intent> = {}): Intent {
  const answered = anIntent({
    attempts: [{ id: 'attempt-1', state: 'ACCEPTED', sentAt: momentOf(0).at, providerId: 'transaction-1' }],
    gatewayTransactionId: 'transaction-1',
    lease: null,
    ...overrides,
  });
  const moved = advance(answered, status, momentOf(1));
  return moved.kind === 'moved' ? moved.intent : answered;
}

/** A confirmed success of `anIntent()`. */
export function aReport(overrides: Partial<PaymentReport> = {}): PaymentReport {
  return {
    providerId: 'transaction-1',
    reference: 'attempt-1',
    state: 'succeeded',
    amount: { amount: 5000, currency: 'XOF' },
    environment: 'live',
    instrument: 'WALLET',
    failure: null,
    ...overrides,
  };
}
