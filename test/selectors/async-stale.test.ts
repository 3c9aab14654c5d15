import { setTimeout as delay } from 'node:timers/promises';
import { EpollSelector, EVENT_READ, EVENT_WRITE } from 'io-selectors';
import { close, write } from 'io-selectors/fd';
import { describe, expect, test } from 'vitest';
import { elapsed, follow, keysOf, MOMENTS, turns } from '../support/async.js';
import { has } from '../support/capability.js';
import { drain, owned, pipe } from '../support/descriptors.js';
import { dupHigh, highPipe } from '../support/high-descriptors.js';
import { epollEntries } from '../support/witness.js';
import { threadCpuMs } from './cpu.js';

/** A selector, and a function that gives its set a stale entry that fires for ever. */
function withDuplicate() {
  const [number, writeFd] = highPipe();
  const duplicate = dupHigh(number);
  const selector = owned(new EpollSelector<string>());
  selector.register(number, EVENT_READ, 'old');
  const makeStale = () => {
    close(number);
    selector.unregister(number);
    write(writeFd, 'x');
    expect(epollEntries(selector.fd).map(({ fd }) => fd)).toContain(number);
  };
  return { selector, number, duplicate, makeStale };
}

// A build may lack epoll, the only back end with stale entries.
describe.runIf(has.epoll)('a stale entry of epoll and selectAsync', () => {
  test.each(MOMENTS)('a wait during which it fires goes on for the rest of its time, %s', async (_moment, reached) => {
    const { selector, makeStale } = withDuplicate();
    const { result, elapsedMs } = await elapsed(async () => {
      const promise = selector.selectAsync({ timeoutMs: 500 });
      await reached();
      makeStale();
      return promise;
    });
    expect(result).toEqual([]);
    expect(elapsedMs).toBeGreaterThanOrEqual(500);
    expect(epollEntries(selector.fd)).toEqual([]);
  });

  test.each(MOMENTS)('a wait that has left it behind reports other events, %s', async (_moment, reached) => {
    const { selector, makeStale } = withDuplicate();
    const [readFd, writeFd] = pipe();
    const key = selector.register(readFd, EVENT_READ, 'kept');
    const promise = selector.selectAsync();
    await reached();
    makeStale();
    const wait = follow(promise);
    while (epollEntries(selector.fd).length > 1) await turns(1);
    await turns(3);
    expect(wait.settled).toBe(false);
    expect(epollEntries(selector.fd).map(({ fd }) => fd)).toEqual([readFd]);
    write(writeFd, 'x');
    expect(keysOf(await promise)).toEqual([key]);
    drain(readFd);
    const next = selector.selectAsync();
    await turns(3);
    write(writeFd, 'x');
    expect(keysOf(await next)).toEqual([key]);
  });

  test('a descriptor that is registered after it was left behind is watched', async () => {
    const { selector, makeStale } = withDuplicate();
    const promise = selector.selectAsync();
    makeStale();
    while (epollEntries(selector.fd).length > 0) await turns(1);
    const [readFd, writeFd] = pipe();
    const key = selector.register(readFd, EVENT_READ, 'new');
    await turns(3);
    write(writeFd, 'x');
    expect(keysOf(await promise)).toEqual([key]);
  });

  test('it keeps the event loop busy for only a few turns', async () => {
    const { selector, makeStale } = withDuplicate();
    makeStale();
    const cpu = threadCpuMs();
    const { result, elapsedMs } = await elapsed(() => selector.selectAsync({ timeoutMs: 300 }));
    expect(threadCpuMs() - cpu).toBeLessThan(150);
    expect(result).toEqual([]);
    expect(elapsedMs).toBeGreaterThanOrEqual(300);
    expect(epollEntries(selector.fd)).toEqual([]);
  });

  test('a blocking wait leaves it behind, and an asynchronous wait goes on', async () => {
    const { selector, makeStale } = withDuplicate();
    const [readFd, writeFd] = pipe();
    const key = selector.register(readFd, EVENT_READ, 'kept');
    write(writeFd, 'x');
    // From here on libuv watches the epoll descriptor.
    expect(keysOf(await selector.selectAsync())).toEqual([key]);
    drain(readFd);
    makeStale();
    expect(selector.select(20)).toEqual([]);
    expect(epollEntries(selector.fd).map(({ fd }) => fd)).toEqual([readFd]);
    const promise = selector.selectAsync();
    await turns(3);
    write(writeFd, 'x');
    expect(keysOf(await promise)).toEqual([key]);
  });

  test('a selector without a wait does not keep the event loop busy', async () => {
    const { selector, makeStale } = withDuplicate();
    const [, writeFd] = pipe();
    selector.register(writeFd, EVENT_WRITE, 'writable');
    expect(await selector.selectAsync()).toHaveLength(1);
    makeStale();
    const cpu = threadCpuMs();
    await delay(300);
    expect(threadCpuMs() - cpu).toBeLessThan(150);
  });
});
