// Pages that watch a payment, lose their line, and come back with the last sequence they saw. Each must see 1, 2, 3 … without
// a hole or a repeat, whoever dies in between (I15).

import { nextOf } from '../../src/core/supply.ts';
import type { Watch } from '../../src/services/index.ts';
import type { Process } from './processes.ts';
import type { Story } from './stories.ts';
import { viewerOf, type UserTools } from './users.ts';

export interface Watchers {
  begin(): void;
  /** Every watcher comes back and reads to the end. */
  end(): Promise<void>;
  /** What was seen otherwise than in its turn. */
  readonly faults: readonly string[];
}

interface Watcher {
  readonly story: Story;
  last: number;
  stream: Watch | null;
  process: Process | null;
  isDone: boolean;
}

export function createWatchers(tools: UserTools): Watchers {
  const { scheduler, chance: seed, tally, database, processes, stories, occasions } = tools;
  const chance = seed.fork('watchers');
  const faults: string[] = [];
  const watchers: Watcher[] = [];

  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      scheduler.after(ms, 'a page has waited', resolve);
    });
  const intentOf = ({ story: { appId, key } }: Watcher) => database.latestOf(appId, `create:${key}`);

  async function open(watcher: Watcher): Promise<void> {
    const process = processes.any();
    const intent = intentOf(watcher);
    if (process === null || intent === null) return;
    const viewer = viewerOf(watcher.story.appId);
    const after = watcher.last === 0 ? null : watcher.last;
    const result = await processes.ask(process, ({ events }) => events.watch(viewer, intent._id, after));
    if (result.kind !== 'answer') return;
    if (result.value === null) faults.push(`${intent._id} is there, and cannot be watched`);
    watcher.stream = result.value;
    watcher.process = process;
  }

  /** One piece of news. false: the stream is over, for whatever reason. */
  async function take(watcher: Watcher): Promise<boolean> {
    const { stream, process } = watcher;
    if (stream === null || process === null || !process.alive) return false;
    const result = await processes.ask(process, () => nextOf(stream));
    if (result.kind !== 'answer') {
      if (result.kind === 'refused')
        tally.add(`watch: ${(result.error as Error & { reason?: string }).reason ?? result.error.name}`);
      return false;
    }
    if (result.value === null) {
      watcher.isDone = true;
      tally.add('watch: complete');
      return false;
    }
    const { event } = result.value;
    if (event.sequence !== watcher.last + 1) faults.push(`a watcher saw ${event.sequence} after ${watcher.last}`);
    watcher.last = event.sequence;
    return true;
  }

  async function watch(watcher: Watcher): Promise<void> {
    for (let times = 0; times < 20 && !watcher.isDone; times += 1) {
      await open(watcher);
      if (times > 0) tally.add('watch: came back');
      const hangsUpAfter = chance.is(0.3) ? chance.whole(4) : Infinity;
      for (let seen = 0; seen < hangsUpAfter && (await take(watcher)); seen += 1) {
        if (chance.is(0.1)) await pause(chance.whole(25_000));
      }
      const { stream, process } = watcher;
      if (stream !== null && process?.alive === true) void processes.ask(process, async () => stream.close());
      watcher.stream = null;
      await pause(chance.between(100, 10_000));
    }
  }

  return {
    faults,
    begin() {
      for (const story of stories) {
        for (let times = chance.whole(3); times > 0; times -= 1) {
          const watcher: Watcher = { story, last: 0, stream: null, process: null, isDone: false };
          watchers.push(watcher);
          occasions.someTime(story, 'a page opens', () => void watch(watcher));
        }
      }
    },
    async end() {
      await Promise.all(
        watchers.map(async (watcher) => {
          const intent = intentOf(watcher);
          if (intent === null) return;
          if (watcher.stream !== null && watcher.process?.alive === true) {
            faults.push(`a watcher of ${intent._id} (${intent.status}) was left waiting at ${watcher.last}`);
          }
          const again: Watcher = { ...watcher, isDone: false, stream: null };
          await open(again);
          while (await take(again));
          if (again.last !== intent.events.length || !again.isDone) {
            faults.push(
              `a watcher of ${intent._id} (${intent.status}) saw ${again.last} of ${intent.events.length} events`,
            );
          }
        }),
      );
    },
  };
}
