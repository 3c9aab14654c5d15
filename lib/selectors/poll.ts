import {
  EVENT_PRIORITY,
  EVENT_READ,
  EVENT_WRITE,
  POLLERR,
  POLLHUP,
  POLLIN,
  POLLNVAL,
  POLLOUT,
  POLLPRI,
  POLLRDHUP,
} from '../calls/constants.js';
import { PollSet } from '../calls/poll-set.js';
import { EBADF } from '../core/errno.js';
import { notSupported, systemError } from '../core/errors.js';
import { assertWatchable, failure } from '../core/result.js';
import type { BackEnd } from './back-end.js';
import { BaseSelector } from './base.js';
import { type CheckedRegisterOptions, checkSelectorOptions, type Features, type SelectorOptions } from './options.js';

const MASK_MAX = 0xffff;
const READ_BITS = POLLIN | POLLHUP | POLLERR | POLLRDHUP;
const WRITE_BITS = POLLOUT | POLLHUP | POLLERR;
const FEATURES: Features = Object.freeze({
  edge: false,
  oneShot: false,
  exclusive: false,
  regularFiles: true,
  maxFd: Infinity,
});

/** EVENT_* bits as POLL* bits. */
function toPollEvents(events: number): number {
  return (
    (events & EVENT_READ ? POLLIN : 0) | (events & EVENT_WRITE ? POLLOUT : 0) | (events & EVENT_PRIORITY ? POLLPRI : 0)
  );
}

/** POLL* bits as EVENT_* bits: a hang-up or an error makes both directions ready. */
function fromPollEvents(revents: number): number {
  return (
    (revents & READ_BITS ? EVENT_READ : 0) |
    (revents & WRITE_BITS ? EVENT_WRITE : 0) |
    (revents & POLLPRI ? EVENT_PRIORITY : 0)
  );
}

class PollBackEnd implements BackEnd {
  readonly features = FEATURES;
  readonly #set = new PollSet();
  #readyFds = new Int32Array(64);
  #revents = new Uint16Array(64);
  /** The descriptor that the last wait reported as closed. */
  #closedFd = -1;
  #changed = () => {};

  toNativeBits({ flags }: CheckedRegisterOptions): number {
    if (flags > MASK_MAX) throw notSupported(`poll has no flags above 0x${MASK_MAX.toString(16)}: use epoll`);
    return flags;
  }

  add(fd: number, events: number, nativeBits: number): void {
    assertWatchable(fd, 'poll');
    this.#set.add(fd, toPollEvents(events) | nativeBits);
    this.#stopStaleWatch();
  }

  change(fd: number, events: number, nativeBits: number): void {
    this.#set.modify(fd, toPollEvents(events) | nativeBits);
    this.#stopStaleWatch();
  }

  remove(fd: number): void {
    this.#set.remove(fd);
    this.#stopStaleWatch();
  }

  wait(timeoutMs: number): number {
    const count = this.#set.wait(timeoutMs);
    if (count <= 0) return count;
    if (this.#readyFds.length < count) {
      this.#readyFds = new Int32Array(2 * count);
      this.#revents = new Uint16Array(2 * count);
    }
    const any = this.#set.collect(count, this.#readyFds, this.#revents);
    if ((any & POLLNVAL) === 0) return count;
    this.#closedFd = this.#readyFds[this.#revents.findIndex((revents) => (revents & POLLNVAL) !== 0)];
    return EBADF;
  }

  waitError(result: number): Error {
    return result === EBADF ? systemError(EBADF, 'poll', this.#closedFd) : failure(result);
  }

  readyFd(i: number): number {
    return this.#readyFds[i];
  }

  readyEvents(i: number): number {
    return fromPollEvents(this.#revents[i]);
  }

  readyRevents(i: number): number {
    return this.#revents[i];
  }

  mute(i: number): void {
    this.#set.mute(this.#readyFds[i], this.#revents[i]);
  }

  unmute(): void {
    this.#set.unmute();
  }

  /** Level-triggered: the next wait finds it by itself. */
  requeue(): void {}

  startWatching(found: () => void, changed: () => void, ref: boolean): number {
    this.#changed = changed;
    return this.#set.watch(found, ref);
  }

  stopWatching(): void {
    this.#set.stopWatching();
  }

  close(): void {
    this.#set.close();
  }

  /** The thread waits on a copy of the set, and must not use a descriptor that was removed. */
  #stopStaleWatch(): void {
    if (this.#set.stopWatching()) this.#changed();
  }
}

/** poll(2): takes any descriptor, but each wait costs as much as there are registered. */
export class PollSelector<D = unknown> extends BaseSelector<D> {
  /**
   * @throws TypeError ERR_INVALID_ARG_TYPE, RangeError ERR_OUT_OF_RANGE
   * @throws Error ERR_NOT_SUPPORTED where there is no poll
   */
  constructor(options?: SelectorOptions) {
    super(checkSelectorOptions(options), new PollBackEnd());
  }

  get backend(): 'poll' {
    return 'poll';
  }
}
