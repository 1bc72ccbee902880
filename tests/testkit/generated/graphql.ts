/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';
/** Which payment to call off. */
export type CancelIntentInput = {
  /** 1 to 255 printable ASCII characters, made by the caller. The same key with the same input does nothing twice; with another input it is refused. Never expires. */
  readonly idempotencyKey: string;
  /** The payment. */
  readonly intentId: string;
  /** At most 500 characters. */
  readonly reason?: string | null | undefined;
};

/** What a gateway can do by a call. A refund that it cannot make stays PENDING and is left to people. */
export type Capability =
  /** Take a payment. */
  | 'COLLECT'
  /** Pay out to a phone wallet. */
  | 'DISBURSE'
  /** Say what became of a payment. */
  | 'LOOKUP'
  /** Send back a part of a payment. */
  | 'PARTIAL_REFUND'
  /** Send back all of a payment. */
  | 'REFUND'
  /** Show its own books, for reconciliation. */
  | 'STATEMENT';

/** What to collect, from whom, and for what. */
export type CreateIntentInput = {
  /** What the payer is asked for. */
  readonly amount: MoneyInput;
  /** Left out: the key's own app, the only one that it may name. */
  readonly appId?: string | null | undefined;
  /** Where the payer pays; routing begins with it. */
  readonly country: string;
  /** Left out: nothing is known of the payer. */
  readonly customer?: CustomerInput | null | undefined;
  /** Left out: routing chooses. */
  readonly gateway?: GatewayId | null | undefined;
  /** 1 to 255 printable ASCII characters, made by the caller. The same key with the same input does nothing twice; with another input it is refused. Never expires. */
  readonly idempotencyKey: string;
  /** At most 50. */
  readonly metadata?: ReadonlyArray<MetadataInput> | null | undefined;
  /** Left out: the gateway's first that fits. */
  readonly paymentMode?: PaymentMode | null | undefined;
  /** The product's own id of what is paid for. */
  readonly referenceId: string;
  /** Where the payer's browser goes after a redirect; https in production. */
  readonly returnUrl?: string | null | undefined;
};

/** Who pays. Gateways ask for different parts of it. */
export type CustomerInput = {
  /** Where a provider sends its receipt. */
  readonly email?: string | null | undefined;
  /** The product's own id of the payer. */
  readonly id?: string | null | undefined;
  /** As the payer writes it. */
  readonly name?: string | null | undefined;
  /** With its country code, e.g. +229 01 97 00 00 00. Benin's 8 digits of before 2024 become 10. */
  readonly phone?: string | null | undefined;
};

/** What happened to a payment. */
export type EventType =
  /** It was called off. */
  | 'PAYMENT_CANCELLED'
  /** The provider has the money. */
  | 'PAYMENT_COMPLETED'
  /** We have stopped waiting. */
  | 'PAYMENT_EXPIRED'
  /** It did not go through. */
  | 'PAYMENT_FAILED'
  /** It was recorded. */
  | 'PAYMENT_INITIATED'
  /** The provider has it. */
  | 'PAYMENT_PROCESSING'
  /** Money went back: a part of it, or all. The status stays SUCCEEDED. */
  | 'PAYMENT_REFUNDED';

/** Why a payment or a refund failed, alike for all providers. */
export type FailureCode =
  /** The bank could not confirm who pays. */
  | 'AUTHENTICATION_FAILED'
  /** The bank refused the card. */
  | 'CARD_DECLINED'
  /** The payer said no. */
  | 'DECLINED_BY_PAYER'
  /** Not enough money in the account. */
  | 'INSUFFICIENT_FUNDS'
  /** The provider does not take this amount. */
  | 'INVALID_AMOUNT'
  /** The number cannot be used to pay. */
  | 'INVALID_PHONE'
  /** Over a limit of the payer's account. */
  | 'LIMIT_EXCEEDED'
  /** The provider refuses our own account or settings. */
  | 'MISCONFIGURED'
  /** The provider has too much to do. */
  | 'PROVIDER_BUSY'
  /** The provider had a fault of its own. */
  | 'PROVIDER_ERROR'
  /** Nobody confirmed it in time. */
  | 'TIMED_OUT'
  /** The provider gave no reason that is known; see `providerCode`. */
  | 'UNKNOWN'
  /** The PIN was not correct. */
  | 'WRONG_PIN';

/** The name of a gateway. Follows from the registry: a new gateway is a new value. */
export type GatewayId =
  /** The gateway `kkiapay`; `gateways` says what it can do. */
  | 'KKIAPAY'
  /** The gateway `mock`; `gateways` says what it can do. */
  | 'MOCK'
  /** The gateway `mpesa`; `gateways` says what it can do. */
  | 'MPESA'
  /** The gateway `payme`; `gateways` says what it can do. */
  | 'PAYME'
  /** The gateway `stripe`; `gateways` says what it can do. */
  | 'STRIPE';

/** Which payments to list: those that fit all that is given. */
export type IntentFilter = {
  /** This much or less. */
  readonly amountMax?: number | null | undefined;
  /** This much or more. */
  readonly amountMin?: number | null | undefined;
  /** Another app's name finds nothing. */
  readonly appId?: string | null | undefined;
  /** Recorded after this moment. */
  readonly createdAfter?: string | null | undefined;
  /** Recorded before this moment. */
  readonly createdBefore?: string | null | undefined;
  /** In this currency. */
  readonly currency?: string | null | undefined;
  /** Through one of these. */
  readonly gateway?: ReadonlyArray<GatewayId> | null | undefined;
  /** The provider's id, in full. */
  readonly gatewayTransactionId?: string | null | undefined;
  /** The payer's number, as typed, in full. */
  readonly phone?: string | null | undefined;
  /** The product's own id, in full. */
  readonly referenceId?: string | null | undefined;
  /** One of these. */
  readonly status?: ReadonlyArray<IntentStatus> | null | undefined;
};

