// Phone numbers as people type them, through libphonenumber's metadata.

import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { upgradeBenin } from './core/phone.ts';
import type { Phones } from './services/ports.ts';

export const phones: Phones = {
  parse(text) {
    // A number without its country code could be anybody's: the plus is not optional. Digits are ASCII digits.
    if (!/^\+[0-9 ().-]{6,24}$/.test(text)) return null;
    const number = parsePhoneNumberFromString(upgradeBenin(`+${text.replace(/[^0-9]/g, '')}`));
    if (number === undefined || !number.isValid()) return null;
    return { e164: number.number, country: number.country ?? null };
  },
};
