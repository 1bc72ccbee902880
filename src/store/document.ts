// A payment as MongoDB holds it.

import type { Intent } from '../core/intent.ts';

export interface IntentDocument extends Omit<Intent, 'id'> {
  readonly _id: string;
  /** The number of events, for the tail. */
  readonly sequence: number;
  readonly lastOps: readonly string[];
}

/** Fields that older documents do not have. */
export const LATER_FIELDS = { receipt: null, served: null } as const satisfies Partial<Intent>;

export function fromDocument(document: IntentDocument): Intent {
  const { _id, sequence: _sequence, lastOps: _lastOps, ...intent } = document;
  const { receipt = LATER_FIELDS.receipt, served = LATER_FIELDS.served } = intent;
  return { id: _id, ...intent, receipt, served };
}
