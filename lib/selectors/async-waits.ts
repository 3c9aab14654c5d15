import type { BackEnd } from './back-end.js';
import { PendingWait } from './pending-wait.js';

/**
 * The asynchronous waits of a selector, one at a time. While one is pending, the back end watches and says only that a
 * wait would find something. The wait itself is made at the moment the promise is settled, so an abort or a timeout
 * loses no event.
 */
export class AsyncWaits<T> {
  readonly #backEnd: BackEnd;
  readonly #ask: (deadline: number) => T | undefined;
  readonly #ended: () => void;
  readonly #attempt = () => this.#tryToSettle();
  readonly #changed = () => this.attemptSoon();
  #pending: PendingWait<T> | undefined;
  #ref = true;

  /**
   * @param ask makes one wait that does not block: its result, or undefined if the wait is to go on
   * @param ended is called before a promise is settled
   */
  constructor(backEnd: BackEnd, ask: (deadline: number) => T | undefined, ended: () => void) {
    this.#backEnd = backEnd;
    this.#ask = ask;
    this.#ended = ended;
  }

  /**
   * @param isWoken whether the wait is to end in the next turn of the event loop
   * @returns rejects with what the kernel refuses, and with the signal's reason when it is aborted
   */
  start(timeoutMs: number, signal: AbortSignal | undefined, isWoken: boolean): Promise<T> {
    const wait = new PendingWait<T>(timeoutMs, this.#ref, this.#attempt);
    this.#pending = wait;
    try {
      if (signal !== undefined) {
        wait.rejectOnAbort(signal, (reason) => {
          if (this.#pending === wait) this.#end()?.reject(reason);
        });
      }
      // The signal's own code has run, and may have closed the selector.
      if (this.#pending !== wait) return wait.promise;
      if (isWoken) wait.attemptSoon();
      else if (wait.deadline !== 0) this.#watch(wait);
    } catch (error) {
      this.#end()?.reject(error);
    }
    return wait.promise;
  }

  /** Asks the kernel in the next turn of the event loop, if a wait is pending. */
  attemptSoon(): void {
    this.#pending?.attemptSoon();
  }

  /** Ends the pending wait, if there is one. */
  resolve(value: T): void {
    this.#end()?.resolve(value);
  }

  /** Whether waits keep the process alive, the pending one included. */
  setRef(ref: boolean): void {
    this.#ref = ref;
    const wait = this.#pending;
    if (wait === undefined || wait.ref === ref) return;
    wait.ref = ref;
    try {
      this.#watch(wait);
    } catch (error) {
      this.#end()?.reject(error);
    }
  }

  #tryToSettle(): void {
    const wait = this.#pending;
    if (wait === undefined) return;
    try {
      const result = this.#ask(wait.deadline);
      if (result === undefined) this.#watch(wait);
      else this.#end()?.resolve(result);
    } catch (error) {
      this.#end()?.reject(error);
    }
  }

  #watch(wait: PendingWait<T>): void {
    wait.attemptAfter(this.#backEnd.startWatching(this.#attempt, this.#changed, wait.ref));
  }

  /** The pending wait, which the caller settles. */
  #end(): PendingWait<T> | undefined {
    const wait = this.#pending;
    if (wait === undefined) return undefined;
    this.#pending = undefined;
    this.#backEnd.stopWatching();
    this.#ended();
    return wait;
  }
}
