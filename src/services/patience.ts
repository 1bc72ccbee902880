// A repeat that meets its own first call in the air: equal calls get equal answers, so it waits for that one's end. Not for
// ever: whoever asks again is to learn within a moment that there is nothing to learn yet.

import { IdempotencyConflict } from '../core/errors.ts';
import type { Intent } from '../core/intent.ts';

const WAIT_MS = 2_000;
const LOOK_EVERY_MS = 50;

/** The intent once it is no longer `inTheAir`. Throws IN_PROGRESS after 2 s. */
export async function ended(
  first: Intent,
  inTheAir: (intent: Intent) => boolean,
  look: (id: string) => Promise<Intent | null>,
): Promise<Intent> {
  const until = performance.now() + WAIT_MS;
  let intent = first;
  while (inTheAir(intent)) {
    if (performance.now() > until) throw new IdempotencyConflict('IN_PROGRESS');
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    intent = (await look(first.id)) ?? intent;
  }
  return intent;
}
