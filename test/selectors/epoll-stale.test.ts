import { readFileSync } from 'node:fs';
import {
  EPOLLET,
  EPOLLEXCLUSIVE,
  EPOLLIN,
  EPOLLONESHOT,
  EpollSelector,
  EVENT_READ,
  type RegisterOptions,
} from 'io-selectors';
import { close, dup2, timerfd, write } from 'io-selectors/fd';
import { describe, expect, test } from 'vitest';
import { has } from '../support/capability.js';
import { drain, owned, pipe } from '../support/descriptors.js';
import { dupHigh, highPipe } from '../support/high-descriptors.js';
import { expectIdle, expectReady } from '../support/selectors.js';
import { epollEntries } from '../support/witness.js';
import { timed } from './cpu.js';

/** A selector whose set has an entry without a registration, which fires for ever. */
function withStaleEntry(options?: RegisterOptions) {
  const [number, writeFd] = highPipe();
  const duplicate = dupHigh(number);
  const selector = owned(new EpollSelector<string | undefined>());
  selector.register(number, EVENT_READ, 'old', options);
  close(number);
  selector.unregister(number);
  write(writeFd, 'x');
  expect(epollEntries(selector.fd).map(({ fd }) => fd)).toEqual([number]);
  return { selector, number, duplicate };
}

const mask = (selector: EpollSelector, number: number) =>
  epollEntries(selector.fd).find(({ fd }) => fd === number)?.events ?? 0;

