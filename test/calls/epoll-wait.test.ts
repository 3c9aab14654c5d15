import { closeSync } from 'node:fs';
import { Epoll, EpollEventList, EPOLLIN, EPOLLONESHOT, EPOLLOUT } from 'io-selectors';
import { dup2, eventfd, read, timerfd, write } from 'io-selectors/fd';
import { AF_INET, Socket, SOCK_DGRAM } from 'io-selectors/socket';
import { describe, expect, test } from 'vitest';
import { has } from '../support/capability.js';
import { owned, pipe } from '../support/descriptors.js';
import { expectError } from '../support/errors.js';
import { dupHigh } from '../support/high-descriptors.js';
import { epollEntries, residentBytes } from '../support/witness.js';
import { openEpoll, ready } from './epoll.js';

/** struct epoll_event is packed on x86-64 only. */
const EVENT_BYTES = process.arch === 'x64' ? 12 : 16;
const MOST = Math.floor((2 ** 31 - 1) / EVENT_BYTES);

/** A set of empty pipes and pipes with one byte. */
function watchedPipes(full: number, quiet: number) {
  const epoll = openEpoll();
  const pipes = Array.from({ length: full + quiet }, pipe);
  for (const [readFd] of pipes) epoll.register(readFd, EPOLLIN);
  for (const [, writeFd] of pipes.slice(0, full)) write(writeFd, 'x');
  return { epoll, fullFds: pipes.slice(0, full).map(([readFd]) => readFd) };
}