/** Where a payment stands. The last four are final, with one exception: a success that the provider confirms after we had stopped waiting still counts. */
export type IntentStatus =
  /** Called off before it was paid. */
  | 'CANCELLED'
  /** Nobody confirmed it in time. */
  | 'EXPIRED'
  /** It did not go through, and `failure` says why. */
  | 'FAILED'
  /** Recorded; the payer or the provider has not begun. */
  | 'PENDING'
  /** The provider has it; the payer may still have to confirm. */
  | 'PROCESSING'
  /** The provider has the money. */
  | 'SUCCEEDED';

/** A note of the product's own. Card numbers are refused. */
export type MetadataInput = {
  /** 1 to 40 letters, digits, _ or -; each key once. */
  readonly key: string;
  /** At most 500 characters. */
  readonly value: string;
};

/** An amount of one currency. */
export type MoneyInput = {
  /** In the currency's smallest unit. */
  readonly amount: number;
  /** ISO 4217. */
  readonly currency: string;
};

/** How the payer pays. Payme and Click, who call us, are REDIRECT: the payer follows a link. */
export type PaymentMode =
  /** The provider's client library, with a secret for this one payment. */
  | 'CLIENT_SECRET'
  /** The provider asks on the payer's phone. */
  | 'PUSH'
  /** A page of the provider's, to which the browser is sent. */
  | 'REDIRECT'
  /** The provider's own widget, on the product's page. */
  | 'WIDGET';

/** Why a call was refused, for programs. */
export type ProblemCode =
  /** The transaction is of another amount or currency. */
  | 'AMOUNT_MISMATCH'
  /** The gateway cannot be reached just now. */
  | 'GATEWAY_UNAVAILABLE'
  /** The idempotencyKey was used before with another input. */
  | 'IDEMPOTENCY_CONFLICT'
  /** The payment's status does not allow it. */
  | 'INVALID_STATE'
  /** The same call is still running. */
  | 'IN_PROGRESS'
  /** There is no such payment for this key. */
  | 'NOT_FOUND'
  /** The gateway has no such capability. */
  | 'NOT_SUPPORTED'
  /** The provider does not confirm the transaction. */
  | 'NOT_VERIFIED'
  /** No gateway takes this country, currency, amount and mode. */
  | 'NO_GATEWAY_AVAILABLE'
  /** It is more than is left to refund. */
  | 'OVER_REFUND'
  /** The transaction belongs to another payment. */
  | 'TRANSACTION_ALREADY_USED'
  /** A field breaks a rule; `path` names it. */
  | 'VALIDATION'
  /** A sandbox transaction for a live payment, or the other way round. */
  | 'WRONG_ENVIRONMENT';

/** What to send back. amount left out: all that is left. */
export type RefundIntentInput = {
  /** In the payment's currency. Left out: all that is left. */
  readonly amount?: number | null | undefined;
  /** 1 to 255 printable ASCII characters, made by the caller. The same key with the same input does nothing twice; with another input it is refused. Never expires. */
  readonly idempotencyKey: string;
  /** The payment. */
  readonly intentId: string;
  /** At most 500 characters. */
  readonly reason?: string | null | undefined;
};

/** Where a refund stands. All but FAILED count against what can still be refunded. */
export type RefundStatus =
  /** Refused; the amount can be refunded again. */
  | 'FAILED'
  /** Reserved; not yet asked for, or left to people because the provider has no call for it. */
  | 'PENDING'
  /** The provider works on it, or its answer was lost and is being looked up. */
  | 'PROCESSING'
  /** The provider has confirmed that the money went back. */
  | 'SUCCEEDED';

/** A payment that might be made. */
export type RouteInput = {
  /** Left out: limits are not looked at. */
  readonly amount?: number | null | undefined;
  /** Where the payer would pay. */
  readonly country: string;
  /** In what currency. */
  readonly currency: string;
  /** Left out: routing chooses. */
  readonly gateway?: GatewayId | null | undefined;
  /** Left out: any. */
  readonly paymentMode?: PaymentMode | null | undefined;
};

/** Which transaction of KkiaPay's widget pays which payment. */
export type VerifyKkiapayInput = {
  /** 1 to 255 printable ASCII characters, made by the caller. The same key with the same input does nothing twice; with another input it is refused. Never expires. */
  readonly idempotencyKey: string;
  /** The payment. */
  readonly intentId: string;
  /** As the widget's success event gave it. */
  readonly transactionId: string;
};

export type IntentPartsFragment = { readonly id: string, readonly appId: string, readonly referenceId: string, readonly status: IntentStatus, readonly outcomeUnknown: boolean, readonly needsReview: boolean, readonly reviewReason: string | null, readonly version: number, readonly paymentMode: PaymentMode, readonly gatewayTransactionId: string | null, readonly clientToken: string | null, readonly expiresAt: string | null, readonly amount: { readonly amount: number, readonly currency: string, readonly exponent: number, readonly formatted: string }, readonly amountRefunded: { readonly amount: number }, readonly gateway: { readonly id: GatewayId }, readonly failure: { readonly code: FailureCode, readonly message: string, readonly providerCode: string | null, readonly retryable: boolean } | null, readonly nextAction:
    | { readonly __typename: 'ClientSecretAction', readonly clientSecret: string, readonly publishableKey: string }
    | { readonly __typename: 'PhonePushAction', readonly phone: string, readonly promptExpiresAt: string }
    | { readonly __typename: 'RedirectAction', readonly url: string }
    | { readonly __typename: 'WidgetAction', readonly publicKey: string, readonly sandbox: boolean, readonly scriptUrl: string, readonly data: string }
   | null, readonly refunds: ReadonlyArray<{ readonly id: string, readonly status: RefundStatus, readonly reason: string | null, readonly gatewayRefundId: string | null, readonly amount: { readonly amount: number } }>, readonly routing: ReadonlyArray<{ readonly taken: boolean, readonly reason: string, readonly gateway: { readonly id: GatewayId } }>, readonly metadata: ReadonlyArray<{ readonly key: string, readonly value: string }> };

