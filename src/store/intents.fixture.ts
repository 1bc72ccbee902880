// An intent that nobody else has.

import { randomUUID } from 'node:crypto';
import { anIntent } from '../core/intent.fixture.ts';
import type { Intent } from '../core/intent.ts';

export function fresh(change: Partial<Intent> = {}): Intent {
  return anIntent({
    id: randomUUID(),
    appId: 'kaba',
    keys: [{ key: `create:${randomUUID()}`, requestHash: 'h' }],
    attempts: [],
    gatewayTransactionId: null,
    lease: null,
    ...change,
  });
}
