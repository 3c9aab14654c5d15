import { native } from '../core/binding.js';
import { Descriptor } from '../core/descriptor.js';
import { notSupported } from '../core/errors.js';
import { check } from '../core/result.js';
import type { EpollEventList } from './epoll-event-list.js';
import { Watch } from './watch.js';

/** The arguments of the next epoll_ctl(2) of this thread. */
const memory = new ArrayBuffer(24);
const words = new Uint32Array(memory);

/** epoll_ctl(2) on whatever epfd is: 0 or -errno. low and high are the halves of the event's data. */
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

/** An epoll instance as the kernel keeps it: the owner of its descriptor, and the calls on it. */
export class EpollSet {
  readonly #descriptor: Descriptor;
  #watch: Watch | undefined;

  /**
   * @param registered by number, how many have it registered: the descriptor has none of these
   * @throws Error ERR_NOT_SUPPORTED where there is no epoll; EMFILE, ENFILE, ENOMEM from epoll_create1(2)
   */
  static create(flags: number, registered?: Uint32Array): EpollSet {
    if (native.epollCreate === undefined) throw noEpoll();
    return new EpollSet(Descriptor.made(check(native.epollCreate(flags, registered))));
  }

  /** The same, but undefined where the kernel has nothing to spare. */
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
   * Has libuv's loop wait for what `wait` would find.
   * @throws SystemError if the loop cannot
   */
  watch(found: () => void, ref: boolean): void {
    this.#watch ??= Watch.ofEpoll(this.#descriptor);
    this.#watch.beginEpoll(found, ref, this.fd);
  }

  stopWatching(): void {
    this.#watch?.cancel();
  }

  /** Becomes the other instance, which is used up, under its own number. Whether the kernel has done it. */
  replaceBy(other: EpollSet): boolean {
    const result = native.dup2(other.fd, this.fd);
    other.close();
    if (result < 0) return false;
    // It watches the old one, by another number.
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
