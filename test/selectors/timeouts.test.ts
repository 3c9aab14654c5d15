import { EpollSelector, EVENT_READ, EVENT_WRITE } from 'io-selectors';
import { dup, write } from 'io-selectors/fd';
import { describe, expect, test } from 'vitest';
import { has } from '../support/capability.js';
import { owned, ownedFd, pipe } from '../support/descriptors.js';
import { expectError } from '../support/errors.js';
import { backends, expectIdle, open } from '../support/selectors.js';
import { inThread } from '../support/threads.js';
import { WAITS } from '../support/waiting.js';

/** How long a call takes. */
function elapsed(call: () => unknown): number {
  const start = performance.now();
  call();
  return performance.now() - start;
}

describe.each(backends)('%s', (backend, Selector) => {
  /** A selector with an idle descriptor. */
  function idle() {
    const selector = open(Selector);
    const [readFd, writeFd] = pipe();
    selector.register(readFd, EVENT_READ);
    return { selector, readFd, writeFd };
  }

  /** A selector with a descriptor that another thread makes ready in 20 ms, while this one waits. */
  async function readyLater() {
    const { selector, readFd, writeFd } = idle();
    await inThread(writeFd, (io, fd) => {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
      io.fd.write(fd, 'x');
    });
    return { selector, key: selector.getKey(readFd) };
  }

  /** A selector with an idle descriptor and a ready one. */
  function ready() {
    const { selector } = idle();
    selector.register(pipe()[1], EVENT_WRITE);
    return selector;
  }

  test.each([-1, 0, -0, -0.5, -Infinity, -(2 ** 40)])('select(%d) asks without waiting', (timeout) => {
    const { selector } = idle();
    expect(elapsed(() => expect(selector.select(timeout)).toEqual([]))).toBeLessThan(5000);
    expect(ready().select(timeout)).toHaveLength(1);
  });

  test('a wait lasts its time, and so does the next', () => {
    const { selector } = idle();
    for (const timeout of [60, 60]) {
      const ms = elapsed(() => expect(selector.select(timeout)).toEqual([]));
      expect(ms).toBeGreaterThanOrEqual(timeout);
      expect(ms).toBeLessThan(10_000);
    }
  });

  test('a hundred waits with a timeout of 0 take no time', () => {
    const { selector } = idle();
    expect(elapsed(() => {
      for (let i = 0; i < 100; i++) expectIdle(selector);
    })).toBeLessThan(5000);
  });

  test.each([
    [0.1, 100],
    [3.1, 10],
    [1e-6, 50],
    [1e-9, 50],
    [Number.MIN_VALUE, 50],
    [0.9999999999, 20],
    [1.5, 20],
  ])('a wait of %d ms never returns early, %i times', (timeout, times) => {
    const { selector } = idle();
    for (let i = 0; i < times; i++) {
      const ms = elapsed(() => expect(selector.select(timeout)).toEqual([]));
      expect(ms).toBeGreaterThanOrEqual(timeout);
      expect(ms).toBeLessThan(10_000);
    }
  });

  test.each([0.9, 0.09, 0.009, 0.0009, 1e-6, 1e-7, 1e-10])('%d ms is not endless', (timeout) => {
    expect(ready().select(timeout)).toHaveLength(1);
    expect(idle().selector.select(timeout)).toEqual([]);
  });

  test.each([2 ** 31, 2 ** 32, Number.MAX_VALUE])(
    'a wait of %d ms lasts until there is data',
    async (timeout) => {
      const [readFd, writeFd] = pipe();
      const thread = await inThread({ backend, readFd, timeout }, (io, input) => {
        const classes = { select: io.SelectSelector, poll: io.PollSelector, epoll: io.EpollSelector };
        const selector = new classes[input.backend]();
        selector.register(input.readFd, io.EVENT_READ);
        const ready = selector.select(input.timeout).map(({ key }) => key.fd);
        selector.close();
        return ready;
      });
      await thread.blockedIn(...WAITS[backend]);
      write(writeFd, 'x');
      expect(await thread.result).toEqual([readFd]);
    },
  );

  // Only a main thread passes such a timeout to the system call: a worker waits in slices.
  const long = [2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 33 + 5, Number.MAX_SAFE_INTEGER, 1e300];
  test.each(long)('the main thread can wait %d ms, too', async (timeout) => {
    const { selector, key } = await readyLater();
    const start = performance.now();
    expect(selector.select(timeout).map((event) => event.key)).toEqual([key]);
    expect(performance.now() - start).toBeLessThan(10_000);
  });

  test.each([undefined, null, Infinity])('select(%s) waits until something is ready', async (timeout) => {
    const { selector, key } = await readyLater();
    expect(selector.select(timeout).map((event) => event.key)).toEqual([key]);
  });

  test('an absent timeout waits until something is ready', async () => {
    const { selector, key } = await readyLater();
    expect(selector.select().map((event) => event.key)).toEqual([key]);
  });

  test('NaN is refused, whether something is ready or not', () => {
    expectError(() => idle().selector.select(NaN), 'ERR_OUT_OF_RANGE', { type: RangeError });
    expectError(() => ready().select(NaN), 'ERR_OUT_OF_RANGE', { type: RangeError });
    expectError(() => ready().selectEach(() => {}, NaN), 'ERR_OUT_OF_RANGE', { type: RangeError });
  });

  test('a JavaScript timer does not cut a wait short, and fires right after', async () => {
    const { selector } = idle();
    let fired = false;
    const timer = new Promise<void>((resolve) => {
      setTimeout(() => {
        fired = true;
        resolve();
      }, 5);
    });
    expect(elapsed(() => selector.select(50))).toBeGreaterThanOrEqual(50);
    expect(fired).toBe(false);
    await timer;
    expect(fired).toBe(true);
  });

  test('a selector without registrations waits its time', () => {
    const selector = open(Selector);
    expect(elapsed(() => expect(selector.select(30)).toEqual([]))).toBeGreaterThanOrEqual(30);
    expectIdle(selector);
  });

  test('a selector without registrations waits for ever without a timeout', async () => {
    const thread = await inThread(backend, (io, name) => {
      const classes = { select: io.SelectSelector, poll: io.PollSelector, epoll: io.EpollSelector };
      new classes[name]().select(null);
    });
    let returned = false;
    void thread.result.then(() => (returned = true), () => {});
    for (let i = 0; i < 3; i++) await thread.blockedIn(...WAITS[backend]);
    expect(returned).toBe(false);
    await thread.worker.terminate();
  });
});

// Only epoll has a set that another thread can change during a wait. A build may lack it.
test.runIf(has.epoll)('a wait lasts its time while another thread modifies the set', async () => {
  const selector = owned(new EpollSelector());
  const [readFd] = pipe();
  selector.register(readFd, EVENT_READ);
  const state = new Int32Array(new SharedArrayBuffer(8));
  // The thread owns the duplicate.
  const thread = await inThread({ epfd: ownedFd(dup(selector.fd)), readFd, state }, (io, { epfd, readFd, state }) => {
    const epoll = io.Epoll.fromFd(io.fd.dup(epfd));
    let count = 0;
    for (; Atomics.load(state, 0) === 0; count++) {
      epoll.modify(readFd, count % 2 === 0 ? io.EPOLLIN : io.EPOLLPRI);
      Atomics.store(state, 1, 1);
      Atomics.notify(state, 1);
    }
    epoll.close();
    return count;
  });
  Atomics.wait(state, 1, 0, 10_000);
  const ms = elapsed(() => expect(selector.select(200)).toEqual([]));
  Atomics.store(state, 0, 1);
  expect(ms).toBeGreaterThanOrEqual(200);
  expect(ms).toBeLessThan(10_000);
  expect(await thread.result).toBeGreaterThan(100);
});
