import { createSocket } from 'node:dgram';
import { createServer, Socket as NetSocket } from 'node:net';
import { getSystemErrorMap } from 'node:util';
import { DefaultSelector, Epoll, EpollSelector, EVENT_READ, Poll, PollSelector, select, SelectSelector } from 'io-selectors';
import * as fd from 'io-selectors/fd';
import { AF_INET6, Socket, socketPair, SO_EXCLUSIVEADDRUSE, SO_REUSEADDR, SOL_SOCKET } from 'io-selectors/socket';
import { describe, expect, test } from 'vitest';
import { has } from '../support/capability.js';
import { owned, tcpListener } from '../support/descriptors.js';
import { expectError, thrownBy } from '../support/errors.js';

describe.runIf(has.onlySockets)('where only sockets are descriptors, as on Windows,', () => {
  test('select is the default, with sets of any size', () => {
    using selector = new DefaultSelector({ fdSetSize: 1 });
    expect(selector).toBeInstanceOf(SelectSelector);
    expect(selector.features).toEqual({
      edge: false,
      oneShot: false,
      exclusive: false,
      regularFiles: false,
      maxFd: Infinity,
    });
    selector.register(owned(new Socket()), EVENT_READ);
  });

  test.each<[string, () => unknown, RegExp]>([
    ['Poll', () => new Poll(), /use select/],
    ['PollSelector', () => new PollSelector(), /use select/],
    ['Epoll', () => new Epoll(), /use select/],
    ['EpollSelector', () => new EpollSelector(), /use select/],
    ['pipe', () => fd.pipe(), /use socketPair/],
    ['eventfd', () => fd.eventfd(), /socketPair/],
    ['timerfd', () => fd.timerfd({ delayMs: 1 }), /use the timeout/],
    ['pidfd', () => fd.pidfd(process.pid), /use the events of child_process/],
    ['signals', () => fd.signals(['SIGINT']), /use process\.on/],
    ['dup2', () => fd.dup2(4, 8), /use dup/],
    ['getBlocking', () => fd.getBlocking(4), /use setBlocking/],
    ['getDescriptorLimit', () => fd.getDescriptorLimit(), /none is needed/],
    ['setDescriptorLimit', () => fd.setDescriptorLimit(100), /none is needed/],
  ])('%s is not supported, and the error says what to use', (_, call, message) => {
    expect(thrownBy(call)).toMatchObject({ code: 'ERR_NOT_SUPPORTED', message: expect.stringMatching(message) });
  });

  test.each([
    ['net.Socket', () => owned({ it: new NetSocket(), close() { this.it.destroy(); } }).it],
    ['net.Server', () => owned(createServer().listen(0))],
    ['dgram.Socket', () => owned(createSocket('udp4'))],
  ])('a %s is refused in words', (_, make) => {
    const error = thrownBy(() => select([make()], [], [], 0));
    const message = expect.stringContaining('have no number on Windows: use Socket from io-selectors/socket');
    expect(error).toMatchObject({ code: 'ERR_INVALID_ARG_TYPE', message });
  });

  test('what is no socket is refused', () => {
    using selector = new SelectSelector();
    // A process has other handles, such as those of its threads, among the first.
    const code = (number: number) => Reflect.get(Object(thrownBy(() => selector.register(number, EVENT_READ))), 'code');
    expect(Array.from({ length: 32 }, (_, i) => code(4 * i))).toContain('ENOTSOCK');
    expect(selector.getMap().size).toBe(0);
    // As process.stdin of the main thread.
    expectError(() => selector.register({ fd: 0 }, EVENT_READ), 'EBADF', { syscall: 'select' });
  });

  test('a number next to that of a socket is no second name of it', () => {
    const [a] = socketPair().map(owned);
    for (const i of [1, 2, 3]) {
      expectError(() => fd.write(a.fd + i, 'x'), 'EBADF', { syscall: 'send', fd: a.fd + i });
      expectError(() => select([a.fd + i], [], [], 0), 'EBADF', { syscall: 'select', fd: a.fd + i });
    }
  });

  test('errors have the numbers that Node has for their codes, and the name of the call', () => {
    const numbers = new Map(Array.from(getSystemErrorMap(), ([number, [code]]) => [code, number]));
    const { listener, port } = tcpListener();
    const calls: [() => unknown, code: string, syscall: string][] = [
      [() => fd.close(4 * 9999), 'EBADF', 'closesocket'],
      [() => new Socket(9999), 'EAFNOSUPPORT', 'WSASocketW'],
      [() => owned(new Socket()).bind({ address: '127.0.0.1', port }), 'EADDRINUSE', 'bind'],
      [() => owned(new Socket()).bind({ address: '192.0.2.1', port: 0 }), 'EADDRNOTAVAIL', 'bind'],
      [() => owned(new Socket()).remoteAddress(), 'ENOTCONN', 'getpeername'],
      [() => listener.setOption(SOL_SOCKET, 9999, 1), 'ENOPROTOOPT', 'setsockopt'],
    ];
    for (const [call, code, syscall] of calls) {
      expect(thrownBy(call)).toMatchObject({ code, syscall, errno: numbers.get(code) });
    }
  });

  test('an address can be kept for one socket', () => {
    const first = owned(new Socket(AF_INET6));
    first.setOption(SOL_SOCKET, SO_EXCLUSIVEADDRUSE, true);
    first.bind({ address: '::1', port: 0 });
    const thief = owned(new Socket(AF_INET6));
    thief.setOption(SOL_SOCKET, SO_REUSEADDR, true);
    expect(thrownBy(() => thief.bind(first.localAddress()))).toMatchObject({ syscall: 'bind' });
  });
});
