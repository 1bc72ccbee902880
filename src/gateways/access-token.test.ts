// Goal: one token serves everybody for as long as it lives, and a refused one is renewed once and no more (fault 41). Method:
// a provider that counts its tokens, answers when the test says so, and refuses those it is told to; a clock of the test.

import { describe, expect, it } from 'vitest';
import { keepAccessToken, type TokenAnswer } from './access-token.ts';

const AWAY = { kind: 'no-token', reason: 'away' } as const;
const HOUR_MS = 3_599_000;

function provider(livesMs = HOUR_MS) {
  let at = 0;
  let fetches = 0;
  const refused = new Set<string>();
  const answers: (typeof AWAY | Error)[] = [];
  const calls: string[] = [];
  const tokens = keepAccessToken<string>({
    now: () => new Date(at),
    async fetch(): Promise<TokenAnswer<string>> {
      fetches += 1;
      const value = `token-${fetches}`;
      await Promise.resolve();
      const answer = answers.shift();
      if (answer instanceof Error) throw answer;
      return answer ?? { kind: 'token', value, livesMs };
    },
  });
  const use = () =>
    tokens.use(
      async (token) => {
        calls.push(token);
        return refused.has(token) ? 'refused' : `done with ${token}`;
      },
      (reply) => reply === 'refused',
    );
  return { use, refused, answers, calls, fetches: () => fetches, pass: (ms: number) => (at += ms) };
}

const done = (token: string) => ({ kind: 'called', reply: `done with ${token}` });

describe('a token', () => {
  it('is fetched once for 50 calls at the same time, and serves those that come later', async () => {
    const { use, fetches } = provider();
    const all = await Promise.all(Array.from({ length: 50 }, use));
    expect(all).toEqual(all.map(() => done('token-1')));
    expect(await use()).toEqual(done('token-1'));
    expect(fetches()).toBe(1);
  });

  it('is used while a minute is left of it, and not a millisecond longer', async () => {
    const { use, pass } = provider();
    await use();
    pass(HOUR_MS - 60_000);
    expect(await use()).toEqual(done('token-1'));
    pass(1);
    expect(await use()).toEqual(done('token-2'));
  });

  it('that lives shorter than a minute still serves the call that it was fetched for', async () => {
    const { use } = provider(30_000);
    expect([await use(), await use()]).toEqual([done('token-1'), done('token-2')]);
  });
});

describe('a token that is refused', () => {
  it('is renewed, and the call is made again', async () => {
    const { use, refused, calls } = provider();
    await use();
    refused.add('token-1');
    expect(await use()).toEqual(done('token-2'));
    expect(calls).toEqual(['token-1', 'token-1', 'token-2']);
  });

  it('is renewed once for 50 calls that it was refused to', async () => {
    const { use, refused, fetches } = provider();
    await use();
    refused.add('token-1');
    const all = await Promise.all(Array.from({ length: 50 }, use));
    expect(all).toEqual(all.map(() => done('token-2')));
    expect(fetches()).toBe(2);
  });

  it('twice is an answer: nobody goes round in circles', async () => {
    const { use, refused, calls } = provider();
    refused.add('token-1').add('token-2').add('token-3');
    expect(await use()).toEqual({ kind: 'called', reply: 'refused' });
    expect(calls).toEqual(['token-1', 'token-2']);
  });
});

describe('no token', () => {
  it('is said to all who wait, without a call, and asked for again by the next', async () => {
    const { use, answers, calls, fetches } = provider();
    answers.push(AWAY);
    expect(await Promise.all([use(), use()])).toEqual([AWAY, AWAY]);
    expect([calls, fetches()]).toEqual([[], 1]);
    expect(await use()).toEqual(done('token-2'));
  });

  it('in place of a refused one is what the call comes to', async () => {
    const { use, answers, refused } = provider();
    await use();
    refused.add('token-1');
    answers.push(AWAY);
    expect(await use()).toEqual(AWAY);
  });

  it('by a fault of ours is a fault once, and no state that stays', async () => {
    const { use, answers } = provider();
    answers.push(new Error('broken'));
    await expect(use()).rejects.toThrow('broken');
    expect(await use()).toEqual(done('token-2'));
  });
});
