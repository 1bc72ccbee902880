// The invariants of money, each a function over what the witness saw: documents at every version, the inbox, and the
// providers' own books. A fault test ends by holding all of them; what only one test can see, it checks itself.

import assert from 'node:assert/strict';
import { fold, isTerminal, TRANSITIONS } from '../../src/core/intent.ts';
import { isUuid } from '../../src/core/ids.ts';
import { isRefundOpen } from '../../src/core/refund.ts';
import type { IntentDocument } from '../../src/store/document.ts';
import type { LedgerEntry } from './controls.ts';
import type { Evidence } from './witness.ts';

/** What is wrong, a sentence each; empty where it holds. */
type Invariant = (evidence: Evidence) => readonly string[];

/** In health nothing is overdue by more than this (I23). */
const OVERDUE_MAX_MS = 60_000;
/** The longest pause that is planned anywhere. */
const PLANNED_MAX_MS = 2 * 86_400_000;

export const INVARIANTS = {
  I1: ({ versions }) =>
    stepsOf(versions).flatMap(([before, { _id, status: to }]) => {
      const { status: from } = before;
      return from === to || TRANSITIONS[from].includes(to) ? [] : [`${_id} went from ${from} to ${to}`];
    }),

  I2: ({ intents }) =>
    intents.flatMap(({ _id, events }) => {
      const times = events.filter(({ type }) => type === 'PAYMENT_COMPLETED').length;
      return times <= 1 ? [] : [`${_id} was completed ${times} times`];
    }),

  I3: ({ intents, ledger }) =>
    Object.entries(ledger).flatMap(([gateway, lines]) =>
      lines.filter(isCapture).flatMap(({ reference, providerId }) => {
        const intent = intents.find((one) => one._id === reference && one.gateway === gateway);
        // A widget's payer may bring a reference of another's; money that names an intent of ours must be on it.
        if (intent === undefined)
          return isUuid(reference ?? '') ? [`${providerId} was paid for ${reference}, which is not there`] : [];
        const isRecorded = intent.status === 'SUCCEEDED' || intent.needsReview;
        return isRecorded ? [] : [`${intent._id} is ${intent.status}, and ${providerId} was paid for it`];
      }),
    ),

  I4: (evidence) =>
    evidence.intents
      .filter(({ status }) => status === 'SUCCEEDED')
      .flatMap((intent) => {
        const { _id, gatewayTransactionId, amount, needsReview } = intent;
        const own = linesOf(evidence, intent).filter(isCapture);
        const paid = own.filter(({ providerId }) => providerId === gatewayTransactionId);
        const [line] = paid;
        if (line === undefined) return [`${_id} SUCCEEDED, and nobody paid ${gatewayTransactionId}`];
        if (paid.length > 1 || (own.length > 1 && !needsReview))
          return [`${_id} was paid ${own.length} times, and nobody is told`];
        const isEqual = line.amount === amount.amount && line.currency === amount.currency;
        return isEqual
          ? []
          : [`${_id} SUCCEEDED with ${line.amount} ${line.currency} for ${amount.amount} ${amount.currency}`];
      }),

  I5: (evidence) =>
    evidence.intents.flatMap((intent) => {
      const { _id, amount, needsReview, gatewayTransactionId, status } = intent;
      const isOff = (line: LedgerEntry): boolean => line.amount !== amount.amount || line.currency !== amount.currency;
      return linesOf(evidence, intent)
        .filter(isCapture)
        .filter(isOff)
        .flatMap(({ providerId }) => {
          if (!needsReview) return [`${_id} was paid another amount, and nobody is told`];
          return status === 'SUCCEEDED' && providerId === gatewayTransactionId
            ? [`${_id} SUCCEEDED by another amount`]
            : [];
        });
    }),

  I6: ({ intents }) =>
    repeated(intents.flatMap(({ gateway, gatewayTransactionId: id }) => (id === null ? [] : [`${gateway} ${id}`]))).map(
      (name) => `${name} belongs to several intents`,
    ),

  /** At most one unresolved attempt, at any version. */
  I8: ({ versions }) =>
    [...versions.values()].flat().flatMap(({ _id, version, attempts }) => {
      const open = attempts.filter(({ state }) => state === 'SENT' || state === 'UNKNOWN').length;
      return open <= 1 ? [] : [`${_id} has ${open} unresolved attempts at version ${version}`];
    }),

  /** By the providers' books: no second collect for an intent that we collect for, and none that we did not plan. */
  I7: (evidence) =>
    evidence.intents
      .filter(({ attempts }) => attempts.length > 0)
      .flatMap((intent) => {
        const { _id, attempts } = intent;
        const lines = linesOf(evidence, intent);
        const unplanned = lines.filter(
          ({ operationId }) => operationId !== null && !attempts.some(({ id }) => id === operationId),
        );
        const faults = unplanned.map(
          ({ operationId }) => `${_id}: ${operationId} was collected and is no attempt of it`,
        );
        return lines.length <= 1 && attempts.length === 1
          ? faults
          : [...faults, `${_id} was collected ${lines.length} times`];
      }),

  I10: ({ versions }) =>
    // Counted here, and not as the product counts: it is the product's count that is held.
    [...versions.values()].flat().flatMap(({ _id, version, status, amount, refunds }) => {
      const captured = status === 'SUCCEEDED' ? amount.amount : 0;
      const sum = sumOf(refunds.filter((refund) => refund.status !== 'FAILED'));
      return sum <= captured ? [] : [`${_id} reserves ${sum} of ${captured} at version ${version}`];
    }),

  I11: (evidence) =>
    evidence.intents.flatMap((intent) => {
      const { _id, refunds } = intent;
      const captured = sumOf(linesOf(evidence, intent).filter(isCapture));
      const sent = linesOf(evidence, intent, 'refund').filter(
        ({ state }) => state === 'succeeded' || state === 'pending',
      );
      const ours = refunds.filter(({ status }) => status !== 'FAILED');
      const known = ours.reduce((sum, { amount }) => sum + amount, 0);
      const done = refunds.filter(({ status }) => status === 'SUCCEEDED').reduce((sum, { amount }) => sum + amount, 0);
      return [
        ...(sumOf(sent) <= captured ? [] : [`${_id}: ${sumOf(sent)} went back of ${captured}`]),
        ...(sumOf(sent) <= known ? [] : [`${_id}: ${sumOf(sent)} went back, and we know of ${known}`]),
        ...(done <= sumOf(sent) ? [] : [`${_id} says that ${done} went back, and it was ${sumOf(sent)}`]),
      ];
    }),

  /** Sequences without a hole; an event for every change of status and none without; nothing that was said is unsaid. */
  I12: ({ versions, intents }) => [
    ...repeated(intents.flatMap(({ events }) => events.map(({ id }) => id))).map(
      (id) => `the event ${id} is there twice`,
    ),
    ...intents.flatMap(({ _id, events, sequence }) => {
      const isWhole = events.every((event, index) => event.sequence === index + 1) && sequence === events.length;
      return isWhole
        ? []
        : [`${_id} has the sequences ${events.map((event) => event.sequence).join(' ')}, and says ${sequence}`];
    }),
    ...stepsOf(versions).flatMap(([before, after]) => {
      const { _id, version } = after;
      const kept = after.events.slice(0, before.events.length);
      const news = after.events.slice(before.events.length);
      const isMoved = before.status !== after.status;
      const moves = news.filter(({ from, status }) => from !== status).length;
      return [
        ...(JSON.stringify(kept) === JSON.stringify(before.events)
          ? []
          : [`${_id} rewrote its past at version ${version}`]),
        ...(moves === (isMoved ? 1 : 0) ? [] : [`${_id} has ${moves} events of a move at version ${version}`]),
        ...(version > before.version ? [] : [`${_id} went from version ${before.version} to ${version}`]),
      ];
    }),
  ],

  I13: ({ versions }) =>
    [...versions.values()].flat().flatMap(({ _id, version, events, status, late, refunds }) => {
      const folded = foldedOrNot(events);
      const back = refunds
        .filter((refund) => refund.status === 'SUCCEEDED')
        .reduce((sum, { amount }) => sum + amount, 0);
      const isSame = folded?.status === status && folded.late === late && folded.amountRefunded === back;
      return isSame
        ? []
        : [`${_id} does not fold at version ${version}: ${JSON.stringify({ folded, status, late, back })}`];
    }),

  I16: ({ intents }) =>
    repeated(intents.flatMap(({ appId, keys }) => keys.map(({ key }) => `${appId} ${key}`))).map(
      (key) => `${key} was taken twice`,
    ),

  I22: ({ intents }) =>
    intents.flatMap(({ _id, status, late, events }) => {
      const afterEnd = events.some(
        (event) => event.from !== null && event.from !== event.status && isTerminal(event.from),
      );
      return afterEnd === late && (!late || status === 'SUCCEEDED') ? [] : [`${_id} is ${status}, late: ${late}`];
    }),

  I23: ({ intents, inbox, at }) => [
    ...intents.flatMap(({ _id, status, refunds, due }) => {
      const isOpen = !isTerminal(status) || (status === 'SUCCEEDED' && refunds.some(isRefundOpen));
      return isOpen || due !== null ? dueFaults(`${_id} (${status})`, due?.at ?? null, at) : [];
    }),
    ...inbox.flatMap(({ _id, state, dueAt }) => {
      if (state !== 'RECEIVED') return dueAt === null ? [] : [`the inbox row ${_id} is ${state}, and due`];
      return dueFaults(`the inbox row ${_id}`, dueAt, at);
    }),
  ],

  I30: ({ logs, secrets }) =>
    secrets.filter((secret) => logs.includes(secret)).map((secret) => `a log says ${secret.slice(0, 6)}…`),

  I31: ({ intents }) =>
    intents.flatMap(({ _id, events }) => {
      const nameless = events.filter(({ cause }) => cause.id === '');
      return nameless.map(({ sequence }) => `${_id} does not say what caused event ${sequence}`);
    }),
} as const satisfies Readonly<Record<string, Invariant>>;

