// Refunds: the verb that makes one.

import { IdempotencyConflict, InvalidState, NotFoundProblem, OverRefund, ValidationProblem } from '../core/errors.ts';
import { builder, RefundIntentInput } from '../schema/index.ts';

builder.mutationField('refundIntent', (t) =>
  t.withAuth({ refund: true }).field({
    type: 'RefundIntentSuccess',
    description:
      'Sends back a part of a payment, or all that is left. Reserved first: no two refunds are more than was paid.',
    args: { input: t.arg({ type: RefundIntentInput, required: true, description: 'What to send back.' }) },
    errors: {
      types: [NotFoundProblem, InvalidState, OverRefund, ValidationProblem, IdempotencyConflict],
      union: { name: 'RefundIntentResult', description: 'What refundIntent answers.' },
    },
    resolve: (_root, { input: { idempotencyKey, intentId, amount, reason } }, { viewer, services }) =>
      services.refunds.create(viewer, { idempotencyKey, intentId, amount: amount ?? null, reason: reason ?? null }),
  }),
);
