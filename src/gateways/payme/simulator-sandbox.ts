// The sandbox's own checks of a merchant's endpoint, step by step (sheet 10), with what it looks at in each answer: types,
// 13-digit times, 0 for what has not happened, null for no reason, and a second answer equal to the first.

import { randomBytes } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { faultIn } from '../simulator-controls.ts';
import { bodyOf, json, type SimulatorReply, type SimulatorRequest } from '../simulator-http.ts';
import { answerIn, type Merchant, type RpcAnswer } from './simulator-merchant.ts';

const wishBody = z.strictObject({
  /** Orders that wait for their payment: one for each scenario, since each can be paid once. */
  orderId: z.string().min(1),
  secondOrderId: z.string().min(1),
  amount: z.int().positive(),
  wrongOrder: z.string().min(1).default('no-such-order'),
  accountField: z.string().min(1).default('order_id'),
});
type Wish = z.infer<typeof wishBody>;

interface StepResult {
  readonly step: number;
  readonly name: string;
  readonly passed: boolean;
  readonly faults: readonly string[];
  readonly warnings: readonly string[];
}

export const METHODS = [
  'CheckPerformTransaction',
  'CreateTransaction',
  'PerformTransaction',
  'CancelTransaction',
  'CheckTransaction',
  'GetStatement',
];

export async function runSandbox(request: SimulatorRequest, merchant: Merchant): Promise<SimulatorReply> {
  const parsed = wishBody.safeParse(bodyOf(request));
  if (!parsed.success) return faultIn(parsed.error);
  const steps: StepResult[] = [];
  const ids = [newId(), newId()] as const;
  for (const [index, { name, run }] of stepsOf(parsed.data, merchant, ids).entries()) {
    const faults: string[] = [];
    const warnings: string[] = [];
    await run({
      expect: (holds, fault) => void (holds || faults.push(fault)),
      warn: (warning) => void warnings.push(warning),
    });
    steps.push({ step: index + 1, name, passed: faults.length === 0, faults, warnings });
  }
  return json(200, { passed: steps.every(({ passed }) => passed), steps });
}

interface Judge {
  expect(holds: boolean, fault: string): void;
  warn(warning: string): void;
}

interface Step {
  readonly name: string;
  run(judge: Judge): Promise<void>;
}

