import { closeSync } from 'node:fs';
import { type Epoll, EPOLL_CTL_ADD, EPOLL_CTL_MOD, EPOLLIN } from 'io-selectors';
import { describe, expect, test } from 'vitest';
import { has } from '../support/capability.js';
import { pipe } from '../support/descriptors.js';
import { expectError, thrownBy } from '../support/errors.js';
import { dupHigh } from '../support/high-descriptors.js';
import { epollEntries } from '../support/witness.js';
import { openEpoll } from './epoll.js';

const BEYOND_ANY_TABLE = 2 ** 31 - 1;

const closedNumber = () => {
  const fd = dupHigh(pipe()[0]);
  closeSync(fd);
  return fd;
};

const calls: [string, (epoll: Epoll, fd: never) => void][] = [
  ['ctl', (epoll, fd) => epoll.ctl(EPOLL_CTL_ADD, fd, EPOLLIN)],
  ['register', (epoll, fd) => epoll.register(fd, EPOLLIN)],
  ['modify', (epoll, fd) => epoll.modify(fd, EPOLLIN)],
  ['unregister', (epoll, fd) => epoll.unregister(fd)],
];

describe.runIf(has.epoll)('an epoll instance refuses', () => {
  test('to add a descriptor twice, and to change one that it does not have', () => {
    const epoll = openEpoll();
    const [readFd, writeFd] = pipe();
    epoll.register(readFd, EPOLLIN, 5n);
    expectError(() => epoll.register(readFd, EPOLLIN, 6n), 'EEXIST', { syscall: 'epoll_ctl', fd: readFd });
    expectError(() => epoll.modify(writeFd, EPOLLIN), 'ENOENT', { syscall: 'epoll_ctl', fd: writeFd });
    expectError(() => epoll.unregister(writeFd), 'ENOENT', { syscall: 'epoll_ctl', fd: writeFd });
    expect(epollEntries(epoll.fd)).toEqual([{ fd: readFd, events: 0x19, data: 5n }]);
  });

  test('itself', () => {
    const epoll = openEpoll();
    expectError(() => epoll.register(epoll, EPOLLIN), 'EINVAL', { syscall: 'epoll_ctl', fd: epoll.fd });
  });

  test("with errors shaped like Node's own", () => {
    const epoll = openEpoll();
    const fd = closedNumber();
    const error = thrownBy(() => epoll.register(fd, EPOLLIN));
    expect(error).toMatchObject({ code: 'EBADF', errno: -9, syscall: 'epoll_ctl', fd });
    expect(error).toHaveProperty('message', 'EBADF: bad file descriptor, epoll_ctl');
  });

  test.each(calls)('a closed descriptor: %s', (_, call) => {
    const epoll = openEpoll();
    for (const fd of [closedNumber(), BEYOND_ANY_TABLE]) {
      expectError(() => call(epoll, fd as never), 'EBADF', { syscall: 'epoll_ctl', fd });
    }
  });

  test('a closed descriptor rather than an unknown operation', () => {
    const epoll = openEpoll();
    const [readFd] = pipe();
    for (const op of [42, 0, -1, 2 ** 31 - 1]) {
      expectError(() => epoll.ctl(op, closedNumber(), EPOLLIN), 'EBADF');
      expectError(() => epoll.ctl(op, readFd, EPOLLIN), 'EINVAL', { syscall: 'epoll_ctl', fd: readFd });
    }
    expect(epollEntries(epoll.fd)).toEqual([]);
  });

  test.each([
    ['1', 'ERR_INVALID_ARG_TYPE'],
    [null, 'ERR_INVALID_ARG_TYPE'],
    [1n, 'ERR_INVALID_ARG_TYPE'],
    [1.5, 'ERR_OUT_OF_RANGE'],
    [NaN, 'ERR_OUT_OF_RANGE'],
    [2 ** 32 + EPOLL_CTL_ADD, 'ERR_OUT_OF_RANGE'],
  ])('the operation %o', (op, code) => {
    const epoll = openEpoll();
    expectError(() => epoll.ctl(op as never, pipe()[0], EPOLLIN), code);
    expect(epollEntries(epoll.fd)).toEqual([]);
  });

  describe.each(calls)('in %s', (_, call) => {
    test.each<[string, unknown]>([
      ['text', '3'],
      ['a boolean', true],
      ['a bigint', 3n],
      ['null', null],
      ['undefined', undefined],
      ['an object without a descriptor', {}],
      ['a function', () => 3],
      ['an object whose fd is text', { fd: '3' }],
      ['an object whose fileno() gives text', { fileno: () => '3' }],
      ['an object whose fileno is a number', { fileno: 3 }],
    ])('%s for a descriptor', (__, fd) => {
      const epoll = openEpoll();
      expectError(() => call(epoll, fd as never), 'ERR_INVALID_ARG_TYPE', { type: TypeError });
      expect(epollEntries(epoll.fd)).toEqual([]);
    });

    test.each([NaN, Infinity, -Infinity, -1, 0.5, 2 ** 31, 2 ** 32])('the descriptor %d', (fd) => {
      const epoll = openEpoll();
      expectError(() => call(epoll, fd as never), 'ERR_OUT_OF_RANGE', { type: RangeError });
      expectError(() => call(epoll, { fd } as never), 'ERR_OUT_OF_RANGE', { type: RangeError });
      expectError(() => call(epoll, { fileno: () => fd } as never), 'ERR_OUT_OF_RANGE', { type: RangeError });
      expect(epollEntries(epoll.fd)).toEqual([]);
    });
  });

  test.each<[unknown, string]>([
    ['1', 'ERR_INVALID_ARG_TYPE'],
    [null, 'ERR_INVALID_ARG_TYPE'],
    [true, 'ERR_INVALID_ARG_TYPE'],
    [1n, 'ERR_INVALID_ARG_TYPE'],
    [{}, 'ERR_INVALID_ARG_TYPE'],
    [0.5, 'ERR_OUT_OF_RANGE'],
    [NaN, 'ERR_OUT_OF_RANGE'],
    [Infinity, 'ERR_OUT_OF_RANGE'],
    [2 ** 32, 'ERR_OUT_OF_RANGE'],
    [-(2 ** 31) - 1, 'ERR_OUT_OF_RANGE'],
  ])('the mask %o', (mask, code) => {
    const epoll = openEpoll();
    const [readFd, writeFd] = pipe();
    epoll.register(readFd, EPOLLIN);
    expectError(() => epoll.modify(readFd, mask as never), code);
    expectError(() => epoll.register(writeFd, mask as never), code);
    expectError(() => epoll.ctl(EPOLL_CTL_MOD, readFd, mask as never), code);
    expect(epollEntries(epoll.fd)).toEqual([{ fd: readFd, events: 0x19, data: BigInt(readFd) }]);
  });

  test.each<['register' | 'modify']>([['register'], ['modify']])('no mask at all in %s', (method) => {
    const epoll = openEpoll();
    const [readFd, writeFd] = pipe();
    epoll.register(readFd, EPOLLIN);
    const fd = method === 'register' ? writeFd : readFd;
    expectError(() => epoll[method](fd, undefined as never), 'ERR_INVALID_ARG_TYPE', { type: TypeError });
    expect(epollEntries(epoll.fd)).toEqual([{ fd: readFd, events: 0x19, data: BigInt(readFd) }]);
  });

  test.each<[unknown, string]>([
    [1, 'ERR_INVALID_ARG_TYPE'],
    ['1', 'ERR_INVALID_ARG_TYPE'],
    [null, 'ERR_INVALID_ARG_TYPE'],
    [-1n, 'ERR_OUT_OF_RANGE'],
    [2n ** 64n, 'ERR_OUT_OF_RANGE'],
  ])('the data %o', (data, code) => {
    const epoll = openEpoll();
    expectError(() => epoll.register(pipe()[0], EPOLLIN, data as never), code);
    expect(epollEntries(epoll.fd)).toEqual([]);
  });
});
