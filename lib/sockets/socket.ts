import { inspect } from 'node:util';
import { native } from '../core/binding.js';
import {
  checkBoolean,
  checkBuffer,
  checkData,
  checkFd,
  checkFlags,
  checkInteger,
  INT_MAX,
  INT_MIN,
  readOptions,
} from '../core/check.js';
import { DescriptorOwner } from '../core/descriptor-owner.js';
import { Descriptor } from '../core/descriptor.js';
import { EADDRINUSE, EALREADY, ECONNRESET, EINPROGRESS, EINTR } from '../core/errno.js';
import { invalidType, outOfRange, systemError } from '../core/errors.js';
import { show } from '../core/inspect.js';
import type { NodeBuffer } from '../core/node-types.js';
import { check, failure, orNull, wouldBlock } from '../core/result.js';
import {
  type Address,
  createNativeAddress,
  describeAddress,
  errorAt,
  fromNativeAddress,
  type NativeAddress,
  toNativeAddress,
} from './address.js';
import { AF_INET, MSG_TRUNC, SO_ERROR, SO_TYPE, SOCK_STREAM, SOL_SOCKET, SOMAXCONN } from './constants.js';

/** The bits of a type without SOCK_NONBLOCK and SOCK_CLOEXEC. */
const TYPE_MASK = 0xf;

/** In the order of SHUT_RD, SHUT_WR, SHUT_RDWR. */
const HOW = ['read', 'write', 'both'];

/** The kernel writes addresses here. Decode one before the next call. */
const scratch = createNativeAddress();

/**
 * The kernel writes options here. Larger than a number needs: a struct that did not fit would be truncated
 * silently.
 */
const optionBytes = new Uint8Array(1024);
const optionNumber = new Int32Array(optionBytes.buffer, 0, 1);

/**
 * A socket. Each method makes the system call of its name once. "Would block" is null; every other failure is
 * thrown as `SystemError`. After `close()` every method throws `ERR_CLOSED`. A peer that is gone is EPIPE, never
 * the signal SIGPIPE. socket(7)
 */
export class Socket extends DescriptorOwner {
  readonly #descriptor: Descriptor;
  /** SOCK_STREAM, SOCK_DGRAM, ... */
  readonly #type: number;
  /** The peer of a connection in progress. */
  #connecting: NativeAddress | undefined;
  /** The last SO_ERROR, 0 if there was none since the last `connect`. */
  #taken = 0;

  /**
   * socket(2): blocking, CLOEXEC.
   * @param family AF_INET (default), AF_INET6, AF_UNIX
   * @param type SOCK_STREAM (default), SOCK_DGRAM, SOCK_SEQPACKET
   * @param protocol 0 (default): the usual one for family and type
   */
  constructor(family?: number, type?: number, protocol?: number);
  /** @internal */
  constructor(descriptor: Descriptor, type: number);
  constructor(family: number | Descriptor = AF_INET, type: number = SOCK_STREAM, protocol = 0) {
    checkInteger(type, 'type', INT_MIN, INT_MAX);
    const descriptor = family instanceof Descriptor ? family : openSocket(family, type, protocol);
    super('the socket', descriptor);
    this.#descriptor = descriptor;
    this.#type = type & TYPE_MASK;
  }

  /**
   * A `Socket` over an existing descriptor, which it owns from now on.
   * @throws SystemError EBADF if fd is not open, ENOTSOCK if it is not a socket
   */
  static fromFd(fd: number): Socket {
    check(native.getsockname(checkFd(fd), scratch), fd);
    check(native.getsockopt(fd, SOL_SOCKET, SO_TYPE, optionBytes), fd);
    return new Socket(new Descriptor(fd), optionNumber[0]);
  }

  /** Whether calls block: fcntl(2), O_NONBLOCK. */
  setBlocking(blocking: boolean): void {
    const fd = this.assertOpen();
    check(native.setBlocking(fd, checkBoolean(blocking, 'blocking')), fd);
  }

  /** bind(2). Port 0 takes any free port: see `localAddress`. */
  bind(address: Address): void {
    this.assertOpen();
    const own = toNativeAddress(address);
    const fd = this.assertOpen();
    const result = native.bind(fd, own);
    if (result < 0) throw errorAt(own, result, fd);
  }

  /**
   * listen(2)
   * @param backlog how many connections may wait to be accepted: default SOMAXCONN. The system has a limit of its
   *   own
   */
  listen(backlog: number = SOMAXCONN): void {
    const fd = this.assertOpen();
    const result = native.listen(fd, checkInteger(backlog, 'backlog', 0, INT_MAX));
    if (result >= 0) return;
    const error = failure(result, fd);
    const isKnown = result === EADDRINUSE && native.getsockname(fd, scratch) === 0;
    throw isKnown ? errorAt(scratch, result, fd) : error;
  }

