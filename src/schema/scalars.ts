// The scalars: what a value must look like before any rule about it is asked. A refusal is a GraphQLError with its
// code: graphql-js keeps both, and the door shows nothing else of what is thrown.

import { GraphQLError, Kind, type ValueNode } from 'graphql';
import { amountRule, countryRule, currencyRule, type Rule } from '../core/rules.ts';
import { builder } from './builder.ts';

builder.scalarType('MinorUnits', {
  description:
    "A safe integer in the currency's smallest unit, 1 to 10^12 in inputs: 5000 is 5,000 XOF, and 50.00 KES. Floats, " +
    'strings and exponents are refused. Answers may hold 0.',
  serialize: (value) => {
    if (!Number.isSafeInteger(value) || value < 0) throw new RangeError('MinorUnits holds a safe integer from 0 on');
    return value;
  },
  parseValue: (value) => {
    accept(amountRule(value), null);
    return value as number;
  },
  // 1e3 and 12.0 are whole numbers too, but no IntValue, and nobody who writes them so has thought in minor units.
  parseLiteral: (node) => {
    const amount = node.kind === Kind.INT ? Number(node.value) : null;
    accept(amountRule(amount), node);
    return Number(amount);
  },
});

builder.scalarType('CurrencyCode', {
  description: 'ISO 4217, upper case, and one that a provider here can move.',
  serialize: (value) => value,
  parseValue: (value) => textOf(value, currencyRule, null),
  parseLiteral: (node) => textOf(literalText(node), currencyRule, node),
});

builder.scalarType('CountryCode', {
  description: 'ISO 3166-1 alpha-2, upper case.',
  serialize: (value) => value,
  parseValue: (value) => textOf(value, countryRule, null),
  parseLiteral: (node) => textOf(literalText(node), countryRule, node),
});

builder.scalarType('DateTime', {
  description: 'RFC 3339, UTC, milliseconds: 2026-01-31T09:30:00.000Z. Inputs may leave out the milliseconds.',
  serialize: (value) => value.toISOString(),
  parseValue: (value) => new Date(textOf(value, dateTimeRule, null)),
  parseLiteral: (node) => new Date(textOf(literalText(node), dateTimeRule, node)),
});

const DATE_TIME = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d{1,3})?Z$/;

/** Days that a month does not have would roll over into the next one, so the date must come back as it was written. */
function dateTimeRule(text: string): Rule {
  const [, seconds] = DATE_TIME.exec(text) ?? [];
  const date = new Date(text);
  const exists = seconds !== undefined && !Number.isNaN(date.getTime()) && date.toISOString().startsWith(seconds);
  return exists ? null : 'A date and time must be RFC 3339 in UTC, e.g. 2026-01-31T09:30:00.000Z.';
}

function literalText(node: ValueNode): string | null {
  return node.kind === Kind.STRING ? node.value : null;
}

/** What is no text at all breaks the same rule that the empty text breaks. */
function textOf(value: unknown, rule: (text: string) => Rule, node: ValueNode | null): string {
  const text = typeof value === 'string' ? value : '';
  accept(rule(text), node);
  return text;
}

/** The node tells the door where a literal stands; of a variable, graphql-js says it in the message. */
function accept(broken: Rule, node: ValueNode | null): void {
  if (broken !== null) throw new GraphQLError(broken, { nodes: node, extensions: { code: 'BAD_USER_INPUT' } });
}
