// A simulator's own books: what really happened, whatever our side believes. With a file they outlive the process: a line
// is appended before the effect is answered, and the last line of an operation counts.

import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { CallbackWord, OperationKind } from './simulator-words.ts';

export type OperationState = 'pending' | 'succeeded' | 'failed' | 'cancelled' | 'expired';

/** How an operation ends; `reason` is the provider's own code. */
export interface Ending {
  readonly state: Exclude<OperationState, 'pending'>;
  readonly reason: string | null;
}

export interface Operation<Detail> {
  readonly kind: OperationKind;
  readonly providerId: string;
  /** Ours: the intent of a payment and of its refunds, the reference of a payout. null when nobody brought one. */
  readonly reference: string | null;
  /** Our id of this one operation (attempt, refund, payout); null where the provider takes none. */
  readonly operationId: string | null;
  readonly amount: number;
  readonly currency: string;
  readonly state: OperationState;
  readonly reason: string | null;
  /** ISO 8601; when `state` became what it is. */
  readonly at: string;
  readonly createdAt: string;
  /** What will become of it and when, unless the payer does something else first. */
  readonly ending: (Ending & { readonly at: string }) | null;
  readonly callback: CallbackWord;
  /** Nothing is left to call back about. */
  readonly told: boolean;
  /** What the provider keeps besides. */
  readonly detail: Detail;
}

/** A line of `GET /<gateway>/_ledger`. */
export type LedgerLine = Pick<
  Operation<unknown>,
  'reference' | 'operationId' | 'providerId' | 'kind' | 'amount' | 'currency' | 'state' | 'at'
>;

export interface Books<Detail> {
  list(): readonly Operation<Detail>[];
  ledger(): readonly LedgerLine[];
  /** By the provider's id, our operation's id or our reference; of several, the newest. */
  find(kind: OperationKind, id: string): Operation<Detail> | null;
  write(operation: Operation<Detail>): void;
}

/** `file` null keeps the books in memory. */
export function openBooks<Detail>(file: string | null): Books<Detail> {
  const operations = new Map<string, Operation<Detail>>();
  const byId = new Map<string, string>();

  function remember(operation: Operation<Detail>): void {
    const key = `${operation.kind} ${operation.providerId}`;
    if (!operations.has(key)) {
      for (const id of [operation.providerId, operation.operationId, operation.reference]) {
        if (id !== null) byId.set(`${operation.kind} ${id}`, key);
      }
    }
    operations.set(key, operation);
  }

  if (file !== null) {
    mkdirSync(dirname(file), { recursive: true });
    for (const operation of readLines<Detail>(file)) remember(operation);
  }

  return {
    list: () => [...operations.values()],
    ledger: () => [...operations.values()].map(ledgerLine),
    find(kind, id) {
      const key = byId.get(`${kind} ${id}`);
      return key === undefined ? null : (operations.get(key) ?? null);
    },
    write(operation) {
      if (file !== null) appendFileSync(file, `${JSON.stringify(operation)}\n`);
      remember(operation);
    },
  };
}

function readLines<Detail>(file: string): readonly Operation<Detail>[] {
  if (!existsSync(file)) return [];
  const text = readFileSync(file, 'utf8');
  // A killed process may have left half a line. Its effect was never answered, and the next line must not join it.
  if (text !== '' && !text.endsWith('\n')) appendFileSync(file, '\n');
  return text.split('\n').flatMap((line) => {
    try {
      return [JSON.parse(line) as Operation<Detail>];
    } catch {
      return [];
    }
  });
}

function ledgerLine(operation: Operation<unknown>): LedgerLine {
  const { reference, operationId, providerId, kind, amount, currency, state, at } = operation;
  return { reference, operationId, providerId, kind, amount, currency, state, at };
}
