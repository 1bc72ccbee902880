// Goal: the table is the one that was published, and every configured gateway gets one true reason. Method: golden rows
// per country with everything configured, then each reason, then properties over random configurations.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PAYMENT_MODES } from './intent.ts';
import { ROUTES, route, type RouteOption, type RouteRequest } from './routing.ts';

const TWELVE = 'click kkiapay koywe mock momo moov mpesa octo payme paystack stripe tkh'.split(' ');

function option(gateway: string, change: Partial<RouteOption> = {}): RouteOption {
  return {
    gateway,
    routed: gateway !== 'mock',
    currencies: ['XOF', 'USD'],
    modes: [{ mode: 'PUSH', needs: ['phone'] }],
    limits: {},
    ...change,
  };
}

const request: RouteRequest = {
  country: 'BJ',
  currency: 'XOF',
  amount: 5000,
  gateway: null,
  paymentMode: null,
  has: ['phone'],
};
const everything = TWELVE.map((gateway) => option(gateway));

function reasons(wish: Partial<RouteRequest>, options: readonly RouteOption[]): Record<string, string> {
  const { candidates } = route({ ...request, ...wish }, options);
  return Object.fromEntries(candidates.map(({ gateway, reason }) => [gateway, reason]));
}

describe('the table', () => {
  it.each([
    ['BJ TG CI SN ML NE BF CM GA CG TD GN', 'kkiapay momo stripe'],
    ['GH', 'momo kkiapay stripe'],
    ['NG', 'paystack stripe momo'],
    ['CA US GB FR', 'stripe tkh'],
    ['KE', 'mpesa stripe'],
    ['UZ', 'payme click octo stripe'],
    ['CO CL MX PE BR AR', 'koywe stripe'],
    ['DE ZA JP TN UG', 'stripe kkiapay momo paystack'],
  ])('%s goes to %s', (countries, row) => {
    for (const country of countries.split(' ')) {
      const { candidates, choice } = route({ ...request, country }, everything);
      const gateways = row.split(' ');
      expect(candidates.slice(0, gateways.length).map(({ gateway }) => gateway)).toEqual(gateways);
      expect(choice).toEqual({ gateway: gateways[0], paymentMode: 'PUSH' });
      const others = TWELVE.filter((gateway) => !gateways.includes(gateway));
      expect(candidates.slice(gateways.length).map(({ gateway }) => gateway)).toEqual(others);
    }
  });

  it('has no country twice', () => {
    const countries = ROUTES.flatMap((row) => row.countries);
    expect(new Set(countries).size).toBe(countries.length);
  });

  it('falls back in its order when the first is not configured or cannot take it', () => {
    const others = everything.filter(({ gateway }) => gateway !== 'kkiapay');
    expect(route(request, others).choice?.gateway).toBe('momo');
    const narrow = [option('kkiapay', { currencies: ['XOF'] }), option('momo', { modes: [] }), option('stripe')];
    expect(route({ ...request, currency: 'USD' }, narrow).choice?.gateway).toBe('stripe');
  });
});

describe('an amount that is not a whole number of steps', () => {
  const shillings = { KES: { min: 100, max: 25_000_000, step: { of: 100, name: 'whole shillings' } } };
  const kenya = [
    option('mpesa', { currencies: ['KES'], limits: shillings }),
    option('stripe', { currencies: ['KES'] }),
  ];
  const wish = { ...request, country: 'KE', currency: 'KES' };

  it('goes to the next gateway that takes it, and says why', () => {
    const { candidates, choice } = route({ ...wish, amount: 1_050 }, kenya);
    expect(choice?.gateway).toBe('stripe');
    expect(candidates[0]).toEqual({ gateway: 'mpesa', taken: false, reason: 'takes whole shillings, not 10.50 KES' });
    expect(route({ ...wish, amount: 1_000 }, kenya).choice?.gateway).toBe('mpesa');
  });

  it('is no amount of a gateway that the request names', () => {
    expect(route({ ...wish, amount: 1_050, gateway: 'mpesa' }, kenya).choice).toBeNull();
    expect(route({ ...wish, amount: null, gateway: 'mpesa' }, kenya).choice?.gateway).toBe('mpesa');
  });
});

