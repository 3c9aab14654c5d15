import { openSync } from 'node:fs';
import { EpollSelector, EVENT_PRIORITY, EVENT_READ, EVENT_WRITE, type SelectorKey } from 'io-selectors';
import { close, dup2, write } from 'io-selectors/fd';
import { describe, expect, test } from 'vitest';
import { has } from '../support/capability.js';
import { owned, ownedFd, pipe } from '../support/descriptors.js';
import { expectError } from '../support/errors.js';
import { dupHigh, highPipe } from '../support/high-descriptors.js';
import { expectIdle, expectReady } from '../support/selectors.js';
import { epollEntries } from '../support/witness.js';
import { threadCpuMs, timed } from './cpu.js';

/** Leaves a stale entry in the set, for a pipe that `duplicate` keeps open. */
function leaveEntry(selector: EpollSelector, number: number, readable: boolean): { duplicate: number } {
  const [readFd, writeFd] = pipe();
  const duplicate = dupHigh(readFd);
  dup2(readFd, number);
  selector.register(number, EVENT_READ);
  if (readable) write(writeFd, 'x');
  close(number);
  selector.unregister(number);
  return { duplicate };
}

function readablePipe(): number {
  const [readFd, writeFd] = highPipe();
  write(writeFd, 'x');
  return readFd;
}

const entriesOf = (selector: EpollSelector, number: number) =>
  epollEntries(selector.fd).filter(({ fd }) => fd === number);

/** Waits until the selector has seen a stale entry often enough to rebuild its set. */
function rebuild(selector: EpollSelector): void {
  leaveEntry(selector, highPipe()[0], true);
  for (let i = 0; i < 4; i++) selector.select(5);
}

