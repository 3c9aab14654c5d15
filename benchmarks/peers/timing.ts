// What the peers in TypeScript share: the limit of descriptors, and how a cost is measured.
import { getDescriptorLimit, setDescriptorLimit } from 'io-selectors/fd';

/** Longer than in C and Python: V8 compiles meanwhile. */
const WARM_UP_MS = 60;
const CHUNK_MS = 5;

/** As many descriptors as the process may have. */
export function raiseLimit(): void {
  setDescriptorLimit(getDescriptorLimit().hard);
}

class Measurement {
  /** The units of the next chunk. */
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

/** The nanoseconds that a unit takes of what run(count) does count times. */
export function measure(run: (count: number) => void, milliseconds: number): number {
  const measurement = new Measurement(milliseconds);
  while (!measurement.over) {
    const start = performance.now();
    run(measurement.count);
    measurement.add(performance.now() - start);
  }
  return measurement.nanoseconds;
}

/** The same of what takes turns with the event loop. */
export async function measureAsync(run: (count: number) => Promise<void>, milliseconds: number): Promise<number> {
  const measurement = new Measurement(milliseconds);
  while (!measurement.over) {
    const start = performance.now();
    await run(measurement.count);
    measurement.add(performance.now() - start);
  }
  return measurement.nanoseconds;
}
