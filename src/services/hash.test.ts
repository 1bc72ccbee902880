// Goal: a fingerprint never changes for a request that was made once: it is stored for ever. Method: the text that is
// hashed, written out.

import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { requestHash } from './hash.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

it.each([
  [{ b: 1, a: 'x', B: true }, '{"B":true,"a":"x","b":1}'],
  [{ none: null, left: undefined, kept: 0, empty: '' }, '{"empty":"","kept":0}'],
  [{ none: null }, '{}'],
  [{ list: [{ z: 1, a: null }, null, [], 'é"'] }, '{"list":[{"z":1},null,[],"é\\""]}'],
  [{ amount: { currency: 'XOF', amount: 5_000 }, has: [] }, '{"amount":{"amount":5000,"currency":"XOF"},"has":[]}'],
  [null, 'null'],
])('%j is hashed as %s', (request, text) => {
  expect(requestHash(request)).toBe(sha256(text));
});
