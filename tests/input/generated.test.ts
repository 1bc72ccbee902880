// Goal: no value of any field of the schema answers with a fault, is stored where it is refused, or is refused without its
// place, and a field that comes tomorrow is held to the same. Method: every argument and every input field, read off
// schema.graphql, is given each bad value in turn, over real HTTP; what is right beside it comes from the schema as well.

import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import {
  buildSchema,
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  type GraphQLInputType,
  type GraphQLObjectType,
} from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, expectNothingTold, expectOneShape, operation, type Answer } from './asking.ts';
import { openStage, type Stage } from './stage.ts';
import { TWO_GATEWAYS } from './creating.ts';

const schema = buildSchema(readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8'));

let stage: Stage;
beforeAll(async () => {
  stage = await openStage({ env: TWO_GATEWAYS });
});
afterAll(() => stage.close());

const EXAMPLES: Readonly<Record<string, unknown>> = {
  MinorUnits: 5_000,
  CurrencyCode: 'XOF',
  CountryCode: 'BJ',
  DateTime: '2026-01-31T09:30:00.000Z',
  ID: '0192e4a0-0000-7000-8000-000000000001',
  Int: 5,
  Boolean: true,
  Float: 1,
};
/** Texts whose form their name says. */
const TEXTS: Readonly<Record<string, string>> = {
  phone: '+2290161000000',
  email: 'ada@example.com',
  returnUrl: 'https://shop.example/done',
  appId: 'kaba',
};

/** Something that fits, with only what is required in it. A text is one that nobody has used before. */
function fitting(name: string, type: GraphQLInputType): unknown {
  const inner = getNullableType(type);
  if (isListType(inner)) return [fitting(name, inner.ofType)];
  if (isEnumType(inner)) return inner.getValues()[0]?.name;
  if (!isInputObjectType(inner)) return EXAMPLES[inner.name] ?? TEXTS[name] ?? randomUUID();
  const required = Object.values(inner.getFields()).filter((field) => isNonNullType(field.type));
  return Object.fromEntries(required.map((field) => [field.name, fitting(field.name, field.type)]));
}

interface Place {
  /** From the argument down, without the places in lists. */
  readonly path: readonly string[];
  readonly type: GraphQLInputType;
}

function placesIn(path: readonly string[], type: GraphQLInputType): readonly Place[] {
  const named = getNamedType(type);
  const below = isInputObjectType(named)
    ? Object.values(named.getFields()).flatMap((field) => placesIn([...path, field.name], field.type))
    : [];
  return [{ path, type }, ...below];
}

/** The arguments, all that is required in them, and `value` at the place. */
function withValue(
  root: Readonly<Record<string, unknown>>,
  [name = '', ...rest]: readonly string[],
  type: GraphQLInputType,
  value: unknown,
): unknown {
  const put = (inside: unknown, path: readonly string[], at: GraphQLInputType): unknown => {
    const [field, ...more] = path;
    if (field === undefined) return value;
    const inner = getNullableType(at);
    if (isListType(inner)) return [put((inside as readonly unknown[] | undefined)?.[0], path, inner.ofType)];
    const named = getNamedType(inner);
    if (!isInputObjectType(named)) throw new Error(`${field} has nothing below it`);
    const whole = { ...(fitting('', named) as object), ...(inside as object | undefined) } as Record<string, unknown>;
    const own = named.getFields()[field];
    if (own === undefined) throw new Error(`there is no ${field}`);
    return { ...whole, [field]: put(whole[field], more, own.type) };
  };
  return { ...root, [name]: put(root[name], rest, type) };
}

const deep = (levels: number): unknown => (levels === 0 ? 1 : { a: deep(levels - 1) });
const VALUES: Readonly<Record<string, unknown>> = {
  null: null,
  'an empty text': '',
  'a text of 70,000': 'x'.repeat(70_000),
  'control characters': 'a\r\n\t\x1b[2Jb',
  NUL: 'a\0b',
  'an unpaired surrogate': 'a\ud800',
  'a right-to-left mark': '\u200fabc',
  'a turned direction': 'a\u202eb',
  'an operator': { $ne: null },
  'an operator as a text': '{"$ne":null}',
  $where: { $where: 'sleep(1000)' },
  'a prototype key': JSON.parse('{"__proto__":{"isAdmin":true}}') as unknown,
  'a constructor': { constructor: { prototype: { isAdmin: true } } },
  __proto__: '__proto__',
  'a number as a text': '5000',
  zero: 0,
  'a negative number': -1,
  'a fraction': 12.5,
  '1e300': 1e300,
  '2^53': 2 ** 53,
  'a boolean': true,
  'an empty list': [],
  'a list of 5,000': Array.from({ length: 5_000 }, (_, at) => at),
  'a list in a list': [[['x']]],
  'an empty object': {},
  '40 levels': deep(40),
};

/** What the answer has to show for a value to count as refused by a rule: any problem at all. */
const selectionOf = (type: string): string => {
  const named = schema.getType(type);
  if (isObjectType(named)) return `{ __typename }`;
  return named !== undefined && 'getTypes' in named
    ? '{ __typename ... on Problem { code message retryable path } }'
    : '';
};

interface Problem {
  readonly __typename: string;
  readonly code?: string;
  readonly message?: string;
  readonly path?: readonly string[] | null;
}

function rootFields(): readonly (readonly [string, string, GraphQLObjectType])[] {
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  return roots.flatMap((root) =>
    root == null ? [] : Object.keys(root.getFields()).map((name) => [root.name.toLowerCase(), name, root] as const),
  );
}

describe.each(rootFields())('%s %s', (kind, name, root) => {
  const field = root.getFields()[name];
  if (field === undefined) throw new Error(name);
  const required = (): Readonly<Record<string, unknown>> =>
    Object.fromEntries(
      field.args.filter(({ type }) => isNonNullType(type)).map((arg) => [arg.name, fitting(arg.name, arg.type)]),
    );
  const places = field.args.flatMap((arg) => placesIn([arg.name], arg.type).map((place) => ({ ...place, arg })));
  const selection = selectionOf(getNamedType(field.type).name);
  const defined = field.args.map((arg) => `$${arg.name}: ${String(arg.type)}`).join(', ');
  const passed = field.args.map((arg) => `${arg.name}: $${arg.name}`).join(', ');
  const query = `${kind} ${defined === '' ? '' : `(${defined})`} { ${name}${passed === '' ? '' : `(${passed})`} ${selection} }`;

  it('is asked rightly, so that one wrong value is the only one', async () => {
    const { body, status } = await ask(stage.apiUrl, operation(stage.apiKey, { query, variables: required() }));
    const [error] = body.errors ?? [];
    expect([status, error?.message ?? 'No such payment intent.']).toEqual([
      error === undefined ? 200 : 404,
      'No such payment intent.',
    ]);
  });

  it.each(places.map((place) => [place.path.join('.'), place] as const))('%s', async (_place, { path, arg }) => {
    async function refusedOf(whats: readonly string[]): Promise<readonly string[]> {
      const answers = await Promise.all(
        whats.map((what) => {
          const variables = withValue(required(), path, arg.type, VALUES[what]) as Record<string, unknown>;
          return ask(stage.apiUrl, operation(stage.apiKey, { query, variables }));
        }),
      );
      return whats.filter((what, at) => {
        const answer = answers[at];
        return answer !== undefined && isRefused(answer, name, path, what);
      });
    }
    const before = await stage.mark();
    const refused = await refusedOf(Object.keys(VALUES));
    if (kind === 'mutation' && refused.length < Object.keys(VALUES).length) {
      // Some were right, and have left their mark: the others are asked again by themselves.
      const between = await stage.mark();
      expect(await refusedOf(refused)).toEqual(refused);
      expect(await stage.mark()).toBe(between);
    } else {
      expect(await stage.mark()).toBe(before);
    }
    expect(Object.prototype).not.toHaveProperty('isAdmin');
  });
});

/** Fails where the answer is a fault, has another shape, tells too much, or refuses without saying where. */
function isRefused(
  { status, headers, text, body }: Answer,
  name: string,
  path: readonly string[],
  what: string,
): boolean {
  const at = `${path.join('.')} is ${what}: ${status} ${text.slice(0, 300)}`;
  expect(status, at).toBeLessThan(500);
  for (const error of body.errors ?? []) expectOneShape(error, headers.get('x-request-id'));
  const problem = body.data?.[name] as Problem | readonly unknown[] | null | undefined;
  const code = problem != null && 'code' in problem ? problem.code : undefined;
  if (body.errors === undefined && code === undefined) return false;
  expectNothingTold(text);
  const [error] = body.errors ?? [];
  const told = JSON.stringify(error?.message ?? problem);
  if (error?.extensions.code === 'BAD_USER_INPUT' || code === 'VALIDATION')
    expect(told, at).toContain(path.at(-1) ?? '');
  if (problem != null && 'path' in problem) expect(problem.path?.length, at).toBeGreaterThan(0);
  return true;
}