/** Holds every invariant against the evidence; a fault names the invariant and the intent. */
export function faultsIn(evidence: Evidence): readonly string[] {
  return Object.entries<Invariant>(INVARIANTS).flatMap(([name, holds]) =>
    holds(evidence).map((fault) => `${name}: ${fault}${told(evidence, fault)}`),
  );
}

export function checkInvariants(evidence: Evidence): void {
  assert.deepEqual(faultsIn(evidence), []);
}

/** null: they do not join. */
function foldedOrNot(events: IntentDocument['events']): ReturnType<typeof fold> | null {
  try {
    return fold(events);
  } catch {
    return null;
  }
}

/** What the test called the intent that a fault is about. */
function told({ intents }: Evidence, fault: string): string {
  const names = intents.filter(({ _id }) => fault.includes(_id)).map(({ referenceId }) => referenceId);
  return names.length === 0 ? '' : ` (${names.join(', ')})`;
}

/** Each version of each intent with the one after it. */
function stepsOf(versions: Evidence['versions']): readonly (readonly [IntentDocument, IntentDocument])[] {
  return [...versions.values()].flatMap((all) =>
    all.flatMap((after, index) => {
      const before = all[index - 1];
      return before === undefined ? [] : [[before, after] as const];
    }),
  );
}

/** The provider's lines about this intent: by our reference, or by the transaction that we believe to be ours. */
function linesOf(
  { ledger }: Evidence,
  intent: IntentDocument,
  kind: LedgerEntry['kind'] = 'collect',
): readonly LedgerEntry[] {
  const { _id, gateway, gatewayTransactionId } = intent;
  const lines = (ledger[gateway] ?? []).filter((line) => line.kind === kind);
  return lines.filter(
    ({ reference, providerId }) => reference === _id || (kind === 'collect' && providerId === gatewayTransactionId),
  );
}

function isCapture({ kind, state }: LedgerEntry): boolean {
  return kind === 'collect' && state === 'succeeded';
}

function sumOf(lines: readonly { readonly amount: number }[]): number {
  return lines.reduce((sum, { amount }) => sum + amount, 0);
}

function repeated(names: readonly string[]): readonly string[] {
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
}

function dueFaults(what: string, due: Date | null, at: Date): readonly string[] {
  if (due === null) return [`${what} is open, and due never`];
  const restMs = due.getTime() - at.getTime();
  if (restMs < -OVERDUE_MAX_MS) return [`${what} is overdue by ${-restMs} ms`];
  return restMs > PLANNED_MAX_MS ? [`${what} is due in ${restMs} ms`] : [];
}
