// What a request to the simulator brings: form fields with brackets, as Stripe's own clients write them, held against the
// list of parameters that the endpoint knows.

import type { SimulatorRequest } from '../simulator-http.ts';
import { invalid, type StripeError } from './simulator-objects.ts';

export type Fields = ReadonlyMap<string, string>;

/** Flat, each name as it came: `metadata[intentId]`, `expand[0]`, `automatic_payment_methods[enabled]`. */
export function fieldsOf({ method, query, body }: SimulatorRequest): Fields {
  const given = method === 'GET' ? query : new URLSearchParams(body.toString('utf8'));
  return new Map(given);
}

/** The first parameter that the endpoint does not know. `name[]` stands for a list, `name[*]` for any keys in it. */
export function unknownIn(fields: Fields, known: readonly string[]): StripeError | null {
  const shapes = new Set(known.map((name) => name.replace(/\[.*$/, '')));
  const strange = [...fields.keys()].find((name) => {
    const [root = '', inner] = name.split(/[[\]]/);
    if (!shapes.has(root)) return true;
    if (inner === undefined) return known.every((one) => one !== root);
    const allowed = known.filter((one) => one.startsWith(`${root}[`)).map((one) => one.split(/[[\]]/)[1]);
    const isListed = allowed.includes('') && /^\d*$/.test(inner);
    return !isListed && !allowed.includes('*') && !allowed.includes(inner);
  });
  if (strange === undefined) return null;
  return invalid(400, 'parameter_unknown', `Received unknown parameter: ${strange}`, strange);
}

export function missing(name: string): StripeError {
  return invalid(400, 'parameter_missing', `Missing required param: ${name}.`, name);
}

/** The entries of a map such as `metadata`. */
export function mapIn(fields: Fields, name: string): Readonly<Record<string, string>> {
  const entries = [...fields].flatMap(([key, value]) => {
    const inner = key.startsWith(`${name}[`) && key.endsWith(']') ? key.slice(name.length + 1, -1) : null;
    return inner === null || inner === '' ? [] : [[inner, value] as const];
  });
  return Object.fromEntries(entries);
}

/** The values of a list, however its places are written. */
export function listIn(fields: Fields, name: string): readonly string[] {
  return [...fields].flatMap(([key, value]) =>
    /^\[\d*\]$/.test(key.slice(name.length)) && key.startsWith(name) ? [value] : [],
  );
}

/** null: left out. */
export function wholeIn(fields: Fields, name: string): number | StripeError | null {
  const text = fields.get(name);
  if (text === undefined) return null;
  if (/^-?\d{1,15}$/.test(text)) return Number(text);
  return invalid(400, 'parameter_invalid_integer', `Invalid integer: ${text.slice(0, 40)}`, name);
}
