// What a run came to, named after the fact: a suite of runs that never reaches one of these proves nothing about it.

import type { Course } from './laws.ts';

/** One name for each time that it happened. */
export function situationsIn({ evidence, given, sent }: Course): readonly string[] {
  const { intents, versions, inbox } = evidence;
  return [
    ...intents.flatMap((intent) => [
      `intent: ${intent.gateway} ${intent.status}`,
      `status: ${intent.status}`,
      ...(intent.late ? ['late success'] : []),
      ...(intent.needsReview ? ['needs review'] : []),
      ...(intent.reviewReason ?? '')
        .split('; ')
        .filter((reason) => reason !== '')
        .map((reason) => `review: ${reason.split(':')[0] ?? ''}`),
      ...intent.refunds.map(({ status, manual }) => `refund: ${status}${manual ? ' by people' : ''}`),
    ]),
    ...[...versions.values()].flatMap((life) => [
      ...(life.some(({ outcomeUnknown }) => outcomeUnknown) ? ['outcome unknown'] : []),
      ...(life.some(({ refunds }) => refunds.some((refund) => refund.outcomeUnknown))
        ? ['refund outcome unknown']
        : []),
      ...(life.some(({ lease }, index) => isTakenOver(lease, life[index - 1]?.lease)) ? ['lease taken over'] : []),
    ]),
    ...intents.flatMap(({ attempts, refunds }) => [
      ...attempts.filter(({ id }) => isRepeated(id, sent)).map(() => 'resent'),
      ...refunds.filter(({ id }) => isRepeated(id, sent)).map(() => 'refund: resent'),
    ]),
    ...inbox.map(({ state }) => `inbox: ${state}`),
    ...given.map(({ operation, about }) => `${operation}: ${about === null ? 'refused' : 'accepted'}`),
  ];
}

function isRepeated(id: string, sent: Course['sent']): boolean {
  return sent.filter(({ body }) => body.includes(id)).length > 1;
}

type Lease = Course['evidence']['intents'][number]['lease'];

function isTakenOver(lease: Lease, before: Lease | undefined): boolean {
  return lease !== null && before != null && lease.owner !== before.owner;
}
