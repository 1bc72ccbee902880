// Money as Stripe counts it: whole numbers of the smallest unit, with exceptions (sheet, "Limits").

import { CURRENCIES, isCurrency, type Money } from '../../core/money.ts';

/** Stripe's list of presentment currencies does not have these two of ours. */
const NOT_TAKEN: readonly string[] = ['GHS', 'SSP'];

/** Sheet, "Limits": UGX has no decimals any more, but is still sent with two, which must be 00. */
const UNITS_IN_ONE_OF_OURS: Readonly<Record<string, number>> = { UGX: 100 };

/** Sheet, "Limits": three decimals, of which the last must be 0. */
const LAST_DIGIT_ZERO: readonly string[] = ['TND'];

/** Sheet, "Limits": eight digits, in Stripe's units, whatever the currency. */
const UNITS_MAX = 99_999_999;

/** Sheet, "Limits": GBP by the community, EUR by Stripe's table; the others are "or equivalent" and judged by Stripe. */
const LEAST: Readonly<Record<string, number>> = { USD: 50, EUR: 50, GBP: 30 };

export const STRIPE_CURRENCIES: readonly string[] = Object.keys(CURRENCIES).filter((code) => !NOT_TAKEN.includes(code));

/** Smallest and largest amount of every currency, in our minor units. Stripe lists no least KES: it is a setting. */
export function limitsOf(leastKes: number): Readonly<Record<string, { readonly min: number; readonly max: number }>> {
  const least: Readonly<Record<string, number>> = { ...LEAST, KES: leastKes };
  return Object.fromEntries(
    STRIPE_CURRENCIES.map((code) => [code, { min: least[code] ?? 1, max: Math.floor(UNITS_MAX / unitsOf(code)) }]),
  );
}

/** Stripe's units and its spelling of the currency; null where Stripe has no such amount. */
export function toStripe({ amount, currency }: Money): { readonly amount: number; readonly currency: string } | null {
  const units = amount * unitsOf(currency);
  const isWhole = !LAST_DIGIT_ZERO.includes(currency) || units % 10 === 0;
  const isTaken = STRIPE_CURRENCIES.includes(currency) && units >= 1 && units <= UNITS_MAX;
  return isTaken && isWhole ? { amount: units, currency: currency.toLowerCase() } : null;
}

/** Our minor units of what Stripe says, exactly or not at all. */
export function fromStripe(units: number, lowerCase: string): Money | null {
  const currency = lowerCase.toUpperCase();
  if (!isCurrency(currency) || !Number.isSafeInteger(units) || units < 0) return null;
  const amount = units / unitsOf(currency);
  return Number.isInteger(amount) ? { amount, currency } : null;
}

function unitsOf(currency: string): number {
  return UNITS_IN_ONE_OF_OURS[currency] ?? 1;
}
