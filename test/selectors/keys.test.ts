import { BaseSelector, EVENT_PRIORITY, EVENT_READ, EVENT_WRITE, SelectorKey, type SelectSelector } from 'io-selectors';
import { write } from 'io-selectors/fd';
import { describe, expect, test } from 'vitest';
import { owned, pipe, socketPair } from '../support/descriptors.js';
import { expectError } from '../support/errors.js';
import { backends, expectIdle, expectReady, open } from '../support/selectors.js';

describe.each(backends)('%s', (backend, Selector) => {
  test('the selector names its back end', () => {
    expect(open(Selector).backend).toBe(backend);
  });

  test('register returns a key with what was registered', () => {
    const [readFd] = pipe();
    const selector = open<string>(Selector);
    const key = selector.register(readFd, EVENT_READ, 'data');
    expect(key).toBeInstanceOf(SelectorKey);
    expect(key).toMatchObject({ fileObject: readFd, fd: readFd, events: EVENT_READ, data: 'data' });
    expect(selector.getKey(readFd)).toBe(key);
  });

  test('register keeps the object, and data is undefined unless given', () => {
    const [a] = socketPair();
    const key = open(Selector).register(a, EVENT_READ | EVENT_WRITE | EVENT_PRIORITY);
    expect(key.fileObject).toBe(a);
    expect(key.fd).toBe(a.fd);
    expect(key.events).toBe(7);
    expect(key.data).toBeUndefined();
  });

  test('registering an object again is refused, and the first registration stays', () => {
    const [readFd, writeFd] = pipe();
    const selector = open<number>(Selector);
    const key = selector.register(readFd, EVENT_READ, 1);
    expectError(() => selector.register(readFd, EVENT_WRITE, 2), 'ERR_ALREADY_REGISTERED');
    expect(selector.getKey(readFd)).toBe(key);
    expect([...selector.getMap().values()]).toEqual([key]);
    write(writeFd, 'x');
    expectReady(selector, [[key, EVENT_READ]]);
  });

  test('an object and its number cannot both be registered', () => {
    const [a, b] = socketPair();
    const selector = open(Selector);
    selector.register(a, EVENT_READ);
    selector.register(b.fd, EVENT_READ);
    expectError(() => selector.register(a.fd, EVENT_READ), 'ERR_ALREADY_REGISTERED');
    expectError(() => selector.register(b, EVENT_READ), 'ERR_ALREADY_REGISTERED');
    expect(selector.getMap().size).toBe(2);
  });

  test('two objects that share a descriptor cannot both be registered', () => {
    const [readFd] = pipe();
    const selector = open(Selector);
    const first = { fd: readFd };
    selector.register(first, EVENT_READ);
    expectError(() => selector.register({ fd: readFd }, EVENT_READ), 'ERR_ALREADY_REGISTERED');
    expectError(() => selector.register({ fileno: () => readFd }, EVENT_READ), 'ERR_ALREADY_REGISTERED');
    expect(selector.getKey(readFd).fileObject).toBe(first);
  });

  test('unregister returns the key, once', () => {
    const [readFd, writeFd] = pipe();
    const selector = open(Selector);
    const key = selector.register(readFd, EVENT_READ);
    write(writeFd, 'x');
    expect(selector.unregister(readFd)).toBe(key);
    expectError(() => selector.unregister(readFd), 'ERR_NOT_REGISTERED');
    expectError(() => selector.unregister(999999), 'ERR_NOT_REGISTERED');
    expectIdle(selector);
  });

  test('a descriptor can be registered again after unregister()', () => {
    const [readFd, writeFd] = pipe();
    const selector = open(Selector);
    selector.register(readFd, EVENT_READ);
    selector.unregister(readFd);
    const key = selector.register(readFd, EVENT_READ);
    write(writeFd, 'x');
    expectReady(selector, [[key, EVENT_READ]]);
  });

  test('getKey() names a descriptor that is not registered', () => {
    const selector = open(Selector);
    expect(() => selector.getKey(4711)).toThrow('4711');
    expectError(() => selector.getKey(4711), 'ERR_NOT_REGISTERED');
    const [readFd] = pipe();
    expectError(() => selector.getKey({ fd: readFd }), 'ERR_NOT_REGISTERED');
  });

  test('getKey() finds a key by object, by number and by another object with that number', () => {
    const [a] = socketPair();
    const selector = open(Selector);
    const key = selector.register(a, EVENT_READ);
    expect(selector.getKey(a)).toBe(key);
    expect(selector.getKey(a.fd)).toBe(key);
    expect(selector.getKey({ fd: a.fd })).toBe(key);
  });

  test('a key is frozen, and can be destructured', () => {
    const [readFd] = pipe();
    const data = { count: 0 };
    const key = open<{ count: number }>(Selector).register(readFd, EVENT_READ, data);
    expect(Object.isFrozen(key)).toBe(true);
    expect(() => Object.assign(key, { events: EVENT_WRITE })).toThrow(TypeError);
    const { fd, events } = key;
    expect([fd, events]).toEqual([readFd, EVENT_READ]);
    key.data.count++;
    expect(data.count).toBe(1);
  });

  test('getKey() throws ERR_CLOSED after close()', () => {
    const [readFd] = pipe();
    const selector = open(Selector);
    selector.register(readFd, EVENT_READ);
    selector.close();
    expectError(() => selector.getKey(readFd), 'ERR_CLOSED');
  });

  test('close() can be called twice, and leaves registered descriptors open', () => {
    const [readFd, writeFd] = pipe();
    const selector = open(Selector);
    selector.register(readFd, EVENT_READ);
    expect(selector.closed).toBe(false);
    selector.close();
    selector.close();
    expect(selector.closed).toBe(true);
    expect(write(writeFd, 'x')).toBe(1);
  });

  test('Symbol.dispose closes', () => {
    const selector = open(Selector);
    {
      using scoped = selector;
      expect(scoped.closed).toBe(false);
    }
    expect(selector.closed).toBe(true);
    selector[Symbol.dispose]();
  });

  test('a hundred registrations come and go in any order', () => {
    const selector = open(Selector);
    const pipes = Array.from({ length: 50 }, pipe);
    const keys = new Map(pipes.flat().map((fd) => [fd, selector.register(fd, EVENT_READ)]));
    const removed = pipes.filter((_, i) => i % 3 === 1);
    for (const [readFd] of removed) expect(selector.unregister(readFd)).toBe(keys.get(readFd));
    for (const [, writeFd] of pipes) write(writeFd, 'x');
    const kept = pipes.filter((pair) => !removed.includes(pair)).map(([readFd]) => readFd);
    expect(new Set(selector.select(5000).map(({ key }) => key.fd))).toEqual(new Set(kept));
    expect(selector.getMap().size).toBe(100 - removed.length);
  });

  test('the same descriptor can be registered with several selectors', () => {
    const [readFd, writeFd] = pipe();
    const selectors = [open(Selector), open(Selector)];
    const keys = selectors.map((selector) => selector.register(readFd, EVENT_READ));
    write(writeFd, 'x');
    selectors.forEach((selector, i) => expectReady(selector, [[keys[i], EVENT_READ]]));
    selectors[0].close();
    expectReady(selectors[1], [[keys[1], EVENT_READ]]);
  });

  test('a subclass of a back end is a selector, and the class cannot be called without new', () => {
    // The three classes have the same shape, but TypeScript cannot extend a value of a union type.
    class Counting extends (Selector as typeof SelectSelector)<string> {
      registered = 0;
      override register(...args: Parameters<SelectSelector<string>['register']>) {
        this.registered++;
        return super.register(...args);
      }
    }
    const [readFd, writeFd] = pipe();
    const selector = owned(new Counting());
    const key = selector.register(readFd, EVENT_READ, 'data');
    write(writeFd, 'x');
    expectReady(selector, [[key, EVENT_READ]]);
    expect(selector.registered).toBe(1);
    expect(() => Reflect.apply(Selector, undefined, [])).toThrow(TypeError);
  });
});

test('BaseSelector itself cannot be instantiated', () => {
  expect(() => Reflect.construct(BaseSelector, [])).toThrow(TypeError);
});
