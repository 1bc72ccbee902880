// Goal: our frames are the library's, byte for byte. Method: both frame texts of every length about which the head changes.

import { expect, it } from 'vitest';
import * as ws from 'ws';
import { textFrame } from './frame.ts';

// The library exports it, and its types leave it out.
const { Sender } = ws as unknown as { Sender: { frame(data: Buffer, options: object): readonly Buffer[] } };

it.each([0, 1, 124, 125, 126, 127, 65_534, 65_535, 65_536, 70_000])('a text of %i bytes', (size) => {
  const text = 'x'.repeat(size);
  const theirs = Sender.frame(Buffer.from(text), { fin: true, opcode: 1, mask: false, readOnly: true, rsv1: false });
  expect(textFrame(text).equals(Buffer.concat([...theirs]))).toBe(true);
});

it('counts bytes, not letters', () => {
  const frame = textFrame('é'.repeat(100));
  expect([frame[1], frame.readUInt16BE(2), frame.toString('utf8', 4)]).toEqual([126, 200, 'é'.repeat(100)]);
});
