// What every program in TypeScript uses: the descriptor limit and the measurement.
import { getDescriptorLimit, setDescriptorLimit } from 'io-selectors/fd';

/** Longer than in C and Python, because V8 compiles the code. */
const WARM_UP_MS = 60;
const CHUNK_MS = 5;

/** Raises the soft limit of descriptors to the hard limit. */
export function raiseLimit(): void {
  setDescriptorLimit(getDescriptorLimit().hard);
}

class Measurement {
  /** The number of units in the next chunk. */
  count = 1;
  #done = 0;
  #warmUpMs = WARM_UP_MS;
  #elapsedMs = 0;
  readonly #milliseconds: number;

  constructor(milliseconds: number) {
    this.#milliseconds = milliseconds;
  }

  get over(): boolean {
    return this.#elapsedMs >= this.#milliseconds;
  }

  get nanoseconds(): number {
    return (this.#elapsedMs * 1e6) / this.#done;
  }

  add(chunkMs: number): void {
    if (this.#warmUpMs > 0) {
      this.#warmUpMs -= chunkMs;
      if (chunkMs < CHUNK_MS) this.count *= 2;
    } else {
      this.#elapsedMs += chunkMs;
      this.#done += this.count;
    }
  }
}

/** Returns the nanoseconds that one of the units of run(count) takes. */
export function measure(run: (count: number) => void, milliseconds: number): number {
  const measurement = new Measurement(milliseconds);
  while (!measurement.over) {
    const start = performance.now();
    run(measurement.count);
    measurement.add(performance.now() - start);
  }
  return measurement.nanoseconds;
}

/** The same for work that takes turns with the event loop. */
export async function measureAsync(run: (count: number) => Promise<void>, milliseconds: number): Promise<number> {
  const measurement = new Measurement(milliseconds);
  while (!measurement.over) {
    const start = performance.now();
    await run(measurement.count);
    measurement.add(performance.now() - start);
  }
  return measurement.nanoseconds;
}
