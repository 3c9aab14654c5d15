import type { CheckedRegisterOptions, Features } from './options.js';

/**
 * What a selector does with the kernel: the seam between `BaseSelector` and select(2), poll(2), epoll(7).
 * `BaseSelector` checks the arguments, keeps the keys and keeps time. It calls the members below only while it is
 * open, and a descriptor is added at most once. Only members with a @throws may throw, and the constructor.
 *
 * A new back end is also named in default.ts, lib/index.ts, native/core/modules.h and test/support/public-table.ts.
 */
export interface BackEnd {
  readonly features: Features;

  /**
   * The bits of RegisterOptions, in the back end's own terms: what `add` and `change` get as `nativeBits`.
   * @throws Error ERR_NOT_SUPPORTED for an option that it lacks
   */
  toNativeBits(options: CheckedRegisterOptions): number;

  /**
   * Starts to watch a descriptor.
   * @param events EVENT_* bits, at least one
   * @throws SystemError if the kernel refuses it; nothing has changed then
   */
  add(fd: number, events: number, nativeBits: number): void;

  /**
   * Changes what is asked of a watched descriptor, and re-arms a one-shot one. Makes no system call if nothing
   * changes for the kernel.
   * @param oldEvents the EVENT_* bits before
   * @throws SystemError if the kernel refuses it; nothing has changed then
   */
  change(fd: number, events: number, nativeBits: number, oldEvents: number): void;

  /** Stops watching a descriptor. Does not throw: the descriptor may be closed, or its number another file's. */
  remove(fd: number): void;

  /**
   * One wait in the kernel.
   * @param timeoutMs milliseconds; 0 does not block, Infinity waits for ever
   * @returns how many events there are to look at, 0 when the time is over, or -errno
   */
  wait(timeoutMs: number): number;

  /** The error for the -errno that the last `wait` returned. No other member is called in between. */
  waitError(result: number): Error;

  /**
   * The descriptor of event i of the last wait, or -1 if the event belongs to no registration. This and the next
   * two are called at most once each for an event, in this order; later ones may be left out. Callbacks of the user, which may call `add`, `change` and
   * `remove`, run between two events.
   */
  readyFd(i: number): number;

  /** EVENT_* bits of event i, asked for or not. */
  readyEvents(i: number): number;

  /** What the kernel reported in event i: POLL* or EPOLL* bits, unsigned; 0 with select. */
  readyRevents(i: number): number;

  /**
   * Event i has none of the bits that were asked for. It must not be reported again until `unmute`, or the wait would
   * spin, and it must not use up a one-shot registration.
   */
  mute(i: number): void;

  /** The wait of the user is over: descriptors that were muted report everything again. */
  unmute(): void;

  /** Event i was not passed on. The next wait must find it again if it is still ready. */
  requeue(i: number): void;

  /**
   * Watches without blocking, in place of what was started before.
   * @param found to be called from the event loop, once, when `wait` would find something
   * @param changed to be called when a change of the set makes a new `wait` necessary
   * @param ref whether this keeps the process alive
   * @returns after how many milliseconds to call `wait` in any case: 0 if there is something already, Infinity if
   *   `found` is sure to come
   * @throws SystemError
   */
  startWatching(found: () => void, changed: () => void, ref: boolean): number;

  /** Calls neither `found` nor `changed` any more. Does nothing if nothing was started. */
  stopWatching(): void;

  /** Releases the back end's own descriptors and memory. */
  close(): void;
}
