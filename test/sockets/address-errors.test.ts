import { once } from 'node:events';
import { connect as connectNode } from 'node:net';
import { AF_UNIX, SO_LINGER, SO_REUSEADDR, SOCK_DGRAM, Socket, SOL_SOCKET } from 'io-selectors/socket';
import { describe, expect, test } from 'vitest';
import { has } from '../support/capability.js';
import { owned, portOf, tcpListener } from '../support/descriptors.js';
import { thrownBy } from '../support/errors.js';
import { temporaryPath } from '../support/files.js';
import { accept, listen, loopbacks, udp, untilReadable, untilWritable, unusedPort } from '../support/internet.js';

describe.each(loopbacks)('of $family', (loopback) => {
  const { address, domain } = loopback;

  test('bind() names the address that is in use', () => {
    const { port } = listen(loopback);
    const second = owned(new Socket(domain));
    expect(thrownBy(() => second.bind({ address, port }))).toMatchObject({
      message: `EADDRINUSE: address already in use, bind ${address}:${port}`,
      code: 'EADDRINUSE',
      syscall: 'bind',
      fd: second.fd,
      address,
      port,
    });
  });

  test('listen() names the address on which another socket listens', () => {
    const [first, second] = [owned(new Socket(domain)), owned(new Socket(domain))];
    first.setOption(SOL_SOCKET, SO_REUSEADDR, true);
    second.setOption(SOL_SOCKET, SO_REUSEADDR, true);
    first.bind({ address, port: 0 });
    const port = portOf(first);
    second.bind({ address, port });
    first.listen();
    const message = `EADDRINUSE: address already in use, listen ${address}:${port}`;
    expect(thrownBy(() => second.listen())).toMatchObject({ message, syscall: 'listen', fd: second.fd, address, port });
  });

  test('takeError() names connect and the address of a connection that was in progress', () => {
    const client = owned(new Socket(domain));
    client.setBlocking(false);
    const port = unusedPort(loopback);
    expect(client.connect({ address, port })).toBe(false);
    untilWritable(client);
    const message = `ECONNREFUSED: connection refused, connect ${address}:${port}`;
    expect(client.takeError()).toMatchObject({ message, syscall: 'connect', fd: client.fd, address, port });
    // Winsock keeps the error.
    if (has.posixSockets) expect(client.takeError()).toBeNull();
  });

  test('sendTo() names the address that it could not send to', () => {
    const { socket, port } = udp(loopback);
    const error = thrownBy(() => socket.sendTo(Buffer.alloc(70_000), { address, port }));
    const message = `EMSGSIZE: message too long, sendto ${address}:${port}`;
    expect(error).toMatchObject({ message, code: 'EMSGSIZE', syscall: 'sendto', fd: socket.fd, address, port });
  });

  test.runIf(has.posixSockets)('an error of a connected socket does not name connect', () => {
    const { listener, port } = listen(loopback);
    for (const ask of [true, false]) {
      const client = owned(new Socket(domain));
      client.setBlocking(false);
      client.connect({ address, port });
      untilWritable(client);
      if (ask) expect(client.takeError()).toBeNull();
      const server = accept(listener);
      server.setOption(SOL_SOCKET, SO_LINGER, new Uint8Array(Int32Array.of(1, 0).buffer));
      server.close();
      untilReadable(client);
      const error = client.takeError();
      expect(error).toMatchObject({ message: 'ECONNRESET: connection reset by peer, getsockopt', fd: client.fd });
      expect(error).not.toHaveProperty('port');
    }
  });
});

test('takeError() names the address even if it was called before there was an error', () => {
  const { listener, port } = tcpListener(0);
  owned(new Socket()).connect({ address: '127.0.0.1', port });
  untilReadable(listener);
  const client = owned(new Socket());
  client.setBlocking(false);
  // The queue is full: the kernel drops the SYN and sends it again after a second.
  expect(client.connect({ address: '127.0.0.1', port })).toBe(false);
  expect(client.takeError()).toBeNull();
  listener.close();
  untilReadable(client);
  expect(client.takeError()).toMatchObject({ code: 'ECONNREFUSED', syscall: 'connect', port });
});

test.runIf(has.posixSockets)('a refused datagram is not reported as a failed connection', () => {
  const [ipv4] = loopbacks;
  const { socket, port } = udp(ipv4);
  const client = owned(new Socket(undefined, SOCK_DGRAM));
  client.connect({ address: ipv4.address, port });
  socket.close();
  client.send('x');
  untilReadable(client);
  expect(client.takeError()).toMatchObject({ code: 'ECONNREFUSED', syscall: 'getsockopt' });
});

describe.runIf(has.unixSockets)('of AF_UNIX', () => {
  test.each([
    ['a path', () => temporaryPath('missing'), (path: string) => path],
    ['an abstract name', () => `\0io-selectors\0${process.pid}-missing`, (path: string) => path.replaceAll('\0', '@')],
  ])('connect() names %s, and no port', (_, makePath, shown) => {
    const client = owned(new Socket(AF_UNIX));
    const path = makePath();
    const error = thrownBy(() => client.connect({ path }));
    expect(error).toMatchObject({ syscall: 'connect', fd: client.fd, address: path });
    expect(String(error)).toMatch(new RegExp(`, connect ${shown(path)}$`));
    expect(error).not.toHaveProperty('port');
  });

  test('bind() names a path that exists', () => {
    const path = temporaryPath('socket');
    owned(new Socket(AF_UNIX)).bind({ path });
    const message = `EADDRINUSE: address already in use, bind ${path}`;
    expect(thrownBy(() => owned(new Socket(AF_UNIX)).bind({ path }))).toMatchObject({ message, address: path });
  });
});

test("address and port are as in Node's own errors", async () => {
  const { listener, port } = tcpListener();
  listener.close();
  const [theirs] = await once(connectNode(port, '127.0.0.1'), 'error');
  const ours = thrownBy(() => owned(new Socket()).connect({ address: '127.0.0.1', port }));
  const { code, errno, syscall, address } = theirs as Record<string, unknown>;
  expect(ours).toMatchObject({ code, errno, syscall, address, port });
  expect(String(theirs)).toContain(`127.0.0.1:${port}`);
});
