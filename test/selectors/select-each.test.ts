import { EVENT_READ, EVENT_WRITE, type SelectorKey } from 'io-selectors';
import { close, write } from 'io-selectors/fd';
import { describe, expect, test } from 'vitest';
import { pipe, socketPair } from '../support/descriptors.js';
import { expectError, thrownBy } from '../support/errors.js';
import { highPipe } from '../support/high-descriptors.js';
import { backends, expectReady, open } from '../support/selectors.js';

/** Makes readable pipes and returns their read ends. */
function readyPipes(count: number): number[] {
  return Array.from({ length: count }, () => {
    const [readFd, writeFd] = pipe();
    write(writeFd, 'x');
    return readFd;
  });
}

describe.each(backends)('selectEach of %s', (_backend, Selector) => {
  test('calls back with what select() returns, and returns the count', () => {
    const selector = open(Selector);
    for (const fd of readyPipes(3)) selector.register(fd, EVENT_READ);
    const [a] = socketPair();
    selector.register(a, EVENT_READ | EVENT_WRITE);
    const expected = selector.select(5000).map(({ key, events, revents }) => [key, events, revents]);
    const seen: unknown[] = [];
    const count = selector.selectEach((...event) => seen.push(event), 5000);
    expect(count).toBe(4);
    expect(seen).toHaveLength(4);
    expect(seen).toEqual(expect.arrayContaining(expected));
  });

  test('returns 0 after its timeout, never early', () => {
    const selector = open(Selector);
    selector.register(pipe()[0], EVENT_READ);
    const start = performance.now();
    expect(selector.selectEach(() => expect.unreachable(), 20)).toBe(0);
    expect(performance.now() - start).toBeGreaterThanOrEqual(20);
    expect(selector.selectEach(() => expect.unreachable(), 0)).toBe(0);
    expect(selector.selectEach(() => expect.unreachable(), -1)).toBe(0);
  });

  test('waits for ever without a timeout', () => {
    const selector = open(Selector);
    selector.register(readyPipes(1)[0], EVENT_READ);
    expect(selector.selectEach(() => {})).toBe(1);
    expect(selector.selectEach(() => {}, null)).toBe(1);
    expect(selector.selectEach(() => {}, Infinity)).toBe(1);
  });

  test('skips keys that an earlier callback unregistered', () => {
    const fds = readyPipes(5);
    const selector = open(Selector);
    for (const fd of fds) selector.register(fd, EVENT_READ);
    const called: number[] = [];
    const count = selector.selectEach(({ fd }) => {
      called.push(fd);
      for (const other of fds) if (other !== fd) selector.unregister(other);
    }, 5000);
    expect(count).toBe(1);
    expect([...selector.getMap().keys()]).toEqual(called);
  });

  test('skips keys that an earlier callback registered again until the next wait', () => {
    const fds = readyPipes(3);
    const selector = open<string>(Selector);
    for (const fd of fds) selector.register(fd, EVENT_READ, 'old');
    const called: string[] = [];
    const replaceOthers = ({ fd, data }: SelectorKey<string>) => {
      called.push(data);
      for (const other of fds.filter((each) => each !== fd)) {
        selector.unregister(other);
        selector.register(other, EVENT_READ, 'registered anew');
      }
    };
    expect(selector.selectEach(replaceOthers, 5000)).toBe(1);
    expect(selector.selectEach(({ data }) => called.push(data), 5000)).toBe(3);
    expect(called.toSorted()).toEqual(['old', 'old', 'registered anew', 'registered anew']);
  });

  test('calls back with the new key if an earlier callback modified it and it still asks for what is ready', () => {
    const pairs = [socketPair(), socketPair(), socketPair()];
    for (const [, peer] of pairs) peer.send('x');
    const selector = open<string>(Selector);
    for (const [socket] of pairs) selector.register(socket, EVENT_READ, 'old');
    const called: [key: SelectorKey<string>, events: number][] = [];
    const modifyOthers = (key: SelectorKey<string>, events: number) => {
      called.push([key, events]);
      if (called.length > 1) return;
      const [first, second] = pairs.map(([socket]) => socket).filter(({ fd }) => fd !== key.fd);
      selector.modify(first, EVENT_READ | EVENT_WRITE, 'modified');
      selector.modify(second, EVENT_WRITE, 'asks for something else');
    };
    expect(selector.selectEach(modifyOthers, 5000)).toBe(2);
    expect(called.map(([{ data }]) => data)).toEqual(['old', 'modified']);
    const [modified, events] = called[1];
    expect(selector.getKey(modified.fd)).toBe(modified);
    expect(events).toBe(EVENT_READ);
  });

  test('leaves the events after a callback that throws to the next wait', () => {
    const fds = readyPipes(5);
    const selector = open(Selector);
    const options = selector.features.oneShot ? ([{ oneShot: true }, { trigger: 'edge' }] as const) : [];
    fds.forEach((fd, i) => selector.register(fd, EVENT_READ, undefined, options[i]));
    const seen = new Set<number>();
    for (let wait = 0; wait < fds.length; wait++) {
      const error = new Error(`of wait ${wait}`);
      const failOnce = ({ fd }: SelectorKey) => {
        selector.unregister(fd);
        seen.add(fd);
        throw error;
      };
      expect(thrownBy(() => selector.selectEach(failOnce, 5000))).toBe(error);
    }
    expect(seen).toEqual(new Set(fds));
  });

  test('select() reports the key from before if its number is registered again afterwards', () => {
    const [first, second] = readyPipes(2);
    const selector = open(Selector);
    for (const fd of [first, second]) selector.register(fd, EVENT_READ);
    const ready = selector.select(5000);
    selector.unregister(second);
    selector.register(second, EVENT_READ);
    const current = ready.filter(({ key }) => selector.getKey(key.fd) === key);
    expect(ready).toHaveLength(2);
    expect(current.map(({ key }) => key.fd)).toEqual([first]);
  });

  test('does not call back for a closed number that another file has taken', () => {
    const [firstRead, firstWrite] = highPipe();
    const [secondRead, secondWrite] = highPipe();
    const selector = open<string>(Selector);
    for (const [readFd, writeFd] of [[firstRead, firstWrite], [secondRead, secondWrite]]) {
      write(writeFd, 'x');
      selector.register(readFd, EVENT_READ, 'old');
    }
    let calls = 0;
    selector.selectEach((key) => {
      calls++;
      expect(key.data).toBe('old');
      const other = key.fd === firstRead ? secondRead : firstRead;
      selector.unregister(other);
      close(other);
      selector.register(pipe()[0], EVENT_READ, 'new');
    }, 5000);
    expect(calls).toBe(1);
  });

  test('calls back for keys that a callback registers only at the next wait', () => {
    const [first, second] = readyPipes(2);
    const selector = open(Selector);
    selector.register(first, EVENT_READ);
    expect(selector.selectEach(() => selector.register(second, EVENT_READ), 5000)).toBe(1);
    expect(selector.selectEach(() => {}, 5000)).toBe(2);
  });

  test('goes on after a callback that registers very many keys', () => {
    const selector = open(Selector);
    for (const fd of readyPipes(3)) selector.register(fd, EVENT_READ);
    const more = Array.from({ length: 100 }, pipe).flat();
    let called = 0;
    const count = selector.selectEach(() => {
      if (called++ === 0) for (const fd of more) selector.register(fd, EVENT_READ);
    }, 5000);
    expect([count, called]).toEqual([3, 3]);
    expect(selector.getMap().size).toBe(203);
  });

  test('ends the batch when a callback closes the selector', () => {
    const selector = open(Selector);
    for (const fd of readyPipes(3)) selector.register(fd, EVENT_READ);
    expect(selector.selectEach(() => selector.close(), 5000)).toBe(1);
    expect(selector.closed).toBe(true);
    expectError(() => selector.select(0), 'ERR_CLOSED');
  });

  test('passes on the error of a callback, and the selector stays usable', () => {
    const [first, second] = readyPipes(2);
    const selector = open(Selector);
    const keys = [first, second].map((fd) => selector.register(fd, EVENT_READ));
    const failure = new Error('from the callback');
    let called = 0;
    const fail = () => {
      called++;
      throw failure;
    };
    expect(() => selector.selectEach(fail, 5000)).toThrow(failure);
    expect(called).toBe(1);
    expectReady(selector, keys.map((key) => [key, EVENT_READ]));
  });

  test('refuses every wait in its callbacks, and goes on', () => {
    const selector = open(Selector);
    for (const fd of readyPipes(2)) selector.register(fd, EVENT_READ);
    const count = selector.selectEach(() => {
      expectError(() => selector.select(0), 'ERR_BUSY');
      expectError(() => selector.selectEach(() => {}, 0), 'ERR_BUSY');
    }, 5000);
    expect(count).toBe(2);
    expect(selector.select(0)).toHaveLength(2);
  });

  test('lets a callback wait on another selector', () => {
    const [fd] = readyPipes(1);
    const [outer, inner] = [open(Selector), open(Selector)];
    outer.register(fd, EVENT_READ);
    const key = inner.register(fd, EVENT_READ);
    expect(outer.selectEach(() => expectReady(inner, [[key, EVENT_READ]]), 5000)).toBe(1);
  });
});
