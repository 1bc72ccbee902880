// Which gateway takes a payment: a table by country, and for every configured gateway why it was taken or not.

import type { PaymentMode } from './intent.ts';
import { formatMoney, type Money } from './money.ts';

export interface RouteCandidate {
  readonly gateway: string;
  readonly taken: boolean;
  /** The rest of a sentence that begins with the gateway's name: "takes XOF only, not USD". */
  readonly reason: string;
}

export interface RouteRow {
  readonly countries: readonly string[];
  /** In order of preference. One that is not configured is passed over. */
  readonly gateways: readonly string[];
}

/** A country stands in one row at most. */
export const ROUTES: readonly RouteRow[] = [
  // Seed 000, "Gateway Routing": the table of the payments service, with its fallbacks.
  {
    countries: ['BJ', 'TG', 'CI', 'SN', 'ML', 'NE', 'BF', 'CM', 'GA', 'CG', 'TD', 'GN'],
    gateways: ['kkiapay', 'momo', 'stripe'],
  },
  { countries: ['GH'], gateways: ['momo', 'kkiapay', 'stripe'] },
  { countries: ['NG'], gateways: ['paystack', 'stripe', 'momo'] },
  { countries: ['CA', 'US', 'GB', 'FR'], gateways: ['stripe', 'tkh'] },
  // Seed 002: M-Pesa is how Kenya pays.
  { countries: ['KE'], gateways: ['mpesa', 'stripe'] },
  // Seed 003: the billing providers of Uzbekistan.
  { countries: ['UZ'], gateways: ['payme', 'click', 'octo', 'stripe'] },
  // Seed 004: the countries where Koywe has local methods.
  { countries: ['CO', 'CL', 'MX', 'PE', 'BR', 'AR'], gateways: ['koywe', 'stripe'] },
];

/** Seed 000, "All others". */
export const ROUTE_ELSEWHERE: RouteRow['gateways'] = ['stripe', 'kkiapay', 'momo', 'paystack'];

/** Which amounts of one currency a gateway takes, in minor units. */
export interface AmountLimit {
  readonly min: number;
  readonly max: number;
  /** It takes multiples of `of` alone, and says so as `name`: "whole shillings". */
  readonly step?: { readonly of: number; readonly name: string };
}

/** What a mode asks of the payment's request. */
export type RouteNeed = 'phone' | 'email' | 'returnUrl';

/** A configured gateway, as far as routing needs to know it. */
export interface RouteOption {
  readonly gateway: string;
  /** false: taken only when a request names it. */
  readonly routed: boolean;
  readonly currencies: readonly string[];
  /** In order of preference; empty for a gateway that only pays out. */
  readonly modes: readonly { readonly mode: PaymentMode; readonly needs: readonly RouteNeed[] }[];
  /** By currency. */
  readonly limits: Readonly<Record<string, AmountLimit>>;
}

export interface RouteRequest {
  readonly country: string;
  readonly currency: string;
  /** Minor units; null when it is not known yet, and limits are then not checked. */
  readonly amount: number | null;
  readonly gateway: string | null;
  readonly paymentMode: PaymentMode | null;
  /** What the request brings; null when it is not known yet, and needs are then not checked. */
  readonly has: readonly RouteNeed[] | null;
}

export interface RouteChoice {
  readonly gateway: string;
  readonly paymentMode: PaymentMode;
}

export interface Route {
  /** Every configured gateway once: the country's row in its order, then the others by name. At most one is taken. */
  readonly candidates: readonly RouteCandidate[];
  /** null when no configured gateway can take the payment. */
  readonly choice: RouteChoice | null;
}

type Fit =
  { readonly kind: 'fits'; readonly paymentMode: PaymentMode } | { readonly kind: 'unfit'; readonly reason: string };

/** The gateways that serve a country by the table, the preferred one first. */
export function routeRow(country: string): RouteRow['gateways'] {
  return ROUTES.find(({ countries }) => countries.includes(country))?.gateways ?? ROUTE_ELSEWHERE;
}

