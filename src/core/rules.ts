// Rules for the fields of a request. Each returns a sentence for the caller, or null when the field may pass. What a
// sentence quotes is never the value: that may be a secret.

import { isCountry } from './countries.ts';
import { AMOUNT_MAX, CURRENCIES, isAmount, isCurrency } from './money.ts';

export type Rule = string | null;

/** Lengths count UTF-16 units, as most clients do. */
const REFERENCE_LENGTH_MAX = 200;
const CUSTOMER_TEXT_LENGTH_MAX = 200;
const REASON_LENGTH_MAX = 500;
const TRANSACTION_ID_LENGTH_MAX = 128;
const URL_LENGTH_MAX = 2000;
const EMAIL_LENGTH_MAX = 254;
const METADATA_ENTRIES_MAX = 50;
const METADATA_VALUE_LENGTH_MAX = 500;

/** Those of the code tables, the two line breaks of Unicode, and what turns the direction of the text after it. */
const CONTROL = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;
/** More marks on one letter than any script has: they run over the lines above and below. */
const STACKED = /\p{M}{9}/u;

/** Text that every store, log, screen and provider can hold: no control characters, no half of a surrogate pair. */
function isPlain(text: string, lengthMax: number): boolean {
  return text.length <= lengthMax && !CONTROL.test(text) && text.isWellFormed() && !STACKED.test(text);
}

export function idempotencyKeyRule(text: string): Rule {
  return /^[\x20-\x7e]{1,255}$/.test(text) ? null : 'idempotencyKey must be 1..255 printable ASCII characters.';
}

export function referenceIdRule(text: string): Rule {
  if (text.length > 0 && isPlain(text, REFERENCE_LENGTH_MAX)) return null;
  return `referenceId must be 1..${REFERENCE_LENGTH_MAX} characters without control characters.`;
}

export function countryRule(code: string): Rule {
  return isCountry(code) ? null : 'country must be an ISO 3166-1 alpha-2 code in upper case, e.g. BJ.';
}

export function currencyRule(code: string): Rule {
  return isCurrency(code) ? null : `currency must be one of ${Object.keys(CURRENCIES).join(', ')}.`;
}

export function amountRule(amount: unknown): Rule {
  return isAmount(amount) ? null : `amount must be a whole number of minor units, 1 to ${AMOUNT_MAX}.`;
}