  /**
   * accept4(2). The new socket is CLOEXEC and has the blocking mode of this one.
   * @returns null if no connection is waiting
   */
  accept(): { socket: Socket; address: Address } | null {
    const fd = this.#accept(true);
    if (fd === null) return null;
    return { socket: new Socket(Descriptor.made(fd), this.#type), address: fromNativeAddress(scratch) };
  }

  /** `accept` without objects: returns the new descriptor, which the caller closes. */
  acceptFd(): number | null {
    return this.#accept(false);
  }

  /**
   * connect(2)
   * @returns true if connected; false if the connection is in progress: wait until the socket is writable, then ask
   *   `takeError()`
   * @throws SystemError with `address` and `port`, for example ECONNREFUSED
   */
  connect(address: Address): boolean {
    this.assertOpen();
    const peer = toNativeAddress(address);
    const fd = this.assertOpen();
    this.#taken = 0;
    const result = native.connect(fd, peer);
    // A signal interrupts the call, but not the connection.
    if (result === EINPROGRESS || result === EINTR) this.#connecting = peer;
    else if (result !== EALREADY) this.#connecting = undefined;
    if (result < 0 && result !== EINPROGRESS) throw errorAt(peer, result, fd);
    return result === 0;
  }

  /**
   * recv(2)
   * @param size the most bytes to receive
   * @param flags MSG_* bits. With MSG_TRUNC, TCP discards the bytes, and zeros are returned in their place
   * @returns the bytes, none at the end of the stream; null if it would block
   */
  recv(size: number, flags = 0): NodeBuffer | null {
    this.assertOpen();
    const buffer = allocate(size, flags);
    const count = this.recvInto(buffer, flags);
    return count === null ? null : trim(buffer, count);
  }

  /**
   * `recv` into a buffer of the caller's.
   * @returns the number of bytes, 0 at the end of the stream; with MSG_TRUNC the full length of a datagram, which
   *   may be more than fits; null if it would block
   */
  recvInto(buffer: Uint8Array, flags = 0): number | null {
    const fd = this.assertOpen();
    return orNull(native.recv(fd, checkBuffer(buffer, 'buffer'), checkFlags(flags)), fd);
  }

  /**
   * send(2). Text is encoded as UTF-8.
   * @param flags MSG_* bits
   * @returns how many bytes were sent, perhaps not all; null if it would block
   */
  send(data: Uint8Array | string, flags = 0): number | null {
    const fd = this.assertOpen();
    return orNull(native.send(fd, checkData(data, 'data'), checkFlags(flags)), fd);
  }

  /**
   * recvfrom(2): a datagram and the address it came from, which is `{ path: '' }` if the kernel gives none, as for
   * a stream.
   * @param size the most bytes to receive
   * @param flags MSG_* bits, as for `recv`
   * @returns truncated: whether the datagram was longer than size; null if it would block
   */
  recvFrom(size: number, flags = 0): { data: NodeBuffer; address: Address; truncated: boolean } | null {
    const fd = this.assertOpen();
    const buffer = allocate(size, flags);
    // For the full length of the datagram. A stream would discard the bytes.
    const allFlags = this.#type === SOCK_STREAM ? flags : flags | MSG_TRUNC;
    const count = orNull(native.recvfrom(fd, buffer, allFlags, scratch), fd);
    if (count === null) return null;
    return { data: trim(buffer, count), address: fromNativeAddress(scratch), truncated: count > size };
  }

  /** sendto(2): a datagram to an address. */
  sendTo(data: Uint8Array | string, address: Address, flags = 0): number | null {
    this.assertOpen();
    const peer = toNativeAddress(address);
    const bytes = checkData(data, 'data');
    checkFlags(flags);
    const fd = this.assertOpen();
    const result = native.sendto(fd, bytes, flags, peer);
    if (result >= 0) return result;
    if (wouldBlock(result)) return null;
    throw errorAt(peer, result, fd);
  }

  /** shutdown(2): ends one direction of the connection, or both. */
  shutdown(how: 'read' | 'write' | 'both'): void {
    const fd = this.assertOpen();
    if (typeof how !== 'string') throw invalidType('how', "'read', 'write' or 'both'", how);
    if (!HOW.includes(how)) throw outOfRange('how', "'read', 'write' or 'both'", how);
    check(native.shutdown(fd, HOW.indexOf(how)), fd);
  }

  /**
   * getsockopt(2), for an option that is a number.
   * @throws RangeError ERR_OUT_OF_RANGE for any other, such as a struct: pass its length
   */
  getOption(level: number, name: number): number;
  /**
   * getsockopt(2), for any option.
   * @param length how many bytes there is room for; the kernel truncates what is longer
   * @returns the bytes that the kernel wrote
   */
  getOption(level: number, name: number, length: number): NodeBuffer;
  getOption(level: number, name: number, length?: number): number | NodeBuffer {
    const fd = this.assertOpen();
    checkInteger(level, 'level', INT_MIN, INT_MAX);
    checkInteger(name, 'name', INT_MIN, INT_MAX);
    if (length !== undefined) {
      const value = Buffer.alloc(checkInteger(length, 'length', 0, INT_MAX));
      return value.subarray(0, check(native.getsockopt(fd, level, name, value), fd));
    }
    const size = check(native.getsockopt(fd, level, name, optionBytes.fill(0)), fd);
    // Some systems have options that are a single byte.
    if (size !== 1 && size !== optionNumber.BYTES_PER_ELEMENT) throw notANumber(name, size);
    return optionNumber[0];
  }

  /** setsockopt(2). An option that is not a number or boolean is passed as the bytes of its struct. */
  setOption(level: number, name: number, value: number | boolean | Uint8Array): void {
    const fd = this.assertOpen();
    checkInteger(level, 'level', INT_MIN, INT_MAX);
    checkInteger(name, 'name', INT_MIN, INT_MAX);
    check(native.setsockopt(fd, level, name, toOption(value)), fd);
  }

  /**
   * SO_ERROR, which reading clears: why a connection failed, or null. While a connection was in progress, it is the
   * error of its connect(2), with the address.
   */
  takeError(): Error | null {
    const error = this.#pendingError();
    const { fd } = this;
    const peer = this.#connecting;
    if (error === 0) {
      // A connection still in progress has no peer yet.
      if (peer !== undefined && native.getpeername(fd, scratch) === 0) this.#connecting = undefined;
      return null;
    }
    this.#connecting = undefined;
    // Only an established connection can be reset.
    if (peer === undefined || -error === ECONNRESET) return systemError(-error, 'getsockopt', fd);
    return errorAt(peer, -error, fd, 'connect');
  }

  /** getsockname(2) */
  localAddress(): Address {
    const fd = this.assertOpen();
    check(native.getsockname(fd, scratch), fd);
    return fromNativeAddress(scratch);
  }

  /** getpeername(2) */
  remoteAddress(): Address {
    const fd = this.assertOpen();
    check(native.getpeername(fd, scratch), fd);
    return fromNativeAddress(scratch);
  }

  /** Gives up ownership: returns the descriptor, which is the caller's to close, and leaves this socket closed. */
  detach(): number {
    this.assertOpen();
    return this.#descriptor.release();
  }

  /** @internal */
  override [inspect.custom](): object {
    return show(this, () => {
      const { fd, closed } = this;
      if (closed) return { fd, closed };
      const local = native.getsockname(fd, scratch) === 0 ? describeAddress(scratch) : '';
      const remote = native.getpeername(fd, scratch) === 0 ? describeAddress(scratch) : '';
      return { fd, closed, ...(local && { local }), ...(remote && { remote }) };
    });
  }

  #pendingError(): number {
    const error = this.getOption(SOL_SOCKET, SO_ERROR);
    // Windows does not clear it.
    if (!native.onlySockets) return error;
    const isNew = error !== this.#taken;
    this.#taken = error;
    return isNew ? error : 0;
  }

  #accept(own: boolean): number | null {
    const fd = this.assertOpen();
    return orNull(native.accept(fd, scratch, own), fd);
  }
}

