import { describe, expect, test } from 'vitest';
import { openNumbers } from '../support/callables.js';
import { has } from '../support/capability.js';
import { backends } from '../support/selectors.js';
import { syscalls } from '../support/syscalls.js';
import { inFaultyChild } from './fault.js';

describe.runIf(has.compiler).each(backends)('%s', (backend) => {
  test('selectAsync rejects with the name of the call if the loop or a thread cannot watch, and works once they can', async () => {
    const told = await inFaultyChild(
      backend,
      async (io, backend, { openFaults, openNumbers }) => {
        const faults = openFaults();
        const classes = { select: io.SelectSelector, poll: io.PollSelector, epoll: io.EpollSelector };
        // libuv's watch makes calls of its own, and a thread needs a descriptor to be woken by.
        const rows: [call: string, error: string][] =
          backend === 'epoll'
            ? [
                ['epoll_ctl', 'ENOMEM'],
                ['epoll_ctl', 'ENOSPC'],
              ]
            : [
                [io.syscalls.openWaker, 'EMFILE'],
                [io.syscalls.openWaker, 'ENFILE'],
                ['pthread_create', 'EAGAIN'],
              ];
        const told: unknown[] = [];
        for (const [call, error] of rows) {
          const selector = new classes[backend]();
          const [readFd, writeFd] = io.fd.pipe();
          selector.register(readFd, io.EVENT_READ);
          const before = openNumbers().length;
          faults.start({ call, error, allCallers: true, times: -1 });
          // Before the loop turns: libuv aborts if its own calls fail.
          const wait = selector.selectAsync();
          const { failed } = faults.stop();
          const { code, syscall } = Object(await wait.catch((thrown: unknown) => thrown));
          const leaked = openNumbers().length - before;
          const again = selector.selectAsync();
          io.fd.write(writeFd, 'x');
          const [event] = await again;
          told.push([call, failed > 0, code === error, typeof syscall, leaked, event.key.fd === readFd]);
          selector.close();
          [readFd, writeFd].forEach(io.fd.close);
        }
        return told;
      },
      { openNumbers },
    );
    const calls = backend === 'epoll' ? ['epoll_ctl', 'epoll_ctl'] : [syscalls.openWaker, syscalls.openWaker, 'pthread_create'];
    expect(told).toEqual(calls.map((call) => [call, true, true, 'string', 0, true]));
  });
});

// Waits of epoll sleep in the event loop, not in a thread.
describe.runIf(has.compiler).each(backends.filter(([backend]) => backend !== 'epoll'))('%s', (backend) => {
  test('a thread whose call fails once or is interrupted often goes on waiting without spinning', async () => {
    const told = await inFaultyChild(
      backend,
      async (io, backend, { openFaults }) => {
        const faults = openFaults();
        const classes = { select: io.SelectSelector, poll: io.PollSelector };
        const told: unknown[] = [];
        const once: [error: string, times: number][] = [
          ['EINTR', 100],
          ['ENOMEM', 1],
        ];
        for (const [error, times] of once) {
          const selector = new classes[backend === 'poll' ? 'poll' : 'select']();
          const [readFd, writeFd] = io.fd.pipe();
          selector.register(readFd, io.EVENT_READ);
          // The thread's first call. This thread makes one before it, which does not wait.
          faults.start({ call: backend, error, times, allThreads: true });
          let result: unknown = 'waits';
          const wait = selector.selectAsync().then(
            (ready) => (result = ready.map(({ key }) => key.fd === readFd)),
            (thrown: unknown) => (result = Reflect.get(Object(thrown), 'code')),
          );
          while (faults.counts().failed < times) await new Promise(setImmediate);
          // A thread that spins makes many more calls in this time.
          await new Promise((resolve) => setTimeout(resolve, 50));
          const { seen, failed } = faults.stop();
          io.fd.write(writeFd, 'x');
          await wait;
          const next = selector.select(0).length;
          // Beside the failed calls there are one that sleeps and a few that do not wait.
          told.push([error, failed === times, seen <= times + 5, result, next]);
          selector.close();
        }
        return told;
      },
      {},
    );
    expect(told).toEqual([
      ['EINTR', true, true, [true], 1],
      ['ENOMEM', true, true, [true], 1],
    ]);
  });
});

describe.runIf(has.compiler && has.epoll)('an epoll selector that cannot get rid of a stale entry', () => {
  test.each([
    ['epoll_create1', 'EMFILE'],
    ['dup3', 'EBUSY'],
  ])('because %s fails with %s waits for its other descriptors without spinning', async (call, error) => {
    const { found, time, cpu } = await inFaultyChild(
      { call, error },
      async (io, { call, error }, { openFaults }) => {
        const faults = openFaults();
        const selector = new io.EpollSelector();
        const counter = io.fd.eventfd(1);
        const stale = io.fd.dup(counter.fd);
        selector.register(stale, io.EVENT_READ);
        io.fd.close(stale);
        selector.unregister(stale);
        const timer = io.fd.timerfd({ delayMs: 600 });
        selector.register(timer, io.EVENT_READ);
        selector.select(0);
        faults.start({ call, error, times: -1 });
        const start = performance.now();
        const usage = process.cpuUsage();
        const found = selector.select(10_000).map(({ key }) => key.fileObject === timer);
        const { user, system } = process.cpuUsage(usage);
        faults.stop();
        return { found, time: performance.now() - start, cpu: (user + system) / 1000 };
      },
      {},
    );
    expect(found).toEqual([true]);
    expect(time).toBeGreaterThan(500);
    expect(cpu).toBeLessThan(time / 2);
  });
});
