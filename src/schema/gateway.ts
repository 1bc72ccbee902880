// The Gateway noun, and what routing says of gateways.

import { builder } from './builder.ts';
import { CapabilityEnum, GatewayIdEnum, PaymentModeEnum } from './enums.ts';

builder.objectType('Gateway', {
  description: 'A payment provider, as this installation is set up to use it.',
  fields: (t) => ({
    id: t.expose('id', { type: GatewayIdEnum, description: 'Its name for programs.' }),
    name: t.exposeString('name', { description: 'Its name for people.' }),
    capabilities: t.expose('capabilities', { type: [CapabilityEnum], description: 'What it can do.' }),
    paymentModes: t.expose('paymentModes', {
      type: [PaymentModeEnum],
      description: 'How a payer can pay through it, the preferred way first.',
    }),
    currencies: t.expose('currencies', { type: ['CurrencyCode'], description: 'What it takes.' }),
  }),
});

builder.objectType('PaymentMethod', {
  description: 'One way to pay that a payer can be offered.',
  fields: (t) => ({
    gateway: t.field({
      type: 'Gateway',
      description: 'Who takes the payment.',
      resolve: ({ gateway }, _args, { services }) => services.catalogue.gateway(gateway),
    }),
    paymentMode: t.expose('paymentMode', { type: PaymentModeEnum, description: 'How the payer pays.' }),
  }),
});

builder.objectType('RouteCandidate', {
  description: 'A gateway that was considered for a payment, and what became of it.',
  fields: (t) => ({
    gateway: t.field({
      type: 'Gateway',
      description: 'The one considered.',
      resolve: ({ gateway }, _args, { services }) => services.catalogue.gateway(gateway),
    }),
    taken: t.exposeBoolean('taken', { description: 'At most one candidate of a payment is taken.' }),
    reason: t.exposeString('reason', {
      description: 'Why it was taken or passed over: the rest of a sentence that begins with its name.',
    }),
  }),
});
