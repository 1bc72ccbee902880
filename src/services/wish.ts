// What createIntent is asked for, held against every rule that needs no database, in one shape whatever the spelling.

import { RequestError, ValidationProblem } from '../core/errors.ts';
import { upgradeBenin } from '../core/phone.ts';
import type { RouteRequest } from '../core/routing.ts';
import {
  amountRule,
  countryRule,
  currencyRule,
  emailRule,
  idempotencyKeyRule,
  metadataRule,
  nameRule,
  referenceIdRule,
  returnUrlRule,
} from '../core/rules.ts';
import type { Requirement } from '../gateways/contract.ts';
import { requestHash } from './hash.ts';
import type { CreateIntent, Viewer } from './index.ts';
import type { Phones } from './ports.ts';

export interface WishWorld {
  readonly phones: Phones;
  readonly production: boolean;
}

export type Wish = ReturnType<typeof checked>;

export function routeRequest(wish: Wish): RouteRequest {
  const { country, amount, gateway, paymentMode, has } = wish;
  return { country, currency: amount.currency, amount: amount.amount, gateway, paymentMode, has };
}

/** The input, held against every rule that needs no database, in one shape whatever the spelling. */
export function checked(viewer: Viewer, input: CreateIntent, { phones, production }: WishWorld) {
  if (input.appId !== null && input.appId !== viewer.appId) {
    throw new RequestError('FORBIDDEN', 'input.appId must be left out, or be the app that the key belongs to.');
  }
  const { customer } = input;
  const hold = (path: readonly string[], message: string | null): void => {
    if (message !== null) throw new ValidationProblem(['input', ...path], message);
  };
  hold(['idempotencyKey'], idempotencyKeyRule(input.idempotencyKey));
  hold(['amount', 'amount'], amountRule(input.amount.amount));
  hold(['amount', 'currency'], currencyRule(input.amount.currency));
  hold(['country'], countryRule(input.country));
  hold(['referenceId'], referenceIdRule(input.referenceId));
  if (input.returnUrl !== null) hold(['returnUrl'], returnUrlRule(input.returnUrl, production));
  if (customer?.email != null) hold(['customer', 'email'], emailRule(customer.email));
  if (customer?.name != null) hold(['customer', 'name'], nameRule(customer.name));
  if (customer?.id != null) hold(['customer', 'id'], nameRule(customer.id, 'id'));
  const bad = metadataRule(input.metadata);
  if (bad !== null) hold(['metadata', ...bad.path], bad.message);
  const number = customer?.phone == null ? null : phones.parse(customer.phone);
  const phone = number?.e164 ?? null;
  if (customer?.phone != null && phone === null) {
    hold(['customer', 'phone'], 'phone must be E.164, e.g. +2290161000000.');
  }
  const has: Requirement[] = [];
  if (phone !== null) has.push('phone');
  if (customer?.email != null) has.push('email');
  if (input.returnUrl !== null) has.push('returnUrl');
  return {
    keyId: viewer.keyId,
    appId: viewer.appId,
    amount: { amount: input.amount.amount, currency: input.amount.currency },
    country: input.country,
    referenceId: input.referenceId,
    customer: {
      id: customer?.id ?? null,
      email: customer?.email ?? null,
      phone: phone === null ? null : upgradeBenin(phone),
      name: customer?.name ?? null,
    },
    returnUrl: input.returnUrl,
    gateway: input.gateway,
    paymentMode: input.paymentMode,
    metadata: input.metadata.map(({ key, value }) => ({ key, value })),
    has,
    /** undefined: no phone; null: one that several countries share. */
    phoneCountry: number?.country,
  };
}

/** Who called does not count, nor in which order the notes came. */
export function fingerprint(wish: Wish): string {
  const metadata = wish.metadata.toSorted((a, b) => (a.key < b.key ? -1 : 1));
  return requestHash({ ...wish, keyId: null, phoneCountry: null, metadata });
}
