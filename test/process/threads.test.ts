import { Epoll, EPOLLET, EPOLLIN, EVENT_READ, select } from 'io-selectors';
import { dup, write } from 'io-selectors/fd';
import { describe, expect, test } from 'vitest';
import { has } from '../support/capability.js';
import { owned, pipe, socketPair } from '../support/descriptors.js';
import { startNode } from '../support/processes.js';
import { backends } from '../support/selectors.js';
import { inThread } from '../support/threads.js';

describe.each(backends)('%s in a worker', (backend) => {
  test("waits with its own thread's event loop", async () => {
    const [readFd, writeFd] = pipe();
    const state = new Int32Array(new SharedArrayBuffer(4));
    await inThread({ backend, readFd, state }, async (io, { backend, readFd, state }) => {
      const Selector = { select: io.SelectSelector, poll: io.PollSelector, epoll: io.EpollSelector }[backend];
      const selector = new Selector();
      selector.register(readFd, io.EVENT_READ);
      const ready = await selector.selectAsync();
      Atomics.store(state, 0, ready[0].events);
      Atomics.notify(state, 0);
      selector.close();
    });
    write(writeFd, 'x');
    // This thread's event loop does not turn meanwhile.
    expect(Atomics.wait(state, 0, 0, 20_000)).not.toBe('timed-out');
    expect(state[0]).toBe(EVENT_READ);
  });

  test('can be terminated during its callbacks and continuations without a crash', async () => {
    const worker = `
      const io = require('io-selectors');
      const { parentPort, workerData } = require('node:worker_threads');
      const Selector = { select: io.SelectSelector, poll: io.PollSelector, epoll: io.EpollSelector }.${backend};
      const selector = new Selector();
      selector.register(workerData.fd, io.EVENT_WRITE);
      let rounds = 0;
      const report = () => { if (++rounds === 20) parentPort.postMessage('busy'); };
      if (workerData.sync) for (;;) selector.selectEach(report);
      else (async () => { for await (const events of selector) report(); })();
    `;
    const { code, signal, stdout, stderr } = await startNode(`
      import { Worker } from 'node:worker_threads';
      import { socketPair } from 'io-selectors/socket';
      const pair = socketPair();
      const run = (sync) => new Promise((resolve, reject) => {
        const worker = new Worker(${JSON.stringify(worker)}, { eval: true, execArgv: [], workerData: { fd: pair[0].fd, sync } });
        worker.on('error', reject).on('exit', resolve);
        worker.on('message', () => worker.terminate());
      });
      const codes = [];
      for (let i = 0; i < 5; i++) codes.push(...await Promise.all([run(true), run(false)]));
      console.log(JSON.stringify(codes));
    `).ended;
    expect({ code, signal, stderr }).toEqual({ code: 0, signal: null, stderr: '' });
    expect(JSON.parse(stdout)).toEqual(Array.from({ length: 10 }, () => 1));
  });
});

// Needs a build with epoll.
describe.runIf(has.epoll)('epoll shared by threads', () => {
  test('an event is not lost to a waiter that times out', async () => {
    const rounds = 200;
    const epoll = owned(new Epoll());
    const [readFd, writeFd] = pipe();
    epoll.register(readFd, EPOLLIN | EPOLLET);
    const counts = new Int32Array(new SharedArrayBuffer(8));
    const waiter = async (timeoutMs: number | null) =>
      inThread({ fd: dup(epoll.fd), counts, rounds, timeoutMs }, (io, { fd, counts, rounds, timeoutMs }) => {
        const own = io.Epoll.fromFd(fd);
        while (Atomics.load(counts, 0) < rounds) {
          if (own.wait(timeoutMs).length === 0) continue;
          Atomics.add(counts, 0, 1);
          Atomics.notify(counts, 0);
        }
        own.close();
      });
    const threads = await Promise.all([waiter(1), waiter(10_000)]);
    for (let round = 0; round < rounds; round++) {
      // About when the first waiter's timeout ends.
      Atomics.wait(counts, 1, 0, 0.95);
      write(writeFd, 'x');
      expect(Atomics.wait(counts, 0, round, 20_000)).not.toBe('timed-out');
    }
    // Ends the waits that are left.
    write(writeFd, 'x');
    await Promise.race(threads.map(({ result }) => result));
    write(writeFd, 'x');
    await Promise.all(threads.map(({ result }) => result));
    expect(counts[0]).toBeGreaterThanOrEqual(rounds);
  });

  test('two one-shot sets on one socket, each in a thread, answer every request', async () => {
    const [server, client] = socketPair();
    const rounds = 2000;
    const serve = async () =>
      inThread(server.fd, (io, fd) => {
        const epoll = new io.Epoll();
        epoll.register(fd, io.EPOLLIN | io.EPOLLONESHOT);
        const buffer = Buffer.alloc(1);
        let answered = 0;
        for (;;) {
          if (epoll.wait().length !== 1) throw new Error('nothing is ready');
          const count = io.fd.read(fd, buffer);
          if (count === 0) break;
          if (count !== null) {
            answered++;
            io.fd.write(fd, buffer);
          }
          epoll.modify(fd, io.EPOLLIN | io.EPOLLONESHOT);
        }
        epoll.close();
        return answered;
      });
    const threads = await Promise.all([serve(), serve()]);
    for (let i = 0; i < rounds; i++) {
      const request = Buffer.of(i % 256);
      client.send(request);
      expect(select([client], [], [], 20_000)[0]).toEqual([client]);
      expect(client.recv(1)).toEqual(request);
    }
    client.shutdown('write');
    const answered = await Promise.all(threads.map(({ result }) => result));
    expect(answered[0] + answered[1]).toBe(rounds);
  });
});
