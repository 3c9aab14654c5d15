import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Epoll, EPOLL_CTL_ADD, EpollEventList, EPOLLIN } from 'io-selectors';
import { dup2 } from 'io-selectors/fd';
import { describe, expect, test } from 'vitest';
import { has } from '../support/capability.js';
import { owned, ownedFd, pipe } from '../support/descriptors.js';
import { expectError } from '../support/errors.js';
import { dupHigh } from '../support/high-descriptors.js';
import { backends, open } from '../support/selectors.js';
import { epollEntries, openDescriptors } from '../support/witness.js';
import { openEpoll } from './epoll.js';

const O_CLOEXEC = 0o2000000;

const isCloexec = (fd: number) =>
  (parseInt(/^flags:\s*(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))?.[1] ?? '', 8) & O_CLOEXEC) !== 0;

/** Descriptors that a child process starts with, and the one that lists them. */
const inherited = () => execFileSync('ls', ['/proc/self/fd'], { encoding: 'utf8' }).trim().split('\n').map(Number);

describe.runIf(has.epoll)('an epoll instance', () => {
  test.each([
    ['a size hint', 1024],
    ['a negative size hint', -1],
    ['a flag', 12356],
    ['a string', 'foo'],
    ['null', null],
    ['an array', []],
    ['a function', () => {}],
    ['a number for cloexec', { cloexec: 1 }],
    ['null for cloexec', { cloexec: null }],
  ])('cannot be made with %s', (_, options) => {
    expectError(() => new Epoll(options as never), 'ERR_INVALID_ARG_TYPE', { type: TypeError });
  });

  test('can be made with an empty options object', () => {
    expect(owned(new Epoll({})).closed).toBe(false);
  });

  test('has a descriptor until it is closed', () => {
    const epoll = openEpoll();
    expect(epoll.fd).toBeGreaterThan(2);
    expect(openDescriptors().get(epoll.fd)).toBe('anon_inode:[eventpoll]');
    expect(epoll.closed).toBe(false);
    epoll.close();
    expect(epoll.closed).toBe(true);
    expect(epoll.fd).toBe(-1);
  });

  test('is closed by execve unless it is asked not to be', () => {
    expect(isCloexec(openEpoll().fd)).toBe(true);
    expect(isCloexec(owned(new Epoll({ cloexec: true })).fd)).toBe(true);
    expect(isCloexec(owned(new Epoll({ cloexec: false })).fd)).toBe(false);
  });

  test('is not inherited by a child process, and neither is anything that a selector opens', () => {
    const before = openDescriptors();
    openEpoll();
    for (const [, Selector] of backends) open(Selector).select(0);
    const opened = [...openDescriptors().keys()].filter((fd) => !before.has(fd));
    expect(opened.length).toBeGreaterThan(1);
    const deliberate = owned(new Epoll({ cloexec: false })).fd;
    const found = inherited();
    expect(found).toContain(deliberate);
    expect(found.filter((fd) => opened.includes(fd))).toEqual([]);
  });

  test('is closed once, however often close() is called', () => {
    const epoll = Epoll.fromFd(dupHigh(openEpoll().fd));
    const number = epoll.fd;
    epoll.close();
    expect(openDescriptors().has(number)).toBe(false);
    ownedFd(dup2(pipe()[0], number));
    epoll.close();
    epoll[Symbol.dispose]();
    expect(openDescriptors().get(number)).toMatch(/^pipe:/);
  });

  test('is closed at the end of its scope', () => {
    const epoll = Epoll.fromFd(dupHigh(openEpoll().fd));
    const number = epoll.fd;
    epoll[Symbol.dispose]();
    expect(epoll.closed).toBe(true);
    expect(openDescriptors().has(number)).toBe(false);
  });

  test.each<[string, (epoll: Epoll, fd: number) => unknown]>([
    ['ctl', (epoll, fd) => epoll.ctl(EPOLL_CTL_ADD, fd, EPOLLIN)],
    ['register', (epoll, fd) => epoll.register(fd, EPOLLIN)],
    ['modify', (epoll, fd) => epoll.modify(fd, EPOLLIN)],
    ['unregister', (epoll, fd) => epoll.unregister(fd)],
    ['wait', (epoll) => epoll.wait(0)],
    ['waitInto', (epoll) => epoll.waitInto(new EpollEventList(1), 0)],
  ])('refuses %s after close(), and leaves the next owner of its number alone', (_, use) => {
    const stranger = openEpoll();
    const [watched] = pipe();
    const [another, full] = pipe();
    stranger.register(watched, EPOLLIN);
    const before = epollEntries(stranger.fd);
    const epoll = Epoll.fromFd(dupHigh(openEpoll().fd));
    const number = epoll.fd;
    epoll.close();
    ownedFd(dup2(stranger.fd, number));
    for (const fd of [another, full, watched]) expectError(() => use(epoll, fd), 'ERR_CLOSED');
    expect(epollEntries(number)).toEqual(before);
  });
});

describe.runIf(!has.epoll)('without epoll', () => {
  test('Epoll and EpollEventList are not supported', () => {
    const [readFd] = pipe();
    expectError(() => new Epoll(), 'ERR_NOT_SUPPORTED');
    expectError(() => Epoll.fromFd(readFd), 'ERR_NOT_SUPPORTED');
    expectError(() => new EpollEventList(1), 'ERR_NOT_SUPPORTED');
    expect(openDescriptors().has(readFd)).toBe(true);
  });
});
