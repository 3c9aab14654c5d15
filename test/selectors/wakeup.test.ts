import { EVENT_READ, EVENT_WRITE } from 'io-selectors';
import { close, write } from 'io-selectors/fd';
import { describe, expect, test } from 'vitest';
import { follow, idle, keysOf, turns } from '../support/async.js';
import { pipe } from '../support/descriptors.js';
import { expectError } from '../support/errors.js';
import { dupHigh } from '../support/high-descriptors.js';
import { backends, expectIdle, open } from '../support/selectors.js';

type Selector = ReturnType<typeof open>;

/** Every way to wait. Each returns the number of events. */
const waits: [name: string, wait: (selector: Selector) => Promise<number>][] = [
  ['select', async (selector) => selector.select(null).length],
  ['selectEach', async (selector) => selector.selectEach(() => {}, null)],
  ['selectAsync', async (selector) => (await selector.selectAsync()).length],
  [
    'async iteration',
    async (selector) => {
      const { value } = await selector[Symbol.asyncIterator]().next();
      return value === undefined ? -1 : value.length;
    },
  ],
];
const origins: [name: string, wake: (selector: Selector) => void][] = [
  ['wakeup()', (selector) => selector.wakeup()],
  ['waker.wake()', (selector) => selector.waker.wake()],
];
const each = origins.flatMap(([origin, wake]) => waits.map(([name, wait]) => ({ origin, wake, name, wait })));

describe.each(backends)('a wake-up of %s', (backend, Selector) => {
  test.each(each)('by $origin before $name makes it return at once, and no wait after it', async (each) => {
    const { selector } = idle(Selector);
    for (let round = 0; round < 3; round++) {
      each.wake(selector);
      expect(await each.wait(selector)).toBe(0);
      expectIdle(selector);
      expect(await selector.selectAsync({ timeoutMs: 5 })).toEqual([]);
    }
  });

  test.each(each)('by $origin, many times, makes one wait of $name return', async ({ wake, wait }) => {
    const { selector, writeFd, key } = idle(Selector);
    for (let i = 0; i < 100; i++) wake(selector);
    expect(await wait(selector)).toBe(0);
    const next = selector.selectAsync();
    const state = follow(next);
    await turns(3);
    expect(state.settled).toBe(false);
    write(writeFd, 'x');
    expect(keysOf(await next)).toEqual([key]);
  });

  test.each(each)('by $origin and an event are consumed by one return of $name', async ({ wake, wait }) => {
    const { selector, readFd, writeFd } = idle(Selector);
    write(writeFd, 'x');
    wake(selector);
    expect(await wait(selector)).toBe(1);
    selector.unregister(readFd);
    // If the wake-up were left over, this wait would end early.
    const start = performance.now();
    expect(selector.select(20)).toEqual([]);
    expect(performance.now() - start).toBeGreaterThanOrEqual(20);
  });

  test.each(origins)('by %s and by the other way counts as one', (_name, wake) => {
    const { selector } = idle(Selector);
    selector.wakeup();
    selector.waker.wake();
    wake(selector);
    expect(selector.select(null)).toEqual([]);
    const start = performance.now();
    expect(selector.select(20)).toEqual([]);
    expect(performance.now() - start).toBeGreaterThanOrEqual(20);
  });

  test.each(origins)('by %s in a callback ends the next wait', (_name, wake) => {
    const selector = open(Selector);
    selector.register(pipe()[1], EVENT_WRITE);
    let calls = 0;
    expect(selector.selectEach(() => ((calls += 1), wake(selector)))).toBe(1);
    selector.unregister([...selector.getMap().keys()][0]);
    expect(selector.select(null)).toEqual([]);
    expect(calls).toBe(1);
    expectIdle(selector);
  });

  test.each(origins)('by %s ends a selectAsync in progress, once', async (_name, wake) => {
    const { selector, writeFd, key } = idle(Selector);
    expect(selector.waker.fd).toBeGreaterThanOrEqual(0);
    for (let round = 0; round < 5; round++) {
      const wait = selector.selectAsync();
      await turns(round);
      wake(selector);
      wake(selector);
      expect(await wait).toEqual([]);
    }
    const wait = selector.selectAsync();
    const state = follow(wait);
    await turns(5);
    expect(state.settled).toBe(false);
    write(writeFd, 'x');
    expect(keysOf(await wait)).toEqual([key]);
  });

  test('by a waker that is asked for while selectAsync is in progress ends it', async () => {
    const { selector } = idle(Selector);
    const wait = selector.selectAsync();
    await turns(5);
    selector.waker.wake();
    expect(await wait).toEqual([]);
  });

  test('goes on working while descriptors are registered and unregistered', async () => {
    const { selector } = idle(Selector);
    const [readFd] = pipe();
    for (let round = 0; round < 10; round++) {
      const wait = selector.selectAsync();
      selector.waker.wake();
      selector.register(readFd, EVENT_READ);
      selector.unregister(readFd);
      expect(await wait).toEqual([]);
    }
    expectIdle(selector);
  });

  test('yields an empty batch to a for await loop, which goes on', async () => {
    const { selector, key, writeFd } = idle(Selector);
    const sizes: number[] = [];
    selector.wakeup();
    for await (const events of selector) {
      sizes.push(events.length);
      if (sizes.length === 1) write(writeFd, 'x');
      else if (sizes.length === 2) {
        expect(keysOf(events)).toEqual([key]);
        selector.wakeup();
        selector.close();
      }
    }
    expect(sizes).toEqual([0, 1]);
  });


  test('does not hide that a registered descriptor was closed', () => {
    const selector = open(Selector);
    const fd = dupHigh(pipe()[0]);
    selector.register(fd, EVENT_READ);
    close(fd);
    selector.wakeup();
    // The kernel has removed it from the set.
    if (backend === 'epoll') expect(selector.select(null)).toEqual([]);
    else expectError(() => selector.select(null), 'EBADF', { fd });
  });

  test('is refused after close()', () => {
    const { selector } = idle(Selector);
    selector.close();
    expectError(() => selector.wakeup(), 'ERR_CLOSED');
    expectError(() => selector.waker, 'ERR_CLOSED');
  });
});
