import { openSync } from 'node:fs';
import {
  EPOLL_CTL_ADD,
  EPOLL_CTL_DEL,
  EPOLL_CTL_MOD,
  EPOLLERR,
  EPOLLET,
  EPOLLEXCLUSIVE,
  EPOLLHUP,
  EPOLLIN,
  EPOLLONESHOT,
  EPOLLOUT,
  EPOLLPRI,
  EPOLLRDHUP,
  EPOLLWAKEUP,
} from 'io-selectors';
import { eventfd, write } from 'io-selectors/fd';
import { describe, expect, test } from 'vitest';
import { has } from '../support/capability.js';
import { owned, ownedFd, pipe, socketPair } from '../support/descriptors.js';
import { expectError } from '../support/errors.js';
import { epollEntries, openDescriptors } from '../support/witness.js';
import { openEpoll, ready } from './epoll.js';

const ALWAYS = EPOLLERR | EPOLLHUP;

describe.runIf(has.epoll)('epoll_ctl', () => {
  test('adds, changes and removes', () => {
    const epoll = openEpoll();
    const [readFd, writeFd] = pipe();
    epoll.register(readFd, EPOLLIN);
    epoll.register(writeFd, EPOLLIN);
    write(writeFd, 'x');
    expect(ready(epoll)).toEqual(new Map([[readFd, EPOLLIN]]));
    epoll.modify(writeFd, EPOLLOUT);
    expect(ready(epoll)).toEqual(new Map([[readFd, EPOLLIN], [writeFd, EPOLLOUT]]));
    epoll.unregister(writeFd);
    expect(ready(epoll)).toEqual(new Map([[readFd, EPOLLIN]]));
    epoll.unregister(readFd);
    expect(epoll.wait(0)).toEqual([]);
  });

  test('accepts every subset of the bits', () => {
    const epoll = openEpoll();
    const [readFd] = pipe();
    epoll.register(readFd, 0);
    const bits = [EPOLLIN, EPOLLOUT, EPOLLPRI, EPOLLERR, EPOLLHUP, EPOLLET, EPOLLONESHOT, EPOLLRDHUP];
    for (let subset = 0; subset < 2 ** bits.length; subset++) {
      const mask = bits.filter((_, i) => subset & (1 << i)).reduce((sum, bit) => sum + bit, 0);
      epoll.modify(readFd, mask);
      expect(epollEntries(epoll.fd)).toEqual([{ fd: readFd, events: (mask | ALWAYS) >>> 0, data: BigInt(readFd) }]);
    }
  });

  test.each([
    ['directory', '/'],
    ['regular file', import.meta.filename],
    ['regular file of /proc', '/proc/self/maps'],
    ['character device without poll', '/dev/zero'],
  ])('refuses a %s', (_, path) => {
    const epoll = openEpoll();
    const fd = ownedFd(openSync(path, 'r'));
    expectError(() => epoll.register(fd, EPOLLIN), 'EPERM', { syscall: 'epoll_ctl', fd });
    expect(epollEntries(epoll.fd)).toEqual([]);
  });

  test('passes unknown bits on to the kernel', () => {
    const epoll = openEpoll();
    const [readFd, writeFd] = pipe();
    epoll.register(readFd, EPOLLIN | 0x00800000);
    expect(epollEntries(epoll.fd)).toMatchObject([{ fd: readFd, events: 0x00800019 }]);
    write(writeFd, 'x');
    expect(epoll.wait(0)).toEqual([{ fd: readFd, events: EPOLLIN }]);
  });

  test('accepts all 32 bits but EPOLLEXCLUSIVE together', () => {
    const epoll = openEpoll();
    const [readFd] = pipe();
    expectError(() => epoll.register(readFd, 0xffffffff), 'EINVAL', { syscall: 'epoll_ctl', fd: readFd });
    expectError(() => epoll.register(readFd, -1), 'EINVAL');
    expect(epollEntries(epoll.fd)).toEqual([]);
    epoll.register(readFd, 0xffffffff - EPOLLEXCLUSIVE);
    // The kernel drops EPOLLWAKEUP for a process without CAP_BLOCK_SUSPEND.
    const [{ events }] = epollEntries(epoll.fd);
    expect((events | EPOLLWAKEUP) >>> 0).toBe(0xffffffff - EPOLLEXCLUSIVE);
  });

  test('reports the data of the last change', () => {
    const epoll = openEpoll();
    const [readFd, writeFd] = pipe();
    write(writeFd, 'x');
    epoll.register(readFd, EPOLLIN, 1n);
    expect(epoll.wait(0)).toEqual([{ fd: 1, events: EPOLLIN }]);
    epoll.modify(readFd, EPOLLIN, 0xffff_fffe_0000_0002n);
    expect(epoll.wait(0)).toEqual([{ fd: 2, events: EPOLLIN }]);
    expect(epollEntries(epoll.fd)).toMatchObject([{ fd: readFd, data: 0xffff_fffe_0000_0002n }]);
    epoll.modify(readFd, EPOLLIN);
    expect(epoll.wait(0)).toEqual([{ fd: readFd, events: EPOLLIN }]);
  });

  test('changes the entries that the kernel lists', () => {
    const epoll = openEpoll();
    const [readFd] = pipe();
    expect(epollEntries(epoll.fd)).toEqual([]);
    epoll.ctl(EPOLL_CTL_ADD, readFd, EPOLLIN);
    expect(epollEntries(epoll.fd)).toEqual([{ fd: readFd, events: 0x19, data: BigInt(readFd) }]);
    epoll.ctl(EPOLL_CTL_MOD, readFd, EPOLLPRI | EPOLLET, 2n ** 64n - 1n);
    expect(epollEntries(epoll.fd)).toEqual([{ fd: readFd, events: 0x8000001a, data: 2n ** 64n - 1n }]);
    epoll.ctl(EPOLL_CTL_DEL, readFd);
    expect(epollEntries(epoll.fd)).toEqual([]);
  });

  test('a mask is 0 unless given, and takes EPOLLET signed or unsigned', () => {
    const epoll = openEpoll();
    const [readFd, writeFd] = pipe();
    const other = owned(eventfd());
    expect(EPOLLIN | EPOLLET).toBe(-2147483647);
    epoll.register(readFd, EPOLLIN | EPOLLET);
    epoll.register(other, EPOLLIN + EPOLLET);
    epoll.ctl(EPOLL_CTL_ADD, writeFd);
    const masks = new Map(epollEntries(epoll.fd).map(({ fd, events }) => [fd, events]));
    expect(masks).toEqual(new Map([[readFd, 0x80000019], [other.fd, 0x80000019], [writeFd, ALWAYS]]));
  });

  test('takes any object that has a descriptor', () => {
    const epoll = openEpoll();
    const [a, b] = socketPair();
    epoll.register(a, EPOLLIN);
    epoll.register({ fileno: () => b.fd }, EPOLLOUT);
    expect(new Set(epollEntries(epoll.fd).map(({ fd }) => fd))).toEqual(new Set([a.fd, b.fd]));
    epoll.modify({ fd: a.fd }, EPOLLOUT);
    expect(ready(epoll)).toEqual(new Map([[a.fd, EPOLLOUT], [b.fd, EPOLLOUT]]));
    epoll.unregister(a);
    epoll.unregister(b.fd);
    expect(epollEntries(epoll.fd)).toEqual([]);
  });

  test("accepts Node's own descriptors", () => {
    const epoll = openEpoll();
    const accepted = new Set<number>();
    const open = openDescriptors();
    const refused: unknown[] = [];
    for (let fd = 0; fd <= Math.max(32, epoll.fd); fd++) {
      try {
        epoll.register(fd, EPOLLIN);
        accepted.add(fd);
      } catch (error) {
        refused.push(error);
      }
    }
    // EINVAL for the instance itself.
    const refusal = { code: expect.stringMatching(/^(EBADF|EPERM|EINVAL)$/), syscall: 'epoll_ctl' };
    expect(refused).toEqual(refused.map(() => expect.objectContaining(refusal)));
    expect(refused).toContainEqual(expect.objectContaining({ code: 'EINVAL', fd: epoll.fd }));
    const entries = epollEntries(epoll.fd).map(({ fd }) => fd);
    const loops = [...open].filter(([fd, what]) => what === 'anon_inode:[eventpoll]' && accepted.has(fd));
    expect(loops.length).toBeGreaterThan(0);
    expect(entries).toEqual(expect.arrayContaining(loops.map(([fd]) => fd)));
    for (const fd of entries) expect(accepted).toContain(fd);
    expect(epoll.wait(0).length).toBeLessThanOrEqual(accepted.size);
  });
});
