// Whoever holds the phone, or sits before the provider's own page. And the one who is none of them: a forger, who has seen
// a callback and sends another.

import { Refusal } from '../../src/core/errors.ts';
import type { Viewer } from '../../src/services/index.ts';
import { PHONE_ACTIONS } from '../../src/gateways/simulator-words.ts';
import type { IntentDocument } from '../../src/store/document.ts';
import type { DoorCall, Network, Provider } from './network.ts';
import { CALLBACKS, type Story } from './stories.ts';
import { viewerOf, type UserTools } from './users.ts';

export interface Payers {
  begin(withinMs: number): Promise<void>;
  /** What callbacks that nobody signed were answered. */
  readonly answers: readonly number[];
}

export interface PayerTools extends UserTools {
  readonly network: Network;
  readonly providers: readonly Provider[];
  readonly door: (call: DoorCall) => Promise<{ readonly status: number } | null>;
}

/** Its status answer has no amount, and its payer pays what the push asks for: nobody could tell of another. */
const NAMES_NO_AMOUNT: readonly string[] = ['mpesa'];
const VERIFIES_MAX = 30;
/** Where a refund may stay open at the provider, and still be refused; elsewhere its answer is its end. */
const SLOW_REFUNDS: readonly string[] = ['mock'];
const REFUND_WORDS = { normal: 60, late: 40 } as const;

/** Pays on the provider's page; the transaction's id where the page must name it to us. */
type Page = (network: Network, intent: IntentDocument, amount: number) => Promise<string | null>;

/** How a payment that starts `here` is paid, by gateway: its simulator waits for the payer's browser. */
const PAGES: Readonly<Record<string, Page>> = {
  async kkiapay(network, { _id: intentId }, amount) {
    const body = { amount, phone: '22961000000', partnerId: intentId, data: JSON.stringify({ intentId }) };
    const reply = await network.ask('kkiapay', 'POST', '/_widget', body);
    if (reply.kind !== 'reply' || reply.status !== 200) return null;
    return (JSON.parse(reply.body) as { readonly transactionId: string }).transactionId;
  },
  async payme(network, { nextAction }) {
    if (nextAction?.kind === 'REDIRECT') await network.ask('payme', 'POST', '/_pay', { url: nextAction.url });
    return null;
  },
};

