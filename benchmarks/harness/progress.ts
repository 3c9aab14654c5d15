/** Shows on a terminal what is running and how long the rest will take. */
export class Progress {
  readonly #start = performance.now();
  #totalMs = 0;
  #doneMs = 0;

  /** Adds to the estimate. It is corrected by how long the finished part has really taken. */
  expect(milliseconds: number): void {
    this.#totalMs += milliseconds;
  }

  /** Marks that much of the estimate as finished. */
  done(milliseconds: number): void {
    this.#doneMs += milliseconds;
  }

  show(text: string): void {
    if (!process.stderr.isTTY) return;
    process.stderr.write(`\r${text}${this.#left()}\x1b[K`);
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
