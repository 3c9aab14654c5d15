import { closeSync, openSync } from 'node:fs';
import { EVENT_READ, Waker } from 'io-selectors';
import { dup, eventfd, pipe as openPipe, setBlocking, timerfd, write } from 'io-selectors/fd';
import { Socket } from 'io-selectors/socket';
import { describe, expect, test } from 'vitest';
import { idle, keysOf } from '../support/async.js';
import { has } from '../support/capability.js';
import { inChild } from '../support/child.js';
import { drain, fill, owned, ownedFd, pipe, socketPair } from '../support/descriptors.js';
import { expectError } from '../support/errors.js';
import { closedFd, temporaryPath } from '../support/files.js';
import { dupHigh } from '../support/high-descriptors.js';
import { backends, expectIdle, open } from '../support/selectors.js';
import { WAITS } from '../support/waiting.js';
import { openCount, openDescriptors } from '../support/witness.js';
import { wakeFromThread, wakeOnceBlocked } from './wakers.js';

/** What a waker's descriptor links to. */
const WAKER = has.eventfd ? /^anon_inode:\[eventfd\]$/ : /^pipe:/;

/** A descriptor of that kind, as another module may have made it. */
function wakeFd(): number {
  return has.eventfd ? owned(eventfd()).fd : pipe()[1];
}

