// How a provider that waits for our answer calls us: what is not answered is called again, word for word, until it is.

import type { CallbackMessage } from './simulator-callbacks.ts';
import type { Timers } from './simulator-timers.ts';
import type { Words } from './simulator-words.ts';

export interface ServedCaller {
  /** The body of our answer. Rejects only when the simulator closes. */
  ask(message: CallbackMessage, words: Words): Promise<string>;
  close(): void;
}

interface Parts {
  readonly timers: Timers;
  /** Where we answer. Asked at every call: our port may be known late. */
  readonly url: () => string;
  /** Pauses before a call is repeated; the last one repeats. */
  readonly pausesMs: readonly number[];
  /** false: not yet an answer, such as "try again later". */
  readonly isAnswer: (body: string) => boolean;
}

const DUPLICATES = 5;
const CALL_TIMEOUT_MS = 20_000;

export function createServedCaller({ timers, url, pausesMs, isAnswer }: Parts): ServedCaller {
  const closing = new AbortController();
  const cuts = new Set<() => void>();

  return {
    async ask(message, { mood, callback }) {
      for (let tried = 0; ; tried += 1) {
        const times = callback === 'duplicate' ? DUPLICATES : 1;
        const answers = await Promise.all(Array.from({ length: times }, () => post(message)));
        const answer = answers.find((one) => one !== null && isAnswer(one)) ?? null;
        const isLost = mood === 'lost-reply' && tried === 0;
        if (answer !== null && !isLost) return answer;
        await pause(pausesMs[Math.min(tried, pausesMs.length - 1)] ?? 1_000);
      }
    },
    close() {
      closing.abort();
      for (const cut of cuts) cut();
    },
  };

  /** null: no answer, or none with the status 200. */
  async function post({ url: own = url(), headers, body }: CallbackMessage): Promise<string | null> {
    closing.signal.throwIfAborted();
    try {
      const response = await fetch(own, {
        method: 'POST',
        headers,
        body,
        redirect: 'manual',
        signal: AbortSignal.any([closing.signal, AbortSignal.timeout(CALL_TIMEOUT_MS)]),
      });
      const answer = await response.text();
      return response.status === 200 ? answer : null;
    } catch {
      closing.signal.throwIfAborted();
      return null;
    }
  }

  function pause(ms: number): Promise<void> {
    closing.signal.throwIfAborted();
    return new Promise((resolve, reject) => {
      const end = (settle: () => void) => (): void => {
        cuts.delete(cut);
        cancel();
        settle();
      };
      const cut = end(() => reject(new Error('the simulator is closed')));
      const cancel = timers.after(
        ms,
        end(() => resolve()),
      );
      cuts.add(cut);
    });
  }
}
