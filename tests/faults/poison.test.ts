// Goal: work that always fails does not stand in the way of other work, is not tried without end or pause, and is seen by people
// (F12, I23, I25). Method: a worker whose gateway breaks on what it reads, as a fault in its code would have it, runs beside
// payments that are well; how often it tried is counted.

import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { buildHouse, type House } from '../../src/compose.ts';
import type { GatewayDefinition } from '../../src/gateways/contract.ts';
import { createLog } from '../../src/log.ts';
import { RefreshIntent } from '../testkit/documents.ts';
import { checkInvariants } from '../testkit/invariants.ts';
import { startStack, type Stack } from '../testkit/stack.ts';
import { aMockWish, aWish, created, paid, refunded } from '../testkit/wishes.ts';
import { openWitness, type Witness } from '../testkit/witness.ts';

vi.setConfig({ testTimeout: 60_000 });

let stack: Stack;
let witness: Witness;
let house: House;
let stopWork: () => Promise<void>;
/** Questions on the poisoned payments. */
const asked = { payments: 0, refunds: 0 };
let poison: (intentId: string) => boolean = () => false;

beforeAll(async () => {
  stack = await startStack({
    work: false,
    tuning: { settleMs: 200, promptMs: null, slowMs: 500, lateMs: 20_000 },
    env: {
      MOCK_CALL_TIMEOUT_MS: '500',
      MOCK_PROMPT_SECONDS: '3',
      MOCK_MARGIN_SECONDS: '1',
      MOCK_POLL_DELAYS_MS: '300,600',
    },
  });
  witness = await openWitness(stack.config.MONGODB_URL);
  const gateways = stack.config.gateways.map((one) => ({ ...one, definition: broken(one.definition) }));
  house = await buildHouse({ ...stack.config, gateways }, createLog('silent'), { publicUrl: () => stack.apiUrl });
  stopWork = house.startWork();
});
afterAll(async () => {
  await stopWork();
  await house.close();
  await witness.close();
  await stack.close();
});

/** Its code throws on the answer about a poisoned payment. */
function broken(definition: GatewayDefinition): GatewayDefinition {
  return {
    ...definition,
    connect(settings, tools) {
      const gateway = definition.connect(settings, tools);
      const { lookup, lookupRefund } = gateway;
      return {
        ...gateway,
        lookup: async (request) => {
          const answer = await lookup?.(request);
          if (!poison(request.intentId) && answer !== undefined) return answer;
          asked.payments += 1;
          throw new TypeError('planted: cannot read properties of undefined');
        },
        lookupRefund: async (request) => {
          const answer = await lookupRefund?.(request);
          if (!poison(request.intentId) && answer !== undefined) return answer;
          asked.refunds += 1;
          throw new TypeError('planted: cannot read properties of undefined');
        },
      };
    },
  };
}

it('F12: the code breaks on one payment: it is asked about at its pace and ends, and the others flow; I23 I25', async () => {
  const sick = await created(stack.client, aMockWish('none'));
  poison = (intentId) => intentId === sick.id;
  const well = await Promise.all(
    [aMockWish('none'), aMockWish('none'), aWish()].map((wish) => created(stack.client, wish)),
  );
  for (const { id } of well) expect((await witness.sees(id)).status).toBe('SUCCEEDED');
  expect((await witness.sees(sick.id)).status).toBe('EXPIRED');
  // 300 ms, then every 600 ms, until its four and a half seconds are over.
  expect(asked.payments).toBeGreaterThan(2);
  expect(asked.payments).toBeLessThanOrEqual(10);
  poison = () => false;
  const { refreshIntent } = await stack.client.call(RefreshIntent, { id: sick.id });
  expect(refreshIntent).toMatchObject({ intent: { status: 'SUCCEEDED' } });
  checkInvariants(await witness.evidence({ controls: stack.controls }));
});

it('F12: the code breaks on a refund: each question is counted, and it is settled when it can be; I10 I23 I25', async () => {
  const payment = await paid(stack.client, aMockWish('', { metadata: [{ key: 'mock_refund', value: 'lost-reply' }] }));
  poison = (intentId) => intentId === payment.id;
  expect(await refunded(stack.client, payment.id, 1_000)).toMatchObject({ refund: { status: 'PROCESSING' } });
  const counted = await witness.sees(payment.id, ({ refunds }) => (refunds[0]?.polls ?? 0) >= 1);
  expect(counted.refunds.map(({ status }) => status)).toEqual(['PROCESSING']);
  expect(asked.refunds).toBe(counted.refunds[0]?.polls);
  poison = () => false;
  await witness.sees(payment.id, ({ refunds }) => refunds.every(({ status }) => status === 'SUCCEEDED'));
  checkInvariants(await witness.evidence({ controls: stack.controls }));
});
