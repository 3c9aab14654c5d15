import { inspect } from 'node:util';
import { EVENT_PRIORITY, EVENT_READ, EVENT_WRITE } from '../calls/constants.js';
import { checkFunction, checkInteger, readOptions } from '../core/check.js';
import { EINTR } from '../core/errno.js';
import { alreadyRegistered, busy, closed, fdSetSizeExceeded, notRegistered } from '../core/errors.js';
import { type FileObject, hasLost, toFd } from '../core/file-object.js';
import { show } from '../core/inspect.js';
import type { NodeAbortSignal } from '../core/node-types.js';
import { callTimeout, deadlineAfter, remainingUntil, toTimeout } from '../core/timeout.js';
import type { Waker } from '../descriptors/waker.js';
import { AsyncWaits } from './async-waits.js';
import type { BackEnd } from './back-end.js';
import { KeyMap } from './key-map.js';
import { KeyTable } from './key-table.js';
import { SelectorKey } from './key.js';
import {
  type CheckedSelectorOptions,
  checkRegisterOptions,
  type Features,
  PLAIN,
  type RegisterOptions,
} from './options.js';
import { checkSignal } from './pending-wait.js';
import type { ReadyEvent } from './ready-event.js';
import { WakeUps } from './wake-ups.js';

const ALL_EVENTS = EVENT_READ | EVENT_WRITE | EVENT_PRIORITY;

/** The last arguments of `register()`: data may be omitted if its type includes undefined. */
type DataAndOptions<D> = undefined extends D
  ? [data?: D, options?: RegisterOptions]
  : [data: D, options?: RegisterOptions];

/**
 * Watches descriptors until some are ready. This is the front of every back end; use `SelectSelector`,
 * `PollSelector`, `EpollSelector` or `DefaultSelector`.
 */
export abstract class BaseSelector<D = unknown> implements Disposable, AsyncIterable<ReadyEvent<D>[]> {
  abstract readonly backend: 'select' | 'poll' | 'epoll';
  readonly #backEnd: BackEnd;
  readonly #onInterrupt: 'resume' | 'return' | 'throw';
  readonly #keys = new KeyTable<D>();
  readonly #map = new KeyMap(this.#keys);
  readonly #wakeUps = new WakeUps();
  readonly #asyncWaits: AsyncWaits<ReadyEvent<D>[]>;
  #closed = false;
  #waiting = false;
  /** Whether the wait in progress has muted a descriptor. */
  #muted = false;

