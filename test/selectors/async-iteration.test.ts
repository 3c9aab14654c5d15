import { EVENT_READ } from 'io-selectors';
import { read, write } from 'io-selectors/fd';
import { describe, expect, test } from 'vitest';
import { follow, idle, keysOf, turns } from '../support/async.js';
import { pipe } from '../support/descriptors.js';
import { backends, expectReady, open } from '../support/selectors.js';

const byte = new Uint8Array(1);

describe.each(backends)('for await over %s', (_backend, Selector) => {
  test('yields batches until its body closes the selector', async () => {
    const { selector, key, readFd, writeFd } = idle(Selector);
    const batches = [];
    setTimeout(() => write(writeFd, 'abc'), 5);
    for await (const batch of selector) {
      batches.push(keysOf(batch));
      read(readFd, byte);
      if (batches.length === 3) selector.close();
    }
    expect(batches).toEqual([[key], [key], [key]]);
  });

  test('ends without an empty batch when the selector is closed from outside', async () => {
    const { selector } = idle(Selector);
    setTimeout(() => selector.close(), 5);
    const batches = [];
    for await (const batch of selector) batches.push(batch);
    expect(batches).toEqual([]);
    expect(selector.closed).toBe(true);
  });

  test('yields an empty batch after a wake-up', async () => {
    const { selector, key, writeFd } = idle(Selector);
    const sizes = [];
    setTimeout(() => selector.wakeup(), 5);
    for await (const batch of selector) {
      sizes.push(batch.length);
      if (batch.length > 0) break;
      write(writeFd, 'x');
    }
    expect(sizes).toEqual([0, 1]);
    expectReady(selector, [[key, EVENT_READ]]);
  });

  test('a break leaves the selector open and free for another wait', async () => {
    const { selector, key, writeFd } = idle(Selector);
    write(writeFd, 'x');
    for await (const batch of selector) {
      expect(keysOf(batch)).toEqual([key]);
      break;
    }
    expect(selector.closed).toBe(false);
    for await (const batch of selector) {
      expect(keysOf(batch)).toEqual([key]);
      break;
    }
    expectReady(selector, [[key, EVENT_READ]]);
  });

  test('an error thrown in its body is passed on, and leaves the selector open', async () => {
    const { selector, key, writeFd } = idle(Selector);
    write(writeFd, 'x');
    const error = new Error('body');
    const loop = async () => {
      for await (const _batch of selector) throw error;
    };
    await expect(loop()).rejects.toBe(error);
    expect(keysOf(await selector.selectAsync())).toEqual([key]);
  });

  test('a descriptor that its body registers is watched', async () => {
    const { selector, key, readFd, writeFd } = idle(Selector);
    const [otherFd, otherWriteFd] = pipe();
    write(writeFd, 'x');
    const keys = [];
    for await (const batch of selector) {
      keys.push(...keysOf(batch));
      if (keys.length > 1) break;
      read(readFd, byte);
      selector.register(otherFd, EVENT_READ);
      setTimeout(() => write(otherWriteFd, 'x'), 1);
    }
    expect(keys).toEqual([key, selector.getKey(otherFd)]);
  });

  test('return() of the iterator ends it, and leaves the selector open', async () => {
    const { selector, key, writeFd } = idle(Selector);
    write(writeFd, 'x');
    const iterator = selector[Symbol.asyncIterator]();
    const { value, done } = await iterator.next();
    expect([keysOf(value ?? []), done]).toEqual([[key], false]);
    expect(await iterator.return?.(undefined)).toEqual({ value: undefined, done: true });
    expect(await iterator.next()).toEqual({ value: undefined, done: true });
    expect(keysOf(await selector.selectAsync())).toEqual([key]);
  });

  test('waits only when the next batch is asked for', async () => {
    const { selector, key, writeFd } = idle(Selector);
    write(writeFd, 'x');
    const iterator = selector[Symbol.asyncIterator]();
    expectReady(selector, [[key, EVENT_READ]]);
    await iterator.next();
    expectReady(selector, [[key, EVENT_READ]]);
  });

  test('two iterators cannot wait at once', async () => {
    const { selector, key, writeFd } = idle(Selector);
    const first = selector[Symbol.asyncIterator]().next();
    await expect(selector[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'ERR_BUSY' });
    await expect(selector.selectAsync()).rejects.toMatchObject({ code: 'ERR_BUSY' });
    write(writeFd, 'x');
    expect(keysOf((await first).value ?? [])).toEqual([key]);
  });

  test('two iterators may take turns', async () => {
    const { selector, key, writeFd } = idle(Selector);
    write(writeFd, 'x');
    const iterators = [selector[Symbol.asyncIterator](), selector[Symbol.asyncIterator]()];
    for (const iterator of [...iterators, ...iterators]) {
      expect(keysOf((await iterator.next()).value ?? [])).toEqual([key]);
    }
  });

  test('a batch that is asked for early comes after the pending one', async () => {
    const { selector, key, readFd, writeFd } = idle(Selector);
    const iterator = selector[Symbol.asyncIterator]();
    const first = iterator.next();
    const second = iterator.next();
    const later = follow(second);
    write(writeFd, 'x');
    expect(keysOf((await first).value ?? [])).toEqual([key]);
    read(readFd, byte);
    await turns(10);
    expect(later.settled).toBe(false);
    selector.close();
    expect(await second).toEqual({ value: undefined, done: true });
  });

  test('a wait that fails throws its error and ends the iteration', async () => {
    const { selector, writeFd } = idle(Selector);
    write(writeFd, 'x');
    const iterator = selector[Symbol.asyncIterator]();
    const waiting = selector.selectAsync();
    await expect(iterator.next()).rejects.toMatchObject({ code: 'ERR_BUSY' });
    await waiting;
    expect(await iterator.next()).toEqual({ value: undefined, done: true });
  });

  test('an empty selector can be iterated', async () => {
    const selector = open(Selector);
    const next = selector[Symbol.asyncIterator]().next();
    selector.wakeup();
    expect(await next).toEqual({ value: [], done: false });
  });
});
