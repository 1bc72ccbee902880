// Payments: the verbs that make, change and find them.

import {
  IdempotencyConflict,
  InvalidState,
  NoGatewayAvailable,
  NotFoundProblem,
  ValidationProblem,
  VerificationProblem,
} from '../core/errors.ts';
import { mayAskAbout } from '../schema/access.ts';
import { costOfPage } from '../schema/cost.ts';
import {
  builder,
  CancelIntentInput,
  CreateIntentInput,
  IntentFilterInput,
  VerifyKkiapayInput,
} from '../schema/index.ts';

builder.queryField('intent', (t) =>
  t.withAuth({ read: true, client: true }).field({
    type: 'PaymentIntent',
    nullable: true,
    description: "One payment. null: there is none with this id, or it is another app's.",
    args: { id: t.arg.id({ required: true, description: 'As createIntent answered it.' }) },
    resolve: (_root, { id }, { viewer, services }) =>
      mayAskAbout(viewer, id) ? services.intents.get(viewer, id) : null,
  }),
);

builder.queryField('intents', (t) =>
  t.withAuth({ read: true }).connection(
    {
      type: 'PaymentIntent',
      description:
        "The app's payments, newest first, 20 when neither first nor last is given. BAD_USER_INPUT: a page of less " +
        'than 1 or more than 100, or a cursor that is not one of ours.',
      args: { filter: t.arg({ type: IntentFilterInput, description: 'Left out: all of them.' }) },
      complexity: costOfPage,
      resolve: (_root, { filter, first, after, last, before }, { viewer, services }) =>
        services.intents.list(
          viewer,
          {
            statuses: filter?.status ?? null,
            gateways: filter?.gateway ?? null,
            currency: filter?.currency ?? null,
            appId: filter?.appId ?? null,
            referenceId: filter?.referenceId ?? null,
            phone: filter?.phone ?? null,
            gatewayTransactionId: filter?.gatewayTransactionId ?? null,
            amountMin: filter?.amountMin ?? null,
            amountMax: filter?.amountMax ?? null,
            createdAfter: filter?.createdAfter ?? null,
            createdBefore: filter?.createdBefore ?? null,
          },
          { first: first ?? null, after: after ?? null, last: last ?? null, before: before ?? null },
        ),
    },
    { name: 'PaymentIntentConnection', description: 'A page of payments.' },
    { name: 'PaymentIntentEdge', description: 'A payment, and where it stands in the list.' },
  ),
);

builder.mutationField('createIntent', (t) =>
  t.withAuth({ create: true }).field({
    type: 'CreateIntentSuccess',
    description: 'Collects an amount. A repeated idempotencyKey answers with the first payment and charges nothing.',
    args: { input: t.arg({ type: CreateIntentInput, required: true, description: 'What to collect.' }) },
    errors: {
      types: [ValidationProblem, IdempotencyConflict, NoGatewayAvailable],
      union: { name: 'CreateIntentResult', description: 'What createIntent answers.' },
    },
    resolve: (_root, { input }, { viewer, services }) =>
      services.intents.create(viewer, {
        idempotencyKey: input.idempotencyKey,
        amount: input.amount,
        country: input.country,
        referenceId: input.referenceId,
        appId: input.appId ?? null,
        customer: input.customer
          ? {
              id: input.customer.id ?? null,
              email: input.customer.email ?? null,
              phone: input.customer.phone ?? null,
              name: input.customer.name ?? null,
            }
          : null,
        returnUrl: input.returnUrl ?? null,
        gateway: input.gateway ?? null,
        paymentMode: input.paymentMode ?? null,
        metadata: input.metadata ?? [],
      }),
  }),
);

builder.mutationField('cancelIntent', (t) =>
  t.withAuth({ create: true }).field({
    type: 'CancelIntentSuccess',
    description: 'Calls off a payment that the payer cannot have paid yet.',
    args: { input: t.arg({ type: CancelIntentInput, required: true, description: 'What to call off.' }) },
    errors: {
      types: [NotFoundProblem, InvalidState, IdempotencyConflict, ValidationProblem],
      union: { name: 'CancelIntentResult', description: 'What cancelIntent answers.' },
    },
    resolve: (_root, { input: { idempotencyKey, intentId, reason } }, { viewer, services }) =>
      services.intents.cancel(viewer, { idempotencyKey, intentId, reason: reason ?? null }),
  }),
);

builder.mutationField('verifyKkiapay', (t) =>
  t.withAuth({ create: true }).field({
    type: 'VerifyKkiapaySuccess',
    description: "Settles a payment with the transaction that KkiaPay's widget names, once KkiaPay itself confirms it.",
    args: { input: t.arg({ type: VerifyKkiapayInput, required: true, description: 'What the widget said.' }) },
    errors: {
      types: [NotFoundProblem, InvalidState, VerificationProblem, IdempotencyConflict, ValidationProblem],
      union: { name: 'VerifyKkiapayResult', description: 'What verifyKkiapay answers.' },
    },
    resolve: (_root, { input: { idempotencyKey, intentId, transactionId } }, { viewer, services }) =>
      services.intents.verifyKkiapay(viewer, { idempotencyKey, intentId, transactionId }),
  }),
);

builder.mutationField('refreshIntent', (t) =>
  t.withAuth({ read: true }).field({
    type: 'RefreshIntentSuccess',
    description: 'Asks the provider now what became of a payment. Moves no money, and may be repeated.',
    args: { id: t.arg.id({ required: true, description: 'The payment.' }) },
    errors: {
      types: [NotFoundProblem],
      union: { name: 'RefreshIntentResult', description: 'What refreshIntent answers.' },
    },
    resolve: async (_root, { id }, { viewer, services }) => ({ intent: await services.intents.refresh(viewer, id) }),
  }),
);
