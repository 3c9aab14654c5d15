import { fstatSync, openSync } from 'node:fs';
import { close } from 'io-selectors/fd';
import {
  type Address,
  AF_INET,
  AF_INET6,
  AF_UNIX,
  SO_KEEPALIVE,
  SOCK_DGRAM,
  Socket,
  SOL_SOCKET,
} from 'io-selectors/socket';
import { describe, expect, test } from 'vitest';
import { has } from '../support/capability.js';
import { owned, ownedFd, pipe } from '../support/descriptors.js';
import { expectError, thrownBy } from '../support/errors.js';
import { highPipe } from '../support/high-descriptors.js';
import { hasIPv6 } from '../support/internet.js';
import { openDescriptors } from '../support/witness.js';

const TYPE = ['ERR_INVALID_ARG_TYPE', TypeError] as const;
const RANGE = ['ERR_OUT_OF_RANGE', RangeError] as const;
const INT_MAX = 2 ** 31 - 1;
const here = { address: '127.0.0.1', port: 0 };

/** Calls a method with arguments that its types do not allow. */
function call(socket: Socket, method: keyof Socket, args: unknown[]): unknown {
  const untyped: Record<PropertyKey, () => unknown> = Object(socket);
  return Reflect.apply(untyped[method], socket, args);
}

const notIntegers = [
  ...['1', true, 1n, null, {}, []].map((value) => [value, ...TYPE] as const),
  ...[NaN, Infinity, 1.5, INT_MAX + 1, -INT_MAX - 2].map((value) => [value, ...RANGE] as const),
];
const notSizes = [...notIntegers, [-1, ...RANGE] as const, [undefined, ...TYPE] as const];
const notBuffers = [1, undefined, null, true, [1, 2], {}, new ArrayBuffer(4), new Uint16Array(2)].map(
  (value) => [value, ...TYPE] as const,
);

describe('a socket cannot be made', () => {
  test.each(['family', 'type', 'protocol'].flatMap((name, i) => notIntegers.map((row) => [name, i, ...row] as const)))(
    'with %s (argument %i) %o: %s',
    (_, position, value, code, type) => {
      const args: unknown[] = [undefined, undefined, undefined];
      args[position] = value;
      expectError(() => Reflect.construct(Socket, args), code, { type });
    },
  );

  test.runIf(has.posixSockets).each([
    ['family', [9999], 'EAFNOSUPPORT'],
    ['family', [-1], 'EAFNOSUPPORT'],
    ['type', [AF_UNIX, 0], 'ESOCKTNOSUPPORT'],
    ['type', [AF_UNIX, 15], 'EINVAL'],
    ['protocol', [AF_UNIX, SOCK_DGRAM, 99], 'EPROTONOSUPPORT'],
  ])('with a %s that the kernel does not have: %o', (_, args, code) => {
    const error = thrownBy(() => Reflect.construct(Socket, args));
    expect(error).toMatchObject({ code, syscall: 'socket' });
    expect(error).not.toHaveProperty('fd');
  });
});

type Row = readonly [value: unknown, code: string, type: ErrorConstructor];

const rows: [method: keyof Socket, position: number, others: unknown[], bad: Row[]][] = [
  ['recv', 0, [], notSizes],
  ['recv', 1, [1], notIntegers],
  ['recvInto', 0, [], notBuffers],
  ['recvInto', 1, [new Uint8Array(1)], notIntegers],
  ['recvFrom', 0, [], notSizes],
  ['recvFrom', 1, [1], notIntegers],
  ['send', 0, [], notBuffers],
  ['send', 1, ['x'], notIntegers],
  ['sendTo', 0, [undefined, here], notBuffers],
  ['sendTo', 2, ['x', here], notIntegers],
  ['listen', 0, [], [...notIntegers, [-1, ...RANGE]]],
  ['getOption', 0, [undefined, SO_KEEPALIVE], [...notIntegers, [undefined, ...TYPE]]],
  ['getOption', 1, [SOL_SOCKET], [...notIntegers, [undefined, ...TYPE]]],
  ['getOption', 2, [SOL_SOCKET, SO_KEEPALIVE], [...notIntegers, [-1, ...RANGE]]],
  ['setOption', 0, [undefined, SO_KEEPALIVE, 1], [...notIntegers, [undefined, ...TYPE]]],
  ['setOption', 1, [SOL_SOCKET, undefined, 1], [...notIntegers, [undefined, ...TYPE]]],
  ['setBlocking', 0, [], [0, 1, 'true', null, undefined, {}].map((value) => [value, ...TYPE] as const)],
  ['setOption', 2, [SOL_SOCKET, SO_KEEPALIVE], [
    ...['1', null, undefined, 1n, {}, [1], new Uint16Array(2)].map((value) => [value, ...TYPE] as const),
    ...[NaN, Infinity, 1.5, INT_MAX + 1].map((value) => [value, ...RANGE] as const),
  ]],
  ['shutdown', 0, [], [
    ...[undefined, null, 0, true, {}].map((value) => [value, ...TYPE] as const),
    ...['', 'READ', 'rd', '__proto__'].map((value) => [value, ...RANGE] as const),
  ]],
];

