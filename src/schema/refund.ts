// The Refund noun, and the failure that it shares with a payment.

import { builder } from './builder.ts';
import { FailureCodeEnum, RefundStatusEnum } from './enums.ts';

builder.objectType('PaymentFailure', {
  description: 'Why a payment or a refund did not go through.',
  fields: (t) => ({
    code: t.expose('code', { type: FailureCodeEnum, description: 'For programs.' }),
    message: t.exposeString('message', {
      description: 'A sentence for the payer: what happened, and what to do next. May be shown as it is.',
    }),
    providerCode: t.exposeString('providerCode', {
      nullable: true,
      description: "The provider's own code, for support. null: it gave none.",
    }),
    retryable: t.exposeBoolean('retryable', {
      description: 'Whether a new payment with the same details may succeed.',
    }),
  }),
});

builder.objectType('Refund', {
  description: 'Money sent back to the payer, or on its way there.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'UUIDv7.' }),
    amount: t.field({
      type: 'Money',
      description: "How much, in the payment's currency.",
      resolve: ({ amount, currency }) => ({ amount, currency }),
    }),
    status: t.expose('status', { type: RefundStatusEnum, description: 'Where it stands.' }),
    reason: t.exposeString('reason', { nullable: true, description: 'As it was given. null: none was.' }),
    gatewayRefundId: t.exposeString('gatewayRefundId', {
      nullable: true,
      description: "The provider's id of it. null: not known (yet), or the provider gives none.",
    }),
    failure: t.expose('failure', {
      type: 'PaymentFailure',
      nullable: true,
      description: 'Set when the status is FAILED, else null.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was reserved.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it last changed.' }),
  }),
});
