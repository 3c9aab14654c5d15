import { EVENT_READ } from 'io-selectors';
import { write } from 'io-selectors/fd';
import { describe, expect, test } from 'vitest';
import { has } from '../support/capability.js';
import { pipe } from '../support/descriptors.js';
import { compile, start, startNode } from '../support/processes.js';
import { backends, expectIdle, expectReady, open } from '../support/selectors.js';
import { blockedIn, inThread } from '../support/threads.js';
import { until } from '../support/until.js';
import { WAITS } from '../support/waiting.js';

describe.each(backends)('%s in a worker', (backend, Selector) => {
  test('blocked in select(null) is woken by data', async () => {
    const [readFd, writeFd] = pipe();
    const thread = await inThread({ backend, readFd }, (io, input) => {
      const classes = { select: io.SelectSelector, poll: io.PollSelector, epoll: io.EpollSelector };
      const selector = new classes[input.backend]<string>();
      selector.register(input.readFd, io.EVENT_READ, 'data');
      const ready = selector.select(null).map(({ key, events }) => [key.fd, key.data, events]);
      selector.close();
      return ready;
    });
    await thread.blockedIn(...WAITS[backend]);
    write(writeFd, 'x');
    expect(await thread.result).toEqual([[readFd, 'data', EVENT_READ]]);
  });

  test('reports an event after many slices of the wait, with the time that was left', async () => {
    const [readFd, writeFd] = pipe();
    const waits = new Int32Array(new SharedArrayBuffer(4));
    const thread = await inThread({ backend, readFd, waits }, (io, { backend, readFd, waits }) => {
      const classes = { select: io.SelectSelector, poll: io.PollSelector, epoll: io.EpollSelector };
      const selector = new classes[backend]();
      selector.register(readFd, io.EVENT_READ);
      const start = performance.now();
      const first = selector.select(120).length;
      const waited = performance.now() - start;
      Atomics.store(waits, 0, 1);
      const second = selector.select(10_000).length;
      selector.close();
      return { first, waited, second };
    });
    await until(() => Atomics.load(waits, 0) === 1);
    write(writeFd, 'x');
    const { first, waited, second } = await thread.result;
    expect([first, second]).toEqual([0, 1]);
    expect(waited).toBeGreaterThanOrEqual(120);
  });

  test('has selectors of its own', async () => {
    const [readFd, writeFd] = pipe();
    const selector = open(Selector);
    const key = selector.register(readFd, EVENT_READ);
    const thread = await inThread({ backend, readFd }, (io, input) => {
      const classes = { select: io.SelectSelector, poll: io.PollSelector, epoll: io.EpollSelector };
      const own = new classes[input.backend]();
      own.register(input.readFd, io.EVENT_READ);
      own.unregister(input.readFd);
      own.close();
      return own.closed;
    });
    expect(await thread.result).toBe(true);
    expectIdle(selector);
    write(writeFd, 'x');
    expectReady(selector, [[key, EVENT_READ]]);
  });
});

// tgkill(2) sends a signal to one thread, which kill(1) cannot. Linux only.
const TGKILL = `
#define _GNU_SOURCE
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>
int main(int argc, char **argv) {
  while (syscall(SYS_tgkill, atoi(argv[1]), atoi(argv[2]), SIGUSR2) == 0) usleep(5000);
  return 0;
}`;

test.runIf(has.signals)('signals that hit a waiting worker neither end its wait nor prolong it', async () => {
  const program = compile(TGKILL);
  const child = startNode(`
    import { Worker } from 'node:worker_threads';
    process.on('SIGUSR2', () => {});
    new Worker(\`
      const { parentPort } = require('node:worker_threads');
      const { readlinkSync, writeSync } = require('node:fs');
      const io = require('io-selectors');
      writeSync(1, 'thread ' + readlinkSync('/proc/thread-self') + ';');
      const result = { interrupted: [] };
      for (const Selector of [io.SelectSelector, io.PollSelector, io.EpollSelector]) {
        const name = Selector.name.replace('Selector', '').toLowerCase();
        if (!io.availableBackends().includes(name)) continue;
        try {
          new Selector({ onInterrupt: 'throw' }).select(null);
        } catch (error) {
          result.interrupted.push(error.code);
        }
        const start = performance.now();
        const selector = new Selector();
        result[name] = [selector.select(150).length, performance.now() - start];
        selector.close();
      }
      writeSync(1, JSON.stringify(result));
    \`, { eval: true, execArgv: [] }).on('exit', () => process.exit());
  `);
  await child.printed(';');
  // The worker prints its thread's number at once. Its wait lasts until the signals come.
  const [pid, tid] = child.output().slice('thread '.length).split(';')[0].split('/task/');
  await blockedIn(`${pid}/task/${tid}`, Object.values(WAITS).flat());
  start(program, [pid, tid]);
  const text = (await child.ended).stdout;
  const { interrupted, ...waits } = JSON.parse(text.slice(text.indexOf(';') + 1));
  expect(interrupted).toEqual(backends.map(() => 'EINTR'));
  for (const [backend] of backends) {
    const [count, elapsedMs] = waits[backend];
    expect(count).toBe(0);
    expect(elapsedMs).toBeGreaterThanOrEqual(150);
    expect(elapsedMs).toBeLessThan(10_000);
  }
});
