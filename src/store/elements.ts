// Where the elements of a BSON document stand, without decoding them (specification 1.1): each is a byte for its type, its
// name, a zero, and its value. One list of numbers for a document; the library's own, a list for each element, was a third of
// what a burst of news left to be cleared away.

export const TYPES = {
  DOUBLE: 0x01,
  STRING: 0x02,
  OBJECT: 0x03,
  ARRAY: 0x04,
  BINARY: 0x05,
  UNDEFINED: 0x06,
  OBJECT_ID: 0x07,
  BOOLEAN: 0x08,
  DATE: 0x09,
  NULL: 0x0a,
  PATTERN: 0x0b,
  DB_POINTER: 0x0c,
  CODE: 0x0d,
  SYMBOL: 0x0e,
  CODE_WITH_SCOPE: 0x0f,
  INT32: 0x10,
  TIMESTAMP: 0x11,
  INT64: 0x12,
  DECIMAL: 0x13,
  MAX_KEY: 0x7f,
  MIN_KEY: 0xff,
} as const;

const NO_DOCUMENT = 'this is no BSON document';

/** Filled and copied at once: a list that grows is made anew several times. */
const found: number[] = [];

/** The start of each element of the document or array that starts at `start`, and the end of the last. */
export function elementsOf(bytes: Buffer, start: number): readonly number[] {
  const end = start + bytes.readInt32LE(start) - 1;
  let count = 0;
  let at = start + 4;
  while (at < end) {
    found[count] = at;
    count += 1;
    const next = endOf(bytes, at);
    // A length below zero would lead back, and round and round.
    if (next <= at) throw new TypeError(NO_DOCUMENT);
    at = next;
  }
  if (at !== end || bytes[end] !== 0) throw new TypeError(NO_DOCUMENT);
  found[count] = at;
  return found.slice(0, count + 1);
}

/** Whether the element at `start` goes by this name, which is ASCII. */
export function isNamed(bytes: Buffer, start: number, name: string): boolean {
  const first = start + 1;
  for (let at = 0; at < name.length; at += 1) if (bytes[first + at] !== name.charCodeAt(at)) return false;
  return bytes[first + name.length] === 0;
}

/** Where the value of the element at `start` begins. */
export function valueOf(bytes: Buffer, start: number): number {
  return afterZero(bytes, start + 1);
}

function endOf(bytes: Buffer, start: number): number {
  const value = valueOf(bytes, start);
  switch (bytes[start]) {
    case TYPES.UNDEFINED:
    case TYPES.NULL:
    case TYPES.MIN_KEY:
    case TYPES.MAX_KEY:
      return value;
    case TYPES.BOOLEAN:
      return value + 1;
    case TYPES.INT32:
      return value + 4;
    case TYPES.DOUBLE:
    case TYPES.DATE:
    case TYPES.TIMESTAMP:
    case TYPES.INT64:
      return value + 8;
    case TYPES.OBJECT_ID:
      return value + 12;
    case TYPES.DECIMAL:
      return value + 16;
    case TYPES.STRING:
    case TYPES.CODE:
    case TYPES.SYMBOL:
      return value + 4 + bytes.readInt32LE(value);
    case TYPES.BINARY:
      return value + 5 + bytes.readInt32LE(value);
    case TYPES.DB_POINTER:
      return value + 16 + bytes.readInt32LE(value);
    case TYPES.OBJECT:
    case TYPES.ARRAY:
    case TYPES.CODE_WITH_SCOPE:
      return value + bytes.readInt32LE(value);
    case TYPES.PATTERN:
      return afterZero(bytes, afterZero(bytes, value));
    default:
      throw new TypeError(`no type of BSON: ${bytes[start]}`);
  }
}

function afterZero(bytes: Buffer, from: number): number {
  let at = from;
  while (at < bytes.length && bytes[at] !== 0) at += 1;
  return at + 1;
}
