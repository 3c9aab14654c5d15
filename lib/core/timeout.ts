import { performance } from 'node:perf_hooks';
import { native } from './binding.js';
import { INT_MAX } from './check.js';
import { invalidType, outOfRange } from './errors.js';

/** The monotonic clock in milliseconds. Captured, as test frameworks replace `performance` to fake the time. */
const now = performance.now.bind(performance);

/**
 * Checks a timeout of the caller's, in milliseconds. `Infinity` if it is absent.
 *
 * @param negative what a negative one means, which differs between the system calls
 */
export function toTimeout(value: unknown, negative: 'zero' | 'refuse' | 'forever'): number {
  if (value === undefined || value === null) return Infinity;
  if (typeof value !== 'number') throw invalidType('timeoutMs', 'a number, null or undefined', value);
  if (value >= 0) return value;
  if (Number.isNaN(value) || negative === 'refuse') {
    throw outOfRange('timeoutMs', negative === 'refuse' ? 'a number from 0 on' : 'a number', value);
  }
  return negative === 'zero' ? 0 : Infinity;
}

/** The addon's answer comes first, as node:worker_threads takes longer to load than the whole addon. */
const isMainThread = native.isMainThread ?? process.getBuiltinModule('node:worker_threads').isMainThread;

/**
 * The longest wait of one system call, in milliseconds. epoll_wait and poll take an int. A worker can only be
 * terminated between two JavaScript calls, so there a wait is made in slices of 50 ms.
 */
const LONGEST_CALL_MS = isMainThread ? INT_MAX : 50;

/**
 * How long to sleep, in milliseconds, before asking the kernel again, when a wait would return at once with events
 * that are nobody's.
 */
export const PAUSE_MS = 10;

/** How long the next system call may wait, of the time that is left. */
export function callTimeout(remainingMs: number): number {
  if (remainingMs <= LONGEST_CALL_MS || (isMainThread && remainingMs === Infinity)) return remainingMs;
  return LONGEST_CALL_MS;
}

/** When a wait that starts now is over, on the monotonic clock. Does not read the clock for 0 and Infinity. */
export function deadlineAfter(timeoutMs: number): number {
  return timeoutMs === 0 || timeoutMs === Infinity ? timeoutMs : now() + timeoutMs;
}

export function remainingUntil(deadline: number): number {
  return deadline === 0 || deadline === Infinity ? deadline : Math.max(0, deadline - now());
}

/** Makes one system call, or as many as the timeout takes if it is longer than one call may wait. */
export function waitFor(timeoutMs: number, call: (timeoutMs: number) => number): number {
  if (callTimeout(timeoutMs) === timeoutMs) return call(timeoutMs);
  const deadline = deadlineAfter(timeoutMs);
  for (;;) {
    const remaining = remainingUntil(deadline);
    const result = call(callTimeout(remaining));
    if (result !== 0 || callTimeout(remaining) === remaining) return result;
  }
}
