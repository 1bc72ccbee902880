// Faults to plant in the product, by changing its sources as they are loaded: a model that finds none of them sees nothing.
// Each is a mistake that somebody could make in good faith. `npm run soak -- --plants` plays them all.

import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';

export interface Plant {
  readonly name: string;
  readonly changes: readonly Change[];
}

/** In a file below src, where `from` stands exactly once. */
type Change = readonly [file: string, from: string, to: string];

export const PLANTS: readonly Plant[] = [
  {
    name: 'no version guard',
    changes: [['store/intents.ts', '      version: before.version,\n', '']],
  },
  {
    name: 'no lease fence',
    changes: [
      ['store/intents.ts', "      ...(fence === undefined ? {} : { 'lease.fence': fence }),\n", ''],
      [
        'services/change.ts',
        'if (fence !== undefined && current.lease?.fence !== fence) throw new LeaseLost(before.id);',
        '',
      ],
    ],
  },
  {
    name: 'called before it is stored',
    changes: [
      [
        'services/create.ts',
        'const inserted = await intents.insert(intent);',
        'void connected.gateway.collect?.(collectRequest(intent)); const inserted = await intents.insert(intent);',
      ],
    ],
  },
  {
    name: 'resent under a new reference',
    changes: [
      [
        'services/work.ts',
        'collect?.(collectRequest(intent))',
        'collect?.({ ...collectRequest(intent), reference: world.ids.next() })',
      ],
    ],
  },
  {
    name: 'a timeout is a decline',
    changes: [
      [
        'core/settle.ts',
        'const lost = providerId === null;',
        "const lost = providerId === null; if (lost) return recordOutcome(intent, { kind: 'declined', failure: failureOf('PROVIDER_ERROR', null) }, moment);",
      ],
    ],
  },
  {
    name: 'an unknown outcome is looked at by nobody',
    changes: [
      [
        'core/due.ts',
        'if (!isTerminal(intent.status)) return',
        'if (!isTerminal(intent.status) && !intent.outcomeUnknown) return',
      ],
    ],
  },
  {
    name: 'a success after the end is dropped',
    changes: [['core/intent.ts', "  EXPIRED: ['SUCCEEDED'],", '  EXPIRED: [],']],
  },
  {
    name: 'any amount settles',
    changes: [
      ['core/settle.ts', "return sameMoney(report.amount, intent.amount) ? null : 'AMOUNT_MISMATCH';", 'return null;'],
    ],
  },
  {
    name: 'a repeated success is applied again',
    changes: [
      [
        'core/intent.ts',
        "if (from === to) return { kind: 'unchanged', intent };",
        "if (from === to && to !== 'SUCCEEDED') return { kind: 'unchanged', intent };",
      ],
      [
        'core/intent.ts',
        'if (!TRANSITIONS[from].includes(to)) return',
        'if (from !== to && !TRANSITIONS[from].includes(to)) return',
      ],
    ],
  },
  {
    name: 'a refund reserves nothing',
    changes: [
      [
        'core/refund.ts',
        "(refund.status === 'FAILED' ? sum : sum + refund.amount)",
        "(refund.status !== 'SUCCEEDED' ? sum : sum + refund.amount)",
      ],
    ],
  },
  {
    name: 'a refund without an answer is released',
    changes: [
      [
        'core/refund.ts',
        "{ status: 'PROCESSING', outcomeUnknown: true }, moment.at);",
        "{ status: 'FAILED', outcomeUnknown: true }, moment.at);",
      ],
    ],
  },
  {
    name: 'a key is kept with the intent alone',
    changes: [
      ['services/create.ts', 'keys: [record] };', 'keys: [{ ...record, key: `${record.key} ${opening.id}` }] };'],
    ],
  },
  {
    name: 'a callback is acknowledged before it is stored',
    changes: [
      [
        'services/webhooks.ts',
        'const stored = await inbox.insert(row);',
        "const stored = { kind: 'stored' as const, id: row.id }; void inbox.insert(row).catch(() => undefined);",
      ],
    ],
  },
  {
    name: 'a hint settles',
    changes: [
      ['services/webhooks.ts', 'if (row.authentic && notice.report !== null) {', 'if (notice.report !== null) {'],
    ],
  },
  {
    name: 'no proof is asked of a callback',
    changes: [
      [
        'services/webhooks.ts',
        "if (verdict !== 'authentic' && verdict !== 'hint') {",
        "if (verdict !== 'authentic' && verdict !== 'hint' && name === '') {",
      ],
    ],
  },
  {
    name: 'hints alone wake a watcher',
    changes: [['services/events.ts', 'Promise.all([tail(), lookAfter()])', 'Promise.all([lookAfter()])']],
  },
  {
    name: 'Redis alone knows what is due',
    changes: [
      [
        'services/work.ts',
        'intents.due(at, SWEPT_AT_ONCE, known)',
        'Promise.resolve([] as Awaited<ReturnType<typeof intents.due>>)',
      ],
    ],
  },
];

const SRC = new URL('../../src/', import.meta.url);

/** The files as they would be; throws where a change finds no place, so that no plant goes stale unseen. */
export function planted({ name, changes }: Plant): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const [file, from, to] of changes) {
    const text = texts.get(file) ?? readFileSync(fileURLToPath(new URL(file, SRC)), 'utf8');
    const times = text.split(from).length - 1;
    if (times !== 1) throw new Error(`"${name}": ${file} holds ${times} times: ${from}`);
    texts.set(
      file,
      text.replace(from, () => to),
    );
  }
  return texts;
}

/** From now on the product is loaded with this fault in it. Has to come before the first import of it. */
export function plant(name: string): void {
  const chosen = PLANTS.find((one) => one.name === name);
  if (chosen === undefined) throw new Error(`no plant is called "${name}"`);
  const sources = new Map([...planted(chosen)].map(([file, text]) => [new URL(file, SRC).href, text]));
  registerHooks({
    load(url, context, next) {
      const source = sources.get(url);
      return source === undefined ? next(url, context) : { format: 'module-typescript', source, shortCircuit: true };
    },
  });
}
