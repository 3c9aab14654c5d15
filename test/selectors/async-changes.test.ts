import { EVENT_PRIORITY, EVENT_READ, EVENT_WRITE } from 'io-selectors';
import { close, write } from 'io-selectors/fd';
import { Socket } from 'io-selectors/socket';
import { describe, expect, test } from 'vitest';
import { elapsed, follow, idle, keysOf, MOMENTS, turns } from '../support/async.js';
import { has } from '../support/capability.js';
import { inChild } from '../support/child.js';
import { owned, pipe, portOf, socketPair, tcpListener, tcpPair } from '../support/descriptors.js';
import { highPipe } from '../support/high-descriptors.js';
import { untilReadable } from '../support/internet.js';
import { backends, expectIdle, open } from '../support/selectors.js';

describe.each(backends)('%s', (backend, Selector) => {
  describe.each(MOMENTS)('a change during a wait, %s', (_moment, reached) => {
    test('registering a ready descriptor ends the wait', async () => {
      const { selector } = idle(Selector);
      const promise = selector.selectAsync();
      await reached();
      const key = selector.register(pipe()[1], EVENT_WRITE);
      expect(keysOf(await promise)).toEqual([key]);
    });

    test('a newly registered descriptor is watched', async () => {
      const { selector } = idle(Selector);
      const promise = selector.selectAsync();
      await reached();
      const [readFd, writeFd] = pipe();
      const key = selector.register(readFd, EVENT_READ);
      await turns(5);
      write(writeFd, 'x');
      expect(keysOf(await promise)).toEqual([key]);
    });

    test('a change of events that makes a descriptor ready ends the wait', async () => {
      const selector = open(Selector);
      const [a, b] = socketPair();
      b.send('x');
      selector.register(a, EVENT_PRIORITY);
      const promise = selector.selectAsync();
      await reached();
      const key = selector.modify(a, EVENT_READ);
      const ready = await promise;
      expect(keysOf(ready)).toEqual([key]);
      expect(ready[0].key).toBe(key);
      expect(ready[0].events).toBe(EVENT_READ);
    });

    test('an unregistered descriptor is not reported', async () => {
      const { selector, readFd, writeFd } = idle(Selector);
      const { result, elapsedMs } = await elapsed(async () => {
        const promise = selector.selectAsync({ timeoutMs: 50 });
        await reached();
        selector.unregister(readFd);
        write(writeFd, 'x');
        return promise;
      });
      expect(result).toEqual([]);
      expect(elapsedMs).toBeGreaterThanOrEqual(50);
    });

    test('an event that is no longer asked for is not reported', async () => {
      const selector = open(Selector);
      const [a, b] = socketPair();
      selector.register(a, EVENT_READ);
      const promise = selector.selectAsync({ timeoutMs: 40 });
      await reached();
      selector.modify(a, EVENT_PRIORITY);
      b.send('x');
      expect(await promise).toEqual([]);
      expectIdle(selector);
    });

    test('the port of a listener that is unregistered and closed is free at once', async () => {
      const { selector } = idle(Selector);
      const { listener, port } = tcpListener();
      selector.register(listener, EVENT_READ);
      const promise = selector.selectAsync();
      await reached();
      selector.unregister(listener);
      listener.close();
      const next = owned(new Socket());
      next.bind({ address: '127.0.0.1', port });
      next.listen();
      const key = selector.register(next, EVENT_READ);
      owned(new Socket()).connect({ address: '127.0.0.1', port: portOf(next) });
      expect(keysOf(await promise)).toEqual([key]);
    });

    test('the peer of a socket that is unregistered and closed sees the end of the stream', async () => {
      const { selector } = idle(Selector);
      const [client, server] = tcpPair();
      selector.register(server, EVENT_READ);
      const promise = selector.selectAsync();
      await reached();
      selector.unregister(server);
      server.close();
      untilReadable(client);
      expect(client.recv(1)).toHaveLength(0);
      selector.close();
      expect(await promise).toEqual([]);
    });

    test('a descriptor that is closed after its selector is not kept open', async () => {
      const { selector } = idle(Selector);
      const { listener, port } = tcpListener();
      selector.register(listener, EVENT_READ);
      const promise = selector.selectAsync();
      await reached();
      selector.close();
      listener.close();
      owned(new Socket()).bind({ address: '127.0.0.1', port });
      expect(await promise).toEqual([]);
    });

    test('a number that is registered again for another file is watched as that file', async () => {
      const { selector } = idle(Selector);
      const [readFd, writeFd] = highPipe();
      selector.register(readFd, EVENT_READ, 'old');
      const promise = selector.selectAsync();
      await reached();
      selector.unregister(readFd);
      close(readFd);
      close(writeFd);
      const [a, b] = socketPair();
      const key = selector.register(a, EVENT_READ, 'new');
      b.send('x');
      expect(keysOf(await promise)).toEqual([key]);
    });
  });

  test('after a thousand changes a wait watches what is registered in the end', async () => {
    const { selector, readFd, writeFd, key } = idle(Selector);
    const promise = selector.selectAsync();
    const wait = follow(promise);
    const [other] = pipe();
    for (let i = 0; i < 1000; i++) {
      selector.register(other, EVENT_READ);
      if (i % 100 === 0) await turns(1);
      selector.unregister(other);
    }
    expect(wait.settled).toBe(false);
    expect([...selector.getMap().keys()]).toEqual([readFd]);
    write(writeFd, 'x');
    expect(keysOf(await promise)).toEqual([key]);
  });

  test.runIf(has.proc)('a wait that has ended keeps no descriptor open, whatever it found', async () => {
    // In a child, as a thread of this process may sleep in such a call for another test.
    const outcome = await inChild(backend, async (io, name) => {
      const { readdirSync, readFileSync } = process.getBuiltinModule('node:fs');
      const numbers = process.arch === 'arm64' ? ['72', '73'] : ['7', '23', '270', '271'];
      const sleeping = () =>
        readdirSync('/proc/self/task').some((task) => {
          const [number] = readFileSync(`/proc/self/task/${task}/syscall`, 'utf8').split(' ');
          return numbers.includes(number);
        });
      const until = (wanted: boolean) => {
        if (name !== 'epoll') while (sleeping() !== wanted);
      };
      const selector = new { select: io.SelectSelector, poll: io.PollSelector, epoll: io.EpollSelector }[name]();
      const listener = new io.socket.Socket();
      listener.bind({ address: '127.0.0.1', port: 0 });
      listener.listen();
      const { port } = listener.localAddress() as { port: number };
      const [readFd, writeFd] = io.socket.socketPair().map((end) => end.detach());
      selector.register(readFd, io.EVENT_READ);
      selector.register(listener, io.EVENT_READ);
      // From here on, the loop polls before it runs immediates.
      await new Promise((resolve) => setImmediate(resolve));
      const controller = new AbortController();
      const aborted = selector.selectAsync({ signal: controller.signal });
      until(true);
      io.fd.write(writeFd, 'x');
      until(false);
      io.fd.read(readFd, new Uint8Array(1));
      controller.abort();
      await aborted.catch(() => {});
      const second = selector.selectAsync();
      until(true);
      selector.wakeup();
      const ready = (await second).length;
      selector.unregister(listener);
      listener.close();
      const next = new io.socket.Socket();
      try {
        next.bind({ address: '127.0.0.1', port });
        return [ready, 'free'];
      } catch (error) {
        return [ready, (error as Error).message];
      } finally {
        next.close();
        selector.close();
      }
    });
    expect(outcome).toEqual([0, 'free']);
  });
});
