/** Random numbers from a seed: mulberry32. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0 up to but not including 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** An integer in a range that includes both ends. */
  integer(from: number, to: number): number {
    return from + Math.floor(this.next() * (to - from + 1));
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(values: readonly T[]): T {
    return values[this.integer(0, values.length - 1)];
  }

  /** A name with a probability that is proportional to its weight. */
  weighted<T extends string>(weights: ReadonlyMap<T, number>): T {
    let rest = this.next() * [...weights.values()].reduce((sum, weight) => sum + weight, 0);
    let last: T | undefined;
    for (const [name, weight] of weights) {
      last = name;
      rest -= weight;
      if (rest < 0) break;
    }
    if (last === undefined) throw new Error('nothing to choose from');
    return last;
  }
}