/** HTML's rule for an e-mail field, with a dot in the domain. */
const EMAIL =
  /^[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?(?:\.[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?)+$/i;

export function emailRule(text: string): Rule {
  if (text.length <= EMAIL_LENGTH_MAX && EMAIL.test(text)) return null;
  return `email must be an address like ada@example.com, at most ${EMAIL_LENGTH_MAX} characters.`;
}

/** For the customer's name, and for the id that the product gave the customer. A number may be an id, but is no name. */
export function nameRule(text: string, field: 'name' | 'id' = 'name'): Rule {
  if (text.length === 0 || !isPlain(text, CUSTOMER_TEXT_LENGTH_MAX)) {
    return `${field} must be 1..${CUSTOMER_TEXT_LENGTH_MAX} characters without control characters.`;
  }
  return field === 'name' && cardNumberRule(text) !== null ? `name: ${CARD_NUMBERS_REFUSED}` : null;
}

export function transactionIdRule(text: string, field = 'transactionId'): Rule {
  if (text.length > 0 && isPlain(text, TRANSACTION_ID_LENGTH_MAX)) return null;
  return `${field} must be 1..${TRANSACTION_ID_LENGTH_MAX} characters without control characters.`;
}

export function reasonRule(text: string): Rule {
  if (!isPlain(text, REASON_LENGTH_MAX)) {
    return `reason must be at most ${REASON_LENGTH_MAX} characters without control characters.`;
  }
  return cardNumberRule(text) === null ? null : `reason: ${CARD_NUMBERS_REFUSED}`;
}

/** Where the payer's browser goes after a redirect. Parsers disagree on spaces, `\` and `@`, so none may be there. */
export function returnUrlRule(text: string, production: boolean): Rule {
  if (text.length > URL_LENGTH_MAX) return `returnUrl must be at most ${URL_LENGTH_MAX} characters.`;
  if (!isPlain(text, URL_LENGTH_MAX) || /[\s\\]/.test(text)) {
    return 'returnUrl must not contain spaces, control characters or backslashes.';
  }
  const [, scheme, authority = ''] = /^(https?):\/\/([^/?#]+)/i.exec(text) ?? [];
  if (scheme === undefined || !URL.canParse(text)) {
    return `returnUrl must be an absolute ${production ? 'https' : 'https or http'} URL.`;
  }
  if (production && scheme.toLowerCase() !== 'https') return 'returnUrl must be an absolute https URL.';
  return authority.includes('@') ? 'returnUrl must not contain a user name or password.' : null;
}

export interface MetadataFault {
  /** From the list down: ["3", "value"]; empty when the list as a whole is at fault. */
  readonly path: readonly string[];
  readonly message: string;
}

const METADATA_KEY = /^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$/;
/** Names that mean something to an object that is built from the entries. `__proto__` fails the pattern already. */
const METADATA_KEYS_RESERVED = ['constructor', 'prototype'];

export function metadataRule(
  entries: readonly { readonly key: string; readonly value: string }[],
): MetadataFault | null {
  if (entries.length > METADATA_ENTRIES_MAX) {
    return { path: [], message: `metadata must have at most ${METADATA_ENTRIES_MAX} entries.` };
  }
  const seen = new Set<string>();
  for (const [index, { key, value }] of entries.entries()) {
    const keyFault = metadataKeyRule(key, index, seen);
    if (keyFault !== null) return { path: [String(index), 'key'], message: keyFault };
    const valueFault = metadataValueRule(key, value);
    if (valueFault !== null) return { path: [String(index), 'value'], message: valueFault };
    seen.add(key);
  }
  return null;
}

function metadataKeyRule(key: string, index: number, seen: ReadonlySet<string>): Rule {
  if (cardNumberRule(key) !== null) return `metadata[${index}].key: ${CARD_NUMBERS_REFUSED}`;
  const name = JSON.stringify(key.slice(0, 40).toWellFormed());
  if (!METADATA_KEY.test(key)) {
    const rule = '1..40 letters, digits, _ or -, starting with a letter or digit';
    return `metadata[${index}].key ${name} is not allowed: a key is ${rule}.`;
  }
  if (METADATA_KEYS_RESERVED.includes(key)) return `metadata[${index}].key ${name} is not allowed.`;
  return seen.has(key) ? `metadata[${index}].key ${name} is there twice.` : null;
}

function metadataValueRule(key: string, value: string): Rule {
  if (!isPlain(value, METADATA_VALUE_LENGTH_MAX)) {
    return `metadata ${key} must be at most ${METADATA_VALUE_LENGTH_MAX} characters without control characters.`;
  }
  return cardNumberRule(value) === null ? null : `metadata ${key}: ${CARD_NUMBERS_REFUSED}`;
}

const CARD_NUMBERS_REFUSED = 'card numbers are not accepted.';

/**
 * First digits and lengths that card schemes issue (13: Visa; 14: Diners; 15: American Express; 16: all of them, Uzcard
 * and Humo included; 17 to 19: Visa, Maestro, UnionPay, JCB, Mir). One number in ten passes Luhn by chance: without
 * this, times, snowflake ids and phone numbers would be refused now and then.
 */
const CARD = /^(?:4\d{12}|3\d{13,14}|(?:2[2-7]|[3-9]\d)\d{14}|(?:220[0-4]|[3-9]\d{3})\d{13,15})$/;
const DIGIT_RUNS = /\+?\d[\d -]{11,}\d/g;
const UUIDS = /[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/gi;
const PHONE_DIGITS_MAX = 15;
const CARD_DIGITS_MAX = 19;

/** Finds card numbers in a text, written in one piece or in groups, also before a security code or a date. */
export function cardNumberRule(text: string): Rule {
  // Full-width digits and unusual spaces become plain ones; a UUID's digits mean nothing.
  const runs = text.normalize('NFKC').replace(UUIDS, ' / ').match(DIGIT_RUNS) ?? [];
  return runs.some(holdsCard) ? CARD_NUMBERS_REFUSED : null;
}

function holdsCard(run: string): boolean {
  const groups = run.replace('+', '').split(/[ -]+/);
  // A plus and no more digits than a phone number has is a phone number.
  if (run.startsWith('+') && groups.join('').length <= PHONE_DIGITS_MAX) return false;
  return groups.some((_group, from) => {
    let digits = '';
    for (const group of groups.slice(from, from + CARD_DIGITS_MAX)) {
      digits += group;
      if (digits.length > CARD_DIGITS_MAX) return false;
      if (CARD.test(digits) && passesLuhn(digits)) return true;
    }
    return false;
  });
}

function passesLuhn(digits: string): boolean {
  const parity = digits.length % 2;
  const values = Array.from(digits, (digit, index) => {
    const value = Number(digit) * (index % 2 === parity ? 2 : 1);
    return value > 9 ? value - 9 : value;
  });
  return values.reduce((sum, value) => sum + value, 0) % 10 === 0;
}