export type CreateIntentMutationVariables = Exact<{
  input: CreateIntentInput;
}>;


export type CreateIntentMutation = { readonly createIntent:
    | { readonly __typename: 'CreateIntentSuccess', readonly replayed: boolean, readonly intent: { readonly id: string, readonly appId: string, readonly referenceId: string, readonly status: IntentStatus, readonly outcomeUnknown: boolean, readonly needsReview: boolean, readonly reviewReason: string | null, readonly version: number, readonly paymentMode: PaymentMode, readonly gatewayTransactionId: string | null, readonly clientToken: string | null, readonly expiresAt: string | null, readonly amount: { readonly amount: number, readonly currency: string, readonly exponent: number, readonly formatted: string }, readonly amountRefunded: { readonly amount: number }, readonly gateway: { readonly id: GatewayId }, readonly failure: { readonly code: FailureCode, readonly message: string, readonly providerCode: string | null, readonly retryable: boolean } | null, readonly nextAction:
          | { readonly __typename: 'ClientSecretAction', readonly clientSecret: string, readonly publishableKey: string }
          | { readonly __typename: 'PhonePushAction', readonly phone: string, readonly promptExpiresAt: string }
          | { readonly __typename: 'RedirectAction', readonly url: string }
          | { readonly __typename: 'WidgetAction', readonly publicKey: string, readonly sandbox: boolean, readonly scriptUrl: string, readonly data: string }
         | null, readonly refunds: ReadonlyArray<{ readonly id: string, readonly status: RefundStatus, readonly reason: string | null, readonly gatewayRefundId: string | null, readonly amount: { readonly amount: number } }>, readonly routing: ReadonlyArray<{ readonly taken: boolean, readonly reason: string, readonly gateway: { readonly id: GatewayId } }>, readonly metadata: ReadonlyArray<{ readonly key: string, readonly value: string }> } }
    | { readonly __typename: 'IdempotencyConflict', readonly code: ProblemCode, readonly message: string, readonly retryable: boolean, readonly path: ReadonlyArray<string> | null }
    | { readonly __typename: 'NoGatewayAvailable', readonly code: ProblemCode, readonly message: string, readonly retryable: boolean, readonly path: ReadonlyArray<string> | null }
    | { readonly __typename: 'ValidationProblem', readonly code: ProblemCode, readonly message: string, readonly retryable: boolean, readonly path: ReadonlyArray<string> | null }
   };

export type GetIntentQueryVariables = Exact<{
  id: string;
}>;


export type GetIntentQuery = { readonly intent: { readonly id: string, readonly appId: string, readonly referenceId: string, readonly status: IntentStatus, readonly outcomeUnknown: boolean, readonly needsReview: boolean, readonly reviewReason: string | null, readonly version: number, readonly paymentMode: PaymentMode, readonly gatewayTransactionId: string | null, readonly clientToken: string | null, readonly expiresAt: string | null, readonly events: ReadonlyArray<{ readonly id: string, readonly sequence: number, readonly type: EventType, readonly status: IntentStatus, readonly at: string }>, readonly amount: { readonly amount: number, readonly currency: string, readonly exponent: number, readonly formatted: string }, readonly amountRefunded: { readonly amount: number }, readonly gateway: { readonly id: GatewayId }, readonly failure: { readonly code: FailureCode, readonly message: string, readonly providerCode: string | null, readonly retryable: boolean } | null, readonly nextAction:
      | { readonly __typename: 'ClientSecretAction', readonly clientSecret: string, readonly publishableKey: string }
      | { readonly __typename: 'PhonePushAction', readonly phone: string, readonly promptExpiresAt: string }
      | { readonly __typename: 'RedirectAction', readonly url: string }
      | { readonly __typename: 'WidgetAction', readonly publicKey: string, readonly sandbox: boolean, readonly scriptUrl: string, readonly data: string }
     | null, readonly refunds: ReadonlyArray<{ readonly id: string, readonly status: RefundStatus, readonly reason: string | null, readonly gatewayRefundId: string | null, readonly amount: { readonly amount: number } }>, readonly routing: ReadonlyArray<{ readonly taken: boolean, readonly reason: string, readonly gateway: { readonly id: GatewayId } }>, readonly metadata: ReadonlyArray<{ readonly key: string, readonly value: string }> } | null };

export type ListIntentsQueryVariables = Exact<{
  filter?: IntentFilter | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
}>;


export type ListIntentsQuery = { readonly intents: { readonly edges: ReadonlyArray<{ readonly cursor: string, readonly node: { readonly id: string, readonly referenceId: string, readonly status: IntentStatus } }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly hasPreviousPage: boolean, readonly startCursor: string | null, readonly endCursor: string | null } } };

export type CancelIntentMutationVariables = Exact<{
  input: CancelIntentInput;
}>;


