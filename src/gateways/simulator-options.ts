// What a test may set about one simulator beyond the words that all of them know.

import type { z } from 'zod';
import { faultIn } from './simulator-controls.ts';
import { bodyOf, json } from './simulator-http.ts';
import type { Route } from './simulator.ts';

/** `POST /<gateway>/_options` changes what is given, and answers with what is in force. */
export function optionsRoute<Detail, Options extends object>(
  body: z.ZodType<Options>,
  current: () => Options,
  change: (options: Options) => void,
): Route<Detail> {
  return {
    method: 'POST',
    path: /^\/_options$/,
    kind: null,
    run(request) {
      const parsed = body.safeParse({ ...current(), ...bodyOf(request) });
      if (!parsed.success) return faultIn(parsed.error);
      change(parsed.data);
      return json(200, parsed.data);
    },
  };
}
