import timers from 'node:timers';
import { INT_MAX } from '../core/check.js';
import { invalidType } from '../core/errors.js';
import { deadlineAfter, remainingUntil } from '../core/timeout.js';

/** Captured, as test frameworks replace them to fake the time. */
const { clearImmediate, clearTimeout, setImmediate, setTimeout } = timers;

/**
 * An asynchronous wait in progress: its promise, its timer and its signal. The kernel is asked only at the moment
 * the promise is settled, so a wait that ends otherwise loses no event.
 */
export class PendingWait<T> {
  readonly promise: Promise<T>;
  readonly deadline: number;
  #resolve!: (value: T) => void;
  #reject!: (reason: unknown) => void;
  readonly #attempt: () => void;
  #ref: boolean;
  #timer: NodeJS.Timeout | undefined;
  #retry: NodeJS.Timeout | undefined;
  #immediate: NodeJS.Immediate | undefined;
  #stopListening: (() => void) | undefined;

  /**
   * @param attempt asks the kernel, and settles the promise if there are events or the time is over
   * @param ref whether timers keep the process alive
   */
  constructor(timeoutMs: number, ref: boolean, attempt: () => void) {
    this.promise = new Promise<T>((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#attempt = attempt;
    this.#ref = ref;
    this.deadline = deadlineAfter(timeoutMs);
    if (timeoutMs === 0) this.attemptSoon();
    else if (timeoutMs !== Infinity) this.#startTimer(timeoutMs);
  }

  get ref(): boolean {
    return this.#ref;
  }

  set ref(ref: boolean) {
    this.#ref = ref;
    for (const timer of [this.#timer, this.#retry]) {
      if (ref) timer?.ref();
      else timer?.unref();
    }
  }

  /**
   * Attempts in the next turn of the event loop, after whatever else is due. Always keeps the process alive until
   * then: an unref'ed immediate would not keep the loop from going to sleep.
   */
  attemptSoon(): void {
    if (this.#immediate !== undefined) return;
    this.#immediate = setImmediate(() => {
      this.#immediate = undefined;
      this.#attempt();
    });
  }

  /** Attempts after a delay, in place of an earlier one. Infinity: only cancels the earlier delay. */
  attemptAfter(delayMs: number): void {
    if (this.#retry !== undefined) clearTimeout(this.#retry);
    this.#retry = undefined;
    if (delayMs === 0) this.attemptSoon();
    if (delayMs === 0 || delayMs === Infinity) return;
    this.#retry = setTimeout(this.#attempt, delayMs);
    if (!this.#ref) this.#retry.unref();
  }

  rejectOnAbort(signal: AbortSignal, abort: (reason: unknown) => void): void {
    const listener = () => abort(signal.reason);
    this.#stopListening = () => signal.removeEventListener('abort', listener);
    signal.addEventListener('abort', listener);
  }

  resolve(value: T): void {
    this.#resolve(value);
    this.#end();
  }

  reject(reason: unknown): void {
    this.#reject(reason);
    this.#end();
  }

  #end(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#retry);
    clearImmediate(this.#immediate);
    this.#stopListening?.();
  }

  /** Node's timers count whole milliseconds on another clock, and may be early by the monotonic one. */
  #startTimer(remainingMs: number): void {
    this.#timer = setTimeout(
      () => {
        const remaining = remainingUntil(this.deadline);
        if (remaining > 0) this.#startTimer(remaining);
        else this.#attempt();
      },
      Math.min(Math.ceil(remainingMs), INT_MAX),
    );
    if (!this.#ref) this.#timer.unref();
  }
}

/** @throws TypeError ERR_INVALID_ARG_TYPE */
export function checkSignal(signal: unknown): AbortSignal | undefined {
  if (signal === undefined || isSignal(signal)) return signal;
  throw invalidType('options.signal', 'an AbortSignal', signal);
}

/** An object that merely inherits from AbortSignal.prototype fails the getter. */
function isSignal(value: unknown): value is AbortSignal {
  try {
    return value instanceof AbortSignal && Reflect.get(AbortSignal.prototype, 'aborted', value) !== undefined;
  } catch {
    return false;
  }
}
