// Goal: a payment that is decoded as somebody asks for it is the payment. Method: the same documents, decoded whole by the
// library; among them fields of every type of BSON that JavaScript can write, wherever a field may stand.

import mongoose from 'mongoose';
import { describe, expect, it } from 'vitest';
import { anIntent, anIntentIn, momentOf } from '../core/intent.fixture.ts';
import type { Intent, IntentEvent } from '../core/intent.ts';
import { fromDocument, type IntentDocument } from './document.ts';
import { elementsOf } from './elements.ts';
import { readingOf } from './reading.ts';

const { BSON } = mongoose.mongo;

function documentOf({ id, ...rest }: Intent): Record<string, unknown> {
  return { _id: id, ...rest, sequence: rest.events.length, lastOps: ['op'] };
}

/** The fields in any order: documents are written by more than one hand. */
function turned(document: Record<string, unknown>, by: number): Record<string, unknown> {
  const entries = Object.entries(document);
  return Object.fromEntries([...entries.slice(by), ...entries.slice(0, by)]);
}

function expectSame(document: Record<string, unknown>): void {
  const bytes = BSON.serialize(document);
  const plain = fromDocument(BSON.deserialize(bytes) as IntentDocument);
  // As in a reply, where others stand before and after it.
  const reply = new Uint8Array(bytes.length + 64).fill(7);
  reply.set(bytes, 32);
  const reading = readingOf(reply.subarray(32, 32 + bytes.length));
  for (const kept of [false, true]) {
    if (kept) {
      reading.keep();
      reply.fill(0);
    }
    for (const [name, value] of Object.entries(plain))
      expect([name, reading.intent[name as keyof Intent]]).toEqual([name, value]);
    expect(reading.eventCount).toBe(plain.events.length);
    for (const [index, event] of plain.events.entries()) {
      const read = reading.eventAt(index);
      for (const [name, value] of Object.entries(event))
        expect([name, read[name as keyof IntentEvent]]).toEqual([name, value]);
    }
  }
}

const full = anIntentIn('SUCCEEDED', {
  metadata: [{ key: '__proto__', value: 'ü€😀' }],
  nextAction: { kind: 'PHONE_PUSH', phone: '+2290161000000', promptExpiresAt: momentOf(9).at },
  due: { kind: 'poll-intent', at: momentOf(10).at },
  amount: { amount: Number.MAX_SAFE_INTEGER, currency: 'XOF' },
  receipt: '',
});

describe('the elements of a document', () => {
  const bytes = Buffer.from(BSON.serialize(documentOf(full)));

  it('are as many as the library finds', () => {
    expect(elementsOf(bytes, 0)).toHaveLength([...BSON.onDemand.parseToElements(bytes)].length + 1);
  });

  it('are refused where they are none, and never read for ever', () => {
    for (let at = 0; at < bytes.length; at += 1) {
      for (const value of [0, 1, 0x7f, 0xff]) {
        const broken = Buffer.from(bytes);
        broken[at] = value;
        try {
          elementsOf(broken, 0);
        } catch (error) {
          expect([TypeError, RangeError].some((kind) => error instanceof kind)).toBe(true);
        }
      }
    }
    expect(() => elementsOf(bytes.subarray(0, bytes.length - 1), 0)).toThrow();
  });
});

describe('a reading', () => {
  it('has the fields and events of its document', () => {
    for (const intent of [anIntent(), full, anIntent({ events: [] })]) {
      const document = documentOf(intent);
      for (let by = 0; by < Object.keys(document).length; by += 5) expectSame(turned(document, by));
    }
  });

  it.each([
    ['a double', 1.5],
    ['minus zero', -0],
    ['a long', new BSON.Long(7, 1)],
    ['a long that no number holds', BSON.Long.MAX_VALUE],
    ['a text of other letters', 'façade ﷽ \0 end'],
    ['an array', [1, [2, { three: null }], 'x']],
    ['bytes', new BSON.Binary(Buffer.from('bytes'))],
    ['an ObjectId', new BSON.ObjectId()],
    ['a decimal', BSON.Decimal128.fromString('12.50')],
    ['a time of long ago', new Date(-62_135_596_800_000)],
    ['a timestamp', new BSON.Timestamp({ t: 5, i: 6 })],
    ['a pattern', /a.c/i],
    ['code', new BSON.Code('a + b')],
    ['code with a scope', new BSON.Code('a + b', { a: 1 })],
    ['a symbol', new BSON.BSONSymbol('s')],
    ['the smallest key', new BSON.MinKey()],
    ['the largest key', new BSON.MaxKey()],
    ['false', false],
    ['null', null],
    ['names of prototypes', { constructor: 1, ['__proto__']: { polluted: true } }],
  ])('decodes %s as the library does', (_name, value) => {
    expectSame({ ...documentOf(full), referenceId: value, served: value });
  });

  it('gives older documents what they do not have', () => {
    const { receipt: _receipt, served: _served, ...older } = documentOf(full);
    expect(readingOf(BSON.serialize(older)).intent).toMatchObject({ receipt: null, served: null });
    expectSame(older);
  });

  it('decodes once what is asked for twice', () => {
    const { intent } = readingOf(BSON.serialize(documentOf(full)));
    expect(intent.refunds).toBe(intent.refunds);
    expect(intent.createdAt).toBe(intent.createdAt);
  });

  it('says what is wrong with a document that is no payment', () => {
    const { events: _events, ...rest } = documentOf(full);
    expect(() => readingOf(BSON.serialize(rest))).toThrow('a document without events');
    expect(() => readingOf(BSON.serialize(documentOf(full))).eventAt(2_000)).toThrow('a document without event 2001');
  });
});
