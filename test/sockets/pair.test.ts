import { getBlocking } from 'io-selectors/fd';
import * as sockets from 'io-selectors/socket';
import { SOCK_DGRAM, SOCK_SEQPACKET, SOCK_STREAM, SO_TYPE, SOL_SOCKET } from 'io-selectors/socket';
import { describe, expect, test } from 'vitest';
import { has } from '../support/capability.js';
import { fill, owned, socketPair } from '../support/descriptors.js';
import { expectError } from '../support/errors.js';

describe.runIf(has.posixSockets).each([
  ['SOCK_STREAM', SOCK_STREAM],
  ['SOCK_DGRAM', SOCK_DGRAM],
  ['SOCK_SEQPACKET', SOCK_SEQPACKET],
])('a socket pair of %s', (_, type) => {
  test('carries data both ways', () => {
    const [a, b] = socketPair(type);
    expect(a.send('ping')).toBe(4);
    expect(b.recv(10)?.toString()).toBe('ping');
    expect(b.send('pong')).toBe(4);
    expect(a.recv(10)?.toString()).toBe('pong');
    expect(a.getOption(SOL_SOCKET, SO_TYPE)).toBe(type);
  });

  test('returns null if nothing arrived or nothing fits', () => {
    const [a, b] = socketPair(type);
    expect(b.recv(1)).toBeNull();
    while (a.send(Buffer.alloc(1024)) !== null);
    expect(a.send('x')).toBeNull();
    expect(b.recv(2048)?.length).toBeGreaterThanOrEqual(1024);
  });

  test('has no addresses', () => {
    const [a, b] = socketPair(type);
    const addresses = [a.localAddress(), a.remoteAddress(), b.localAddress(), b.remoteAddress()];
    expect(addresses).toEqual([{ path: '' }, { path: '' }, { path: '' }, { path: '' }]);
  });

  test('makes a send fail once the peer is closed', () => {
    const [a, b] = socketPair(type);
    b.close();
    const code = type === SOCK_DGRAM ? 'ECONNREFUSED' : 'EPIPE';
    expectError(() => a.send('x'), code, { syscall: 'send', fd: a.fd });
  });
});

describe.runIf(has.posixSockets)('a socket pair', () => {
  test('is a stream by default', () => {
    const [a, b] = sockets.socketPair().map(owned);
    a.send('one');
    a.send('two');
    expect(b.recv(10)?.toString()).toBe('onetwo');
  });

  test.runIf(has.getBlocking).each([[undefined, false], [{}, false], [{ blocking: false }, false], [{ blocking: true }, true]])(
    'blocks with options %o: %s',
    (options, blocking) => {
      const [a, b] = sockets.socketPair(SOCK_STREAM, options).map(owned);
      expect([getBlocking(a.fd), getBlocking(b.fd)]).toEqual([blocking, blocking]);
    },
  );

  test('ends on one side when the other is closed or shuts down writing', () => {
    const [a, b] = socketPair();
    a.shutdown('write');
    expect(b.recv(1)).toHaveLength(0);
    b.send('x');
    expect(a.recv(1)?.toString()).toBe('x');
    b.close();
    expect(a.recv(1)).toHaveLength(0);
  });

  test('can be used with read() and write()', () => {
    const [a, b] = socketPair();
    const count = fill(a.fd);
    let received = 0;
    for (let part = b.recv(65536); part !== null; part = b.recv(65536)) received += part.length;
    expect(received).toBe(count);
  });

  test('can be disposed of', () => {
    const [a] = socketPair();
    a[Symbol.dispose]();
    expect([a.closed, a.fd]).toEqual([true, -1]);
  });

  test.each([
    ['type', 'stream', 'ERR_INVALID_ARG_TYPE', TypeError],
    ['type', null, 'ERR_INVALID_ARG_TYPE', TypeError],
    ['type', 1.5, 'ERR_OUT_OF_RANGE', RangeError],
    ['type', 2 ** 31, 'ERR_OUT_OF_RANGE', RangeError],
    ['type', 999, 'EINVAL', Error],
    ['options', null, 'ERR_INVALID_ARG_TYPE', TypeError],
    ['options', true, 'ERR_INVALID_ARG_TYPE', TypeError],
    ['options', [], 'ERR_INVALID_ARG_TYPE', TypeError],
    ['options', { blocking: 1 }, 'ERR_INVALID_ARG_TYPE', TypeError],
    ['options', { blocking: null }, 'ERR_INVALID_ARG_TYPE', TypeError],
  ])('refuses a %s of %o with %s', (parameter, value, code, type) => {
    const args = parameter === 'type' ? [value] : [SOCK_STREAM, value];
    expectError(() => Reflect.apply(sockets.socketPair, undefined, args), code, { type });
  });
});
