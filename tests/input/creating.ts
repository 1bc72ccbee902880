// createIntent with one thing wrong: what is asked, and that the answer repeats nothing of it.

import { aWish } from '../testkit/wishes.ts';
import { ask, expectNothingTold, operation, type Answer } from './asking.ts';
import type { Stage } from './stage.ts';

export const CREATE = `mutation ($input: CreateIntentInput!) { createIntent(input: $input) {
  __typename ... on Problem { code message retryable path } } }`;

/** Two gateways, whatever others there are: reasons name each one that is on. */
export const TWO_GATEWAYS = { GATEWAYS: 'kkiapay,mock', KKIAPAY_AMOUNT_MIN: '100', KKIAPAY_AMOUNT_MAX: '1000000' };

export function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(textsIn);
}

/** `named`: texts of the request that the answer may say again. */
export async function create(on: Stage, change: object, named: readonly string[] = []): Promise<Answer> {
  const input = { ...aWish(), ...change };
  const asked = operation(on.apiKey, { query: CREATE, variables: { input } });
  const answer = await on.unmarked(() => ask(on.apiUrl, asked));
  const secrets = textsIn(change).filter((text) => text.length > 3 && !named.includes(text));
  expectNothingTold(answer.text, secrets);
  return answer;
}

export const money = (amount: unknown, currency: unknown = 'XOF') => ({ amount: { amount, currency } });
export const metadata = (key: unknown, value: unknown = 'v') => ({ metadata: [{ key, value }] });
