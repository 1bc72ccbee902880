// Goal: every failure tells the payer what to do, and nothing that the payer should not see.

import { describe, expect, it } from 'vitest';
import { FAILURE_CODES, failureOf } from './failure.ts';

describe.each(FAILURE_CODES)('%s', (code) => {
  const failure = failureOf(code, 'provider_code');

  it('is one sentence that says what happened and what to do', () => {
    expect(failure.message).toMatch(/^[A-Z][^.]+: [^.]+\.$/);
    expect(failure.message).not.toMatch(/[A-Z]{2,}_|error code|exception|undefined/);
  });

  it('keeps the code of ours and of the provider', () => {
    expect(failure).toMatchObject({ code, providerCode: 'provider_code' });
    expect(failureOf(code, null).providerCode).toBeNull();
  });
});

it('says the same of no two failures', () => {
  expect(new Set(FAILURE_CODES.map((code) => failureOf(code, null).message)).size).toBe(FAILURE_CODES.length);
});

it('is worth another try unless something has to be changed first', () => {
  const final = FAILURE_CODES.filter((code) => !failureOf(code, null).retryable);
  expect(final).toEqual([
    'INVALID_PHONE',
    'INVALID_AMOUNT',
    'LIMIT_EXCEEDED',
    'CARD_DECLINED',
    'MISCONFIGURED',
    'UNKNOWN',
  ]);
});

it('tells a payer whose payment may still succeed to look before paying again', () => {
  for (const code of ['TIMED_OUT', 'PROVIDER_ERROR'] as const) {
    expect(failureOf(code, null).message).toContain('check that no money has left your account');
  }
});

it('cuts a provider that sends a text where a code belongs', () => {
  expect(failureOf('UNKNOWN', 'x'.repeat(1000)).providerCode).toHaveLength(64);
});
