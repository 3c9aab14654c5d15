import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createConnection, createServer, type AddressInfo, type Socket as NetSocket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { EVENT_READ, EVENT_WRITE } from 'io-selectors';
import { close, dup2, getBlocking, pipe as openPipe, write } from 'io-selectors/fd';
import { AF_INET, SOCK_DGRAM, Socket } from 'io-selectors/socket';
import { describe, expect, onTestFinished, test } from 'vitest';
import { follow, idle, keysOf } from '../support/async.js';
import { has } from '../support/capability.js';
import { inChild } from '../support/child.js';
import { owned, ownedFd, pipe } from '../support/descriptors.js';
import { startNode } from '../support/processes.js';
import { backends, open } from '../support/selectors.js';
import { openDescriptors } from '../support/witness.js';

const MANY = 5000;

/** Two connected sockets of node:net. */
async function netPair(): Promise<[client: NetSocket, server: NetSocket]> {
  const listener = createServer({ pauseOnConnect: true }).listen(0, '127.0.0.1');
  onTestFinished(() => {
    listener.close();
  });
  await once(listener, 'listening');
  const client = createConnection((listener.address() as AddressInfo).port, '127.0.0.1');
  const [[server]] = (await Promise.all([once(listener, 'connection'), once(client, 'connect')])) as [[NetSocket], []];
  for (const socket of [client, server]) onTestFinished(() => void socket.destroy());
  return [client, server];
}

