// A text frame as a server sends it (RFC 6455, 5.2): unmasked and in one piece. Written by hand because a frame that goes to
// thousands is made once here, where the library makes its head again for each and writes head and text apart.

const TEXT = 0x81;
const SHORT_MAX = 125;
const MEDIUM_MAX = 65_535;
const IS_MEDIUM = 126;
const IS_LONG = 127;

export function textFrame(text: string): Buffer {
  const size = Buffer.byteLength(text);
  const head = size <= SHORT_MAX ? 2 : size <= MEDIUM_MAX ? 4 : 10;
  const frame = Buffer.allocUnsafe(head + size);
  frame[0] = TEXT;
  if (head === 2) {
    frame[1] = size;
  } else if (head === 4) {
    frame[1] = IS_MEDIUM;
    frame.writeUInt16BE(size, 2);
  } else {
    frame[1] = IS_LONG;
    frame.writeUIntBE(0, 2, 2);
    frame.writeUIntBE(size, 4, 6);
  }
  frame.write(text, head);
  return frame;
}
