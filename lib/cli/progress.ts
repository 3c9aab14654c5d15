const EVERY_MS = 100;

/** Shows progress: in place on a terminal, elsewhere a line for each quarter. */
export class Progress {
  readonly #label: string;
  readonly #total: number;
  readonly #what: string;
  readonly #terminal = process.stdout.isTTY;
  #next: number;

  constructor(label: string, total: number, what: string) {
    this.#label = label;
    this.#total = total;
    this.#what = what;
    this.#next = this.#terminal ? 0 : total / 4;
  }

  show(done: number): void {
    if (this.#terminal) {
      const now = performance.now();
      if (now < this.#next) return;
      this.#next = now + EVERY_MS;
      process.stdout.write(`\r${this.#line(done)}\x1b[K`);
    } else if (done >= this.#next) {
      this.#next += this.#total / 4;
      process.stdout.write(`${this.#line(done)}\n`);
    }
  }

  /** Clears the line on a terminal. */
  end(): void {
    if (this.#terminal) process.stdout.write('\r\x1b[K');
  }

  #line(done: number): string {
    return `${this.#label}: ${done} of ${this.#total} ${this.#what}`;
  }
}
