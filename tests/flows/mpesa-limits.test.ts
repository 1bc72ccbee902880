// Goal: what people ask of a provider with a limit leaves room for the questions that payments live by. Method: the whole
// product with a small limit, a payment of which no callback ever tells, and a product that refreshes it without end.

import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { RefreshIntent } from '../testkit/documents.ts';
import { mpesaWish, UNTOLD } from '../testkit/mpesa.ts';
import { startStack, type Stack } from '../testkit/stack.ts';
import { created } from '../testkit/wishes.ts';
import { openWitness, type Witness } from '../testkit/witness.ts';

vi.setConfig({ testTimeout: 60_000 });

let stack: Stack;
let witness: Witness;
beforeAll(async () => {
  stack = await startStack({ env: { MPESA_CALLS_PER_MINUTE: '120', MPESA_POLL_DELAYS_MS: '500' } });
  witness = await openWitness(stack.config.MONGODB_URL);
});
afterAll(async () => {
  await witness.close();
  await stack.close();
});

it('refreshes beyond half of the limit are refused, and a payment without a callback has its end all the same', async () => {
  const { id } = await created(stack.client, mpesaWish(UNTOLD));
  const answers = await Promise.all(Array.from({ length: 40 }, () => stack.client.raw(RefreshIntent, { id })));
  const refused = answers.filter(({ status }) => status !== 200);
  expect(refused.length).toBeGreaterThanOrEqual(30);
  for (const { status, body } of refused) {
    expect(status).toBe(429);
    expect(body.errors).toMatchObject([
      {
        message: 'mpesa takes 60 refreshes in a minute, of all products together. It is asked without them, too.',
        path: ['refreshIntent'],
        extensions: { code: 'RATE_LIMITED' },
      },
    ]);
  }
  expect(await witness.sees(id)).toMatchObject({ status: 'SUCCEEDED' });
});
