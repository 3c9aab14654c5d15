import { EpollEventList, EPOLLIN } from 'io-selectors';
import { write } from 'io-selectors/fd';
import { describe, expect, test } from 'vitest';
import { has } from '../support/capability.js';
import { pipe } from '../support/descriptors.js';
import { expectError, thrownBy } from '../support/errors.js';
import { startNode } from '../support/processes.js';
import { openEpoll } from './epoll.js';

/** Counts the garbage collections in two loops, one of which allocates. */
const COLLECTIONS = `
import { PerformanceObserver } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { Epoll, EpollEventList, EPOLLIN } from 'io-selectors';
import { eventfd } from 'io-selectors/fd';

const entries = [];
new PerformanceObserver((list) => entries.push(...list.getEntries())).observe({ entryTypes: ['gc'] });
const epoll = new Epoll();
const list = new EpollEventList(4);
const event = eventfd(1);
epoll.register(event, EPOLLIN);

let sum = 0;
function fill(rounds) {
  for (let i = 0; i < rounds; i++) {
    if (epoll.waitInto(list, 0.5) === 1) sum += list.fd(0) + list.events(0);
  }
}
function make(rounds) {
  for (let i = 0; i < rounds; i++) sum += epoll.wait(0.5)[0].fd;
}
async function collections(loop) {
  loop(20_000);
  gc();
  const since = performance.now();
  loop(100_000);
  const until = performance.now();
  // Entries come late and in order: the one of this collection is the last.
  gc();
  while (!entries.some(({ startTime }) => startTime > until)) await delay(1);
  return entries.filter(({ startTime }) => startTime >= since && startTime <= until).length;
}
const result = [await collections(fill), await collections(make), sum / (event.fd + EPOLLIN)];
console.log(JSON.stringify(result.slice(0, 2)));
`;

describe.runIf(has.epoll)('an event list', () => {
  test('holds the mask and the 64 bits of data of every event', () => {
    const epoll = openEpoll();
    const list = new EpollEventList(8);
    const data = [0n, 1n, 2n ** 31n, 2n ** 32n - 1n, 2n ** 32n, 0x0123_4567_89ab_cdefn, 2n ** 63n, 2n ** 64n - 1n];
    for (const value of data) {
      const [readFd, writeFd] = pipe();
      write(writeFd, 'x');
      epoll.register(readFd, EPOLLIN, value);
    }
    expect(epoll.waitInto(list, 0)).toBe(data.length);
    const indices = data.keys();
    const found = [...indices].map((i) => ({ data: list.data(i), fd: list.fd(i), events: list.events(i) }));
    expect(new Set(found.map((event) => event.data))).toEqual(new Set(data));
    for (const event of found) {
      expect(event.fd).toBe(Number(event.data & 0xffff_ffffn));
      expect(event.events).toBe(EPOLLIN);
    }
  });

  test('has the capacity that it was made with, and the length of the last wait', () => {
    const epoll = openEpoll();
    const list = new EpollEventList(2);
    expect(list).toMatchObject({ capacity: 2, length: 0 });
    const pipes = Array.from({ length: 3 }, pipe);
    for (const [readFd, writeFd] of pipes) {
      epoll.register(readFd, EPOLLIN);
      write(writeFd, 'x');
    }
    expect(epoll.waitInto(list, 0)).toBe(2);
    expect(list).toMatchObject({ capacity: 2, length: 2 });
    for (const [readFd] of pipes) epoll.unregister(readFd);
    expect(epoll.waitInto(list, 0)).toBe(0);
    expect(list.length).toBe(0);
  });

  test('is unchanged after a wait that throws', () => {
    const epoll = openEpoll();
    const list = new EpollEventList(2);
    const [readFd, writeFd] = pipe();
    write(writeFd, 'x');
    epoll.register(readFd, EPOLLIN);
    expect(epoll.waitInto(list, 0)).toBe(1);
    expectError(() => epoll.waitInto(list, NaN), 'ERR_OUT_OF_RANGE');
    expect(list.length).toBe(1);
    epoll.close();
    expectError(() => epoll.waitInto(list, 0), 'ERR_CLOSED');
    expect(list.length).toBe(1);
  });

  test('can be used with one instance after another', () => {
    const list = new EpollEventList(2);
    for (const data of [7n, 8n]) {
      const epoll = openEpoll();
      const [readFd, writeFd] = pipe();
      write(writeFd, 'x');
      epoll.register(readFd, EPOLLIN, data);
      expect(epoll.waitInto(list, 0)).toBe(1);
      expect(list.data(0)).toBe(data);
    }
  });

  test.each<[unknown, string]>([
    [1, 'ERR_OUT_OF_RANGE'],
    [2, 'ERR_OUT_OF_RANGE'],
    [-1, 'ERR_OUT_OF_RANGE'],
    [0.5, 'ERR_OUT_OF_RANGE'],
    [NaN, 'ERR_OUT_OF_RANGE'],
    [2 ** 32, 'ERR_OUT_OF_RANGE'],
    ['0', 'ERR_INVALID_ARG_TYPE'],
    [0n, 'ERR_INVALID_ARG_TYPE'],
    [null, 'ERR_INVALID_ARG_TYPE'],
    [undefined, 'ERR_INVALID_ARG_TYPE'],
  ])('has no event %o when it holds one event', (i, code) => {
    const epoll = openEpoll();
    const list = new EpollEventList(4);
    const [readFd, writeFd] = pipe();
    write(writeFd, 'x');
    epoll.register(readFd, EPOLLIN);
    epoll.waitInto(list, 0);
    for (const method of ['fd', 'events', 'data'] as const) expectError(() => list[method](i as never), code);
    expect(list.fd(0)).toBe(readFd);
  });

  test.each([null, undefined, {}, [], 4, new Uint32Array(12)])('is not %o', (list) => {
    const epoll = openEpoll();
    expectError(() => epoll.waitInto(list as never, 0), 'ERR_INVALID_ARG_TYPE', { type: TypeError });
  });

  test('throws a TypeError for its methods on another object', () => {
    for (const name of ['fd', 'events', 'data']) {
      const method: unknown = Reflect.get(EpollEventList.prototype, name);
      if (typeof method !== 'function') throw new Error(`no method ${name}`);
      for (const self of [undefined, {}, EpollEventList.prototype]) {
        expect(thrownBy(() => Reflect.apply(method, self, [0]))).toBeInstanceOf(TypeError);
      }
    }
    expect(thrownBy(() => Reflect.get(EpollEventList.prototype, 'length'))).toBeInstanceOf(TypeError);
  });

  test('is filled without allocating anything', async () => {
    const options = ['--expose-gc', '--max-semi-space-size=1'];
    const { code, stdout, stderr } = await startNode(COLLECTIONS, {}, options).ended;
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const [filling, making]: number[] = JSON.parse(stdout);
    expect(filling).toBe(0);
    // As many waits that allocate show that a collection would have been counted.
    expect(making).toBeGreaterThan(2);
  });
});