// A build may lack epoll, the only back end with entries in the kernel.
describe.runIf(has.epoll)('a registered number that another file has by now', () => {
  test('is not watched after a rebuild, even if that file has an entry for the number', () => {
    const selector = owned(new EpollSelector());
    const [number] = highPipe();
    const { duplicate } = leaveEntry(selector, number, false);
    const [own, ownWrite] = pipe();
    selector.register(dup2(own, number), EVENT_READ);
    write(ownWrite, 'x');
    dup2(duplicate, number);
    rebuild(selector);
    expect(entriesOf(selector, number)).toEqual([]);
  });

  test('is still watched after a rebuild if it is the registered file again', () => {
    const selector = owned(new EpollSelector());
    const [number] = highPipe();
    leaveEntry(selector, number, true);
    const [own, ownWrite] = pipe();
    const key = selector.register(dup2(own, number), EVENT_READ);
    expect(entriesOf(selector, number)).toHaveLength(2);
    rebuild(selector);
    expect(entriesOf(selector, number)).toHaveLength(1);
    write(ownWrite, 'x');
    expectReady(selector, [[key, EVENT_READ]]);
  });

  test.each([false, true])('is refused by modify() of a one-shot that has fired; after a rebuild: %s', (rebuilt) => {
    const selector = owned(new EpollSelector());
    const [number, writeFd] = highPipe();
    const key = selector.register(number, EVENT_READ, undefined, { oneShot: true });
    write(writeFd, 'x');
    expectReady(selector, [[key, EVENT_READ]]);
    if (rebuilt) rebuild(selector);
    dup2(pipe()[0], number);
    expectError(() => selector.modify(number, EVENT_READ), 'ENOENT', { syscall: 'epoll_ctl', fd: number });
  });

  test('stays disarmed after a rebuild until modify() if its one-shot has fired', () => {
    const selector = owned(new EpollSelector());
    const [readFd, writeFd] = highPipe();
    const key = selector.register(readFd, EVENT_READ, undefined, { oneShot: true });
    write(writeFd, 'x');
    expectReady(selector, [[key, EVENT_READ]]);
    close(writeFd);
    rebuild(selector);
    const { cpuMs, result } = timed(() => selector.select(100));
    expect(result).toEqual([]);
    expect(cpuMs).toBeLessThan(50);
    expectReady(selector, [[selector.modify(readFd, EVENT_READ), EVENT_READ]]);
    expectIdle(selector);
  });

  test('is reported once, even if modify() finds an old entry', () => {
    const selector = owned(new EpollSelector());
    const [number] = highPipe();
    const { duplicate } = leaveEntry(selector, number, true);
    const [own, ownWrite] = pipe();
    dupHigh(own);
    selector.register(dup2(own, number), EVENT_READ);
    write(ownWrite, 'x');
    dup2(duplicate, number);
    selector.modify(number, EVENT_READ | EVENT_WRITE);
    expect(entriesOf(selector, number)).toHaveLength(2);
    expect(new Set(entriesOf(selector, number).map(({ data }) => data)).size).toBe(2);
    for (let i = 0; i < 5; i++) expect(selector.select(5).length).toBeLessThanOrEqual(1);
  });

  test('can be registered again if the same open file still has an entry, exclusive or not', () => {
    for (const [first, second] of [[true, false], [false, true], [true, true]]) {
      const selector = owned(new EpollSelector());
      const [number, writeFd] = highPipe();
      const duplicate = dupHigh(number);
      selector.register(number, EVENT_READ, undefined, { exclusive: first });
      close(number);
      selector.unregister(number);
      const key = selector.register(dup2(duplicate, number), EVENT_READ, undefined, { exclusive: second });
      write(writeFd, 'x');
      expectReady(selector, [[key, EVENT_READ]]);
      expect(entriesOf(selector, number)).toHaveLength(1);
    }
  });

  test.each(['closed', 'reused'])('does not make a wait spin with unasked events: %s', async (how) => {
    const [number, writeFd] = highPipe();
    dupHigh(number);
    const selector = owned(new EpollSelector());
    selector.register(number, EVENT_PRIORITY);
    close(writeFd);
    if (how === 'closed') close(number);
    else dup2(pipe()[0], number);
    const { cpuMs } = timed(() => selector.select(100));
    expect(cpuMs).toBeLessThan(50);
    const before = threadCpuMs();
    expect(await selector.selectAsync({ timeoutMs: 100 })).toEqual([]);
    expect(threadCpuMs() - before).toBeLessThan(80);
  });

  test('is refused by modify() like any number that is not watched, even with an old exclusive entry', () => {
    const selector = owned(new EpollSelector());
    const [number] = highPipe();
    const duplicate = dupHigh(number);
    selector.register(number, EVENT_READ, undefined, { exclusive: true });
    dup2(pipe()[0], number);
    selector.unregister(number);
    selector.register(number, EVENT_READ);
    dup2(duplicate, number);
    expectError(() => selector.modify(number, EVENT_READ | EVENT_WRITE), 'ENOENT', { syscall: 'epoll_ctl', fd: number });
  });

  test('can be unregistered if it is a duplicate of the selector itself', () => {
    const selector = owned(new EpollSelector());
    const [number] = highPipe();
    const key = selector.register(number, EVENT_READ);
    dup2(selector.fd, number);
    expect(selector.unregister(number)).toBe(key);
    expect(selector.getMap().size).toBe(0);
  });

  test.each([
    ['a pipe', readablePipe],
    ['another file', () => ownedFd(openSync('/proc/self/status', 'r'))],
  ])('is not reported for the file that had it before: %s', (_, makeStranger) => {
    const number = dupHigh(ownedFd(openSync('/dev/null', 'r+')));
    const selector = owned(new EpollSelector({ unpollable: 'ready' }));
    const key = selector.register(number, EVENT_READ | EVENT_WRITE);
    expectReady(selector, [[key, EVENT_READ | EVENT_WRITE]]);
    dup2(makeStranger(), number);
    const { result, cpuMs } = timed(() => selector.select(100));
    expect(result).toEqual([]);
    expect(cpuMs).toBeLessThan(50);
    expect(selector.unregister(number)).toBe(key);
  });
});

describe.runIf(has.epoll)('stale entries in large numbers', () => {
  test.each(['select', 'selectEach', 'selectAsync'] as const)('hide nothing from %s(0)', async (wait) => {
    const selector = owned(new EpollSelector());
    const [first, writeFd] = highPipe();
    // Each duplicate has an entry of its own, and `first` keeps the file open.
    for (let i = 0; i < 300; i++) {
      const duplicate = dup2(first, 2000 + i);
      selector.register(duplicate, EVENT_READ);
      close(duplicate);
      selector.unregister(duplicate);
    }
    write(writeFd, 'x');
    const options = [{}, { trigger: 'edge' }, { oneShot: true }, { exclusive: true, trigger: 'edge' }] as const;
    const keys = options.map((each) => selector.register(dupHigh(first), EVENT_READ, undefined, each));
    const found: SelectorKey[] = [];
    const ask = async () => {
      if (wait === 'select') found.push(...selector.select(0).map((event) => event.key));
      else if (wait === 'selectEach') selector.selectEach((each) => found.push(each), 0);
      else found.push(...(await selector.selectAsync({ timeoutMs: 0 })).map((event) => event.key));
    };
    await ask();
    expect(new Set(found)).toEqual(new Set(keys));
    expect(found).toHaveLength(keys.length);
    for (let i = 0; i < 5; i++) await ask();
    expect(found.filter((key) => key === keys[0])).toHaveLength(6);
    expect(found.filter((key) => key === keys[2])).toHaveLength(1);
  });
});
