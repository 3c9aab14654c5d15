import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Address, AF_UNIX, SOCK_DGRAM, SOCK_SEQPACKET, SOCK_STREAM, Socket } from 'io-selectors/socket';
import { describe, expect, onTestFinished, test } from 'vitest';
import { has } from '../support/capability.js';
import { owned } from '../support/descriptors.js';
import { expectError } from '../support/errors.js';

function directory(): string {
  const path = mkdtempSync(join(tmpdir(), 'io-selectors-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

function unix(type: number = SOCK_STREAM): Socket {
  return owned(new Socket(AF_UNIX, type));
}

function bound(path: string, type: number = SOCK_STREAM): Socket {
  const socket = unix(type);
  socket.bind({ path });
  return socket;
}

/** A path in the directory that is exactly this many bytes long. */
function pathOf(bytes: number): string {
  const path = directory();
  return join(path, 'x'.repeat(bytes - path.length - 1));
}

let names = 0;
/** A name in the abstract namespace that no other test uses, padded to this many bytes. */
function abstractName(bytes = 0): string {
  return `\0io-selectors-${process.pid}-${performance.timeOrigin}-${names++}`.padEnd(bytes, '.');
}

describe.runIf(has.unixSockets).each([
  ['a path', () => join(directory(), 'socket')],
  ['a path that is not ASCII', () => join(directory(), 'Gruß-日本')],
  ['a path of 107 bytes', () => pathOf(107)],
  ['an abstract name', () => abstractName()],
  ['an abstract name with a NUL inside', () => `${abstractName()}\0end\0`],
  ['an abstract name of 108 bytes', () => abstractName(108)],
])('a unix socket with %s', (_, makePath) => {
  test('can be connected to, and both sides know its address', () => {
    const path = makePath();
    const listener = bound(path);
    listener.listen();
    const client = unix();
    expect(client.connect({ path })).toBe(true);
    const { socket, address } = listener.accept()!;
    const server = owned(socket);
    expect(listener.localAddress()).toEqual({ path });
    expect(client.remoteAddress()).toEqual({ path });
    expect(server.localAddress()).toEqual({ path });
    const unnamed = [address, server.remoteAddress(), client.localAddress()];
    expect(unnamed).toEqual([{ path: '' }, { path: '' }, { path: '' }]);
    client.send('hello');
    expect(server.recv(10)?.toString()).toBe('hello');
  });

  test('receives datagrams with their source', () => {
    const [path, other] = [makePath(), makePath()];
    const [a, b] = [bound(path, SOCK_DGRAM), bound(other, SOCK_DGRAM)];
    expect(a.sendTo('hello', { path: other })).toBe(5);
    expect(b.recvFrom(10)).toEqual({ data: Buffer.from('hello'), address: { path }, truncated: false });
  });
});

describe.runIf(has.unixSockets)('a unix socket', () => {
  test('is a file if it has a path', () => {
    const path = join(directory(), 'socket');
    bound(path);
    expect(statSync(path).isSocket()).toBe(true);
  });

  test('has exactly the bytes of its abstract name in the kernel', () => {
    const path = abstractName();
    bound(path);
    expect(readFileSync('/proc/net/unix', 'utf8')).toMatch(new RegExp(` @${path.slice(1)}$`, 'm'));
  });

  test.each([
    ['a path of 108 bytes', () => pathOf(108)],
    ['a path of 107 characters and 108 bytes', () => pathOf(107).replace(/x$/, 'ü')],
    ['an abstract name of 109 bytes', () => abstractName(109)],
    ['a path with a NUL inside', () => '/tmp/a\0b'],
  ])('refuses %s', (_, makePath) => {
    const address = { path: makePath() };
    const socket = unix(SOCK_DGRAM);
    const outOfRange = { type: RangeError };
    expectError(() => socket.bind(address), 'ERR_OUT_OF_RANGE', outOfRange);
    expectError(() => socket.connect(address), 'ERR_OUT_OF_RANGE', outOfRange);
    expectError(() => socket.sendTo('x', address), 'ERR_OUT_OF_RANGE', outOfRange);
    expect(socket.localAddress()).toEqual({ path: '' });
  });

  test('has no name until it is bound', () => {
    const socket = unix();
    expect(socket.localAddress()).toEqual({ path: '' });
    expectError(() => socket.remoteAddress(), 'ENOTCONN', { syscall: 'getpeername', fd: socket.fd });
  });

  test('gets a free abstract name if it is bound to an empty path', () => {
    const socket = bound('');
    const address = socket.localAddress();
    expect('path' in address && address.path).toMatch(/^\0[0-9a-f]{5}$/);
    socket.listen();
    expect(unix().connect(address)).toBe(true);
    expect(bound('').localAddress()).not.toEqual(address);
  });

  test('receives a datagram of an unnamed socket without an address', () => {
    const path = abstractName();
    const receiver = bound(path, SOCK_DGRAM);
    unix(SOCK_DGRAM).sendTo('anonymous', { path });
    expect(receiver.recvFrom(20)).toMatchObject({ data: Buffer.from('anonymous'), address: { path: '' } });
  });

  test('can reply to the source of a datagram', () => {
    const [a, b] = [bound('', SOCK_DGRAM), bound('', SOCK_DGRAM)];
    a.sendTo('ping', b.localAddress());
    const { address } = b.recvFrom(10)!;
    expect(b.sendTo('pong', address)).toBe(4);
    expect(a.recvFrom(10)).toMatchObject({ data: Buffer.from('pong'), address: b.localAddress() });
  });

  test.each([
    ['that is missing', 'ENOENT', () => join(directory(), 'missing')],
    ['in the abstract namespace that is missing', 'ECONNREFUSED', () => abstractName()],
    ['that is a regular file', 'ECONNREFUSED', () => {
      const path = join(directory(), 'file');
      writeFileSync(path, '');
      return path;
    }],
    ['of a socket that does not listen', 'ECONNREFUSED', () => {
      const path = abstractName();
      bound(path);
      return path;
    }],
    ['of a socket of another type', 'EPROTOTYPE', () => {
      const path = join(directory(), 'socket');
      bound(path, SOCK_DGRAM);
      return path;
    }],
  ])('cannot connect to a path %s: %s', (_, code, makePath) => {
    const client = unix();
    const address: Address = { path: makePath() };
    expectError(() => client.connect(address), code, { syscall: 'connect', fd: client.fd });
  });

  test('cannot bind to a path that exists', () => {
    const path = join(directory(), 'socket');
    bound(path);
    const second = unix();
    expectError(() => second.bind({ path }), 'EADDRINUSE', { syscall: 'bind', fd: second.fd });
  });

  test('fails to connect with EAGAIN if the queue is full, as there is no connection in progress', () => {
    const path = abstractName();
    bound(path).listen(0);
    unix().connect({ path });
    const client = unix();
    client.setBlocking(false);
    expectError(() => client.connect({ path }), 'EAGAIN', { syscall: 'connect', fd: client.fd });
  });

  test('keeps the boundaries of messages, and ends with an empty one, as SOCK_SEQPACKET', () => {
    const path = abstractName();
    const listener = bound(path, SOCK_SEQPACKET);
    listener.listen();
    const client = unix(SOCK_SEQPACKET);
    client.connect({ path });
    const server = owned(listener.accept()!.socket);
    for (const text of ['one', 'longer', 'three']) client.send(text);
    client.close();
    const parts = Array.from({ length: 4 }, () => server.recv(5)!.toString());
    expect(parts).toEqual(['one', 'longe', 'three', '']);
  });
});
