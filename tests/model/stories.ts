// What a run is about: a few payments, each wished for by somebody, at a gateway of the registry. Drawn before the run begins,
// so that what is wished for does not depend on what happens.

import type { CreateIntent } from '../../src/services/index.ts';
import type { Chance } from './chance.ts';
import type { Provider } from './network.ts';

export interface Story {
  readonly appId: string;
  readonly key: string;
  readonly gateway: string;
  readonly starts: 'here' | 'provider';
  readonly input: CreateIntent;
}

export const APPS = ['kaba', 'school'] as const;
/** How the payment is called back; see `CALLBACK_WORDS`. */
export const CALLBACKS = {
  normal: 30,
  none: 12,
  duplicate: 10,
  reordered: 10,
  forged: 5,
  'wrong-amount': 6,
  'wrong-currency': 2,
  early: 8,
  late: 12,
} as const;

const STORIES_MAX = 4;

export function drawStories(seed: Chance, providers: readonly Provider[]): readonly Story[] {
  const chance = seed.fork('stories');
  // Two tenants may use one key; a tenant's own are its own.
  const shared = chance.is(0.3);
  // One gateway for all makes what only its payments can do to each other.
  const only = chance.is(0.4) ? chance.pick(providers) : null;
  return Array.from({ length: chance.between(1, STORIES_MAX) }, (_, index) => {
    const { definition, simulator } = only ?? chance.pick(providers);
    const rule = chance.pick(definition.modes);
    const { amount, country, phone } = simulator.sample;
    const key = shared ? `order-${Math.floor(index / 2)}` : `order-${index}`;
    const appId = shared ? (APPS[index % 2] ?? APPS[0]) : chance.pick(APPS);
    return {
      appId,
      key,
      gateway: definition.id,
      starts: rule.starts,
      input: {
        idempotencyKey: key,
        amount,
        country,
        referenceId: `invoice-${index}`,
        appId: null,
        customer: { id: null, email: 'ada@example.com', phone, name: 'Ada Lovelace' },
        returnUrl: 'https://shop.example/done',
        gateway: definition.id,
        paymentMode: rule.mode,
        metadata: [],
      },
    };
  });
}
