import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isUuid, uuidv7 } from './ids.ts';

const bytes = fc.uint8Array({ minLength: 10, maxLength: 10 });
const times = fc.date({ min: new Date(0), max: new Date('9999-12-31'), noInvalidDate: true });

it('is a UUID of version 7, whose first 48 bits are the time', () => {
  fc.assert(
    fc.property(times, bytes, (at, random) => {
      const id = uuidv7(at, random);
      expect(isUuid(id)).toBe(true);
      expect(id[14]).toBe('7');
      expect(parseInt(id.replaceAll('-', '').slice(0, 12), 16)).toBe(at.getTime());
    }),
  );
});

it('holds all the chance that it was given', () => {
  const at = new Date(0);
  fc.assert(
    fc.property(bytes, fc.integer({ min: 0, max: 9 }), (random, index) => {
      const other = random.map((byte, place) => (place === index ? byte ^ 1 : byte));
      expect(uuidv7(at, other)).not.toBe(uuidv7(at, random));
    }),
  );
});

it('sorts by time', () => {
  fc.assert(
    fc.property(times, times, bytes, bytes, (a, b, one, two) => {
      fc.pre(a < b);
      expect(uuidv7(a, one) < uuidv7(b, two)).toBe(true);
    }),
  );
});
