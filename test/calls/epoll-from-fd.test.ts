import { closeSync, openSync } from 'node:fs';
import { Epoll, EPOLLIN } from 'io-selectors';
import { eventfd, getBlocking, write } from 'io-selectors/fd';
import { Socket } from 'io-selectors/socket';
import { describe, expect, test } from 'vitest';
import { has } from '../support/capability.js';
import { owned, ownedFd, pipe } from '../support/descriptors.js';
import { expectError } from '../support/errors.js';
import { dupHigh } from '../support/high-descriptors.js';
import { epollEntries, openCount, openDescriptors } from '../support/witness.js';
import { openEpoll } from './epoll.js';

const O_PATH = 0o10000000;

describe.runIf(has.epoll)('Epoll.fromFd', () => {
  test('gives a second view of the same set', () => {
    const original = openEpoll();
    const [readFd, writeFd] = pipe();
    const a = Epoll.fromFd(dupHigh(original.fd));
    const b = Epoll.fromFd(a.fd);
    expect(b.fd).toBe(a.fd);
    b.register(readFd, EPOLLIN);
    write(writeFd, 'x');
    expect(a.wait(0)).toEqual([{ fd: readFd, events: EPOLLIN }]);
    expect(b.wait(0)).toEqual([{ fd: readFd, events: EPOLLIN }]);
    const number = a.fd;
    a.close();
    expectError(() => b.wait(0), 'EBADF', { syscall: 'epoll_wait', fd: number });
    expectError(() => b.close(), 'EBADF', { syscall: 'close', fd: number });
    expect(b.closed).toBe(true);
  });

  test('owns the descriptor and leaves the set unchanged', () => {
    const original = openEpoll();
    const [readFd] = pipe();
    original.register(readFd, EPOLLIN, 7n);
    const before = openCount();
    const number = dupHigh(original.fd);
    const epoll = Epoll.fromFd(number);
    expect(epoll.fd).toBe(number);
    expect(epollEntries(number)).toEqual([{ fd: readFd, events: 0x19, data: 7n }]);
    epoll.close();
    expect(openDescriptors().has(number)).toBe(false);
    expect(openCount()).toBe(before);
    expect(epollEntries(original.fd)).toHaveLength(1);
  });

  test('accepts an empty instance, and one that watches another', () => {
    const inner = openEpoll();
    const outer = openEpoll();
    outer.register(inner, EPOLLIN);
    for (const { fd } of [inner, outer]) expect(owned(Epoll.fromFd(dupHigh(fd))).wait(0)).toEqual([]);
    expect(epollEntries(outer.fd)).toMatchObject([{ fd: inner.fd }]);
  });

  test.each<[string, () => number]>([
    ['a pipe', () => pipe()[0]],
    ['a regular file', () => ownedFd(openSync(import.meta.filename, 'r'))],
    ['a directory', () => ownedFd(openSync('/', 'r'))],
    ['/dev/null', () => ownedFd(openSync('/dev/null', 'r'))],
    ['a socket', () => owned(new Socket()).fd],
    ['an eventfd', () => owned(eventfd()).fd],
  ])('refuses %s and leaves it open', (_, open) => {
    const fd = open();
    const before = openDescriptors();
    expectError(() => Epoll.fromFd(fd), 'EINVAL', { syscall: 'epoll_ctl', fd });
    expect(openDescriptors()).toEqual(before);
    expect(getBlocking(fd)).toBeTypeOf('boolean');
  });

  test('refuses what was opened with O_PATH and leaves it open', () => {
    const fd = ownedFd(openSync('/', O_PATH));
    expectError(() => Epoll.fromFd(fd), 'EBADF', { syscall: 'epoll_ctl', fd });
    expect(openDescriptors().get(fd)).toBe('/');
  });

  test('refuses a number that is not open', () => {
    const number = dupHigh(openEpoll().fd);
    closeSync(number);
    expectError(() => Epoll.fromFd(number), 'EBADF', { syscall: 'epoll_ctl', fd: number });
    expectError(() => Epoll.fromFd(2 ** 31 - 1), 'EBADF', { fd: 2 ** 31 - 1 });
  });

  test.each(['3', true, 3n, null, undefined, {}])('refuses %o, which is not a number', (fd) => {
    expectError(() => Epoll.fromFd(fd as never), 'ERR_INVALID_ARG_TYPE', { type: TypeError });
  });

  test.each([-1, 0.5, NaN, Infinity, 2 ** 31, 2 ** 32])('refuses the number %d', (fd) => {
    expectError(() => Epoll.fromFd(fd), 'ERR_OUT_OF_RANGE', { type: RangeError });
  });
});
