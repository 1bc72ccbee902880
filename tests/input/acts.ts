// What is asked of one payment: every root field that takes its id, in a form that shows the problem whole.

import { randomUUID } from 'node:crypto';

export const PLAIN = '__typename ... on Problem { code message retryable path }';
const PROBLEM = '__typename ... on Problem { code message retryable path } ... on InvalidState { status }';
export const asks = {
  intent: (id: string) => ({ query: 'query ($id: ID!) { intent(id: $id) { id } }', variables: { id } }),
  refreshIntent: (id: string) => ({
    query: `mutation ($id: ID!) { refreshIntent(id: $id) { ${PLAIN} } }`,
    variables: { id },
  }),
  cancelIntent: (intentId: string, more: object = {}) =>
    mutation('cancelIntent', 'CancelIntentInput', PROBLEM, { intentId, ...more }),
  refundIntent: (intentId: string, more: object = {}) =>
    mutation('refundIntent', 'RefundIntentInput', `${PROBLEM} ... on OverRefund { refundable { amount } }`, {
      intentId,
      ...more,
    }),
  verifyKkiapay: (intentId: string, more: object = {}) =>
    mutation('verifyKkiapay', 'VerifyKkiapayInput', PROBLEM, { intentId, transactionId: 'abcdefghi', ...more }),
  intentEvents: (id: string) => ({
    query: 'subscription ($id: ID!) { intentEvents(intentId: $id) { id } }',
    variables: { id },
  }),
};

export function mutation(name: string, type: string, selection: string, input: object) {
  const query = `mutation ($input: ${type}!) { ${name}(input: $input) { ${selection} } }`;
  return { query, variables: { input: { idempotencyKey: randomUUID(), ...input } } };
}
