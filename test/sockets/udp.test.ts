import { MSG_DONTWAIT, MSG_PEEK, MSG_TRUNC, SO_BROADCAST, Socket, SOCK_DGRAM, SOL_SOCKET } from 'io-selectors/socket';
import { describe, expect, test } from 'vitest';
import { owned, portOf } from '../support/descriptors.js';
import { expectError } from '../support/errors.js';
import { loopbacks, udp, untilReadable } from '../support/internet.js';

describe.each(loopbacks)('a UDP socket of $family', (loopback) => {
  const { address, any, domain, family } = loopback;

  test('sends datagrams to an address, and receives them with their source', () => {
    const [a, b] = [udp(loopback), udp(loopback)];
    expect(a.socket.sendTo('hello', { address, port: b.port })).toBe(5);
    const received = b.socket.recvFrom(100);
    const from = { address, port: a.port, family };
    expect(received).toEqual({ data: Buffer.from('hello'), address: from, truncated: false });
    expect(b.socket.sendTo(Uint8Array.of(1, 2), received!.address)).toBe(2);
    expect(a.socket.recvFrom(100)).toMatchObject({ data: Buffer.of(1, 2), address: { address, port: b.port, family } });
  });

  test('keeps the boundaries of datagrams', () => {
    const [a, b] = [udp(loopback), udp(loopback)];
    for (const text of ['one', 'two', 'three']) a.socket.sendTo(text, { address, port: b.port });
    expect(b.socket.recv(100)?.toString()).toBe('one');
    expect(b.socket.recvFrom(100)?.data.toString()).toBe('two');
    const buffer = Buffer.alloc(100);
    expect(b.socket.recvInto(buffer)).toBe(5);
    expect(buffer.toString('utf8', 0, 5)).toBe('three');
  });

  test('receives null if no datagram is waiting', () => {
    const { socket } = udp(loopback);
    expect(socket.recvFrom(1, MSG_DONTWAIT)).toBeNull();
    socket.setBlocking(false);
    expect(socket.recvFrom(1)).toBeNull();
    expect(socket.recv(1)).toBeNull();
  });

  test('passes on an empty datagram', () => {
    const [a, b] = [udp(loopback), udp(loopback)];
    b.socket.setBlocking(false);
    expect(a.socket.sendTo('', { address, port: b.port })).toBe(0);
    untilReadable(b.socket);
    const from = { address, port: a.port, family };
    expect(b.socket.recvFrom(0)).toEqual({ data: Buffer.alloc(0), address: from, truncated: false });
    expect(b.socket.recvFrom(100)).toBeNull();
  });

  test('passes on the longest datagram, and refuses a longer one', () => {
    const [a, b] = [udp(loopback), udp(loopback)];
    const longest = family === 'IPv4' ? 65_507 : 65_527;
    const data = Buffer.alloc(longest, 'datagram');
    expect(a.socket.sendTo(data, { address, port: b.port })).toBe(longest);
    expect(b.socket.recv(70_000)?.equals(data)).toBe(true);
    const tooLong = (): unknown => a.socket.sendTo(Buffer.alloc(longest + 1), { address, port: b.port });
    expectError(tooLong, 'EMSGSIZE', { syscall: 'sendto', fd: a.socket.fd });
  });

  test('truncates what is longer than the size asked for, and says so', () => {
    const [a, b] = [udp(loopback), udp(loopback)];
    const to = { address, port: b.port };
    for (const text of ['0123456789', 'next', 'last']) a.socket.sendTo(text, to);
    const parts = [4, 4, 0].map((size) => {
      const { data, truncated } = b.socket.recvFrom(size)!;
      return [data.toString(), truncated];
    });
    expect(parts).toEqual([['0123', true], ['next', false], ['', true]]);
  });

  test('leaves a datagram in the queue with MSG_PEEK', () => {
    const [a, b] = [udp(loopback), udp(loopback)];
    a.socket.sendTo('0123456789', { address, port: b.port });
    expect(b.socket.recvFrom(4, MSG_PEEK)).toMatchObject({ data: Buffer.from('0123'), truncated: true });
    expect(b.socket.recvFrom(10)).toMatchObject({ data: Buffer.from('0123456789'), truncated: false });
  });

  test('tells the real length of a truncated datagram with MSG_TRUNC, and shows no more than was asked for', () => {
    const [a, b] = [udp(loopback), udp(loopback)];
    a.socket.sendTo('0123456789', { address, port: b.port });
    const memory = Buffer.alloc(8, '.');
    expect(b.socket.recvInto(memory.subarray(0, 4), MSG_TRUNC | MSG_PEEK)).toBe(10);
    expect(memory.toString()).toBe('0123....');
    expect(b.socket.recv(4, MSG_TRUNC | MSG_PEEK)?.toString()).toBe('0123');
    expect(b.socket.recvFrom(4, MSG_TRUNC)).toMatchObject({ data: Buffer.from('0123'), truncated: true });
  });

  test('sends without an address once connected, and receives from nobody else', () => {
    const [a, b, stranger] = [udp(loopback), udp(loopback), udp(loopback)];
    expect(a.socket.connect({ address, port: b.port })).toBe(true);
    expect(a.socket.remoteAddress()).toEqual({ address, port: b.port, family });
    a.socket.send('to b');
    expect(b.socket.recv(100)?.toString()).toBe('to b');
    stranger.socket.sendTo('to a', { address, port: a.port });
    b.socket.sendTo('from b', { address, port: a.port });
    expect(a.socket.recvFrom(100)?.data.toString()).toBe('from b');
    expect(a.socket.recv(100, MSG_DONTWAIT)).toBeNull();
  });

  test('learns that its peer does not exist once connected', () => {
    const { socket, port } = udp(loopback);
    const client = owned(new Socket(domain, SOCK_DGRAM));
    client.connect({ address, port });
    socket.close();
    client.send('x');
    untilReadable(client);
    expectError(() => client.recv(1), 'ECONNREFUSED', { syscall: 'recv', fd: client.fd });
    client.send('x');
    untilReadable(client);
    expect(client.takeError()).toMatchObject({ code: 'ECONNREFUSED' });
    expect(client.takeError()).toBeNull();
  });

  test('needs an address to send to', () => {
    const socket = owned(new Socket(domain, SOCK_DGRAM));
    expect(socket.localAddress()).toEqual({ address: any, port: 0, family });
    expectError(() => socket.send('x'), 'EDESTADDRREQ', { syscall: 'send', fd: socket.fd });
    expectError(() => socket.remoteAddress(), 'ENOTCONN', { syscall: 'getpeername' });
    // On Linux ENOTSUP is the same number as EOPNOTSUPP, and it is the name that Node uses.
    expectError(() => socket.listen(), 'ENOTSUP', { syscall: 'listen' });
  });

  test('is bound to a free port when it sends', () => {
    const { socket, port } = udp(loopback);
    const sender = owned(new Socket(domain, SOCK_DGRAM));
    sender.sendTo('x', { address, port });
    expect(socket.recvFrom(1)?.address).toEqual({ address, port: portOf(sender), family });
  });
});

test('a broadcast address needs SO_BROADCAST', () => {
  const [ipv4] = loopbacks;
  const { socket, port } = udp(ipv4);
  const to = { address: '127.255.255.255', port };
  expectError(() => socket.sendTo('x', to), 'EACCES', { syscall: 'sendto', fd: socket.fd });
  socket.setOption(SOL_SOCKET, SO_BROADCAST, true);
  expect(socket.sendTo('x', to)).toBe(1);
});
