// Refusals: what we will not do, and why. A service throws one, the field lists it, the client reads it as data.
// A fault (something broke) is any other error; a decline is neither, but an intent that FAILED.

import type { IntentStatus } from './intent.ts';
import type { Money } from './money.ts';

export const PROBLEM_CODES = [
  'VALIDATION',
  'NOT_FOUND',
  'IDEMPOTENCY_CONFLICT',
  'IN_PROGRESS',
  'INVALID_STATE',
  'NO_GATEWAY_AVAILABLE',
  'GATEWAY_UNAVAILABLE',
  'NOT_SUPPORTED',
  'OVER_REFUND',
  'TRANSACTION_ALREADY_USED',
  'AMOUNT_MISMATCH',
  'WRONG_ENVIRONMENT',
  'NOT_VERIFIED',
] as const;
export type ProblemCode = (typeof PROBLEM_CODES)[number];

export class Refusal extends Error {
  readonly code: ProblemCode;
  /** The same call may succeed later without a change. */
  readonly retryable: boolean;
  /** The input field at fault, from the argument down: ["input", "amount", "currency"]. */
  readonly path: readonly string[] | null;

  constructor(code: ProblemCode, message: string, path: readonly string[] | null = null, retryable = false) {
    super(message);
    this.name = new.target.name;
    this.code = code;
    this.retryable = retryable;
    this.path = path;
  }
}

export class ValidationProblem extends Refusal {
  constructor(path: readonly string[], message: string, code: 'VALIDATION' | 'NOT_SUPPORTED' = 'VALIDATION') {
    super(code, message, path);
  }
}

/** A foreign object and one that does not exist answer alike, to the byte (I26). */
export class NotFoundProblem extends Refusal {
  constructor(path: readonly string[]) {
    super('NOT_FOUND', 'No such payment intent.', path);
  }
}

/** IN_PROGRESS: the input is the same, and the first call with it has not ended. It may be repeated as it is. */
export class IdempotencyConflict extends Refusal {
  /** `firstAt`: when the key came first, where that is known. */
  constructor(code: 'IDEMPOTENCY_CONFLICT' | 'IN_PROGRESS' = 'IDEMPOTENCY_CONFLICT', firstAt: Date | null = null) {
    const isRunning = code === 'IN_PROGRESS';
    const before = firstAt === null ? 'used before' : `first used at ${firstAt.toISOString()},`;
    const text = isRunning
      ? 'The first call with this idempotencyKey is still running. Repeat it in a few seconds, as it is.'
      : `This idempotencyKey was ${before} with another input.`;
    super(code, text, ['input', 'idempotencyKey'], isRunning);
  }
}

export class NoGatewayAvailable extends Refusal {
  constructor(message: string) {
    super('NO_GATEWAY_AVAILABLE', message, ['input']);
  }
}

export class InvalidState extends Refusal {
  readonly status: IntentStatus;

  constructor(status: IntentStatus, message: string, retryable = false) {
    super('INVALID_STATE', message, ['input', 'intentId'], retryable);
    this.status = status;
  }
}

export class OverRefund extends Refusal {
  readonly refundable: Money;

  constructor(refundable: Money, message: string) {
    super('OVER_REFUND', message, ['input', 'amount']);
    this.refundable = refundable;
  }
}

export type VerificationCode =
  'TRANSACTION_ALREADY_USED' | 'AMOUNT_MISMATCH' | 'WRONG_ENVIRONMENT' | 'NOT_VERIFIED' | 'NOT_SUPPORTED';

export class VerificationProblem extends Refusal {
  constructor(code: VerificationCode, message: string, retryable = false) {
    super(code, message, ['input', 'transactionId'], retryable);
  }
}

export type RequestErrorCode = 'UNAUTHENTICATED' | 'FORBIDDEN' | 'BAD_USER_INPUT' | 'RATE_LIMITED' | 'UNAVAILABLE';

/** The request itself cannot be served: not data of the operation, but a top-level error with `extensions.code`. */
export class RequestError extends Error {
  readonly code: RequestErrorCode;
  readonly retryAfterMs: number | null;

  constructor(code: RequestErrorCode, message: string, retryAfterMs: number | null = null) {
    super(message);
    this.name = 'RequestError';
    this.code = code;
    this.retryAfterMs = retryAfterMs;
  }
}
