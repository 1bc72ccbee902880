// The IntentEvent noun.

import { GraphQLError } from 'graphql';
import { builder } from './builder.ts';
import { EventTypeEnum, IntentStatusEnum } from './enums.ts';

builder.objectType('IntentEvent', {
  description: 'Something that happened to a payment. One event has one id and one sequence wherever it is told.',
  fields: (t) => ({
    id: t.id({ description: 'UUIDv7.', resolve: ({ event }) => event.id }),
    sequence: t.int({
      description:
        '1, 2, 3 and so on within one payment, without a gap. A page that reconnects passes the last one it saw.',
      resolve: ({ event }) => event.sequence,
    }),
    type: t.field({ type: EventTypeEnum, description: 'What happened.', resolve: ({ event }) => event.type }),
    status: t.field({
      type: IntentStatusEnum,
      description: 'The status after it.',
      resolve: ({ event }) => event.status,
    }),
    at: t.field({ type: 'DateTime', description: 'When it was recorded.', resolve: ({ event }) => event.at }),
    intent: t.field({
      type: 'PaymentIntent',
      description: 'The payment as it is now, which may be further on than this event.',
      resolve: ({ intent }) => intent,
    }),
  }),
});

/** Unpacks `after` of every field that takes it. null is from the beginning. */
export function sequenceAfter(after: number | null | undefined): number | null {
  if (after === undefined || after === null) return null;
  if (after >= 0) return after;
  throw new GraphQLError('after must be 0 or more.', { extensions: { code: 'BAD_USER_INPUT', http: { status: 400 } } });
}

/** Of a subscription, which has no null to answer with. Foreign and missing ids answer alike. */
export function noSuchIntent(): GraphQLError {
  return new GraphQLError('No such payment intent.', { extensions: { code: 'NOT_FOUND', http: { status: 404 } } });
}
