import { once } from 'node:events';
import { connect } from 'node:net';
import { EpollSelector, EVENT_READ, type FileObject } from 'io-selectors';
import { close, dup, read, write } from 'io-selectors/fd';
import { Socket } from 'io-selectors/socket';
import { describe, expect, onTestFinished, test } from 'vitest';
import { has } from '../support/capability.js';
import { drain, owned, ownedFd, pipe, tcpListener } from '../support/descriptors.js';
import { openFile } from '../support/files.js';
import { accept } from '../support/internet.js';
import { backends, expectIdle, expectReady, open } from '../support/selectors.js';

// Behaviour of the kernel that a program may not expect.

describe.each(backends)('with %s', (_backend, Selector) => {
  test('a reported event may be gone by the time of the call', () => {
    const [readFd, writeFd] = pipe();
    const other = ownedFd(dup(readFd));
    const { listener, port } = tcpListener();
    listener.setBlocking(false);
    const rival = owned(Socket.fromFd(dup(listener.fd)));
    owned(new Socket()).connect({ address: '127.0.0.1', port });
    write(writeFd, 'x');
    const selector = open(Selector);
    const keys = [readFd, listener].map((file) => selector.register(file, EVENT_READ));
    expectReady(selector, keys.map((key) => [key, EVENT_READ]));
    drain(other);
    accept(rival);
    expect(read(readFd, Buffer.alloc(1))).toBeNull();
    expect(listener.accept()).toBeNull();
  });

  test('the data of a net.Socket is reported until Node has read it', async () => {
    const { listener, port } = tcpListener();
    const client = connect(port, '127.0.0.1');
    onTestFinished(() => void client.destroy());
    await once(client, 'connect');
    const server = owned(listener.accept()!.socket);
    client.resume();
    const selector = open(Selector);
    const key = selector.register(client, EVENT_READ);
    server.send('first');
    expectReady(selector, [[key, EVENT_READ]]);
    await once(client, 'data');
    expectIdle(selector);
  });
});

describe.runIf(has.epoll)('with epoll', () => {
  /** A chain of selectors: the first watches this file, and each of the others the one before it. */
  function chain(file: FileObject, length: number): EpollSelector[] {
    const selectors: EpollSelector[] = [];
    for (let i = 0; i < length; i++) {
      const selector = owned(new EpollSelector());
      selector.register(selectors.at(-1) ?? file, EVENT_READ);
      selectors.push(selector);
    }
    return selectors;
  }

  test('an edge is repeated by the rebuild that a stale entry causes', () => {
    const selector = owned(new EpollSelector());
    const [edge, writeEdge] = pipe();
    const key = selector.register(edge, EVENT_READ, undefined, { trigger: 'edge' });
    write(writeEdge, 'x');
    expectReady(selector, [[key, EVENT_READ]]);
    expectIdle(selector);
    const [readFd, writeFd] = pipe();
    ownedFd(dup(readFd));
    selector.register(readFd, EVENT_READ);
    write(writeFd, 'x');
    close(readFd);
    selector.unregister(readFd);
    expectReady(selector, [[key, EVENT_READ]]);
    expectIdle(selector);
  });

  test('files that are always ready do not make the descriptor of their selector readable', () => {
    const selector = owned(new EpollSelector({ unpollable: 'ready' }));
    const key = selector.register(openFile('/dev/null'), EVENT_READ);
    const outer = owned(new EpollSelector());
    outer.register(selector, EVENT_READ);
    expectIdle(outer);
    expectReady(selector, [[key, EVENT_READ]]);
  });

  test('epolls can be nested five levels deep, and selectAsync works on each', async () => {
    const [readFd, writeFd] = pipe();
    const selectors = chain(readFd, 5);
    expect(() => owned(new EpollSelector()).register(selectors[4], EVENT_READ)).toThrow('ELOOP');
    expect(await selectors[4].selectAsync({ timeoutMs: 1 })).toEqual([]);
    const waits = selectors.map((selector) => selector.selectAsync());
    write(writeFd, 'x');
    for (const wait of waits) expect(await wait).toHaveLength(1);
  });
});
