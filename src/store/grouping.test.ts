// Goal: every item is sent once and answered for itself, none waits for company, and never more is under way than allowed.
// Method: a sender whose groups the test ends one by one.

import { expect, it } from 'vitest';
import { createGrouping } from './grouping.ts';

interface Group {
  readonly items: readonly number[];
  readonly end: PromiseWithResolvers<readonly string[]>;
}

function grouping(limits: { itemsMax: number; groupsMax: number }, waitingMax = 100) {
  const sent: Group[] = [];
  const ask = createGrouping<number, string>(
    (items) => {
      const end = Promise.withResolvers<readonly string[]>();
      sent.push({ items, end });
      return end.promise;
    },
    { ...limits, waitingMax },
  );
  const answer = (at: number): void => sent[at]?.end.resolve(sent[at].items.map((item) => `answer to ${item}`));
  return { ask, answer, groups: () => sent.map(({ items }) => items), sent };
}

const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

it('sends what comes in one turn as one group, and answers each for itself', async () => {
  const { ask, answer, groups } = grouping({ itemsMax: 10, groupsMax: 1 });
  const answers = [1, 2, 3].map(ask);
  await turn();
  expect(groups()).toEqual([[1, 2, 3]]);
  answer(0);
  expect(await Promise.all(answers)).toEqual(['answer to 1', 'answer to 2', 'answer to 3']);
});

it('sends one that is alone at once', async () => {
  const { ask, answer, groups } = grouping({ itemsMax: 10, groupsMax: 2 });
  const first = ask(1);
  await turn();
  const second = ask(2);
  await turn();
  expect(groups()).toEqual([[1], [2]]);
  answer(1);
  expect(await second).toBe('answer to 2');
  answer(0);
  expect(await first).toBe('answer to 1');
});

it('keeps what comes while all places are taken for the next group, in order and bounded', async () => {
  const { ask, answer, groups } = grouping({ itemsMax: 2, groupsMax: 1 });
  const answers = [1, 2, 3, 4, 5].map(ask);
  await turn();
  expect(groups()).toEqual([[1, 2]]);
  for (const at of [0, 1, 2]) {
    answer(at);
    await answers[at * 2];
    await turn();
  }
  expect(groups()).toEqual([[1, 2], [3, 4], [5]]);
  expect(await answers[4]).toBe('answer to 5');
});

it('tells a fault to all of its group and to nobody else', async () => {
  const { ask, answer, sent } = grouping({ itemsMax: 2, groupsMax: 1 });
  const answers = Promise.allSettled([1, 2, 3].map(ask));
  await turn();
  sent[0]?.end.reject(new Error('lost'));
  await turn();
  answer(1);
  const settled = await answers;
  expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled']);
});

it('refuses who comes while too many wait, and serves the others', async () => {
  const { ask, answer, groups } = grouping({ itemsMax: 1, groupsMax: 1 }, 2);
  const first = ask(1);
  await turn();
  const waiting = [2, 3].map(ask);
  await expect(ask(4)).rejects.toMatchObject({ name: 'MongoQueueFullError' });
  for (const at of [0, 1, 2]) {
    answer(at);
    await [first, ...waiting][at];
    await turn();
  }
  expect(groups()).toEqual([[1], [2], [3]]);
});
