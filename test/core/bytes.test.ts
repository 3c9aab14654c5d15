import { createContext, runInContext } from 'node:vm';
import { read, write } from 'io-selectors/fd';
import { MessageList, SO_KEEPALIVE, Socket, SOL_SOCKET } from 'io-selectors/socket';
import { describe, expect, test } from 'vitest';
import { owned, pipe, socketPair } from '../support/descriptors.js';
import { expectError } from '../support/errors.js';
import { udp, loopbacks } from '../support/internet.js';

/** Every call that takes bytes, and how to read back what it sent. */
const senders: [string, (bytes: Uint8Array) => Buffer | undefined][] = [
  ['send', (bytes) => {
    const [a, b] = socketPair();
    a.send(bytes);
    return b.recv(100) ?? Buffer.alloc(0);
  }],
  ['sendTo', (bytes) => {
    const [{ address, ...loopback }] = loopbacks;
    const [a, b] = [udp({ address, ...loopback }), udp({ address, ...loopback })];
    a.socket.sendTo(bytes, { address, port: b.port });
    return b.socket.recv(100)!;
  }],
  ['MessageList.add', (bytes) => {
    const list = new MessageList(1, 100);
    list.add(0, bytes);
    return Buffer.from(list.message(0));
  }],
  ['write', (bytes) => {
    const [readFd, writeFd] = pipe();
    write(writeFd, bytes);
    const buffer = Buffer.alloc(100);
    return buffer.subarray(0, read(readFd, buffer) ?? 0);
  }],
];

/** Every call that fills the caller's memory, given 'abc' to write. */
const receivers: [string, (memory: Uint8Array) => number | null][] = [
  ['recvInto', (memory) => {
    const [a, b] = socketPair();
    a.send('abc');
    return b.recvInto(memory);
  }],
  ['read', (memory) => {
    const [readFd, writeFd] = pipe();
    write(writeFd, 'abc');
    return read(readFd, memory);
  }],
];

const takers: [string, (bytes: Uint8Array) => unknown][] = [
  ...senders,
  ...receivers,
  ['setOption', (bytes) => owned(new Socket()).setOption(SOL_SOCKET, SO_KEEPALIVE, bytes)],
];

class Liar extends Uint8Array {
  override get length(): never {
    throw new Error('asked a subclass');
  }
  override get byteLength(): number {
    return 1;
  }
  override get byteOffset(): number {
    return 50;
  }
}

/** A buffer that can be resized or grown, which the type definitions lack. */
function growable(Type: typeof ArrayBuffer | typeof SharedArrayBuffer, size: number, maxByteLength: number) {
  return Reflect.construct(Type, [size, { maxByteLength }]) as ArrayBuffer & { resize(size: number): void };
}

function detached(): Uint8Array {
  const bytes = new Uint8Array(3);
  structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
  return bytes;
}

function outOfBounds(): Uint8Array {
  const memory = growable(ArrayBuffer, 100, 100);
  const bytes = new Uint8Array(memory, 50);
  memory.resize(10);
  return bytes;
}

describe.each(takers)('%s refuses', (_, take) => {
  test.each<[string, () => unknown]>([
    ['what only inherits from Uint8Array', () => Object.create(Uint8Array.prototype)],
    ['what only looks like one', () => ({ length: 1, 0: 1, buffer: new ArrayBuffer(1), byteLength: 1, byteOffset: 0 })],
    ['a proxy of one', () => new Proxy(new Uint8Array(1), {})],
    ['a DataView', () => new DataView(new ArrayBuffer(1))],
    ['detached memory', detached],
    ['what is out of the bounds of memory that has shrunk', outOfBounds],
  ])('%s', (_kind, make) => {
    expectError(() => take(make() as never), 'ERR_INVALID_ARG_TYPE', { type: TypeError });
  });
});

describe.each(senders)('%s takes', (_, sent) => {
  test.each<[string, () => Uint8Array]>([
    ['the bytes of another realm', () => runInContext('Uint8Array.of(97, 98, 99)', createContext())],
    ['the bytes of a subclass that lies about them', () => Liar.of(97, 98, 99)],
    ['a part of a buffer', () => Buffer.from('-abc-').subarray(1, 4)],
    ['a part of shared memory', () => {
      const bytes = new Uint8Array(new SharedArrayBuffer(5), 1, 3);
      bytes.set([97, 98, 99]);
      return bytes;
    }],
    ['memory that has grown', () => {
      const memory = growable(ArrayBuffer, 1, 100);
      const bytes = new Uint8Array(memory);
      memory.resize(3);
      bytes.set([97, 98, 99]);
      return bytes;
    }],
  ])('%s', (_kind, make) => {
    expect(sent(make())?.toString()).toBe('abc');
  });

  test('an empty view as no bytes', () => {
    expect(sent(new Uint8Array(0))).toHaveLength(0);
  });
});

describe.each(receivers)('%s fills', (_, receive) => {
  test.each<[string, () => Uint8Array]>([
    ['memory of another realm', () => runInContext('new Uint8Array(3)', createContext())],
    ['memory of a subclass that lies about it', () => new Liar(3)],
    ['shared memory', () => new Uint8Array(new SharedArrayBuffer(3))],
    ['memory that has grown', () => {
      const memory = growable(ArrayBuffer, 1, 100);
      const bytes = new Uint8Array(memory);
      memory.resize(3);
      return bytes;
    }],
  ])('%s', (_kind, make) => {
    const memory = make();
    expect(receive(memory)).toBe(3);
    expect(Array.from({ length: 3 }, (_value, i) => memory[i])).toEqual([97, 98, 99]);
  });

  test('no more than what is left of memory that has shrunk', () => {
    const memory = growable(ArrayBuffer, 100, 100);
    const bytes = new Uint8Array(memory);
    memory.resize(2);
    expect(receive(bytes)).toBe(2);
  });
});

test('a subclass that lies about its length overwrites nothing', () => {
  const list = new MessageList(2, 4);
  list.add(0, 'aaaa');
  list.clear();
  const bytes = new (class extends Uint8Array {
    override get length(): number {
      return 1;
    }
  })(8);
  expectError(() => list.add(0, bytes), 'ERR_OUT_OF_RANGE');
  expect(list.length).toBe(0);
  list.add(0);
  list.add(1, 'bbbb');
  expect(list.message(1).toString()).toBe('bbbb');
});

test('setOption passes the real bytes of a subclass that lies about them', () => {
  const socket = owned(new Socket());
  socket.setOption(SOL_SOCKET, SO_KEEPALIVE, new Liar(Int32Array.of(1).buffer));
  expect(socket.getOption(SOL_SOCKET, SO_KEEPALIVE)).toBe(1);
});
