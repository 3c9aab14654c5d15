import type { BaseSelector, SelectorOptions } from 'io-selectors';
import { describe, expect, test } from 'vitest';
import { has } from '../support/capability.js';
import type { Package } from '../support/child.js';
import { backends } from '../support/selectors.js';
import { syscalls } from '../support/syscalls.js';
import { inFaultyChild } from './fault.js';

/** The system calls of a wait without a timeout, and of one with a fraction of a millisecond. Errors name the first. */
const CALLS = {
  select: ['select', 'pselect'],
  poll: ['poll', syscalls.pollFraction],
  epoll: ['epoll_wait', 'epoll_pwait2'],
};

/** Makes a selector with a ready descriptor and every kind of wait for it. Passed as text. */
function waitsOf(io: Package, backend: BaseSelector['backend'], options?: SelectorOptions) {
  const { fd } = io;
  const classes = { select: io.SelectSelector, poll: io.PollSelector, epoll: io.EpollSelector };
  const selector = new classes[backend](options);
  const [readFd, writeFd] = fd.pipe();
  fd.write(writeFd, 'x');
  selector.register(readFd, io.EVENT_READ);
  const fds = (ready: { key: { fd: number } }[]) => ready.map(({ key }) => key.fd);
  const each = (timeoutMs?: number) => {
    const called: number[] = [];
    selector.selectEach((key) => called.push(key.fd), timeoutMs);
    return called;
  };
  const kinds: Record<string, () => number[] | Promise<number[]>> = {
    select: () => fds(selector.select()),
    'select of a fraction': () => fds(selector.select(0.5)),
    selectEach: () => each(),
    'selectEach of a fraction': () => each(0.5),
    selectAsync: async () => fds(await selector.selectAsync()),
    iteration: async () => {
      const { value } = await selector[Symbol.asyncIterator]().next();
      return fds(value ?? []);
    },
  };
  return { selector, readFd, kinds };
}

describe.runIf(has.compiler).each(backends)('%s', (backend) => {
  test('a wait that fails throws the error of its call, and the next wait reports what is ready', async () => {
    const { results, count } = await inFaultyChild(
      { backend, calls: CALLS[backend] },
      async (io, { backend, calls }, { openFaults, waitsOf }) => {
        const faults = openFaults();
        const { selector, readFd, kinds } = waitsOf(io, backend);
        const results: unknown[] = [];
        for (const [kind, wait] of Object.entries(kinds)) {
          const call = calls[kind.endsWith('fraction') ? 1 : 0];
          faults.start({ call, error: 'ENOMEM' });
          let error: unknown;
          try {
            await wait();
          } catch (thrown) {
            error = thrown;
          }
          const { failed } = faults.stop();
          const { code, syscall } = Object(error);
          const found = await wait();
          if (String(found) !== String(readFd)) results.push([kind, 'found', found]);
          const name = call === 'pselect' ? io.syscalls.selectFraction : call;
          if (code !== 'ENOMEM' || syscall !== name || failed !== 1)
            results.push([kind, failed, String(error), syscall]);
        }
        selector.close();
        return { results, count: Object.keys(kinds).length };
      },
      { waitsOf },
    );
    expect(results).toEqual([]);
    expect(count).toBe(6);
  });

  test.each(['resume', 'return', 'throw'] as const)(
    'a wait that is interrupted follows onInterrupt: %s',
    async (onInterrupt) => {
      const results = await inFaultyChild(
        { backend, calls: CALLS[backend], onInterrupt },
        async (io, { backend, calls, onInterrupt }, { openFaults, waitsOf }) => {
          const faults = openFaults();
          const { selector, readFd, kinds } = waitsOf(io, backend, { onInterrupt });
          const results: Record<string, unknown> = {};
          for (const [kind, wait] of Object.entries(kinds)) {
            faults.start({ call: calls[kind.endsWith('fraction') ? 1 : 0], error: 'EINTR' });
            let told: unknown;
            try {
              told = String(await wait()) === String(readFd) ? 'ready' : 'nothing';
            } catch (error) {
              told = Reflect.get(Object(error), 'code');
            }
            const { failed } = faults.stop();
            results[kind] = [failed, told, String(await wait()) === String(readFd)];
          }
          selector.close();
          return results;
        },
        { waitsOf },
      );
      const told = { resume: 'ready', return: 'nothing', throw: 'EINTR' }[onInterrupt];
      expect(results).toEqual({
        select: [1, told, true],
        'select of a fraction': [1, told, true],
        selectEach: [1, told, true],
        'selectEach of a fraction': [1, told, true],
        // These waits do not sleep in a system call.
        selectAsync: [1, 'ready', true],
        iteration: [1, 'ready', true],
      });
    },
  );

  test('endless interruptions cost neither the event nor the deadline', async () => {
    const result = await inFaultyChild(
      { backend, calls: CALLS[backend] },
      async (io, { backend, calls }, { openFaults, waitsOf }) => {
        const faults = openFaults();
        const { selector, readFd, kinds } = waitsOf(io, backend);
        faults.start({ call: calls[0], error: 'EINTR', times: 500 });
        const found = await kinds.select();
        const interrupted = faults.stop().failed;
        selector.unregister(readFd);
        faults.start({ call: calls[0], error: 'EINTR', times: 100 });
        const start = performance.now();
        const rest = selector.select(20).length;
        const elapsed = performance.now() - start;
        faults.stop();
        selector.close();
        return { found: found.length, interrupted, rest, early: elapsed < 20 };
      },
      { waitsOf },
    );
    expect(result).toEqual({ found: 1, interrupted: 500, rest: 0, early: false });
  });
});
