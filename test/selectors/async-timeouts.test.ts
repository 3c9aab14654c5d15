import { EVENT_READ } from 'io-selectors';
import { write } from 'io-selectors/fd';
import { describe, expect, onTestFinished, test } from 'vitest';
import { elapsed, follow, idle, keysOf, turns } from '../support/async.js';
import { backends, open } from '../support/selectors.js';

describe.each(backends)('the timeout of selectAsync of %s', (_backend, Selector) => {
  test.each([-1, 0, -0, -0.5, -Infinity, -(2 ** 40)])('%d asks without waiting', async (timeoutMs) => {
    const { selector, key, writeFd } = idle(Selector);
    const { result, elapsedMs } = await elapsed(() => selector.selectAsync({ timeoutMs }));
    expect(result).toEqual([]);
    expect(elapsedMs).toBeLessThan(5000);
    write(writeFd, 'x');
    expect(keysOf(await selector.selectAsync({ timeoutMs }))).toEqual([key]);
  });

  test('passes in full, and so does that of the next wait', async () => {
    const { selector } = idle(Selector);
    for (const timeoutMs of [40, 40]) {
      const { result, elapsedMs } = await elapsed(() => selector.selectAsync({ timeoutMs }));
      expect(result).toEqual([]);
      expect(elapsedMs).toBeGreaterThanOrEqual(timeoutMs);
      expect(elapsedMs).toBeLessThan(10_000);
    }
  });

  test.each([
    [0.1, 20],
    [1.5, 20],
    [2.999, 20],
    [1e-6, 10],
    [Number.MIN_VALUE, 10],
    [1, 30],
    [10, 5],
  ])('of %d ms is never cut short, %i times', async (timeoutMs, times) => {
    const { selector } = idle(Selector);
    for (let i = 0; i < times; i++) {
      const { result, elapsedMs } = await elapsed(() => selector.selectAsync({ timeoutMs }));
      expect(result).toEqual([]);
      expect(elapsedMs).toBeGreaterThanOrEqual(timeoutMs);
      expect(elapsedMs).toBeLessThan(10_000);
    }
  });

  test.each([undefined, null, Infinity, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 33 + 5, 1e300, Number.MAX_VALUE])(
    'of %s lasts until something is ready, without a warning',
    async (timeoutMs) => {
      const warnings: Error[] = [];
      const note = (warning: Error) => warnings.push(warning);
      process.on('warning', note);
      onTestFinished(() => {
        process.off('warning', note);
      });
      const { selector, key, writeFd } = idle(Selector);
      const promise = selector.selectAsync({ timeoutMs } as { timeoutMs: number | null });
      const wait = follow(promise);
      await new Promise((resolve) => setTimeout(resolve, 15));
      expect(wait.settled).toBe(false);
      write(writeFd, 'x');
      expect(keysOf(await promise)).toEqual([key]);
      expect(warnings.filter(({ name }) => name === 'TimeoutOverflowWarning')).toEqual([]);
    },
  );

  test.each([[], [undefined], [{}]])('lasts until something is ready if it is absent (%j)', async (...options) => {
    const { selector, key, writeFd } = idle(Selector);
    const promise = selector.selectAsync(...(options as [object?]));
    const wait = follow(promise);
    await turns(20);
    expect(wait.settled).toBe(false);
    write(writeFd, 'x');
    expect(keysOf(await promise)).toEqual([key]);
  });

  test('passes in full with nothing registered', async () => {
    const selector = open(Selector);
    const { result, elapsedMs } = await elapsed(() => selector.selectAsync({ timeoutMs: 20 }));
    expect(result).toEqual([]);
    expect(elapsedMs).toBeGreaterThanOrEqual(20);
  });

  test('is not prolonged by changes', async () => {
    const { selector, readFd } = idle(Selector);
    const interval = setInterval(() => {
      selector.unregister(readFd);
      selector.register(readFd, EVENT_READ);
    }, 1);
    onTestFinished(() => clearInterval(interval));
    const { result, elapsedMs } = await elapsed(() => selector.selectAsync({ timeoutMs: 50 }));
    expect(result).toEqual([]);
    expect(elapsedMs).toBeGreaterThanOrEqual(50);
    expect(elapsedMs).toBeLessThan(10_000);
  });

  test('that ends in the turn in which something becomes ready does not hide it', async () => {
    const { selector, key, writeFd } = idle(Selector);
    const promise = selector.selectAsync({ timeoutMs: 5 });
    const start = performance.now();
    // When the event loop turns, the timer is due and the descriptor is ready.
    while (performance.now() - start < 10);
    write(writeFd, 'x');
    expect(keysOf(await promise)).toEqual([key]);
  });
});
