import { execFileSync } from 'node:child_process';
import * as io from 'io-selectors';
import { describe, expect, test } from 'vitest';
import { has } from '../support/capability.js';
import { compile } from '../support/processes.js';

/** Every number that the package exports is one of the system's constants. */
const exported = Object.fromEntries(
  Object.entries(io).filter((entry): entry is [string, number] => typeof entry[1] === 'number'),
);
const OWN = new Set(['EVENT_READ', 'EVENT_WRITE', 'EVENT_PRIORITY']);
const names = Object.keys(exported).filter((name) => !OWN.has(name));
const LINUX_ONLY = /^EPOLL|^POLLRDHUP$|^POLLMSG$/;
const lacking = (name: string) =>
  (!has.linuxBuild && LINUX_ONLY.test(name)) || (!has.pollConstants && name.startsWith('POLL'));
const there = names.filter((name) => !lacking(name));
const SYSTEM = `
  FD_SETSIZE POLLIN POLLPRI POLLOUT POLLERR POLLHUP POLLNVAL POLLRDHUP POLLRDNORM POLLRDBAND POLLWRNORM POLLWRBAND
  POLLMSG EPOLLIN EPOLLPRI EPOLLOUT EPOLLERR EPOLLHUP EPOLLRDHUP EPOLLRDNORM EPOLLRDBAND EPOLLWRNORM EPOLLWRBAND
  EPOLLMSG EPOLLET EPOLLONESHOT EPOLLEXCLUSIVE EPOLLWAKEUP EPOLL_CTL_ADD EPOLL_CTL_MOD EPOLL_CTL_DEL EPOLL_CLOEXEC
`;

/** The values in this system's headers. */
function fromHeaders(): Record<string, number> {
  const program = compile(`
    #define _GNU_SOURCE
    #include <poll.h>
    #include <stdint.h>
    #include <stdio.h>
    #include <sys/epoll.h>
    #include <sys/select.h>

    int main(void) {
      ${there.map((name) => `printf("%s %llu\\n", "${name}", (unsigned long long)(uint32_t)${name});`).join('\n')}
      return 0;
    }
  `);
  const lines = execFileSync(program, { encoding: 'utf8' }).trim().split('\n');
  return Object.fromEntries(lines.map((line) => line.split(' ')).map(([name, value]) => [name, Number(value)]));
}

describe('constants', () => {
  test.runIf(has.compiler)('have the values of the system headers', () => {
    expect(fromHeaders()).toEqual(Object.fromEntries(there.map((name) => [name, exported[name]])));
  });

  test('all of them are exported, and no others', () => {
    expect(new Set(names)).toEqual(new Set(SYSTEM.trim().split(/\s+/)));
  });

  const values = [...OWN, ...there].map((name): [string, number] => [name, exported[name]]);

  test.each(values)('%s is %d, a positive number of at most 32 bits', (_name, value) => {
    expect(Number.isInteger(value)).toBe(true);
    expect(value).toBeGreaterThan(0);
    expect(value).toBeLessThan(2 ** 32);
  });

  test.runIf(!has.linuxBuild)('those that the system lacks are 0', () => {
    const missing = names.filter((name) => exported[name] === 0);
    expect(new Set(missing)).toEqual(new Set(names.filter(lacking)));
  });

  test.runIf(has.linuxBuild).each(['IN', 'PRI', 'OUT', 'ERR', 'HUP', 'RDHUP', 'RDNORM', 'RDBAND', 'WRNORM', 'WRBAND', 'MSG'])(
    '%s is the same bit for poll and epoll',
    (suffix) => {
      expect(exported[`POLL${suffix}`]).toBe(exported[`EPOLL${suffix}`]);
    },
  );

  test('those with the same value on every system have it', () => {
    if (has.pollConstants) expect(io.POLLNVAL).toBe(32);
    if (has.linuxBuild) expect(io.EPOLLET).toBe(2147483648);
    expect([io.EVENT_READ, io.EVENT_WRITE, io.EVENT_PRIORITY]).toEqual([1, 2, 4]);
  });
});
