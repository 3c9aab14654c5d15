import { inspect } from 'node:util';
import { EVENT_READ } from '../calls/constants.js';
import { checkFdSetSize } from '../calls/select.js';
import { checkFunction, checkInteger, readOptions } from '../core/check.js';
import { EINTR } from '../core/errno.js';
import { alreadyRegistered, busy, closed, fdSetSizeExceeded, notRegistered } from '../core/errors.js';
import { type FileObject, toFd } from '../core/file-object.js';
import { show } from '../core/inspect.js';
import { cut, deadlineAfter, remainingUntil, toTimeout } from '../core/timeout.js';
import type { Waker } from '../descriptors/waker.js';
import { AsyncWait, checkSignal } from './async-wait.js';
import { KeyMap } from './key-map.js';
import { KeyTable } from './key-table.js';
import { SelectorKey } from './key.js';
import {
  checkChoice,
  checkRegisterOptions,
  type Features,
  PLAIN,
  type RegisterOptions,
  type SelectorOptions,
  type Watch,
} from './options.js';
import { WakeUps } from './wake-ups.js';

const ALL_EVENTS = 7;

/** A descriptor that is ready. */
export interface ReadyEvent<D> {
  /** The registration, the very object that `register()` or `modify()` returned. */
  readonly key: SelectorKey<D>;
  /** EVENT_* bits, at least one and only such as were asked for. */
  readonly events: number;
  /** What the kernel returned: POLL* or EPOLL* bits, unsigned; 0 with select, which returns no mask. */
  readonly revents: number;
}

/** The last arguments of `register()`: data may be left out where undefined is data, too. */
type DataAndOptions<D> = undefined extends D
  ? [data?: D, options?: RegisterOptions]
  : [data: D, options?: RegisterOptions];

/**
 * Watches descriptors until some are ready. This class is the front of every back end: it checks
 * arguments, keeps the keys, and keeps time. A back end is the hooks at the end, in this order; each is
 * called with checked arguments and on an open selector:
 *
 * - `toNativeBits(watch)`: the bits that RegisterOptions come to; refuses what the back end lacks
 * - `add(fd, events, nativeBits)`: starts watching; throws and changes nothing if the kernel refuses
 * - `change(fd, events, nativeBits, oldEvents)`: the same for a descriptor that is watched; no system call if
 *   nothing changes
 * - `remove(fd)`: stops watching, also a descriptor that is closed by now
 * - `wait(timeoutMs)`: one wait of the kernel, for ever if Infinity; how many events there are to look
 *   at, or -errno
 * - `waitError(result)`: the error for that -errno
 * - `readyFd(i)`, `readyEvents(i)`, `readyRevents(i)`: event i of the last wait. Called once each, in
 *   this order; `remove` and `add` may come between two events. -1 for an entry of no registration
 * - `park(i)`: event i has no bit that was asked for. It has used up nothing, and must not come again during
 *   this call of select, or that would spin
 * - `unpark()`: this call of select is over; forget what was parked
 * - `giveBack(i)`: event i was not reported; if it is still so, the next wait must find it
 * - `startWatching(found, ref)`: has found called from the event loop, once, when a wait would find
 *   something. ref: whether that keeps the process alive. Replaces what was started before. After how many
 *   milliseconds to wait in any case: 0 if there is something now, Infinity if found tells of all
 * - `stopWatching()`: found is not to be called any more
 * - `release()`: gives up what the back end owns
 *
 * A back end calls `attemptSoon()` when something changes that what it has started does not see.
 */
export abstract class BaseSelector<D = unknown> implements Disposable, AsyncIterable<ReadyEvent<D>[]> {
  abstract readonly backend: 'select' | 'poll' | 'epoll';
  abstract readonly features: Features;

  /** What was given to the constructor, read once. @internal */
  protected readonly options: Partial<SelectorOptions>;
  readonly #keys = new KeyTable<D>();
  readonly #map = new KeyMap(this.#keys);
  readonly #onInterrupt: 'resume' | 'return' | 'throw';
  #closed = false;
  #waiting = false;
  #parked = false;
  #asyncWait: AsyncWait<ReadyEvent<D>[]> | undefined;
  #ref = true;
  readonly #wakeUps = new WakeUps();
  readonly #attempt = () => this.#attemptAsync();

