import { execFileSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { Epoll, EPOLLIN, EPOLLOUT } from 'io-selectors';
import { dup2, write } from 'io-selectors/fd';
import { describe, expect, test } from 'vitest';
import { has } from '../support/capability.js';
import { owned, ownedFd, pipe, socketPair } from '../support/descriptors.js';
import { expectError } from '../support/errors.js';
import { dupHigh, highPipe } from '../support/high-descriptors.js';
import { compile } from '../support/processes.js';
import { epollEntries } from '../support/witness.js';
import { openEpoll, ready } from './epoll.js';

const REMOVER = `
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

/* Descriptor 3 is the epoll instance. The watched file is descriptor 4 here, and argv[1] in its entry. */
int main(int argc, char **argv) {
  int number = argc > 1 ? atoi(argv[1]) : -1;
  if (number != 4 && dup2(4, number) < 0) return perror("dup2"), 1;
  if (epoll_ctl(3, EPOLL_CTL_DEL, number, NULL) < 0) return perror("epoll_ctl"), 1;
  return 0;
}
`;

/** Watches a pipe, then gives its number to another file while a duplicate keeps the pipe open. */
function watchedWithDuplicate() {
  const epoll = openEpoll();
  const [readFd, writeFd] = pipe();
  epoll.register(readFd, EPOLLIN, 1n);
  const duplicate = dupHigh(readFd);
  return { epoll, readFd, writeFd, duplicate };
}

describe.runIf(has.epoll)('an entry of an epoll instance', () => {
  test('outlives the close of its number while a duplicate is open', () => {
    const epoll = openEpoll();
    const [number, writeFd] = highPipe();
    const duplicate = dupHigh(number);
    epoll.register(number, EPOLLIN);
    closeSync(number);
    write(writeFd, 'x');
    expect(epoll.wait(0)).toEqual([{ fd: number, events: EPOLLIN }]);
    expectError(() => epoll.unregister(number), 'EBADF', { syscall: 'epoll_ctl', fd: number });
    closeSync(duplicate);
    expect(epoll.wait(0)).toEqual([]);
    expect(epollEntries(epoll.fd)).toEqual([]);
  });

  test('cannot be removed once /dev/null has taken its number', () => {
    const { epoll, readFd } = watchedWithDuplicate();
    dup2(ownedFd(openSync('/dev/null', 'r')), readFd);
    expectError(() => epoll.unregister(readFd), 'EPERM', { syscall: 'epoll_ctl', fd: readFd });
    expect(epollEntries(epoll.fd)).toHaveLength(1);
  });

  test('cannot be removed once another pipe has taken its number', () => {
    const { epoll, readFd } = watchedWithDuplicate();
    dup2(pipe()[0], readFd);
    expectError(() => epoll.unregister(readFd), 'ENOENT', { syscall: 'epoll_ctl', fd: readFd });
    expect(epollEntries(epoll.fd)).toHaveLength(1);
  });

  test('can exist beside one for another pipe with the same number', () => {
    const { epoll, readFd, writeFd, duplicate } = watchedWithDuplicate();
    const [other, otherWriteFd] = pipe();
    dup2(other, readFd);
    epoll.register(readFd, EPOLLIN, 2n);
    expect(epollEntries(epoll.fd).map(({ fd }) => fd)).toEqual([readFd, readFd]);
    write(writeFd, 'x');
    write(otherWriteFd, 'x');
    // Told apart by their data, as both have the same number.
    expect(ready(epoll)).toEqual(new Map([[1, EPOLLIN], [2, EPOLLIN]]));
    closeSync(duplicate);
    expect(ready(epoll)).toEqual(new Map([[2, EPOLLIN]]));
    expect(epollEntries(epoll.fd)).toEqual([{ fd: readFd, events: 0x19, data: 2n }]);
  });

  test('exists for each duplicate, with a mask of its own', () => {
    const epoll = openEpoll();
    const [a, b] = socketPair();
    const duplicate = dupHigh(a.fd);
    epoll.register(a, EPOLLIN);
    epoll.register(duplicate, EPOLLIN);
    b.send('x');
    expect(ready(epoll)).toEqual(new Map([[a.fd, EPOLLIN], [duplicate, EPOLLIN]]));
    epoll.unregister(duplicate);
    closeSync(duplicate);
    expect(ready(epoll)).toEqual(new Map([[a.fd, EPOLLIN]]));
    dup2(a.fd, duplicate);
    epoll.register(duplicate, EPOLLOUT);
    expect(ready(epoll)).toEqual(new Map([[a.fd, EPOLLIN], [duplicate, EPOLLOUT]]));
  });

  test('is gone with the last descriptor of its file', () => {
    const epoll = openEpoll();
    const [readFd, writeFd] = highPipe();
    write(writeFd, 'x');
    epoll.register(readFd, EPOLLIN);
    expect(epollEntries(epoll.fd)).toHaveLength(1);
    closeSync(readFd);
    expect(epollEntries(epoll.fd)).toEqual([]);
    expect(epoll.wait(30)).toEqual([]);
  });

  test('can be removed by a child process that shares the set', () => {
    const epoll = owned(new Epoll({ cloexec: false }));
    const [readFd, writeFd] = pipe();
    epoll.register(readFd, EPOLLIN);
    write(writeFd, 'x');
    expect(epoll.wait(0)).toEqual([{ fd: readFd, events: EPOLLIN }]);
    execFileSync(compile(REMOVER), [String(readFd)], { stdio: ['ignore', 'inherit', 'inherit', epoll.fd, readFd] });
    expect(epollEntries(epoll.fd)).toEqual([]);
    expect(epoll.wait(0)).toEqual([]);
  });
});
