// Goal: a refusal reaches the client as data, with its path, where the mutation lists it; everything else is an error.
// Method: each mutation is refused in every way, by services that are plain objects.

import { graphql, type ExecutionResult } from 'graphql';
import { describe, expect, it } from 'vitest';
import * as problems from '../core/errors.ts';
import type { Context } from '../schema/index.ts';
import { schema } from './index.ts';
import { catalogue, keyWith, servicesWith } from './services.fixture.ts';

type Services = Context['services'];
const viewer = keyWith('read', 'create', 'refund');

async function ask(source: string, services: Services): Promise<ExecutionResult> {
  const contextValue: Context = { viewer, services, requestId: 'request-1' };
  return graphql({ schema, source, contextValue });
}

/** Each mutation, and the services in which its use case does what it is told to. */
const MUTATIONS = {
  createIntent: {
    call: `createIntent(input: { idempotencyKey: "k", country: "BJ", referenceId: "r",
      amount: { amount: 1, currency: "XOF" } })`,
    services: (does: () => Promise<never>) => servicesWith({ catalogue, intents: { create: does } }),
    meets: ['ValidationProblem', 'IdempotencyConflict', 'NoGatewayAvailable'],
  },
  cancelIntent: {
    call: 'cancelIntent(input: { idempotencyKey: "k", intentId: "1" })',
    services: (does: () => Promise<never>) => servicesWith({ catalogue, intents: { cancel: does } }),
    meets: ['NotFoundProblem', 'InvalidState', 'IdempotencyConflict', 'ValidationProblem'],
  },
  refundIntent: {
    call: 'refundIntent(input: { idempotencyKey: "k", intentId: "1" })',
    services: (does: () => Promise<never>) => servicesWith({ catalogue, refunds: { create: does } }),
    meets: ['NotFoundProblem', 'InvalidState', 'OverRefund', 'ValidationProblem', 'IdempotencyConflict'],
  },
  verifyKkiapay: {
    call: 'verifyKkiapay(input: { idempotencyKey: "k", intentId: "1", transactionId: "t" })',
    services: (does: () => Promise<never>) => servicesWith({ catalogue, intents: { verifyKkiapay: does } }),
    meets: ['NotFoundProblem', 'InvalidState', 'VerificationProblem', 'IdempotencyConflict', 'ValidationProblem'],
  },
  refreshIntent: {
    call: 'refreshIntent(id: "1")',
    services: (does: () => Promise<never>) => servicesWith({ catalogue, intents: { refresh: does } }),
    meets: ['NotFoundProblem'],
  },
} as const;

const REFUSALS: Readonly<Record<string, problems.Refusal>> = {
  ValidationProblem: new problems.ValidationProblem(['input', 'customer', 'phone'], 'No such number.'),
  NotFoundProblem: new problems.NotFoundProblem(['input', 'intentId']),
  IdempotencyConflict: new problems.IdempotencyConflict(),
  NoGatewayAvailable: new problems.NoGatewayAvailable('KkiaPay takes XOF only.'),
  InvalidState: new problems.InvalidState('FAILED', 'Too late.', true),
  OverRefund: new problems.OverRefund({ amount: 0, currency: 'XOF' }, 'Nothing is left.'),
  VerificationProblem: new problems.VerificationProblem('AMOUNT_MISMATCH', 'Another amount.'),
};

const PROBLEM = `{ __typename ... on Problem { code message retryable path
  ... on InvalidState { status } ... on OverRefund { refundable { amount formatted } } } }`;

describe.each(Object.entries(MUTATIONS))('%s', (name, { call, services, meets }) => {
  const refusing = (error: Error) => services(() => Promise.reject(error));

  it.each(Object.entries(REFUSALS))('meets %s, or takes it for a fault', async (type, refusal) => {
    const result = await ask(`mutation { ${call} ${PROBLEM} }`, refusing(refusal));
    if (!meets.some((one) => one === type)) {
      // Nobody's answer: the door masks it. graphql-js passes it on as it is, because it has a `path`.
      expect(result.errors?.map((error) => error.originalError ?? error)).toEqual([refusal]);
      return;
    }
    const { code, message, retryable, path } = refusal;
    const more = {
      ...(type === 'InvalidState' ? { status: 'FAILED' } : {}),
      ...(type === 'OverRefund' ? { refundable: { amount: 0, formatted: '0 XOF' } } : {}),
    };
    expect(result).toEqual({ data: { [name]: { __typename: type, code, message, retryable, path, ...more } } });
  });

  it.each([new problems.RequestError('RATE_LIMITED', 'Too many.', 1_200), new Error('The database is gone.')])(
    'leaves to the door: %s',
    async (fault) => {
      const { data, errors } = await ask(`mutation { ${call} ${PROBLEM} }`, refusing(fault));
      expect(data).toBeNull();
      expect(errors?.map(({ originalError, path }) => ({ originalError, path }))).toEqual([
        { originalError: fault, path: [name] },
      ]);
    },
  );
});
