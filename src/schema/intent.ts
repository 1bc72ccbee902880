// The PaymentIntent noun, and the answers of the mutations that make or change one.

import { amountRefunded } from '../core/refund.ts';
import { builder } from './builder.ts';
import { IntentStatusEnum, PaymentModeEnum } from './enums.ts';
import { sequenceAfter } from './event.ts';
import { NextActionUnion } from './next-action.ts';

builder.objectType('MetadataEntry', {
  description: "A note of the product's own.",
  fields: (t) => ({
    key: t.exposeString('key', { description: 'Unique within one payment.' }),
    value: t.exposeString('value', { description: 'As it was given.' }),
  }),
});

builder.objectType('PaymentIntent', {
  description: 'A wish to collect an amount once, through one gateway, and all that has become of it.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'UUIDv7.' }),
    appId: t.exposeString('appId', { description: 'The product that it belongs to.' }),
    referenceId: t.exposeString('referenceId', { description: "The product's own id of what is paid for." }),
    amount: t.expose('amount', { type: 'Money', description: 'What the payer is asked for.' }),
    country: t.expose('country', { type: 'CountryCode', description: 'Where the payer pays.' }),
    status: t.expose('status', { type: IntentStatusEnum, description: 'Where it stands.' }),
    outcomeUnknown: t.exposeBoolean('outcomeUnknown', {
      description:
        'A call to the provider ended without an answer. The provider is being asked; nothing is sent twice.',
    }),
    needsReview: t.exposeBoolean('needsReview', {
      description: 'People must look: the provider reports money that does not fit this payment.',
    }),
    reviewReason: t.string({
      nullable: true,
      description: "Why people must look, in codes: 'AMOUNT_MISMATCH: transaction x; ...'. null for a client token.",
      resolve: ({ reviewReason }, _args, { viewer }) => (viewer?.kind === 'key' ? reviewReason : null),
    }),
    late: t.exposeBoolean('late', {
      description: 'The success came, confirmed by the provider, after the payment had ended another way.',
    }),
    cancellationReason: t.exposeString('cancellationReason', {
      nullable: true,
      description: 'What cancelIntent was told. null: nothing, or not cancelled.',
    }),
    failure: t.expose('failure', {
      type: 'PaymentFailure',
      nullable: true,
      description: 'Why it did not go through. null: it did, it still may, or no reason is known.',
    }),
    gateway: t.field({
      type: 'Gateway',
      description: 'Who takes the payment.',
      resolve: ({ gateway }, _args, { services }) => services.catalogue.gateway(gateway),
    }),
    paymentMode: t.expose('paymentMode', { type: PaymentModeEnum, description: 'How the payer pays.' }),
    gatewayTransactionId: t.exposeString('gatewayTransactionId', {
      nullable: true,
      description: "The provider's id of the payment. null: not known yet.",
    }),
    receipt: t.exposeString('receipt', {
      nullable: true,
      description:
        "The number on the payer's own receipt (M-Pesa's, say), where it is not the provider's id. null: none, or not known yet.",
    }),
    nextAction: t.expose('nextAction', {
      type: NextActionUnion,
      nullable: true,
      description: 'What the payer has to do next. null: nothing.',
    }),
    clientToken: t.string({
      nullable: true,
      description:
        'Lets a page watch this payment, and no more. Only in the answer of createIntent, for its creator; else null.',
      resolve: ({ clientToken }) => clientToken ?? null,
    }),
    amountRefunded: t.field({
      type: 'Money',
      description: 'What the provider has confirmed as sent back.',
      resolve: (intent) => amountRefunded(intent),
    }),
    refunds: t.field({
      type: ['Refund'],
      description: 'Every refund that was asked for, the oldest first.',
      resolve: ({ refunds, amount: { currency } }) => refunds.map((refund) => ({ ...refund, currency })),
    }),
    routing: t.field({
      type: ['RouteCandidate'],
      description: "The gateways that were considered. Empty for a client token: it is the product's own.",
      resolve: ({ routing }, _args, { viewer }) => (viewer?.kind === 'key' ? routing : []),
    }),
    metadata: t.field({
      type: ['MetadataEntry'],
      description: "The product's notes, as they were given. Empty for a client token: they are the product's own.",
      resolve: ({ metadata }, _args, { viewer }) => (viewer?.kind === 'key' ? metadata : []),
    }),
    events: t.field({
      type: ['IntentEvent'],
      description: 'What has happened, in order.',
      args: {
        after: t.arg.int({
          description: 'Only what came after this sequence. Left out: all. Below 0: BAD_USER_INPUT.',
        }),
      },
      resolve: (intent, args) => {
        const after = sequenceAfter(args.after) ?? 0;
        return intent.events.filter(({ sequence }) => sequence > after).map((event) => ({ event, intent }));
      },
    }),
    version: t.exposeInt('version', { description: 'Rises with every change.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was recorded.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it last changed.' }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Until when we wait for the payer. null: no end is set.',
    }),
  }),
});

const INTENT = 'The payment as it is now.';
const REPLAYED =
  'Whether the same idempotencyKey had already come with the same input: nothing was done again, and the payment is ' +
  'shown as it is now.';

builder.objectType('CreateIntentSuccess', {
  description: 'The payment exists. It may already have failed: a decline is an answer, not a problem.',
  fields: (t) => ({
    intent: t.expose('intent', { type: 'PaymentIntent', description: INTENT }),
    replayed: t.exposeBoolean('replayed', { description: REPLAYED }),
  }),
});

builder.objectType('CancelIntentSuccess', {
  description: 'The payment is called off.',
  fields: (t) => ({
    intent: t.expose('intent', { type: 'PaymentIntent', description: INTENT }),
    replayed: t.exposeBoolean('replayed', { description: REPLAYED }),
  }),
});

builder.objectType('VerifyKkiapaySuccess', {
  description: 'KkiaPay confirms the transaction, and the payment has taken over what it says.',
  fields: (t) => ({
    intent: t.expose('intent', { type: 'PaymentIntent', description: INTENT }),
    replayed: t.exposeBoolean('replayed', { description: REPLAYED }),
  }),
});

builder.objectType('RefundIntentSuccess', {
  description:
    'The amount is reserved, and the provider asked, or people where it has no call for this: see `refund.status`.',
  fields: (t) => ({
    refund: t.field({
      type: 'Refund',
      description: 'This refund.',
      resolve: ({ refund, intent }) => ({ ...refund, currency: intent.amount.currency }),
    }),
    intent: t.expose('intent', { type: 'PaymentIntent', description: INTENT }),
    replayed: t.exposeBoolean('replayed', { description: REPLAYED }),
  }),
});

builder.objectType('RefreshIntentSuccess', {
  description: 'The provider was asked, if there was anything to ask.',
  fields: (t) => ({
    intent: t.expose('intent', { type: 'PaymentIntent', description: INTENT }),
  }),
});
