import { describe, expect, test } from 'vitest';
import { inChild } from './support/child.js';
import { hasEpoll, hasPoll } from './support/selectors.js';

/** Expressions that a worker evaluates in a loop until it is terminated. */
const CALLS: [name: string, expression: string][] = [
  ['new Socket', 'new socket.Socket()'],
  ['socketPair', 'socket.socketPair()'],
  ['accept', '(connect(), listener.accept())'],
  ['eventfd', 'fd.eventfd()'],
  ['eventfd past 32 bits', 'fd.eventfd(2n ** 40n)'],
  ['timerfd', 'fd.timerfd({ delayMs: 1 })'],
  ['pidfd', 'fd.pidfd(process.pid)'],
  ['signals', "fd.signals(['SIGUSR2']).close()"],
  ['SelectSelector with a waker', 'withWaker(new io.SelectSelector())'],
  ['a wait of a SelectSelector', 'wait(new io.SelectSelector())'],
];
if (hasPoll) CALLS.push(['PollSelector with a waker', 'withWaker(new io.PollSelector())']);
if (hasEpoll) {
  CALLS.push(
    ['Epoll', 'new io.Epoll()'],
    ['EpollSelector with a waker', 'withWaker(new io.EpollSelector())'],
    ['a wait of an EpollSelector', 'wait(new io.EpollSelector())'],
  );
}

describe('a worker that is terminated leaves no descriptor', () => {
  test.each(CALLS)('%s', async (_, expression) => {
    const left = await inChild(expression, async (_, expression) => {
      const { readdirSync } = process.getBuiltinModule('node:fs');
      const { Worker } = process.getBuiltinModule('node:worker_threads');
      const source = `
        const io = require('io-selectors');
        const fd = require('io-selectors/fd');
        const socket = require('io-selectors/socket');
        const listener = new socket.Socket();
        listener.bind({ address: '127.0.0.1', port: 0 });
        listener.listen();
        const connect = () => {
          const client = new socket.Socket();
          client.connect(listener.localAddress());
          client.close();
        };
        const withWaker = (selector) => (selector.waker, selector);
        const wait = (selector) => (void selector.selectAsync(), selector);
        const made = [];
        require('node:worker_threads').parentPort.postMessage('begun');
        for (;;) {
          made.push(${expression});
          // What is open at the end is closed with the thread.
          if (made.length > 50) for (const one of made.splice(0, 50).flat()) (one?.socket ?? one)?.close();
        }
      `;
      const round = (delayMs: number) =>
        new Promise<void>((resolve, reject) => {
          const worker = new Worker(source, { eval: true, execArgv: [] });
          worker.on('error', reject).on('exit', () => resolve());
          worker.on('message', () => setTimeout(() => void worker.terminate(), delayMs));
        });
      await round(0);
      const count = () => readdirSync('/proc/self/fd').length;
      const before = count();
      for (let i = 0; i < 6; i++) await Promise.all([round(i % 4), round(i % 3)]);
      return count() - before;
    });
    expect(left).toBe(0);
  });
});
