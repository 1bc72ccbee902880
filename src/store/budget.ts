// How often providers are called, counted in MongoDB over all processes, so that the count holds while Redis is away. One
// document a gateway holds the moment up to which its calls are spoken for (the generic cell rate algorithm).

import type { CallBudget } from '../services/ports.ts';
import type { Models } from './models.ts';
import { isDuplicateKey } from './mongo.ts';

const MINUTE_MS = 60_000;
/** This part of a minute's calls may be made at once; the rest is spread, so that no minute anywhere holds more than all. */
const PART_AT_ONCE = 1 / 12;

interface BudgetDocument {
  readonly taken: boolean;
  readonly spokenForUntil: Date;
  readonly at: Date;
}

export function createCallBudget(models: Models): CallBudget {
  const { collection } = models.budgets;

  return {
    async take(name, perMinute, waitMaxMs) {
      const atOnce = Math.max(1, Math.floor(perMinute * PART_AT_ONCE));
      const eachMs = MINUTE_MS / Math.max(1, perMinute - atOnce);
      const aheadMaxMs = (atOnce - 1) * eachMs;
      const { taken, spokenForUntil, at } = await claim(name, eachMs, aheadMaxMs + waitMaxMs);
      return taken ? Math.max(0, spokenForUntil.getTime() - eachMs - aheadMaxMs - at.getTime()) : null;
    },
  };

  async function claim(name: string, eachMs: number, aheadMs: number, isAgain = false): Promise<BudgetDocument> {
    const start = { $max: [{ $ifNull: ['$spokenForUntil', '$$NOW'] }, '$$NOW'] };
    const isFree = { $lte: [{ $subtract: [start, '$$NOW'] }, aheadMs] };
    try {
      const found = await collection.findOneAndUpdate(
        { _id: name } as never,
        [
          {
            $set: {
              taken: isFree,
              spokenForUntil: { $cond: [isFree, { $add: [start, eachMs] }, start] },
              at: '$$NOW',
            },
          },
        ],
        // A count that is lost with a primary costs a few calls too many, once; no call waits for a disk.
        { upsert: true, returnDocument: 'after', writeConcern: { w: 1, j: false } },
      );
      return found as unknown as BudgetDocument;
    } catch (error) {
      // Two processes made the first document at once: the other one's is there now.
      if (isDuplicateKey(error) && !isAgain) return claim(name, eachMs, aheadMs, true);
      throw error;
    }
  }
}
