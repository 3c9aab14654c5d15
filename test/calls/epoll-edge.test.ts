import { EPOLLET, EPOLLIN, EPOLLONESHOT, EPOLLOUT } from 'io-selectors';
import { eventfd, read, write } from 'io-selectors/fd';
import { Socket } from 'io-selectors/socket';
import { describe, expect, test } from 'vitest';
import { has } from '../support/capability.js';
import { drain, fill, owned, pipe, socketPair, tcpListener } from '../support/descriptors.js';
import { openEpoll } from './epoll.js';

const pipePair = (): [number, (data: string) => void] => {
  const [readFd, writeFd] = pipe();
  return [readFd, (data) => write(writeFd, data)];
};

const unixPair = (): [number, (data: string) => void] => {
  const [a, b] = socketPair();
  return [a.fd, (data) => b.send(data)];
};

describe.runIf(has.epoll)('an event', () => {
  describe.each([
    ['a pipe', pipePair],
    ['an AF_UNIX socket', unixPair],
  ])('of %s', (_, pair) => {
    test('is reported again while its cause lasts, if level-triggered', () => {
      const epoll = openEpoll();
      const [fd, put] = pair();
      epoll.register(fd, EPOLLIN);
      put('x');
      expect(epoll.wait(0)).toEqual([{ fd, events: EPOLLIN }]);
      expect(epoll.wait(0)).toEqual([{ fd, events: EPOLLIN }]);
      drain(fd);
      expect(epoll.wait(0)).toEqual([]);
    });

    test('is reported once, if edge-triggered', () => {
      const epoll = openEpoll();
      const [fd, put] = pair();
      epoll.register(fd, EPOLLIN | EPOLLET);
      put('x');
      expect(epoll.wait(0)).toEqual([{ fd, events: EPOLLIN }]);
      expect(epoll.wait(0)).toEqual([]);
    });

    test('is reported again when more data comes, although nothing was read', () => {
      const epoll = openEpoll();
      const [fd, put] = pair();
      epoll.register(fd, EPOLLIN | EPOLLET);
      for (let round = 0; round < 3; round++) {
        put('x');
        expect(epoll.wait(0)).toEqual([{ fd, events: EPOLLIN }]);
        expect(epoll.wait(0)).toEqual([]);
      }
    });

    test('is not reported again when only a part was read', () => {
      const epoll = openEpoll();
      const [fd, put] = pair();
      epoll.register(fd, EPOLLIN | EPOLLET);
      put('four');
      expect(epoll.wait(0)).toEqual([{ fd, events: EPOLLIN }]);
      expect(read(fd, Buffer.alloc(2))).toBe(2);
      expect(epoll.wait(0)).toEqual([]);
      expect(drain(fd)).toBe(2);
    });

    test('stands for both of two edges before one wait', () => {
      const epoll = openEpoll();
      const [fd, put] = pair();
      epoll.register(fd, EPOLLIN | EPOLLET);
      put('a');
      put('b');
      expect(epoll.wait(0)).toEqual([{ fd, events: EPOLLIN }]);
      expect(epoll.wait(0)).toEqual([]);
    });

    test('is repeated after a change with the same mask while its cause lasts', () => {
      const epoll = openEpoll();
      const [fd, put] = pair();
      epoll.register(fd, EPOLLIN | EPOLLET);
      put('x');
      expect(epoll.wait(0)).toHaveLength(1);
      epoll.modify(fd, EPOLLIN | EPOLLET);
      expect(epoll.wait(0)).toEqual([{ fd, events: EPOLLIN }]);
      drain(fd);
      epoll.modify(fd, EPOLLIN | EPOLLET);
      expect(epoll.wait(0)).toEqual([]);
    });
  });

  test('of a writable eventfd is an edge after it was full', () => {
    const epoll = openEpoll();
    const event = owned(eventfd());
    epoll.register(event, EPOLLOUT | EPOLLET);
    expect(epoll.wait(0)).toEqual([{ fd: event.fd, events: EPOLLOUT }]);
    expect(epoll.wait(0)).toEqual([]);
    event.write(2n ** 64n - 2n);
    expect(epoll.wait(0)).toEqual([]);
    expect(event.read()).toBe(2n ** 64n - 2n);
    expect(epoll.wait(0)).toEqual([{ fd: event.fd, events: EPOLLOUT }]);
    expect(epoll.wait(0)).toEqual([]);
  });

  test('of a writable AF_UNIX stream waits for more room than a few bytes', () => {
    const epoll = openEpoll();
    const [a, b] = socketPair();
    fill(a.fd);
    epoll.register(a, EPOLLOUT | EPOLLET);
    expect(epoll.wait(0)).toEqual([]);
    expect(b.recv(10)).toHaveLength(10);
    expect(epoll.wait(0)).toEqual([]);
    drain(b.fd);
    expect(epoll.wait(0)).toEqual([{ fd: a.fd, events: EPOLLOUT }]);
  });

  test('of a listener stands for all pending connections', () => {
    const epoll = openEpoll();
    const { listener, port } = tcpListener();
    listener.setBlocking(false);
    epoll.register(listener, EPOLLIN | EPOLLET);
    for (let i = 0; i < 3; i++) owned(new Socket()).connect({ address: '127.0.0.1', port });
    const accept = () => {
      const accepted = listener.accept();
      return accepted && owned(accepted.socket);
    };
    expect(epoll.wait(5000)).toEqual([{ fd: listener.fd, events: EPOLLIN }]);
    expect(accept()).not.toBeNull();
    expect(epoll.wait(0)).toEqual([]);
    expect(accept()).not.toBeNull();
    expect(accept()).not.toBeNull();
    expect(accept()).toBeNull();
    owned(new Socket()).connect({ address: '127.0.0.1', port });
    expect(epoll.wait(5000)).toEqual([{ fd: listener.fd, events: EPOLLIN }]);
  });

  test('of an edge-triggered one-shot entry is reported once for each change of the entry', () => {
    const epoll = openEpoll();
    const [fd, put] = unixPair();
    epoll.register(fd, EPOLLIN | EPOLLET | EPOLLONESHOT);
    put('x');
    expect(epoll.wait(0)).toEqual([{ fd, events: EPOLLIN }]);
    put('y');
    expect(epoll.wait(0)).toEqual([]);
    epoll.modify(fd, EPOLLIN | EPOLLET | EPOLLONESHOT);
    expect(epoll.wait(0)).toEqual([{ fd, events: EPOLLIN }]);
    expect(epoll.wait(0)).toEqual([]);
  });
});
