// Goal: whoever takes with a promise, or as an iterator, gets what a waiter gets. Method: a supply that the test fills.

import { describe, expect, it } from 'vitest';
import { queueOf } from './supply.fixture.ts';
import { nextOf, type Supply, type Waiter } from './supply.ts';

describe('nextOf', () => {
  it('brings what is there, and what comes later', async () => {
    const queue = queueOf<number>(1);
    expect(await nextOf(queue)).toBe(1);
    const later = nextOf(queue);
    queue.push(2);
    expect(await later).toBe(2);
  });

  it('asks again when it was woken for nothing', async () => {
    const given: (number | undefined)[] = [undefined, undefined, 7];
    const waiters: Waiter[] = [];
    const supply: Supply<number> = {
      take(waiter) {
        waiters.push(waiter);
        return given.shift();
      },
      close: () => undefined,
    };
    const next = nextOf(supply);
    waiters[0]?.wake();
    waiters[1]?.wake();
    expect(await next).toBe(7);
  });

  it('ends with the supply, well or not', async () => {
    expect(await nextOf(queueOf<number>(null))).toBeNull();
    const queue = queueOf<number>();
    const [fails, ends] = [nextOf(queue), queueOf<number>()];
    queue.push(new Error('gone'));
    await expect(fails).rejects.toThrow('gone');
    const over = nextOf(ends);
    ends.close();
    expect(await over).toBeNull();
  });
});

describe('an iterator', () => {
  it('goes through all, and lets go when it is left early', async () => {
    const all: number[] = [];
    for await (const one of queueOf(1, 2, null)) all.push(one);
    expect(all).toEqual([1, 2]);

    const left = queueOf(1, 2, 3);
    for await (const one of left) if (one === 2) break;
    expect(left.isClosed).toBe(true);
  });
});