describe.runIf(has.epoll)('epoll_wait', () => {
  test('reports all of several writable descriptors', () => {
    const epoll = openEpoll();
    const events = Array.from({ length: 3 }, () => owned(eventfd()));
    for (const event of events) epoll.register(event, EPOLLIN | EPOLLOUT);
    expect(epoll.wait()).toHaveLength(3);
    expect(ready(epoll)).toEqual(new Map(events.map(({ fd }) => [fd, EPOLLOUT])));
  });

  test('accepts as large a number of events as the kernel, without allocating memory for them', () => {
    const { epoll, fullFds } = watchedPipes(2, 1);
    const before = residentBytes();
    expect(epoll.wait(0, MOST)).toHaveLength(fullFds.length);
    expectError(() => epoll.wait(0, MOST + 1), 'ERR_OUT_OF_RANGE', { type: RangeError });
    expectError(() => new EpollEventList(MOST + 1), 'ERR_OUT_OF_RANGE', { type: RangeError });
    expect(residentBytes() - before).toBeLessThan(64 * 2 ** 20);
  });

  test.each([0, -1, 1.5, NaN, Infinity, 2 ** 31, 1e9])('refuses to return at most %d events', (maxEvents) => {
    const { epoll } = watchedPipes(1, 0);
    const before = residentBytes();
    expectError(() => epoll.wait(0, maxEvents), 'ERR_OUT_OF_RANGE', { type: RangeError });
    expectError(() => new EpollEventList(maxEvents), 'ERR_OUT_OF_RANGE', { type: RangeError });
    expect(residentBytes() - before).toBeLessThan(64 * 2 ** 20);
  });

  test.each(['1', null, 1n, true, {}])('refuses %o as a number of events', (maxEvents) => {
    const { epoll } = watchedPipes(1, 0);
    expectError(() => epoll.wait(0, maxEvents as never), 'ERR_INVALID_ARG_TYPE', { type: TypeError });
    expectError(() => new EpollEventList(maxEvents as never), 'ERR_INVALID_ARG_TYPE', { type: TypeError });
  });

  test('reports each ready descriptor once and no idle one, three at a time', () => {
    const { epoll, fullFds } = watchedPipes(13, 5);
    const batches: number[][] = [];
    for (let events = epoll.wait(0, 3); events.length > 0; events = epoll.wait(0, 3)) {
      for (const { fd } of events) read(fd, Buffer.alloc(1));
      batches.push(events.map(({ fd }) => fd));
    }
    expect(batches.map(({ length }) => length)).toEqual([3, 3, 3, 3, 1]);
    expect(new Set(batches.flat())).toEqual(new Set(fullFds));
  });

  test('takes turns when there are more events than asked for', () => {
    const { epoll, fullFds } = watchedPipes(13, 0);
    const counts = new Map(fullFds.map((fd) => [fd, 0]));
    for (let total = 0; total < 52; ) {
      const events = epoll.wait(0, Math.min(3, 52 - total));
      for (const { fd } of events) counts.set(fd, (counts.get(fd) ?? 0) + 1);
      total += events.length;
    }
    expect([...counts.values()]).toEqual(Array.from({ length: 13 }, () => 4));
  });

  test('reports more than 1024 events where that many are asked for', () => {
    const epoll = openEpoll();
    const events = Array.from({ length: 1100 }, () => owned(eventfd(1)));
    for (const event of events) epoll.register(event, EPOLLIN);
    expect(epoll.wait(0)).toHaveLength(1024);
    expect(new Set(epoll.wait(0, 1101).map(({ fd }) => fd))).toEqual(new Set(events.map(({ fd }) => fd)));
  });

  test('fails if its number is closed or has become a pipe', () => {
    const number = dupHigh(openEpoll().fd);
    const epoll = owned(Epoll.fromFd(number));
    const [readFd, writeFd] = pipe();
    write(writeFd, 'x');
    dup2(readFd, number);
    expectError(() => epoll.wait(0), 'EINVAL', { syscall: 'epoll_wait', fd: number });
    expectError(() => epoll.register(readFd, EPOLLIN), 'EINVAL', { syscall: 'epoll_ctl' });
    closeSync(number);
    expectError(() => epoll.wait(0), 'EBADF', { syscall: 'epoll_wait', fd: number });
    expectError(() => epoll.register(readFd, EPOLLIN), 'EBADF', { syscall: 'epoll_ctl' });
    expectError(() => epoll.close(), 'EBADF', { syscall: 'close', fd: number });
  });

  test('reports a timer when it expires', () => {
    const epoll = openEpoll();
    const since = performance.now();
    const timer = owned(timerfd({ delayMs: 20 }));
    epoll.register(timer, EPOLLIN);
    expect(epoll.wait(0)).toEqual([]);
    expect(epoll.wait(5000)).toEqual([{ fd: timer.fd, events: EPOLLIN }]);
    expect(performance.now() - since).toBeGreaterThanOrEqual(20);
    expect(timer.read()).toBe(1n);
    expect(epoll.wait(30)).toEqual([]);
  });

  test('reports a repeated timer at every interval', () => {
    const epoll = openEpoll();
    const since = performance.now();
    const timer = owned(timerfd({ delayMs: 10, intervalMs: 10 }));
    epoll.register(timer, EPOLLIN);
    let expirations = 0n;
    while (expirations < 4n) {
      expect(epoll.wait(5000)).toEqual([{ fd: timer.fd, events: EPOLLIN }]);
      expirations += timer.read() ?? 0n;
    }
    expect(performance.now() - since).toBeGreaterThanOrEqual(Number(expirations) * 10);
  });

  test('reports a timer that was set again only after the new time', () => {
    const epoll = openEpoll();
    const timer = owned(timerfd({ delayMs: 30 }));
    epoll.register(timer, EPOLLIN);
    const since = performance.now();
    timer.set({ delayMs: 80 });
    expect(epoll.wait(5000)).toEqual([{ fd: timer.fd, events: EPOLLIN }]);
    expect(performance.now() - since).toBeGreaterThanOrEqual(80);
  });

  test('ends with many one-shot sockets with any masks', () => {
    const epoll = openEpoll();
    const sockets = Array.from({ length: 500 }, () => owned(new Socket(AF_INET, SOCK_DGRAM)));
    for (const socket of sockets) epoll.register(socket, 0);
    // Any mask without EPOLLEXCLUSIVE. A fixed sequence, so that a failure can be repeated.
    let seed = 1;
    const mask = () => (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) & 0x6fffffff;
    for (const socket of sockets) epoll.modify(socket, mask() | EPOLLONESHOT);
    expect(epollEntries(epoll.fd)).toHaveLength(500);
    const seen: number[] = [];
    for (let events = epoll.wait(0, 64); events.length > 0; events = epoll.wait(0, 64)) {
      seen.push(...events.map(({ fd }) => fd));
    }
    expect(seen.length).toBeGreaterThan(0);
    expect(new Set(seen).size).toBe(seen.length);
  });
});
