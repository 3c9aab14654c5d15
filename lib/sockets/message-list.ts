import { constants } from 'node:buffer';
import { inspect } from 'node:util';
import { native } from '../core/binding.js';
import { checkData, checkFlags, checkInteger, INT_MAX, isShared, lengthOf } from '../core/check.js';
import { EAGAIN } from '../core/errno.js';
import { noSuchIndex, outOfRange, systemError } from '../core/errors.js';
import { type FileObject, toFd } from '../core/file-object.js';
import { show } from '../core/inspect.js';
import type { NodeBuffer } from '../core/node-types.js';
import { wouldBlock } from '../core/result.js';
import { MSG_TRUNC } from './constants.js';

/**
 * The 32-bit words of a slot: the descriptor, the size of its message, the result of the last call, whether the
 * message was truncated.
 */
const WORDS = 4;
const FD = 0;
const SIZE = 1;
const RESULT = 2;
const TRUNCATED = 3;

/**
 * Messages from and to many sockets. `recvMany` and `sendMany` make one recvmsg(2) or send(2) for each socket, as
 * `Socket` does, but all in one call into the addon and without an allocation: for servers that find many sockets
 * ready at once.
 *
 * A list holds descriptors by number. One that is closed meanwhile fails with EBADF, or means the next file with
 * that number. A blocking socket makes the whole call block, unless MSG_DONTWAIT is given, which Windows lacks.
 */
export class MessageList {
  readonly #capacity: number;
  readonly #slotSize: number;
  #length = 0;
  readonly #slots: Int32Array;
  readonly #memory: Buffer;

  /**
   * @param capacity how many sockets the list has room for, from 1
   * @param slotSize the most bytes of a message, from 1. A longer message is received in parts from a stream, and
   *   truncated as a datagram: see `truncated`
   * @throws TypeError ERR_INVALID_ARG_TYPE
   * @throws RangeError ERR_OUT_OF_RANGE, also if all slots together exceed the largest buffer
   */
  constructor(capacity: number, slotSize: number) {
    const most = Math.min(INT_MAX, constants.MAX_LENGTH);
    this.#capacity = checkInteger(capacity, 'capacity', 1, Math.floor(INT_MAX / WORDS));
    this.#slotSize = checkInteger(slotSize, 'slotSize', 1, Math.floor(most / capacity));
    this.#slots = new Int32Array(WORDS * capacity);
    this.#memory = Buffer.alloc(capacity * slotSize);
  }

  /** How many sockets the list has room for. */
  get capacity(): number {
    return this.#capacity;
  }

  /** The most bytes of a message. */
  get slotSize(): number {
    return this.#slotSize;
  }

  /** How many sockets are in the list. */
  get length(): number {
    return this.#length;
  }

  /** Empties the list. */
  clear(): void {
    this.#length = 0;
  }

  /**
   * Appends a socket.
   *
   * @param data a message for `sendMany`, which is copied; text is encoded as UTF-8. If absent, there is none until
   *   `recvMany` receives one
   * @returns its index
   * @throws RangeError ERR_OUT_OF_RANGE if the list is full, or the message longer than `slotSize`
   */
  add(fileObject: FileObject, data?: Uint8Array | string): number {
    const fd = toFd(fileObject);
    const bytes = data === undefined ? undefined : checkData(data, 'data');
    const size = bytes === undefined ? 0 : checkInteger(lengthOf(bytes), 'data.length', 0, this.#slotSize);
    const i = this.#length;
    if (i === this.#capacity) throw outOfRange('length', `below the capacity, ${i}, to add another`, i);
    const start = i * this.#slotSize;
    // Shared memory may grow meanwhile, but the copy must not reach the next slot.
    if (bytes !== undefined && isShared(bytes)) this.#memory.subarray(start, start + this.#slotSize).set(bytes);
    else if (bytes !== undefined) this.#memory.set(bytes, start);
    const word = i * WORDS;
    this.#slots[word + FD] = fd;
    this.#slots[word + SIZE] = size;
    this.#slots[word + RESULT] = EAGAIN;
    this.#slots[word + TRUNCATED] = 0;
    this.#length = i + 1;
    return i;
  }

  /**
   * One recvmsg(2) of up to `slotSize` bytes for each socket in the list, in place of the messages that it held.
   * Errors of single sockets are not thrown: see `result`.
   *
   * @param flags MSG_* bits. With MSG_TRUNC the result for a datagram is its full length; TCP discards the bytes,
   *   and the message consists of zeros
   * @returns how many sockets have a message
   */
  recvMany(flags = 0): number {
    if (checkFlags(flags) & MSG_TRUNC) this.#memory.fill(0, 0, this.#length * this.#slotSize);
    return native.recvMany(this.#slots, this.#length, this.#memory, this.#slotSize, flags);
  }

  /**
   * One send(2) for each message in the list, to its socket. Sockets without a message are skipped and keep their
   * result. Errors of single sockets are not thrown: see `result`.
   *
   * @param flags MSG_* bits
   * @returns how many messages were sent whole
   */
  sendMany(flags = 0): number {
    return native.sendMany(this.#slots, this.#length, this.#memory, this.#slotSize, checkFlags(flags));
  }

  /**
   * The descriptor of socket i.
   * @throws RangeError ERR_OUT_OF_RANGE if i is not below `length`, as from the methods below
   */
  fd(i: number): number {
    return this.#slots[this.#word(i) + FD];
  }

  /** The size of the message of socket i in bytes; 0 if there is none. */
  size(i: number): number {
    return this.#slots[this.#word(i) + SIZE];
  }

  /** The message of socket i: a view of the list's memory, valid until the next `recvMany`, `clear` or `add`. */
  message(i: number): NodeBuffer {
    const size = this.size(i);
    return this.#memory.subarray(i * this.#slotSize, i * this.#slotSize + size);
  }

  /** Whether the message that socket i received is a truncated datagram, which was longer than `slotSize`. */
  truncated(i: number): boolean {
    return this.#slots[this.#word(i) + TRUNCATED] !== 0;
  }

  /**
   * The result of the last call for socket i: the number of bytes received, 0 at the end of the stream, or sent,
   * perhaps not all; null if it would block, or there was no call yet.
   * @throws SystemError if the call failed, for example ECONNRESET; `fd` is the descriptor
   */
  result(i: number): number | null {
    const word = this.#word(i);
    const result = this.#slots[word + RESULT];
    if (result >= 0) return result;
    if (wouldBlock(result)) return null;
    // A socket has a message only if receiving has worked, and only messages are sent.
    const syscall = this.#slots[word + SIZE] > 0 ? native.sendManyCall : native.recvManyCall;
    throw systemError(result, syscall, this.#slots[word + FD]);
  }

  /** @internal */
  [inspect.custom](): object {
    return show(this, () => ({ capacity: this.#capacity, slotSize: this.#slotSize, length: this.#length }));
  }

  #word(i: number): number {
    if (typeof i !== 'number' || i >>> 0 !== i || i >= this.#length) throw noSuchIndex(i, this.#length, 'sockets');
    return i * WORDS;
  }
}