describe.each(rows)('%s, argument %i', (method, position, others, bad) => {
  test.each(bad)('must not be %o: %s', (value, code, type) => {
    const socket = owned(new Socket(undefined, SOCK_DGRAM));
    const args = [...others];
    args[position] = value;
    expectError(() => call(socket, method, args), code, { type });
  });
});

test('send() names every type that it accepts', () => {
  const { message } = thrownBy(() => call(owned(new Socket()), 'send', [5])) as Error;
  expect(message).toBe('"data" must be a string or a Uint8Array. Received number (5)');
});

describe.each<keyof Socket>(['bind', 'connect', 'sendTo'])('the address of %s', (method) => {
  test.each<[unknown, string, ErrorConstructor]>([
    [undefined, ...TYPE],
    [null, ...TYPE],
    ['127.0.0.1', ...TYPE],
    [80, ...TYPE],
    [{}, ...TYPE],
    [{ address: '127.0.0.1' }, ...TYPE],
    [{ port: 80 }, ...TYPE],
    [{ address: 127, port: 80 }, ...TYPE],
    [{ address: '127.0.0.1', port: '80' }, ...TYPE],
    [{ address: '127.0.0.1', port: -1 }, ...RANGE],
    [{ address: '127.0.0.1', port: 65536 }, ...RANGE],
    [{ address: '127.0.0.1', port: 1.5 }, ...RANGE],
    [{ address: '127.0.0.1', port: NaN }, ...RANGE],
    [{ address: 'localhost', port: 80 }, ...RANGE],
    [{ address: 'example.com', port: 80 }, ...RANGE],
    [{ address: '', port: 80 }, ...RANGE],
    [{ address: '*', port: 80 }, ...RANGE],
    [{ address: '256.0.0.1', port: 80 }, ...RANGE],
    [{ address: '127.0.0.1.', port: 80 }, ...RANGE],
    [{ address: '[::1]', port: 80 }, ...RANGE],
    [{ address: ':::', port: 80 }, ...RANGE],
    // Text that inet_aton(3) would accept, and text with a NUL byte.
    [{ address: '127.1', port: 80 }, ...RANGE],
    [{ address: '2130706433', port: 80 }, ...RANGE],
    [{ address: '0x7f.0.0.1', port: 80 }, ...RANGE],
    [{ address: '127.0.0.1\0.example.com', port: 80 }, ...RANGE],
    [{ address: '127.0.0.1', port: 80, family: 'IPv6' }, ...RANGE],
    [{ address: '::1', port: 80, family: 'IPv4' }, ...RANGE],
    [{ address: '127.0.0.1', port: 80, family: 'ipv4' }, ...RANGE],
    [{ address: '127.0.0.1', port: 80, family: 4 }, ...TYPE],
    [{ address: '127.0.0.1', port: 80, family: null }, ...TYPE],
    [{ path: 1 }, ...TYPE],
    [{ path: undefined }, ...TYPE],
    [{ path: Buffer.from('/tmp/x') }, ...TYPE],
  ])('must not be %o: %s', (address, code, type) => {
    const socket = owned(new Socket(undefined, SOCK_DGRAM));
    expectError(() => call(socket, method, method === 'sendTo' ? ['x', address] : [address]), code, { type });
    expect(socket.localAddress()).toMatchObject({ port: 0 });
  });
});

