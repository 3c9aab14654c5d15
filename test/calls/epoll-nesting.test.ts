import { type Epoll, EPOLLEXCLUSIVE, EPOLLIN, EPOLLOUT } from 'io-selectors';
import { write } from 'io-selectors/fd';
import { describe, expect, test } from 'vitest';
import { has } from '../support/capability.js';
import { drain, pipe } from '../support/descriptors.js';
import { expectError, thrownBy } from '../support/errors.js';
import { epollEntries } from '../support/witness.js';
import { openEpoll } from './epoll.js';

/** A chain of epoll instances: each watches the one before it. */
function chain(length: number): Epoll[] {
  const instances = Array.from({ length }, openEpoll);
  for (const [i, inner] of instances.slice(0, -1).entries()) instances[i + 1].register(inner, EPOLLIN);
  return instances;
}

describe.runIf(has.epoll)('an epoll instance in another', () => {
  test('is refused at the sixth level over a pipe', () => {
    const [readFd, writeFd] = pipe();
    const levels = Array.from({ length: 6 }, openEpoll);
    levels[0].register(readFd, EPOLLIN);
    for (let i = 1; i < 5; i++) levels[i].register(levels[i - 1], EPOLLIN);
    write(writeFd, 'x');
    expect(levels[4].wait(0)).toEqual([{ fd: levels[3].fd, events: EPOLLIN }]);
    // Older kernels return EINVAL.
    const error = thrownBy(() => levels[5].register(levels[4], EPOLLIN));
    expect(error).toMatchObject({ code: expect.stringMatching(/^(ELOOP|EINVAL)$/), fd: levels[4].fd });
    expect(epollEntries(levels[5].fd)).toEqual([]);
  });

  test('cannot watch the one that watches it', () => {
    const [b, a] = chain(2);
    expectError(() => b.register(a, EPOLLIN), 'ELOOP', { syscall: 'epoll_ctl', fd: a.fd });
    expect(epollEntries(b.fd)).toEqual([]);
  });

  test.each([3, 4, 5])('cannot close a ring of %d', (length) => {
    const instances = chain(length);
    const [innermost, outermost] = [instances[0], instances[length - 1]];
    expectError(() => innermost.register(outermost, EPOLLIN), 'ELOOP', { syscall: 'epoll_ctl', fd: outermost.fd });
    expect(epollEntries(innermost.fd)).toEqual([]);
  });

  test('is readable while it has something to report', () => {
    const [inner, outer] = chain(2);
    const [readFd, writeFd] = pipe();
    inner.register(readFd, EPOLLIN);
    for (let round = 0; round < 2; round++) {
      write(writeFd, 'x');
      expect(outer.wait(5000)).toEqual([{ fd: inner.fd, events: EPOLLIN }]);
      expect(inner.wait(0)).toEqual([{ fd: readFd, events: EPOLLIN }]);
      expect(outer.wait(0)).toEqual([{ fd: inner.fd, events: EPOLLIN }]);
      drain(readFd);
      expect(outer.wait(0)).toEqual([]);
      expect(inner.wait(0)).toEqual([]);
    }
  });

  test('is added, changed and removed like any descriptor', () => {
    const [inner, outer] = [openEpoll(), openEpoll()];
    outer.register(inner, EPOLLOUT);
    expect(epollEntries(outer.fd)).toMatchObject([{ fd: inner.fd, events: 0x1c }]);
    outer.modify(inner, EPOLLIN);
    expect(epollEntries(outer.fd)).toMatchObject([{ fd: inner.fd, events: 0x19 }]);
    outer.unregister(inner);
    expectError(() => outer.unregister(inner), 'ENOENT', { syscall: 'epoll_ctl', fd: inner.fd });
  });

  test('cannot be watched with EPOLLEXCLUSIVE', () => {
    const [inner, outer] = [openEpoll(), openEpoll()];
    expectError(() => outer.register(inner, EPOLLIN | EPOLLEXCLUSIVE), 'EINVAL', { fd: inner.fd });
    expect(epollEntries(outer.fd)).toEqual([]);
  });
});
