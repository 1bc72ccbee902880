// What a payment's metadata tells the mock provider to do: any of the design's words, separated by spaces or commas.

import { json, type SimulatorReply } from '../simulator-http.ts';
import { CALLBACK_WORDS, MOODS, NO_WORDS, PHONE_ACTIONS, type Words } from '../simulator-words.ts';

/** A word that nobody knows is refused by name: a misspelt test must not look like a payment that went well. */
export function wordsIn(value: unknown): Words | SimulatorReply | null {
  if (typeof value !== 'string' || value.trim() === '') return null;
  let words = NO_WORDS;
  for (const word of value
    .trim()
    .toLowerCase()
    .split(/[\s,]+/)) {
    const mood = MOODS.find((one) => one === word);
    const callback = CALLBACK_WORDS.find((one) => one === word);
    const action = PHONE_ACTIONS.find((one) => one === word);
    if (mood === undefined && callback === undefined && action === undefined) {
      const name = word.replace(/[^a-z0-9-]/g, '').slice(0, 40);
      return json(400, { error: { code: `unknown_word:${name}` } });
    }
    // `normal` is a mood and a callback; beside another word it takes nothing back.
    words = {
      mood: mood === undefined || mood === 'normal' ? words.mood : mood,
      callback: callback === undefined || callback === 'normal' ? words.callback : callback,
      action: action ?? words.action,
    };
  }
  return words;
}
