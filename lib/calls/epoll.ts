import { inspect } from 'node:util';
import { checkBoolean, checkFd, checkInteger, checkMask, INT_MAX, readOptions } from '../core/check.js';
import { Descriptor } from '../core/descriptor.js';
import { EBADF, ENOENT } from '../core/errno.js';
import { closed, invalidType, outOfRange } from '../core/errors.js';
import { type FileObject, toFd } from '../core/file-object.js';
import { show } from '../core/inspect.js';
import { check, failure } from '../core/result.js';
import { callTimeout, toTimeout, waitFor } from '../core/timeout.js';
import { EPOLL_CLOEXEC, EPOLL_CTL_ADD, EPOLL_CTL_DEL, EPOLL_CTL_MOD } from './constants.js';
import { EpollEventList, MAX_EVENTS } from './epoll-event-list.js';
import { epollCtl, EpollSet } from './epoll-set.js';

const DEFAULT_EVENTS = 1024;
/** The most events one `wait` returns, whatever maxEvents says: memory for all of them is allocated beforehand. */
const MOST_EVENTS = 2 ** 20;

/**
 * epoll(7) as it is: nothing is retried and no error is swallowed, `EINTR` included.
 *
 * It owns its descriptor until `close()`, after which every method throws `ERR_CLOSED`. The descriptors it watches
 * stay the caller's. What the kernel refuses is thrown as `SystemError`.
 */
export class Epoll implements Disposable {
  #set: EpollSet;
  #list: EpollEventList | undefined;

  /**
   * epoll_create1(2)
   * @param options.cloexec whether execve(2) closes the descriptor: default true
   * @throws Error ERR_NOT_SUPPORTED where there is no epoll
   * @throws SystemError EMFILE, ENFILE, ENOMEM
   */
  constructor(options?: { cloexec?: boolean }) {
    const { cloexec = true } = readOptions(options, ['cloexec']);
    this.#set = EpollSet.create(checkBoolean(cloexec, 'options.cloexec') ? EPOLL_CLOEXEC : 0);
  }

  /**
   * An `Epoll` over an existing descriptor, which it owns from now on.
   * @throws SystemError EBADF if fd is not open, EINVAL if it is not an epoll descriptor; fd stays the caller's
   *   then
   */
  static fromFd(fd: number): Epoll {
    checkFd(fd);
    const epoll = new Epoll();
    const own = epoll.#set;
    // No call tells what kind a descriptor is. Removing what was never added fails with ENOENT on an epoll
    // descriptor, and with EINVAL on any other, or EBADF if that was opened with O_PATH.
    const result = epollCtl(fd, EPOLL_CTL_DEL, own.fd, 0, 0, 0);
    const error = failure(result, fd, result === EBADF ? undefined : 'not an epoll descriptor');
    own.close();
    if (result !== ENOENT) throw error;
    epoll.#set = new EpollSet(new Descriptor(fd));
    return epoll;
  }

  /** The epoll descriptor, which another selector can watch in its turn. -1 once it is closed. */
  get fd(): number {
    return this.#set.fd;
  }

  get closed(): boolean {
    return this.#set.fd < 0;
  }

  /**
   * epoll_ctl(2) as it is.
   * @param op EPOLL_CTL_ADD, EPOLL_CTL_MOD or EPOLL_CTL_DEL; the kernel judges any other
   * @param events EPOLL* bits, 0 to 2^32-1, or the negative number that JavaScript's `|` makes of them; the kernel
   *   accepts bits that it does not know
   * @param data 64 bits that come back with each event: default the descriptor. `wait` takes the low 32 bits for
   *   the descriptor
   * @throws SystemError EEXIST, ENOENT, EPERM, EINVAL, ELOOP, ENOMEM, ENOSPC as in epoll_ctl(2); EBADF if fd is not
   *   open
   */
  ctl(op: number, fd: FileObject, events = 0, data?: bigint): void {
    this.#ctl(op, fd, events, data);
  }

