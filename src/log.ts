// Structured logs on pino. Services log ids, codes and sequences, never inputs; the paths below are the second wall.

import { pino } from 'pino';
import type { Log } from './services/ports.ts';

const SECRETS: ReadonlySet<string> = new Set([
  'phone',
  'email',
  'apiKey',
  'clientToken',
  'clientSecret',
  'authorization',
  'credential',
  'body',
  'headers',
]);
/** How deep fields are looked into. */
const DEPTH = 3;

export function createLog(level: string): Log {
  return pino({
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    // pino's own redaction walks the fields once for each path, and took ten times as long as all else about a line.
    formatters: { level: (label) => ({ level: label }), log: (fields) => hidden(fields, DEPTH) },
    serializers: { err: serialized },
  });
}

/** The same fields without what is secret; copied only where there is something to hide. */
function hidden(fields: Record<string, unknown>, depth: number): Record<string, unknown> {
  let shown = fields;
  for (const [name, value] of Object.entries(fields)) {
    const kept = SECRETS.has(name) ? '[hidden]' : depth > 1 && isObject(value) ? hidden(value, depth - 1) : value;
    if (kept === value) continue;
    if (shown === fields) shown = Object.assign(Array.isArray(fields) ? [] : {}, fields);
    shown[name] = kept;
  }
  return shown;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !(value instanceof Error);
}

/** Name, code and place. The message of a foreign error may quote what it choked on, so long digits and keys are cut. */
function serialized(error: unknown): object {
  if (!(error instanceof Error)) return { message: masked(String(error)) };
  const { name, message, stack, cause } = error;
  const code = 'code' in error ? error.code : undefined;
  return {
    name,
    code,
    message: masked(message),
    stack: masked(stack?.split('\n').slice(1, 6).join('\n') ?? ''),
    ...(cause === undefined ? {} : { cause: serialized(cause) }),
  };
}

function masked(text: string): string {
  return text.replace(/\b(?:pk|ct|sk|whsec)_[\w.-]+/g, '[key]').replace(/\+?\d{9,}/g, '[digits]');
}