export type CancelIntentMutation = { readonly cancelIntent:
    | { readonly __typename: 'CancelIntentSuccess', readonly replayed: boolean, readonly intent: { readonly id: string, readonly appId: string, readonly referenceId: string, readonly status: IntentStatus, readonly outcomeUnknown: boolean, readonly needsReview: boolean, readonly reviewReason: string | null, readonly version: number, readonly paymentMode: PaymentMode, readonly gatewayTransactionId: string | null, readonly clientToken: string | null, readonly expiresAt: string | null, readonly amount: { readonly amount: number, readonly currency: string, readonly exponent: number, readonly formatted: string }, readonly amountRefunded: { readonly amount: number }, readonly gateway: { readonly id: GatewayId }, readonly failure: { readonly code: FailureCode, readonly message: string, readonly providerCode: string | null, readonly retryable: boolean } | null, readonly nextAction:
          | { readonly __typename: 'ClientSecretAction', readonly clientSecret: string, readonly publishableKey: string }
          | { readonly __typename: 'PhonePushAction', readonly phone: string, readonly promptExpiresAt: string }
          | { readonly __typename: 'RedirectAction', readonly url: string }
          | { readonly __typename: 'WidgetAction', readonly publicKey: string, readonly sandbox: boolean, readonly scriptUrl: string, readonly data: string }
         | null, readonly refunds: ReadonlyArray<{ readonly id: string, readonly status: RefundStatus, readonly reason: string | null, readonly gatewayRefundId: string | null, readonly amount: { readonly amount: number } }>, readonly routing: ReadonlyArray<{ readonly taken: boolean, readonly reason: string, readonly gateway: { readonly id: GatewayId } }>, readonly metadata: ReadonlyArray<{ readonly key: string, readonly value: string }> } }
    | { readonly __typename: 'IdempotencyConflict', readonly code: ProblemCode, readonly message: string, readonly retryable: boolean, readonly path: ReadonlyArray<string> | null }
    | { readonly __typename: 'InvalidState', readonly code: ProblemCode, readonly message: string, readonly retryable: boolean, readonly path: ReadonlyArray<string> | null, readonly status: IntentStatus }
    | { readonly __typename: 'NotFoundProblem', readonly code: ProblemCode, readonly message: string, readonly retryable: boolean, readonly path: ReadonlyArray<string> | null }
    | { readonly __typename: 'ValidationProblem', readonly code: ProblemCode, readonly message: string, readonly retryable: boolean, readonly path: ReadonlyArray<string> | null }
   };

export type RefundIntentMutationVariables = Exact<{
  input: RefundIntentInput;
}>;


export type RefundIntentMutation = { readonly refundIntent:
    | { readonly __typename: 'IdempotencyConflict', readonly code: ProblemCode, readonly message: string, readonly retryable: boolean, readonly path: ReadonlyArray<string> | null }
    | { readonly __typename: 'InvalidState', readonly code: ProblemCode, readonly message: string, readonly retryable: boolean, readonly path: ReadonlyArray<string> | null }
    | { readonly __typename: 'NotFoundProblem', readonly code: ProblemCode, readonly message: string, readonly retryable: boolean, readonly path: ReadonlyArray<string> | null }
    | { readonly __typename: 'OverRefund', readonly code: ProblemCode, readonly message: string, readonly retryable: boolean, readonly path: ReadonlyArray<string> | null, readonly refundable: { readonly amount: number } }
    | { readonly __typename: 'RefundIntentSuccess', readonly replayed: boolean, readonly refund: { readonly id: string, readonly status: RefundStatus, readonly gatewayRefundId: string | null, readonly amount: { readonly amount: number }, readonly failure: { readonly code: FailureCode } | null }, readonly intent: { readonly id: string, readonly status: IntentStatus, readonly amountRefunded: { readonly amount: number } } }
    | { readonly __typename: 'ValidationProblem', readonly code: ProblemCode, readonly message: string, readonly retryable: boolean, readonly path: ReadonlyArray<string> | null }
   };

export type VerifyKkiapayMutationVariables = Exact<{
  input: VerifyKkiapayInput;
}>;


export type VerifyKkiapayMutation = { readonly verifyKkiapay:
    | { readonly __typename: 'IdempotencyConflict', readonly code: ProblemCode, readonly message: string, readonly retryable: boolean, readonly path: ReadonlyArray<string> | null }
    | { readonly __typename: 'InvalidState', readonly code: ProblemCode, readonly message: string, readonly retryable: boolean, readonly path: ReadonlyArray<string> | null }
    | { readonly __typename: 'NotFoundProblem', readonly code: ProblemCode, readonly message: string, readonly retryable: boolean, readonly path: ReadonlyArray<string> | null }
    | { readonly __typename: 'ValidationProblem', readonly code: ProblemCode, readonly message: string, readonly retryable: boolean, readonly path: ReadonlyArray<string> | null }
    | { readonly __typename: 'VerificationProblem', readonly code: ProblemCode, readonly message: string, readonly retryable: boolean, readonly path: ReadonlyArray<string> | null }
    | { readonly __typename: 'VerifyKkiapaySuccess', readonly replayed: boolean, readonly intent: { readonly id: string, readonly appId: string, readonly referenceId: string, readonly status: IntentStatus, readonly outcomeUnknown: boolean, readonly needsReview: boolean, readonly reviewReason: string | null, readonly version: number, readonly paymentMode: PaymentMode, readonly gatewayTransactionId: string | null, readonly clientToken: string | null, readonly expiresAt: string | null, readonly amount: { readonly amount: number, readonly currency: string, readonly exponent: number, readonly formatted: string }, readonly amountRefunded: { readonly amount: number }, readonly gateway: { readonly id: GatewayId }, readonly failure: { readonly code: FailureCode, readonly message: string, readonly providerCode: string | null, readonly retryable: boolean } | null, readonly nextAction:
          | { readonly __typename: 'ClientSecretAction', readonly clientSecret: string, readonly publishableKey: string }
          | { readonly __typename: 'PhonePushAction', readonly phone: string, readonly promptExpiresAt: string }
          | { readonly __typename: 'RedirectAction', readonly url: string }
          | { readonly __typename: 'WidgetAction', readonly publicKey: string, readonly sandbox: boolean, readonly scriptUrl: string, readonly data: string }
         | null, readonly refunds: ReadonlyArray<{ readonly id: string, readonly status: RefundStatus, readonly reason: string | null, readonly gatewayRefundId: string | null, readonly amount: { readonly amount: number } }>, readonly routing: ReadonlyArray<{ readonly taken: boolean, readonly reason: string, readonly gateway: { readonly id: GatewayId } }>, readonly metadata: ReadonlyArray<{ readonly key: string, readonly value: string }> } }
   };

