// What clients of the public schema were promised. The schema may add to this (types, fields, arguments that may be
// left out, enum values, union members); it may not rename, remove or weaken what stands here.

export const CONTRACT = `
"A safe integer in the currency's smallest unit, 1 to 10^12 in inputs. Floats, strings and exponents are refused."
scalar MinorUnits
"ISO 4217, upper case."
scalar CurrencyCode
"ISO 3166-1 alpha-2, upper case."
scalar CountryCode
"RFC 3339, UTC, milliseconds."
scalar DateTime

enum IntentStatus { PENDING PROCESSING SUCCEEDED FAILED CANCELLED EXPIRED }
enum RefundStatus { PENDING PROCESSING SUCCEEDED FAILED }
"How the payer pays. Payme and Click, who call us, are REDIRECT: the payer follows a link."
enum PaymentMode { PUSH WIDGET REDIRECT CLIENT_SECRET }
"Follows from the registry."
enum GatewayId { KKIAPAY MOCK }
enum EventType {
  PAYMENT_INITIATED PAYMENT_PROCESSING PAYMENT_COMPLETED PAYMENT_FAILED PAYMENT_CANCELLED PAYMENT_EXPIRED
  PAYMENT_REFUNDED
}
enum Capability { COLLECT LOOKUP REFUND PARTIAL_REFUND DISBURSE STATEMENT }
enum ProblemCode {
  VALIDATION NOT_FOUND IDEMPOTENCY_CONFLICT IN_PROGRESS INVALID_STATE NO_GATEWAY_AVAILABLE GATEWAY_UNAVAILABLE
  NOT_SUPPORTED
  OVER_REFUND TRANSACTION_ALREADY_USED AMOUNT_MISMATCH WRONG_ENVIRONMENT NOT_VERIFIED
}
enum FailureCode {
  INSUFFICIENT_FUNDS DECLINED_BY_PAYER TIMED_OUT WRONG_PIN INVALID_PHONE INVALID_AMOUNT LIMIT_EXCEEDED PROVIDER_BUSY
  PROVIDER_ERROR
  CARD_DECLINED AUTHENTICATION_FAILED MISCONFIGURED UNKNOWN
}

type Query {
  intent(id: ID!): PaymentIntent
  intents(filter: IntentFilter, first: Int, after: String, last: Int, before: String): PaymentIntentConnection!
  paymentMethods(country: CountryCode!, currency: CurrencyCode!, amount: MinorUnits): [PaymentMethod!]!
  routePreview(input: RouteInput!): [RouteCandidate!]!
  gateways: [Gateway!]!
}

type Mutation {
  createIntent(input: CreateIntentInput!): CreateIntentResult!
  cancelIntent(input: CancelIntentInput!): CancelIntentResult!
  refundIntent(input: RefundIntentInput!): RefundIntentResult!
  verifyKkiapay(input: VerifyKkiapayInput!): VerifyKkiapayResult!
  refreshIntent(id: ID!): RefreshIntentResult!
}

type Subscription {
  intentEvents(intentId: ID!, after: Int): IntentEvent!
}

type Money { amount: MinorUnits! currency: CurrencyCode! exponent: Int! formatted: String! }

type PaymentIntent {
  id: ID!
  appId: String!
  referenceId: String!
  amount: Money!
  country: CountryCode!
  status: IntentStatus!
  outcomeUnknown: Boolean!
  needsReview: Boolean!
  failure: PaymentFailure
  gateway: Gateway!
  paymentMode: PaymentMode!
  gatewayTransactionId: String
  nextAction: NextAction
  clientToken: String
  amountRefunded: Money!
  refunds: [Refund!]!
  routing: [RouteCandidate!]!
  metadata: [MetadataEntry!]!
  events(after: Int): [IntentEvent!]!
  version: Int!
  createdAt: DateTime!
  updatedAt: DateTime!
  expiresAt: DateTime
}

type PaymentFailure { code: FailureCode! message: String! providerCode: String retryable: Boolean! }
type Refund {
  id: ID! amount: Money! status: RefundStatus! reason: String gatewayRefundId: String failure: PaymentFailure
  createdAt: DateTime! updatedAt: DateTime!
}
type IntentEvent {
  id: ID! sequence: Int! type: EventType! status: IntentStatus! at: DateTime! intent: PaymentIntent!
}
type MetadataEntry { key: String! value: String! }
type Gateway {
  id: GatewayId! name: String! capabilities: [Capability!]! paymentModes: [PaymentMode!]! currencies:
  [CurrencyCode!]!
}
type PaymentMethod { gateway: Gateway! paymentMode: PaymentMode! }
type RouteCandidate { gateway: Gateway! taken: Boolean! reason: String! }

union NextAction = PhonePushAction | WidgetAction | RedirectAction | ClientSecretAction
"The provider has asked the payer's phone. The number is masked."
type PhonePushAction { phone: String! promptExpiresAt: DateTime! }
"What the provider's own widget needs, and nothing secret."
type WidgetAction { publicKey: String! sandbox: Boolean! scriptUrl: String! data: String! }
type RedirectAction { url: String! }
type ClientSecretAction { clientSecret: String! publishableKey: String! }

type PaymentIntentConnection { edges: [PaymentIntentEdge!]! pageInfo: PageInfo! }
type PaymentIntentEdge { cursor: String! node: PaymentIntent! }
type PageInfo { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }

interface Problem { code: ProblemCode! message: String! retryable: Boolean! path: [String!] }
type ValidationProblem implements Problem { code: ProblemCode! message: String! retryable: Boolean! path: [String!] }
type NotFoundProblem implements Problem { code: ProblemCode! message: String! retryable: Boolean! path: [String!] }
type IdempotencyConflict implements Problem { code: ProblemCode! message: String! retryable: Boolean! path: [String!] }
type NoGatewayAvailable implements Problem { code: ProblemCode! message: String! retryable: Boolean! path: [String!] }
type InvalidState implements Problem {
  code: ProblemCode! message: String! retryable: Boolean! path: [String!] status: IntentStatus!
}
type OverRefund implements Problem {
  code: ProblemCode! message: String! retryable: Boolean! path: [String!] refundable: Money!
}
type VerificationProblem implements Problem { code: ProblemCode! message: String! retryable: Boolean! path: [String!] }

type CreateIntentSuccess { intent: PaymentIntent! replayed: Boolean! }
type CancelIntentSuccess { intent: PaymentIntent! replayed: Boolean! }
type RefundIntentSuccess { refund: Refund! intent: PaymentIntent! replayed: Boolean! }
type VerifyKkiapaySuccess { intent: PaymentIntent! replayed: Boolean! }
type RefreshIntentSuccess { intent: PaymentIntent! }
union CreateIntentResult = CreateIntentSuccess | ValidationProblem | IdempotencyConflict | NoGatewayAvailable
union CancelIntentResult = CancelIntentSuccess | NotFoundProblem | InvalidState | IdempotencyConflict
union RefundIntentResult =
  RefundIntentSuccess | NotFoundProblem | InvalidState | OverRefund | ValidationProblem | IdempotencyConflict
union VerifyKkiapayResult =
  VerifyKkiapaySuccess | NotFoundProblem | InvalidState | VerificationProblem | IdempotencyConflict
union RefreshIntentResult = RefreshIntentSuccess | NotFoundProblem

input MoneyInput { amount: MinorUnits! currency: CurrencyCode! }
input MetadataInput { key: String! value: String! }
input CustomerInput { id: String email: String phone: String name: String }
input CreateIntentInput {
  idempotencyKey: String!
  amount: MoneyInput!
  country: CountryCode!
  referenceId: String!
  appId: String
  customer: CustomerInput
  returnUrl: String
  gateway: GatewayId
  paymentMode: PaymentMode
  metadata: [MetadataInput!]
}
input CancelIntentInput { idempotencyKey: String! intentId: ID! reason: String }
"amount left out: all that is left."
input RefundIntentInput { idempotencyKey: String! intentId: ID! amount: MinorUnits reason: String }
input VerifyKkiapayInput { idempotencyKey: String! intentId: ID! transactionId: String! }
input RouteInput {
  country: CountryCode! currency: CurrencyCode! amount: MinorUnits gateway: GatewayId paymentMode: PaymentMode
}
input IntentFilter {
  status: [IntentStatus!] gateway: [GatewayId!] currency: CurrencyCode appId: String referenceId: String phone: String
  gatewayTransactionId: String amountMin: MinorUnits amountMax: MinorUnits createdAfter: DateTime createdBefore:
  DateTime
}
`;