  /** @internal */
  constructor(options: CheckedSelectorOptions, backEnd: BackEnd) {
    if (new.target === BaseSelector) throw new TypeError('BaseSelector is abstract: use one of its subclasses');
    this.#onInterrupt = options.onInterrupt;
    this.#backEnd = backEnd;
    this.#asyncWaits = new AsyncWaits(
      backEnd,
      (deadline) => this.#askOnce(deadline),
      () => this.#endWait(),
    );
  }

  /** What the back end can do. */
  get features(): Features {
    return this.#backEnd.features;
  }

  /** Whether `close()` was called. */
  get closed(): boolean {
    return this.#closed;
  }

  /**
   * Starts to watch a descriptor. It stays the caller's: unregister it before it is closed.
   *
   * @param events EVENT_* bits, at least one
   * @param data comes back as `key.data`
   * @throws Error ERR_ALREADY_REGISTERED, also for another object with the same descriptor; ERR_NOT_SUPPORTED for
   *   an option that the back end lacks; ERR_CLOSED
   * @throws TypeError ERR_INVALID_ARG_TYPE, RangeError ERR_OUT_OF_RANGE
   * @throws RangeError ERR_FD_SETSIZE with select, for a descriptor past its set
   * @throws SystemError EBADF for a descriptor that is not open; with epoll EPERM for a regular file, ENOSPC at the
   *   limit of watches
   */
  register(fileObject: FileObject, events: number, ...rest: DataAndOptions<D>): SelectorKey<D>;
  register(fileObject: FileObject, events: number, data?: D, options?: RegisterOptions): SelectorKey<D> {
    this.#assertOpen();
    const fd = toFd(fileObject);
    checkInteger(events, 'events', 1, ALL_EVENTS);
    const nativeBits = this.#toNativeBits(options);
    // The caller's getters have run.
    this.#assertOpen();
    this.#assertFree(fd);
    if (fd > this.#backEnd.features.maxFd) throw fdSetSizeExceeded(fd, this.#backEnd.features.maxFd + 1);
    this.#backEnd.add(fd, events, nativeBits);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the signature asks for data unless D has undefined
    const key = new SelectorKey(fileObject, fd, events, data as D);
    this.#keys.add(key, nativeBits);
    return key;
  }

  /**
   * Changes what is asked of a registered descriptor: one system call, or none if the kernel's mask stays the same.
   * Re-arms a one-shot registration. Repeats a pending edge only if the mask changes, or if events are asked for
   * that only `flags` had asked for.
   *
   * @param data if the argument is absent, the key keeps its data
   * @param options if the argument is absent, the key keeps its options
   * @returns the new key, which `getKey` returns from now on
   * @throws Error ERR_NOT_REGISTERED, and whatever `register` throws; the key is unchanged then
   */
  modify(fileObject: FileObject, events: number, ...rest: [] | [data: D, options?: RegisterOptions]): SelectorKey<D>;
  modify(fileObject: FileObject, events: number, data?: D, options?: RegisterOptions): SelectorKey<D> {
    this.#assertOpen();
    checkInteger(events, 'events', 1, ALL_EVENTS);
    const given = options === undefined ? undefined : this.#toNativeBits(options);
    const old = this.#find(fileObject);
    const nativeBits = given ?? this.#keys.nativeBits(old.fd);
    this.#backEnd.change(old.fd, events, nativeBits, old.events);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as in register
    const kept = arguments.length < 3 ? old.data : (data as D);
    const key = new SelectorKey(old.fileObject, old.fd, events, kept);
    this.#keys.replace(key, nativeBits);
    return key;
  }

  /**
   * Stops watching a descriptor. Works for a closed descriptor too: by its number, or by the object that was
   * registered.
   *
   * @returns its key
   * @throws Error ERR_NOT_REGISTERED, ERR_CLOSED
   */
  unregister(fileObject: FileObject): SelectorKey<D> {
    this.#assertOpen();
    const key = this.#find(fileObject);
    this.#backEnd.remove(key.fd);
    this.#keys.delete(key.fd);
    return key;
  }

  /**
   * Waits until a registered descriptor is ready. Blocks the thread: none of its timers, promises and signal
   * handlers run meanwhile.
   *
   * @param timeoutMs milliseconds, fractions allowed; never times out early. Absent, null or Infinity waits for ever;
   *   0 or less does not block
   * @returns the ready descriptors, each once; empty after the timeout, a wake-up, or an interrupt with `'return'`
   * @throws SystemError with select and poll EBADF for a descriptor that was closed, with its number in `fd`; EINTR
   *   if `onInterrupt` is `'throw'`
   * @throws Error ERR_BUSY during another wait, ERR_CLOSED
   */
  select(timeoutMs?: number | null): ReadyEvent<D>[] {
    const timeout = this.#startWait(timeoutMs);
    const deadline = deadlineAfter(timeout);
    const ready: ReadyEvent<D>[] = [];
    try {
      for (let remaining = timeout; ; remaining = remainingUntil(deadline)) {
        const woken = this.#wakeUps.consume();
        const count = this.#backEnd.wait(woken ? 0 : callTimeout(remaining));
        if (count > 0) this.#collect(count, ready);
        if (ready.length > 0 || this.#isOver(count, woken, deadline)) return ready;
      }
    } finally {
      this.#endWait();
    }
  }

  /**
   * `select` without an allocation for each event: calls back for each ready descriptor. Skips keys that an earlier
   * callback of the same batch unregistered. A key that was modified is called back as its new key, if what is
   * ready is still asked for. A callback that throws ends the batch, and the next wait reports the rest.
   *
   * @returns how many callbacks ran
   * @throws Error ERR_BUSY during another wait, as from its own callback, ERR_CLOSED
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
        const woken = this.#wakeUps.consume();
        const count = this.#backEnd.wait(woken ? 0 : callTimeout(remaining));
        const ran = count > 0 ? this.#dispatch(count, callback) : 0;
        if (ran > 0 || this.#isOver(count, woken, deadline)) return ran;
      }
    } finally {
      this.#endWait();
    }
  }

  /**
   * `select` that does not block: the event loop goes on, and the promise is settled in a later turn of it.
   * Descriptors may be registered, modified and unregistered meanwhile.
   *
   * @param options.timeoutMs as for `select`; rounded up to whole milliseconds
   * @param options.signal rejects the promise when it is aborted. No event is lost: the next wait reports what was
   *   ready
   * @returns rejects with the signal's reason, with ERR_BUSY during another wait, with ERR_CLOSED, and with
   *   whatever `select` throws. Resolves with no events if the selector is closed meanwhile
   */
  selectAsync(options?: { timeoutMs?: number | null; signal?: NodeAbortSignal }): Promise<ReadyEvent<D>[]> {
    try {
      return this.#startAsync(options);
    } catch (error) {
      // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- a signal's reason may be anything
      return Promise.reject(error);
    }
  }

  /**
   * Batches of ready descriptors, as from `selectAsync`: `for await (const events of selector)`. A batch is empty
   * after a wake-up. Ends when the selector is closed.
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<ReadyEvent<D>[], undefined> {
    while (!this.#closed) {
      const events = await this.selectAsync();
      if (events.length > 0 || !this.#closed) yield events;
    }
    return undefined;
  }

  /**
   * Makes the current wait, or else the next one, return at once with whatever is ready. Several calls before that
   * count as one. For this thread; other threads use `waker`.
   * @throws Error ERR_CLOSED
   */
  wakeup(): void {
    this.#assertOpen();
    this.#wakeUps.request();
    this.#asyncWaits.attemptSoon();
  }

  /**
   * Wakes this selector from other threads: send them `waker.share()`. The selector owns and closes it; its own
   * `close()` does nothing. It takes a descriptor when it is first asked for.
   * @throws Error ERR_CLOSED; SystemError EMFILE
   */
  get waker(): Waker {
    this.#assertOpen();
    const bits = this.#backEnd.toNativeBits(PLAIN);
    return this.#wakeUps.waker((fd) => this.#backEnd.add(fd, EVENT_READ, bits));
  }

  /**
   * The key of a registered descriptor, by number or object.
   * @throws Error ERR_NOT_REGISTERED, ERR_CLOSED
   */
  getKey(fileObject: FileObject): SelectorKey<D> {
    this.#assertOpen();
    return this.#find(fileObject);
  }

  /**
   * All keys by descriptor: a live, read-only view, empty after `close()`.
   * @throws Error ERR_CLOSED
   */
  getMap(): ReadonlyMap<number, SelectorKey<D>> {
    this.#assertOpen();
    return this.#map;
  }

  /** Lets a wait of `selectAsync` keep the process alive, as it does by default. Applies to a pending wait too. */
  ref(): this {
    this.#assertOpen();
    this.#asyncWaits.setRef(true);
    return this;
  }

  /** Lets the process end during a wait of `selectAsync`, whose promise is then never settled. */
  unref(): this {
    this.#assertOpen();
    this.#asyncWaits.setRef(false);
    return this;
  }

  /**
   * Forgets all descriptors, which stay open, and closes the selector's own. Ends a wait in progress, without
   * events. Closing twice is harmless.
   */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    try {
      this.#asyncWaits.resolve([]);
      this.#backEnd.close();
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

  #toNativeBits(options: RegisterOptions | undefined): number {
    return this.#backEnd.toNativeBits(checkRegisterOptions(options, this.#backEnd.features));
  }

  #assertFree(fd: number): void {
    const old = this.#keys.get(fd)?.fileObject;
    if (old === undefined && !this.#wakeUps.has(fd)) return;
    throw alreadyRegistered(fd, old !== undefined && hasLost(old, fd) ? old : undefined);
  }

  /** Looks a key up by number, and by identity for an object that has lost its descriptor. */
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
    if (!this.#muted) return;
    this.#muted = false;
    if (!this.#closed) this.#backEnd.unmute();
  }

  #startAsync(options: { timeoutMs?: number | null; signal?: NodeAbortSignal } | undefined): Promise<ReadyEvent<D>[]> {
    this.#assertOpen();
    const { timeoutMs, signal } = readOptions(options, ['timeoutMs', 'signal']);
    checkSignal(signal)?.throwIfAborted();
    return this.#asyncWaits.start(this.#startWait(timeoutMs), signal, this.#wakeUps.requested);
  }

  /**
   * Makes one wait that does not block, for a pending promise: the result, or undefined if the promise stays
   * pending.
   */
  #askOnce(deadline: number): ReadyEvent<D>[] | undefined {
    const ready: ReadyEvent<D>[] = [];
    const woken = this.#wakeUps.consume();
    let count: number;
    // A signal can interrupt it although it does not sleep. onInterrupt is about waits that do.
    do count = this.#backEnd.wait(0);
    while (count === EINTR);
    if (count > 0) this.#collect(count, ready);
    return ready.length > 0 || this.#isOver(count, woken, deadline) ? ready : undefined;
  }

  /** Whether a wait that found nothing is over. */
  #isOver(count: number, woken: boolean, deadline: number): boolean {
    if (count >= 0) return woken || this.#wakeUps.received || remainingUntil(deadline) === 0;
    if (count !== EINTR || this.#onInterrupt === 'throw') throw this.#backEnd.waitError(count);
    // After EINTR with 'resume', ask the kernel once more even if the deadline has passed.
    return woken || this.#onInterrupt === 'return';
  }

  #collect(count: number, ready: ReadyEvent<D>[]): void {
    for (let i = 0; i < count; i++) {
      const fd = this.#backEnd.readyFd(i);
      const key = fd < 0 ? undefined : this.#keys.get(fd);
      if (key === undefined) {
        this.#wakeUps.receive(fd);
        continue;
      }
      const events = this.#backEnd.readyEvents(i) & key.events;
      // Nobody asked for it: muting it also keeps a one-shot registration armed.
      if (events === 0) this.#mute(i);
      else ready.push({ key, events, revents: this.#backEnd.readyRevents(i) });
    }
  }

  #dispatch(count: number, callback: (key: SelectorKey<D>, events: number, revents: number) => void): number {
    const collected = this.#keys.now;
    let ran = 0;
    let i = 0;
    try {
      for (; i < count; i++) {
        const fd = this.#backEnd.readyFd(i);
        const key = fd < 0 ? undefined : this.#keys.get(fd);
        if (key === undefined) this.#wakeUps.receive(fd);
        if (key === undefined || this.#keys.since(fd) > collected) continue;
        const events = this.#backEnd.readyEvents(i) & key.events;
        if (events === 0) {
          this.#mute(i);
          continue;
        }
        ran++;
        callback(key, events, this.#backEnd.readyRevents(i));
      }
    } finally {
      // A callback has thrown.
      if (i < count) this.#requeue(i + 1, count, collected);
    }
    return ran;
  }

  #requeue(first: number, count: number, collected: number): void {
    for (let i = first; i < count && !this.#closed; i++) {
      const fd = this.#backEnd.readyFd(i);
      const isRegistered = fd >= 0 && this.#keys.get(fd) !== undefined;
      if (!isRegistered) this.#wakeUps.receive(fd);
      else if (this.#keys.since(fd) <= collected) this.#backEnd.requeue(i);
    }
  }

  #mute(i: number): void {
    this.#muted = true;
    this.#backEnd.mute(i);
  }
}
