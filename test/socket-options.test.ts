import { beforeEach, describe, expect, test } from 'vitest';
import {
  AF_INET,
  IPPROTO_IP,
  IPPROTO_TCP,
  SO_ACCEPTCONN,
  SO_BROADCAST,
  SO_KEEPALIVE,
  SO_LINGER,
  SO_OOBINLINE,
  SO_RCVBUF,
  SO_RCVLOWAT,
  SO_REUSEADDR,
  SO_REUSEPORT,
  SO_SNDBUF,
  SO_TYPE,
  SOCK_DGRAM,
  SOCK_SEQPACKET,
  SOCK_STREAM,
  Socket,
  SOL_SOCKET,
  TCP_NODELAY,
} from 'io-selectors/socket';
import { compile, start } from './support/processes.js';
import { owned, socketPair, tcpPair } from './support/descriptors.js';
import { expectError } from './support/errors.js';

describe('an option of a socket', () => {
  let socket: Socket;

  beforeEach(() => {
    socket = owned(new Socket());
  });

  test.each([
    ['SO_BROADCAST', SOL_SOCKET, SO_BROADCAST],
    ['SO_KEEPALIVE', SOL_SOCKET, SO_KEEPALIVE],
    ['SO_OOBINLINE', SOL_SOCKET, SO_OOBINLINE],
    ['SO_REUSEADDR', SOL_SOCKET, SO_REUSEADDR],
    ['SO_REUSEPORT', SOL_SOCKET, SO_REUSEPORT],
    ['TCP_NODELAY', IPPROTO_TCP, TCP_NODELAY],
  ])('%s is off, and goes on and off by boolean, number and bytes', (_, level, name) => {
    const values: [number | boolean | Uint8Array, number][] = [
      [true, 1],
      [false, 0],
      [1, 1],
      [0, 0],
      [new Uint8Array(Int32Array.of(1).buffer), 1],
    ];
    expect(socket.getOption(level, name)).toBe(0);
    for (const [value, expected] of values) {
      socket.setOption(level, name, value);
      expect(socket.getOption(level, name)).toBe(expected);
    }
  });

  test.each([
    ['SO_RCVBUF', SO_RCVBUF],
    ['SO_SNDBUF', SO_SNDBUF],
  ])('%s is a size, of which the kernel makes the double', (_, name) => {
    socket.setOption(SOL_SOCKET, name, 20_000);
    expect(socket.getOption(SOL_SOCKET, name)).toBe(40_000);
  });

  test('SO_RCVLOWAT is a number of bytes', () => {
    expect(socket.getOption(SOL_SOCKET, SO_RCVLOWAT)).toBe(1);
    socket.setOption(SOL_SOCKET, SO_RCVLOWAT, 4);
    expect(socket.getOption(SOL_SOCKET, SO_RCVLOWAT)).toBe(4);
  });

  test('SO_LINGER takes the bytes of a struct, and its first number is read back', () => {
    expect(socket.getOption(SOL_SOCKET, SO_LINGER)).toBe(0);
    socket.setOption(SOL_SOCKET, SO_LINGER, new Uint8Array(Int32Array.of(1, 5).buffer));
    expect(socket.getOption(SOL_SOCKET, SO_LINGER)).toBe(1);
  });

  test('SO_TYPE is what the socket was made as', () => {
    expect(socket.getOption(SOL_SOCKET, SO_TYPE)).toBe(SOCK_STREAM);
    expect(owned(new Socket(AF_INET, SOCK_DGRAM)).getOption(SOL_SOCKET, SO_TYPE)).toBe(SOCK_DGRAM);
    expect(socketPair(SOCK_SEQPACKET)[0].getOption(SOL_SOCKET, SO_TYPE)).toBe(SOCK_SEQPACKET);
  });

  test('SO_ACCEPTCONN tells a listener, and cannot be set', () => {
    expect(socket.getOption(SOL_SOCKET, SO_ACCEPTCONN)).toBe(0);
    socket.listen();
    expect(socket.getOption(SOL_SOCKET, SO_ACCEPTCONN)).toBe(1);
    expectError(() => socket.setOption(SOL_SOCKET, SO_ACCEPTCONN, 0), 'ENOPROTOOPT', { syscall: 'setsockopt' });
  });

  test('of a single byte is read as a number', () => {
    const IP_MULTICAST_TTL = 33;
    const datagrams = owned(new Socket(AF_INET, SOCK_DGRAM));
    datagrams.setOption(IPPROTO_IP, IP_MULTICAST_TTL, 200);
    expect(datagrams.getOption(IPPROTO_IP, IP_MULTICAST_TTL)).toBe(200);
  });

  test('that does not exist is ENOPROTOOPT', () => {
    expectError(() => socket.getOption(SOL_SOCKET, 9999), 'ENOPROTOOPT', { syscall: 'getsockopt', fd: socket.fd });
    expectError(() => socket.setOption(SOL_SOCKET, 9999, 1), 'ENOPROTOOPT', { syscall: 'setsockopt', fd: socket.fd });
  });

  test.each([0, 3])('of %i bytes is EINVAL where it is a number', (size) => {
    const call = (): void => socket.setOption(SOL_SOCKET, SO_KEEPALIVE, new Uint8Array(size));
    expectError(call, 'EINVAL', { syscall: 'setsockopt', fd: socket.fd });
  });

  test('that limits a wait makes a blocking call end with null, never early', () => {
    const SO_RCVTIMEO = 20;
    const [client] = tcpPair();
    client.setBlocking(true);
    // struct timeval { long tv_sec; long tv_usec; }
    client.setOption(SOL_SOCKET, SO_RCVTIMEO, new Uint8Array(BigInt64Array.of(0n, 60_000n).buffer));
    const begin = performance.now();
    expect(client.recv(1)).toBeNull();
    expect(performance.now() - begin).toBeGreaterThanOrEqual(60);
  });
});

test('the constants have the values of the headers', async () => {
  const constants: Record<string, unknown> = await import('io-selectors/socket');
  const names = Object.keys(constants).filter((name) => typeof constants[name] === 'number');
  expect(names.length).toBeGreaterThan(30);
  const program = compile(`
    #include <stdio.h>
    #include <sys/socket.h>
    #include <netinet/in.h>
    #include <netinet/tcp.h>
    int main(void) {
      ${names.map((name) => `printf("${name} %d\\n", ${name});`).join('\n')}
    }`);
  const { stdout } = await start(program, []).ended;
  expect(stdout).toBe(names.map((name) => `${name} ${String(constants[name])}\n`).join(''));
});
