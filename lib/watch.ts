import { native } from './binding.js';
import type { Descriptor } from './descriptor.js';
import { EAGAIN, ENOSYS } from './errno.js';
import { check } from './errors.js';
import { registrations } from './registrations.js';

/**
 * What is to be called when a watch finds something, by the watch's id: those only that wait, so that a
 * selector is collected unless it waits.
 */
const waiting = new Map<number, () => void>();
const collected = new FinalizationRegistry<() => void>((close) => close());

native.onFound((id) => {
  const found = waiting.get(id);
  waiting.delete(id);
  found?.();
});

/**
 * Waits without blocking: has a function called on the event loop, once, when a wait would find something.
 * What there is it leaves to that wait.
 */
export class Watch {
  readonly #id: number;
  readonly #close: () => void;

  /** libuv's loop watches an epoll descriptor. */
  static ofEpoll(epoll: Descriptor): Watch {
    const watch = new Watch(check(native.openEpollWatch?.(epoll.fd) ?? ENOSYS, 'uv_poll_init', epoll.fd));
    // libuv would take the next file under that number for this one.
    epoll.beforeClose(watch.#close);
    return watch;
  }

  /** A thread waits in select(2) or poll(2). */
  static ofThread(): Watch {
    const id = native.openThreadWatch(registrations.counts);
    const watch = new Watch(check(id, id === EAGAIN ? 'pthread_create' : 'eventfd'));
    collected.register(watch, watch.#close, watch);
    return watch;
  }

  private constructor(id: number) {
    this.#id = id;
    this.#close = () => {
      waiting.delete(id);
      native.closeWatch(id);
    };
  }

  /** Begins to wait. ref: whether that keeps the process alive. */
  beginEpoll(found: () => void, ref: boolean): void {
    this.#begun(native.beginEpoll?.(this.#id, ref) ?? ENOSYS, found);
  }

  beginSelect(found: () => void, ref: boolean, bitmaps: Uint32Array, nfds: number): void {
    this.#begun(native.beginSelect(this.#id, ref, bitmaps, nfds), found);
  }

  beginPoll(found: () => void, ref: boolean, entries: Int32Array, count: number): void {
    this.#begun(native.beginPoll?.(this.#id, ref, entries, count) ?? ENOSYS, found);
  }

  /**
   * Waits no longer: nothing is called any more, and none of the descriptors is in use.
   * @returns whether it was waiting
   */
  cancel(): boolean {
    const was = waiting.delete(this.#id);
    if (was) native.cancelWatch(this.#id);
    return was;
  }

  /** Lets go of the epoll, which another is about to replace, until the next `beginEpoll`. */
  forget(): void {
    waiting.delete(this.#id);
    native.cancelWatch(this.#id);
  }

  close(): void {
    collected.unregister(this);
    this.#close();
  }

  #begun(result: number, found: () => void): void {
    check(result, 'uv_poll_start');
    waiting.set(this.#id, found);
  }
}
