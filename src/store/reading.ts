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

/** A field of a document: its name, and among which of its elements it stood in the last one. They seldom move. */
interface Field {
  readonly name: string;
  place: number;
}

const field = (name: string): Field => ({ name, place: 0 });

const INTENT_FIELDS: Readonly<Record<keyof Intent, Field>> = {
  id: field('_id'),
  appId: field('appId'),
  referenceId: field('referenceId'),
  amount: field('amount'),
  country: field('country'),
  customer: field('customer'),
  returnUrl: field('returnUrl'),
  metadata: field('metadata'),
  gateway: field('gateway'),
  paymentMode: field('paymentMode'),
  routing: field('routing'),
  status: field('status'),
  outcomeUnknown: field('outcomeUnknown'),
  needsReview: field('needsReview'),
  reviewReason: field('reviewReason'),
  failure: field('failure'),
  cancellationReason: field('cancellationReason'),
  late: field('late'),
  gatewayTransactionId: field('gatewayTransactionId'),
  receipt: field('receipt'),
  served: field('served'),
  instrument: field('instrument'),
  nextAction: field('nextAction'),
  attempts: field('attempts'),
  refunds: field('refunds'),
  events: field('events'),
  keys: field('keys'),
  version: field('version'),
  due: field('due'),
  polls: field('polls'),
  lease: field('lease'),
  createdAt: field('createdAt'),
  updatedAt: field('updatedAt'),
  expiresAt: field('expiresAt'),
};

const EVENT_FIELDS: Readonly<Record<keyof IntentEvent, Field>> = {
  id: field('id'),
  sequence: field('sequence'),
  type: field('type'),
  from: field('from'),
  status: field('status'),
  at: field('at'),
  cause: field('cause'),
  refund: field('refund'),
};

/** The bytes that documents stand in. They are taken out of a reply when one of them is kept. */
interface Source {
  bytes: Buffer;
}

/** One document, and the objects that have been made of it. */
class LazyDocument {
  readonly source: Source;
  readonly elements: readonly number[];
  /** A field, what was made of it, another field, and so on: seldom more than one, so a list is less than a map. */
  objects: unknown[] | null = null;

  constructor(source: Source, start: number) {
    this.source = source;
    this.elements = elementsOf(source.bytes, start);
  }

  /** Its place among the elements; -1: there is none. */
  placeOf(wanted: Field): number {
    const { source, elements } = this;
    const last = elements.length - 1;
    if (wanted.place < last && isNamed(source.bytes, elements[wanted.place] ?? 0, wanted.name)) return wanted.place;
    for (let place = 0; place < last; place += 1) {
      if (isNamed(source.bytes, elements[place] ?? 0, wanted.name)) {
        wanted.place = place;
        return place;
      }
    }
    return -1;
  }

  /** The same object whenever it is asked for. */
  value(wanted: Field): unknown {
    const { objects } = this;
    if (objects !== null) {
      const known = objects.indexOf(wanted);
      if (known !== -1) return objects[known + 1];
    }
    const place = this.placeOf(wanted);
    const later = LATER_FIELDS[wanted.name as keyof typeof LATER_FIELDS];
    const value = place === -1 ? later : decoded(this.source.bytes, this.elements, place);
    if (typeof value !== 'object' || value === null) return value;
    if (objects === null) this.objects = [wanted, value];
    else objects.push(wanted, value);
    return value;
  }
}

/** Objects whose only properties are these fields, each decoded when it is asked for. */
function viewWith(fields: Readonly<Record<string, Field>>): new (document: LazyDocument) => object {
  class View {
    readonly document: LazyDocument;

    constructor(document: LazyDocument) {
      this.document = document;
    }
  }
  for (const [name, wanted] of Object.entries(fields)) {
    Object.defineProperty(View.prototype, name, {
      get(this: View) {
        return this.document.value(wanted);
      },
    });
  }
  return View;
}

const IntentView = viewWith(INTENT_FIELDS);
const EventView = viewWith(EVENT_FIELDS);

class LazyReading implements Reading {
  readonly source: Source;
  readonly intent: Intent;
  /** Where each event starts. */
  readonly events: readonly number[];
  isKept = false;

  constructor(bytes: Buffer) {
    this.source = { bytes };
    const document = new LazyDocument(this.source, 0);
    const place = document.placeOf(INTENT_FIELDS.events);
    if (place === -1) throw new Error('a document without events');
    this.events = elementsOf(bytes, valueOf(bytes, document.elements[place] ?? 0));
    this.intent = new IntentView(document) as Intent;
  }

  get eventCount(): number {
    return this.events.length - 1;
  }

  eventAt(index: number): IntentEvent {
    if (!(index >= 0 && index < this.eventCount)) throw new Error(`a document without event ${index + 1}`);
    const start = valueOf(this.source.bytes, this.events[index] ?? 0);
    return new EventView(new LazyDocument(this.source, start)) as IntentEvent;
  }

  keep(): void {
    if (!this.isKept) this.source.bytes = Buffer.from(this.source.bytes);
    this.isKept = true;
  }
}

/** Of a document as the driver brings it with `raw`. */
export function readingOf(raw: Uint8Array): Reading {
  return new LazyReading(Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength));
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
