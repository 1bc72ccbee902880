// Phone numbers in E.164, as they are stored: their form, Benin's change of plan, and how they are shown.

/** A country code never starts with 0, and a number has at most 15 digits (ITU-T E.164). */
const E164 = /^\+[1-9]\d{6,14}$/;

export function isE164(text: string): boolean {
  return E164.test(text);
}

/** Benin went from 8 to 10 digits on 2024-11-30 by putting 01 before every number; old ones are still written down. */
const BENIN_BEFORE_2024 = /^\+229(\d{8})$/;

export function upgradeBenin(e164: string): string {
  return e164.replace(BENIN_BEFORE_2024, '+22901$1');
}

export function digitsOf(e164: string): string {
  return e164.replace(/^\+/, '');
}

/** Country codes of the countries we serve. None of them starts with another of them. */
const COUNTRY_CODES =
  '1 27 33 44 51 52 54 55 56 57 211 216 221 223 224 225 226 227 228 229 231 233 234 235 237 241 242 250 254 255 256 ' +
  '260 268 591 998';
const COUNTRY_CODE = new RegExp(`^(?:${COUNTRY_CODES.replaceAll(' ', '|')})`);

/** The country code and the last two digits: "+229 •••••••• 00". What is no phone number is hidden whole. */
export function maskPhone(e164: string): string {
  if (!isE164(e164)) return '••••';
  const digits = digitsOf(e164);
  const countryCode = COUNTRY_CODE.exec(digits)?.[0] ?? digits.slice(0, 3);
  const hidden = '•'.repeat(digits.length - countryCode.length - 2);
  return `+${countryCode} ${hidden} ${digits.slice(-2)}`;
}
