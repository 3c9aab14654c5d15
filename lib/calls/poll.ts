import { inspect } from 'node:util';
import { checkMask } from '../core/check.js';
import { alreadyRegistered, closed, notRegistered } from '../core/errors.js';
import { type FileObject, toFd } from '../core/file-object.js';
import { show } from '../core/inspect.js';
import { registrations } from '../core/registrations.js';
import { check } from '../core/result.js';
import { toTimeout, waitFor } from '../core/timeout.js';
import { PollSet } from './poll-set.js';

/** The events of a struct pollfd are a short. */
const MASK_MAX = 0xffff;

/**
 * poll(2) over a growable array of struct pollfd. Nothing is retried and no error is swallowed, `EINTR` included. A
 * descriptor that is not open is not an error but a result: `POLLNVAL`.
 */
export class Poll implements Disposable {
  #set: PollSet | undefined = new PollSet();

  /**
   * Adds a descriptor, which need not be open.
   * @param events POLL* bits, 0 to 65535; POLLERR, POLLHUP and POLLNVAL are reported even with 0
   * @throws Error ERR_ALREADY_REGISTERED, ERR_CLOSED
   */
  register(fd: FileObject, events: number): void {
    this.#assertOpen();
    const number = toFd(fd);
    const mask = checkMask(events, 'events', MASK_MAX);
    const set = this.#assertOpen();
    if (set.has(number)) throw alreadyRegistered(number);
    set.add(number, mask);
    registrations.add(number);
  }

  /**
   * Changes the events of a descriptor.
   * @throws Error ERR_NOT_REGISTERED, ERR_CLOSED
   */
  modify(fd: FileObject, events: number): void {
    this.#assertOpen();
    const number = toFd(fd);
    const mask = checkMask(events, 'events', MASK_MAX);
    const set = this.#assertOpen();
    if (!set.has(number)) throw notRegistered(number);
    set.modify(number, mask);
  }

  /**
   * Removes a descriptor.
   * @throws Error ERR_NOT_REGISTERED, ERR_CLOSED
   */
  unregister(fd: FileObject): void {
    this.#assertOpen();
    const number = toFd(fd);
    const set = this.#assertOpen();
    if (!set.has(number)) throw notRegistered(number);
    set.remove(number);
    registrations.remove(number);
  }

  /**
   * poll(2), or ppoll(2) for a fraction of a millisecond. Blocks the thread.
   * @param timeoutMs milliseconds; absent, null, Infinity or negative waits for ever
   * @returns the entries with revents, in no order
   * @throws SystemError EINTR; EINVAL with more descriptors than RLIMIT_NOFILE
   */
  wait(timeoutMs?: number | null): { fd: number; revents: number }[] {
    const set = this.#assertOpen();
    const count = check(waitFor(toTimeout(timeoutMs, 'forever'), (ms) => set.wait(ms)));
    const fds = new Int32Array(count);
    const revents = new Uint16Array(count);
    set.collect(count, fds, revents);
    return Array.from(fds, (fd, i) => ({ fd, revents: revents[i] }));
  }

  /** How many descriptors are registered. */
  get size(): number {
    return this.#assertOpen().size;
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

  #assertOpen(): PollSet {
    if (this.#set === undefined) throw closed('the Poll');
    return this.#set;
  }
}
