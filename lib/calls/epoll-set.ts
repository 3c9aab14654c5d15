import { native } from '../core/binding.js';
import { Descriptor } from '../core/descriptor.js';
import { EINVAL, ELOOP, ENOSPC } from '../core/errno.js';
import { check } from '../core/result.js';
import { hasLibuv } from '../core/runtime.js';
import { type EpollEventList, noEpoll } from './epoll-event-list.js';
import { LoopWatch } from './loop-watch.js';

/** The arguments of an epoll_ctl(2), passed in memory: reading them from the call would cost more. */
const memory = new ArrayBuffer(24);
const words = new Uint32Array(memory);

/** epoll_ctl(2) on any descriptor: 0 or -errno. low and high are the halves of the event's data. */
export function epollCtl(epfd: number, op: number, fd: number, events: number, low: number, high: number): number {
  if (native.epollCtl === undefined) throw noEpoll();
  words[0] = epfd;
  words[1] = op;
  words[2] = fd;
  words[3] = events;
  words[4] = low;
  words[5] = high;
  return native.epollCtl(memory);
}

/** An epoll instance: owns its descriptor and makes the calls on it. */
export class EpollSet {
  readonly #descriptor: Descriptor;
  #watch: LoopWatch | undefined;
  /** Whether `#watch` is libuv's. */
  #isOnLoop = false;
  /** Whether the kernel has refused to let the loop watch this instance. */
  #isRefused = !hasLibuv;
  /** Whether the present watch may take an event. */
  #isExclusive = false;
  #changed = () => {};

  /**
   * @param registered how many have each descriptor registered: the new one gets none of these numbers
   * @throws Error ERR_NOT_SUPPORTED where there is no epoll
   * @throws SystemError EMFILE, ENFILE, ENOMEM from epoll_create1(2)
   */
  static create(flags: number, registered?: Uint32Array): EpollSet {
    if (native.epollCreate === undefined) throw noEpoll();
    return new EpollSet(Descriptor.made(check(native.epollCreate(flags, registered))));
  }

  /** The same, or undefined if the kernel has no descriptor or memory to spare. */
  static tryCreate(flags: number, registered: Uint32Array): EpollSet | undefined {
    const epfd = native.epollCreate?.(flags, registered) ?? -1;
    return epfd < 0 ? undefined : new EpollSet(Descriptor.made(epfd));
  }

  constructor(descriptor: Descriptor) {
    this.#descriptor = descriptor;
  }

  /** -1 once it is closed. */
  get fd(): number {
    return this.#descriptor.fd;
  }

  /** One epoll_ctl(2): 0 or -errno. low and high are the halves of the event's data. */
  ctl(op: number, fd: number, events: number, low: number, high: number): number {
    const result = epollCtl(this.#descriptor.fd, op, fd, events, low, high);
    if ((result !== EINVAL && result !== ELOOP) || !this.#isOnLoop) return result;
    // The loop's epoll, which watches this one, may be the level or the path that is too many.
    const wasWaiting = this.stopWatching();
    this.#closeWatch();
    const retried = epollCtl(this.#descriptor.fd, op, fd, events, low, high);
    this.#isRefused = retried === 0;
    if (wasWaiting) this.#changed();
    return retried;
  }

  /** One epoll_wait(2) into list: the number of events, or -errno. */
  wait(list: EpollEventList, maxEvents: number, timeoutMs: number): number {
    return list.wait(this.#descriptor.fd, maxEvents, timeoutMs);
  }

  /**
   * Has libuv's loop, or else a thread, call found when `wait` would find something.
   * @param changed is called when the watch must be started again
   * @param exclusive whether exclusive registrations are to take effect. The thread then takes an event
   * @throws SystemError if that is impossible
   */
  watch(found: () => void, changed: () => void, ref: boolean, exclusive: boolean): void {
    this.#changed = changed;
    if (this.#isRefused || exclusive) {
      this.#watchOnThread(found, ref, exclusive);
      return;
    }
    try {
      this.#watchOnLoop(found, ref);
    } catch (error) {
      if (!(error instanceof Error && 'errno' in error && TOO_MANY.has(error.errno))) throw error;
      this.#watchOnThread(found, ref, false);
      this.#isRefused = true;
    }
  }

  /** Whether a watch was waiting. */
  stopWatching(): boolean {
    return this.#watch?.cancel() === true;
  }

  /** The event that the thread of an exclusive watch has taken, if there is one and the watch is not waiting. */
  takeEvent(event: Uint32Array): boolean {
    return this.#isExclusive && this.#watch?.takeEvent(event) === true;
  }

  /**
   * Moves the other instance to this one's descriptor, and closes the other descriptor. Whether the kernel has done
   * so.
   */
  replaceBy(other: EpollSet): boolean {
    const result = native.dup2?.(other.fd, this.fd) ?? -1;
    other.close();
    if (result < 0) return false;
    // It belongs to the old instance.
    this.#closeWatch();
    return true;
  }

  close(): void {
    this.#descriptor.close();
  }

  #watchOnLoop(found: () => void, ref: boolean): void {
    if (!this.#isOnLoop) this.#closeWatch();
    this.#watch ??= LoopWatch.ofEpoll(this.#descriptor);
    this.#isOnLoop = true;
    this.#begin(this.#watch, found, ref, false);
  }

  #watchOnThread(found: () => void, ref: boolean, exclusive: boolean): void {
    if (this.#isOnLoop) this.#closeWatch();
    this.#watch ??= LoopWatch.ofEpollThread(this.#descriptor);
    this.#isExclusive = exclusive;
    this.#begin(this.#watch, found, ref, exclusive);
  }

  #begin(watch: LoopWatch, found: () => void, ref: boolean, exclusive: boolean): void {
    try {
      watch.beginEpoll(found, ref, this.fd, exclusive);
    } catch (error) {
      this.#closeWatch();
      throw error;
    }
  }

  #closeWatch(): void {
    this.#watch?.close();
    this.#watch = undefined;
    this.#isOnLoop = this.#isExclusive = false;
  }
}

/** What the kernel answers if the paths, the levels or the watches would become too many. */
const TOO_MANY: ReadonlySet<unknown> = new Set([EINVAL, ELOOP, ENOSPC]);
