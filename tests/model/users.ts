// Whoever uses the product in a run: backends that create, cancel, refund, refresh and ask again when no answer came. What
// they were answered is kept, because two answers to one key must not contradict each other (I16).

import { Refusal } from '../../src/core/errors.ts';
import { SCOPES } from '../../src/services/ports.ts';
import type { Services, Viewer } from '../../src/services/index.ts';
import type { Chance } from './chance.ts';
import type { Database } from './database.ts';
import type { Occasions } from './occasions.ts';
import type { Processes, Result } from './processes.ts';
import type { Scheduler } from './scheduler.ts';
import type { Story } from './stories.ts';
import type { Tally } from './tally.ts';

export interface Given {
  readonly operation: string;
  readonly appId: string;
  readonly key: string;
  readonly request: string;
  /** What it was given: the intent, and the refund if it asked for one. null: refused. */
  readonly about: string | null;
  readonly replayed: boolean;
  readonly problem: string | null;
}

export interface Users {
  /** Plans all that will be asked for within so many milliseconds. */
  begin(withinMs: number): void;
  readonly given: readonly Given[];
  calm(): void;
}

export interface UserTools {
  readonly scheduler: Scheduler;
  readonly chance: Chance;
  readonly tally: Tally;
  readonly database: Database;
  readonly processes: Processes;
  readonly stories: readonly Story[];
  readonly occasions: Occasions;
}

/** A request without its key. */
interface Request {
  readonly operation: string;
  readonly appId: string;
  readonly key: string;
  readonly wish: unknown;
  readonly run: (services: Services) => Promise<{ readonly about: string; readonly replayed: boolean }>;
}

const TRIES_MAX = 6;
const LOOKS_MAX = 12;

