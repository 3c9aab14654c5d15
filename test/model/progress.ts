/** How often a line is printed where lines cannot be overwritten. */
const LINE_MS = 60_000;

/** Counts sequences, and reports them on stderr. */
export class Progress {
  readonly #seed: number;
  readonly #total: number;
  readonly #start = performance.now();
  #printed = this.#start;
  #sequences = 0;
  #operations = 0;

  constructor(seed: number, total: number) {
    this.#seed = seed;
    this.#total = total;
  }

  /** A sequence has ended. */
  add(operations: number): void {
    this.#sequences++;
    this.#operations += operations;
    const now = performance.now();
    const isTerminal = process.stderr.isTTY;
    if (now - this.#printed < (isTerminal ? 100 : LINE_MS)) return;
    this.#printed = now;
    const line = `seed ${this.#seed}: ${this.#sequences} of ${this.#total} sequences, ${this.#rate()} a second`;
    process.stderr.write(isTerminal ? `\r${line}` : `${line}\n`);
  }

  summary(): string {
    return `${this.#sequences} sequences, ${this.#operations} operations, ${this.#rate()} sequences a second`;
  }

  #rate(): string {
    return (this.#sequences / ((performance.now() - this.#start) / 1000)).toFixed(1);
  }
}
