/** Tells on a terminal what is being run, and how long the rest will take. */
export class Progress {
  readonly #start = performance.now();
  readonly #totalMs: number;
  #doneMs = 0;

  /** @param totalMs an estimate, which is corrected by how long what is done has really taken */
  constructor(totalMs: number) {
    this.#totalMs = totalMs;
  }

  show(text: string): void {
    if (!process.stderr.isTTY) return;
    process.stderr.write(`\r${text}${this.#left()}\x1b[K`);
  }

  /** Counts what was estimated to take so long as done. */
  done(milliseconds: number): void {
    this.#doneMs += milliseconds;
  }

  clear(): void {
    if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  }

  #left(): string {
    if (this.#doneMs === 0) return '';
    const speed = (performance.now() - this.#start) / this.#doneMs;
    const seconds = Math.ceil(((this.#totalMs - this.#doneMs) * speed) / 1000);
    return `, about ${seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`} left`;
  }
}