  /** @throws TypeError ERR_INVALID_ARG_TYPE, RangeError ERR_OUT_OF_RANGE, Error ERR_NOT_SUPPORTED */
  constructor(options?: SelectorOptions) {
    if (new.target === BaseSelector) throw new TypeError('BaseSelector is abstract: use one of its subclasses');
    this.options = readOptions(options, ['onInterrupt', 'unpollable', 'fdSetSize']);
    const { onInterrupt = 'resume', unpollable = 'throw' } = this.options;
    this.#onInterrupt = checkChoice(onInterrupt, 'options.onInterrupt', ['resume', 'return', 'throw']);
    checkChoice(unpollable, 'options.unpollable', ['throw', 'ready']);
    checkFdSetSize(this.options.fdSetSize);
  }

  get closed(): boolean {
    return this.#closed;
  }

  /**
   * Starts watching a descriptor, which stays the caller's: unregister it before it is closed.
   *
   * @param events EVENT_* bits, at least one
   * @param data comes back as `key.data`
   * @throws Error ERR_ALREADY_REGISTERED, also for another object with the same descriptor;
   *   ERR_NOT_SUPPORTED for an option that the back end lacks; ERR_CLOSED
   * @throws RangeError ERR_FD_SETSIZE with select, for a descriptor past its set
   * @throws SystemError EBADF for a descriptor that is not open; with epoll EPERM for a regular file and
   *   ENOSPC at the limit of watches
   */
  register(fileObject: FileObject, events: number, ...rest: DataAndOptions<D>): SelectorKey<D>;
  register(fileObject: FileObject, events: number, data?: D, options?: RegisterOptions): SelectorKey<D> {
    this.#assertOpen();
    const fd = toFd(fileObject);
    checkInteger(events, 'events', 1, ALL_EVENTS);
    const nativeBits = this.toNativeBits(checkRegisterOptions(options, this.features));
    // The caller's getters have run.
    this.#assertOpen();
    if (this.#keys.get(fd) !== undefined || this.#wakeUps.has(fd)) throw alreadyRegistered(fd, this.#keys.get(fd)?.fileObject);
    if (fd > this.features.maxFd) throw fdSetSizeExceeded(fd, this.features.maxFd + 1);
    this.add(fd, events, nativeBits);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the signature asks for data unless D has undefined
    const key = new SelectorKey(fileObject, fd, events, data as D);
    this.#keys.add(key, nativeBits);
    return key;
  }

  /**
   * Changes what is asked of a registered descriptor: one system call, or none if nothing changes for
   * the kernel. Re-arms a one-shot registration. An edge is repeated only if the mask changes.
   *
   * @param data if the argument is absent, the key keeps its data
   * @param options if the argument is absent, the key keeps its options
   * @returns the new key, which `getKey` returns from now on
   * @throws Error ERR_NOT_REGISTERED, and what `register` throws; the key is as it was then
   */
  modify(fileObject: FileObject, events: number, ...rest: [] | [data: D, options?: RegisterOptions]): SelectorKey<D>;
  modify(fileObject: FileObject, events: number, data?: D, options?: RegisterOptions): SelectorKey<D> {
    this.#assertOpen();
    checkInteger(events, 'events', 1, ALL_EVENTS);
    const given = options === undefined ? undefined : this.toNativeBits(checkRegisterOptions(options, this.features));
    const old = this.#find(fileObject);
    const nativeBits = given ?? this.#keys.nativeBits(old.fd);
    this.change(old.fd, events, nativeBits, old.events);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as in register
    const kept = arguments.length < 3 ? old.data : (data as D);
    const key = new SelectorKey(old.fileObject, old.fd, events, kept);
    this.#keys.replace(key, nativeBits);
    return key;
  }

  /**
   * Stops watching a descriptor. Works after it was closed, too: by number, or by the object that was
   * registered.
   *
   * @returns the key that it had
   * @throws Error ERR_NOT_REGISTERED, ERR_CLOSED
   */
  unregister(fileObject: FileObject): SelectorKey<D> {
    this.#assertOpen();
    const key = this.#find(fileObject);
    this.remove(key.fd);
    this.#keys.delete(key.fd);
    return key;
  }

  /**
   * Waits until a registered descriptor is ready. Blocks the thread: no timer, promise or signal
   * handler of this thread runs meanwhile.
   *
   * @param timeoutMs milliseconds, fractions allowed: never returns early. Absent, null or Infinity
   *   waits for ever; 0 or less does not wait
   * @returns the ready descriptors, each once; none when the time is over
   * @throws SystemError with select and poll EBADF for a descriptor that was closed, with its number in
   *   `fd`; EINTR if asked for by `onInterrupt`
   */
  select(timeoutMs?: number | null): ReadyEvent<D>[] {
    const timeout = this.#startWait(timeoutMs);
    const deadline = deadlineAfter(timeout);
    const ready: ReadyEvent<D>[] = [];
    try {
      for (let remaining = timeout; ; remaining = remainingUntil(deadline)) {
        const woken = this.#wakeUps.take();
        const count = this.wait(woken ? 0 : cut(remaining));
        if (count > 0) this.#collect(count, ready);
        if (ready.length > 0 || this.#isOver(count, woken, deadline)) return ready;
      }
    } finally {
      this.#endWait();
    }
  }

  /**
   * `select` without an allocation per event: calls back for each ready descriptor. Skips keys that an
   * earlier callback of the same batch unregistered. One that was modified is called back as its new key, if
   * what is ready is still asked for. A callback that throws ends the batch; the next wait reports the rest.
   *
   * @returns how many callbacks ran
   * @throws Error ERR_BUSY if called, as any other wait, from its own callback
   */
  selectEach(
    callback: (key: SelectorKey<D>, events: number, revents: number) => void,
    timeoutMs?: number | null,
  ): number {
    this.#assertOpen();
    checkFunction(callback, 'callback');
    const timeout = this.#startWait(timeoutMs);
    const deadline = deadlineAfter(timeout);
    try {
      for (let remaining = timeout; ; remaining = remainingUntil(deadline)) {
        const woken = this.#wakeUps.take();
        const count = this.wait(woken ? 0 : cut(remaining));
        const ran = count > 0 ? this.#dispatch(count, callback) : 0;
        if (ran > 0 || this.#isOver(count, woken, deadline)) return ran;
      }
    } finally {
      this.#endWait();
    }
  }

  /**
   * `select` that does not block: the event loop goes on, and the promise is settled from a later turn of
   * it. Descriptors may be registered, modified and unregistered meanwhile.
   *
   * @param options.timeoutMs as for `select`; rounded up to whole milliseconds
   * @param options.signal rejects the promise when it is aborted. No event is lost by that: what was ready
   *   is reported by the next wait
   * @returns rejects with the signal's reason, with ERR_BUSY while another wait is in progress, with
   *   ERR_CLOSED, and with what `select` throws. Resolves with no events if the selector is closed meanwhile
   */
  selectAsync(options?: { timeoutMs?: number | null; signal?: AbortSignal }): Promise<ReadyEvent<D>[]> {
    try {
      return this.#startAsync(options).promise;
    } catch (error) {
      // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- a signal's reason may be anything
      return Promise.reject(error);
    }
  }

  /**
   * Batches of ready descriptors, as `selectAsync` gives them: `for await (const events of selector)`. A
   * batch is empty after a wake-up. Ends when the selector is closed.
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<ReadyEvent<D>[], undefined> {
    while (!this.#closed) {
      const events = await this.selectAsync();
      if (events.length > 0 || !this.#closed) yield events;
    }
    return undefined;
  }

  /**
   * Makes the current wait, or else the next one, return at once, with what is ready by then. Several
   * before that come to one. For this thread; other threads use `waker`.
   * @throws Error ERR_CLOSED
   */
  wakeup(): void {
    this.#assertOpen();
    this.#wakeUps.ask();
    this.#asyncWait?.attemptSoon();
  }

  /**
   * Wakes this selector from other threads: send them `waker.share()`. The selector owns it and closes it;
   * its own `close()` does nothing. It takes a descriptor from when it is asked for first.
   * @throws Error ERR_CLOSED; SystemError EMFILE
   */
  get waker(): Waker {
    this.#assertOpen();
    const bits = this.toNativeBits(PLAIN);
    return this.#wakeUps.waker((fd) => this.add(fd, EVENT_READ, bits));
  }

  /**
   * The key of a registered descriptor, by number or object.
   * @throws Error ERR_NOT_REGISTERED, ERR_CLOSED
   */
  getKey(fileObject: FileObject): SelectorKey<D> {
    this.#assertOpen();
    return this.#find(fileObject);
  }

  /** All keys by descriptor: a live, read-only view, which is empty after `close()`. */
  getMap(): ReadonlyMap<number, SelectorKey<D>> {
    this.#assertOpen();
    return this.#map;
  }

  /** Makes waits of `selectAsync` keep the process alive, as they do by default; one in progress, too. */
  ref(): this {
    return this.#setRef(true);
  }

  /** Lets the process end while a wait of `selectAsync` is in progress: its promise is never settled then. */
  unref(): this {
    return this.#setRef(false);
  }

  /**
   * Forgets all descriptors, which stay open, and releases the selector's own. Ends a wait in progress,
   * without events. Closing twice is harmless.
   */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    try {
      this.#endAsync()?.resolve([]);
      this.release();
    } finally {
      this.#keys.clear();
      this.#wakeUps.close();
    }
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** @internal */
  [inspect.custom](): object {
    return show(this, () => {
      const { backend, closed } = this;
      const fd: unknown = closed ? undefined : Reflect.get(this, 'fd');
      const state = { closed, registrations: this.#keys.size, waiting: this.#waiting };
      return fd === undefined ? { backend, ...state } : { backend, fd, ...state };
    });
  }

  #assertOpen(): void {
    if (this.#closed) throw closed('the selector');
  }

  /** Looks a descriptor up by its number and, as that changes when an object is closed, by identity. */
  #find(fileObject: FileObject): SelectorKey<D> {
    let key: SelectorKey<D> | undefined;
    let unusable: unknown;
    try {
      key = this.#keys.get(toFd(fileObject));
    } catch (error) {
      unusable = error;
    }
    this.#assertOpen();
    if (typeof fileObject === 'object' && key?.fileObject !== fileObject && typeof key?.fileObject !== 'number') {
      key = this.#keys.find(fileObject) ?? key;
    }
    if (key !== undefined) return key;
    throw unusable ?? notRegistered(fileObject);
  }

  #startWait(timeoutMs: unknown): number {
    this.#assertOpen();
    if (this.#waiting) throw busy('the selector is waiting already: one wait at a time, and none in its callbacks');
    const timeout = toTimeout(timeoutMs, 'zero');
    this.#waiting = true;
    return timeout;
  }

  #endWait(): void {
    this.#waiting = false;
    if (!this.#parked) return;
    this.#parked = false;
    if (!this.#closed) this.unpark();
  }

  #startAsync(options: { timeoutMs?: number | null; signal?: AbortSignal } | undefined): AsyncWait<ReadyEvent<D>[]> {
    this.#assertOpen();
    const { timeoutMs, signal } = readOptions(options, ['timeoutMs', 'signal']);
    checkSignal(signal)?.throwIfAborted();
    const wait = new AsyncWait<ReadyEvent<D>[]>(this.#startWait(timeoutMs), this.#ref, this.#attempt);
    this.#asyncWait = wait;
    try {
      if (signal !== undefined) {
        wait.rejectOnAbort(signal, (reason) => {
          if (this.#asyncWait === wait) this.#endAsync()?.reject(reason);
        });
      }
      // The signal's code has run.
      if (this.#asyncWait !== wait) return wait;
      if (this.#wakeUps.asked) wait.attemptSoon();
      else if (wait.deadline !== 0) this.#watchFor(wait);
    } catch (error) {
      this.#endAsync()?.reject(error);
    }
    return wait;
  }

  /** Asks the kernel on behalf of the asynchronous wait, and ends that if there is an answer. */
  #attemptAsync(): void {
    const wait = this.#asyncWait;
    if (wait === undefined) return;
    const ready: ReadyEvent<D>[] = [];
    try {
      const woken = this.#wakeUps.take();
      const count = this.#ask();
      if (count > 0) this.#collect(count, ready);
      if (ready.length > 0 || this.#isOver(count, woken, wait.deadline)) this.#endAsync()?.resolve(ready);
      else this.#watchFor(wait);
    } catch (error) {
      this.#endAsync()?.reject(error);
    }
  }

  /** A wait that does not sleep. It can be interrupted all the same, which is nobody's concern. */
  #ask(): number {
    let count: number;
    do count = this.wait(0);
    while (count === EINTR);
    if (count < 0) throw this.waitError(count);
    return count;
  }

  #watchFor(wait: AsyncWait<ReadyEvent<D>[]>): void {
    wait.attemptAfter(this.startWatching(this.#attempt, wait.ref));
  }

  /** Takes the asynchronous wait off, to be settled. */
  #endAsync(): AsyncWait<ReadyEvent<D>[]> | undefined {
    const wait = this.#asyncWait;
    if (wait === undefined) return undefined;
    this.#asyncWait = undefined;
    this.stopWatching();
    this.#endWait();
    return wait;
  }

  #setRef(ref: boolean): this {
    this.#assertOpen();
    this.#ref = ref;
    const wait = this.#asyncWait;
    if (wait !== undefined && wait.ref !== ref) {
      wait.ref = ref;
      try {
        this.#watchFor(wait);
      } catch (error) {
        this.#endAsync()?.reject(error);
      }
    }
    return this;
  }

  /** Whether a wait that came to nothing is to return all the same. */
  #isOver(count: number, woken: boolean, deadline: number): boolean {
    if (count >= 0) return woken || this.#wakeUps.heard || remainingUntil(deadline) === 0;
    if (count !== EINTR || this.#onInterrupt === 'throw') throw this.waitError(count);
    // One that a signal cut short asks the kernel once more, be its time over or not.
    return woken || this.#onInterrupt === 'return';
  }

  #collect(count: number, ready: ReadyEvent<D>[]): void {
    for (let i = 0; i < count; i++) {
      const fd = this.readyFd(i);
      const key = fd < 0 ? undefined : this.#keys.get(fd);
      if (key === undefined) {
        this.#wakeUps.hear(fd);
        continue;
      }
      const events = this.readyEvents(i) & key.events;
      if (events === 0) this.#park(i);
      else ready.push({ key, events, revents: this.readyRevents(i) });
    }
  }

  #dispatch(count: number, callback: (key: SelectorKey<D>, events: number, revents: number) => void): number {
    const collected = this.#keys.now;
    let ran = 0;
    let i = 0;
    try {
      for (; i < count; i++) {
        const fd = this.readyFd(i);
        const key = fd < 0 ? undefined : this.#keys.get(fd);
        if (key === undefined) this.#wakeUps.hear(fd);
        if (key === undefined || this.#keys.since(fd) > collected) continue;
        const events = this.readyEvents(i) & key.events;
        if (events === 0) {
          this.#park(i);
          continue;
        }
        ran++;
        callback(key, events, this.readyRevents(i));
      }
    } finally {
      // A callback has thrown.
      if (i < count) this.#giveBack(i + 1, count, collected);
    }
    return ran;
  }

  #giveBack(first: number, count: number, collected: number): void {
    for (let i = first; i < count && !this.#closed; i++) {
      const fd = this.readyFd(i);
      const isRegistered = fd >= 0 && this.#keys.get(fd) !== undefined;
      if (!isRegistered) this.#wakeUps.hear(fd);
      else if (this.#keys.since(fd) <= collected) this.giveBack(i);
    }
  }

  #park(i: number): void {
    this.#parked = true;
    this.park(i);
  }

  /** For back ends: the asynchronous wait, if there is one, is to ask the kernel again. */
  protected attemptSoon(): void {
    this.#asyncWait?.attemptSoon();
  }

  protected abstract toNativeBits(watch: Watch): number;
  protected abstract add(fd: number, events: number, nativeBits: number): void;
  protected abstract change(fd: number, events: number, nativeBits: number, oldEvents: number): void;
  protected abstract remove(fd: number): void;
  protected abstract wait(timeoutMs: number): number;
  protected abstract waitError(result: number): Error;
  protected abstract readyFd(i: number): number;
  protected abstract readyEvents(i: number): number;
  protected abstract readyRevents(i: number): number;
  protected abstract park(i: number): void;
  protected abstract unpark(): void;
  protected abstract giveBack(i: number): void;
  protected abstract startWatching(found: () => void, ref: boolean): number;
  protected abstract stopWatching(): void;
  protected abstract release(): void;
}
