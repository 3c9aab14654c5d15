import { closeSync } from 'node:fs';
import { EPOLLERR, EPOLLHUP, EPOLLIN, EPOLLOUT, EPOLLPRI, EPOLLRDHUP } from 'io-selectors';
import { read, write } from 'io-selectors/fd';
import { AF_INET, MSG_OOB, SO_OOBINLINE, Socket, SOCK_DGRAM, SOL_SOCKET } from 'io-selectors/socket';
import { describe, expect, test } from 'vitest';
import { has } from '../support/capability.js';
import { drain, fill, owned, pipe, portOf, socketPair, tcpListener, tcpPair } from '../support/descriptors.js';
import { highPipe } from '../support/high-descriptors.js';
import { openEpoll, ready } from './epoll.js';

describe.runIf(has.epoll)('the events of', () => {
  test('a TCP socket contain EPOLLRDHUP after it shuts down reading itself', () => {
    const epoll = openEpoll();
    const [client] = tcpPair();
    epoll.register(client, EPOLLRDHUP);
    expect(epoll.wait(0)).toEqual([]);
    client.shutdown('read');
    expect(epoll.wait(5000)).toEqual([{ fd: client.fd, events: EPOLLRDHUP }]);
  });

  test('a TCP socket lack EPOLLRDHUP once the mask lacks it', () => {
    const epoll = openEpoll();
    const [client, server] = tcpPair();
    epoll.register(server, EPOLLIN | EPOLLRDHUP);
    epoll.modify(server, EPOLLIN);
    client.shutdown('write');
    expect(epoll.wait(5000)).toEqual([{ fd: server.fd, events: EPOLLIN }]);
    epoll.modify(server, EPOLLIN | EPOLLRDHUP);
    expect(epoll.wait(0)).toEqual([{ fd: server.fd, events: EPOLLIN | EPOLLRDHUP }]);
  });

  test('a pipe with an empty mask are EPOLLHUP once the writer closes', () => {
    const epoll = openEpoll();
    const [readFd, writeFd] = highPipe();
    epoll.register(readFd, 0);
    write(writeFd, 'x');
    expect(epoll.wait(0)).toEqual([]);
    closeSync(writeFd);
    expect(epoll.wait(0)).toEqual([{ fd: readFd, events: EPOLLHUP }]);
  });

  test('a pipe with the mask EPOLLERR are EPOLLERR once the reader closes', () => {
    const epoll = openEpoll();
    const [readFd, writeFd] = highPipe();
    epoll.register(writeFd, EPOLLERR);
    expect(epoll.wait(0)).toEqual([]);
    closeSync(readFd);
    expect(epoll.wait(0)).toEqual([{ fd: writeFd, events: EPOLLERR }]);
  });

  test.each([
    ['an empty pipe', '', EPOLLHUP],
    ['a pipe with data', 'x', EPOLLIN | EPOLLHUP],
  ])('%s whose writer closes never contain EPOLLRDHUP', (_, data, events) => {
    const epoll = openEpoll();
    const [readFd, writeFd] = highPipe();
    epoll.register(readFd, EPOLLIN | EPOLLRDHUP);
    write(writeFd, data);
    closeSync(writeFd);
    expect(epoll.wait(0)).toEqual([{ fd: readFd, events }]);
  });

  test('a pipe contain EPOLLOUT until it is full, and again when there is room', () => {
    const epoll = openEpoll();
    const [readFd, writeFd] = pipe();
    epoll.register(writeFd, EPOLLOUT);
    expect(epoll.wait(0)).toEqual([{ fd: writeFd, events: EPOLLOUT }]);
    fill(writeFd);
    expect(epoll.wait(0)).toEqual([]);
    // The largest page size there is.
    read(readFd, Buffer.alloc(65536));
    expect(epoll.wait(0)).toEqual([{ fd: writeFd, events: EPOLLOUT }]);
  });

  test('a pipe with data are EPOLLOUT, with EPOLLERR once the reader closes', () => {
    const epoll = openEpoll();
    const [readFd, writeFd] = highPipe();
    epoll.register(writeFd, EPOLLOUT);
    write(writeFd, 'x');
    expect(epoll.wait(0)).toEqual([{ fd: writeFd, events: EPOLLOUT }]);
    closeSync(readFd);
    expect(epoll.wait(0)).toEqual([{ fd: writeFd, events: EPOLLOUT | EPOLLERR }]);
  });

  test('a refused connection contain EPOLLERR until its error is read', () => {
    const epoll = openEpoll();
    const bound = owned(new Socket());
    bound.bind({ address: '127.0.0.1', port: 0 });
    const client = owned(new Socket());
    client.setBlocking(false);
    expect(client.connect({ address: '127.0.0.1', port: portOf(bound) })).toBe(false);
    const asked = EPOLLIN | EPOLLOUT | EPOLLRDHUP;
    epoll.register(client, asked);
    for (let i = 0; i < 3; i++) {
      expect(epoll.wait(5000)).toEqual([{ fd: client.fd, events: asked | EPOLLERR | EPOLLHUP }]);
    }
    expect(client.takeError()).toMatchObject({ code: 'ECONNREFUSED' });
    expect(epoll.wait(5000)).toEqual([{ fd: client.fd, events: asked | EPOLLHUP }]);
  });

  test('a TCP socket are only EPOLLOUT after it shuts down writing itself', () => {
    const epoll = openEpoll();
    const [client] = tcpPair();
    epoll.register(client, EPOLLIN | EPOLLOUT | EPOLLRDHUP);
    client.shutdown('write');
    expect(epoll.wait(0)).toEqual([{ fd: client.fd, events: EPOLLOUT }]);
  });

  test('a TCP socket contain EPOLLPRI until the urgent byte is read in the stream', () => {
    const epoll = openEpoll();
    const [client, server] = tcpPair();
    server.setOption(SOL_SOCKET, SO_OOBINLINE, true);
    epoll.register(server, EPOLLPRI);
    client.send('!', MSG_OOB);
    for (let i = 0; i < 3; i++) expect(epoll.wait(5000)).toEqual([{ fd: server.fd, events: EPOLLPRI }]);
    expect(server.recv(10)?.toString()).toBe('!');
    expect(epoll.wait(0)).toEqual([]);
    client.send('plain');
    epoll.modify(server, EPOLLIN | EPOLLPRI);
    expect(epoll.wait(5000)).toEqual([{ fd: server.fd, events: EPOLLIN }]);
  });

  test('an idle listener are empty', () => {
    const epoll = openEpoll();
    const { listener } = tcpListener();
    epoll.register(listener, EPOLLIN | EPOLLOUT | EPOLLPRI | EPOLLRDHUP);
    for (let i = 0; i < 3; i++) expect(epoll.wait(30)).toEqual([]);
  });

  test('descriptors of several kinds in one set do not mix', () => {
    const epoll = openEpoll();
    const [readFd, writeFd] = pipe();
    const [client, server] = tcpPair();
    const [a, b] = socketPair();
    const udp = owned(new Socket(AF_INET, SOCK_DGRAM));
    udp.bind({ address: '127.0.0.1', port: 0 });
    const all = EPOLLIN | EPOLLOUT | EPOLLPRI | EPOLLRDHUP;
    const expected = new Map([
      [readFd, EPOLLIN],
      [writeFd, EPOLLOUT],
      [client.fd, EPOLLOUT],
      [server.fd, EPOLLIN | EPOLLOUT],
      [a.fd, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLHUP],
      [udp.fd, EPOLLIN | EPOLLOUT],
    ]);
    write(writeFd, 'x');
    client.send('x');
    b.close();
    udp.sendTo('x', udp.localAddress());
    for (const fd of expected.keys()) epoll.register(fd, all);
    expect(ready(epoll)).toEqual(expected);
    drain(readFd);
    expected.delete(readFd);
    expect(ready(epoll)).toEqual(expected);
  });
});
