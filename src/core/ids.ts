// UUIDv7 (RFC 9562): sorted by time, unguessable. The caller brings the time and the chance.

/** `random` holds at least 10 bytes. */
export function uuidv7(at: Date, random: Uint8Array): string {
  const time = at.getTime().toString(16).padStart(12, '0').slice(-12);
  const bytes = Array.from(random.subarray(0, 10));
  const version = 0x70 | ((bytes[0] ?? 0) & 0x0f);
  const variant = 0x80 | ((bytes[2] ?? 0) & 0x3f);
  const tail = [version, bytes[1] ?? 0, variant, ...bytes.slice(3)]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
  return `${time.slice(0, 8)}-${time.slice(8)}-${tail.slice(0, 4)}-${tail.slice(4, 8)}-${tail.slice(8)}`;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Lower case, any version. What fails this is nobody's id, and no query is made for it. */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}
