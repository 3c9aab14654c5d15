import { EVENT_READ, EVENT_WRITE } from 'io-selectors';
import { describe, expect, test } from 'vitest';
import { pipe } from '../support/descriptors.js';
import { expectError } from '../support/errors.js';
import { highPipe } from '../support/high-descriptors.js';
import { backends, expectReady, open } from '../support/selectors.js';

describe.each(backends)('getMap of %s', (_backend, Selector) => {
  test('is a live view', () => {
    const [readFd, writeFd] = pipe();
    const selector = open<string | undefined>(Selector);
    const map = selector.getMap();
    expect(map.size).toBe(0);
    const first = selector.register(readFd, EVENT_READ);
    expect(map.get(readFd)).toBe(first);
    expect(map.has(readFd)).toBe(true);
    expect(map.has(writeFd)).toBe(false);
    const second = selector.modify(readFd, EVENT_READ, 'new');
    expect(map.get(readFd)).toBe(second);
    selector.unregister(readFd);
    expect(map.size).toBe(0);
    expect(map.get(readFd)).toBeUndefined();
  });

  test('iterates as a Map does', () => {
    const selector = open(Selector);
    const [readFd, writeFd] = highPipe();
    const [low, high] = [Math.min(readFd, writeFd), Math.max(readFd, writeFd)];
    const keys = new Map([high, low].map((fd) => [fd, selector.register(fd, EVENT_READ)]));
    const entries = [low, high].map((fd) => [fd, keys.get(fd)]);
    const map = selector.getMap();
    expect([...map]).toEqual(entries);
    expect([...map.entries()]).toEqual(entries);
    expect([...map.keys()]).toEqual(entries.map(([fd]) => fd));
    expect([...map.values()]).toEqual(entries.map(([, key]) => key));
    const seen: unknown[] = [];
    map.forEach(function (this: unknown, key, fd, self) {
      seen.push([fd, key], self === map, this);
    }, 'this');
    expect(seen).toEqual(entries.flatMap((entry) => [entry, true, 'this']));
  });

  test.each([-1, 0.5, NaN, Infinity, 2 ** 40])('has no key for %d', (fd) => {
    const map = open(Selector).getMap();
    expect(map.get(fd)).toBeUndefined();
    expect(map.has(fd)).toBe(false);
  });

  test('is empty after close(), and getMap() throws then', () => {
    const [readFd] = pipe();
    const selector = open(Selector);
    selector.register(readFd, EVENT_READ);
    const map = selector.getMap();
    selector.close();
    expect(map.size).toBe(0);
    expect(map.get(readFd)).toBeUndefined();
    expect([...map]).toEqual([]);
    expectError(() => selector.getMap(), 'ERR_CLOSED');
  });

  test('cannot be changed', () => {
    const [readFd, writeFd] = pipe();
    const selector = open(Selector);
    const key = selector.register(writeFd, EVENT_WRITE);
    const map = selector.getMap();
    for (const method of ['set', 'delete', 'clear']) {
      expect(() => (Reflect.get(map, method) as (fd: number) => void)(readFd)).toThrow(TypeError);
    }
    expect(Object.isFrozen(map)).toBe(true);
    expect(() => Object.assign(map, { size: 5 })).toThrow(TypeError);
    // It is no Map, so Map's own methods refuse it.
    expect(() => Reflect.apply(Map.prototype.clear, map, [])).toThrow(TypeError);
    expect([...map.values()]).toEqual([key]);
    expectReady(selector, [[key, EVENT_WRITE]]);
  });

  test('can be iterated while keys are unregistered', () => {
    const selector = open(Selector);
    const fds = Array.from({ length: 20 }, pipe).flat();
    for (const fd of fds) selector.register(fd, EVENT_READ);
    const seen: number[] = [];
    for (const [fd] of selector.getMap()) {
      seen.push(fd);
      selector.unregister(fd);
    }
    expect(new Set(seen)).toEqual(new Set(fds));
    expect(selector.getMap().size).toBe(0);
  });

  test('an iteration skips what is unregistered before its turn', () => {
    const selector = open(Selector);
    const [a, b] = [pipe()[0], highPipe()[0]];
    selector.register(a, EVENT_READ);
    selector.register(b, EVENT_READ);
    const keys = selector.getMap().keys();
    expect(keys.next().value).toBe(a);
    selector.unregister(b);
    expect(keys.next().done).toBe(true);
  });
});