export function route(request: RouteRequest, options: readonly RouteOption[]): Route {
  const row = routeRow(request.country);
  const verdicts = inOrder(options, row).map((option) => ({ ...option, fit: admit(option, request, row) }));
  const choices = verdicts.flatMap(({ gateway, fit }) =>
    fit.kind === 'fits' ? [{ gateway, paymentMode: fit.paymentMode }] : [],
  );
  const choice = choices[0] ?? null;
  const candidates = verdicts.map(({ gateway, fit }): RouteCandidate => {
    if (fit.kind === 'unfit') return { gateway, taken: false, reason: fit.reason };
    if (gateway !== choice?.gateway) return { gateway, taken: false, reason: `comes after ${choice?.gateway}` };
    const byTable = `first in the table for ${request.country} that can take it`;
    return { gateway, taken: true, reason: request.gateway === null ? byTable : 'named by the request' };
  });
  return { candidates, choice };
}

function inOrder(options: readonly RouteOption[], row: readonly string[]): readonly RouteOption[] {
  const rank = ({ gateway }: RouteOption) => (row.includes(gateway) ? row.indexOf(gateway) : row.length);
  return options.toSorted((a, b) => rank(a) - rank(b) || (a.gateway < b.gateway ? -1 : 1));
}

/** The table's and the request's word first, then what the gateway itself can do. */
function admit(option: RouteOption, request: RouteRequest, row: readonly string[]): Fit {
  if (request.gateway !== null) {
    const named = option.gateway === request.gateway;
    return named ? fitOf(option, request) : unfit(`passed over: the request names ${request.gateway}`);
  }
  if (!option.routed) return unfit('is used only when a request names it');
  if (!row.includes(option.gateway)) return unfit(`does not serve ${request.country} payments by the routing table`);
  return fitOf(option, request);
}

/** Whether the gateway can take the payment, whatever the table says, and in which mode. */
export function fitOf(option: RouteOption, request: RouteRequest): Fit {
  const { currency, amount, paymentMode } = request;
  if (!option.currencies.includes(currency)) return unfit(currencyReason(option.currencies, currency));
  const tooFine = amount === null ? null : stepReason(option.limits, { amount, currency });
  if (tooFine !== null) return unfit(tooFine);
  const limit = option.limits[currency];
  if (limit !== undefined && amount !== null && amount < limit.min) {
    return unfit(`takes at least ${formatMoney({ amount: limit.min, currency })}`);
  }
  if (limit !== undefined && amount !== null && amount > limit.max) {
    return unfit(`takes at most ${formatMoney({ amount: limit.max, currency })}`);
  }
  if (option.modes.length === 0) return unfit('does not collect payments');
  const modes = option.modes.filter(({ mode }) => paymentMode === null || mode === paymentMode);
  if (modes.length === 0) return unfit(`has no ${paymentMode} mode`);
  const missing = modes.map(({ mode, needs }) => ({ mode, fields: needs.filter((need) => !isBrought(need, request)) }));
  const ready = missing.find(({ fields }) => fields.length === 0);
  if (ready !== undefined) return { kind: 'fits', paymentMode: ready.mode };
  const wants = missing.map(({ mode, fields }) => `${fields.map((need) => FIELDS[need]).join(' and ')} for ${mode}`);
  return unfit(`needs ${wants.join(', or ')}`);
}

/** The rest of a sentence that begins with the gateway's name; null where the amount is a whole number of steps. */
export function stepReason(limits: RouteOption['limits'], money: Money): string | null {
  const step = limits[money.currency]?.step;
  if (step === undefined || money.amount % step.of === 0) return null;
  return `takes ${step.name}, not ${formatMoney(money)}`;
}

const FIELDS: Readonly<Record<RouteNeed, string>> = {
  phone: 'customer.phone',
  email: 'customer.email',
  returnUrl: 'returnUrl',
};

function isBrought(need: RouteNeed, { has }: RouteRequest): boolean {
  return has === null || has.includes(need);
}

/** A longer list tells a reader less than its absence. */
const CURRENCIES_NAMED_MAX = 6;

function currencyReason(currencies: readonly string[], currency: string): string {
  if (currencies.length === 0 || currencies.length > CURRENCIES_NAMED_MAX) return `does not take ${currency}`;
  return `takes ${currencies.join(', ')} only, not ${currency}`;
}

function unfit(reason: string): Fit {
  return { kind: 'unfit', reason };
}
