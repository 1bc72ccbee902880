// Shows what is written to a file from now on, so that the app's complaints reach the terminal of whoever keeps it.
import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';

const CHUNK = 64 * 1024;

function sizeOf(file) {
  try {
    return statSync(file).size;
  } catch {
    return 0;
  }
}

/** @returns a function that shows what has been added since it was called last */
export function follow(file, show, { fromStart }) {
  let at = fromStart ? 0 : sizeOf(file);
  return () => {
    if (sizeOf(file) <= at) return;
    const descriptor = openSync(file, 'r');
    try {
      const { size } = fstatSync(descriptor);
      while (at < size) {
        const buffer = Buffer.alloc(Math.min(CHUNK, size - at));
        const length = readSync(descriptor, buffer, 0, buffer.length, at);
        if (length === 0) return;
        at += length;
        show(buffer.subarray(0, length));
      }
    } finally {
      closeSync(descriptor);
    }
  };
}
