// What the person at the terminal sees: plain lines, a sign of life for whatever takes over a second, one clear refusal.

// A reader that goes away (a closed terminal, a cut pipe) must not take the running services down with it.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

const SILENT_MS = 1000;
const REPEAT_MS = 15_000;

/** Something that the person can act on. Its text is shown as it is, without a stack. */
export class SetupError extends Error {}

/** Thrown into work that is under way when the person has asked to stop. Never shown. */
export class Interrupted extends Error {}

export function say(text) {
  process.stdout.write(`${text}\n`);
}

export function complain(text) {
  process.stderr.write(`${text}\n`);
}

export async function progress(what, work) {
  const startedAt = Date.now();
  const seconds = () => ((Date.now() - startedAt) / 1000).toFixed(1);
  let shown = false;
  const first = setTimeout(() => {
    shown = true;
    say(`${what} ...`);
  }, SILENT_MS);
  const again = setInterval(() => say(`${what} ... ${seconds()} s so far`), REPEAT_MS);
  try {
    const result = await work();
    if (shown) say(`${what}: done in ${seconds()} s`);
    return result;
  } finally {
    clearTimeout(first);
    clearInterval(again);
  }
}

/** All refusals of several parts at once, in one message. */
export function combined(errors) {
  const unexpected = errors.find((error) => !(error instanceof SetupError));
  if (unexpected !== undefined) return unexpected;
  return new SetupError(errors.map((error) => error.message).join('\n\n'));
}

export function tail(text, lines) {
  return text.trimEnd().split('\n').slice(-lines).join('\n');
}
