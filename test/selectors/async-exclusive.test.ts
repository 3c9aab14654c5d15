import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { EpollSelector, EVENT_READ, EVENT_WRITE, type RegisterOptions } from 'io-selectors';
import { close, dup, read, write } from 'io-selectors/fd';
import { Socket } from 'io-selectors/socket';
import { describe, expect, test } from 'vitest';
import { follow } from '../support/async.js';
import { has } from '../support/capability.js';
import { owned, ownedFd, pipe, tcpListener } from '../support/descriptors.js';
import { expectIdle, expectReady } from '../support/selectors.js';
import { inThread } from '../support/threads.js';
import { until } from '../support/until.js';
import { epollEntries } from '../support/witness.js';

// Only a thread in epoll_wait(2) counts as a waiter for an exclusive registration, so such a selector waits in a
// thread. The call of that thread takes an event, which must not be lost.

const EPOLL_WAIT = process.arch === 'arm64' ? ['22'] : ['232', '281'];

const threads = () => readdirSync('/proc/self/task');

function isInEpollWait(thread: string): boolean {
  try {
    return EPOLL_WAIT.includes(readFileSync(`/proc/self/task/${thread}/syscall`, 'utf8').split(' ')[0]);
  } catch {
    // It has ended, or starts.
    return false;
  }
}

/** Begins waits, and resolves with the threads that they have started, once these sleep in epoll_wait. */
async function startedBy(begin: () => void): Promise<string[]> {
  const before = new Set(threads());
  begin();
  const started = () => threads().filter((thread) => !before.has(thread) && isInEpollWait(thread));
  await until(() => started().length > 0);
  return started();
}

describe.runIf(has.epoll && has.proc)('four selectors that watch one file, each in selectAsync', () => {
  test.each([
    ['exclusive, level-triggered', { exclusive: true }, 1],
    ['exclusive, edge-triggered', { exclusive: true, trigger: 'edge' }, 1],
    ['not exclusive', {}, 4],
  ] as [string, RegisterOptions, number][])('%s: how many one event wakes', async (_, options, expected) => {
    const [readFd, writeFd] = pipe();
    const selectors = Array.from({ length: 4 }, () => owned(new EpollSelector()));
    for (const selector of selectors) selector.register(readFd, EVENT_READ, undefined, options);
    const before = new Set(threads());
    const abort = new AbortController();
    const waits = selectors.map((selector) => selector.selectAsync({ signal: abort.signal }));
    const followed = waits.map(follow);
    if (options.exclusive === true) {
      await until(() => threads().filter((thread) => !before.has(thread) && isInEpollWait(thread)).length === 4);
    }
    write(writeFd, 'x');
    const settled = () => followed.filter(({ settled }) => settled).length;
    await until(() => settled() >= expected);
    // Nobody has read, so whoever was woken has found something by now.
    await setTimeout(50);
    expect(settled()).toBe(expected);
    abort.abort();
    const results = await Promise.allSettled(waits);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(expected);
  });
});

describe.runIf(has.epoll && has.proc)('two workers in selectAsync on one listener', () => {
  test.each([
    [true, 1],
    [false, 2],
  ])('exclusive: %s. One connection wakes %i', async (exclusive, expected) => {
    const { listener, port } = tcpListener();
    listener.setBlocking(false);
    const memory = new SharedArrayBuffer(8);
    const [waiting, woken] = [new Int32Array(memory, 0, 1), new Int32Array(memory, 4, 1)];
    const workers = await Promise.all(
      [0, 1].map(() =>
        inThread({ fd: listener.fd, exclusive, memory }, async (io, { fd, exclusive, memory }) => {
          const selector = new io.EpollSelector();
          selector.register(fd, io.EVENT_READ, undefined, { exclusive });
          const stop = selector.waker;
          const wait = selector.selectAsync();
          // Its thread begins to wait, or the loop does.
          await new Promise((resolve) => globalThis.setTimeout(resolve, 50));
          Atomics.add(new Int32Array(memory, 0, 1), 0, 1);
          const ready = await wait;
          if (ready.length > 0) Atomics.add(new Int32Array(memory, 4, 1), 0, 1);
          stop.close();
          selector.close();
          return ready.length;
        }),
      ),
    );
    await until(() => Atomics.load(waiting, 0) === 2);
    const client = owned(new Socket());
    client.connect({ address: '127.0.0.1', port });
    await until(() => Atomics.load(woken, 0) >= expected);
    // The connection is still in the queue: whoever was woken has found it by now.
    await setTimeout(50);
    expect(Atomics.load(woken, 0)).toBe(expected);
    await Promise.all(workers.map(({ worker }) => worker.terminate()));
  });
});

