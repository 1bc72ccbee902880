// The link to Payme's page. It is all that we send: Payme is the client of everything else (sheet 0).

import type { NextAction } from '../../core/intent.ts';
import type { CollectRequest } from '../contract.ts';

export interface LinkSettings {
  readonly checkoutUrl: string;
  readonly merchantId: string;
  readonly accountField: string;
  readonly language: 'ru' | 'uz' | 'en';
}

export function createInvite({ checkoutUrl, merchantId, accountField, language }: LinkSettings) {
  return ({ intentId, amount, returnUrl }: CollectRequest): NextAction => ({
    kind: 'REDIRECT',
    url: linkOf(checkoutUrl, [
      ['m', merchantId],
      [`ac.${accountField}`, intentId],
      ['a', String(amount.amount)],
      // A semicolon would end the pair (sheet 4.1).
      ...(returnUrl === null ? [] : [['c', returnUrl.replaceAll(';', '%3B')] as const]),
      ['l', language],
    ]),
  });
}

/**
 * Standard base64 with its padding. It is not signed: whoever changes the amount in it is refused when Payme asks us whether
 * the payment may be made (sheet 4.1).
 */
export function linkOf(checkoutUrl: string, pairs: readonly (readonly [string, string])[]): string {
  const text = pairs.map(([name, value]) => `${name}=${value}`).join(';');
  return `${checkoutUrl}/${Buffer.from(text, 'utf8').toString('base64')}`;
}
