import {
  EPOLLET,
  EPOLLEXCLUSIVE,
  EPOLLIN,
  EPOLLONESHOT,
  EPOLLOUT,
  EPOLLPRI,
  EPOLLRDHUP,
  EPOLLRDNORM,
  EPOLLWAKEUP,
} from 'io-selectors';
import { write } from 'io-selectors/fd';
import { describe, expect, test } from 'vitest';
import { has } from '../support/capability.js';
import { drain, pipe, socketPair } from '../support/descriptors.js';
import { expectError } from '../support/errors.js';
import { epollEntries } from '../support/witness.js';
import { openEpoll } from './epoll.js';

describe.runIf(has.epoll)('the flags of an entry:', () => {
  test.each([
    ['EPOLLONESHOT', EPOLLONESHOT],
    ['EPOLLRDHUP', EPOLLRDHUP],
    ['EPOLLPRI', EPOLLPRI],
    ['EPOLLRDNORM', EPOLLRDNORM],
  ])('EPOLLEXCLUSIVE is refused with %s', (_, bit) => {
    const epoll = openEpoll();
    const [readFd] = pipe();
    expectError(() => epoll.register(readFd, EPOLLIN | EPOLLEXCLUSIVE | bit), 'EINVAL', { fd: readFd });
    expect(epollEntries(epoll.fd)).toEqual([]);
  });

  test.each([
    ['EPOLLIN', EPOLLIN],
    ['EPOLLOUT', EPOLLOUT],
    ['EPOLLET', EPOLLIN | EPOLLET],
    ['EPOLLWAKEUP', EPOLLIN | EPOLLWAKEUP],
  ])('EPOLLEXCLUSIVE is accepted with %s', (_, mask) => {
    const epoll = openEpoll();
    const [socket] = socketPair();
    epoll.register(socket, mask | EPOLLEXCLUSIVE);
    const [{ events }] = epollEntries(epoll.fd);
    // The kernel drops EPOLLWAKEUP for a process without CAP_BLOCK_SUSPEND.
    expect((events | EPOLLWAKEUP) >>> 0).toBe((mask | EPOLLEXCLUSIVE | EPOLLWAKEUP | 0x18) >>> 0);
  });

  test('EPOLLEXCLUSIVE is neither set nor changed by EPOLL_CTL_MOD', () => {
    const epoll = openEpoll();
    const [readFd, writeFd] = pipe();
    epoll.register(readFd, EPOLLIN);
    expectError(() => epoll.modify(readFd, EPOLLIN | EPOLLEXCLUSIVE), 'EINVAL', { fd: readFd });
    epoll.unregister(readFd);
    epoll.register(readFd, EPOLLIN | EPOLLEXCLUSIVE);
    for (const mask of [EPOLLIN, EPOLLOUT, 0, EPOLLIN | EPOLLEXCLUSIVE]) {
      expectError(() => epoll.modify(readFd, mask), 'EINVAL', { syscall: 'epoll_ctl', fd: readFd });
    }
    expect(epollEntries(epoll.fd)).toMatchObject([{ fd: readFd, events: EPOLLIN | EPOLLEXCLUSIVE | 0x18 }]);
    write(writeFd, 'x');
    expect(epoll.wait(0)).toEqual([{ fd: readFd, events: EPOLLIN }]);
    epoll.unregister(readFd);
    epoll.register(readFd, EPOLLOUT);
    expect(epollEntries(epoll.fd)).toMatchObject([{ fd: readFd, events: 0x1c }]);
  });

  test('EPOLLWAKEUP is accepted without the privilege for it, and never reported', () => {
    const epoll = openEpoll();
    const [readFd, writeFd] = pipe();
    epoll.register(readFd, EPOLLIN | EPOLLWAKEUP);
    write(writeFd, 'x');
    expect(epoll.wait(0)).toEqual([{ fd: readFd, events: EPOLLIN }]);
    drain(readFd);
    expect(epoll.wait(0)).toEqual([]);
  });

  test.each([
    ['EPOLLET', EPOLLET],
    ['EPOLLONESHOT', EPOLLONESHOT],
    ['EPOLLEXCLUSIVE', EPOLLEXCLUSIVE],
    ['EPOLLWAKEUP', EPOLLWAKEUP],
    ['an unknown bit', 0x00800000],
  ])('%s is never reported', (_, bit) => {
    const epoll = openEpoll();
    const [a, b] = socketPair();
    epoll.register(a, EPOLLIN | EPOLLOUT | bit);
    b.send('x');
    expect(epoll.wait(0)).toEqual([{ fd: a.fd, events: EPOLLIN | EPOLLOUT }]);
  });
});