describe.runIf(has.epoll && has.proc).each([
  ['edge-triggered', { trigger: 'edge' }],
  ['one-shot', { oneShot: true }],
  ['one-shot edge-triggered', { trigger: 'edge', oneShot: true }],
] as [string, RegisterOptions][])('what the thread has taken of a registration that is %s', (_, options) => {
  /** A selector whose thread has taken the event of `key`, and has not reported it yet. */
  async function taken(wait?: { timeoutMs: number }) {
    const selector = owned(new EpollSelector());
    const [exclusiveFd, exclusiveWrite] = pipe();
    selector.register(exclusiveFd, EVENT_READ, undefined, { exclusive: true });
    const [readFd, writeFd] = pipe();
    const key = selector.register(readFd, EVENT_READ, undefined, options);
    const abort = new AbortController();
    let promise!: ReturnType<typeof selector.selectAsync>;
    const [thread] = await startedBy(() => {
      promise = selector.selectAsync({ signal: abort.signal, ...wait });
    });
    write(writeFd, 'x');
    while (isInEpollWait(thread));
    return { selector, key, abort, promise, readFd, exclusiveWrite };
  }

  test('is reported once by the wait', async () => {
    const { promise, selector, key } = await taken();
    expect(await promise).toMatchObject([{ key, events: EVENT_READ }]);
    expectIdle(selector);
    expect(await selector.selectAsync({ timeoutMs: 10 })).toEqual([]);
  });

  test('is reported once by the next wait after an abort', async () => {
    const { promise, abort, selector, key } = await taken();
    abort.abort();
    await expect(promise).rejects.toBe(abort.signal.reason);
    expectReady(selector, [[key, EVENT_READ]]);
    expectIdle(selector);
  });

  test('is reported once by the next asynchronous wait after an abort', async () => {
    const { promise, abort, selector, key } = await taken();
    abort.abort();
    await expect(promise).rejects.toBe(abort.signal.reason);
    expect(await selector.selectAsync()).toMatchObject([{ key, events: EVENT_READ }]);
    expect(await selector.selectAsync({ timeoutMs: 10 })).toEqual([]);
  });

  test('is reported once if the time is over in the same turn', async () => {
    const { promise, selector, key } = await taken({ timeoutMs: 1000 });
    const ready = await promise;
    expect(ready.length > 0 ? ready : selector.select(0)).toMatchObject([{ key, events: EVENT_READ }]);
    expectIdle(selector);
  });

  test('is reported once after a wake-up in the same turn', async () => {
    const { promise, selector, key } = await taken();
    selector.wakeup();
    const ready = await promise;
    expect(ready.length > 0 ? ready : selector.select(0)).toMatchObject([{ key, events: EVENT_READ }]);
    expectIdle(selector);
  });

  test('is reported once if its number was closed meanwhile, while a duplicate is open', async () => {
    const { promise, selector, key, readFd } = await taken();
    ownedFd(dup(readFd));
    close(readFd);
    expect(await promise).toMatchObject([{ key, events: EVENT_READ }]);
    expectIdle(selector);
  });

  test('is reported once by the next wait after an abort and such a close', async () => {
    const { promise, abort, selector, key, readFd } = await taken();
    ownedFd(dup(readFd));
    close(readFd);
    abort.abort();
    await expect(promise).rejects.toBe(abort.signal.reason);
    expect(await selector.selectAsync()).toMatchObject([{ key, events: EVENT_READ }]);
    expectIdle(selector);
  });

  test('is not reported if it was read meanwhile', async () => {
    const { promise, abort, selector, readFd } = await taken();
    read(readFd, Buffer.alloc(1));
    abort.abort();
    await promise.catch(() => {});
    expectIdle(selector);
  });

  test('is not reported of a descriptor that was unregistered', async () => {
    const { promise, selector, readFd, exclusiveWrite } = await taken();
    selector.unregister(readFd);
    write(exclusiveWrite, 'x');
    expect((await promise).map(({ key }) => key.fd)).not.toContain(readFd);
  });

  test('is reported once, under the new key, if the descriptor was registered again', async () => {
    const { promise, selector, readFd } = await taken();
    selector.unregister(readFd);
    const key = selector.register(readFd, EVENT_READ, 'new', options);
    expect(await promise).toMatchObject([{ key, events: EVENT_READ }]);
    expectIdle(selector);
  });

  test('is not reported if the registration asks for something else by now', async () => {
    const { promise, selector, readFd, exclusiveWrite } = await taken();
    selector.modify(readFd, EVENT_WRITE, undefined, options);
    write(exclusiveWrite, 'x');
    expect((await promise).map(({ key }) => key.fd)).not.toContain(readFd);
  });

  test('keeps no wait from being closed', async () => {
    const { promise, selector } = await taken();
    selector.close();
    expect(await promise).toEqual([]);
  });
});

describe.runIf(has.epoll && has.proc)('a selector with an exclusive registration', () => {
  test('is registered with a descriptor of the thread only while it waits asynchronously', async () => {
    const selector = owned(new EpollSelector());
    const [readFd, writeFd] = pipe();
    selector.register(readFd, EVENT_READ, undefined, { exclusive: true });
    const fds = () => epollEntries(selector.fd).map(({ fd }) => fd);
    expect(await selector.selectAsync({ timeoutMs: 1 })).toEqual([]);
    expect(fds()).toEqual([readFd]);
    const wait = selector.selectAsync();
    expect(fds()).toHaveLength(2);
    write(writeFd, 'x');
    await wait;
    expect(fds()).toEqual([readFd]);
  });

  test('may be one during the wait', async () => {
    const selector = owned(new EpollSelector());
    const [idle] = pipe();
    selector.register(idle, EVENT_READ);
    const wait = selector.selectAsync();
    const [readFd, writeFd] = pipe();
    const [thread] = await startedBy(() => {
      selector.register(readFd, EVENT_READ, undefined, { exclusive: true });
    });
    expect(isInEpollWait(thread)).toBe(true);
    write(writeFd, 'x');
    expect(await wait).toMatchObject([{ key: { fd: readFd } }]);
  });

  test('waits without spinning while something happens that nobody asked for', async () => {
    const selector = owned(new EpollSelector());
    const [readFd, writeFd] = pipe();
    selector.register(readFd, EVENT_READ, undefined, { exclusive: true });
    const [a, b] = pipe();
    selector.register(b, EVENT_READ, undefined, { flags: 4 });
    const usage = process.cpuUsage();
    const wait = selector.selectAsync();
    await setTimeout(300);
    const { user, system } = process.cpuUsage(usage);
    write(writeFd, 'x');
    expect(await wait).toMatchObject([{ key: { fd: readFd } }]);
    expect(a).toBeGreaterThan(0);
    expect((user + system) / 1000).toBeLessThan(200);
  });
});
