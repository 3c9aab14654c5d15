import { expect, test } from 'vitest';
import { has } from '../support/capability.js';
import { startNode } from '../support/processes.js';

/** The main thread gives workers numbers from here on, which nothing else takes. */
const HIGH = 10_000;

/** What the workers do in a loop. `high` are two descriptors of one file: a readable eventfd or, without it, a pipe. */
const LOOPS = {
  socket: 'new Socket().close();',
  socketPair: 'for (const socket of socketPair()) socket.close();',
  accept: `
    const client = new Socket();
    client.connect(address);
    listener.accept()?.socket.close();
    client.close();`,
  signals: "signals(['SIGUSR2']).close();",
  'new Waker()': 'new Waker(high[0]).close(); dup2(high[1], high[0]);',
  'a selector of each kind': `
    for (const Selector of Selectors) {
      const selector = new Selector();
      selector.waker.wake();
      selector.close();
    }`,
  'selectAsync() of each kind': `
    for (const Selector of Selectors) {
      const selector = new Selector();
      selector.waker;
      selector.selectAsync({ timeoutMs: 1 });
      selector.selectAsync().catch(() => {});
      selector.close();
    }`,
  'forgotten objects': `
    new Socket();
    socketPair();
    for (const Selector of Selectors) new Selector().waker;`,
  ...(has.eventfd && {
    eventfd: 'eventfd().close();',
    'eventfd past 32 bits': 'eventfd(2n ** 40n).close();',
    'forgotten eventfds': 'eventfd();',
  }),
  ...(has.timerfd && {
    timerfd: 'timerfd({ delayMs: 1 }).close();',
    'forgotten timerfds': 'timerfd({ delayMs: 0 });',
  }),
  ...(has.pidfd && { pidfd: 'pidfd(process.pid).close();' }),
  ...(has.epoll && {
    Epoll: 'new io.Epoll().close();',
    'Epoll.fromFd()': 'io.Epoll.fromFd(epolls[0]).close(); dup2(epolls[1], epolls[0]);',
    'a rebuild after stale entries': `
      const selector = new io.EpollSelector();
      selector.register(high[0], io.EVENT_READ);
      close(high[0]);
      selector.unregister(high[0]);
      for (let i = 0; i < 4; i++) selector.select(0);
      selector.close();
      dup2(high[1], high[0]);`,
  }),
};


function worker(loop: string): string {
  return `
    const { parentPort, workerData: { high, epolls } } = require('node:worker_threads');
    const io = require('io-selectors');
    const { Waker } = io;
    const { Socket, socketPair } = require('io-selectors/socket');
    const { close, dup2, eventfd, pidfd, signals, timerfd } = require('io-selectors/fd');
    const classes = { select: io.SelectSelector, poll: io.PollSelector, epoll: io.EpollSelector };
    const Selectors = io.availableBackends().map((backend) => classes[backend]);
    const listener = new Socket();
    listener.bind({ address: '127.0.0.1', port: 0 });
    listener.listen();
    const address = listener.localAddress();
    parentPort.postMessage('started');
    (async () => {
      for (;;) {
        for (let i = 0; i < 20; i++) { ${loop} }
        // libuv frees closed handles when the loop turns.
        await new Promise(setImmediate);
      }
    })();
  `;
}

test.runIf(has.dup2)('workers that are terminated at any point of a call leave no descriptor behind', async () => {
  const source = `
    import { readdirSync, readlinkSync } from 'node:fs';
    import { Worker } from 'node:worker_threads';
    import * as io from 'io-selectors';
    import { close, dup2, eventfd, pipe } from 'io-selectors/fd';
    const loops = ${JSON.stringify(Object.entries(LOOPS).map(([name, loop]) => [name, worker(loop)]))};
    const readable = ${has.eventfd ? 'eventfd(1)' : '{ fd: pipe()[1] }'};
    const epoll = ${has.epoll ? 'new io.Epoll()' : 'readable'};
    let next = ${HIGH};
    const open = () => {
      const found = [];
      for (const name of readdirSync('/proc/self/fd')) {
        if (Number(name) >= ${HIGH}) continue;
        try {
          const link = readlinkSync('/proc/self/fd/' + name);
          // Regular files do not count: the C library may open one for a moment in any thread.
          if (/^(socket|pipe|anon_inode):/.test(link)) found.push(name + ' ' + link);
        } catch {}
      }
      return found;
    };
    const run = (source, delayMs) => new Promise((resolve, reject) => {
      const high = [dup2(readable.fd, next++), dup2(readable.fd, next++)];
      const epolls = [dup2(epoll.fd, next++), dup2(epoll.fd, next++)];
      const worker = new Worker(source, { eval: true, execArgv: [], workerData: { high, epolls } });
      worker.on('error', reject).on('exit', () => {
        for (const number of [...high, ...epolls]) {
          try {
            close(number);
          } catch {
            // Its owner has closed it.
          }
        }
        resolve();
      });
      worker.on('message', () => setTimeout(() => worker.terminate(), delayMs));
    });
    // The first worker of a process opens descriptors that stay open.
    await run(loops[0][1], 0);
    const before = open();
    const started = performance.now();
    const left = {};
    let count = 0;
    // At least two rounds, however slow the machine is.
    for (let round = 0; round < 2 || (round < 8 && performance.now() - started < 3000); round++) {
      for (const [name, source] of loops) {
        await Promise.all([0, 1, 2].map(() => run(source, Math.random() * 8)));
        count += 3;
        const leaked = open().filter((each) => !before.includes(each));
        if (leaked.length > 0) left[name] = leaked;
        before.push(...leaked);
      }
    }
    console.log(JSON.stringify({ count, left }));
  `;
  const { code, signal, stdout, stderr } = await startNode(source).ended;
  expect({ code, signal, stderr }).toEqual({ code: 0, signal: null, stderr: '' });
  const { count, left } = JSON.parse(stdout);
  expect(left).toEqual({});
  expect(count).toBeGreaterThanOrEqual(2 * 3 * Object.keys(LOOPS).length);
}, 180_000);
