// Money is a whole number of its currency's smallest unit, everywhere. Conversions to and from what people and
// providers write are done on text: a float never touches an amount (I27).

export interface Money {
  /** Minor units, a safe integer: 5000 is 5,000 XOF, and 50.00 KES. */
  readonly amount: number;
  /** ISO 4217, one of `CURRENCIES`. */
  readonly currency: string;
}

/** The largest amount a request may ask for: far below 2^53, so that no sum of a payment's parts loses a unit. */
export const AMOUNT_MAX = 1_000_000_000_000;

/** ISO 4217 exponents of the currencies that our providers move. One that counts otherwise converts at its own door. */
export const CURRENCIES: Readonly<Record<string, 0 | 2 | 3>> = {
  ARS: 2,
  BOB: 2,
  BRL: 2,
  CAD: 2,
  CLP: 0,
  COP: 2,
  EUR: 2,
  GBP: 2,
  GHS: 2,
  GNF: 0,
  KES: 2,
  LRD: 2,
  MXN: 2,
  NGN: 2,
  PEN: 2,
  RWF: 0,
  SSP: 2,
  SZL: 2,
  TND: 3,
  TZS: 2,
  UGX: 0,
  USD: 2,
  UZS: 2,
  XAF: 0,
  XOF: 0,
  ZAR: 2,
  ZMW: 2,
};

export function isCurrency(code: string): boolean {
  return Object.hasOwn(CURRENCIES, code);
}

/** How many decimals the currency has. A code that is not ours is a fault: requests are checked before. */
export function exponentOf(code: string): number {
  const exponent = isCurrency(code) ? CURRENCIES[code] : undefined;
  if (exponent === undefined) throw new RangeError(`${code} is not a currency that is supported`);
  return exponent;
}

export function isAmount(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= AMOUNT_MAX;
}

export function sameMoney(a: Money, b: Money): boolean {
  return a.amount === b.amount && a.currency === b.currency;
}

/** Exact decimal text with all the decimals of the currency: "12.50", "5000", "-0.05". */
export function toMajor({ amount, currency }: Money): string {
  if (!Number.isSafeInteger(amount)) throw new RangeError('an amount of money is a safe integer');
  const exponent = exponentOf(currency);
  const sign = amount < 0 ? '-' : '';
  const digits = String(Math.abs(amount)).padStart(exponent + 1, '0');
  if (exponent === 0) return sign + digits;
  return `${sign}${digits.slice(0, -exponent)}.${digits.slice(-exponent)}`;
}

const MAJOR = /^(\d{1,16})(?:\.(\d{1,24}))?$/;
/** A double keeps any 15 significant digits, and not always a 16th. */
const DOUBLE_DIGITS = 15;

/**
 * Minor units of what a provider wrote in major units, exactly or not at all: null for a sign, an exponent, a
 * separator, a decimal that the currency does not have (zeros may stand there), or more than a safe integer holds.
 */
export function fromMajor(value: string | number, currency: string): number | null {
  const text = String(value);
  const match = MAJOR.exec(text);
  if (match === null) return null;
  const [, whole = '', fraction = ''] = match;
  // A longer number has already been rounded where its JSON was parsed.
  if (typeof value === 'number' && !Number.isSafeInteger(value) && whole.length + fraction.length > DOUBLE_DIGITS) {
    return null;
  }
  const exponent = exponentOf(currency);
  if (/[1-9]/.test(fraction.slice(exponent))) return null;
  const amount = Number(whole + fraction.slice(0, exponent).padEnd(exponent, '0'));
  return Number.isSafeInteger(amount) ? amount : null;
}

/** For people, the same on every machine: "5,000 XOF", "1,234.50 KES", "12.345 TND". */
export function formatMoney(money: Money): string {
  const [whole = '', fraction] = toMajor(money).split('.');
  const grouped = whole.replace(/\B(?=(?:\d{3})+$)/g, ',');
  return `${fraction === undefined ? grouped : `${grouped}.${fraction}`} ${money.currency}`;
}
