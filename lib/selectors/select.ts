import { SelectSet } from '../calls/select-set.js';
import { native } from '../core/binding.js';
import { EBADF, ENOTSOCK } from '../core/errno.js';
import { notSupported } from '../core/errors.js';
import { assertWatchable, failure, withClosed } from '../core/result.js';
import type { BackEnd } from './back-end.js';
import { BaseSelector } from './base.js';
import { type CheckedRegisterOptions, checkSelectorOptions, type Features, type SelectorOptions } from './options.js';

class SelectBackEnd implements BackEnd {
  readonly features: Features;
  readonly #set = new SelectSet();
  readonly #fds = new Set<number>();
  #readyFds = new Int32Array(64);
  /** EVENT_* bits of each. */
  #ready = new Uint8Array(64);
  #changed = () => {};

  constructor(size: number) {
    this.features = Object.freeze({
      edge: false,
      oneShot: false,
      exclusive: false,
      regularFiles: !native.onlySockets,
      maxFd: size - 1,
    });
  }

  toNativeBits({ flags }: CheckedRegisterOptions): number {
    if (flags !== 0) throw notSupported('select has no flags: use poll or epoll');
    return 0;
  }

  add(fd: number, events: number): void {
    // The kernel ignores descriptors past the process's descriptor table, which never shrinks. It reaches as far as
    // this one, which is open: if it is closed later, the kernel reports EBADF.
    assertWatchable(fd, 'select');
    this.#set.set(fd, events);
    this.#fds.add(fd);
    this.#stopStaleWatch();
  }

  change(fd: number, events: number): void {
    this.#set.set(fd, events);
    this.#stopStaleWatch();
  }

  remove(fd: number): void {
    this.#set.set(fd, 0);
    this.#fds.delete(fd);
    this.#stopStaleWatch();
  }

  wait(timeoutMs: number): number {
    const count = this.#set.wait(timeoutMs);
    // On 0 the sets mean nothing: the kernel may leave bits in them.
    if (count <= 0) return count;
    if (this.#readyFds.length < this.#fds.size) {
      this.#readyFds = new Int32Array(2 * this.#fds.size);
      this.#ready = new Uint8Array(2 * this.#fds.size);
    }
    return this.#set.collect(this.#readyFds, this.#ready);
  }

  waitError(result: number): Error {
    // On Windows the number of a closed socket may be that of something else by now, which is no socket.
    return withClosed(failure(result === ENOTSOCK ? EBADF : result), [...this.#fds]);
  }

  readyFd(i: number): number {
    return this.#readyFds[i];
  }

  readyEvents(i: number): number {
    return this.#ready[i];
  }

  readyRevents(): number {
    return 0;
  }

  /** select(2) reports nothing that was not asked for. */
  mute(): void {}

  unmute(): void {}

  /** Level-triggered: the next wait finds it by itself. */
  requeue(): void {}

  startWatching(found: () => void, changed: () => void, ref: boolean): number {
    this.#changed = changed;
    this.#set.watch(found, ref);
    return Infinity;
  }

  stopWatching(): void {
    this.#set.stopWatching();
  }

  close(): void {
    this.#set.close();
    this.#fds.clear();
  }

  /** The thread waits on a copy of the set, and must not use a descriptor that was removed. */
  #stopStaleWatch(): void {
    if (this.#set.stopWatching()) this.#changed();
  }
}

/**
 * select(2): everywhere, and slow with many descriptors. Refuses descriptors from `fdSetSize` on (default FD_SETSIZE)
 * at `register()`. Reports no `revents`. On Windows it takes any number of sockets, and nothing but sockets.
 */
export class SelectSelector<D = unknown> extends BaseSelector<D> {
  /** @throws TypeError ERR_INVALID_ARG_TYPE, RangeError ERR_OUT_OF_RANGE */
  constructor(options?: SelectorOptions) {
    const checked = checkSelectorOptions(options);
    super(checked, new SelectBackEnd(checked.fdSetSize));
  }

  get backend(): 'select' {
    return 'select';
  }
}
