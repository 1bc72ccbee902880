// Nothing that a caller waits for may last for ever.

import { RequestError } from '../core/errors.ts';

/** What was begun goes on; only its caller stops waiting, and may ask again with the same key. */
export function withinTime<Value>(work: Promise<Value>, ms: number): Promise<Value> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      const text = `This took longer than ${ms / 1_000} s. It is safe to try again with the same idempotencyKey.`;
      reject(new RequestError('UNAVAILABLE', text, 1_000));
    }, ms);
    const settled = (): void => clearTimeout(timer);
    work.then(
      (value) => {
        settled();
        resolve(value);
      },
      (error: unknown) => {
        settled();
        reject(error instanceof Error ? error : new Error(String(error)));
      },
    );
  });
}
