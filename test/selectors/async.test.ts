import { setTimeout as delay } from 'node:timers/promises';
import { EVENT_PRIORITY, EVENT_READ, EVENT_WRITE, POLLIN } from 'io-selectors';
import { close, write } from 'io-selectors/fd';
import { Socket } from 'io-selectors/socket';
import { describe, expect, onTestFinished, test } from 'vitest';
import { elapsed, follow, idle, keysOf } from '../support/async.js';
import { fileOf, fill, owned, pipe, socketPair, tcpListener } from '../support/descriptors.js';
import { expectError } from '../support/errors.js';
import { highPipe } from '../support/high-descriptors.js';
import { backends, expectReady, open } from '../support/selectors.js';
import { openDescriptors } from '../support/witness.js';

describe.each(backends)('selectAsync of %s', (backend, Selector) => {
  test('resolves with what becomes ready, and the event loop turns meanwhile', async () => {
    const { selector, key, writeFd } = idle(Selector);
    let ticks = 0;
    const interval = setInterval(() => {
      if (++ticks === 3) write(writeFd, 'x');
    }, 1);
    onTestFinished(() => clearInterval(interval));
    const ready = await selector.selectAsync();
    expect(ready).toEqual([{ key, events: EVENT_READ, revents: backend === 'select' ? 0 : POLLIN }]);
    expect(ready[0].key).toBe(key);
    expect(ticks).toBeGreaterThanOrEqual(3);
  });

  test('resolves with what was ready before', async () => {
    const { selector, key, writeFd } = idle(Selector);
    write(writeFd, 'x');
    expect(keysOf(await selector.selectAsync())).toEqual([key]);
    expect(keysOf(await selector.selectAsync())).toEqual([key]);
    expectReady(selector, [[key, EVENT_READ]]);
  });

  test('is settled in a later turn of the event loop, even if something is ready or the timeout is 0', async () => {
    for (const timeoutMs of [0, null]) {
      const { selector, writeFd } = idle(Selector);
      write(writeFd, 'x');
      const promise = selector.selectAsync({ timeoutMs });
      const wait = follow(promise);
      for (let i = 0; i < 100; i++) await Promise.resolve();
      expect(wait.settled).toBe(false);
      expect(await promise).toHaveLength(1);
    }
  });

  test('reports each descriptor once, with all its bits', async () => {
    const selector = open(Selector);
    const [a, b] = socketPair();
    const key = selector.register(a, EVENT_READ | EVENT_WRITE);
    b.send('x');
    const ready = await selector.selectAsync();
    expect(ready.map((event) => [event.key, event.events])).toEqual([[key, EVENT_READ | EVENT_WRITE]]);
  });

  test('does not end early with an end of file that was not asked for', async () => {
    const selector = open(Selector);
    const [readFd, writeFd] = highPipe();
    // poll and epoll report a hang-up unasked, and it is no priority event.
    selector.register(readFd, EVENT_PRIORITY);
    close(writeFd);
    for (let i = 0; i < 2; i++) {
      const { result, elapsedMs } = await elapsed(() => selector.selectAsync({ timeoutMs: 30 }));
      expect(result).toEqual([]);
      expect(elapsedMs).toBeGreaterThanOrEqual(30);
    }
  });

  test('a listener that was unregistered before the wait is not reported by a wake-up', async () => {
    const selector = open(Selector);
    const { listener, port } = tcpListener();
    const key = selector.register(listener, EVENT_READ);
    owned(new Socket()).connect({ address: '127.0.0.1', port });
    expectReady(selector, [[key, EVENT_READ]]);
    selector.unregister(listener);
    const promise = selector.selectAsync();
    setTimeout(() => selector.waker.wake(), 5);
    expect(await promise).toEqual([]);
  });

  test('close() during a wait resolves it without events', async () => {
    const { selector, writeFd } = idle(Selector);
    const promise = selector.selectAsync();
    await delay(5);
    write(writeFd, 'x');
    selector.close();
    expect(await promise).toEqual([]);
    expect(selector.closed).toBe(true);
    await expect(selector.selectAsync()).rejects.toMatchObject({ code: 'ERR_CLOSED' });
  });

  test('close() in the turn in which a wait begins resolves it without events', async () => {
    const { selector } = idle(Selector);
    const promise = selector.selectAsync({ timeoutMs: 1e6 });
    selector.close();
    expect(await promise).toEqual([]);
  });

  test('Symbol.dispose closes the selector and ends a wait', async () => {
    const { selector } = idle(Selector);
    const promise = selector.selectAsync();
    selector[Symbol.dispose]();
    expect(await promise).toEqual([]);
    expect(selector.closed).toBe(true);
  });

  test('close() ends a wait of readers and writers, whose descriptors stay open', async () => {
    const selector = open(Selector);
    const [a] = socketPair();
    const [b] = socketPair();
    fill(a.fd);
    selector.register(a, EVENT_WRITE);
    selector.register(b, EVENT_READ);
    const map = selector.getMap();
    const promise = selector.selectAsync();
    selector.close();
    expect(await promise).toEqual([]);
    expect(map.size).toBe(0);
    expect(openDescriptors().has(a.fd) && openDescriptors().has(b.fd)).toBe(true);
  });

  test('a wake-up before a wait ends it at once, ten times', async () => {
    const { selector } = idle(Selector);
    for (let i = 0; i < 10; i++) {
      selector.wakeup();
      expect(await selector.selectAsync()).toEqual([]);
    }
  });

  test('several wake-ups count as one', async () => {
    const { selector } = idle(Selector);
    for (let i = 0; i < 3; i++) selector.wakeup();
    expect(await selector.selectAsync()).toEqual([]);
    expect((await elapsed(() => selector.selectAsync({ timeoutMs: 20 }))).elapsedMs).toBeGreaterThanOrEqual(20);
    const promise = selector.selectAsync();
    for (let i = 0; i < 3; i++) selector.wakeup();
    expect(await promise).toEqual([]);
    expect((await elapsed(() => selector.selectAsync({ timeoutMs: 20 }))).elapsedMs).toBeGreaterThanOrEqual(20);
  });

  test('a wait that a wake-up ends reports what is ready', async () => {
    const { selector, key, writeFd } = idle(Selector);
    const promise = selector.selectAsync();
    write(writeFd, 'x');
    selector.wakeup();
    expect(keysOf(await promise)).toEqual([key]);
    expect(keysOf(await selector.selectAsync({ timeoutMs: 1e6 }))).toEqual([key]);
  });

  test('a wake-up during a wait that is aborted ends the next wait', async () => {
    const { selector } = idle(Selector);
    const controller = new AbortController();
    const promise = selector.selectAsync({ signal: controller.signal });
    selector.wakeup();
    controller.abort();
    await expect(promise).rejects.toBe(controller.signal.reason);
    expect(await selector.selectAsync()).toEqual([]);
  });

  test('a waker that is first used during a wait ends the wait', async () => {
    const { selector } = idle(Selector);
    const promise = selector.selectAsync();
    await delay(5);
    selector.waker.wake();
    expect(await promise).toEqual([]);
  });

  test('a waker whose counter is full can be woken', async () => {
    const { selector } = idle(Selector);
    const { waker } = selector;
    expect(write(waker.fd, new Uint8Array(BigUint64Array.of(2n ** 64n - 2n).buffer))).toBe(8);
    for (let i = 0; i < 1000; i++) waker.wake();
    expect(await selector.selectAsync()).toEqual([]);
    expect((await elapsed(() => selector.selectAsync({ timeoutMs: 20 }))).elapsedMs).toBeGreaterThanOrEqual(20);
  });

  test('64 sockets that are closed before the event loop turns are not reported', async () => {
    const selector = open(Selector);
    const sockets = Array.from({ length: 32 }, () => socketPair()).flat();
    for (const socket of sockets) selector.register(socket, EVENT_READ | EVENT_WRITE);
    const files = sockets.map(({ fd }) => fileOf(fd));
    const numbers = sockets.map(({ fd }) => fd);
    const { result, elapsedMs } = await elapsed(() => {
      const promise = selector.selectAsync({ timeoutMs: 30 });
      for (const socket of sockets) {
        selector.unregister(socket);
        socket.close();
      }
      return promise;
    });
    expect(result).toEqual([]);
    expect(elapsedMs).toBeGreaterThanOrEqual(30);
    expect(numbers.filter((number, i) => fileOf(number) === files[i])).toEqual([]);
  });

  test('one wait at a time: another is refused until the first has ended', async () => {
    const { selector, key, writeFd } = idle(Selector);
    const first = selector.selectAsync();
    await expect(selector.selectAsync()).rejects.toMatchObject({ code: 'ERR_BUSY' });
    await expect(selector.selectAsync({ timeoutMs: 0 })).rejects.toMatchObject({ code: 'ERR_BUSY' });
    expectError(() => selector.select(0), 'ERR_BUSY');
    expectError(() => selector.selectEach(() => {}, 0), 'ERR_BUSY');
    write(writeFd, 'x');
    expect(keysOf(await first)).toEqual([key]);
    expect(keysOf(await selector.selectAsync())).toEqual([key]);
    expectReady(selector, [[key, EVENT_READ]]);
  });

  test('selectAsync is refused in a callback of selectEach', async () => {
    const { selector, writeFd } = idle(Selector);
    write(writeFd, 'x');
    let inner: Promise<unknown> = Promise.resolve();
    selector.selectEach(() => {
      inner = selector.selectAsync();
      inner.catch(() => {});
    });
    await expect(inner).rejects.toMatchObject({ code: 'ERR_BUSY' });
    expect(await selector.selectAsync()).toHaveLength(1);
  });

  test('a wait on a descriptor that was closed behind its back can be aborted, woken and closed', async () => {
    const { selector } = idle(Selector);
    const [readFd] = highPipe();
    selector.register(readFd, EVENT_READ);
    const controller = new AbortController();
    const aborted = selector.selectAsync({ signal: controller.signal });
    await delay(5);
    close(readFd);
    controller.abort();
    await expect(aborted).rejects.toBe(controller.signal.reason);
    const woken = selector.selectAsync();
    selector.wakeup();
    await woken.catch(() => {});
    selector.unregister(readFd);
    const closed = selector.selectAsync();
    selector.close();
    expect(await closed).toEqual([]);
  });

  test('an event that comes after a wait without events is for the next wait', async () => {
    const selector = open(Selector);
    expect(await selector.selectAsync({ timeoutMs: 1 })).toEqual([]);
    const [readFd, writeFd] = pipe();
    const key = selector.register(readFd, EVENT_READ);
    expect(await selector.selectAsync({ timeoutMs: 1 })).toEqual([]);
    write(writeFd, 'x');
    expect(keysOf(await selector.selectAsync({ timeoutMs: 1 }))).toEqual([key]);
  });
});
