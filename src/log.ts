// Structured logs on pino. Services log ids, codes and sequences, never inputs; the paths below are the second wall.

import { pino } from 'pino';
import type { Log } from './services/ports.ts';

const SECRETS = [
  'phone',
  'email',
  'apiKey',
  'clientToken',
  'clientSecret',
  'authorization',
  'credential',
  'body',
  'headers',
];

export function createLog(level: string): Log {
  return pino({
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: SECRETS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '[hidden]' },
    serializers: { err: serialized },
  });
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
