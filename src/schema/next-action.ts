// What the payer has to do next, one type for each way to pay.

import { maskPhone } from '../core/phone.ts';
import { builder } from './builder.ts';

const PhonePushAction = builder.objectType('PhonePushAction', {
  description: "The provider has asked the payer's phone. The number is masked.",
  fields: (t) => ({
    phone: t.string({
      description: 'Country code and last two digits: "+229 •••••••• 00".',
      resolve: ({ phone }) => maskPhone(phone),
    }),
    promptExpiresAt: t.expose('promptExpiresAt', {
      type: 'DateTime',
      description: 'Until when the payer can confirm on the phone.',
    }),
  }),
});

const WidgetAction = builder.objectType('WidgetAction', {
  description: "What the provider's own widget needs, and nothing secret.",
  fields: (t) => ({
    publicKey: t.exposeString('publicKey', { description: "The provider's public key of this installation." }),
    sandbox: t.exposeBoolean('sandbox', { description: 'Whether no real money moves.' }),
    scriptUrl: t.exposeString('scriptUrl', { description: "Where the widget's script is loaded from." }),
    data: t.exposeString('data', {
      description: 'Give it to the widget as it is: it ties what is paid there to this payment.',
    }),
  }),
});

const RedirectAction = builder.objectType('RedirectAction', {
  description: 'The payer continues on a page of the provider.',
  fields: (t) => ({
    url: t.exposeString('url', { description: 'Send the browser there.' }),
  }),
});

const ClientSecretAction = builder.objectType('ClientSecretAction', {
  description: "The payer continues in the provider's client library.",
  fields: (t) => ({
    clientSecret: t.exposeString('clientSecret', {
      description: "For this one payment and its payer's browser alone: not to be logged or kept.",
    }),
    publishableKey: t.exposeString('publishableKey', {
      description: "The provider's public key of this installation.",
    }),
  }),
});

const MEMBERS = {
  PHONE_PUSH: PhonePushAction,
  WIDGET: WidgetAction,
  REDIRECT: RedirectAction,
  CLIENT_SECRET: ClientSecretAction,
} as const;

export const NextActionUnion = builder.unionType('NextAction', {
  description: 'What the payer has to do next.',
  types: [PhonePushAction, WidgetAction, RedirectAction, ClientSecretAction],
  resolveType: ({ kind }) => MEMBERS[kind],
});
