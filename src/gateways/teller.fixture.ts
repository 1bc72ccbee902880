// A provider that calls us and waits, as small as one can be: what the rules about such providers are shown to see with. Its
// protocol has one word a step, and a key in a header.

import { z } from 'zod';
import {
  defineGateway,
  type GatewayDefinition,
  type ServedAnswer,
  type ServedDesk,
  type ServedIntent,
} from './contract.ts';
import { parseJson } from './http.ts';
import { baseUrl, required } from './settings.ts';
import { sameSecret } from './signature.ts';
import { createServedCaller } from './simulator-caller.ts';
import type { Drive } from './simulator-driven.ts';
import { bodyOf, json, textOf } from './simulator-http.ts';
import type { Words } from './simulator-words.ts';
import { createSimulator, type SimulatorDefinition } from './simulator.ts';

const settings = z.object({ TELLER_SECRET_KEY: required(), TELLER_BASE_URL: baseUrl() });
const OPEN_MS = 600_000;

const message = z.object({
  step: z.enum(['open', 'perform', 'cancel']),
  order: z.string(),
  transaction: z.string(),
  amount: z.int().positive(),
});

export const teller: GatewayDefinition = defineGateway<z.infer<typeof settings>>({
  id: 'teller',
  name: 'Teller',
  currencies: ['XOF'],
  modes: [{ mode: 'REDIRECT', needs: [], starts: 'here' }],
  routed: false,
  refunds: null,
  settings,
  baseUrlSettings: ['TELLER_BASE_URL'],
  connect: (given, { now }) => ({
    environment: 'sandbox',
    timing: {
      collectTimeoutMs: 5_000,
      promptMs: OPEN_MS,
      marginMs: 0,
      inviteMs: OPEN_MS,
      pollDelaysMs: [OPEN_MS],
      afterCareMs: [],
      refundDelaysMs: [OPEN_MS],
    },
    limits: {},
    invite: ({ intentId, amount }) => ({
      kind: 'REDIRECT',
      url: `${given.TELLER_BASE_URL ?? ''}/pay?order=${intentId}&amount=${amount.amount}`,
    }),
    serve: {
      paths: ['teller'],
      async answer({ headers, body, method }, desk) {
        if (!sameSecret(headers['x-teller-key'] ?? '', given.TELLER_SECRET_KEY)) return say('forged', 'who is there');
        const parsed = message.safeParse(parseJson(body.toString('utf8')));
        return method === 'POST' && parsed.success ? serve(parsed.data, desk, now()) : say('refused', 'no call');
      },
      unavailable: () => say('refused', 'later'),
    },
  }),
  simulator: async () => simulator,
});

type Message = z.infer<typeof message>;

async function serve({ step, order, transaction, amount }: Message, desk: ServedDesk, at: Date): Promise<ServedAnswer> {
  if (step === 'open') {
    const intent = await desk.find(order);
    if (intent === null) return say('refused', 'no such order');
    if (intent.amount.amount !== amount) return say('refused', 'another amount');
    const expiresAt = new Date(at.getTime() + OPEN_MS);
    const after = await desk.open(order, { providerId: transaction, time: at, expiresAt });
    return stateOf(after, transaction, ['open']);
  }
  const intent = await desk.findTransaction(transaction);
  if (intent === null) return say('refused', 'no such transaction');
  if (step === 'perform') return stateOf(await desk.perform(intent.id, transaction), transaction, ['performed']);
  const after = await desk.cancel(intent.id, transaction, { status: 'CANCELLED', reason: 'payer', failure: null });
  const isPerformed = after.transaction?.performedAt != null;
  const last = isPerformed ? await desk.reverse(intent.id, transaction, 'payer') : after;
  return stateOf(last, transaction, ['closed', 'reversed']);
}

function stateOf({ transaction }: ServedIntent, id: string, wanted: readonly string[]): ServedAnswer {
  if (transaction?.providerId !== id) return say('refused', 'another transaction');
  const { openedAt, performedAt, cancelledAt } = transaction;
  const ended = performedAt === null ? 'closed' : 'reversed';
  const state = cancelledAt !== null ? ended : performedAt === null ? 'open' : 'performed';
  return say(wanted.includes(state) ? 'served' : 'refused', state, [openedAt, performedAt, cancelledAt]);
}

function say(verdict: ServedAnswer['verdict'], state: string, times: readonly unknown[] = []): ServedAnswer {
  return { status: 200, headers: {}, body: JSON.stringify({ ok: verdict === 'served', state, times }), verdict };
}

interface Detail {
  readonly order: string;
}

const simulator: SimulatorDefinition = {
  sample: { amount: { amount: 5_000, currency: 'XOF' }, country: 'BJ', phone: '+2290161000000' },
  vectors: [],
  env: (url) => ({ TELLER_SECRET_KEY: 'teller_made_up_secret_31c9', TELLER_BASE_URL: url }),
  create(tools) {
    const caller = createServedCaller({
      timers: tools.timers,
      url: () => new URL('/billing/teller', tools.webhookUrl()).href,
      pausesMs: [1_000],
      isAnswer: (body) => !body.includes('"later"'),
    });
    async function tell(step: string, transaction: string, order: string, amount: number, words: Words) {
      const key = words.callback === 'forged' ? 'somebody_elses' : (tools.env['TELLER_SECRET_KEY'] ?? '');
      const body = JSON.stringify({ step, order, transaction, amount });
      const answer = await caller.ask({ headers: { 'x-teller-key': key }, body }, words);
      return JSON.parse(answer) as { ok: boolean; state: string };
    }
    const drive: Drive<Detail> = {
      async begin({ providerId, amount, detail }, words) {
        const { ok, state } = await tell('open', providerId, detail.order, amount, words);
        return ok ? null : { state: 'failed', reason: state };
      },
      async perform({ providerId, amount, detail }, words) {
        const { ok, state } = await tell('perform', providerId, detail.order, amount, words);
        return ok ? { state: 'succeeded', reason: null } : { state: 'failed', reason: state };
      },
      async cancel({ providerId, amount, detail }, _ending, words) {
        const { ok, state } = await tell('cancel', providerId, detail.order, amount, words);
        return ok ? (state as 'closed' | 'reversed') : 'refused';
      },
      close: () => caller.close(),
    };
    let number = 0;
    const failed = { state: 'failed', reason: 'payer' } as const;
    return createSimulator<Detail>(
      {
        id: 'teller',
        settleMs: 1_000,
        promptMs: OPEN_MS,
        endings: { reject: failed, 'wrong-pin': failed, 'no-balance': failed, timeout: failed },
        routes: [
          {
            method: 'POST',
            path: /^\/_pay$/,
            kind: 'collect',
            run(request, desk) {
              const { searchParams } = new URL(textOf(bodyOf(request)['url']) ?? '');
              const order = searchParams.get('order') ?? '';
              const amount = Number(searchParams.get('amount'));
              const providerId = `teller-${(number += 1)}`;
              const draft = {
                kind: 'collect',
                providerId,
                reference: order,
                operationId: null,
                detail: { order },
              } as const;
              const { state } = desk.open({ ...draft, amount, currency: 'XOF' });
              return json(200, { state });
            },
          },
        ],
        otherCurrency: () => null,
        callback: () => null,
        callbackPausesMs: [],
        unauthorized: json(401, {}),
        drive,
      },
      tools,
    );
  },
};
