import { native } from '../core/binding.js';
import { Descriptor } from '../core/descriptor.js';
import { notSupported } from '../core/errors.js';
import { check } from '../core/result.js';
import type { EpollEventList } from './epoll-event-list.js';
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
    return epollCtl(this.#descriptor.fd, op, fd, events, low, high);
  }

  /** One epoll_wait(2) into list: the number of events, or -errno. */
  wait(list: EpollEventList, maxEvents: number, timeoutMs: number): number {
    return list.wait(this.#descriptor.fd, maxEvents, timeoutMs);
  }

  /**
   * Has libuv's loop call found when `wait` would find something.
   * @throws SystemError if the loop cannot watch it
   */
  watch(found: () => void, ref: boolean): void {
    this.#watch ??= LoopWatch.ofEpoll(this.#descriptor);
    this.#watch.beginEpoll(found, ref, this.fd);
  }

  stopWatching(): void {
    this.#watch?.cancel();
  }

  /**
   * Moves the other instance to this one's descriptor, and closes the other descriptor. Whether the kernel has done
   * so.
   */
  replaceBy(other: EpollSet): boolean {
    const result = native.dup2?.(other.fd, this.fd) ?? -1;
    other.close();
    if (result < 0) return false;
    // The loop watches a duplicate of the old instance.
    this.#watch?.close();
    this.#watch = undefined;
    return true;
  }

  close(): void {
    this.#descriptor.close();
  }
}

function noEpoll(): Error {
  return notSupported('this system has no epoll: use poll or select');
}
