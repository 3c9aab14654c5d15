import { readFileSync } from 'node:fs';
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
import { beforeEach, describe, expect, test } from 'vitest';
import { has } from '../support/capability.js';
import { owned, socketPair, tcpPair } from '../support/descriptors.js';
import { expectError, thrownBy } from '../support/errors.js';
import { compile, start } from '../support/processes.js';

const SO_PEERCRED = 17;
const SO_GET_FILTER = 26;
const SO_COOKIE = 57;
const IP_TTL = 2;
const IP_OPTIONS = 4;
const TCP_INFO = 11;
const TCP_CONGESTION = 13;

/** Runs a program whose descriptor 3 is a socket with a filter of three instructions. */
const FILTERED_SOCKET = `
#include <linux/filter.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv) {
  struct sock_filter code[3] = {{BPF_LD | BPF_IMM, 0, 0, 0}, {BPF_LD | BPF_IMM, 0, 0, 0}, {BPF_RET | BPF_K, 0, 0, 65535}};
  struct sock_fprog program = {3, code};
  int fd = socket(AF_INET, SOCK_DGRAM, 0);
  if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) != 0) return 1;
  if (fd != 3 && dup2(fd, 3) != 3) return 1;
  execv(argv[1], argv + 1);
  return 1;
}
`;

/** struct ucred */
function credentials(bytes: Buffer): { pid: number; uid: number; gid: number } {
  expect(bytes).toHaveLength(12);
  const [pid, uid, gid] = new Int32Array(new Uint8Array(bytes).buffer);
  return { pid, uid, gid };
}

