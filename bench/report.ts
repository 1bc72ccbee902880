// What a bench has come to: medians of its rounds, held against its goals; as a table for the terminal and for
// RESULTS.md.

import type { Figures, Round } from './load.ts';

export interface Goal {
  readonly name: 'throughput' | 'CPU' | 'time';
  /** At least this, for CPU at most; as a ratio to the floor. */
  readonly must: number;
  readonly aim: number | null;
}

export interface Outcome {
  readonly id: string;
  readonly title: string;
  readonly unit: 'requests' | 'sockets';
  readonly goals: readonly Goal[];
  readonly rounds: readonly Round[];
}

/** What one socket holds, above what the server holds without any. */
export interface MemoryFigures {
  readonly rssBytes: number;
  /** Heap and buffers alone. */
  readonly heldBytes: number;
  readonly rssMiB: number;
}

export interface MemoryOutcome {
  readonly id: string;
  readonly title: string;
  /** At most this, as a ratio to the floor. */
  readonly goals: readonly { readonly name: 'RSS'; readonly must: number; readonly aim: number | null }[];
  readonly rounds: readonly { readonly ours: MemoryFigures; readonly floor: MemoryFigures }[];
}

export interface Verdict {
  readonly text: string;
  readonly met: boolean;
}

/** How far ours reaches: throughput over the floor's, or the floor's time over ours. 1 is as good as the floor. */
function reachOf({ unit }: Outcome, { ours, floor }: Round): number {
  return unit === 'requests' ? ours.perSecond / floor.perSecond : floor.p50Ms / ours.p50Ms;
}

const cpuOf = ({ ours, floor }: Round): number => ours.cpuUs / floor.cpuUs;

export function verdictsOf(outcome: Outcome | MemoryOutcome): readonly Verdict[] {
  return outcome.goals.map(({ name, must, aim }) => {
    const isCost = name === 'CPU' || name === 'RSS';
    const ratio = median(ratiosOf(outcome, name));
    const bound = isCost ? `at most ${must.toFixed(2)}x` : `at least ${must.toFixed(2)}`;
    const wish = aim === null ? '' : `, aim ${aim.toFixed(2)}`;
    const met = isCost ? ratio <= must : ratio >= must;
    return { text: `${name} ${ratio.toFixed(2)} (${bound}${wish})${met ? '' : ' MISSED'}`, met };
  });
}

function ratiosOf(outcome: Outcome | MemoryOutcome, name: Goal['name'] | 'RSS'): readonly number[] {
  if (!('unit' in outcome)) return outcome.rounds.map(({ ours, floor }) => ours.rssBytes / floor.rssBytes);
  return outcome.rounds.map((round) => (name === 'CPU' ? cpuOf(round) : reachOf(outcome, round)));
}

export function tableOf(outcomes: readonly Outcome[]): string {
  const head = [
    'bench',
    'server',
    'ratio',
    'spread',
    'CPU ratio',
    'a second',
    'CPU µs',
    'busy',
    'p50 ms',
    'p99 ms',
    'RSS MiB',
  ];
  const rows = outcomes.flatMap((outcome) => {
    const { id, rounds } = outcome;
    const reach = rounds.map((round) => reachOf(outcome, round));
    const spread = `${Math.min(...reach).toFixed(2)}–${Math.max(...reach).toFixed(2)}`;
    const ours = figuresOf(rounds.map((round) => round.ours));
    const floor = figuresOf(rounds.map((round) => round.floor));
    const cpu = `${median(rounds.map(cpuOf)).toFixed(2)}x`;
    return [
      [id, 'ours', median(reach).toFixed(2), spread, cpu, ...ours],
      ['', 'floor', '1', '', '1', ...floor],
    ];
  });
  return aligned([head, ...rows]);
}

function figuresOf(all: readonly Figures[]): readonly string[] {
  const of = (name: keyof Figures, digits: number): string => median(all.map((one) => one[name])).toFixed(digits);
  const busy = `${Math.round(100 * median(all.map((one) => one.busy)))} %`;
  return [of('perSecond', 0), of('cpuUs', 1), busy, of('p50Ms', 1), of('p99Ms', 1), of('rssMiB', 0)];
}

export function memoryTableOf(outcomes: readonly MemoryOutcome[]): string {
  const head = ['bench', 'server', 'ratio', 'spread', 'RSS KiB a socket', 'held KiB a socket', 'RSS MiB'];
  const rows = outcomes.flatMap((outcome) => {
    const { id, rounds } = outcome;
    const ratios = ratiosOf(outcome, 'RSS');
    const spread = `${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)}`;
    const of = (side: 'ours' | 'floor'): readonly string[] => {
      const middle = (name: keyof MemoryFigures): number => median(rounds.map((round) => round[side][name]));
      return [
        (middle('rssBytes') / 1_024).toFixed(1),
        (middle('heldBytes') / 1_024).toFixed(1),
        middle('rssMiB').toFixed(0),
      ];
    };
    return [
      [id, 'ours', median(ratios).toFixed(2), spread, ...of('ours')],
      ['', 'floor', '1', '', ...of('floor')],
    ];
  });
  return aligned([head, ...rows]);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle)] ?? Number.NaN)) / 2;
}

/** A table that is Markdown, and is aligned for reading as it stands. */
function aligned(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`;
  const rule = widths.map((width) => '-'.repeat(width));
  const [head = [], ...rest] = rows;
  return [line(head), line(rule), ...rest.map(line)].join('\n');
}

export interface Results {
  readonly outcomes: readonly Outcome[];
  readonly memory: readonly MemoryOutcome[];
}

export function resultsPage(
  { outcomes, memory }: Results,
  about: { readonly date: string; readonly machine: string; readonly versions: string; readonly command: string },
): string {
  const verdicts = [...outcomes, ...memory].map((outcome) => {
    const goals = verdictsOf(outcome).map(({ text }) => text);
    return `- **${outcome.id}** ${outcome.title}. ${goals.length === 0 ? 'For information.' : `${goals.join('; ')}.`}`;
  });
  return `# Benchmarks

Measured ${about.date} with \`${about.command}\`. The absolute figures are this machine's alone; what carries over are
the ratios, because each floor was measured in the same run, in turns with ours.

- Machine: ${about.machine}.
- Versions: ${about.versions}.

${verdicts.join('\n')}

${tableOf(outcomes)}

${memoryTableOf(memory)}

How to read it:

- **ratio**: the median of the rounds. For requests, ours a second over the floor's; for B5 and B6, the floor's time until
  the last socket has its event over ours; for B7, our memory over the floor's. **spread**: the lowest and the highest
  round. **CPU ratio**: server CPU for each request (for B5 and B6, for each event and socket), ours over the floor's.
- **CPU µs** is the server process's user and system time, all threads. **busy** is its share of one core: below 90 %
  something else was the limit (MongoDB, the load), and the CPU ratio says more than the throughput.
- **p50** and **p99** are of one request; for B5 and B6, of the events of a round: the middle one's and the slowest one's
  time until the last socket has it.
- **RSS a socket** is what 10,000 open sockets add to the process once it has collected its garbage, over their number;
  **held** is its heap and buffers alone.
- The reply's content is checked before a server is timed, and any failed request ends the run.
- The floors do what the product cannot do without, and nothing else: no authentication, no validation, no GraphQL, no
  limits, no log. What each does is in \`bench/servers/\`.
`;
}
