import { expect, test } from 'vitest';
import { has } from '../support/capability.js';
import { inChild } from '../support/child.js';
import { root, startNode } from '../support/processes.js';

test.runIf(has.pipe)('a call that fails leaves no descriptor behind', async () => {
  const calls = await inChild(null, (io) => {
    const { openSync } = process.getBuiltinModule('node:fs');
    const { fd, socket } = io;
    const { epoll, poll } = io.has;
    const [r, w] = fd.pipe();
    const file = openSync('/dev/null', 'r');
    const tcp = new socket.Socket();
    // Not allowed by the types.
    const bad: Record<string, never> = JSON.parse('{ "text": "x", "number": 1, "blocking": { "blocking": 1 } }');
    const table: [name: string, call: () => unknown][] = [
      ['new Socket: family', () => new socket.Socket(9999)],
      ['new Socket: type', () => new socket.Socket(bad.text)],
      ['fromFd: a pipe', () => socket.Socket.fromFd(r)],
      ['fromFd: closed', () => socket.Socket.fromFd(900)],
      ['socketPair: type', () => socket.socketPair(999)],
      ['socketPair: options', () => socket.socketPair(socket.SOCK_STREAM, bad.blocking)],
      ['bind', () => tcp.bind({ address: 'localhost', port: 0 })],
      ['connect', () => tcp.connect({ path: '/none' })],
      ['accept', () => tcp.accept()],
      ['acceptFd', () => tcp.acceptFd()],
      ['pipe: options', () => fd.pipe(bad.blocking)],
      ['dup', () => fd.dup(900)],
      ['dup2', () => fd.dup2(900, 901)],
      ['dup2: target', () => fd.dup2(r, 2 ** 31 - 1)],
      ['eventfd: initial', () => fd.eventfd(-1)],
      ['eventfd: too large', () => fd.eventfd(2n ** 64n)],
      ['eventfd: options', () => fd.eventfd(0, bad.blocking)],
      ['timerfd: delay', () => fd.timerfd({ delayMs: -1 })],
      ['timerfd: interval', () => fd.timerfd({ delayMs: 1, intervalMs: NaN })],
      ['timerfd: options', () => fd.timerfd({ delayMs: 1, blocking: bad.number })],
      ['pidfd: nobody', () => fd.pidfd(2 ** 31 - 1)],
      ['pidfd: pid', () => fd.pidfd(0)],
      ['SelectSelector: options', () => new io.SelectSelector({ onInterrupt: bad.text })],
      ['SelectSelector: size', () => new io.SelectSelector({ fdSetSize: -1 })],
    ];
    if (poll) table.push(['PollSelector: options', () => new io.PollSelector({ unpollable: bad.text })]);
    if (epoll) {
      const selector = new io.EpollSelector();
      table.push(
        ['Epoll: options', () => new io.Epoll({ cloexec: bad.number })],
        ['Epoll.fromFd: a pipe', () => io.Epoll.fromFd(r)],
        ['Epoll.fromFd: closed', () => io.Epoll.fromFd(900)],
        ['EpollSelector: options', () => new io.EpollSelector({ onInterrupt: bad.number })],
        ['EpollSelector: a file', () => selector.register(file, io.EVENT_READ)],
      );
    }
    const count = (): number => openCount();
    const results = table.map(([name, call]) => {
      // The first failure may load something lazily.
      const attempt = (): boolean => {
        try {
          call();
          return false;
        } catch {
          return true;
        }
      };
      const threw = attempt();
      const before = count();
      for (let i = 0; i < 10; i++) attempt();
      return { name, threw, leaked: count() - before };
    });
    tcp.close();
    [r, w, file].forEach(fd.close);
    return results;
  });
  expect(calls.length).toBeGreaterThan(20);
  expect(calls.filter(({ threw }) => !threw)).toEqual([]);
  expect(calls.filter(({ leaked }) => leaked !== 0)).toEqual([]);
});

/** What makes two system calls. The addon's exports are an ordinary object that can be changed. */
const OF_TWO_CALLS: [name: 'eventfd' | 'timerfd', second: string, expression: string][] = [
  ['eventfd', 'write', 'fd.eventfd(2n ** 40n)'],
  ['timerfd', 'timerfdSettime', 'fd.timerfd({ delayMs: 1 })'],
];

test.each(OF_TWO_CALLS.filter(([name]) => has[name]))('%s leaves no descriptor behind if its second system call fails', async (_, second, expression) => {
  const { stdout, stderr } = await startNode(`
    import { readdirSync } from 'node:fs';
    import { constants } from 'node:os';
    import * as fd from 'io-selectors/fd';
    const { native } = await import(${JSON.stringify(`file://${root}dist/core/binding.js`)});
    native.${second} = () => -constants.errno.EIO;
    const count = () => openCount();
    const before = count();
    const codes = Array.from({ length: 10 }, () => {
      try { ${expression}; } catch ({ code }) { return code; }
    });
    console.log(JSON.stringify({ codes: [...new Set(codes)], left: count() - before }));
  `).ended;
  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toEqual({ codes: ['EIO'], left: 0 });
});
