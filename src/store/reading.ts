// A payment that was read for those who watch it, decoded as far as somebody asks. Of ten thousand payments that have news
// at once, each is looked at for one event and a few fields; decoding all of them, with all that has happened before, and
// clearing it away again was half of what a burst cost. A test holds this against documents decoded whole.

import mongoose from 'mongoose';
import type { Intent, IntentEvent } from '../core/intent.ts';
import type { Reading } from '../services/ports.ts';
import { LATER_FIELDS } from './document.ts';
import { elementsOf, isNamed, TYPES, valueOf } from './elements.ts';

const { BOOLEAN, DATE, INT32, NULL, OBJECT, STRING } = TYPES;
const { BSON } = mongoose.mongo;

/** The names in the documents. */
const FIELDS: Readonly<Record<keyof Intent, string>> = {
  id: '_id',
  appId: 'appId',
  referenceId: 'referenceId',
  amount: 'amount',
  country: 'country',
  customer: 'customer',
  returnUrl: 'returnUrl',
  metadata: 'metadata',
  gateway: 'gateway',
  paymentMode: 'paymentMode',
  routing: 'routing',
  status: 'status',
  outcomeUnknown: 'outcomeUnknown',
  needsReview: 'needsReview',
  reviewReason: 'reviewReason',
  failure: 'failure',
  cancellationReason: 'cancellationReason',
  late: 'late',
  gatewayTransactionId: 'gatewayTransactionId',
  receipt: 'receipt',
  served: 'served',
  instrument: 'instrument',
  nextAction: 'nextAction',
  attempts: 'attempts',
  refunds: 'refunds',
  events: 'events',
  keys: 'keys',
  version: 'version',
  due: 'due',
  polls: 'polls',
  lease: 'lease',
  createdAt: 'createdAt',
  updatedAt: 'updatedAt',
  expiresAt: 'expiresAt',
};

/** Bytes of one document, and what has been made of them. */
class LazyDocument {
  bytes: Buffer;
  readonly elements: readonly number[];
  readonly values = new Map<string, unknown>();

  constructor(bytes: Buffer) {
    this.bytes = bytes;
    this.elements = elementsOf(bytes, 0);
  }

  /** Its place among the elements; -1: there is none. */
  placeOf(name: string): number {
    const { bytes, elements } = this;
    for (let place = 0; place < elements.length - 1; place += 1) {
      if (isNamed(bytes, elements[place] ?? 0, name)) return place;
    }
    return -1;
  }

  /** The same object whenever it is asked for. */
  value(name: string): unknown {
    if (this.values.has(name)) return this.values.get(name);
    const place = this.placeOf(name);
    const later = LATER_FIELDS[name as keyof typeof LATER_FIELDS];
    const value = place === -1 ? later : decoded(this.bytes, this.elements, place);
    this.values.set(name, value);
    return value;
  }
}

/** Of the fields, one property each; it has no others. */
class LazyIntent {
  readonly document: LazyDocument;

  constructor(document: LazyDocument) {
    this.document = document;
  }
}
for (const [field, name] of Object.entries(FIELDS)) {
  Object.defineProperty(LazyIntent.prototype, field, {
    get(this: LazyIntent) {
      return this.document.value(name);
    },
  });
}

/** Of a document as the driver brings it with `raw`. */
export function readingOf(raw: Uint8Array): Reading {
  const document = new LazyDocument(Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength));
  const place = document.placeOf('events');
  if (place === -1) throw new Error('a document without events');
  const events = elementsOf(document.bytes, valueOf(document.bytes, document.elements[place] ?? 0));
  const eventCount = events.length - 1;
  return {
    intent: new LazyIntent(document) as unknown as Intent,
    eventCount,
    eventAt(index) {
      if (!(index >= 0 && index < eventCount)) throw new Error(`a document without event ${index + 1}`);
      return decoded(document.bytes, events, index) as IntentEvent;
    },
    keep() {
      document.bytes = Buffer.from(document.bytes);
    },
  };
}

function decoded(bytes: Buffer, elements: readonly number[], place: number): unknown {
  const element = elements[place] ?? 0;
  const start = valueOf(bytes, element);
  switch (bytes[element]) {
    case STRING:
      return bytes.toString('utf8', start + 4, start + 3 + bytes.readInt32LE(start));
    case OBJECT:
      return BSON.deserialize(bytes, { index: start, allowObjectSmallerThanBufferSize: true });
    case BOOLEAN:
      return bytes[start] === 1;
    case DATE:
      return new Date(Number(bytes.readBigInt64LE(start)));
    case NULL:
      return null;
    case INT32:
      return bytes.readInt32LE(start);
    default:
      return decodedAlone(bytes.subarray(element, elements[place + 1]));
  }
}

/** By the library, as the one member of a document. */
function decodedAlone(element: Uint8Array): unknown {
  const size = element.length + 5;
  const document = Buffer.alloc(size);
  document.writeInt32LE(size);
  document.set(element, 4);
  return Object.values(BSON.deserialize(document))[0];
}
