// Goal: whoever waits for a read gets one that began after he asked, with few reads for many. Method: reads that end when
// the test says so.

import { describe, expect, it } from 'vitest';
import { createReads } from './reads.ts';

function createDesk() {
  const begun: { readonly wishes: readonly number[]; end: () => void; fail: (error: Error) => void }[] = [];
  const failures: unknown[] = [];
  const reads = createReads<number>({
    read: (wishes) => {
      const { promise, resolve, reject } = Promise.withResolvers<undefined>();
      begun.push({ wishes: [...wishes], end: () => resolve(undefined), fail: reject });
      return promise;
    },
    failed: (error) => failures.push(error),
  });
  return { reads, begun, failures, turn: () => new Promise<void>((resolve) => setImmediate(resolve)) };
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, at) => from + at);

describe('many reads', () => {
  it('of one moment go together, each wish once', async () => {
    const { reads, begun, turn } = createDesk();
    const asked = [1, 2, 1, 3].map((wish) => reads.want(wish));
    await turn();
    expect(begun.map(({ wishes }) => wishes)).toEqual([[1, 2, 3]]);
    begun[0]?.end();
    await Promise.all(asked);
  });

  it('that come while one is out wait for the next, which begins after them', async () => {
    const { reads, begun, turn } = createDesk();
    const first = reads.want(1);
    await turn();
    let isAnswered = false;
    const second = reads.want(1).then(() => {
      isAnswered = true;
    });
    begun[0]?.end();
    await first;
    await turn();
    expect([isAnswered, begun.length]).toEqual([false, 2]);
    begun[1]?.end();
    await second;
  });

  it('are of 200 at most, four at a time, and none is left out', async () => {
    const { reads, begun, turn } = createDesk();
    const asked = range(0, 1_500).map((wish) => reads.want(wish));
    await turn();
    expect(begun.map(({ wishes }) => wishes.length)).toEqual([200, 200, 200, 200]);
    asked.push(...range(1_490, 1_700).map((wish) => reads.want(wish)));
    for (let at = 0; at < begun.length; at += 1) {
      begun[at]?.end();
      await turn();
      expect(begun.length).toBeLessThanOrEqual(at + 5);
    }
    await Promise.all(asked);
    expect(begun.flatMap(({ wishes }) => wishes)).toEqual(range(0, 1_700));
    expect(Math.max(...begun.map(({ wishes }) => wishes.length))).toBe(200);
  });

  it('that fail fail for those who asked, are told, and hold up no others', async () => {
    const { reads, begun, failures, turn } = createDesk();
    const asked = reads.want(1);
    await turn();
    begun[0]?.fail(new Error('away'));
    await expect(asked).rejects.toThrow('away');
    expect(failures).toEqual([new Error('away')]);
    const again = reads.want(1);
    await turn();
    begun[1]?.end();
    await again;
  });
});