describe.each(backends)('the waker of %s', (backend, Selector) => {
  const syscalls = WAITS[backend];

  test('wakes select(), selectEach(), selectAsync() and iteration from another thread', async () => {
    const { selector } = idle(Selector);
    const arm = await wakeOnceBlocked(selector, syscalls);
    arm();
    expect(selector.select(null)).toEqual([]);
    const armEach = await wakeOnceBlocked(selector, syscalls);
    armEach();
    expect(selector.selectEach(() => {}, null)).toBe(0);
    const wait = selector.selectAsync();
    await wakeFromThread(selector);
    expect(await wait).toEqual([]);
    const next = selector[Symbol.asyncIterator]().next();
    await wakeFromThread(selector);
    expect(await next).toEqual({ done: false, value: [] });
    expectIdle(selector);
  });

  test('coalesces wake-ups from another thread before the wait', async () => {
    const { selector, key, writeFd } = idle(Selector);
    await wakeFromThread(selector, 1000);
    write(writeFd, 'x');
    expect(keysOf(selector.select(null))).toEqual([key]);
    selector.unregister(key.fd);
    const start = performance.now();
    expect(selector.select(20)).toEqual([]);
    expect(performance.now() - start).toBeGreaterThanOrEqual(20);
  });

  test.runIf(has.fileDescriptors)('is one object, and opens an eventfd or else a pipe when it is first used', () => {
    const selector = open(Selector);
    const before = openCount();
    const { waker } = selector;
    expect(waker).toBeInstanceOf(Waker);
    expect(selector.waker).toBe(waker);
    expect(openCount()).toBe(before + (has.eventfd ? 1 : 2));
    expect(openDescriptors().get(waker.fd)).toMatch(WAKER);
    expect(selector.getMap().size).toBe(0);
    selector.close();
    expect(openDescriptors().has(waker.fd)).toBe(false);
    expect(waker.fd).toBe(-1);
  });

  test("is not closed by its own close(), and does nothing after the selector's", () => {
    const selector = open(Selector);
    const { waker } = selector;
    waker.close();
    waker[Symbol.dispose]();
    expect(waker.fd).toBeGreaterThanOrEqual(0);
    waker.wake();
    expect(selector.select(null)).toEqual([]);
    selector.close();
    waker.wake();
    expectError(() => waker.share(), 'ERR_CLOSED');
    waker.close();
    expect(waker.fd).toBe(-1);
  });

  test('can be shared with any number of others, each with a duplicate of its own', () => {
    const { selector } = idle(Selector);
    const first = owned(new Waker(selector.waker.share()));
    const second = owned(new Waker(first.share()));
    for (const waker of [first, second]) {
      waker.wake();
      expect(selector.select(null)).toEqual([]);
      expectIdle(selector);
    }
    first.close();
    second.wake();
    expect(selector.select(null)).toEqual([]);
    selector.close();
    // The selector is closed, but the shared duplicate is open.
    second.wake();
    second.close();
  });

  test('cannot be registered, changed or unregistered by its descriptor', () => {
    const { selector } = idle(Selector);
    const { fd } = selector.waker;
    expectError(() => selector.register(fd, EVENT_READ), 'ERR_ALREADY_REGISTERED');
    expectError(() => selector.modify(fd, EVENT_READ), 'ERR_NOT_REGISTERED');
    expectError(() => selector.unregister(fd), 'ERR_NOT_REGISTERED');
    expectError(() => selector.getKey(fd), 'ERR_NOT_REGISTERED');
    selector.waker.wake();
    expect(selector.select(null)).toEqual([]);
  });

  test('neither blocks nor throws when its descriptor is full, and the wake-up is not lost', () => {
    const { selector } = idle(Selector);
    const waker = owned(new Waker(selector.waker.share()));
    // The counter of an eventfd is 2^64 - 2 at most.
    if (has.eventfd) write(waker.fd, new Uint8Array(BigUint64Array.of(2n ** 64n - 2n).buffer));
    else if (has.pipe) fill(waker.fd);
    // A full datagram socket of Windows drops them.
    for (let i = 0; i < (has.pipe ? 10 : 20_000); i++) waker.wake();
    expect(selector.select(null)).toEqual([]);
    expectIdle(selector);
    waker.wake();
    expect(selector.select(null)).toEqual([]);
  });

  test.runIf(has.descriptorLimit)('is missing if no descriptor is free, and is there once one is', async () => {
    const outcome = await inChild(backend, (io, name) => {
      const { readdirSync } = process.getBuiltinModule('node:fs');
      const Selector = { select: io.SelectSelector, poll: io.PollSelector, epoll: io.EpollSelector }[name];
      const selector = new Selector();
      const spare: number[] = [];
      const codes: string[] = [];
      const fails = (call: () => void) => {
        try {
          call();
          return false;
        } catch (error) {
          codes.push((error as { code: string }).code);
          return true;
        }
      };
      io.fd.setDescriptorLimit(readdirSync('/proc/self/fd').length + 20);
      while (!fails(() => spare.push(io.fd.dup(2))));
      fails(() => selector.waker);
      for (const fd of spare) io.fd.close(fd);
      selector.waker.wake();
      return { codes, ready: selector.select() };
    });
    expect(outcome).toEqual({ codes: ['EMFILE', 'EMFILE'], ready: [] });
  });

  test.runIf(has.fileDescriptors)('works with a descriptor past FD_SETSIZE', async () => {
    const outcome = await inChild(backend, async (io, name) => {
      const Selector = { select: io.SelectSelector, poll: io.PollSelector, epoll: io.EpollSelector }[name];
      const selector = new Selector();
      const low = io.fd.pipe();
      selector.register(low[0], io.EVENT_READ);
      while (io.fd.dup(2) < io.FD_SETSIZE);
      const { fd } = selector.waker;
      selector.waker.wake();
      const sync = selector.select();
      const wait = selector.selectAsync();
      setTimeout(() => selector.waker.wake(), 5);
      const woken = [sync.length, (await wait).length];
      io.fd.write(low[1], 'x');
      const ready = [selector.select(0).length, (await selector.selectAsync()).length];
      selector.close();
      return { past: fd >= io.FD_SETSIZE, woken, ready };
    });
    expect(outcome).toEqual({ past: true, woken: [0, 0], ready: [1, 1] });
  });

  test.runIf(has.fileDescriptors)('wakes even if its number was that of a registered descriptor that was closed', () => {
    const selector = open(Selector);
    const [readFd] = openPipe().map(ownedFd);
    selector.register(readFd, EVENT_READ, 'closed');
    closeSync(readFd);
    // Takes the lowest free number, unless another thread is faster.
    const { waker } = selector;
    selector.unregister(readFd);
    waker.wake();
    const start = performance.now();
    expect(selector.select(20_000)).toEqual([]);
    expect(performance.now() - start).toBeLessThan(10_000);
  });
});

