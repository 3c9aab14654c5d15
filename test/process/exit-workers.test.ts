import { describe, expect, test } from 'vitest';
import { startNode } from '../support/processes.js';
import { backends } from '../support/selectors.js';

/** A worker that leaves behind everything it can, and ends in the way it is told. */
const WAITING = `
  const { parentPort, workerData: { name, end } } = require('node:worker_threads');
  const io = require('io-selectors');
  const { socketPair } = require('io-selectors/socket');
  const Selector = { select: io.SelectSelector, poll: io.PollSelector, epoll: io.EpollSelector }[name];
  const selectors = Array.from({ length: 3 }, () => new Selector());
  globalThis.pairs = selectors.map((selector) => {
    const pair = socketPair();
    selector.register(pair[0], io.EVENT_READ);
    return pair;
  });
  const abort = new AbortController();
  for (const selector of selectors) {
    globalThis.waker = new io.Waker(selector.waker.share());
    selector.selectAsync({ signal: abort.signal, timeoutMs: 1e6 });
  }
  // One selector is closed, and one is garbage.
  const closed = new Selector();
  closed.waker.wake();
  closed.close();
  new Selector().waker.wake();
  // One has completed a wait before.
  selectors[0].wakeup();
  setImmediate(() => {
    selectors[0].selectAsync().catch(() => {});
    parentPort.postMessage('waiting');
    if (end === 'process.exit()') process.exit(3);
    else if (end === 'throw') throw new Error('the end');
    else if (end === 'end') for (const selector of selectors) selector.unref();
  });
`;

const ENDS = { terminate: 1, 'process.exit()': 3, throw: 1, end: 0 };

describe.each(backends)('workers that end with waits of %s in progress', (backend) => {
  test('leave no descriptor and no thread behind, however they end', async () => {
    const { stdout, stderr, code, signal } = await startNode(`
      import { Worker } from 'node:worker_threads';
      import 'io-selectors';
      const state = () => [openCount(), threadCount()];
      const run = (end) => new Promise((resolve) => {
        const workerData = { name: '${backend}', end };
        const worker = new Worker(${JSON.stringify(WAITING)}, { eval: true, execArgv: [], workerData });
        worker.on('error', () => {});
        worker.on('exit', resolve);
        worker.on('message', () => { if (end === 'terminate') worker.terminate(); });
      });
      const ends = ${JSON.stringify(Object.keys(ENDS))};
      const round = () => Promise.all(ends.map(run));
      await round();
      const before = state();
      const codes = new Set();
      for (let i = 0; i < 3; i++) codes.add(JSON.stringify(await round()));
      // The kernel lists a thread for a moment after it was joined.
      for (let i = 0; i < 1000 && String(state()) !== String(before); i++) await new Promise(setImmediate);
      console.log(JSON.stringify({ codes: [...codes], before, after: state() }));
    `).ended;
    expect({ code, signal, stderr }).toEqual({ code: 0, signal: null, stderr: '' });
    const { codes, before, after } = JSON.parse(stdout);
    expect(codes).toEqual([JSON.stringify(Object.values(ENDS))]);
    expect(after).toEqual(before);
  });
});

test('sixteen workers load the addon at once and end at different times', async () => {
  const worker = `
    const { workerData } = require('node:worker_threads');
    const io = require('io-selectors');
    const { write, close } = require('io-selectors/fd');
    const { socketPair } = require('io-selectors/socket');
    const classes = { select: io.SelectSelector, poll: io.PollSelector, epoll: io.EpollSelector };
    (async () => {
      for (let round = 0; round <= workerData; round++) {
        const selector = new classes[io.availableBackends()[round % io.availableBackends().length]]();
        const [readFd, writeFd] = socketPair().map((end) => end.detach());
        selector.register(readFd, io.EVENT_READ, round);
        if (selector.select(1).length !== 0) throw new Error('ready too early');
        const wait = selector.selectAsync();
        write(writeFd, 'x');
        const [event] = await wait;
        if (event.key.data !== round || selector.select()[0].key !== event.key) throw new Error('wrong event');
        close(readFd);
        close(writeFd);
        // The others are released when the thread ends.
        if (round % 2 === 0) selector.close();
      }
    })();
  `;
  const { stdout, stderr, code } = await startNode(`
    import { Worker } from 'node:worker_threads';
    const count = () => openCount();
    // The first worker of a process opens descriptors that stay open.
    await new Promise((resolve) => new Worker('', { eval: true }).on('exit', resolve));
    const before = count();
    const codes = await Promise.all(Array.from({ length: 16 }, (_, i) => new Promise((resolve, reject) => {
      const worker = new Worker(${JSON.stringify(worker)}, { eval: true, execArgv: [], workerData: i % 8 });
      worker.on('error', reject);
      worker.on('exit', resolve);
    })));
    const left = count() - before;
    const io = await import('io-selectors');
    const selector = new io.DefaultSelector();
    selector.wakeup();
    console.log(JSON.stringify({ codes, left, sync: selector.select(), async: await selector.selectAsync({ timeoutMs: 1 }) }));
  `).ended;
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(JSON.parse(stdout)).toEqual({ codes: Array.from({ length: 16 }, () => 0), left: 0, sync: [], async: [] });
});
