// UUIDv7 (RFC 9562): sorted by time, unguessable. The caller brings the time and the chance.

const HEX: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** `random` holds at least 10 bytes. */
export function uuidv7(at: Date, random: Uint8Array): string {
  const time = at.getTime().toString(16).padStart(12, '0');
  const hex = (index: number): string => HEX[random[index] ?? 0] ?? '00';
  const version = HEX[0x70 | ((random[0] ?? 0) & 0x0f)] ?? '70';
  const variant = HEX[0x80 | ((random[2] ?? 0) & 0x3f)] ?? '80';
  const tail = `${hex(4)}${hex(5)}${hex(6)}${hex(7)}${hex(8)}${hex(9)}`;
  return `${time.slice(0, 8)}-${time.slice(8)}-${version}${hex(1)}-${variant}${hex(3)}-${tail}`;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Lower case, any version. What fails this is nobody's id, and no query is made for it. */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}
