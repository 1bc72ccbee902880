// The operations that are timed. Constant texts with variables, as a client that wants to be fast sends them.

/** The dozen values that a product backend looks at: eight fields and their parts. */
export const INTENT = `query Intent($id: ID!) {
  intent(id: $id) {
    id
    referenceId
    status
    amount { amount currency }
    paymentMode
    gatewayTransactionId
    version
    createdAt
  }
}`;

/** Nearly all there is, with its events. */
export const WHOLE_INTENT = `query WholeIntent($id: ID!) {
  intent(id: $id) {
    id
    appId
    referenceId
    amount { amount currency exponent formatted }
    country
    status
    outcomeUnknown
    needsReview
    failure { code message providerCode retryable }
    gateway { id name }
    paymentMode
    gatewayTransactionId
    amountRefunded { amount currency }
    refunds { id status }
    routing { gateway { id } taken reason }
    metadata { key value }
    events { id sequence type status at }
    version
    createdAt
    updatedAt
    expiresAt
  }
}`;

export const CREATE_INTENT = `mutation CreateIntent($input: CreateIntentInput!) {
  createIntent(input: $input) {
    __typename
    ... on CreateIntentSuccess {
      replayed
      intent {
        id
        status
        version
        amount { amount currency }
        paymentMode
        clientToken
        nextAction {
          ... on WidgetAction { publicKey sandbox scriptUrl data }
          ... on PhonePushAction { phone promptExpiresAt }
        }
      }
    }
    ... on Problem { code message path }
  }
}`;

export const INTENT_EVENTS = `subscription IntentEvents($intentId: ID!) {
  intentEvents(intentId: $intentId) {
    id
    sequence
    type
    status
    at
    intent { id status amount { amount currency } }
  }
}`;