describe('a waker of a shared descriptor', () => {
  test.runIf(has.fileDescriptors)('owns it until close(), and refuses to be used after that', () => {
    const [[, Selector]] = backends;
    const waker = new Waker(open(Selector).waker.share());
    const { fd } = waker;
    expect(openDescriptors().get(fd)).toMatch(WAKER);
    waker.close();
    expect(openDescriptors().has(fd)).toBe(false);
    expect(waker.fd).toBe(-1);
    expectError(() => waker.wake(), 'ERR_CLOSED');
    expectError(() => waker.share(), 'ERR_CLOSED');
    waker.close();
    waker[Symbol.dispose]();
  });

  const FILES: [isRefused: boolean, name: string, make: () => number][] = [
    [has.pipe, "a pipe's read end", () => pipe()[0]],
    [has.eventfd, "a pipe's write end", () => pipe()[1]],
    [has.pipe, "a blocking pipe's write end", () => openPipe({ blocking: true }).map(ownedFd)[1]],
    [has.fileDescriptors, 'a socket', () => socketPair()[0].fd],
    [has.fileDescriptors, 'a regular file', () => ownedFd(openSync(temporaryPath('file'), 'w'))],
    [has.fileDescriptors, '/dev/null', () => ownedFd(openSync('/dev/null', 'r+'))],
    [true, 'a socket without a connection', () => owned(new Socket()).fd],
    [has.timerfd, 'a timerfd', () => owned(timerfd({ delayMs: 0 })).fd],
    [has.eventfd, 'an eventfd that blocks', () => owned(eventfd(0, { blocking: true })).fd],
  ];
  test.each(FILES.filter(([isRefused]) => isRefused))('refuses, %s: %s, which stays open', (_, __, make) => {
    const fd = make();
    const before = openDescriptors().get(fd);
    expectError(() => new Waker(fd), 'EINVAL', { fd });
    expect(openDescriptors().get(fd)).toBe(before);
  });

  test.runIf(has.fileDescriptors)('names the reason if the descriptor blocks', () => {
    const fd = wakeFd();
    setBlocking(fd, true);
    expect(() => new Waker(fd)).toThrow(/the descriptor blocks/);
    setBlocking(fd, false);
    owned(new Waker(dup(fd))).wake();
  });

  test('refuses a number that is not open', () => {
    const fd = closedFd();
    expectError(() => new Waker(fd), 'EBADF', { fd });
  });

  test.each([
    ['3', TypeError, 'ERR_INVALID_ARG_TYPE'],
    [true, TypeError, 'ERR_INVALID_ARG_TYPE'],
    [3n, TypeError, 'ERR_INVALID_ARG_TYPE'],
    [undefined, TypeError, 'ERR_INVALID_ARG_TYPE'],
    [null, TypeError, 'ERR_INVALID_ARG_TYPE'],
    [-1, RangeError, 'ERR_OUT_OF_RANGE'],
    [1.5, RangeError, 'ERR_OUT_OF_RANGE'],
    [NaN, RangeError, 'ERR_OUT_OF_RANGE'],
    [2 ** 31, RangeError, 'ERR_OUT_OF_RANGE'],
  ])('refuses %s', (value, type, code) => {
    expectError(() => Reflect.construct(Waker, [value]), code, { type });
  });

  test.runIf(has.eventfd)("accepts an eventfd, and leaves others' descriptors alone", () => {
    const counter = owned(eventfd());
    const waker = new Waker(dup(counter.fd));
    waker.wake();
    expect(counter.read()).toBe(1n);
    waker.close();
    counter.write(1);
    expect(counter.read()).toBe(1n);
  });

  test.runIf(has.pipe && !has.eventfd)("accepts a pipe's write end, and leaves others' descriptors alone", () => {
    const [readFd, writeFd] = pipe();
    const waker = new Waker(dup(writeFd));
    waker.wake();
    expect(drain(readFd)).toBe(8);
    waker.close();
    write(writeFd, 'x');
    expect(drain(readFd)).toBe(1);
  });

  test.runIf(has.fileDescriptors)('whose number was closed behind its back does not close its next owner', () => {
    const fd = dupHigh(wakeFd());
    const waker = new Waker(fd);
    closeSync(fd);
    expectError(() => waker.wake(), 'EBADF', { fd });
    expectError(() => waker.close(), 'EBADF', { fd });
    expect(waker.fd).toBe(-1);
  });
});
