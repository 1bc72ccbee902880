// The words in which a test tells a simulator what to do. Every simulator knows all of them.

export const OPERATION_KINDS = ['collect', 'refund', 'disburse'] as const;
export type OperationKind = (typeof OPERATION_KINDS)[number];

/** What a request can be about: an operation, or a question about one. */
export const REQUEST_KINDS = ['collect', 'lookup', 'refund', 'disburse'] as const;
export type RequestKind = (typeof REQUEST_KINDS)[number];

/**
 * How the provider answers. `silent`: nothing happens, and no reply comes. `lost-reply`: it happens, and the connection is
 * cut in place of the reply. `garbage`: it happens, and the reply cannot be read. `server-error`, `rate-limited` and
 * `unauthorized`: it does not happen, and the reply says so. `slow`: all is well, later.
 */
export const MOODS = [
  'normal',
  'slow',
  'silent',
  'lost-reply',
  'server-error',
  'garbage',
  'rate-limited',
  'unauthorized',
] as const;
export type Mood = (typeof MOODS)[number];

/**
 * How the provider calls back. `duplicate`: many times at once. `reordered`: the end first, then what was true before it.
 * `forged`: with a signature that is not the provider's. `wrong-amount`, `wrong-currency`: the payer paid something else,
 * and books, status and callback say so. `early`: before the request that starts the payment is answered. `late`: after we
 * have stopped waiting.
 */
export const CALLBACK_WORDS = [
  'normal',
  'none',
  'duplicate',
  'reordered',
  'forged',
  'wrong-amount',
  'wrong-currency',
  'early',
  'late',
] as const;
export type CallbackWord = (typeof CALLBACK_WORDS)[number];

/** What the payer does with the phone in hand. */
export const PHONE_ACTIONS = ['approve', 'reject', 'wrong-pin', 'no-balance', 'ignore'] as const;
export type PhoneAction = (typeof PHONE_ACTIONS)[number];

export interface Words {
  readonly mood: Mood;
  readonly callback: CallbackWord;
  /** null: nobody said, and the provider's own test numbers decide. */
  readonly action: PhoneAction | null;
}

export const NO_WORDS: Words = { mood: 'normal', callback: 'normal', action: null };