describe.runIf(has.posixSockets)('an option of a socket', () => {
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
  ])('%s is off at first, and can be set by boolean, number and bytes', (_, level, name) => {
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
  ])('%s is a size that the kernel doubles', (_, name) => {
    socket.setOption(SOL_SOCKET, name, 20_000);
    expect(socket.getOption(SOL_SOCKET, name)).toBe(40_000);
  });

  test('SO_RCVLOWAT is a number of bytes', () => {
    expect(socket.getOption(SOL_SOCKET, SO_RCVLOWAT)).toBe(1);
    socket.setOption(SOL_SOCKET, SO_RCVLOWAT, 4);
    expect(socket.getOption(SOL_SOCKET, SO_RCVLOWAT)).toBe(4);
  });

  test('SO_LINGER is the bytes of a struct', () => {
    const linger = new Uint8Array(Int32Array.of(1, 5).buffer);
    expect(socket.getOption(SOL_SOCKET, SO_LINGER, 8)).toEqual(Buffer.alloc(8));
    socket.setOption(SOL_SOCKET, SO_LINGER, linger);
    expect(socket.getOption(SOL_SOCKET, SO_LINGER, 8)).toEqual(Buffer.from(linger));
    expect(socket.getOption(SOL_SOCKET, SO_LINGER, 100)).toEqual(Buffer.from(linger));
    expect(socket.getOption(SOL_SOCKET, SO_LINGER, 4)).toEqual(Buffer.from(linger.subarray(0, 4)));
  });

  test('SO_TYPE is the type of the socket', () => {
    expect(socket.getOption(SOL_SOCKET, SO_TYPE)).toBe(SOCK_STREAM);
    expect(owned(new Socket(AF_INET, SOCK_DGRAM)).getOption(SOL_SOCKET, SO_TYPE)).toBe(SOCK_DGRAM);
    expect(socketPair(SOCK_SEQPACKET)[0].getOption(SOL_SOCKET, SO_TYPE)).toBe(SOCK_SEQPACKET);
  });

  test('SO_ACCEPTCONN is set for a listener, and cannot be changed', () => {
    expect(socket.getOption(SOL_SOCKET, SO_ACCEPTCONN)).toBe(0);
    socket.listen();
    expect(socket.getOption(SOL_SOCKET, SO_ACCEPTCONN)).toBe(1);
    expectError(() => socket.setOption(SOL_SOCKET, SO_ACCEPTCONN, 0), 'ENOPROTOOPT', { syscall: 'setsockopt' });
  });

  test.each<[string, () => Socket, number, number, RegExp]>([
    ['SO_LINGER', () => socket, SOL_SOCKET, SO_LINGER, /of 8,/],
    ['TCP_INFO', () => socket, IPPROTO_TCP, TCP_INFO, /of [12]\d\d,/],
    ['TCP_CONGESTION', () => socket, IPPROTO_TCP, TCP_CONGESTION, /of 16,/],
    ['SO_PEERCRED', () => socketPair()[0], SOL_SOCKET, SO_PEERCRED, /of 12,/],
    ['SO_COOKIE', () => socket, SOL_SOCKET, SO_COOKIE, /of 8,/],
    ['IP_OPTIONS, without any', () => socket, IPPROTO_IP, IP_OPTIONS, /of 0,/],
  ])('%s is not a number, and the error tells how many bytes it has', (_, make, level, name, size) => {
    const error = thrownBy(() => make().getOption(level, name));
    expect(error).toBeInstanceOf(RangeError);
    expect(error).toMatchObject({ code: 'ERR_OUT_OF_RANGE', message: expect.stringMatching(size) });
    expect(String(error)).toContain('getOption(level, name, length)');
  });

  test('SO_PEERCRED is a struct of three numbers', () => {
    const [a] = socketPair();
    const { pid, uid, gid } = credentials(a.getOption(SOL_SOCKET, SO_PEERCRED, 64));
    expect([pid, uid, gid]).toEqual([process.pid, process.getuid?.(), process.getgid?.()]);
  });

  test('TCP_INFO has a state in its first byte, and is as long as there is room', () => {
    const [TCP_ESTABLISHED, TCP_CLOSE] = [1, 7];
    expect(socket.getOption(IPPROTO_TCP, TCP_INFO, 1024)[0]).toBe(TCP_CLOSE);
    const info = tcpPair()[0].getOption(IPPROTO_TCP, TCP_INFO, 1024);
    expect(info[0]).toBe(TCP_ESTABLISHED);
    expect(info.length).toBeGreaterThan(100);
    expect(info.length).toBeLessThan(1024);
    expect(socket.getOption(IPPROTO_TCP, TCP_INFO, 8)).toHaveLength(8);
  });

  test('TCP_CONGESTION is text, and can be set as text', () => {
    const name = () => socket.getOption(IPPROTO_TCP, TCP_CONGESTION, 32).toString().replace(/\0+$/, '');
    expect(name()).toBe(readFileSync('/proc/sys/net/ipv4/tcp_congestion_control', 'utf8').trim());
    socket.setOption(IPPROTO_TCP, TCP_CONGESTION, Buffer.from('reno'));
    expect(name()).toBe('reno');
  });

  test('IP_TTL is a number, or as many bytes as there is room for', () => {
    socket.setOption(IPPROTO_IP, IP_TTL, 77);
    expect(socket.getOption(IPPROTO_IP, IP_TTL)).toBe(77);
    expect(socket.getOption(IPPROTO_IP, IP_TTL, 64)).toEqual(Buffer.from(Int32Array.of(77).buffer));
    expect(socket.getOption(IPPROTO_IP, IP_TTL, 1)).toEqual(Buffer.of(77));
  });

  test('of no bytes is an empty buffer', () => {
    expect(socket.getOption(IPPROTO_IP, IP_OPTIONS, 40)).toHaveLength(0);
    expect(socket.getOption(SOL_SOCKET, SO_KEEPALIVE, 0)).toHaveLength(0);
  });

  test.runIf(has.linuxBuild)('whose length counts filter instructions writes no more than there is room for', async () => {
    const source = `
      import { Socket, SOL_SOCKET } from 'io-selectors/socket';
      const socket = Socket.fromFd(3);
      const lengths = [0, 7, 16, 24, 1024].map((length) => {
        try {
          return socket.getOption(SOL_SOCKET, ${SO_GET_FILTER}, length).length;
        } catch ({ code }) {
          return code;
        }
      });
      console.log(lengths.join());`;
    const node = [process.execPath, '--input-type=module', '--eval', source];
    const { stdout, stderr } = await start(compile(FILTERED_SOCKET), node).ended;
    expect([stdout, stderr]).toEqual(['EINVAL,EINVAL,EINVAL,24,24\n', '']);
  });

  test('of a single byte is read as a number', () => {
    const IP_MULTICAST_TTL = 33;
    const datagrams = owned(new Socket(AF_INET, SOCK_DGRAM));
    datagrams.setOption(IPPROTO_IP, IP_MULTICAST_TTL, 200);
    expect(datagrams.getOption(IPPROTO_IP, IP_MULTICAST_TTL)).toBe(200);
  });

  test('that does not exist fails with ENOPROTOOPT', () => {
    expectError(() => socket.getOption(SOL_SOCKET, 9999), 'ENOPROTOOPT', { syscall: 'getsockopt', fd: socket.fd });
    expectError(() => socket.setOption(SOL_SOCKET, 9999, 1), 'ENOPROTOOPT', { syscall: 'setsockopt', fd: socket.fd });
  });

  test.each([0, 3])('of %i bytes fails with EINVAL if it is a number', (size) => {
    const call = (): void => socket.setOption(SOL_SOCKET, SO_KEEPALIVE, new Uint8Array(size));
    expectError(call, 'EINVAL', { syscall: 'setsockopt', fd: socket.fd });
  });

  test('that limits a wait makes a blocking call return null, never early', () => {
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

test.runIf(has.posixSockets)('the constants have the values of the headers, and are 0 where those lack them', async () => {
  const constants: Record<string, unknown> = await import('io-selectors/socket');
  const names = Object.keys(constants).filter((name) => typeof constants[name] === 'number');
  expect(names.length).toBeGreaterThan(30);
  const program = compile(`
    #include <stdio.h>
    #include <sys/socket.h>
    #include <netinet/in.h>
    #include <netinet/tcp.h>
    int main(void) {
      ${names.map((name) => `\n#ifndef ${name}\n#define ${name} 0\n#endif\nprintf("${name} %d\\n", ${name});`).join('')}
    }`);
  const { stdout } = await start(program, []).ended;
  expect(stdout).toBe(names.map((name) => `${name} ${String(constants[name])}\n`).join(''));
});
