import { readFileSync } from 'node:fs';
import { select } from 'io-selectors';
import { getBlocking, timerfd, type TimerFd } from 'io-selectors/fd';
import { describe, expect, test } from 'vitest';
import { has } from '../support/capability.js';
import { owned } from '../support/descriptors.js';
import { expectError } from '../support/errors.js';
import { untilReadable } from '../support/internet.js';
import { openDescriptors } from '../support/witness.js';

const TYPE = ['ERR_INVALID_ARG_TYPE', TypeError] as const;
const RANGE = ['ERR_OUT_OF_RANGE', RangeError] as const;

function open(options: Parameters<typeof timerfd>[0]): TimerFd {
  return owned(timerfd(options));
}

/** A timer's value and interval as the kernel has them, in nanoseconds. */
function witness(timer: TimerFd): { left: bigint; interval: bigint; clock: number } {
  const text = readFileSync(`/proc/self/fdinfo/${timer.fd}`, 'utf8');
  const time = (name: string): bigint => {
    const [, seconds, nanoseconds] = new RegExp(`^${name}: \\((\\d+), (\\d+)\\)`, 'm').exec(text)!;
    return BigInt(seconds) * 1_000_000_000n + BigInt(nanoseconds);
  };
  return { left: time('it_value'), interval: time('it_interval'), clock: Number(/^clockid: (\d+)/m.exec(text)![1]) };
}

describe.runIf(has.timerfd)('a timerfd', () => {
  test('is a timerfd on the monotonic clock according to the kernel', () => {
    const timer = open({ delayMs: 60_000 });
    expect(openDescriptors().get(timer.fd)).toBe('anon_inode:[timerfd]');
    expect(witness(timer).clock).toBe(1);
  });

  test.each([0.1, 1, 20, 30.5])('reads null until it expires, which is never early: %d ms', (delayMs) => {
    const begin = performance.now();
    const timer = open({ delayMs });
    let count = timer.read();
    while (count === null) {
      untilReadable(timer.fd);
      count = timer.read();
    }
    expect(count).toBe(1n);
    expect(performance.now() - begin).toBeGreaterThanOrEqual(delayMs);
    expect(timer.read()).toBeNull();
  });

  test('counts the expirations since the last read', () => {
    const begin = performance.now();
    const timer = open({ delayMs: 5, intervalMs: 5 });
    let total = 0n;
    while (total < 6n) {
      untilReadable(timer.fd);
      total += timer.read() ?? 0n;
    }
    const passed = performance.now() - begin;
    expect(passed).toBeGreaterThanOrEqual(30);
    expect(total).toBeLessThanOrEqual(BigInt(Math.floor(passed / 5)));
  });

  test('counts expirations that were not read', () => {
    const timer = open({ delayMs: 1, intervalMs: 1 });
    expect(select([], [], [], 10)).toEqual([[], [], []]);
    expect(timer.read()).toBeGreaterThanOrEqual(10n);
  });

  test('makes read() wait in blocking mode', () => {
    const begin = performance.now();
    const timer = open({ delayMs: 20, blocking: true });
    expect(getBlocking(timer.fd)).toBe(true);
    expect(timer.read()).toBe(1n);
    expect(performance.now() - begin).toBeGreaterThanOrEqual(20);
  });

  test('is disarmed by a delay of 0', () => {
    const timer = open({ delayMs: 0, intervalMs: 1 });
    expect(witness(timer).left).toBe(0n);
    expect(timer.read()).toBeNull();
    expect(getBlocking(timer.fd)).toBe(false);
  });

  test.each([
    [60_000, 0, 60_000_000_000n, 0n],
    [60_000.5, 0.25, 60_000_500_000n, 250_000n],
    [60_000, 1e-6, 60_000_000_000n, 1n],
    [60_000, 1e-9, 60_000_000_000n, 1n],
    [60_000, Number.MIN_VALUE, 60_000_000_000n, 1n],
    [60_000, 999.9999999, 60_000_000_000n, 1_000_000_000n],
    [2 ** 31, 2 ** 31, 2n ** 31n * 1_000_000n, 2n ** 31n * 1_000_000n],
    [2 ** 32 + 1, 2 ** 32 + 1, (2n ** 32n + 1n) * 1_000_000n, (2n ** 32n + 1n) * 1_000_000n],
    [1e11, 1e11, 100_000_000_000_000_000n, 100_000_000_000_000_000n],
  ])('is set to %d ms and every %d ms, rounded up to nanoseconds', (delayMs, intervalMs, delay, interval) => {
    const timer = open({ delayMs, intervalMs });
    const set = witness(timer);
    expect(set.interval).toBe(interval);
    expect(set.left).toBeLessThanOrEqual(delay);
    expect(set.left).toBeGreaterThan(delay - 30_000_000_000n);
  });

  test('can be set again, which discards earlier expirations', () => {
    const timer = open({ delayMs: 1 });
    untilReadable(timer.fd);
    timer.set({ delayMs: 60_000, intervalMs: 5 });
    expect(timer.read()).toBeNull();
    expect(witness(timer).interval).toBe(5_000_000n);
    timer.set({ delayMs: 0 });
    expect(witness(timer)).toMatchObject({ left: 0n, interval: 0n });
    timer.set({ delayMs: 1 });
    untilReadable(timer.fd);
    expect(timer.read()).toBe(1n);
  });

  test('is closed once, and its methods throw ERR_CLOSED afterwards', () => {
    const timer = open({ delayMs: 1 });
    timer.close();
    timer.close();
    timer[Symbol.dispose]();
    expect(timer.fd).toBe(-1);
    expectError(() => timer.read(), 'ERR_CLOSED');
    expectError(() => timer.set({ delayMs: 1 }), 'ERR_CLOSED');
  });
});

const notDurations = [
  ...['1', true, 1n, null, {}].map((value) => [value, ...TYPE] as const),
  ...[-1, -0.1, NaN, Infinity, -Infinity, 1e11 + 1].map((value) => [value, ...RANGE] as const),
];
const notOptions = [
  ...[undefined, null, 1, 'x', true, [], {}].map((value) => [value, ...TYPE] as const),
  ...notDurations.map(([value, ...error]) => [{ delayMs: value }, ...error] as const),
  ...notDurations.map(([value, ...error]) => [{ delayMs: 1, intervalMs: value }, ...error] as const),
];

describe('a timerfd refuses the options', () => {
  test.each([
    ...notOptions,
    [{ delayMs: 1, blocking: 1 }, ...TYPE] as const,
    [{ delayMs: 1, blocking: null }, ...TYPE] as const,
  ])('%o when it is made: %s', (options, code, type) => {
    expectError(() => Reflect.apply(timerfd, undefined, [options]), code, { type });
  });

  test.runIf(has.timerfd).each(notOptions)('%o when it is set: %s, and stays as it was', (options, code, type) => {
    const timer = open({ delayMs: 60_000, intervalMs: 7 });
    expectError(() => Reflect.apply(timer.set.bind(timer), undefined, [options]), code, { type });
    expect(witness(timer).interval).toBe(7_000_000n);
  });
});