export function createUsers({
  scheduler,
  chance: seed,
  tally,
  database,
  processes,
  stories,
  occasions,
}: UserTools): Users {
  const chance = seed.fork('users');
  const given: Given[] = [];
  let isCalm = false;

  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      scheduler.after(ms, 'a user has waited', resolve);
    });

  /** Asks, and asks again with the same key where no answer came: it died, it was lost, or it took too long. */
  async function insist(request: Request): Promise<void> {
    const { operation, appId, key, wish } = request;
    for (let tries = 0; tries < TRIES_MAX; tries += 1) {
      const result = await once(request);
      if (result.kind === 'answer') {
        const { about, replayed } = result.value;
        if (replayed) tally.add(`${operation}: replayed`);
        given.push({ operation, appId, key, request: JSON.stringify(wish), about, replayed, problem: null });
        return;
      }
      if (result.kind === 'refused') {
        const problem = result.error instanceof Refusal ? result.error.code : result.error.name;
        tally.add(`${operation}: ${problem}`);
        given.push({ operation, appId, key, request: JSON.stringify(wish), about: null, replayed: false, problem });
        const mayHelp = result.error instanceof Refusal && result.error.retryable;
        if (!mayHelp && chance.is(0.7)) return;
      }
      tally.add('asked again');
      await pause(chance.between(200, 9_000));
    }
  }

  async function once(request: Request): Promise<Result<{ about: string; replayed: boolean }>> {
    const process = processes.any();
    if (process === null) return { kind: 'lost' };
    const answer = processes.ask(process, request.run);
    const patience = pause(chance.between(8_000, 40_000)).then(() => ({ kind: 'lost' }) as const);
    const result = await Promise.race([answer, patience]);
    return !isCalm && chance.is(0.05) ? { kind: 'lost' } : result;
  }

  function create(story: Story): Request {
    const { appId, key, input } = story;
    const run: Request['run'] = async ({ intents }) => {
      const { intent, replayed } = await intents.create(viewerOf(appId), input);
      return { about: intent.id, replayed };
    };
    return { operation: 'create', appId, key, wish: input, run };
  }

  const intentIdOf = ({ appId, key }: Story): string | null => database.latestOf(appId, `create:${key}`)?._id ?? null;

  /** Does it once the payment is there, and as the condition says; gives up after a while. */
  function when(story: Story, fits: (status: string) => boolean, act: (intentId: string) => void, looks = 0): void {
    const intentId = intentIdOf(story);
    const intent = intentId === null ? null : database.latest(intentId);
    if (intent !== null && fits(intent.status)) return act(intent._id);
    if (looks < LOOKS_MAX) {
      scheduler.after(chance.between(500, 12_000), 'a user looks again', () => when(story, fits, act, looks + 1));
    }
    return undefined;
  }

  function cancel(story: Story): void {
    const key = `cancel-${story.key}`;
    const reason = 'changed my mind';
    when(story, Boolean, (intentId) => {
      const run: Request['run'] = async ({ intents }) => {
        const input = { idempotencyKey: key, intentId, reason };
        const { intent, replayed } = await intents.cancel(viewerOf(story.appId), input);
        return { about: intent.id, replayed };
      };
      void insist({ operation: 'cancel', appId: story.appId, key, wish: { intentId, reason }, run });
    });
  }

  function refund(story: Story, number: number): void {
    const whole = story.input.amount.amount;
    const key = `refund-${story.key}-${number}`;
    const amount = chance.is(0.4) ? null : chance.between(1, Math.ceil(whole * 0.7));
    const hands = chance.is(0.3) ? 2 : 1;
    const isPaid = (status: string): boolean => status === 'SUCCEEDED';
    when(story, isPaid, (intentId) => {
      const run: Request['run'] = async ({ refunds }) => {
        const input = { idempotencyKey: key, intentId, amount, reason: null };
        const { refund: made, replayed } = await refunds.create(viewerOf(story.appId), input);
        return { about: `${intentId} ${made.id}`, replayed };
      };
      const request = { operation: 'refund', appId: story.appId, key, wish: { intentId, amount }, run };
      for (let hand = 0; hand < hands; hand += 1) void insist(request);
    });
  }

  function refresh(story: Story): void {
    when(story, Boolean, (intentId) => {
      const process = processes.any();
      if (process !== null)
        void processes.ask(process, ({ intents }) => intents.refresh(viewerOf(story.appId), intentId));
    });
  }

  function begin(withinMs: number): void {
    for (const story of stories) {
      const hands = chance.is(0.25) ? chance.between(2, 4) : 1;
      scheduler.after(chance.whole(withinMs / 3), 'a backend creates', () => {
        for (let hand = 0; hand < hands; hand += 1) void insist(create(story));
      });
      if (chance.is(0.2)) {
        const { amount } = story.input;
        const other = { ...story, input: { ...story.input, amount: { ...amount, amount: amount.amount + 100 } } };
        occasions.someTime(story, 'a backend uses a key again for something else', () => {
          // Before its first use it would be a payment like any other.
          if (intentIdOf(story) !== null) void insist(create(other));
        });
      }
      if (chance.is(0.25))
        occasions.someTime(story, 'a backend asks for it once more', () => void insist(create(story)));
      if (chance.is(0.3)) occasions.someTime(story, 'a backend cancels', () => cancel(story));
      const refunds = chance.is(0.65) ? chance.between(1, 4) : 0;
      for (let number = 0; number < refunds; number += 1) {
        occasions.someTime(story, 'a backend refunds', () => refund(story, number));
      }
      for (let times = chance.whole(3); times > 0; times -= 1) {
        occasions.someTime(story, 'a backend refreshes', () => refresh(story));
      }
    }
  }

  return {
    begin,
    given,
    calm() {
      isCalm = true;
    },
  };
}

export function viewerOf(appId: string): Viewer {
  return {
    kind: 'key',
    keyId: keyIdOf(appId),
    appId,
    scopes: new Set(SCOPES),
    requestsPerMinute: null,
    socketsMax: null,
  };
}

export const keyIdOf = (appId: string): string => `key-of-${appId}`;
