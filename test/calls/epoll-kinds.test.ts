import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EPOLLIN } from 'io-selectors';
import { eventfd, pidfd, timerfd } from 'io-selectors/fd';
import { AF_UNIX, Socket, SOCK_DGRAM } from 'io-selectors/socket';
import { describe, expect, test } from 'vitest';
import { has } from '../support/capability.js';
import { owned, ownedFd, pipe, tcpListener } from '../support/descriptors.js';
import { expectError } from '../support/errors.js';
import { compile, start } from '../support/processes.js';
import { epollEntries } from '../support/witness.js';
import { openEpoll } from './epoll.js';

/** Opens files that Node cannot open, and runs a program with their descriptors as its last argument. */
const OPENER = `
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/perf_event.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>

static char kinds[1024];

static void add(const char *kind, int fd) {
  if (fd < 0) return;
  int flags = fcntl(fd, F_GETFD);
  fcntl(fd, F_SETFD, flags & ~FD_CLOEXEC);
  size_t length = strlen(kinds);
  snprintf(kinds + length, sizeof kinds - length, "%s%s=%d", length == 0 ? "" : " ", kind, fd);
}

int main(int argc, char **argv) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGUSR2);
  struct perf_event_attr perf = {.type = PERF_TYPE_SOFTWARE, .size = sizeof perf, .config = PERF_COUNT_SW_DUMMY};
  add("signalfd", signalfd(-1, &signals, 0));
  add("inotify", inotify_init1(0));
  add("memfd", memfd_create("memory", 0));
  add("O_PATH", open("/", O_PATH));
  add("perf", syscall(SYS_perf_event_open, &perf, 0, -1, -1, 0));
  add("userfaultfd", syscall(SYS_userfaultfd, 0));
#ifdef SYS_open_tree
  add("open_tree", syscall(SYS_open_tree, AT_FDCWD, "/", 0));
#endif
  argv[argc - 1] = kinds;
  execv(argv[1], argv + 1);
  return perror(argv[1]), 1;
}
`;

const REGISTER = `
import { Epoll, EPOLLIN } from 'io-selectors';

const epoll = new Epoll();
const result = {};
for (const [kind, fd] of process.argv[1].split(' ').map((entry) => entry.split('='))) {
  try {
    epoll.register(Number(fd), EPOLLIN);
    result[kind] = 'accepted';
  } catch (error) {
    result[kind] = error.code;
  }
}
console.log(JSON.stringify(result));
`;

/** Not every kernel has the last ones, or lets every process open them. */
const EXPECTED: Record<string, string> = {
  signalfd: 'accepted',
  inotify: 'accepted',
  memfd: 'EPERM',
  O_PATH: 'EBADF',
  perf: 'accepted',
  userfaultfd: 'accepted',
  open_tree: 'EBADF',
};

const directory = () => mkdtempSync(join(tmpdir(), 'io-selectors-'));

describe.runIf(has.epoll)('an epoll instance', () => {
  test.each<[string, () => number]>([
    ['a pipe', () => pipe()[0]],
    ['the write end of a pipe', () => pipe()[1]],
    ['a TCP socket', () => owned(new Socket()).fd],
    ['a TCP listener', () => tcpListener().listener.fd],
    ['a UDP socket', () => owned(new Socket(undefined, SOCK_DGRAM)).fd],
    ['an AF_UNIX socket', () => owned(new Socket(AF_UNIX)).fd],
    ['an epoll instance', () => openEpoll().fd],
    ['an eventfd', () => owned(eventfd()).fd],
    ['a timerfd', () => owned(timerfd({ delayMs: 0 })).fd],
    ['a pidfd', () => owned(pidfd(process.pid)).fd],
    ['/proc/mounts', () => ownedFd(openSync('/proc/mounts', 'r'))],
    ['/dev/random', () => ownedFd(openSync('/dev/random', 'r'))],
  ])('accepts %s', (_, open) => {
    const epoll = openEpoll();
    const fd = open();
    epoll.register(fd, EPOLLIN);
    expect(epollEntries(epoll.fd)).toEqual([{ fd, events: 0x19, data: BigInt(fd) }]);
  });

  test.each(['r', 'w', 'w+', 'a'])('refuses an empty regular file opened for %s', (flags) => {
    const path = directory();
    const file = join(path, 'file');
    closeSync(openSync(file, 'w'));
    const fd = ownedFd(openSync(file, flags));
    rmSync(path, { recursive: true });
    const epoll = openEpoll();
    expectError(() => epoll.register(fd, EPOLLIN), 'EPERM', { syscall: 'epoll_ctl', fd });
    expect(epollEntries(epoll.fd)).toEqual([]);
  });

  test('accepts or refuses the kinds of files that only C can open', async () => {
    const node = [process.execPath, '--input-type=module', '--eval', REGISTER, 'descriptors'];
    const { code, stdout, stderr } = await start(compile(OPENER), node).ended;
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const result: Record<string, string> = JSON.parse(stdout);
    expect(Object.keys(result)).toEqual(expect.arrayContaining(['signalfd', 'inotify', 'memfd', 'O_PATH']));
    for (const [kind, outcome] of Object.entries(result)) expect([kind, outcome]).toEqual([kind, EXPECTED[kind]]);
  });
});