describe('reasons', () => {
  it('say who came first, who comes after, and who is not in the table', () => {
    expect(reasons({}, [option('mock'), option('stripe'), option('mpesa'), option('kkiapay')])).toEqual({
      kkiapay: 'first in the table for BJ that can take it',
      stripe: 'comes after kkiapay',
      mock: 'is used only when a request names it',
      mpesa: 'does not serve BJ payments by the routing table',
    });
  });

  it('say who was named, in a country of any row', () => {
    const wish = { country: 'US', gateway: 'mock' };
    expect(reasons(wish, [option('mock'), option('stripe')])).toEqual({
      stripe: 'passed over: the request names mock',
      mock: 'named by the request',
    });
    expect(route({ ...request, ...wish }, everything).choice?.gateway).toBe('mock');
  });

  it.each<[string, Partial<RouteOption>, Partial<RouteRequest>, string]>([
    ['one currency', { currencies: ['XOF'] }, { currency: 'USD' }, 'takes XOF only, not USD'],
    ['some currencies', { currencies: ['KES', 'NGN'] }, {}, 'takes KES, NGN only, not XOF'],
    ['many currencies', { currencies: 'KES NGN USD EUR CAD GBP GHS'.split(' ') }, {}, 'does not take XOF'],
    [
      'the smallest amount',
      { limits: { XOF: { min: 100, max: 3_000_000 } } },
      { amount: 99 },
      'takes at least 100 XOF',
    ],
    [
      'the largest amount',
      { limits: { XOF: { min: 100, max: 3_000_000 } } },
      { amount: 3_000_001 },
      'takes at most 3,000,000 XOF',
    ],
    [
      'whole units alone',
      { limits: { XOF: { min: 100, max: 3_000_000, step: { of: 100, name: 'whole hundreds' } } } },
      { amount: 1_050 },
      'takes whole hundreds, not 1,050 XOF',
    ],
    [
      'whole units, said before the smallest amount',
      { limits: { XOF: { min: 100, max: 3_000_000, step: { of: 100, name: 'whole hundreds' } } } },
      { amount: 50 },
      'takes whole hundreds, not 50 XOF',
    ],
    ['a mode that is not there', {}, { paymentMode: 'WIDGET' }, 'has no WIDGET mode'],
    ['no mode at all', { modes: [] }, {}, 'does not collect payments'],
    ['a phone', {}, { has: [] }, 'needs customer.phone for PUSH'],
    [
      'every way in',
      {
        modes: [
          { mode: 'PUSH', needs: ['phone'] },
          { mode: 'REDIRECT', needs: ['returnUrl', 'email'] },
        ],
      },
      { has: [] },
      'needs customer.phone for PUSH, or returnUrl and customer.email for REDIRECT',
    ],
  ])('name %s', (_what, change, wish, reason) => {
    expect(reasons(wish, [option('kkiapay', change)])).toEqual({ kkiapay: reason });
    expect(reasons({ ...wish, gateway: 'kkiapay' }, [option('kkiapay', change)])).toEqual({ kkiapay: reason });
  });

  it('let the limits themselves pass', () => {
    const options = [option('kkiapay', { limits: { XOF: { min: 100, max: 3_000_000 } } })];
    for (const amount of [100, 3_000_000, null]) expect(route({ ...request, amount }, options).choice).not.toBeNull();
  });
});

describe('the mode', () => {
  const both = option('kkiapay', {
    modes: [
      { mode: 'PUSH', needs: ['phone'] },
      { mode: 'WIDGET', needs: [] },
    ],
  });

  it.each<[Partial<RouteRequest>, string]>([
    [{}, 'PUSH'],
    [{ has: [] }, 'WIDGET'],
    [{ paymentMode: 'WIDGET' }, 'WIDGET'],
    [{ has: null }, 'PUSH'],
  ])('for %j is %s', (wish, mode) => {
    expect(route({ ...request, ...wish }, [both]).choice).toEqual({ gateway: 'kkiapay', paymentMode: mode });
  });

  it('that is asked for is never exchanged for another', () => {
    expect(route({ ...request, paymentMode: 'PUSH', has: [] }, [both]).choice).toBeNull();
  });
});

describe('whatever is configured', () => {
  const needs = fc.subarray(['phone', 'email', 'returnUrl'] as const);
  const options = fc.subarray(TWELVE).chain((gateways) =>
    fc.tuple(
      ...gateways.map((gateway) =>
        fc.record({
          gateway: fc.constant(gateway),
          routed: fc.boolean(),
          currencies: fc.subarray(['XOF', 'USD', 'KES']),
          modes: fc
            .tuple(fc.subarray([...PAYMENT_MODES]), needs)
            .map(([modes, needed]) => modes.map((mode) => ({ mode, needs: needed }))),
          limits: fc.constantFrom(
            {},
            { XOF: { min: 100, max: 3_000_000 } },
            { KES: { min: 100, max: 3_000_000, step: { of: 100, name: 'whole shillings' } } },
          ),
        }),
      ),
    ),
  );
  const requests: fc.Arbitrary<RouteRequest> = fc.record({
    country: fc.constantFrom('BJ', 'GH', 'NG', 'US', 'KE', 'UZ', 'CO', 'DE'),
    currency: fc.constantFrom('XOF', 'USD', 'KES'),
    amount: fc.option(fc.integer({ min: 1, max: 4_000_000 })),
    gateway: fc.option(fc.constantFrom(...TWELVE)),
    paymentMode: fc.option(fc.constantFrom(...PAYMENT_MODES)),
    has: fc.option(needs),
  });

  it('lists each gateway once, with a reason, and takes the chosen one alone', () => {
    fc.assert(
      fc.property(requests, options, (wish, configured) => {
        const { candidates, choice } = route(wish, configured);
        const names = configured.map(({ gateway }) => gateway);
        expect(candidates.map(({ gateway }) => gateway).toSorted()).toEqual(names.toSorted());
        expect(candidates.every(({ reason }) => reason.length > 0)).toBe(true);
        const taken = candidates.filter((candidate) => candidate.taken).map(({ gateway }) => gateway);
        expect(taken).toEqual(choice === null ? [] : [choice.gateway]);
      }),
    );
  });

  it('chooses only what takes the currency, the amount, the mode and the name', () => {
    fc.assert(
      fc.property(requests, options, (wish, configured) => {
        const { choice } = route(wish, configured);
        if (choice === null) return;
        const chosen = configured.find(({ gateway }) => gateway === choice.gateway);
        expect(chosen?.currencies).toContain(wish.currency);
        expect(wish.gateway ?? choice.gateway).toBe(choice.gateway);
        expect(wish.paymentMode ?? choice.paymentMode).toBe(choice.paymentMode);
        if (wish.gateway === null) expect(chosen?.routed).toBe(true);
        const needed = chosen?.modes.find(({ mode }) => mode === choice.paymentMode)?.needs ?? [];
        if (wish.has !== null) expect(wish.has).toEqual(expect.arrayContaining([...needed]));
      }),
    );
  });

  it('answers alike in whatever order the gateways are configured', () => {
    fc.assert(
      fc.property(requests, options, (wish, configured) => {
        expect(route(wish, configured.toReversed())).toEqual(route(wish, configured));
      }),
    );
  });
});
