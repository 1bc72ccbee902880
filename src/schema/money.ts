// The Money noun.

import { exponentOf, formatMoney } from '../core/money.ts';
import { builder } from './builder.ts';

builder.objectType('Money', {
  description: 'An amount of one currency.',
  fields: (t) => ({
    amount: t.expose('amount', { type: 'MinorUnits', description: "In the currency's smallest unit." }),
    currency: t.expose('currency', { type: 'CurrencyCode', description: 'ISO 4217.' }),
    exponent: t.int({
      description:
        'How many decimals the currency has: 0 for XOF, 2 for KES, 3 for TND. amount / 10^exponent is major units.',
      resolve: ({ currency }) => exponentOf(currency),
    }),
    formatted: t.string({
      description: 'For people, the same in every language: "1,234.50 KES".',
      resolve: (money) => formatMoney(money),
    }),
  }),
});
