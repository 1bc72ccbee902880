// What a whole run must have kept, besides the invariants of the testkit: rules about answers, resends, holders, watchers and
// acknowledged callbacks, which a dump of the database alone cannot show. A sentence for each fault, empty where all is well.

import { isTerminal } from '../../src/core/intent.ts';
import { isRefundOpen } from '../../src/core/refund.ts';
import type { Evidence } from '../testkit/witness.ts';
import type { Write } from './database.ts';
import type { Sent } from './network.ts';
import type { Given } from './users.ts';

export interface Course {
  readonly evidence: Evidence;
  readonly writes: readonly Write[];
  readonly sent: readonly Sent[];
  readonly given: readonly Given[];
  /** Callbacks that were answered with 2xx, by the key under which each is kept. */
  readonly acknowledged: readonly { readonly gateway: string; readonly dedupeKey: string }[];
  /** Answers to callbacks that nobody signed. */
  readonly forged: readonly number[];
  readonly watchers: readonly string[];
  readonly surprises: readonly string[];
}

type Law = (course: Course) => readonly string[];

const LAWS = {
  /** One request under one reference is the same bytes, however often it is sent. */
  I9: ({ evidence, sent }) =>
    evidence.intents
      .flatMap(({ attempts, refunds }) => [...attempts, ...refunds].map(({ id }) => id))
      .flatMap((id) => {
        const bodies = new Set(sent.filter(({ body }) => body.includes(id)).map(({ path, body }) => `${path} ${body}`));
        return bodies.size <= 1 ? [] : [`${id} was sent in ${bodies.size} ways: ${[...bodies].join(' | ')}`];
      }),

  I15: ({ watchers }) => watchers,

  /** Equal calls are given one thing, and only one of them did it. */
  I16: ({ given }) =>
    grouped(given, ({ operation, appId, key }) => `${operation} ${appId} ${key}`).flatMap(([name, all]) => {
      const accepted = all.filter(({ about }) => about !== null);
      const things = new Set(accepted.map(({ about }) => about));
      const requests = new Set(accepted.map(({ request }) => request));
      const firsts = accepted.filter(({ replayed }) => !replayed);
      return [
        ...(things.size <= 1 ? [] : [`${name} was given ${[...things].join(' and ')}`]),
        ...(requests.size <= 1 ? [] : [`${name} was accepted for ${requests.size} inputs`]),
        ...(firsts.length <= 1 ? [] : [`${name} was done ${firsts.length} times`]),
      ];
    }),

  I18: ({ evidence }) =>
    grouped(evidence.inbox, ({ gateway, dedupeKey }) => `${gateway} ${dedupeKey}`).flatMap(([name, rows]) =>
      rows.length === 1 ? [] : [`${name} is in the inbox ${rows.length} times`],
    ),

  I19: ({ forged }) =>
    forged.filter((status) => status < 300).map((status) => `a forged callback was answered ${status}`),

  I21: ({ evidence, acknowledged }) =>
    acknowledged
      .filter(({ gateway, dedupeKey }) => {
        return !evidence.inbox.some((row) => row.gateway === gateway && row.dedupeKey === dedupeKey);
      })
      .map(({ gateway, dedupeKey }) => `${gateway} was told that ${dedupeKey} is kept, and it is not`),

  /** Whoever lost the lease changes nothing more. */
  I24: ({ writes }) =>
    grouped(writes, ({ intentId }) => intentId).flatMap(([intentId, all]) => {
      let newest = 0;
      return all.flatMap(({ claims, fence, version }) => {
        if (claims) newest = Math.max(newest, fence ?? 0);
        const isLate = !claims && fence !== null && fence < newest;
        return isLate
          ? [`${intentId}: version ${version} was written under lease ${fence}, after lease ${newest}`]
          : [];
      });
    }),

  /** Everything has come to its end, or waits for people and says so. */
  ends: ({ evidence }) =>
    evidence.intents.flatMap(({ _id, status, needsReview, refunds, attempts }) => {
      const open = refunds.filter((refund) => isRefundOpen(refund) && !refund.manual && !needsReview);
      const isOut = attempts.some(({ state }) => state === 'SENT');
      return [
        ...(isTerminal(status) ? [] : [`${_id} is still ${status}`]),
        ...open.map((refund) => `${_id}: the refund ${refund.id} is still ${refund.status}, and nobody is told`),
        ...(isOut ? [`${_id} ended with its call in the air`] : []),
      ];
    }),

  /** In the end what we say went back is what went back. */
  I37: ({ evidence }) =>
    evidence.intents
      .filter(
        ({ status, needsReview, refunds }) => status === 'SUCCEEDED' && !needsReview && !refunds.some(isRefundOpen),
      )
      .flatMap(({ _id, gateway, gatewayTransactionId, refunds }) => {
        const said = sumOf(refunds.filter(({ status }) => status === 'SUCCEEDED'));
        const lines = (evidence.ledger[gateway] ?? []).filter(
          ({ kind, state }) => kind === 'refund' && state === 'succeeded',
        );
        const ids = refunds.map(({ id }) => id);
        const done = sumOf(
          lines.filter(({ operationId, providerId, reference }) =>
            operationId === null ? providerId === gatewayTransactionId || reference === _id : ids.includes(operationId),
          ),
        );
        return said === done ? [] : [`${_id} says that ${said} went back, and it was ${done}`];
      }),

  P15: ({ surprises }) => surprises.map((surprise) => `an error that no fault explains: ${surprise}`),
} as const satisfies Readonly<Record<string, Law>>;

export function faultsOf(course: Course): readonly string[] {
  return Object.entries<Law>(LAWS).flatMap(([name, holds]) => holds(course).map((fault) => `${name}: ${fault}`));
}

function grouped<T>(items: readonly T[], nameOf: (item: T) => string): readonly (readonly [string, readonly T[]])[] {
  return [...Map.groupBy(items, nameOf)];
}

function sumOf(items: readonly { readonly amount: number }[]): number {
  return items.reduce((sum, { amount }) => sum + amount, 0);
}
