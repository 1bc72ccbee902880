// Gateways: the verbs that say what this installation can do, and how it would route a payment.

import { builder, RouteInput } from '../schema/index.ts';

builder.queryField('gateways', (t) =>
  t.withAuth({ read: true }).field({
    type: ['Gateway'],
    description: 'The gateways that are set up here.',
    resolve: (_root, _args, { services }) => services.catalogue.gateways(),
  }),
);

builder.queryField('paymentMethods', (t) =>
  t.withAuth({ read: true }).field({
    type: ['PaymentMethod'],
    description: 'The ways to pay that a payer can be offered, the preferred one first. Empty: none.',
    args: {
      country: t.arg({ type: 'CountryCode', required: true, description: 'Where the payer pays.' }),
      currency: t.arg({ type: 'CurrencyCode', required: true, description: 'In what currency.' }),
      amount: t.arg({ type: 'MinorUnits', description: 'Left out: limits are not looked at.' }),
    },
    resolve: (_root, { country, currency, amount }, { services }) =>
      services.catalogue.paymentMethods({ country, currency, amount: amount ?? null }),
  }),
);

builder.queryField('routePreview', (t) =>
  t.withAuth({ read: true }).field({
    type: ['RouteCandidate'],
    description:
      'What routing would do with a payment: each gateway, taken or passed over, and why. Nothing is stored.',
    args: { input: t.arg({ type: RouteInput, required: true, description: 'The payment that might be made.' }) },
    resolve: (_root, { input: { country, currency, amount, gateway, paymentMode } }, { services }) =>
      services.catalogue.routePreview({
        country,
        currency,
        amount: amount ?? null,
        gateway: gateway ?? null,
        paymentMode: paymentMode ?? null,
      }),
  }),
);