describe.each(backends)('selectAsync of %s and the event loop', (backend, Selector) => {
  test.each([null, 0, 10])(
    'a loop over a descriptor that is always ready starves neither timers nor I/O (timeout %s)',
    async (timeoutMs) => {
      const selector = open(Selector);
      selector.register(pipe()[1], EVENT_WRITE);
      const ran = { timers: 0, immediates: 0, reads: 0 };
      const enough = () => Object.values(ran).every((count) => count >= 5);
      const timer = setInterval(() => ran.timers++, 1);
      const immediate = () => {
        ran.immediates++;
        if (!enough()) setImmediate(immediate);
      };
      setImmediate(immediate);
      const read = async () => {
        while (!enough()) {
          await readFile('package.json');
          ran.reads++;
        }
      };
      const reading = read();
      let batches = 0;
      while (!enough() || batches < 20) {
        expect(await selector.selectAsync({ timeoutMs })).toHaveLength(1);
        batches++;
      }
      clearInterval(timer);
      await reading;
      expect(Math.min(...Object.values(ran))).toBeGreaterThanOrEqual(5);
    },
  );

  test('two loops over ready descriptors take turns', async () => {
    const counts = [0, 0];
    const loop = async (own: 0 | 1) => {
      const selector = open(Selector);
      selector.register(pipe()[1], EVENT_WRITE);
      while (Math.min(...counts) < 50) {
        await selector.selectAsync();
        counts[own]++;
      }
    };
    await Promise.all([loop(0), loop(1)]);
    expect(Math.min(...counts)).toBe(50);
  });

  test.runIf(has.thousands)('a batch of 5000 ready descriptors is complete, with each once', async () => {
    const selector = open(Selector, { fdSetSize: 16_384 });
    if (!has.dup2) {
      // Without a choice of numbers: sockets that can always be written to.
      const fds = Array.from({ length: MANY }, () => owned(new Socket(AF_INET, SOCK_DGRAM)).fd);
      for (const fd of fds) selector.register(fd, EVENT_WRITE);
      const ready = await selector.selectAsync();
      expect(ready).toHaveLength(MANY);
      expect(new Set(ready.map(({ key }) => key.fd))).toEqual(new Set(fds));
      return;
    }
    const taken = openDescriptors();
    const free = Array.from({ length: MANY + 500 }, (_, i) => 8192 + i).filter((fd) => !taken.has(fd));
    // The kernel allows 500 wake-up paths from one file to nested epolls, so each descriptor is a file of its own.
    const fds = free.slice(0, MANY).map((fd) => {
      const [readFd, writeFd] = openPipe();
      write(writeFd, 'x');
      dup2(readFd, fd);
      [readFd, writeFd].forEach(close);
      return fd;
    });
    onTestFinished(() => fds.forEach(close));
    for (const fd of fds) selector.register(fd, EVENT_READ);
    const ready = await selector.selectAsync();
    expect(ready).toHaveLength(MANY);
    expect(new Set(ready.map(({ key }) => key.fd))).toEqual(new Set(fds));
  });

  test('the event loop sleeps while nothing is ready', async () => {
    const { selector } = idle(Selector);
    const promise = selector.selectAsync();
    const wait = follow(promise);
    const before = performance.eventLoopUtilization();
    await delay(200);
    expect(performance.eventLoopUtilization(before).utilization).toBeLessThan(0.9);
    expect(wait.settled).toBe(false);
    selector.close();
    expect(await promise).toEqual([]);
  });

  test.runIf(has.fileDescriptors)('a net.Socket is reported, and Node reads from it as before', async () => {
    const { selector } = idle(Selector);
    const [client, server] = await netPair();
    // Node does not read from the socket yet.
    const key = selector.register(server, EVENT_READ);
    const promise = selector.selectAsync();
    client.write('one');
    expect(keysOf(await promise)).toEqual([key]);
    expect(keysOf(await selector.selectAsync())).toEqual([key]);
    const data = once(server, 'data');
    server.resume();
    expect(String((await data)[0])).toBe('one');
    expect(await selector.selectAsync({ timeoutMs: 5 })).toEqual([]);
    selector.unregister(server);
    const closed = once(server, 'close');
    server.destroy();
    await closed;
    expect(await selector.selectAsync({ timeoutMs: 5 })).toEqual([]);
  });

  test.runIf(has.fileDescriptors)('a net.Socket that Node closes can be unregistered during a wait', async () => {
    const { selector, key, writeFd } = idle(Selector);
    const [client] = await netPair();
    const own = selector.register(client, EVENT_READ);
    const promise = selector.selectAsync();
    const closed = once(client, 'close');
    client.destroy();
    expect(selector.unregister(client)).toBe(own);
    await closed;
    write(writeFd, 'x');
    expect(keysOf(await promise)).toEqual([key]);
  });

  test.runIf(has.getBlocking)('the blocking mode of registered descriptors does not change', async () => {
    const [readFd, writeFd] = openPipe({ blocking: true }).map(ownedFd);
    const selector = open(Selector);
    selector.register(readFd, EVENT_READ);
    selector.register(writeFd, EVENT_WRITE);
    expect(await selector.selectAsync()).toHaveLength(1);
    selector.unregister(writeFd);
    expect(await selector.selectAsync({ timeoutMs: 5 })).toEqual([]);
    expect([getBlocking(readFd), getBlocking(writeFd)]).toEqual([true, true]);
    selector.close();
    expect([getBlocking(readFd), getBlocking(writeFd)]).toEqual([true, true]);
  });

  test('a continuation sees the AsyncLocalStorage store from the start of its wait', async () => {
    const storage = new AsyncLocalStorage<number>();
    const waits = [1, 2, 3].map((store) =>
      storage.run(store, async () => {
        const { selector, writeFd } = idle(Selector);
        if (store === 1) setTimeout(() => storage.run(99, () => write(writeFd, 'x')), 5);
        if (store === 2) storage.run(99, () => setTimeout(() => selector.wakeup(), 5));
        await selector.selectAsync({ timeoutMs: store === 3 ? 5 : null });
        return storage.getStore();
      }),
    );
    expect(await Promise.all(waits)).toEqual([1, 2, 3]);
    expect(storage.getStore()).toBeUndefined();
  });

  test('the hooks of async_hooks are balanced', async () => {
    const unbalanced = await inChild(backend, async (io, name) => {
      const { createHook, executionAsyncId } = process.getBuiltinModule('node:async_hooks');
      const depth = { entered: 0, left: 0 };
      const hook = createHook({ before: () => void depth.entered++, after: () => void depth.left++ }).enable();
      const selector = new { select: io.SelectSelector, poll: io.PollSelector, epoll: io.EpollSelector }[name]();
      const [readFd, writeFd] = io.socket.socketPair().map((end) => end.detach());
      selector.register(readFd, io.EVENT_READ);
      for (let i = 0; i < 20; i++) {
        setTimeout(() => io.fd.write(writeFd, 'x'), 1);
        await selector.selectAsync();
        io.fd.read(readFd, new Uint8Array(1));
        await selector.selectAsync({ timeoutMs: 1 });
        selector.wakeup();
        await selector.selectAsync();
      }
      // One turn later only the callback that this runs in has not ended.
      await new Promise((resolve) => setImmediate(resolve));
      hook.disable();
      selector.close();
      return [depth.entered > 0, depth.entered - depth.left, executionAsyncId() > 0];
    });
    expect(unbalanced).toEqual([true, expect.toBeOneOf([1, 2]), true]);
  });

  test("libuv's use of io_uring for the event loop changes nothing", async () => {
    const CLASSES = { select: 'SelectSelector', poll: 'PollSelector', epoll: 'EpollSelector' };
    const { stdout, stderr } = await startNode(
      `
      import { writeSync } from 'node:fs';
      import * as io from 'io-selectors';
      import * as fd from 'io-selectors/fd';
      import { socketPair } from 'io-selectors/socket';
      const selector = new io.${CLASSES[backend]}();
      const [readFd, writeFd] = socketPair().map((end) => end.detach());
      const found = [];
      for (let i = 0; i < 3; i++) {
        selector.register(readFd, io.EVENT_READ);
        setTimeout(() => fd.write(writeFd, 'x'), 2);
        found.push((await selector.selectAsync()).length);
        fd.read(readFd, new Uint8Array(1));
        found.push((await selector.selectAsync({ timeoutMs: 2 })).length);
        selector.unregister(readFd);
      }
      writeSync(1, JSON.stringify(found));
      `,
      { UV_USE_IO_URING: '1' },
    ).ended;
    expect([stdout, stderr]).toEqual(['[1,0,1,0,1,0]', '']);
  });
});