  /** EPOLL_CTL_ADD: see `ctl`. */
  register(fd: FileObject, events: number, data?: bigint): void {
    this.#ctl(EPOLL_CTL_ADD, fd, events, data);
  }

  /** EPOLL_CTL_MOD: see `ctl`. Re-arms a one-shot entry, and repeats a pending edge. */
  modify(fd: FileObject, events: number, data?: bigint): void {
    this.#ctl(EPOLL_CTL_MOD, fd, events, data);
  }

  /** EPOLL_CTL_DEL: see `ctl`. */
  unregister(fd: FileObject): void {
    this.#ctl(EPOLL_CTL_DEL, fd, 0);
  }

  /**
   * epoll_wait(2), or epoll_pwait2(2) for a fraction of a millisecond where the kernel has it. Blocks the thread.
   * @param timeoutMs milliseconds; absent, null, Infinity or negative waits for ever
   * @param maxEvents 1 to 178956970 (x86-64), default 1024; at most 1048576 are returned at once. If more
   *   descriptors are ready, the kernel takes turns
   * @throws SystemError EINTR
   */
  wait(timeoutMs?: number | null, maxEvents = DEFAULT_EVENTS): { fd: number; events: number }[] {
    this.#assertOpen();
    const most = Math.min(checkInteger(maxEvents, 'maxEvents', 1, MAX_EVENTS), MOST_EVENTS);
    if (this.#list === undefined || this.#list.capacity < most) this.#list = new EpollEventList(most);
    const list = this.#list;
    const count = this.#wait(list, most, toTimeout(timeoutMs, 'forever'));
    return Array.from({ length: count }, (_, i) => ({ fd: list.fd(i), events: list.events(i) }));
  }

  /**
   * `wait` into a list of the caller's. Allocates nothing.
   * @returns how many events are in the list
   */
  waitInto(list: EpollEventList, timeoutMs?: number | null): number {
    this.#assertOpen();
    if (!EpollEventList.isList(list)) throw invalidType('list', 'an EpollEventList', list);
    return this.#wait(list, list.capacity, toTimeout(timeoutMs, 'forever'));
  }

  /** Closes the descriptor. Closing twice is harmless. */
  close(): void {
    this.#list = undefined;
    this.#set.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** @internal */
  [inspect.custom](): object {
    return show(this, () => ({ fd: this.#set.fd, closed: this.closed }));
  }

  #assertOpen(): EpollSet {
    if (this.#set.fd < 0) throw closed('the Epoll');
    return this.#set;
  }

  #ctl(op: number, fd: FileObject, events: number, data?: bigint): void {
    this.#assertOpen();
    checkInteger(op, 'op', -INT_MAX - 1, INT_MAX);
    const number = toFd(fd);
    const mask = checkMask(events, 'events');
    const [low, high] = data === undefined ? [number, 0] : checkEventData(data);
    // The caller's getters have run.
    check(this.#assertOpen().ctl(op, number, mask, low, high), number);
  }

  #wait(list: EpollEventList, maxEvents: number, timeoutMs: number): number {
    const count =
      callTimeout(timeoutMs) === timeoutMs
        ? this.#set.wait(list, maxEvents, timeoutMs)
        : this.#waitInPieces(list, maxEvents, timeoutMs);
    return count < 0 ? check(count, this.#set.fd) : count;
  }

  /** Separate from `#wait`, which would otherwise allocate this closure for every wait. */
  #waitInPieces(list: EpollEventList, maxEvents: number, timeoutMs: number): number {
    return waitFor(timeoutMs, (ms) => this.#set.wait(list, maxEvents, ms));
  }
}

/** The two halves of an event's data. */
function checkEventData(data: unknown): [low: number, high: number] {
  if (typeof data !== 'bigint') throw invalidType('data', 'a bigint', data);
  if (BigInt.asUintN(64, data) !== data) throw outOfRange('data', 'from 0 to 2^64-1', data);
  return [Number(data & 0xffff_ffffn), Number(data >> 32n)];
}
