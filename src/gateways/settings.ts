// The kinds of setting that gateways share. Settings come from the environment, so they come as text; an empty one counts as
// absent, because `NAME=` in an env file means "not set". No message repeats the value: it may be a secret. Each kind carries
// what docs/gateways.md says of it; a gateway adds, with `describe`, what the setting is for.

import { z } from 'zod';
import type { Gateway } from './contract.ts';

const DAY_MS = 86_400_000;

/** What people have to know who set it. */
export interface Shown {
  /** What may stand there; null: any text. */
  readonly rule: string | null;
  /** What holds when it is left out; null: it has to be there. */
  readonly preset: string | null;
}

function present<Schema extends z.ZodType>(schema: Schema, shown: Shown) {
  return z.preprocess((value) => (value === '' ? undefined : value), schema).meta({ shown });
}

/** A key, password or name that has to be given. */
export function required() {
  return present(z.string('is required').trim().min(1, 'is required'), { rule: null, preset: null });
}

export function choice<const Values extends readonly [string, ...string[]]>(values: Values, preset: Values[number]) {
  return present(z.enum(values, `must be one of ${values.join(', ')}`).default(preset), {
    rule: values.map(quoted).join(', '),
    preset: quoted(preset),
  });
}

/** A word of the provider's, such as a login or the name of a field. */
export function text({ pattern, rule, preset }: { pattern: RegExp; rule: string; preset: string }) {
  return present(z.string().trim().regex(pattern, rule).default(preset), {
    rule: rule.replace(/^must be /, ''),
    preset: quoted(preset),
  });
}

/** The same, where there may be none. */
export function optionalText({ pattern, rule }: { pattern: RegExp; rule: string }) {
  const shown = { rule: rule.replace(/^must be /, ''), preset: 'none' };
  return present(z.string().trim().regex(pattern, rule).optional(), shown);
}

export function flag(preset: boolean) {
  const schema = z
    .enum(['true', 'false'], 'must be true or false')
    .default(preset ? 'true' : 'false')
    .transform((text) => text === 'true');
  return present(schema, { rule: '`true`, `false`', preset: quoted(String(preset)) });
}

const WHOLE = z
  .string()
  .regex(/^\d{1,15}$/, 'must be a whole number')
  .transform(Number);

export function whole({ min, max, preset }: { min: number; max: number; preset: number }) {
  const range = `must be a whole number from ${min} to ${max}`;
  const shown = { rule: `${min} to ${max}`, preset: String(preset) };
  return present(WHOLE.pipe(z.number().min(min, range).max(max, range)).default(preset), shown);
}

export function optionalWhole() {
  return present(WHOLE.optional(), { rule: 'a whole number', preset: 'none' });
}

/** The limits of a gateway whose provider publishes none: there are none until the settings say so, in minor units. */
export function limitsBetween(currency: string, min: number | undefined, max: number | undefined): Gateway['limits'] {
  if (min === undefined && max === undefined) return {};
  return { [currency]: { min: min ?? 1, max: max ?? Number.MAX_SAFE_INTEGER } };
}

/** Milliseconds, separated by commas: "3000,5000,8000". */
export function pauses(preset: readonly number[]) {
  const rule = 'must be whole milliseconds separated by commas, e.g. 3000,5000,8000';
  const list = z
    .string()
    .regex(/^\s*\d{1,8}(\s*,\s*\d{1,8}){0,49}\s*$/, rule)
    .transform((text): readonly number[] => text.split(',').map(Number))
    .refine((delays) => delays.every((delay) => delay >= 1 && delay <= DAY_MS), rule);
  return present(list.default(preset), { rule: 'milliseconds, separated by commas', preset: quoted(preset.join(',')) });
}

/** Values separated by commas; none when it is left out. */
export function list() {
  const values = z.string().transform((text): readonly string[] =>
    text
      .split(',')
      .map((value) => value.trim())
      .filter((value) => value !== ''),
  );
  return present(values.default([]), { rule: 'separated by commas', preset: 'none' });
}

/** Where a provider is, without a slash at the end. */
export function baseUrl() {
  const rule = 'must be an http or https URL without user, query or fragment';
  const url = z
    .string()
    .refine((text) => isBaseUrl(text), rule)
    .transform((text) => text.replace(/\/+$/, ''));
  return present(url.optional(), { rule: 'a URL', preset: "the provider's own" });
}

/** The same, where no provider has one of its own. */
export function requiredBaseUrl() {
  return baseUrl()
    .pipe(z.string('is required'))
    .meta({ shown: { rule: 'a URL', preset: null } satisfies Shown });
}

function quoted(text: string): string {
  return `\`${text}\``;
}

function isBaseUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, search, hash } = new URL(text);
  return /^https?:$/.test(protocol) && [username, password, search, hash].every((part) => part === '');
}