function stepsOf(wish: Wish, { call, send }: Merchant, [first, second]: readonly [string, string]): readonly Step[] {
  const account = (orderId: string): object => ({ [wish.accountField]: orderId });
  const order = (orderId: string, amount = wish.amount): object => ({ amount, account: account(orderId) });
  const creation = (id: string, orderId: string, amount?: number): object => ({
    id,
    time: Date.now(),
    ...order(orderId, amount),
  });

  async function allowed(judge: Judge, orderId: string): Promise<void> {
    const answer = await call('CheckPerformTransaction', order(orderId));
    judge.expect(answer.result?.['allow'] === true, `CheckPerformTransaction: ${JSON.stringify(answer)}`);
  }

  /** Sent twice, as the sandbox does; the second answer must be the first. */
  async function twice(judge: Judge, method: string, params: object, state: number, time: string): Promise<void> {
    const answer = await call(method, params);
    judge.expect(answer.result?.['state'] === state, `${method}: ${JSON.stringify(answer)}`);
    judge.expect(isTime(answer.result?.[time]), `${method}: ${time} is no time in milliseconds`);
    judge.expect(typeof answer.result?.['transaction'] === 'string', `${method}: transaction is no string`);
    const again = await call(method, params);
    judge.expect(
      isDeepStrictEqual(again.result, answer.result),
      `${method} again: ${JSON.stringify(again)} in place of ${JSON.stringify(answer)}`,
    );
  }

  async function checked(judge: Judge, id: string, state: number, set: readonly string[]): Promise<void> {
    const answer = await call('CheckTransaction', { id });
    const { result = {} } = answer;
    judge.expect(result['state'] === state, `CheckTransaction: ${JSON.stringify(answer)}`);
    for (const time of ['create_time', 'perform_time', 'cancel_time']) {
      const isRight = set.includes(time) ? isTime(result[time]) : result[time] === 0;
      judge.expect(isRight, `CheckTransaction: ${time} is ${String(result[time])}`);
    }
    const isReasonRight = state > 0 ? result['reason'] === null : typeof result['reason'] === 'number';
    judge.expect(isReasonRight, `CheckTransaction: reason is ${String(result['reason'])}`);
  }

  function accountFault(judge: Judge, method: string, { error }: RpcAnswer): void {
    const code = error?.code ?? 0;
    judge.expect(code <= -31050 && code >= -31099, `${method}: ${JSON.stringify(error)} is no account error`);
    const message = error?.message as Record<string, unknown> | undefined;
    const isLocal = ['ru', 'uz', 'en'].every((language) => typeof message?.[language] === 'string');
    judge.expect(isLocal, `${method}: the message is not in ru, uz and en`);
    judge.expect(error?.data === wish.accountField, `${method}: data does not name the account's field`);
  }

  async function creates(judge: Judge, id: string, orderId: string): Promise<void> {
    await twice(judge, 'CreateTransaction', creation(id, orderId), 1, 'create_time');
    await checked(judge, id, 1, ['create_time']);
    const { error } = await call('CreateTransaction', creation(newId(), orderId));
    const code = error?.code ?? 0;
    if (code <= -31050 && code >= -31099) judge.warn(`a new id on a locked order: ${code}, where -31008 is expected`);
    else judge.expect(code === -31008, `a new id on a locked order: ${JSON.stringify(error)}`);
  }

  return [
    {
      name: 'a wrong authorization is refused by every method',
      async run(judge) {
        for (const method of METHODS) {
          const body = JSON.stringify({ id: 1, method, params: {} });
          for (const wrong of [{ key: 'wrong' }, { login: 'Nobody' }, { headers: { 'content-type': 'text/json' } }]) {
            const { status, body: text } = await send({ body, ...wrong });
            const code = answerIn(text)?.error?.code;
            judge.expect(status === 200 && code === -32504, `${method}: HTTP ${status} ${text}`);
          }
        }
      },
    },
    {
      name: 'a wrong amount is refused',
      async run(judge) {
        const asked = await call('CheckPerformTransaction', order(wish.orderId, wish.amount + 1));
        const created = await call('CreateTransaction', creation(newId(), wish.orderId, wish.amount + 1));
        for (const { error } of [asked, created]) {
          judge.expect(error?.code === -31001, `another amount: ${JSON.stringify(error)}`);
        }
      },
    },
    {
      name: 'an account that does not exist is refused',
      async run(judge) {
        accountFault(judge, 'CheckPerformTransaction', await call('CheckPerformTransaction', order(wish.wrongOrder)));
        accountFault(judge, 'CreateTransaction', await call('CreateTransaction', creation(newId(), wish.wrongOrder)));
      },
    },
    { name: 'a payment may be made', run: (judge) => allowed(judge, wish.orderId) },
    {
      name: 'a transaction is created, and locks its order',
      async run(judge) {
        await allowed(judge, wish.orderId);
        await creates(judge, first, wish.orderId);
      },
    },
    {
      name: 'a transaction that was not performed is cancelled',
      async run(judge) {
        await twice(judge, 'CancelTransaction', { id: first, reason: 3 }, -1, 'cancel_time');
        await checked(judge, first, -1, ['create_time', 'cancel_time']);
      },
    },
    { name: 'another payment may be made', run: (judge) => allowed(judge, wish.secondOrderId) },
    { name: 'another transaction is created', run: (judge) => creates(judge, second, wish.secondOrderId) },
    {
      name: 'it is performed',
      async run(judge) {
        await twice(judge, 'PerformTransaction', { id: second }, 2, 'perform_time');
        await checked(judge, second, 2, ['create_time', 'perform_time']);
      },
    },
    {
      name: 'it is cancelled after it was performed',
      async run(judge) {
        await twice(judge, 'CancelTransaction', { id: second, reason: 5 }, -2, 'cancel_time');
        await checked(judge, second, -2, ['create_time', 'perform_time', 'cancel_time']);
      },
    },
  ];
}

function isTime(value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value) && String(value).length === 13;
}

function newId(): string {
  return randomBytes(12).toString('hex');
}
