import timers from 'node:timers';
import { INT_MAX } from '../core/check.js';
import { invalidType } from '../core/errors.js';
import { deadlineAfter, remainingUntil } from '../core/timeout.js';

/** As they are now, whatever becomes of them in a program that fakes its time. */
const { clearImmediate, clearTimeout, setImmediate, setTimeout } = timers;

/**
 * An asynchronous wait in progress: its promise, and what can end it beside the descriptors. Nothing is
 * asked of the kernel before the moment that the promise is settled with the answer, so that no event is
 * lost to a wait that ends otherwise.
 */
export class AsyncWait<T> {
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
   * @param attempt asks the kernel, and settles the promise if there is an answer or the time is over
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
   * Attempts in the next turn of the event loop: at once, but after whatever else is due. Keeps the process
   * alive that long in any case, as the loop may go to sleep before an immediate that does not.
   */
  attemptSoon(): void {
    if (this.#immediate !== undefined) return;
    this.#immediate = setImmediate(() => {
      this.#immediate = undefined;
      this.#attempt();
    });
  }

  /** Attempts after so many milliseconds, instead of what an earlier call has said; Infinity: not by time. */
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

  /** Node's timers count whole milliseconds on a clock of their own, and may come early by the other. */
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

/** What only has a signal's prototype is none: the getter refuses it. */
function isSignal(value: unknown): value is AbortSignal {
  try {
    return value instanceof AbortSignal && Reflect.get(AbortSignal.prototype, 'aborted', value) !== undefined;
  } catch {
    return false;
  }
}
