import { inspect } from 'node:util';
import { checkMask } from '../core/check.js';
import { alreadyRegistered, closed, notRegistered } from '../core/errors.js';
import { type FileObject, toFd } from '../core/file-object.js';
import { show } from '../core/inspect.js';
import { registrations } from '../core/registrations.js';
import { check } from '../core/result.js';
import { toTimeout, waitFor } from '../core/timeout.js';
import { PollSet } from './poll-set.js';

/** struct pollfd has a short for them. */
const MASK_MAX = 0xffff;

/**
 * poll(2) over a growable array of struct pollfd. Nothing is retried and nothing swallowed: `EINTR` is
 * thrown, and a descriptor that is not open is no error but a result, `POLLNVAL`.
 */
export class Poll implements Disposable {
  #set: PollSet | undefined = new PollSet();

  /**
   * Adds a descriptor. It need not be open.
   * @param events POLL* bits, 0 to 65535; 0 still reports POLLERR, POLLHUP and POLLNVAL
   * @throws Error ERR_ALREADY_REGISTERED
   */
  register(fd: FileObject, events: number): void {
    this.#open();
    const number = toFd(fd);
    const mask = checkMask(events, 'events', MASK_MAX);
    const set = this.#open();
    if (set.has(number)) throw alreadyRegistered(number);
    set.add(number, mask);
    registrations.add(number);
  }

  /** @throws Error ERR_NOT_REGISTERED */
  modify(fd: FileObject, events: number): void {
    this.#open();
    const number = toFd(fd);
    const mask = checkMask(events, 'events', MASK_MAX);
    const set = this.#open();
    if (!set.has(number)) throw notRegistered(number);
    set.modify(number, mask);
  }

  /** @throws Error ERR_NOT_REGISTERED */
  unregister(fd: FileObject): void {
    this.#open();
    const number = toFd(fd);
    const set = this.#open();
    if (!set.has(number)) throw notRegistered(number);
    set.remove(number);
    registrations.remove(number);
  }

  /**
   * poll(2), or ppoll(2) for a fraction of a millisecond. Blocks the thread.
   * @param timeoutMs milliseconds; absent, null, Infinity or negative waits for ever
   * @returns the entries with something to report, in no order
   * @throws SystemError EINTR; EINVAL with more descriptors than RLIMIT_NOFILE
   */
  wait(timeoutMs?: number | null): { fd: number; revents: number }[] {
    const set = this.#open();
    const count = check(waitFor(toTimeout(timeoutMs, 'forever'), (ms) => set.wait(ms)));
    const fds = new Int32Array(count);
    const revents = new Uint16Array(count);
    set.collect(count, fds, revents);
    return Array.from(fds, (fd, i) => ({ fd, revents: revents[i] }));
  }

  /** How many descriptors are registered. */
  get size(): number {
    return this.#open().size;
  }

  /** Whether `close()` was called. */
  get closed(): boolean {
    return this.#set === undefined;
  }

  /** Forgets the descriptors, which stay open. Closing twice is harmless. */
  close(): void {
    for (const fd of this.#set?.fds() ?? []) registrations.remove(fd);
    this.#set = undefined;
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** @internal */
  [inspect.custom](): object {
    return show(this, () => ({ size: this.#set?.size ?? 0, closed: this.closed }));
  }

  #open(): PollSet {
    if (this.#set === undefined) throw closed('the Poll');
    return this.#set;
  }
}