/**
 * socketpair(2): two connected AF_UNIX sockets, CLOEXEC. On Windows two sockets of the loopback interface, which no
 * other program can connect or send to.
 * @param type SOCK_STREAM (default), SOCK_DGRAM, SOCK_SEQPACKET (not on Windows)
 * @param options.blocking default false
 */
export function socketPair(type: number = SOCK_STREAM, options?: { blocking?: boolean }): [Socket, Socket] {
  checkInteger(type, 'type', INT_MIN, INT_MAX);
  const { blocking = false } = readOptions(options, ['blocking']);
  const fds = new Int32Array(2);
  check(native.socketpair(fds, type, checkBoolean(blocking, 'options.blocking')));
  return [new Socket(Descriptor.made(fds[0]), type), new Socket(Descriptor.made(fds[1]), type)];
}

function openSocket(family: number, type: number, protocol: number): Descriptor {
  checkInteger(family, 'family', INT_MIN, INT_MAX);
  checkInteger(protocol, 'protocol', INT_MIN, INT_MAX);
  return Descriptor.made(check(native.socket(family, type, protocol)));
}

function notANumber(name: number, size: number): RangeError {
  const expected = `an option of 4 bytes, as a number has; for this one, of ${size}, use getOption(level, name, length)`;
  return outOfRange('name', expected, name);
}

function toOption(value: unknown): Uint8Array | Int32Array {
  if (typeof value === 'number') return Int32Array.of(checkInteger(value, 'value', INT_MIN, INT_MAX));
  if (typeof value === 'boolean') return Int32Array.of(Number(value));
  return checkBuffer(value, 'value', 'a number, a boolean or a Uint8Array');
}

/** Memory that a call may leave unwritten is zeroed, so that it does not reveal old contents. */
function allocate(size: number, flags: number): Buffer {
  checkInteger(size, 'size', 0, INT_MAX);
  return checkFlags(flags) & MSG_TRUNC ? Buffer.alloc(size) : Buffer.allocUnsafe(size);
}

/** The first count bytes, without keeping a buffer alive that is mostly empty. */
function trim(buffer: Buffer, count: number): Buffer {
  return count > buffer.length / 2 ? buffer.subarray(0, count) : Buffer.from(buffer.subarray(0, count));
}
