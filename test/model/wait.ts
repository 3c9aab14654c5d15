import { performance } from 'node:perf_hooks';
import type { Driver } from './driver.js';
import { Failure } from './failure.js';
import type { Certainty, Expectation } from './model.js';
import type { Run } from './run.js';
import type { Truth } from './truth.js';

/** The timeout, in milliseconds, of a wait that must show whether it sleeps. */
const CALM_MS = 40;

/** One wait of one selector: what was ready before, and how long it took. */
export class Wait {
  readonly run: Run;
  readonly driver: Driver;
  /** null is longer than anything ready takes. */
  readonly timeoutMs: number | null;
  #before: Truth;
  readonly #start: number;
  /** Asking takes longer than a wait that does not sleep. */
  readonly #cpu: NodeJS.CpuUsage | undefined;
  #elapsedMs = 0;
  #cpuMs = 0;
  #wake: Certainty = 'no';
  #isIdle = false;

  constructor(run: Run, driver: Driver, timeoutMs: number | null) {
    this.run = run;
    this.driver = driver;
    this.timeoutMs = timeoutMs;
    this.#before = run.look();
    driver.model.waits();
    this.#start = performance.now();
    this.#cpu = timeoutMs === 0 ? undefined : process.cpuUsage();
  }

  /** What the wait reports unless something changes. */
  expectNow(): Expectation {
    return this.driver.model.expect(this.#before, this.#before);
  }

  /** What the wait may report, given what was ready from the last look until now. */
  expectSince(): Expectation {
    return this.driver.model.expect(this.#before, this.run.look());
  }

  /** Looks again after a step during the wait. */
  lookAgain(): void {
    this.#before = this.run.look();
    this.driver.model.waits();
  }

  /** Whether the wait must return at once. */
  get isDue(): boolean {
    const { closed, bounds } = this.expectNow();
    return this.driver.model.wake === 'yes' || closed.length > 0 || [...bounds.values()].some(({ must }) => must);
  }

  /** Whether it had nothing to do but sleep and used the processor all the same. */
  get looksBusy(): boolean {
    return this.#isIdle && this.#elapsedMs >= 0.8 && this.#cpuMs > 0.6 * this.#elapsedMs;
  }

  /** The wait has ended, with or without success. */
  stop(): void {
    if (this.#cpu !== undefined) {
      const { user, system } = process.cpuUsage(this.#cpu);
      this.#cpuMs = (user + system) / 1000;
    }
    this.#elapsedMs = performance.now() - this.#start;
    this.#wake = this.driver.model.wake;
    // From here on wake-ups are for the next wait.
    this.driver.model.wake = 'no';
  }

  /** The wait failed or ended for another reason, and may not have consumed the wake-up. */
  leaveWake(): void {
    const { model } = this.driver;
    if (this.#wake !== 'no' && model.wake === 'no') model.wake = 'maybe';
  }

  /** With select and poll, a closed descriptor ends every wait with EBADF. No other error is right. */
  checkError(error: unknown): void {
    if (error instanceof Failure) throw error;
    this.leaveWake();
    const { closed } = this.expectSince();
    const { code, fd } = Object(error) as { code?: unknown; fd?: unknown };
    if (code === 'EBADF' && typeof fd === 'number' && closed.includes(fd)) return;
    const expected = closed.length > 0 ? `EBADF of ${closed.join(' or ')}` : 'no error';
    const failed = `${this.driver.backend}: a wait failed with ${String(error)}, fd ${String(fd)}`;
    throw new Failure('error', `${failed}, expected ${expected}`);
  }

  checkClosed({ closed }: Expectation): void {
    if (closed.length === 0) return;
    throw new Failure('error', `${this.driver.backend}: a wait did not fail with EBADF of ${closed.join(' or ')}`);
  }

  /** Checks that the wait was neither early nor late. `count`: how many events it returned. */
  checkTime(count: number): void {
    const { timeoutMs, run } = this;
    const elapsed = this.#elapsedMs.toFixed(2);
    const took = `${this.driver.backend} took ${elapsed} ms for a wait of ${timeoutMs ?? 'any number of'} ms`;
    if (timeoutMs === null && this.#elapsedMs >= run.patienceMs) throw new Failure('late', took);
    if (count > 0) return;
    if (this.#wake === 'no' && this.#elapsedMs < (timeoutMs ?? Infinity)) {
      throw new Failure('early', `${took}, although nothing is ready and nobody woke it`);
    }
    this.#isIdle = true;
  }

  busy(): Failure {
    const [cpu, elapsed] = [this.#cpuMs.toFixed(1), this.#elapsedMs.toFixed(1)];
    return new Failure('busy', `${this.driver.backend} used ${cpu} ms of processor time to wait ${elapsed} ms`);
  }
}

/** One busy wait may have other causes: only one that stays busy when repeated is a failure. */
export async function checkCalm(first: Wait, again: (timeoutMs: number) => Wait | Promise<Wait>): Promise<void> {
  let wait = first;
  for (let i = 0; wait.looksBusy; i++) {
    if (i === 3) throw wait.busy();
    wait = await again(CALM_MS);
  }
}

/** Begins a wait, with a short timeout instead of none if nothing is ready. */
export function blocking(run: Run, driver: Driver, timeoutMs: number | null): Wait {
  const wait = new Wait(run, driver, timeoutMs);
  return timeoutMs === null && !wait.isDue ? new Wait(run, driver, 1) : wait;
}