export type RefreshIntentMutationVariables = Exact<{
  id: string;
}>;


export type RefreshIntentMutation = { readonly refreshIntent:
    | { readonly __typename: 'NotFoundProblem', readonly code: ProblemCode, readonly path: ReadonlyArray<string> | null }
    | { readonly __typename: 'RefreshIntentSuccess', readonly intent: { readonly id: string, readonly appId: string, readonly referenceId: string, readonly status: IntentStatus, readonly outcomeUnknown: boolean, readonly needsReview: boolean, readonly reviewReason: string | null, readonly version: number, readonly paymentMode: PaymentMode, readonly gatewayTransactionId: string | null, readonly clientToken: string | null, readonly expiresAt: string | null, readonly amount: { readonly amount: number, readonly currency: string, readonly exponent: number, readonly formatted: string }, readonly amountRefunded: { readonly amount: number }, readonly gateway: { readonly id: GatewayId }, readonly failure: { readonly code: FailureCode, readonly message: string, readonly providerCode: string | null, readonly retryable: boolean } | null, readonly nextAction:
          | { readonly __typename: 'ClientSecretAction', readonly clientSecret: string, readonly publishableKey: string }
          | { readonly __typename: 'PhonePushAction', readonly phone: string, readonly promptExpiresAt: string }
          | { readonly __typename: 'RedirectAction', readonly url: string }
          | { readonly __typename: 'WidgetAction', readonly publicKey: string, readonly sandbox: boolean, readonly scriptUrl: string, readonly data: string }
         | null, readonly refunds: ReadonlyArray<{ readonly id: string, readonly status: RefundStatus, readonly reason: string | null, readonly gatewayRefundId: string | null, readonly amount: { readonly amount: number } }>, readonly routing: ReadonlyArray<{ readonly taken: boolean, readonly reason: string, readonly gateway: { readonly id: GatewayId } }>, readonly metadata: ReadonlyArray<{ readonly key: string, readonly value: string }> } }
   };

export type IntentEventsSubscriptionVariables = Exact<{
  intentId: string;
  after?: number | null | undefined;
}>;


export type IntentEventsSubscription = { readonly intentEvents: { readonly id: string, readonly sequence: number, readonly type: EventType, readonly status: IntentStatus, readonly at: string, readonly intent: { readonly id: string, readonly status: IntentStatus } } };

export type CatalogueQueryVariables = Exact<{
  country: string;
  currency: string;
  amount?: number | null | undefined;
  input: RouteInput;
}>;


export type CatalogueQuery = { readonly gateways: ReadonlyArray<{ readonly id: GatewayId, readonly name: string, readonly capabilities: ReadonlyArray<Capability>, readonly paymentModes: ReadonlyArray<PaymentMode>, readonly currencies: ReadonlyArray<string> }>, readonly paymentMethods: ReadonlyArray<{ readonly paymentMode: PaymentMode, readonly gateway: { readonly id: GatewayId } }>, readonly routePreview: ReadonlyArray<{ readonly taken: boolean, readonly reason: string, readonly gateway: { readonly id: GatewayId } }> };

