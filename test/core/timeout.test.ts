import { isMainThread } from 'node:worker_threads';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { callTimeout, deadlineAfter, remainingUntil, toTimeout, waitFor } from '../../lib/core/timeout.js';
import { expectError } from '../support/errors.js';

/** Replaces the clock before the package is loaded, which takes it then. */
const clock = vi.hoisted(() => {
  const { now } = performance;
  const fake = vi.fn<() => number>(() => now.call(performance));
  performance.now = fake;
  return { now, fake };
});
performance.now = clock.now;

/** Outside the main thread, waits are cut into slices so that the thread can be terminated. */
const LONGEST = isMainThread ? 2 ** 31 - 1 : 50;
/** Shorter outside the main thread, where each needs many slices. */
const LONG_WAITS = isMainThread ? [2 ** 31, 2 ** 31 + 0.25, 2 ** 40] : [50.25, 51, 2 ** 14];

afterEach(() => {
  clock.fake.mockReset();
});

/** System calls that find nothing and advance a fake clock by their timeout. */
function fakeCalls(resultOf: (nth: number) => number = () => 0) {
  let now = 1000;
  clock.fake.mockImplementation(() => now);
  const timeouts: number[] = [];
  const call = (timeoutMs: number) => {
    timeouts.push(timeoutMs);
    now += timeoutMs;
    return resultOf(timeouts.length);
  };
  return { call, timeouts };
}

describe('toTimeout', () => {
  test.each([
    [undefined, Infinity],
    [null, Infinity],
    [Infinity, Infinity],
    [0, 0],
    [0.1, 0.1],
    [2 ** 40, 2 ** 40],
  ])('%s is %d, however negative timeouts are treated', (value, expected) => {
    expect(toTimeout(value, 'zero')).toBe(expected);
    expect(toTimeout(value, 'refuse')).toBe(expected);
    expect(toTimeout(value, 'forever')).toBe(expected);
  });

  test.each([-1, -0.1, -1e-100, -Infinity])('%d is 0, endless or refused, as the caller chooses', (value) => {
    expect(toTimeout(value, 'zero')).toBe(0);
    expect(toTimeout(value, 'forever')).toBe(Infinity);
    expectError(() => toTimeout(value, 'refuse'), 'ERR_OUT_OF_RANGE', { type: RangeError });
  });

  test.each(['zero', 'refuse', 'forever'] as const)('NaN and values that are not numbers are refused with "%s"', (negative) => {
    expectError(() => toTimeout(NaN, negative), 'ERR_OUT_OF_RANGE', { type: RangeError });
    for (const value of ['10', true, 10n, {}, []]) {
      expectError(() => toTimeout(value, negative), 'ERR_INVALID_ARG_TYPE', { type: TypeError });
    }
  });
});

describe('callTimeout', () => {
  test.each([0, 0.1, 49.9, 50, LONGEST])('%d ms are not cut', (timeout) => {
    expect(callTimeout(timeout)).toBe(timeout);
  });

  test.each([LONGEST + 0.1, LONGEST + 1, 2 ** 32, Number.MAX_VALUE])('%d ms are cut to the longest slice', (timeout) => {
    expect(callTimeout(timeout)).toBe(LONGEST);
  });

  test('an endless wait is cut only outside the main thread', () => {
    expect(callTimeout(Infinity)).toBe(isMainThread ? Infinity : LONGEST);
  });
});

describe('deadlines', () => {
  test.each([0, Infinity])('a timeout of %d reads no clock', (timeout) => {
    clock.fake.mockClear();
    expect(remainingUntil(deadlineAfter(timeout))).toBe(timeout);
    expect(clock.fake).not.toHaveBeenCalled();
  });

  test('the remaining time falls to 0 and no further', () => {
    const now = clock.fake.mockReturnValue(1000);
    const deadline = deadlineAfter(100);
    expect(remainingUntil(deadline)).toBe(100);
    now.mockReturnValue(1030);
    expect(remainingUntil(deadline)).toBe(70);
    now.mockReturnValue(1200);
    expect(remainingUntil(deadline)).toBe(0);
  });
});

describe('waitFor', () => {
  test.each([0, 0.1, 50])('a wait of %d ms is one call', (timeout) => {
    const { call, timeouts } = fakeCalls();
    expect(waitFor(timeout, call)).toBe(0);
    expect(timeouts).toEqual([timeout]);
  });

  test.each(LONG_WAITS)('a wait of %d ms is a series of calls that last as long together', (timeout) => {
    const { call, timeouts } = fakeCalls();
    expect(waitFor(timeout, call)).toBe(0);
    expect(timeouts).toHaveLength(Math.ceil(timeout / LONGEST));
    expect(timeouts.slice(0, -1).every((part) => part === LONGEST)).toBe(true);
    expect(timeouts.reduce((a, b) => a + b)).toBe(timeout);
  });

  test.each(LONG_WAITS)('a wait of %d ms ends with the first call that finds an event', (timeout) => {
    const { call, timeouts } = fakeCalls((nth) => (nth === 2 ? 3 : 0));
    expect(waitFor(timeout, call)).toBe(3);
    expect(timeouts).toHaveLength(2);
  });

  test.each(LONG_WAITS)('a wait of %d ms ends with the first call that fails', (timeout) => {
    const { call, timeouts } = fakeCalls(() => -4);
    expect(waitFor(timeout, call)).toBe(-4);
    expect(timeouts).toEqual([LONGEST]);
  });

  test('an endless wait goes on until a call finds an event', () => {
    const { call, timeouts } = fakeCalls((nth) => (isMainThread || nth === 100 ? 1 : 0));
    expect(waitFor(Infinity, call)).toBe(1);
    expect(timeouts).toEqual(isMainThread ? [Infinity] : Array.from({ length: 100 }, () => LONGEST));
  });

  test('time between the calls counts', () => {
    let now = 0;
    clock.fake.mockImplementation(() => now);
    const timeouts: number[] = [];
    const call = (timeoutMs: number) => {
      timeouts.push(timeoutMs);
      now += 3 * LONGEST;
      return 0;
    };
    expect(waitFor(2 * LONGEST, call)).toBe(0);
    expect(timeouts).toEqual([LONGEST, 0]);
  });
});
