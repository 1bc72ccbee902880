// What a run came by: how often each situation was met. A run that never reaches a state proves nothing about it.

export interface Tally {
  add(situation: string, times?: number): void;
  readonly counts: ReadonlyMap<string, number>;
}

export function createTally(): Tally {
  const counts = new Map<string, number>();
  return {
    counts,
    add(situation, times = 1) {
      if (times > 0) counts.set(situation, (counts.get(situation) ?? 0) + times);
    },
  };
}
