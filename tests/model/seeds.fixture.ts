// A share of the seeds that run with every `npm test`. Each share must reach by itself whatever the model is there for: a
// suite that never comes to a state proves nothing about it.

import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { needed } from '../testkit/needs.ts';
import { merged, playAll, seedsFrom } from './fleet.ts';
import type { Outcome } from './run.ts';

/** In the names of `situations.ts` and of whoever tallies. */
const REACHED = [
  'status: SUCCEEDED',
  'status: FAILED',
  'status: CANCELLED',
  'status: EXPIRED',
  'late success',
  'needs review',
  'review: AMOUNT_MISMATCH',
  'review: OUTCOME_UNKNOWN',
  'review: TRANSACTION_ALREADY_USED',
  'outcome unknown',
  'resent',
  'refund outcome unknown',
  'refund: SUCCEEDED',
  'refund: FAILED',
  'refund: PENDING by people',
  'refund: OVER_REFUND',
  'refund: replayed',
  'create: replayed',
  'create: IDEMPOTENCY_CONFLICT',
  'cancel: accepted',
  'cancel: refused',
  'lease taken over',
  'crash',
  'crash: a step done and unheard of',
  'crash: a step undone',
  'process stopped for a while',
  'MongoDB away',
  'lost acknowledgement',
  'Redis wiped',
  'Redis away',
  'bell lost',
  'bell wiped',
  'write: lost-reply',
  'write: silent',
  'write: server-error-after',
  'write: garbage',
  'write: slow',
  'write: unsent',
  'read: silent',
  'callback: none',
  'callback: duplicate',
  'callback: reordered',
  'callback: early',
  'callback: late',
  'callback: wrong-amount',
  'callback delivered twice',
  'forged',
  'inbox: APPLIED',
  'page: paid',
  'verify: AMOUNT_MISMATCH',
  'verify: TRANSACTION_ALREADY_USED',
  'watch: came back',
  'watch: complete',
] as const;

export function shareOfSeeds(from: number, count: number): void {
  vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 });

  const outcomes = new Map<number, Outcome>();
  const mongoUrl = needed('mongoUrl');
  beforeAll(() =>
    playAll(seedsFrom(from, count), { mongoUrl }, (outcome) => {
      outcomes.set(outcome.seed, { ...outcome, trace: [] });
    }),
  );
  afterAll(() => outcomes.clear());

  it(`keeps every invariant on the seeds ${from} to ${from + count - 1}`, () => {
    const broken = [...outcomes.values()].filter(({ faults }) => faults.length > 0);
    expect(outcomes.size).toBe(count);
    expect(broken.map(({ seed, faults }) => ({ replay: `npm run soak -- --seed ${seed}`, faults }))).toEqual([]);
  });

  it.each(REACHED)('reaches: %s', (situation) => {
    const reached = merged([...outcomes.values()].map((outcome) => outcome.reached));
    expect(reached.get(situation) ?? 0).toBeGreaterThan(0);
  });

  it('plays a seed again as it was, to the last byte', async () => {
    const again: Outcome[] = [];
    await playAll([from], { mongoUrl, lanes: 1 }, (outcome) => void again.push(outcome));
    expect(again[0]?.hash).toBe(outcomes.get(from)?.hash);
    expect(again[0]?.trace.length).toBeGreaterThan(50);
  });
}
