import { describe, expect, test } from 'vitest';
import { has } from '../support/capability.js';
import { inChild } from '../support/child.js';
import { backends } from '../support/selectors.js';

describe.each(backends)('selectAsync of %s', (backend) => {
  test("six waits occupy no thread of libuv's pool", async () => {
    const done = await inChild(backend, async (io, name) => {
      const { readFile } = process.getBuiltinModule('node:fs').promises;
      const { lookup } = process.getBuiltinModule('node:dns').promises;
      const { pbkdf2 } = process.getBuiltinModule('node:crypto');
      const Selector = { select: io.SelectSelector, poll: io.PollSelector, epoll: io.EpollSelector }[name];
      const selectors = Array.from({ length: 6 }, () => new Selector());
      let pending = selectors.length;
      const waits = selectors.map((selector) => selector.selectAsync().then(() => pending--));
      const key = new Promise((resolve, reject) =>
        pbkdf2('password', 'salt', 1, 8, 'sha256', (error, result) => (error ? reject(error) : resolve(result))),
      );
      // None of these waits ends. If they held the pool's threads, nothing that needs the pool would end.
      await Promise.all([readFile('package.json'), lookup('127.0.0.1'), key]);
      const stillPending = pending;
      for (const selector of selectors) selector.close();
      await Promise.all(waits);
      return [stillPending, pending];
    });
    expect(done).toEqual([6, 0]);
  });

  test.runIf(has.proc)('has one thread for each selector that waits, or none with epoll, until close()', async () => {
    const threads = await inChild(backend, async (io, name) => {
      const count = () => threadCount();
      const before = count();
      const Selector = { select: io.SelectSelector, poll: io.PollSelector, epoll: io.EpollSelector }[name];
      const selectors = Array.from({ length: 5 }, () => new Selector());
      const unused = count() - before;
      const waitInAll = (timeoutMs: number | null) =>
        Promise.all(selectors.map((selector) => selector.selectAsync({ timeoutMs })));
      for (let i = 0; i < 3; i++) await waitInAll(2);
      const waits = waitInAll(null);
      const waiting = count() - before;
      for (const selector of selectors) selector.close();
      await waits;
      return [unused, waiting, count() - before];
    });
    expect(threads).toEqual([0, backend === 'epoll' ? 0 : 5, 0]);
  });

  test.runIf(has.thousands)('a thousand selectors wait at once, and each gets its own events', async () => {
    const outcome = await inChild(backend, async (io, name) => {
      const descriptors = () => openCount();
      const rss = () => process.memoryUsage().rss;
      const Selector = { select: io.SelectSelector, poll: io.PollSelector, epoll: io.EpollSelector }[name];
      const [before, memory] = [descriptors(), rss()];
      const rounds = Array.from({ length: 1000 }, () => {
        const selector = new Selector({ fdSetSize: 16_384 });
        const socket = new io.socket.Socket(io.socket.AF_INET, io.socket.SOCK_DGRAM);
        socket.bind({ address: '127.0.0.1', port: 0 });
        const key = selector.register(socket, io.EVENT_READ);
        return { selector, socket, key, wait: selector.selectAsync() };
      });
      await new Promise((resolve) => setTimeout(resolve, 10));
      for (const { socket } of rounds) socket.sendTo('to itself', socket.localAddress());
      let right = 0;
      for (const { key, wait } of rounds) {
        const ready = await wait;
        if (ready.length === 1 && ready[0].key === key) right++;
      }
      const bytes = rss() - memory;
      for (const { selector, socket } of rounds) {
        selector.close();
        socket.close();
      }
      return { right, bytes, leaked: descriptors() - before };
    });
    expect(outcome).toMatchObject({ right: 1000, leaked: 0 });
    // 100 KiB each, mostly for the stacks of the threads.
    expect(outcome.bytes).toBeLessThan(100 * 2 ** 20 * (process.env.ASAN_OPTIONS === undefined ? 1 : 10));
  });

  test.runIf(has.thousands)('a thousand served connections leave no descriptor and no thread behind', async () => {
    const outcome = await inChild(backend, async (io, name) => {
      const state = () => [openCount(), threadCount()];
      const before = state();
      const Selector = { select: io.SelectSelector, poll: io.PollSelector, epoll: io.EpollSelector }[name];
      const selector = new Selector<string>();
      const listener = new io.socket.Socket();
      listener.bind({ address: '127.0.0.1', port: 0 });
      listener.listen();
      listener.setBlocking(false);
      selector.register(listener, io.EVENT_READ, 'listener');
      let answered = 0;
      const request = () => {
        const client = new io.socket.Socket();
        client.connect(listener.localAddress());
        client.send('x');
        selector.register(client, io.EVENT_READ, 'client');
      };
      request();
      while (answered < 1000) {
        for (const { key } of await selector.selectAsync()) {
          const socket = key.fileObject as typeof listener;
          if (key.data === 'listener') selector.register(socket.accept()!.socket, io.EVENT_READ, 'server');
          else if (key.data === 'server') {
            socket.send(socket.recv(1)!);
            selector.unregister(socket);
            socket.close();
          } else {
            if (String(socket.recv(1)) === 'x') answered++;
            selector.unregister(socket);
            socket.close();
            if (answered < 1000) request();
          }
        }
      }
      selector.close();
      listener.close();
      return { answered, before, after: state() };
    });
    expect(outcome.answered).toBe(1000);
    expect(outcome.after).toEqual(outcome.before);
  });

  test.runIf(has.descriptorLimit)('a wait is rejected if no descriptor is free, and another succeeds once one is', async () => {
    const outcome = await inChild(backend, async (io, name) => {
      const descriptors = () => openCount();
      const codeOf = (error: unknown) => (error as { code: string }).code;
      const Selector = { select: io.SelectSelector, poll: io.PollSelector, epoll: io.EpollSelector }[name];
      const [readFd, writeFd] = io.socket.socketPair().map((end) => end.detach());
      const before = descriptors();
      const selector = new Selector();
      selector.register(readFd, io.EVENT_READ);
      const spare: number[] = [];
      io.fd.setDescriptorLimit(before + 32);
      try {
        for (;;) spare.push(io.fd.dup(readFd));
      } catch (error) {
        if (codeOf(error) !== 'EMFILE') throw error;
      }
      const waits: string[] = [];
      for (const timeoutMs of [5, 10, 15]) {
        waits.push(await selector.selectAsync({ timeoutMs }).then(() => 'waited', codeOf));
      }
      let waker = 'opened';
      try {
        void selector.waker;
      } catch (error) {
        waker = codeOf(error);
      }
      for (const fd of spare) io.fd.close(fd);
      io.fd.write(writeFd, 'x');
      const found = (await selector.selectAsync()).length;
      selector.close();
      return { waits, waker, found, leaked: descriptors() - before };
    });
    // libuv watches a duplicate of the epoll descriptor; a thread needs a descriptor to be woken by.
    const waits = ['EMFILE', 'EMFILE', 'EMFILE'];
    expect(outcome).toEqual({ waits, waker: 'EMFILE', found: 1, leaked: 0 });
  });

  test('the descriptors that wake a selector and its thread may be past FD_SETSIZE', async () => {
    const outcome = await inChild(backend, async (io, name) => {
      const Selector = { select: io.SelectSelector, poll: io.PollSelector, epoll: io.EpollSelector }[name];
      const selector = new Selector();
      const [readFd, writeFd] = io.socket.socketPair().map((end) => end.detach());
      selector.register(readFd, io.EVENT_READ);
      while (io.fd.dup(readFd) < io.FD_SETSIZE + 100);
      const { waker } = selector;
      const idle = (await selector.selectAsync({ timeoutMs: 5 })).length;
      setTimeout(() => waker.wake(), 5);
      const woken = (await selector.selectAsync()).length;
      setTimeout(() => io.fd.write(writeFd, 'x'), 5);
      const found = (await selector.selectAsync()).map(({ key }) => key.fd === readFd);
      const isPast = waker.fd > io.FD_SETSIZE;
      selector.close();
      return { isPast, idle, woken, found };
    });
    expect(outcome).toEqual({ isPast: true, idle: 0, woken: 0, found: [true] });
  });

  test('a worker that is terminated during a wait leaves no descriptor and no thread behind', async () => {
    const outcome = await inChild(backend, async (io, name) => {
      const { Worker } = process.getBuiltinModule('node:worker_threads');
      const [readFd] = io.socket.socketPair().map((end) => end.detach());
      const state = () => [openCount(), threadCount()];
      const run = async () => {
        const worker = new Worker(
          `const { parentPort, workerData: { name, readFd } } = require('node:worker_threads');
           const io = require('io-selectors');
           const Selector = { select: io.SelectSelector, poll: io.PollSelector, epoll: io.EpollSelector }[name];
           const selector = new Selector();
           selector.register(readFd, io.EVENT_READ);
           selector.waker;
           void selector.selectAsync();
           setTimeout(() => parentPort.postMessage('waiting'), 5);`,
          { eval: true, execArgv: [], workerData: { name, readFd } },
        );
        await new Promise((resolve) => worker.once('message', resolve));
        const start = performance.now();
        await worker.terminate();
        return performance.now() - start;
      };
      // The first worker of a process opens descriptors that stay open.
      await run();
      const before = state();
      const terminating: number[] = [];
      for (let i = 0; i < 5; i++) terminating.push(await run());
      return { before, after: state(), slowest: Math.max(...terminating) };
    });
    expect(outcome.after).toEqual(outcome.before);
    expect(outcome.slowest).toBeLessThan(5000);
  });
});
