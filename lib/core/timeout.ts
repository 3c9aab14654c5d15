import { performance } from 'node:perf_hooks';
import { native } from './binding.js';
import { INT_MAX } from './check.js';
import { invalidType, outOfRange } from './errors.js';

/** The monotonic clock, in milliseconds, whatever becomes of `performance` in a program that fakes its time. */
const now = performance.now.bind(performance);

/**
 * A timeout as the caller gave it, in milliseconds: absent is `Infinity`.
 *
 * @param negative what a negative one means here, as the system calls do not agree on it
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

const { isMainThread } = native;

/**
 * The longest that one system call may wait. epoll_wait and poll count in an int of milliseconds. V8
 * ends a worker only between two JavaScript calls, so there the wait is cut into short pieces.
 */
const LONGEST_CALL_MS = isMainThread ? INT_MAX : 50;

/**
 * How long to wait, in milliseconds, before the kernel is asked again where it cannot be asked to wait for what
 * is wanted, as it would answer at once with something else.
 */
export const PAUSE_MS = 10;

/** How long the next system call may wait, of the time that is left. */
export function callTimeout(remainingMs: number): number {
  if (remainingMs <= LONGEST_CALL_MS || (isMainThread && remainingMs === Infinity)) return remainingMs;
  return LONGEST_CALL_MS;
}

/** When a wait that starts now is over, on the monotonic clock. Reads the clock only where it matters. */
export function deadlineAfter(timeoutMs: number): number {
  return timeoutMs === 0 || timeoutMs === Infinity ? timeoutMs : now() + timeoutMs;
}

export function remainingUntil(deadline: number): number {
  return deadline === 0 || deadline === Infinity ? deadline : Math.max(0, deadline - now());
}

/** Makes one system call, and where the time is longer than one may wait, another until one finds something. */
export function waitFor(timeoutMs: number, call: (timeoutMs: number) => number): number {
  if (callTimeout(timeoutMs) === timeoutMs) return call(timeoutMs);
  const deadline = deadlineAfter(timeoutMs);
  for (;;) {
    const remaining = remainingUntil(deadline);
    const result = call(callTimeout(remaining));
    if (result !== 0 || callTimeout(remaining) === remaining) return result;
  }
}
