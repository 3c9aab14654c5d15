import { EVENT_PRIORITY, EVENT_READ, EVENT_WRITE } from '../calls/constants.js';
import { POLLERR, POLLHUP, POLLIN, POLLNVAL, POLLOUT, POLLPRI, POLLRDHUP } from '../calls/constants.js';
import { PollSet } from '../calls/poll-set.js';
import { EBADF } from '../core/errno.js';
import { notSupported, systemError } from '../core/errors.js';
import { assertOpen, failure } from '../core/result.js';
import { BaseSelector } from './base.js';
import type { Features, SelectorOptions, Watch } from './options.js';

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

/** poll(2): no limit to descriptors, but each wait costs as much as there are registered. */
export class PollSelector<D = unknown> extends BaseSelector<D> {
  readonly #set: PollSet;
  #closedFd = -1;
  #readyFds = new Int32Array(64);
  #revents = new Uint16Array(64);

  constructor(options?: SelectorOptions) {
    super(options);
    this.#set = new PollSet();
  }

  get backend(): 'poll' {
    return 'poll';
  }

  get features(): Features {
    return FEATURES;
  }

  protected override toNativeBits({ flags }: Watch): number {
    if (flags > MASK_MAX) throw notSupported(`poll has no flags past 0x${MASK_MAX.toString(16)}: use epoll`);
    return flags;
  }

  protected override add(fd: number, events: number, nativeBits: number): void {
    assertOpen(fd, 'poll');
    this.#set.add(fd, toPollEvents(events) | nativeBits);
    this.#changed();
  }

  protected override change(fd: number, events: number, nativeBits: number): void {
    this.#set.modify(fd, toPollEvents(events) | nativeBits);
    this.#changed();
  }

  protected override remove(fd: number): void {
    this.#set.remove(fd);
    this.#changed();
  }

  protected override wait(timeoutMs: number): number {
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

  protected override waitError(result: number): Error {
    return result === EBADF ? systemError(result, 'poll', this.#closedFd) : failure(result);
  }

  protected override readyFd(i: number): number {
    return this.#readyFds[i];
  }

  protected override readyEvents(i: number): number {
    return fromPollEvents(this.#revents[i]);
  }

  protected override readyRevents(i: number): number {
    return this.#revents[i];
  }

  protected override park(i: number): void {
    this.#set.mute(this.#readyFds[i], this.#revents[i]);
  }

  protected override unpark(): void {
    this.#set.unmute();
  }

  /** Level-triggered: it comes again by itself. */
  protected override giveBack(): void {}

  protected override startWatching(found: () => void, ref: boolean): number {
    return this.#set.watch(found, ref);
  }

  protected override stopWatching(): void {
    this.#set.stopWatching();
  }

  protected override release(): void {
    this.#set.close();
  }

  /** The thread waits on a copy of the set, and must let go of what was removed. */
  #changed(): void {
    if (this.#set.stopWatching()) this.attemptSoon();
  }
}
