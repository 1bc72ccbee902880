// Why a payment failed, in one taxonomy over all providers, with a sentence that a pay page can show as it is.

export const FAILURE_CODES = [
  'INSUFFICIENT_FUNDS',
  'DECLINED_BY_PAYER',
  'TIMED_OUT',
  'WRONG_PIN',
  'INVALID_PHONE',
  'INVALID_AMOUNT',
  'LIMIT_EXCEEDED',
  'PROVIDER_BUSY',
  'PROVIDER_ERROR',
  'CARD_DECLINED',
  'AUTHENTICATION_FAILED',
  'MISCONFIGURED',
  'UNKNOWN',
] as const;
export type FailureCode = (typeof FAILURE_CODES)[number];

export interface Failure {
  readonly code: FailureCode;
  /** For the payer: what happened, and what to do next. */
  readonly message: string;
  /** The provider's own code, for support; null when it gave none. */
  readonly providerCode: string | null;
  /** A new payment with the same details may succeed, once the payer has done what the message says. */
  readonly retryable: boolean;
}

const TEXTS: Readonly<Record<FailureCode, Pick<Failure, 'message' | 'retryable'>>> = {
  INSUFFICIENT_FUNDS: {
    message: 'There is not enough money in the account: top it up and try again, or pay another way.',
    retryable: true,
  },
  DECLINED_BY_PAYER: {
    message: 'The payment was declined on your side: start again when you are ready to pay.',
    retryable: true,
  },
  // A late success is possible, so the payer is told to look before paying twice.
  TIMED_OUT: {
    message: 'The payment was not confirmed in time: check that no money has left your account, then start again.',
    retryable: true,
  },
  WRONG_PIN: {
    message: 'The PIN was not correct: start again and enter it with care.',
    retryable: true,
  },
  INVALID_PHONE: {
    message: 'This phone number cannot be used to pay: check it, or use another one.',
    retryable: false,
  },
  INVALID_AMOUNT: {
    message: 'This amount cannot be paid this way: choose another amount, or another way to pay.',
    retryable: false,
  },
  LIMIT_EXCEEDED: {
    message: 'This payment is over a limit of your account: pay another way, or ask your provider to raise the limit.',
    retryable: false,
  },
  PROVIDER_BUSY: {
    message: 'The payment service is busy: wait two minutes and try again.',
    retryable: true,
  },
  PROVIDER_ERROR: {
    message: 'The payment service had a problem: check that no money has left your account, then try again.',
    retryable: true,
  },
  CARD_DECLINED: {
    message: 'The card was declined: use another card, or ask your bank.',
    retryable: false,
  },
  AUTHENTICATION_FAILED: {
    message: 'Your bank could not confirm that it was you: try again, or use another card.',
    retryable: true,
  },
  MISCONFIGURED: {
    message: 'This way to pay is not available right now: please choose another one.',
    retryable: false,
  },
  UNKNOWN: {
    message: 'The payment did not go through: pay another way, or ask the seller for help.',
    retryable: false,
  },
};

/** Providers' codes are a word; what is longer is a text that has no place here. */
const PROVIDER_CODE_LENGTH_MAX = 64;

export function failureOf(code: FailureCode, providerCode: string | null): Failure {
  return { code, ...TEXTS[code], providerCode: providerCode?.slice(0, PROVIDER_CODE_LENGTH_MAX) ?? null };
}
