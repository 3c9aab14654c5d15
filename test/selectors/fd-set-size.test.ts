import { EVENT_READ, EVENT_WRITE, FD_SETSIZE, select, SelectSelector } from 'io-selectors';
import { close, dup2, getDescriptorLimit, write } from 'io-selectors/fd';
import { describe, expect, test } from 'vitest';
import { has } from '../support/capability.js';
import { drain, owned, ownedFd, pipe } from '../support/descriptors.js';
import { expectError, thrownBy } from '../support/errors.js';
import { dupHigh } from '../support/high-descriptors.js';
import { backends, expectIdle, expectReady, open } from '../support/selectors.js';
import { openDescriptors } from '../support/witness.js';

const MANY = 1500;
const room = has.descriptorLimit ? getDescriptorLimit().hard : 0;

/** A free number that is not below FD_SETSIZE. */
function freeNumber(from = FD_SETSIZE): number {
  const taken = openDescriptors();
  while (taken.has(from)) from++;
  return from;
}

// Needs descriptors past FD_SETSIZE. Node raises the soft limit to the hard limit.
describe.skipIf(room < 8192)('descriptors past FD_SETSIZE', () => {
  test.each(backends.filter(([backend]) => backend !== 'select'))('%s watches them', (_backend, Selector) => {
    const [readFd, writeFd] = pipe();
    const fd = ownedFd(dup2(readFd, freeNumber(5000)));
    const selector = open(Selector);
    const key = selector.register(fd, EVENT_READ);
    expectIdle(selector);
    write(writeFd, 'x');
    expectReady(selector, [[key, EVENT_READ]]);
    expect(selector.unregister(fd)).toBe(key);
  });

  test('select refuses to register them, and names the two ways out', () => {
    const fd = ownedFd(dup2(pipe()[1], freeNumber()));
    const selector = owned(new SelectSelector());
    const register = () => selector.register(fd, EVENT_WRITE);
    expectError(register, 'ERR_FD_SETSIZE', { type: RangeError });
    const { message } = thrownBy(register) as RangeError;
    expect(message).toMatch(/poll/);
    expect(message).toMatch(/epoll/);
    expect(message).toMatch(/fdSetSize/);
    expect(selector.getMap().size).toBe(0);
    expectIdle(selector);
  });

  test.each([FD_SETSIZE, 5000])('select watches them from %i on with fdSetSize', (from) => {
    const [readFd, writeFd] = pipe();
    const fd = ownedFd(dup2(readFd, freeNumber(from)));
    const selector = owned(new SelectSelector({ fdSetSize: fd + 1 }));
    expect(selector.features.maxFd).toBe(fd);
    const low = selector.register(pipe()[1], EVENT_WRITE);
    const high = selector.register(fd, EVENT_READ);
    expectReady(selector, [[low, EVENT_WRITE]]);
    write(writeFd, 'x');
    expectReady(selector, [[low, EVENT_WRITE], [high, EVENT_READ]]);
    expect(selector.unregister(fd)).toBe(high);
    expectReady(selector, [[low, EVENT_WRITE]]);
    expectError(() => selector.register(fd + 1, EVENT_READ), 'ERR_FD_SETSIZE', { type: RangeError });
  });

  test('select names a closed one, alone and with one that is ready', () => {
    const fd = ownedFd(dup2(pipe()[0], freeNumber(6000)));
    const selector = owned(new SelectSelector({ fdSetSize: 8192 }));
    selector.register(fd, EVENT_READ);
    close(fd);
    const error = { syscall: 'select', fd };
    expectError(() => selector.select(0), 'EBADF', error);
    expectError(() => selector.select(null), 'EBADF', error);
    selector.register(pipe()[1], EVENT_WRITE);
    expectError(() => selector.select(null), 'EBADF', error);
  });

  test.each(backends)('%s reports more than 1024 ready descriptors in one call, each once', (_backend, Selector) => {
    const [readFd, writeFd] = pipe();
    write(writeFd, 'x');
    const selector = open(Selector, { fdSetSize: 8192 });
    const taken = openDescriptors();
    const free = Array.from({ length: 6000 }, (_, i) => 2 * FD_SETSIZE + i).filter((fd) => !taken.has(fd));
    const fds = free.slice(0, MANY).map((fd) => ownedFd(dup2(readFd, fd)));
    for (const fd of fds) selector.register(fd, EVENT_READ);
    const ready = selector.select(5000);
    expect(ready).toHaveLength(MANY);
    expect(new Set(ready.map(({ key }) => key.fd))).toEqual(new Set(fds));
    const called = new Set<number>();
    expect(selector.selectEach(({ fd }) => called.add(fd), 5000)).toBe(MANY);
    expect(called.size).toBe(MANY);
    drain(readFd);
    expectIdle(selector);
  });
});

describe('fdSetSize of select', () => {
  test.skipIf(has.fdSetSize)('has no effect where sets are lists: they hold any number of sockets', () => {
    const selector = owned(new SelectSelector({ fdSetSize: 1 }));
    expect(selector.features.maxFd).toBe(Infinity);
    const keys = Array.from({ length: 2 * FD_SETSIZE }, () => selector.register(pipe()[1], EVENT_WRITE));
    expectReady(selector, keys.map((key) => [key, EVENT_WRITE]));
    const fds = keys.map(({ fd }) => fd);
    expect(select([], fds, [], 0, { fdSetSize: 1 })).toEqual([[], fds, []]);
  });

  test.runIf(has.fdSetSize)('by default the last number below FD_SETSIZE is accepted, and FD_SETSIZE is not', () => {
    const [readFd, writeFd] = pipe();
    const fd = ownedFd(dup2(readFd, FD_SETSIZE - 1));
    const selector = owned(new SelectSelector());
    const key = selector.register(fd, EVENT_READ);
    expectIdle(selector);
    write(writeFd, 'x');
    expectReady(selector, [[key, EVENT_READ]]);
    // Not open, which does not matter: no set has room for it.
    expectError(() => selector.register(FD_SETSIZE, EVENT_READ), 'ERR_FD_SETSIZE', { type: RangeError });
  });

  test.runIf(has.fdSetSize)('a smaller set refuses what does not fit', () => {
    const fd = dupHigh(pipe()[1]);
    const selector = owned(new SelectSelector({ fdSetSize: fd }));
    expect(selector.features.maxFd).toBe(fd - 1);
    expectError(() => selector.register(fd, EVENT_WRITE), 'ERR_FD_SETSIZE', { type: RangeError });
    const roomy = owned(new SelectSelector({ fdSetSize: fd + 1 }));
    expectReady(roomy, [[roomy.register(fd, EVENT_WRITE), EVENT_WRITE]]);
  });

  test.each([0, -1, 0.5, NaN, Infinity, 2 ** 31])('%d is out of range', (fdSetSize) => {
    expectError(() => new SelectSelector({ fdSetSize }), 'ERR_OUT_OF_RANGE', { type: RangeError });
  });

  test('of another type is refused', () => {
    const options = { fdSetSize: '1024' } as unknown as { fdSetSize: number };
    expectError(() => new SelectSelector(options), 'ERR_INVALID_ARG_TYPE', { type: TypeError });
  });
});
