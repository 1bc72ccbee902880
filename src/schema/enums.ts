// The enums. Their values follow from core and the registry: a value that is missing here does not compile.

import type { ProblemCode } from '../core/errors.ts';
import type { FailureCode } from '../core/failure.ts';
import type { EventType, IntentStatus, PaymentMode } from '../core/intent.ts';
import type { RefundStatus } from '../core/refund.ts';
import { GATEWAY_IDS } from '../gateways/ids.ts';
import type { GatewayInfo } from '../services/index.ts';
import { builder } from './builder.ts';

export const IntentStatusEnum = builder.enumType('IntentStatus', {
  description:
    'Where a payment stands. The last four are final, with one exception: a success that the provider confirms ' +
    'after we had stopped waiting still counts.',
  values: described<IntentStatus>({
    PENDING: 'Recorded; the payer or the provider has not begun.',
    PROCESSING: 'The provider has it; the payer may still have to confirm.',
    SUCCEEDED: 'The provider has the money.',
    FAILED: 'It did not go through, and `failure` says why.',
    CANCELLED: 'Called off before it was paid.',
    EXPIRED: 'Nobody confirmed it in time.',
  }),
});

export const RefundStatusEnum = builder.enumType('RefundStatus', {
  description: 'Where a refund stands. All but FAILED count against what can still be refunded.',
  values: described<RefundStatus>({
    PENDING: 'Reserved; not yet asked for, or left to people because the provider has no call for it.',
    PROCESSING: 'The provider works on it, or its answer was lost and is being looked up.',
    SUCCEEDED: 'The provider has confirmed that the money went back.',
    FAILED: 'Refused; the amount can be refunded again.',
  }),
});

export const PaymentModeEnum = builder.enumType('PaymentMode', {
  description: 'How the payer pays. Payme and Click, who call us, are REDIRECT: the payer follows a link.',
  values: described<PaymentMode>({
    PUSH: "The provider asks on the payer's phone.",
    WIDGET: "The provider's own widget, on the product's page.",
    REDIRECT: "A page of the provider's, to which the browser is sent.",
    CLIENT_SECRET: "The provider's client library, with a secret for this one payment.",
  }),
});

export const EventTypeEnum = builder.enumType('EventType', {
  description: 'What happened to a payment.',
  values: described<EventType>({
    PAYMENT_INITIATED: 'It was recorded.',
    PAYMENT_PROCESSING: 'The provider has it.',
    PAYMENT_COMPLETED: 'The provider has the money.',
    PAYMENT_FAILED: 'It did not go through.',
    PAYMENT_CANCELLED: 'It was called off.',
    PAYMENT_EXPIRED: 'We have stopped waiting.',
    PAYMENT_REFUNDED: 'Money went back: a part of it, or all. The status stays SUCCEEDED.',
  }),
});

export const CapabilityEnum = builder.enumType('Capability', {
  description: 'What a gateway can do by a call. A refund that it cannot make stays PENDING and is left to people.',
  values: described<GatewayInfo['capabilities'][number]>({
    COLLECT: 'Take a payment.',
    LOOKUP: 'Say what became of a payment.',
    REFUND: 'Send back all of a payment.',
    PARTIAL_REFUND: 'Send back a part of a payment.',
    DISBURSE: 'Pay out to a phone wallet.',
    STATEMENT: 'Show its own books, for reconciliation.',
  }),
});

export const ProblemCodeEnum = builder.enumType('ProblemCode', {
  description: 'Why a call was refused, for programs.',
  values: described<ProblemCode>({
    VALIDATION: 'A field breaks a rule; `path` names it.',
    NOT_FOUND: 'There is no such payment for this key.',
    IDEMPOTENCY_CONFLICT: 'The idempotencyKey was used before with another input.',
    IN_PROGRESS: 'The same call is still running.',
    INVALID_STATE: "The payment's status does not allow it.",
    NO_GATEWAY_AVAILABLE: 'No gateway takes this country, currency, amount and mode.',
    GATEWAY_UNAVAILABLE: 'The gateway cannot be reached just now.',
    NOT_SUPPORTED: 'The gateway has no such capability.',
    OVER_REFUND: 'It is more than is left to refund.',
    TRANSACTION_ALREADY_USED: 'The transaction belongs to another payment.',
    AMOUNT_MISMATCH: 'The transaction is of another amount or currency.',
    WRONG_ENVIRONMENT: 'A sandbox transaction for a live payment, or the other way round.',
    NOT_VERIFIED: 'The provider does not confirm the transaction.',
  }),
});

export const FailureCodeEnum = builder.enumType('FailureCode', {
  description: 'Why a payment or a refund failed, alike for all providers.',
  values: described<FailureCode>({
    INSUFFICIENT_FUNDS: 'Not enough money in the account.',
    DECLINED_BY_PAYER: 'The payer said no.',
    TIMED_OUT: 'Nobody confirmed it in time.',
    WRONG_PIN: 'The PIN was not correct.',
    INVALID_PHONE: 'The number cannot be used to pay.',
    INVALID_AMOUNT: 'The provider does not take this amount.',
    LIMIT_EXCEEDED: "Over a limit of the payer's account.",
    PROVIDER_BUSY: 'The provider has too much to do.',
    PROVIDER_ERROR: 'The provider had a fault of its own.',
    CARD_DECLINED: 'The bank refused the card.',
    AUTHENTICATION_FAILED: 'The bank could not confirm who pays.',
    MISCONFIGURED: 'The provider refuses our own account or settings.',
    UNKNOWN: 'The provider gave no reason that is known; see `providerCode`.',
  }),
});

/** Lower case inside, upper case outside. */
export const GatewayIdEnum = builder.enumType('GatewayId', {
  description: 'The name of a gateway. Follows from the registry: a new gateway is a new value.',
  values: Object.fromEntries(
    GATEWAY_IDS.map((id): [string, { value: string; description: string }] => [
      id.toUpperCase(),
      { value: id, description: `The gateway \`${id}\`; \`gateways\` says what it can do.` },
    ]),
  ),
});

function described<Name extends string>(
  texts: Readonly<Record<Name, string>>,
): Record<Name, { value: Name; description: string }> {
  const names = Object.keys(texts) as Name[];
  const values = names.map((name) => [name, { value: name, description: texts[name] }]);
  return Object.fromEntries(values) as Record<Name, { value: Name; description: string }>;
}
