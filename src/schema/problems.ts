// The problems: refusals as data. The classes are those of core/errors.ts; a mutation lists the ones that it can meet.

import {
  IdempotencyConflict,
  InvalidState,
  NoGatewayAvailable,
  NotFoundProblem,
  OverRefund,
  ValidationProblem,
  VerificationProblem,
  type Refusal,
} from '../core/errors.ts';
import { builder } from './builder.ts';
import { IntentStatusEnum, ProblemCodeEnum } from './enums.ts';

const Problem = builder.interfaceRef<Refusal>('Problem').implement({
  description: 'Why a call was refused. It moved no money.',
  fields: (t) => ({
    code: t.expose('code', { type: ProblemCodeEnum, description: 'For programs.' }),
    message: t.exposeString('message', { description: "For the product's developers; a payer need not see it." }),
    retryable: t.exposeBoolean('retryable', { description: 'Whether the same call may succeed later.' }),
    path: t.expose('path', {
      type: ['String'],
      nullable: true,
      description:
        'The input field at fault, from the argument down: ["input", "amount", "currency"]. null: no one field is.',
    }),
  }),
});

builder.objectType(ValidationProblem, {
  name: 'ValidationProblem',
  description: 'A field breaks a rule that takes more than its own form to see.',
  interfaces: [Problem],
});

builder.objectType(NotFoundProblem, {
  name: 'NotFoundProblem',
  description: "There is no such payment. Another app's payment answers in the same way.",
  interfaces: [Problem],
});

builder.objectType(IdempotencyConflict, {
  name: 'IdempotencyConflict',
  description:
    'This idempotencyKey was used before with another input; keys never expire. Or, with the code IN_PROGRESS, it came ' +
    'with this very input, and the first call is still running: repeat it as it is.',
  interfaces: [Problem],
});

builder.objectType(NoGatewayAvailable, {
  name: 'NoGatewayAvailable',
  description: 'No gateway takes this country, currency, amount and mode; `routePreview` says why, for each of them.',
  interfaces: [Problem],
});

builder.objectType(InvalidState, {
  name: 'InvalidState',
  description: "The payment's status does not allow it.",
  interfaces: [Problem],
  fields: (t) => ({
    status: t.expose('status', { type: IntentStatusEnum, description: 'The status that does not.' }),
  }),
});

builder.objectType(OverRefund, {
  name: 'OverRefund',
  description: 'It is more than is left to refund. Refunds that are on their way count.',
  interfaces: [Problem],
  fields: (t) => ({
    refundable: t.expose('refundable', { type: 'Money', description: 'What is left; may be 0.' }),
  }),
});

builder.objectType(VerificationProblem, {
  name: 'VerificationProblem',
  description: 'The transaction does not prove this payment; `code` says in which way.',
  interfaces: [Problem],
});