export function createPayers(tools: PayerTools): Payers {
  const { scheduler, chance: seed, tally, database, processes, stories, occasions, network, providers, door } = tools;
  const chance = seed.fork('payers');
  const answers: number[] = [];

  const intentOf = ({ appId, key }: Story) => database.latestOf(appId, `create:${key}`);

  async function act(story: Story): Promise<void> {
    const intent = intentOf(story);
    if (intent === null) return;
    const refunds = SLOW_REFUNDS.includes(story.gateway) ? intent.refunds.map(({ id }) => id) : [];
    const references = [intent._id, ...refunds];
    const action = chance.pick(PHONE_ACTIONS);
    const body = { reference: chance.pick(references), action };
    const reply = await network.ask(story.gateway, 'POST', '/_phone', body);
    if (reply.kind === 'reply' && reply.status === 200) tally.add(`payer: ${action}`);
  }

  async function pay(story: Story): Promise<void> {
    const page = PAGES[story.gateway];
    const intent = intentOf(story);
    if (page === undefined || intent === null) return;
    const isWrong = story.gateway === 'kkiapay' && chance.is(0.2);
    const transactionId = await page(network, intent, story.input.amount.amount + (isWrong ? 1 : 0));
    tally.add(isWrong ? 'page: paid another amount' : 'page: paid');
    if (transactionId === null) return;
    if (chance.is(0.4)) void verify(chance.pick(stories), transactionId);
    // KkiaPay cannot be asked by our reference: of money that no callback tells of, the page alone can.
    scheduler.after(chance.whole(30_000), 'a page names its transaction', () => void insist(story, transactionId));
  }

  async function insist(story: Story, transactionId: string): Promise<void> {
    for (let tries = 0; tries < VERIFIES_MAX; tries += 1) {
      const isSaid = await verify(story, transactionId);
      if (isSaid) return;
      await new Promise<void>((resolve) => {
        scheduler.after(chance.between(1_000, 20_000), 'a page has waited', resolve);
      });
    }
  }

  /** false: not yet; asking again may help. */
  async function verify(story: Story, transactionId: string): Promise<boolean> {
    const process = processes.any();
    const intentId = intentOf(story)?._id;
    if (process === null || intentId === undefined) return false;
    const viewer: Viewer = viewerOf(story.appId);
    const input = { idempotencyKey: `verify-${transactionId}`, intentId, transactionId };
    const result = await processes.ask(process, ({ intents }) => intents.verifyKkiapay(viewer, input));
    const refusal = result.kind === 'refused' && result.error instanceof Refusal ? result.error : null;
    tally.add(`verify: ${refusal?.code ?? result.kind}`);
    return result.kind === 'answer' || refusal?.retryable === false;
  }

  /** As somebody would who has seen a callback: its proof under another story, or its story with a proof made up. */
  function forge(): void {
    if (network.delivered.length === 0) return;
    const seen = chance.pick(network.delivered);
    if (chance.is(0.5)) {
      const body = seen.body
        .replaceAll('failed', 'success')
        .replace('"isPaymentSucces":false', '"isPaymentSucces":true');
      tally.add('forged body');
      // A secret that travels in clear proves nothing of the body: it may be taken as a hint, and must settle nothing.
      void door({ ...seen, body });
      return;
    }
    const headers = Object.fromEntries(
      Object.entries(seen.headers).map(([name, value]) => [name, name === 'content-type' ? value : madeUp(value)]),
    );
    // Where the proof is a path that the provider alone was given, that is made up too.
    const path = seen.path.replace(
      /^(\/webhooks\/[^/]+\/)(.+)$/,
      (_whole, start: string, rest: string) => start + madeUp(rest),
    );
    const call = { ...seen, headers, path };
    tally.add('forged');
    void door(call).then((answer) => {
      // A provider that waits for an answer reads in its body that it is refused.
      if (answer !== null && isWebhook(seen)) answers.push(answer.status);
    });
  }

  return {
    answers,
    async begin(withinMs) {
      for (const { definition } of providers) {
        for (let times = 0; times < stories.length; times += 1) {
          const drawn = chance.weigh(CALLBACKS);
          const callback = drawn === 'wrong-amount' && NAMES_NO_AMOUNT.includes(definition.id) ? 'normal' : drawn;
          tally.add(`callback: ${callback}`);
          await network.ask(definition.id, 'POST', '/_script', { times: 1, on: 'collect', callback });
          const refund = SLOW_REFUNDS.includes(definition.id) ? chance.weigh(REFUND_WORDS) : 'normal';
          await network.ask(definition.id, 'POST', '/_script', { times: 1, on: 'refund', callback: refund });
        }
      }
      for (const story of stories) {
        for (let times = chance.whole(3); times > 0; times -= 1)
          occasions.someTime(story, 'a payer acts', () => void act(story));
        const pays = story.starts === 'here' ? chance.between(0, 2) : 0;
        for (let times = 0; times < pays; times += 1)
          occasions.someTime(story, 'a payer pays on a page', () => void pay(story));
        if (story.gateway === 'kkiapay' && chance.is(0.3)) {
          occasions.someTime(story, 'a page names any transaction', () => {
            const known = [...database.versions.values()].flatMap((life) => life.at(-1)?.gatewayTransactionId ?? []);
            if (known.length > 0) void verify(story, chance.pick(known));
          });
        }
      }
      for (let times = chance.whole(3); times > 0; times -= 1)
        scheduler.after(chance.whole(withinMs), 'a forger calls', forge);
    },
  };
}

/** Nearly the same: what is compared in part is not compared. */
function madeUp(proof: string): string {
  return `${proof.slice(0, -4)}${proof.endsWith('0000') ? '1111' : '0000'}`;
}

function isWebhook({ path }: DoorCall): boolean {
  return path.startsWith('/webhooks/');
}
