// Request bodies, read by us and bounded while they are read: what comes after this holds at most the limit, whatever the
// request declared. And their JSON, more strictly than JSON.parse takes it (B03, B04, B07).

import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { Fault } from './errors.ts';

/** No document of ours is deeper than a few levels; a deeper one is only work for whoever walks it. */
const DEPTH_MAX = 64;

const NOT_JSON = 'POST body sent invalid JSON.';

/** The sender went away: there is nobody to answer. */
export class Gone extends Error {}

/** Emitted by a request whose body has not come in time, with the reason: who reads it rejects with that. */
export const LATE = Symbol('late');

export async function readBody(req: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const encoding = req.headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    throw new Fault('UNSUPPORTED_MEDIA_TYPE', 'The body must not be compressed: leave out Content-Encoding.');
  }
  const tooLarge = (): Fault =>
    new Fault('PAYLOAD_TOO_LARGE', `The body is larger than the ${maxBytes} bytes allowed.`);
  if (Number(req.headers['content-length'] ?? 0) > maxBytes) throw tooLarge();
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    req.on('data', (chunk: Buffer) => {
      size += chunk.length;
      // What follows is not kept, and the error is only the first of them.
      if (size > maxBytes) reject(tooLarge());
      else chunks.push(chunk);
    });
    req.once('end', () => resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)));
    req.once('error', () => reject(new Gone()));
    req.once(LATE, reject);
    // It comes after every end, too, where an error would be made for nobody.
    req.once('close', () => {
      if (!req.complete) reject(new Gone());
    });
  });
}

/** JSON in UTF-8, without a byte order mark, without a member twice in one object, at most 64 levels deep. */
export function parseJson(body: Buffer): unknown {
  if (body.length === 0) throw new Fault('BAD_REQUEST', `${NOT_JSON} The body is empty.`);
  if (!isUtf8(body)) throw new Fault('BAD_REQUEST', `${NOT_JSON} It is not UTF-8.`);
  const text = body.toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Fault('BAD_REQUEST', NOT_JSON);
  }
  const { members, depth } = measure(text);
  if (depth > DEPTH_MAX) throw new Fault('BAD_REQUEST', `${NOT_JSON} It is nested deeper than ${DEPTH_MAX} levels.`);
  // JSON.parse keeps the last of two equal members, another reader may have checked the first.
  if (membersIn(value) !== members) throw new Fault('BAD_REQUEST', `${NOT_JSON} A member stands twice in one object.`);
  return value;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;

/** How many members and levels were written, in text that JSON.parse has taken: every colon outside a string is a member. */
function measure(text: string): { readonly members: number; readonly depth: number } {
  let members = 0;
  let level = 0;
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit === QUOTE) at = endOfString(text, at + 1);
    else if (unit === COLON) members += 1;
    else if (unit === 0x7b || unit === 0x5b) depth = Math.max(depth, (level += 1));
    else if (unit === 0x7d || unit === 0x5d) level -= 1;
  }
  return { members, depth };
}

/** Where the closing quote stands. Long strings, such as the query, are searched natively. */
function endOfString(text: string, from: number): number {
  let end = text.indexOf('"', from);
  while (isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end;
}

function isEscaped(text: string, at: number): boolean {
  let first = at;
  while (text.charCodeAt(first - 1) === BACKSLASH) first -= 1;
  return (at - first) % 2 === 1;
}

function membersIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  let count = 0;
  if (Array.isArray(value)) for (const one of value) count += membersIn(one);
  else for (const one of Object.values(value)) count += 1 + membersIn(one);
  return count;
}