// A build may lack epoll, the only back end with stale entries.
describe.runIf(has.epoll)('a stale entry of epoll', () => {
  test('is reported while it still has its registration', () => {
    const [readFd, writeFd] = highPipe();
    const duplicate = dupHigh(readFd);
    const selector = owned(new EpollSelector());
    const key = selector.register(readFd, EVENT_READ);
    close(readFd);
    write(writeFd, 'x');
    expectReady(selector, [[key, EVENT_READ]]);
    close(duplicate);
    expectIdle(selector);
  });

  test('is not reported, and the wait neither ends early nor spins', () => {
    const { selector } = withStaleEntry();
    const { result, elapsedMs, cpuMs } = timed(() => selector.select(150));
    expect(result).toEqual([]);
    expect(elapsedMs).toBeGreaterThanOrEqual(150);
    expect(cpuMs).toBeLessThan(75);
    expect(epollEntries(selector.fd)).toEqual([]);
  });

  test('is not called back, and the wait neither ends early nor spins', () => {
    const { selector } = withStaleEntry();
    const { result, elapsedMs, cpuMs } = timed(() => selector.selectEach(() => expect.unreachable(), 150));
    expect(result).toBe(0);
    expect(elapsedMs).toBeGreaterThanOrEqual(150);
    expect(cpuMs).toBeLessThan(75);
    expect(epollEntries(selector.fd)).toEqual([]);
  });

  test('is not reported by waits that do not block, and is soon left behind', () => {
    const { selector } = withStaleEntry();
    for (let i = 0; i < 5; i++) expectIdle(selector);
    expect(epollEntries(selector.fd)).toEqual([]);
  });

  test('is never reported under the key of a new file with its number', () => {
    const { selector, number } = withStaleEntry();
    const [readFd, writeFd] = pipe();
    dup2(readFd, number);
    const key = selector.register(number, EVENT_READ, 'new');
    expect(epollEntries(selector.fd).map(({ fd }) => fd)).toEqual([number, number]);
    expect(selector.select(20)).toEqual([]);
    expect(epollEntries(selector.fd).map(({ fd }) => fd)).toEqual([number]);
    write(writeFd, 'x');
    expectReady(selector, [[key, EVENT_READ]]);
    drain(readFd);
    expectIdle(selector);
  });

  test('does not hide what becomes ready meanwhile', () => {
    const { selector } = withStaleEntry();
    const timer = owned(timerfd({ delayMs: 30 }));
    const key = selector.register(timer, EVENT_READ);
    const { result, elapsedMs } = timed(() => selector.select(10_000));
    expect(result.map((event) => event.key)).toEqual([key]);
    expect(elapsedMs).toBeLessThan(9000);
  });

  test('that is edge-triggered is simply dropped', () => {
    const { selector, number } = withStaleEntry({ trigger: 'edge' });
    const { result, elapsedMs } = timed(() => selector.select(20));
    expect(result).toEqual([]);
    expect(elapsedMs).toBeGreaterThanOrEqual(20);
    expect(epollEntries(selector.fd).map(({ fd }) => fd)).toEqual([number]);
  });

  test('is taken over if its number refers to the same open file again', () => {
    const { selector, number, duplicate } = withStaleEntry();
    const [{ data: oldData }] = epollEntries(selector.fd);
    dup2(duplicate, number);
    const key = selector.register(number, EVENT_READ, 'new');
    const entries = epollEntries(selector.fd);
    expect(entries.map(({ fd }) => fd)).toEqual([number]);
    expect(entries[0].data).not.toBe(oldData);
    expectReady(selector, [[key, EVENT_READ]]);
    selector.unregister(number);
    expect(epollEntries(selector.fd)).toEqual([]);
  });

  test('that is taken over gets the new options', () => {
    const { selector, number, duplicate } = withStaleEntry({ oneShot: true });
    expectIdle(selector);
    dup2(duplicate, number);
    const key = selector.register(number, EVENT_READ);
    expect(mask(selector, number) & EPOLLONESHOT).toBe(0);
    expectReady(selector, [[key, EVENT_READ]]);
    expectReady(selector, [[key, EVENT_READ]]);
  });

  test('is gone once the duplicate is closed, too', () => {
    const { selector, duplicate } = withStaleEntry();
    close(duplicate);
    expect(epollEntries(selector.fd)).toEqual([]);
    expectIdle(selector);
  });

  describe('when it is left behind', () => {
    const leaveBehind = (selector: EpollSelector, number: number) => {
      expect(selector.select(20)).toEqual([]);
      expect(epollEntries(selector.fd).map(({ fd }) => fd)).not.toContain(number);
    };

    test('the selector keeps the number of its descriptor, which is still CLOEXEC', () => {
      const { selector, number } = withStaleEntry();
      const before = selector.fd;
      leaveBehind(selector, number);
      expect(selector.fd).toBe(before);
      const flags = /^flags:\s*([0-7]+)/m.exec(readFileSync(`/proc/self/fdinfo/${selector.fd}`, 'utf8'))?.[1];
      expect(parseInt(flags ?? '0', 8) & 0o2000000).toBe(0o2000000);
    });

    test.each<[string, RegisterOptions, number]>([
      ['level-triggered', {}, 0],
      ['edge-triggered', { trigger: 'edge' }, EPOLLET],
      ['one-shot', { oneShot: true }, EPOLLONESHOT],
      ['exclusive', { exclusive: true }, EPOLLEXCLUSIVE],
    ])('the %s registrations stay what they are', (_name, options, bit) => {
      const { selector, number } = withStaleEntry();
      const [readFd, writeFd] = pipe();
      const key = selector.register(readFd, EVENT_READ, 'kept', options);
      const before = epollEntries(selector.fd).find(({ fd }) => fd === readFd);
      expect(((before?.events ?? 0) & (EPOLLIN | bit)) >>> 0).toBe((EPOLLIN | bit) >>> 0);
      leaveBehind(selector, number);
      expect(epollEntries(selector.fd)).toEqual([before]);
      write(writeFd, 'x');
      expectReady(selector, [[key, EVENT_READ]]);
      if (options.trigger === 'edge' || options.oneShot) expectIdle(selector);
      else expectReady(selector, [[key, EVENT_READ]]);
    });

    test('a one-shot registration that has fired stays disarmed until modify()', () => {
      const { selector, number } = withStaleEntry();
      const [readFd, writeFd] = pipe();
      const key = selector.register(readFd, EVENT_READ, 'once', { oneShot: true });
      write(writeFd, 'x');
      expectReady(selector, [[key, EVENT_READ]]);
      leaveBehind(selector, number);
      write(writeFd, 'y');
      expectIdle(selector);
      const again = selector.modify(readFd, EVENT_READ);
      expectReady(selector, [[again, EVENT_READ]]);
      expectIdle(selector);
      selector.unregister(readFd);
      expect(epollEntries(selector.fd)).toEqual([]);
    });

    test('a one-shot registration that has fired can be unregistered', () => {
      const { selector, number } = withStaleEntry();
      const [readFd, writeFd] = pipe();
      selector.register(readFd, EVENT_READ, 'once', { oneShot: true });
      write(writeFd, 'x');
      expect(selector.select(5000)).toHaveLength(1);
      leaveBehind(selector, number);
      selector.unregister(readFd);
      const key = selector.register(readFd, EVENT_READ, 'again');
      expectReady(selector, [[key, EVENT_READ]]);
    });

    test('another file that has the number of a closed registration is not watched', () => {
      const { selector, number } = withStaleEntry();
      const [closedFd] = highPipe();
      selector.register(closedFd, EVENT_READ, 'closed');
      const [readFd, writeFd] = pipe();
      dup2(readFd, closedFd);
      write(writeFd, 'x');
      leaveBehind(selector, number);
      expect(epollEntries(selector.fd)).toEqual([]);
      expectIdle(selector);
      expect(selector.unregister(closedFd).data).toBe('closed');
    });
  });
});
