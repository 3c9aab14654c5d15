import { setTimeout as delay } from 'node:timers/promises';
import { type Epoll, EpollEventList, EPOLLIN } from 'io-selectors';
import { eventfd, timerfd } from 'io-selectors/fd';
import { describe, expect, test } from 'vitest';
import { has } from '../support/capability.js';
import { owned, pipe } from '../support/descriptors.js';
import { expectError } from '../support/errors.js';
import { inThread } from '../support/threads.js';
import { openEpoll } from './epoll.js';

const ways: [string, (epoll: Epoll, timeoutMs?: number | null) => number][] = [
  ['wait', (epoll, timeoutMs) => epoll.wait(timeoutMs).length],
  ['waitInto', (epoll, timeoutMs) => epoll.waitInto(new EpollEventList(4), timeoutMs)],
];

function idle(): Epoll {
  const epoll = openEpoll();
  epoll.register(pipe()[0], EPOLLIN);
  return epoll;
}

/** How long a call takes, in milliseconds. */
function elapsed(call: () => void): number {
  const since = performance.now();
  call();
  return performance.now() - since;
}

describe.runIf(has.epoll).each(ways)('the timeout of %s', (_, wait) => {
  test.each([1, 3, 20, 100])('of %d ms passes in full', (timeoutMs) => {
    const epoll = idle();
    const took = elapsed(() => expect(wait(epoll, timeoutMs)).toBe(0));
    expect(took).toBeGreaterThanOrEqual(timeoutMs);
    expect(took).toBeLessThan(timeoutMs + 5000);
  });

  test('passes in full each time', () => {
    const epoll = idle();
    for (let i = 0; i < 2; i++) expect(elapsed(() => wait(epoll, 60))).toBeGreaterThanOrEqual(60);
  });

  test.each([0, -0])('of %d does not block', (timeoutMs) => {
    const epoll = idle();
    const took = elapsed(() => {
      for (let i = 0; i < 100; i++) expect(wait(epoll, timeoutMs)).toBe(0);
    });
    expect(took).toBeLessThan(5000);
    epoll.register(owned(eventfd(1)), EPOLLIN);
    expect(wait(epoll, timeoutMs)).toBe(1);
  });

  test.each([
    [0.1, 300],
    [3.1, 30],
    [0.9, 50],
    [0.09, 100],
    [0.009, 100],
    [50.000001, 2],
    [0.000001, 100],
    [1e-9, 100],
    [Number.MIN_VALUE, 100],
  ])('of the fraction %d is never cut short', (timeoutMs, rounds) => {
    const epoll = idle();
    for (let i = 0; i < rounds; i++) {
      const took = elapsed(() => expect(wait(epoll, timeoutMs)).toBe(0));
      expect(took).toBeGreaterThanOrEqual(timeoutMs);
    }
  });

  test.each([0.9, 1e-3, 1e-9, 3.5, 1e6 + 0.5])('of the fraction %d ends with an event', (timeoutMs) => {
    const epoll = idle();
    epoll.register(owned(eventfd(1)), EPOLLIN);
    expect(wait(epoll, timeoutMs)).toBe(1);
  });

  // A whole number goes to epoll_wait, whose timeout is an int; a fraction goes to epoll_pwait2.
  test.each([
    2 ** 31 - 1,
    2 ** 31,
    2 ** 31 + 0.5,
    2 ** 32,
    2 ** 32 + 1,
    1e15 + 0.5,
    Number.MAX_SAFE_INTEGER,
    Number.MAX_VALUE,
    Infinity,
    null,
    undefined,
    -1,
    -2,
    -0.1,
    -(2 ** 31),
    -Infinity,
  ])('of %s lasts until an event', (timeoutMs) => {
    const epoll = idle();
    const since = performance.now();
    epoll.register(owned(timerfd({ delayMs: 20 })), EPOLLIN);
    expect(wait(epoll, timeoutMs)).toBe(1);
    expect(performance.now() - since).toBeGreaterThanOrEqual(20);
  });

  test('must not be NaN', () => {
    const epoll = idle();
    expectError(() => wait(epoll, NaN), 'ERR_OUT_OF_RANGE', { type: RangeError });
  });

  test.each(['10', {}, true, 10n, [10]])('must not be %o', (timeoutMs) => {
    const epoll = idle();
    expectError(() => wait(epoll, timeoutMs as never), 'ERR_INVALID_ARG_TYPE', { type: TypeError });
  });

  test('is not cut short by timers of the event loop, which fire afterwards', async () => {
    const epoll = idle();
    let fired = false;
    const timer = delay(10).then(() => {
      fired = true;
    });
    expect(elapsed(() => wait(epoll, 50))).toBeGreaterThanOrEqual(50);
    expect(fired).toBe(false);
    await timer;
    expect(fired).toBe(true);
  });
});

describe.runIf(has.epoll)('a thread in epoll_wait', () => {
  const ENDLESS = [2 ** 31, 2 ** 32, Infinity, null, undefined, -1, -(2 ** 31)];

  test.each(ENDLESS)('sleeps until there is data with a timeout of %s', async (timeoutMs) => {
    const event = owned(eventfd());
    const thread = await inThread({ fd: event.fd, timeoutMs }, (io, input) => {
      const epoll = new io.Epoll();
      epoll.register(input.fd, io.EPOLLIN);
      const events = epoll.wait(input.timeoutMs);
      epoll.close();
      return events;
    });
    // A worker waits in slices of 50 ms: outlast at least one.
    const since = performance.now();
    while (performance.now() - since < 80) await thread.blockedIn('epoll_wait', 'epoll_pwait', 'epoll_pwait2');
    event.write(1);
    expect(await thread.result).toEqual([{ fd: event.fd, events: EPOLLIN }]);
  });

  test.each([20, 49.5, 120, 130.25])('waits %d ms in full', async (timeoutMs) => {
    const thread = await inThread({ fd: pipe()[0], timeoutMs }, (io, input) => {
      const epoll = new io.Epoll();
      epoll.register(input.fd, io.EPOLLIN);
      const since = performance.now();
      const count = epoll.wait(input.timeoutMs).length;
      const took = performance.now() - since;
      epoll.close();
      return { count, took };
    });
    const { count, took } = await thread.result;
    expect(count).toBe(0);
    expect(took).toBeGreaterThanOrEqual(timeoutMs);
  });

  test('keeps its deadline while the set is changed all the time', async () => {
    const epoll = openEpoll();
    const [readFd] = pipe();
    epoll.register(readFd, EPOLLIN);
    const thread = await inThread(epoll.fd, (io, epfd) => {
      const duplicate = io.Epoll.fromFd(io.fd.dup(epfd));
      const since = performance.now();
      const count = duplicate.wait(200).length;
      const took = performance.now() - since;
      duplicate.close();
      return { count, took };
    });
    let changes = 0;
    const change = setInterval(() => {
      for (let i = 0; i < 100; i++) epoll.modify(readFd, changes++ % 2 === 0 ? 0 : EPOLLIN);
    });
    const { count, took } = await thread.result.finally(() => clearInterval(change));
    expect(count).toBe(0);
    expect(took).toBeGreaterThanOrEqual(200);
    expect(took).toBeLessThan(5000);
    expect(changes).toBeGreaterThan(100);
  });
});
