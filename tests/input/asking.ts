// Asking, past every type and client: raw requests, and what each answer to a bad one must be. One shape everywhere, and
// nothing of ours or of the caller's secrets in it.

import { expect } from 'vitest';
import type { Stage } from './stage.ts';

export const GRAPHQL_RESPONSE = 'application/graphql-response+json';

export interface Asked {
  readonly method?: string;
  /** From the path on. */
  readonly url?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array<ArrayBuffer> | null;
}

export interface Shown {
  readonly message: string;
  readonly locations?: readonly { readonly line: number; readonly column: number }[];
  readonly path?: readonly (string | number)[];
  readonly extensions: { readonly code: string; readonly requestId: string };
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: { readonly data?: Readonly<Record<string, unknown>> | null; readonly errors?: readonly Shown[] };
}

export async function ask(
  base: string,
  { method = 'POST', url = '/graphql', headers = {}, body }: Asked,
): Promise<Answer> {
  const response = await fetch(`${base}${url}`, { method, headers, ...(body == null ? {} : { body }) });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') === true && text !== '';
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: isJson ? (JSON.parse(text) as Answer['body']) : {},
  };
}

/** A GraphQL request as a client of the specification sends it: what is wrong with it shows in the HTTP status. */
export function operation(apiKey: string | null, body: unknown, headers: Readonly<Record<string, string>> = {}): Asked {
  return {
    headers: {
      'content-type': 'application/json',
      accept: GRAPHQL_RESPONSE,
      ...(apiKey === null ? {} : { authorization: `Bearer ${apiKey}` }),
      ...headers,
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  };
}

/** The answer in what was heard on a raw connection. */
export function answerIn(heard: string): Answer {
  const [head = '', ...rest] = heard.split('\r\n\r\n');
  const [first = '', ...lines] = head.split('\r\n');
  const headers = new Headers(
    lines.map((line): [string, string] => [line.split(':')[0] ?? '', line.replace(/^[^:]*: */, '')]),
  );
  const text = rest.join('\r\n\r\n');
  return { status: Number(first.split(' ')[1]), headers, text, body: JSON.parse(text) as Answer['body'] };
}

export interface Refused {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  /** Of the answer, where an operation was begun. */
  readonly path?: readonly (string | number)[];
  /** Names and what they must be; null: it must not be there. */
  readonly headers?: Readonly<Record<string, string | null>>;
}

/** The answer is this refusal, whole, and is told in the one shape. */
export function expectRefusal(answer: Answer, { status, code, message, path, headers = {} }: Refused): void {
  const [error, ...more] = errorsOf(answer);
  expect({
    status: answer.status,
    code: error?.extensions.code,
    message: error?.message,
    ...(path === undefined ? {} : { path: error?.path }),
    more: more.map((one) => one.message),
  }).toEqual({ status, code, message, ...(path === undefined ? {} : { path }), more: [] });
  // Only a wrong verb is told of the right ones, and only who may wait is told for how long.
  for (const [name, value] of Object.entries({ allow: null, 'retry-after': null, ...headers })) {
    expect([name, answer.headers.get(name)]).toEqual([name, value]);
  }
  expectNothingTold(answer.text);
}

/** The errors, each held against the one shape. */
function errorsOf(answer: Answer): readonly Shown[] {
  const { errors = [], data, ...rest } = answer.body;
  expect(rest).toEqual({});
  expect(Object.values(data ?? {}).filter((value) => value !== null)).toEqual([]);
  expect(errors.length).toBeGreaterThan(0);
  for (const error of errors) expectOneShape(error, answer.headers.get('x-request-id'));
  return errors;
}

export function expectOneShape(error: Shown, requestId: string | null): void {
  const { message, locations, path, extensions, ...rest } = error;
  expect(rest).toEqual({});
  expect(message).toMatch(/\S/);
  expect(Object.keys(extensions).sort()).toEqual(['code', 'requestId']);
  expect(extensions.code).toMatch(/^[A-Z_]+$/);
  expect(extensions.requestId).toBe(requestId ?? extensions.requestId);
  expect(extensions.requestId).toMatch(/^[\w.:-]{1,64}$/);
  for (const place of locations ?? []) expect(Object.keys(place).sort()).toEqual(['column', 'line']);
  expect(path === undefined || Array.isArray(path)).toBe(true);
}

/** Words that only a stack, a file, a driver or a machine of ours would say. */
const OURS =
  /\bat (?:async )?[\w.<>]+ \(|node_modules|\.(?:ts|js|mjs):\d+|file:\/\/|mongo|redis|bson|E11000|ECONN|127\.0\.0\.1|localhost/i;
/** What of a request must never come back: keys, tokens, phone numbers, card numbers. */
const THEIRS = /pk_(?:live|test)_|ct_[\w-]{8}|(?<![\d-])\d{9,15}(?!\d)|4242/;

/** A caller's own word for his part of a request, now and then with nine digits in a row; and "4242". */
const UUID = /\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g;

/** An example and a bound are numbers that messages name by themselves. */
export function expectNothingTold(text: string, secrets: readonly string[] = []): void {
  const plain = text
    .replace(/"requestId":"[^"]*"/g, '')
    .replace(UUID, '')
    .replace(/e\.g\. \+2290161000000|\b1000000000(?:000)?\b/g, '');
  expect(plain).not.toMatch(OURS);
  expect(plain).not.toMatch(THEIRS);
  for (const secret of secrets) expect(plain).not.toContain(secret);
}

/** A document, asked with this key, which must leave nothing behind. */
export function asked(stage: Stage, query: string, variables: object = {}, key = stage.apiKey): Promise<Answer> {
  return stage.unmarked(() => ask(stage.apiUrl, operation(key, { query, variables })));
}

/** A value that is refused before anything is done. */
export function badInput(message: string, path?: Refused['path']): Refused {
  return { status: 400, code: 'BAD_USER_INPUT', message, ...(path === undefined ? {} : { path }) };
}
