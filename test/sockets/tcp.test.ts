import { getBlocking, read, write } from 'io-selectors/fd';
import {
  AF_INET6,
  IPPROTO_IPV6,
  IPV6_V6ONLY,
  SO_REUSEADDR,
  SO_REUSEPORT,
  Socket,
  SOL_SOCKET,
} from 'io-selectors/socket';
import { describe, expect, test } from 'vitest';
import { has } from '../support/capability.js';
import { owned, ownedFd, portOf } from '../support/descriptors.js';
import { errnoOf, expectError, thrownBy } from '../support/errors.js';
import { accept, connect, hasIPv6, listen, loopbacks, untilWritable, unusedPort } from '../support/internet.js';

function listenOnAny(v6only: boolean): { listener: Socket; port: number } {
  const listener = owned(new Socket(AF_INET6));
  listener.setOption(IPPROTO_IPV6, IPV6_V6ONLY, v6only);
  listener.bind({ address: '::', port: 0 });
  listener.listen();
  return { listener, port: portOf(listener) };
}

describe.each(loopbacks)('a TCP socket of $family', (loopback) => {
  const { address, any, domain, family } = loopback;

  test('waits for its connection in blocking mode', () => {
    const { listener, port } = listen(loopback);
    const client = owned(new Socket(domain));
    expect(client.connect({ address, port })).toBe(true);
    expect(accept(listener).remoteAddress()).toEqual(client.localAddress());
  });

  test('connects in the background in non-blocking mode', () => {
    const { listener, port } = listen(loopback);
    const client = owned(new Socket(domain));
    client.setBlocking(false);
    expect(client.connect({ address, port })).toBe(false);
    untilWritable(client);
    expect(client.takeError()).toBeNull();
    expect(accept(listener).remoteAddress()).toEqual(client.localAddress());
  });

  test('cannot connect twice', () => {
    const { listener, port } = listen(loopback);
    const client = owned(new Socket(domain));
    client.connect({ address, port });
    accept(listener);
    expectError(() => client.connect({ address, port }), 'EISCONN', { syscall: 'connect', fd: client.fd });
  });

  test('throws ECONNREFUSED in blocking mode', () => {
    const client = owned(new Socket(domain));
    const port = unusedPort(loopback);
    const error = thrownBy(() => client.connect({ address, port }));
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({
      message: `ECONNREFUSED: connection refused, connect ${address}:${port}`,
      code: 'ECONNREFUSED',
      errno: errnoOf('ECONNREFUSED'),
      syscall: 'connect',
      fd: client.fd,
      address,
      port,
    });
  });

  test('reports ECONNREFUSED once in non-blocking mode', () => {
    const client = owned(new Socket(domain));
    client.setBlocking(false);
    expect(client.connect({ address, port: unusedPort(loopback) })).toBe(false);
    untilWritable(client);
    const error = client.takeError();
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({ code: 'ECONNREFUSED', fd: client.fd });
    // Winsock keeps the error.
    if (has.posixSockets) expect(client.takeError()).toBeNull();
  });

  test('accepts null if no connection is waiting', () => {
    const { listener } = listen(loopback);
    listener.setBlocking(false);
    expect(listener.accept()).toBeNull();
    expect(listener.acceptFd()).toBeNull();
  });

  test.runIf(has.getBlocking).each([true, false])('accepts in its own blocking mode: %s', (blocking) => {
    const { listener, port } = listen(loopback);
    listener.setBlocking(blocking);
    owned(new Socket(domain)).connect({ address, port });
    expect(getBlocking(accept(listener).fd)).toBe(blocking);
    owned(new Socket(domain)).connect({ address, port });
    expect(getBlocking(ownedFd(listener.acceptFd()!))).toBe(blocking);
  });

  test('accepts a bare descriptor, which the caller owns', () => {
    const { listener, port } = listen(loopback);
    const client = owned(new Socket(domain));
    client.connect({ address, port });
    const accepted = ownedFd(listener.acceptFd()!);
    listener.close();
    expect(write(accepted, 'hello')).toBe(5);
    expect(client.recv(10)?.toString()).toBe('hello');
    client.send('world');
    const buffer = Buffer.alloc(10);
    expect(read(accepted, buffer)).toBe(5);
    expect(buffer.toString('utf8', 0, 5)).toBe('world');
  });

  test('knows its addresses', () => {
    const { listener, port } = listen(loopback);
    const client = owned(new Socket(domain));
    expect(client.localAddress()).toEqual({ address: any, port: 0, family });
    expectError(() => client.remoteAddress(), 'ENOTCONN', { syscall: 'getpeername', fd: client.fd });
    client.connect({ address, port });
    const accepted = listener.accept()!;
    const server = owned(accepted.socket);
    expect(client.localAddress()).toEqual({ address, port: portOf(client), family });
    expect(client.remoteAddress()).toEqual({ address, port, family });
    expect(server.localAddress()).toEqual({ address, port, family });
    expect(server.remoteAddress()).toEqual(client.localAddress());
    expect(accepted.address).toEqual(client.localAddress());
  });

  test('accepts an address that it has returned', () => {
    const { listener } = listen(loopback);
    const client = owned(new Socket(domain));
    expect(client.connect(listener.localAddress())).toBe(true);
  });

  test('cannot bind to a port that is in use', () => {
    const { port } = listen(loopback);
    const second = owned(new Socket(domain));
    expectError(() => second.bind({ address, port }), 'EADDRINUSE', { syscall: 'bind', fd: second.fd });
  });

  /** A listener with one option set. */
  function listenWith(option: number, port: number): Socket {
    const socket = owned(new Socket(domain));
    socket.setOption(SOL_SOCKET, option, true);
    socket.bind({ address, port });
    socket.listen();
    return socket;
  }

  test.runIf(has.posixSockets)('can bind to a port with connections in TIME_WAIT only with SO_REUSEADDR', () => {
    const listener = listenWith(SO_REUSEADDR, 0);
    const port = portOf(listener);
    const client = owned(new Socket(domain));
    client.connect({ address, port });
    // The end that closes first keeps the connection in TIME_WAIT.
    accept(listener).close();
    listener.close();
    expect(client.recv(1)).toHaveLength(0);
    client.close();
    expectError(() => owned(new Socket(domain)).bind({ address, port }), 'EADDRINUSE', { syscall: 'bind' });
    expect(portOf(listenWith(SO_REUSEADDR, port))).toBe(port);
  });

  test.runIf(has.posixSockets)('shares a port with SO_REUSEPORT', () => {
    const port = portOf(listenWith(SO_REUSEPORT, 0));
    expect(portOf(listenWith(SO_REUSEPORT, port))).toBe(port);
  });

  test.runIf(has.posixSockets)('listens on a free port if it is not bound', () => {
    const listener = owned(new Socket(domain));
    listener.listen(1);
    expect(listener.localAddress()).toMatchObject({ address: any, family });
    expect(portOf(listener)).toBeGreaterThan(0);
  });

  test('can be adopted from a descriptor', () => {
    const [client, server] = connect(loopback);
    const adopted = owned(Socket.fromFd(client.detach()));
    adopted.send('x');
    expect(server.recv(1)?.toString()).toBe('x');
  });
});

// The machine may lack IPv6.
describe.skipIf(!hasIPv6)('an IPv6 socket', () => {
  const [ipv4, ipv6] = loopbacks;

  test('serves IPv4 as well, under mapped addresses', () => {
    const { listener, port } = listenOnAny(false);
    const client = owned(new Socket());
    client.connect({ address: ipv4.address, port });
    expect(accept(listener).remoteAddress()).toEqual({
      address: `::ffff:${ipv4.address}`,
      port: portOf(client),
      family: 'IPv6',
    });
  });

  test('leaves IPv4 alone with IPV6_V6ONLY', () => {
    const { listener, port } = listenOnAny(true);
    expectError(() => owned(new Socket()).connect({ address: ipv4.address, port }), 'ECONNREFUSED');
    const client = owned(new Socket(AF_INET6));
    client.connect({ address: ipv6.address, port });
    expect(accept(listener).remoteAddress()).toEqual(client.localAddress());
  });
});
