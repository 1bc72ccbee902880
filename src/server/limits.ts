// How much one caller may ask for. Counted in this process's memory: a limit protects this process, and a Redis that is
// slow or away must never stand between a payer and a payment. Behind n processes a caller may get n times as far.

import { RateLimiterMemory, type RateLimiterRes } from 'rate-limiter-flexible';
import { RequestError } from '../core/errors.ts';
import type { Viewer } from '../services/index.ts';
import { networkOf } from './address.ts';
import { secondsOf } from './errors.ts';

const WINDOW_SECONDS = 60;

export interface Limits {
  /** Counts operations against their key, or their client token. Rejects with RATE_LIMITED. */
  operations(viewer: Viewer, count: number): Promise<void>;
  /** Counts a request without a good credential against its address. */
  stranger(address: string): Promise<void>;
  webhook(address: string): Promise<void>;
}

export function createLimits(settings: {
  readonly requestsPerMinute: number;
  readonly anonymousPerMinute: number;
  readonly webhooksPerMinute: number;
}): Limits {
  const ofKeys = countersByLimit();
  const ofStrangers = countersByLimit();
  const ofWebhooks = countersByLimit();
  return {
    operations: (viewer, count) =>
      take(ofKeys, viewer.requestsPerMinute ?? settings.requestsPerMinute, payerOf(viewer), count, 'operations'),
    stranger: (address) =>
      take(ofStrangers, settings.anonymousPerMinute, networkOf(address), 1, 'requests without a valid credential'),
    webhook: (address) => take(ofWebhooks, settings.webhooksPerMinute, networkOf(address), 1, 'webhook calls'),
  };
}

/** A page counts for itself: were its token to use up the key's limit, any payer could stop the shop. */
export function payerOf(viewer: Viewer): string {
  return viewer.kind === 'key' ? `key ${viewer.keyId}` : `client ${viewer.keyId} ${viewer.intentId}`;
}

type CountersByLimit = (limit: number) => RateLimiterMemory;

/** A limiter has one limit for all; keys may have limits of their own, of which there are few. */
function countersByLimit(): CountersByLimit {
  const counters = new Map<number, RateLimiterMemory>();
  return (limit) => {
    const known = counters.get(limit);
    if (known !== undefined) return known;
    const made = new RateLimiterMemory({ points: limit, duration: WINDOW_SECONDS, keyPrefix: '' });
    counters.set(limit, made);
    return made;
  };
}

async function take(counters: CountersByLimit, limit: number, who: string, count: number, what: string): Promise<void> {
  try {
    await counters(limit).consume(who, count);
  } catch (refused) {
    if (refused instanceof Error) throw refused;
    const waitMs = (refused as RateLimiterRes).msBeforeNext;
    const text = `The limit is ${limit} ${what} in ${WINDOW_SECONDS} s. Try again in ${secondsOf(waitMs)} s.`;
    throw new RequestError('RATE_LIMITED', text, waitMs);
  }
}

/** Counts what is open at a time. */
export interface Slots {
  /** false when `max` are taken. */
  take(who: string, max: number): boolean;
  give(who: string): void;
}

export function createSlots(): Slots {
  const taken = new Map<string, number>();
  return {
    take(who, max) {
      const now = taken.get(who) ?? 0;
      if (now >= max) return false;
      taken.set(who, now + 1);
      return true;
    },
    give(who) {
      const now = taken.get(who) ?? 0;
      if (now > 1) taken.set(who, now - 1);
      else taken.delete(who);
    },
  };
}
