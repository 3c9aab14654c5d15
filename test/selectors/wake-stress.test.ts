import { describe, expect, test } from 'vitest';
import { backends } from '../support/selectors.js';
import { inThread } from '../support/threads.js';

// No wait has a timeout: if one wake-up is lost, the test hangs.

const MODES: [mode: string, other: string, rounds: number][] = [
  ['sync', 'sync', 10_000],
  ['async', 'sync', 2000],
  ['async', 'async', 2000],
];

describe.each(backends)('ping-pong of two threads that wake each other, with %s', (backend) => {
  test.each(MODES)('never stops, %s and %s', async (first, second, rounds) => {
    // A counter that tells whose turn it is, followed by the two shared wakers.
    const shared = new Int32Array(new SharedArrayBuffer(12));
    const start = async (index: number, mode: string) =>
      inThread({ backend, shared, rounds, index, mode }, async (io, { backend, shared, rounds, index, mode }) => {
        const Selector = { select: io.SelectSelector, poll: io.PollSelector, epoll: io.EpollSelector }[backend];
        const selector = new Selector();
        Atomics.store(shared, 1 + index, selector.waker.share());
        Atomics.notify(shared, 1 + index);
        Atomics.wait(shared, 2 - index, 0);
        const peer = new io.Waker(Atomics.load(shared, 2 - index));
        let waits = 0;
        for (let turn = index; turn < 2 * rounds; turn += 2) {
          while (Atomics.load(shared, 0) !== turn) {
            const ready = mode === 'sync' ? selector.select(null) : await selector.selectAsync();
            if (ready.length > 0) throw new Error('something is ready');
            waits++;
          }
          Atomics.store(shared, 0, turn + 1);
          peer.wake();
        }
        selector.close();
        peer.close();
        return waits;
      });
    const threads = await Promise.all([start(0, first), start(1, second)]);
    const waits = await Promise.all(threads.map(({ result }) => result));
    expect(shared[0]).toBe(2 * rounds);
    // A wake-up ends at most one wait.
    for (const count of waits) expect(count).toBeLessThanOrEqual(rounds);
  });
});

test('three threads, two of them asynchronous, lose no wake-up while they register and unregister', async () => {
  const names = backends.map(([name]) => name);
  const tickets = 500;
  const size = 3 * names.length;
  // A ticket counter for each selector, followed by its wakers, one for each thread.
  const counters = new Int32Array(new SharedArrayBuffer(4 * size));
  const wakers = new Int32Array(new SharedArrayBuffer(4 * size * 3));
  const start = async (index: number) =>
    inThread({ names, tickets, counters, wakers, index }, async (io, { names, tickets, counters, wakers, index }) => {
      const classes = { select: io.SelectSelector, poll: io.PollSelector, epoll: io.EpollSelector };
      const own = names.map((name, i) => {
        const selector = new classes[name]();
        const id = index * names.length + i;
        for (let thread = 0; thread < 3; thread++) {
          if (thread === index) continue;
          Atomics.store(wakers, id * 3 + thread, selector.waker.share());
          Atomics.notify(wakers, id * 3 + thread);
        }
        return { id, selector };
      });
      const peers = Array.from(counters, (_, id) => id)
        .filter((id) => !own.some((one) => one.id === id))
        .map((id) => {
          Atomics.wait(wakers, id * 3 + index, 0);
          return { id, waker: new io.Waker(Atomics.load(wakers, id * 3 + index)), left: tickets };
        });
      const [readFd, writeFd] = io.socket.socketPair().map((end) => end.detach());
      io.fd.write(writeFd, 'x');
      const issue = () => {
        for (const peer of peers) {
          if (peer.left === 0) continue;
          peer.left--;
          Atomics.add(counters, peer.id, 1);
          peer.waker.wake();
        }
      };
      /** The tickets of the two other threads. */
      const total = 2 * tickets;
      let waits = 0;
      if (index === 0) {
        for (const { id, selector } of own) {
          while (Atomics.load(counters, id) < total) {
            selector.select(null);
            issue();
            if (waits++ % 3 > 0) continue;
            selector.register(readFd, io.EVENT_READ);
            selector.selectEach(() => {});
            selector.unregister(readFd);
          }
        }
        for (let i = 0; i < tickets; i++) issue();
      } else {
        const listening = own.map(async ({ id, selector }) => {
          while (Atomics.load(counters, id) < total) {
            await selector.selectAsync();
            waits++;
          }
        });
        for (let i = 0; i < tickets; i++) {
          issue();
          await new Promise(setImmediate);
          for (const { selector } of own) {
            if (i % 4 === 0) selector.register(readFd, io.EVENT_READ);
            else if (i % 4 === 2) selector.unregister(readFd);
          }
        }
        await Promise.all(listening);
      }
      const seen = own.map(({ id }) => Atomics.load(counters, id));
      for (const { selector } of own) selector.close();
      for (const { waker } of peers) waker.close();
      io.fd.close(readFd);
      io.fd.close(writeFd);
      return seen;
    });
  const threads = await Promise.all([start(0), start(1), start(2)]);
  const seen = await Promise.all(threads.map(({ result }) => result));
  expect(seen).toEqual(Array.from({ length: 3 }, () => names.map(() => 2 * tickets)));
});