export const IntentPartsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"IntentParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"PaymentIntent"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"appId"}},{"kind":"Field","name":{"kind":"Name","value":"referenceId"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"outcomeUnknown"}},{"kind":"Field","name":{"kind":"Name","value":"needsReview"}},{"kind":"Field","name":{"kind":"Name","value":"reviewReason"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"paymentMode"}},{"kind":"Field","name":{"kind":"Name","value":"gatewayTransactionId"}},{"kind":"Field","name":{"kind":"Name","value":"clientToken"}},{"kind":"Field","name":{"kind":"Name","value":"amount"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"amount"}},{"kind":"Field","name":{"kind":"Name","value":"currency"}},{"kind":"Field","name":{"kind":"Name","value":"exponent"}},{"kind":"Field","name":{"kind":"Name","value":"formatted"}}]}},{"kind":"Field","name":{"kind":"Name","value":"amountRefunded"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"amount"}}]}},{"kind":"Field","name":{"kind":"Name","value":"gateway"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}},{"kind":"Field","name":{"kind":"Name","value":"failure"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"providerCode"}},{"kind":"Field","name":{"kind":"Name","value":"retryable"}}]}},{"kind":"Field","name":{"kind":"Name","value":"nextAction"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"PhonePushAction"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"phone"}},{"kind":"Field","name":{"kind":"Name","value":"promptExpiresAt"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"WidgetAction"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"publicKey"}},{"kind":"Field","name":{"kind":"Name","value":"sandbox"}},{"kind":"Field","name":{"kind":"Name","value":"scriptUrl"}},{"kind":"Field","name":{"kind":"Name","value":"data"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"RedirectAction"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"url"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ClientSecretAction"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"clientSecret"}},{"kind":"Field","name":{"kind":"Name","value":"publishableKey"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"refunds"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"gatewayRefundId"}},{"kind":"Field","name":{"kind":"Name","value":"amount"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"amount"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"routing"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"gateway"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}},{"kind":"Field","name":{"kind":"Name","value":"taken"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}}]}},{"kind":"Field","name":{"kind":"Name","value":"metadata"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}},{"kind":"Field","name":{"kind":"Name","value":"value"}}]}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}}]} as unknown as DocumentNode<IntentPartsFragment, unknown>;
export const CreateIntentDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"CreateIntent"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"CreateIntentInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"createIntent"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"CreateIntentSuccess"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"replayed"}},{"kind":"Field","name":{"kind":"Name","value":"intent"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"IntentParts"}}]}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Problem"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"retryable"}},{"kind":"Field","name":{"kind":"Name","value":"path"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"IntentParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"PaymentIntent"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"appId"}},{"kind":"Field","name":{"kind":"Name","value":"referenceId"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"outcomeUnknown"}},{"kind":"Field","name":{"kind":"Name","value":"needsReview"}},{"kind":"Field","name":{"kind":"Name","value":"reviewReason"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"paymentMode"}},{"kind":"Field","name":{"kind":"Name","value":"gatewayTransactionId"}},{"kind":"Field","name":{"kind":"Name","value":"clientToken"}},{"kind":"Field","name":{"kind":"Name","value":"amount"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"amount"}},{"kind":"Field","name":{"kind":"Name","value":"currency"}},{"kind":"Field","name":{"kind":"Name","value":"exponent"}},{"kind":"Field","name":{"kind":"Name","value":"formatted"}}]}},{"kind":"Field","name":{"kind":"Name","value":"amountRefunded"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"amount"}}]}},{"kind":"Field","name":{"kind":"Name","value":"gateway"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}},{"kind":"Field","name":{"kind":"Name","value":"failure"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"providerCode"}},{"kind":"Field","name":{"kind":"Name","value":"retryable"}}]}},{"kind":"Field","name":{"kind":"Name","value":"nextAction"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"PhonePushAction"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"phone"}},{"kind":"Field","name":{"kind":"Name","value":"promptExpiresAt"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"WidgetAction"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"publicKey"}},{"kind":"Field","name":{"kind":"Name","value":"sandbox"}},{"kind":"Field","name":{"kind":"Name","value":"scriptUrl"}},{"kind":"Field","name":{"kind":"Name","value":"data"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"RedirectAction"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"url"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ClientSecretAction"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"clientSecret"}},{"kind":"Field","name":{"kind":"Name","value":"publishableKey"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"refunds"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"gatewayRefundId"}},{"kind":"Field","name":{"kind":"Name","value":"amount"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"amount"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"routing"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"gateway"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}},{"kind":"Field","name":{"kind":"Name","value":"taken"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}}]}},{"kind":"Field","name":{"kind":"Name","value":"metadata"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}},{"kind":"Field","name":{"kind":"Name","value":"value"}}]}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}}]} as unknown as DocumentNode<CreateIntentMutation, CreateIntentMutationVariables>;
export const GetIntentDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"GetIntent"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"intent"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"IntentParts"}},{"kind":"Field","name":{"kind":"Name","value":"events"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"sequence"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"at"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"IntentParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"PaymentIntent"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"appId"}},{"kind":"Field","name":{"kind":"Name","value":"referenceId"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"outcomeUnknown"}},{"kind":"Field","name":{"kind":"Name","value":"needsReview"}},{"kind":"Field","name":{"kind":"Name","value":"reviewReason"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"paymentMode"}},{"kind":"Field","name":{"kind":"Name","value":"gatewayTransactionId"}},{"kind":"Field","name":{"kind":"Name","value":"clientToken"}},{"kind":"Field","name":{"kind":"Name","value":"amount"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"amount"}},{"kind":"Field","name":{"kind":"Name","value":"currency"}},{"kind":"Field","name":{"kind":"Name","value":"exponent"}},{"kind":"Field","name":{"kind":"Name","value":"formatted"}}]}},{"kind":"Field","name":{"kind":"Name","value":"amountRefunded"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"amount"}}]}},{"kind":"Field","name":{"kind":"Name","value":"gateway"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}},{"kind":"Field","name":{"kind":"Name","value":"failure"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"providerCode"}},{"kind":"Field","name":{"kind":"Name","value":"retryable"}}]}},{"kind":"Field","name":{"kind":"Name","value":"nextAction"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"PhonePushAction"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"phone"}},{"kind":"Field","name":{"kind":"Name","value":"promptExpiresAt"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"WidgetAction"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"publicKey"}},{"kind":"Field","name":{"kind":"Name","value":"sandbox"}},{"kind":"Field","name":{"kind":"Name","value":"scriptUrl"}},{"kind":"Field","name":{"kind":"Name","value":"data"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"RedirectAction"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"url"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ClientSecretAction"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"clientSecret"}},{"kind":"Field","name":{"kind":"Name","value":"publishableKey"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"refunds"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"gatewayRefundId"}},{"kind":"Field","name":{"kind":"Name","value":"amount"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"amount"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"routing"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"gateway"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}},{"kind":"Field","name":{"kind":"Name","value":"taken"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}}]}},{"kind":"Field","name":{"kind":"Name","value":"metadata"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}},{"kind":"Field","name":{"kind":"Name","value":"value"}}]}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}}]} as unknown as DocumentNode<GetIntentQuery, GetIntentQueryVariables>;
export const ListIntentsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"ListIntents"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"filter"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"IntentFilter"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"last"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"before"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"intents"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"filter"}}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}},{"kind":"Argument","name":{"kind":"Name","value":"last"},"value":{"kind":"Variable","name":{"kind":"Name","value":"last"}}},{"kind":"Argument","name":{"kind":"Name","value":"before"},"value":{"kind":"Variable","name":{"kind":"Name","value":"before"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"edges"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cursor"}},{"kind":"Field","name":{"kind":"Name","value":"node"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"referenceId"}},{"kind":"Field","name":{"kind":"Name","value":"status"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"hasPreviousPage"}},{"kind":"Field","name":{"kind":"Name","value":"startCursor"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}}]}}]} as unknown as DocumentNode<ListIntentsQuery, ListIntentsQueryVariables>;
export const CancelIntentDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"CancelIntent"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"CancelIntentInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cancelIntent"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"CancelIntentSuccess"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"replayed"}},{"kind":"Field","name":{"kind":"Name","value":"intent"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"IntentParts"}}]}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Problem"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"retryable"}},{"kind":"Field","name":{"kind":"Name","value":"path"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"InvalidState"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"status"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"IntentParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"PaymentIntent"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"appId"}},{"kind":"Field","name":{"kind":"Name","value":"referenceId"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"outcomeUnknown"}},{"kind":"Field","name":{"kind":"Name","value":"needsReview"}},{"kind":"Field","name":{"kind":"Name","value":"reviewReason"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"paymentMode"}},{"kind":"Field","name":{"kind":"Name","value":"gatewayTransactionId"}},{"kind":"Field","name":{"kind":"Name","value":"clientToken"}},{"kind":"Field","name":{"kind":"Name","value":"amount"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"amount"}},{"kind":"Field","name":{"kind":"Name","value":"currency"}},{"kind":"Field","name":{"kind":"Name","value":"exponent"}},{"kind":"Field","name":{"kind":"Name","value":"formatted"}}]}},{"kind":"Field","name":{"kind":"Name","value":"amountRefunded"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"amount"}}]}},{"kind":"Field","name":{"kind":"Name","value":"gateway"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}},{"kind":"Field","name":{"kind":"Name","value":"failure"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"providerCode"}},{"kind":"Field","name":{"kind":"Name","value":"retryable"}}]}},{"kind":"Field","name":{"kind":"Name","value":"nextAction"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"PhonePushAction"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"phone"}},{"kind":"Field","name":{"kind":"Name","value":"promptExpiresAt"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"WidgetAction"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"publicKey"}},{"kind":"Field","name":{"kind":"Name","value":"sandbox"}},{"kind":"Field","name":{"kind":"Name","value":"scriptUrl"}},{"kind":"Field","name":{"kind":"Name","value":"data"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"RedirectAction"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"url"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ClientSecretAction"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"clientSecret"}},{"kind":"Field","name":{"kind":"Name","value":"publishableKey"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"refunds"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"gatewayRefundId"}},{"kind":"Field","name":{"kind":"Name","value":"amount"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"amount"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"routing"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"gateway"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}},{"kind":"Field","name":{"kind":"Name","value":"taken"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}}]}},{"kind":"Field","name":{"kind":"Name","value":"metadata"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}},{"kind":"Field","name":{"kind":"Name","value":"value"}}]}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}}]} as unknown as DocumentNode<CancelIntentMutation, CancelIntentMutationVariables>;
export const RefundIntentDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"RefundIntent"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"RefundIntentInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"refundIntent"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"RefundIntentSuccess"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"replayed"}},{"kind":"Field","name":{"kind":"Name","value":"refund"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"gatewayRefundId"}},{"kind":"Field","name":{"kind":"Name","value":"amount"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"amount"}}]}},{"kind":"Field","name":{"kind":"Name","value":"failure"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"intent"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"amountRefunded"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"amount"}}]}}]}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Problem"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"retryable"}},{"kind":"Field","name":{"kind":"Name","value":"path"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"OverRefund"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"refundable"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"amount"}}]}}]}}]}}]}}]} as unknown as DocumentNode<RefundIntentMutation, RefundIntentMutationVariables>;
export const VerifyKkiapayDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"VerifyKkiapay"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"VerifyKkiapayInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"verifyKkiapay"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"VerifyKkiapaySuccess"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"replayed"}},{"kind":"Field","name":{"kind":"Name","value":"intent"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"IntentParts"}}]}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Problem"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"retryable"}},{"kind":"Field","name":{"kind":"Name","value":"path"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"IntentParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"PaymentIntent"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"appId"}},{"kind":"Field","name":{"kind":"Name","value":"referenceId"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"outcomeUnknown"}},{"kind":"Field","name":{"kind":"Name","value":"needsReview"}},{"kind":"Field","name":{"kind":"Name","value":"reviewReason"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"paymentMode"}},{"kind":"Field","name":{"kind":"Name","value":"gatewayTransactionId"}},{"kind":"Field","name":{"kind":"Name","value":"clientToken"}},{"kind":"Field","name":{"kind":"Name","value":"amount"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"amount"}},{"kind":"Field","name":{"kind":"Name","value":"currency"}},{"kind":"Field","name":{"kind":"Name","value":"exponent"}},{"kind":"Field","name":{"kind":"Name","value":"formatted"}}]}},{"kind":"Field","name":{"kind":"Name","value":"amountRefunded"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"amount"}}]}},{"kind":"Field","name":{"kind":"Name","value":"gateway"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}},{"kind":"Field","name":{"kind":"Name","value":"failure"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"providerCode"}},{"kind":"Field","name":{"kind":"Name","value":"retryable"}}]}},{"kind":"Field","name":{"kind":"Name","value":"nextAction"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"PhonePushAction"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"phone"}},{"kind":"Field","name":{"kind":"Name","value":"promptExpiresAt"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"WidgetAction"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"publicKey"}},{"kind":"Field","name":{"kind":"Name","value":"sandbox"}},{"kind":"Field","name":{"kind":"Name","value":"scriptUrl"}},{"kind":"Field","name":{"kind":"Name","value":"data"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"RedirectAction"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"url"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ClientSecretAction"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"clientSecret"}},{"kind":"Field","name":{"kind":"Name","value":"publishableKey"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"refunds"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"gatewayRefundId"}},{"kind":"Field","name":{"kind":"Name","value":"amount"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"amount"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"routing"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"gateway"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}},{"kind":"Field","name":{"kind":"Name","value":"taken"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}}]}},{"kind":"Field","name":{"kind":"Name","value":"metadata"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}},{"kind":"Field","name":{"kind":"Name","value":"value"}}]}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}}]} as unknown as DocumentNode<VerifyKkiapayMutation, VerifyKkiapayMutationVariables>;
export const RefreshIntentDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"RefreshIntent"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"refreshIntent"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"RefreshIntentSuccess"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"intent"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"IntentParts"}}]}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Problem"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"path"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"IntentParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"PaymentIntent"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"appId"}},{"kind":"Field","name":{"kind":"Name","value":"referenceId"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"outcomeUnknown"}},{"kind":"Field","name":{"kind":"Name","value":"needsReview"}},{"kind":"Field","name":{"kind":"Name","value":"reviewReason"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"paymentMode"}},{"kind":"Field","name":{"kind":"Name","value":"gatewayTransactionId"}},{"kind":"Field","name":{"kind":"Name","value":"clientToken"}},{"kind":"Field","name":{"kind":"Name","value":"amount"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"amount"}},{"kind":"Field","name":{"kind":"Name","value":"currency"}},{"kind":"Field","name":{"kind":"Name","value":"exponent"}},{"kind":"Field","name":{"kind":"Name","value":"formatted"}}]}},{"kind":"Field","name":{"kind":"Name","value":"amountRefunded"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"amount"}}]}},{"kind":"Field","name":{"kind":"Name","value":"gateway"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}},{"kind":"Field","name":{"kind":"Name","value":"failure"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"providerCode"}},{"kind":"Field","name":{"kind":"Name","value":"retryable"}}]}},{"kind":"Field","name":{"kind":"Name","value":"nextAction"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"PhonePushAction"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"phone"}},{"kind":"Field","name":{"kind":"Name","value":"promptExpiresAt"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"WidgetAction"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"publicKey"}},{"kind":"Field","name":{"kind":"Name","value":"sandbox"}},{"kind":"Field","name":{"kind":"Name","value":"scriptUrl"}},{"kind":"Field","name":{"kind":"Name","value":"data"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"RedirectAction"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"url"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ClientSecretAction"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"clientSecret"}},{"kind":"Field","name":{"kind":"Name","value":"publishableKey"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"refunds"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"gatewayRefundId"}},{"kind":"Field","name":{"kind":"Name","value":"amount"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"amount"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"routing"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"gateway"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}},{"kind":"Field","name":{"kind":"Name","value":"taken"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}}]}},{"kind":"Field","name":{"kind":"Name","value":"metadata"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}},{"kind":"Field","name":{"kind":"Name","value":"value"}}]}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}}]} as unknown as DocumentNode<RefreshIntentMutation, RefreshIntentMutationVariables>;
export const IntentEventsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"IntentEvents"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"intentId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"intentEvents"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"intentId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"intentId"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"sequence"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"at"}},{"kind":"Field","name":{"kind":"Name","value":"intent"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"status"}}]}}]}}]}}]} as unknown as DocumentNode<IntentEventsSubscription, IntentEventsSubscriptionVariables>;
export const CatalogueDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Catalogue"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"country"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"CountryCode"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"currency"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"CurrencyCode"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"amount"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"MinorUnits"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"RouteInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"gateways"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"capabilities"}},{"kind":"Field","name":{"kind":"Name","value":"paymentModes"}},{"kind":"Field","name":{"kind":"Name","value":"currencies"}}]}},{"kind":"Field","name":{"kind":"Name","value":"paymentMethods"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"country"},"value":{"kind":"Variable","name":{"kind":"Name","value":"country"}}},{"kind":"Argument","name":{"kind":"Name","value":"currency"},"value":{"kind":"Variable","name":{"kind":"Name","value":"currency"}}},{"kind":"Argument","name":{"kind":"Name","value":"amount"},"value":{"kind":"Variable","name":{"kind":"Name","value":"amount"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"gateway"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}},{"kind":"Field","name":{"kind":"Name","value":"paymentMode"}}]}},{"kind":"Field","name":{"kind":"Name","value":"routePreview"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"gateway"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}},{"kind":"Field","name":{"kind":"Name","value":"taken"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}}]}}]}}]} as unknown as DocumentNode<CatalogueQuery, CatalogueQueryVariables>;