// The inputs. What is left out and what is null mean the same.

import { builder } from './builder.ts';
import { GatewayIdEnum, IntentStatusEnum, PaymentModeEnum } from './enums.ts';

const IDEMPOTENCY_KEY =
  '1 to 255 printable ASCII characters, made by the caller. The same key with the same input does nothing twice; ' +
  'with another input it is refused. Never expires.';

const MoneyInput = builder.inputType('MoneyInput', {
  description: 'An amount of one currency.',
  fields: (t) => ({
    amount: t.field({ type: 'MinorUnits', required: true, description: "In the currency's smallest unit." }),
    currency: t.field({ type: 'CurrencyCode', required: true, description: 'ISO 4217.' }),
  }),
});

const MetadataInput = builder.inputType('MetadataInput', {
  description: "A note of the product's own. Card numbers are refused.",
  fields: (t) => ({
    key: t.string({ required: true, description: '1 to 40 letters, digits, _ or -; each key once.' }),
    value: t.string({ required: true, description: 'At most 500 characters.' }),
  }),
});

const CustomerInput = builder.inputType('CustomerInput', {
  description: 'Who pays. Gateways ask for different parts of it.',
  fields: (t) => ({
    id: t.string({ description: "The product's own id of the payer." }),
    email: t.string({ description: 'Where a provider sends its receipt.' }),
    phone: t.string({
      description: "With its country code, e.g. +229 01 97 00 00 00. Benin's 8 digits of before 2024 become 10.",
    }),
    name: t.string({ description: 'As the payer writes it.' }),
  }),
});

export const CreateIntentInput = builder.inputType('CreateIntentInput', {
  description: 'What to collect, from whom, and for what.',
  fields: (t) => ({
    idempotencyKey: t.string({ required: true, description: IDEMPOTENCY_KEY }),
    amount: t.field({ type: MoneyInput, required: true, description: 'What the payer is asked for.' }),
    country: t.field({
      type: 'CountryCode',
      required: true,
      description: 'Where the payer pays; routing begins with it.',
    }),
    referenceId: t.string({ required: true, description: "The product's own id of what is paid for." }),
    appId: t.string({ description: "Left out: the key's own app, the only one that it may name." }),
    customer: t.field({ type: CustomerInput, description: 'Left out: nothing is known of the payer.' }),
    returnUrl: t.string({ description: "Where the payer's browser goes after a redirect; https in production." }),
    gateway: t.field({ type: GatewayIdEnum, description: 'Left out: routing chooses.' }),
    paymentMode: t.field({ type: PaymentModeEnum, description: "Left out: the gateway's first that fits." }),
    metadata: t.field({ type: [MetadataInput], description: 'At most 50.' }),
  }),
});

export const CancelIntentInput = builder.inputType('CancelIntentInput', {
  description: 'Which payment to call off.',
  fields: (t) => ({
    idempotencyKey: t.string({ required: true, description: IDEMPOTENCY_KEY }),
    intentId: t.id({ required: true, description: 'The payment.' }),
    reason: t.string({ description: 'At most 500 characters.' }),
  }),
});

export const RefundIntentInput = builder.inputType('RefundIntentInput', {
  description: 'What to send back. amount left out: all that is left.',
  fields: (t) => ({
    idempotencyKey: t.string({ required: true, description: IDEMPOTENCY_KEY }),
    intentId: t.id({ required: true, description: 'The payment.' }),
    amount: t.field({ type: 'MinorUnits', description: "In the payment's currency. Left out: all that is left." }),
    reason: t.string({ description: 'At most 500 characters.' }),
  }),
});

export const VerifyKkiapayInput = builder.inputType('VerifyKkiapayInput', {
  description: "Which transaction of KkiaPay's widget pays which payment.",
  fields: (t) => ({
    idempotencyKey: t.string({ required: true, description: IDEMPOTENCY_KEY }),
    intentId: t.id({ required: true, description: 'The payment.' }),
    transactionId: t.string({ required: true, description: "As the widget's success event gave it." }),
  }),
});

export const RouteInput = builder.inputType('RouteInput', {
  description: 'A payment that might be made.',
  fields: (t) => ({
    country: t.field({ type: 'CountryCode', required: true, description: 'Where the payer would pay.' }),
    currency: t.field({ type: 'CurrencyCode', required: true, description: 'In what currency.' }),
    amount: t.field({ type: 'MinorUnits', description: 'Left out: limits are not looked at.' }),
    gateway: t.field({ type: GatewayIdEnum, description: 'Left out: routing chooses.' }),
    paymentMode: t.field({ type: PaymentModeEnum, description: 'Left out: any.' }),
  }),
});

export const IntentFilterInput = builder.inputType('IntentFilter', {
  description: 'Which payments to list: those that fit all that is given.',
  fields: (t) => ({
    status: t.field({ type: [IntentStatusEnum], description: 'One of these.' }),
    gateway: t.field({ type: [GatewayIdEnum], description: 'Through one of these.' }),
    currency: t.field({ type: 'CurrencyCode', description: 'In this currency.' }),
    appId: t.string({ description: "Another app's name finds nothing." }),
    referenceId: t.string({ description: "The product's own id, in full." }),
    phone: t.string({ description: "The payer's number, as typed, in full." }),
    gatewayTransactionId: t.string({ description: "The provider's id, in full." }),
    amountMin: t.field({ type: 'MinorUnits', description: 'This much or more.' }),
    amountMax: t.field({ type: 'MinorUnits', description: 'This much or less.' }),
    createdAfter: t.field({ type: 'DateTime', description: 'Recorded after this moment.' }),
    createdBefore: t.field({ type: 'DateTime', description: 'Recorded before this moment.' }),
  }),
});
