import { beforeAll, describe, expect, test } from 'vitest';
import { has } from '../support/capability.js';
import { compile, start, startNode } from '../support/processes.js';

/** Runs a program for which epoll_pwait2 fails with the errno in the first argument. */
const FILTER = `
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  struct sock_filter code[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 441, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (atoi(argv[1]) & SECCOMP_RET_DATA)),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog program = {sizeof code / sizeof *code, code};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return perror("no_new_privs"), 3;
  if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) return perror("seccomp"), 3;
  execvp(argv[2], argv + 2);
  return perror(argv[2]), 3;
}
`;

/** Prints the shortest of many waits of each length, and what a fractional wait reports. */
const WAITS = `
import { readFileSync } from 'node:fs';
import { Epoll, EpollEventList, EPOLLIN } from 'io-selectors';
import { eventfd, pipe, timerfd } from 'io-selectors/fd';

const epoll = new Epoll();
const list = new EpollEventList(4);
epoll.register(pipe()[0], EPOLLIN);
const shortest = {};
let found = 0;
for (const timeoutMs of [0.1, 0.000001, 1, 1.5, 2.25]) {
  let least = Infinity;
  for (let i = 0; i < 20; i++) {
    const since = performance.now();
    found += i % 2 === 0 ? epoll.wait(timeoutMs).length : epoll.waitInto(list, timeoutMs);
    least = Math.min(least, performance.now() - since);
  }
  shortest[timeoutMs] = least;
}
const event = eventfd(1);
epoll.register(event, EPOLLIN);
const ready = epoll.wait(0.5).length;
epoll.unregister(event);
const timer = timerfd({ delayMs: 20 });
epoll.register(timer, EPOLLIN);
const late = epoll.wait(5000.5).length;
timer.read();
timer.set({ delayMs: 20 });
const later = epoll.wait(2 ** 31 + 0.5).length;
const filtered = /^Seccomp:\\s*2/m.test(readFileSync('/proc/self/status', 'utf8'));
console.log(JSON.stringify({ filtered, found, shortest, ready, late, later }));
`;

interface Waits {
  filtered: boolean;
  found: number;
  shortest: Record<string, number>;
  ready: number;
  late: number;
  later: number;
}

describe.runIf(has.epoll)('a wait of a fraction of a millisecond', () => {
  let filter = '';
  beforeAll(() => {
    filter = compile(FILTER);
  });

  test.each([
    ['ENOSYS, as an old kernel', 38],
    ['EPERM, as a sandbox', 1],
  ])('is rounded up to a millisecond if epoll_pwait2 fails with %s', async (_, errno) => {
    const node = [process.execPath, '--input-type=module', '--eval', WAITS];
    const { code, stdout, stderr } = await start(filter, [String(errno), ...node]).ended;
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const waits: Waits = JSON.parse(stdout);
    expect(waits).toMatchObject({ filtered: true, found: 0, ready: 1, late: 1, later: 1 });
    // With epoll_pwait2 all but the third would be shorter: see the next test.
    for (const [timeoutMs, shortest] of Object.entries(waits.shortest)) {
      expect(shortest).toBeGreaterThanOrEqual(Math.ceil(Number(timeoutMs)));
    }
  });

  test.runIf(has.epollPwait2)('is not rounded up if the kernel has epoll_pwait2', async () => {
    const { code, stdout, stderr } = await startNode(WAITS).ended;
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const waits: Waits = JSON.parse(stdout);
    expect(waits).toMatchObject({ found: 0, ready: 1, late: 1, later: 1 });
    for (const [timeoutMs, shortest] of Object.entries(waits.shortest)) {
      expect(shortest).toBeGreaterThanOrEqual(Number(timeoutMs));
    }
    expect(waits.shortest[0.1]).toBeLessThan(0.9);
    expect(waits.shortest[1.5]).toBeLessThan(2);
  });
});