const ipv6 = { address: '::1', port: 9 };
const ipv4 = { address: '127.0.0.1', port: 9 };
test.runIf(has.posixSockets).each<[string, number, Address, string]>([
  ['IPv4', AF_INET, ipv6, 'EAFNOSUPPORT'],
  ['IPv4', AF_INET, { path: '/tmp/some/path' }, 'EAFNOSUPPORT'],
  ['unix', AF_UNIX, ipv4, 'EINVAL'],
])('an %s socket refuses an address of another family: %o', (_, family, address, code) => {
  const socket = owned(new Socket(family));
  expectError(() => socket.bind(address), code, { syscall: 'bind', fd: socket.fd });
  expectError(() => socket.connect(address), code, { syscall: 'connect', fd: socket.fd });
});

describe.each([
  ['close()', (socket: Socket) => socket.close()],
  ['detach()', (socket: Socket) => void ownedFd(socket.detach())],
])('after %s', (_, end) => {
  const calls: [keyof Socket, unknown[]][] = [
    ['setBlocking', [true]],
    ['bind', [here]],
    ['listen', []],
    ['accept', []],
    ['acceptFd', []],
    ['connect', [here]],
    ['recv', [1]],
    ['recvInto', [new Uint8Array(1)]],
    ['send', ['x']],
    ['recvFrom', [1]],
    ['sendTo', ['x', here]],
    ['shutdown', ['both']],
    ['getOption', [SOL_SOCKET, SO_KEEPALIVE]],
    ['setOption', [SOL_SOCKET, SO_KEEPALIVE, 1]],
    ['takeError', []],
    ['localAddress', []],
    ['remoteAddress', []],
    ['detach', []],
  ];

  test.each(calls)('%s throws ERR_CLOSED', (method, args) => {
    const socket = owned(new Socket());
    end(socket);
    expectError(() => call(socket, method, args), 'ERR_CLOSED');
  });

  test('only close(), closed and fd still work', () => {
    const socket = owned(new Socket());
    end(socket);
    socket.close();
    expect([socket.closed, socket.fd]).toEqual([true, -1]);
    const others = new Set(['constructor', 'fd', 'closed', 'close']);
    const methods = Object.getOwnPropertyNames(Socket.prototype).filter((name) => !others.has(name));
    expect(new Set(calls.map(([method]) => method))).toEqual(new Set(methods));
  });
});

describe('fromFd', () => {
  test.each(notSizes)('refuses %o: %s', (value, code, type) => {
    expectError(() => Reflect.apply(Reflect.get(Socket, 'fromFd'), Socket, [value]), code, { type });
  });

  test.runIf(has.pipe).each([
    ['a pipe', () => pipe()[0]],
    ['a file', () => ownedFd(openSync('/dev/null', 'r'))],
  ])('refuses %s and leaves it open', (_, open) => {
    const fd = open();
    const before = fstatSync(fd).ino;
    expectError(() => Socket.fromFd(fd), 'ENOTSOCK', { syscall: 'getsockname', fd });
    expect(fstatSync(fd).ino).toBe(before);
    expect(openDescriptors().has(fd)).toBe(true);
  });

  test('refuses a number that is not open', () => {
    const [fd] = highPipe();
    close(fd);
    expectError(() => Socket.fromFd(fd), 'EBADF', { syscall: 'getsockname', fd });
    expectError(() => Socket.fromFd(INT_MAX), 'EBADF', { syscall: 'getsockname', fd: INT_MAX });
  });
});

// The machine may lack IPv6.
test.skipIf(!hasIPv6)('an IPv6 socket refuses an IPv4 address', () => {
  const socket = owned(new Socket(AF_INET6));
  expectError(() => socket.bind(ipv4), 'EINVAL', { syscall: 'bind', fd: socket.fd });
  expectError(() => socket.connect(ipv4), 'EINVAL', { syscall: 'connect', fd: socket.fd });
});

test.each<[unknown]>([[{}], [undefined], [null]])('a method called on %o is a TypeError', (that) => {
  const [localAddress, close] = ['localAddress', 'close'].map((name) => Reflect.get(Socket.prototype, name));
  expect(() => Reflect.apply(localAddress, that, [])).toThrow(TypeError);
  expect(() => Reflect.apply(close, that, [])).toThrow(TypeError);
});
