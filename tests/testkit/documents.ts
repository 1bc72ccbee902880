// The operations that the tests run, typed by codegen.

import { graphql } from './generated/index.ts';

export const IntentParts = graphql(`
  fragment IntentParts on PaymentIntent {
    id
    appId
    referenceId
    status
    outcomeUnknown
    needsReview
    reviewReason
    version
    paymentMode
    gatewayTransactionId
    clientToken
    amount {
      amount
      currency
      exponent
      formatted
    }
    amountRefunded {
      amount
    }
    gateway {
      id
    }
    failure {
      code
      message
      providerCode
      retryable
    }
    nextAction {
      __typename
      ... on PhonePushAction {
        phone
        promptExpiresAt
      }
      ... on WidgetAction {
        publicKey
        sandbox
        scriptUrl
        data
      }
      ... on RedirectAction {
        url
      }
      ... on ClientSecretAction {
        clientSecret
        publishableKey
      }
    }
    refunds {
      id
      status
      reason
      gatewayRefundId
      amount {
        amount
      }
    }
    routing {
      gateway {
        id
      }
      taken
      reason
    }
    metadata {
      key
      value
    }
    expiresAt
  }
`);

export const CreateIntent = graphql(`
  mutation CreateIntent($input: CreateIntentInput!) {
    createIntent(input: $input) {
      __typename
      ... on CreateIntentSuccess {
        replayed
        intent {
          ...IntentParts
        }
      }
      ... on Problem {
        code
        message
        retryable
        path
      }
    }
  }
`);

export const GetIntent = graphql(`
  query GetIntent($id: ID!) {
    intent(id: $id) {
      ...IntentParts
      events {
        id
        sequence
        type
        status
        at
      }
    }
  }
`);

export const ListIntents = graphql(`
  query ListIntents($filter: IntentFilter, $first: Int, $after: String, $last: Int, $before: String) {
    intents(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
      edges {
        cursor
        node {
          id
          referenceId
          status
        }
      }
      pageInfo {
        hasNextPage
        hasPreviousPage
        startCursor
        endCursor
      }
    }
  }
`);

export const CancelIntent = graphql(`
  mutation CancelIntent($input: CancelIntentInput!) {
    cancelIntent(input: $input) {
      __typename
      ... on CancelIntentSuccess {
        replayed
        intent {
          ...IntentParts
        }
      }
      ... on Problem {
        code
        message
        retryable
        path
      }
      ... on InvalidState {
        status
      }
    }
  }
`);

export const RefundIntent = graphql(`
  mutation RefundIntent($input: RefundIntentInput!) {
    refundIntent(input: $input) {
      __typename
      ... on RefundIntentSuccess {
        replayed
        refund {
          id
          status
          gatewayRefundId
          amount {
            amount
          }
          failure {
            code
          }
        }
        intent {
          id
          status
          amountRefunded {
            amount
          }
        }
      }
      ... on Problem {
        code
        message
        retryable
        path
      }
      ... on OverRefund {
        refundable {
          amount
        }
      }
    }
  }
`);

export const VerifyKkiapay = graphql(`
  mutation VerifyKkiapay($input: VerifyKkiapayInput!) {
    verifyKkiapay(input: $input) {
      __typename
      ... on VerifyKkiapaySuccess {
        replayed
        intent {
          ...IntentParts
        }
      }
      ... on Problem {
        code
        message
        retryable
        path
      }
    }
  }
`);

export const RefreshIntent = graphql(`
  mutation RefreshIntent($id: ID!) {
    refreshIntent(id: $id) {
      __typename
      ... on RefreshIntentSuccess {
        intent {
          ...IntentParts
        }
      }
      ... on Problem {
        code
        path
      }
    }
  }
`);

export const IntentEvents = graphql(`
  subscription IntentEvents($intentId: ID!, $after: Int) {
    intentEvents(intentId: $intentId, after: $after) {
      id
      sequence
      type
      status
      at
      intent {
        id
        status
      }
    }
  }
`);

export const Catalogue = graphql(`
  query Catalogue($country: CountryCode!, $currency: CurrencyCode!, $amount: MinorUnits, $input: RouteInput!) {
    gateways {
      id
      name
      capabilities
      paymentModes
      currencies
    }
    paymentMethods(country: $country, currency: $currency, amount: $amount) {
      gateway {
        id
      }
      paymentMode
    }
    routePreview(input: $input) {
      gateway {
        id
      }
      taken
      reason
    }
  }
`);
