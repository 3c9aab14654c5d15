import { native } from '../core/binding.js';
import type { Descriptor } from '../core/descriptor.js';
import { ENOSYS } from '../core/errno.js';
import { registrations } from '../core/registrations.js';
import { check } from '../core/result.js';

/**
 * What to call when a watch finds something, by the watch's id. Only watches that wait are here, so that a selector
 * which does not wait can be collected.
 */
const waiting = new Map<number, () => void>();
const collected = new FinalizationRegistry<() => void>((close) => close());

function onFound(id: number): void {
  const found = waiting.get(id);
  waiting.delete(id);
  found?.();
}

/**
 * Waits without blocking: calls a function from the event loop, once, when a wait would find something. That wait,
 * made by the caller, then takes what there is.
 */
export class LoopWatch {
  readonly #id: number;
  readonly #close: () => void;

  /** libuv's loop watches a duplicate of an epoll descriptor. */
  static ofEpoll(epoll: Descriptor): LoopWatch {
    const { fd } = epoll;
    const id = native.openEpollWatch?.(onFound, registrations.counts, fd) ?? ENOSYS;
    const watch = new LoopWatch(check(id, fd));
    epoll.beforeClose(watch.#close);
    return watch;
  }

  /** A thread waits on an epoll descriptor. */
  static ofEpollThread(epoll: Descriptor): LoopWatch {
    const id = native.openEpollThreadWatch?.(onFound, registrations.counts) ?? ENOSYS;
    const watch = new LoopWatch(check(id));
    epoll.beforeClose(watch.#close);
    return watch;
  }

  /** A thread waits in select(2) or poll(2). */
  static ofThread(): LoopWatch {
    const id = native.openThreadWatch(onFound, registrations.counts);
    const watch = new LoopWatch(check(id));
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

  /**
   * Begins to wait.
   * @param ref whether this keeps the process alive
   * @param exclusive whether to wait in a way that exclusive registrations notice. Only for a thread
   * @throws SystemError EBADF or EINVAL if epfd is no longer an epoll; ELOOP, EINVAL or ENOSPC if the loop's own
   *   epoll cannot watch it
   */
  beginEpoll(found: () => void, ref: boolean, epfd: number, exclusive: boolean): void {
    check(native.beginEpoll?.(this.#id, ref, epfd, exclusive) ?? ENOSYS, epfd);
    waiting.set(this.#id, found);
  }

  /**
   * An exclusive wait takes one event. If it has taken one, and is over, this gives it back.
   * @param event gets the events, and the halves of the event's data
   */
  takeEvent(event: Uint32Array): boolean {
    return native.takeEpollEvent?.(this.#id, event) === 1;
  }

  beginSelect(found: () => void, ref: boolean, bitmaps: Uint32Array, nfds: number): void {
    check(native.beginSelect(this.#id, ref, bitmaps, nfds));
    waiting.set(this.#id, found);
  }

  beginPoll(found: () => void, ref: boolean, entries: Int32Array, count: number): void {
    check(native.beginPoll?.(this.#id, ref, entries, count) ?? ENOSYS);
    waiting.set(this.#id, found);
  }

  /**
   * Ends the wait: nothing is called any more, and no descriptor is in use.
   * @returns whether it was waiting
   */
  cancel(): boolean {
    const was = waiting.delete(this.#id);
    if (was) native.cancelWatch(this.#id);
    return was;
  }

  close(): void {
    collected.unregister(this);
    this.#close();
  }
}
