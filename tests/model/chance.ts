// Chance that a seed decides: the same seed and the same questions give the same answers, on any machine.

export interface Chance {
  /** 0 ≤ n < 1. */
  next(): number;
  /** A whole number, 0 ≤ n < `below`. */
  whole(below: number): number;
  /** A whole number between the two, both included. */
  between(from: number, to: number): number;
  is(probability: number): boolean;
  pick<T>(items: readonly T[]): T;
  /** One of the names, as often as its weight says. */
  weigh<Name extends string>(weights: Readonly<Record<Name, number>>): Name;
  bytes(count: number): Buffer;
  /** Another stream of the same seed: what is asked of one does not change the other. */
  fork(name: string): Chance;
}

export function chanceOf(seed: string): Chance {
  const next = generatorOf(seed);
  const whole = (below: number): number => Math.floor(next() * below);

  return {
    next,
    whole,
    between: (from, to) => from + whole(to - from + 1),
    is: (probability) => next() < probability,
    pick(items) {
      const item = items[whole(items.length)];
      if (item === undefined) throw new Error('nothing to pick from');
      return item;
    },
    weigh<Name extends string>(weights: Readonly<Record<Name, number>>): Name {
      const names = Object.entries<number>(weights);
      let rest = next() * names.reduce((sum, [, weight]) => sum + weight, 0);
      for (const [name, weight] of names) {
        rest -= weight;
        if (rest < 0) return name as Name;
      }
      return names.at(-1)?.[0] as Name;
    },
    bytes: (count) => Buffer.from(Array.from({ length: count }, () => whole(256))),
    fork: (name) => chanceOf(`${seed}/${name}`),
  };
}

/** sfc32, started from an FNV-1a of the seed's text. */
function generatorOf(seed: string): () => number {
  let [a, b, c, d] = [0, 1, 2, 3].map((salt) => fnv1a(`${salt}:${seed}`)) as [number, number, number, number];
  const step = (): number => {
    const sum = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    c |= 0;
    return (sum >>> 0) / 0x1_0000_0000;
  };
  for (let round = 0; round < 12; round += 1) step();
  return step;
}

function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash | 0;
}
