import { native } from '../core/binding.js';
import { notSupported } from '../core/errors.js';
import { PAUSE_MS } from '../core/timeout.js';
import { POLLERR, POLLHUP } from './constants.js';
import { LoopWatch } from './loop-watch.js';

/** The 32-bit and 16-bit words of a struct pollfd: int fd; short events; short revents. */
const INTS = 2;
const SHORTS = 4;

/**
 * The array of struct pollfd for poll(2), with each descriptor at most once. Entries are in no order: when one is
 * removed, the last takes its place.
 */
export class PollSet {
  #fds = new Int32Array(16 * INTS);
  #masks = new Uint16Array(this.#fds.buffer);
  #size = 0;
  #watch: LoopWatch | undefined;
  readonly #positions = new Map<number, number>();
  /** The events of each muted entry before it was muted. */
  readonly #muted = new Map<number, number>();
  /** The muted entries whose descriptor is negative, which poll(2) ignores. */
  readonly #hidden = new Set<number>();
  readonly #poll: (entries: Int32Array, count: number, timeoutMs: number) => number;

  /** @throws Error ERR_NOT_SUPPORTED where there is no poll */
  constructor() {
    if (native.poll === undefined) throw notSupported('this system has no poll: use select');
    this.#poll = native.poll;
  }

  get size(): number {
    return this.#size;
  }

  /** The descriptors, in no order. */
  fds(): Iterable<number> {
    return this.#positions.keys();
  }

  has(fd: number): boolean {
    return this.#positions.has(fd);
  }

  /** Adds a descriptor that is not in the set. */
  add(fd: number, events: number): void {
    if (this.#size * INTS === this.#fds.length) this.#grow();
    const position = this.#size++;
    this.#positions.set(fd, position);
    this.#fds[position * INTS] = fd;
    this.#masks[position * SHORTS + 2] = events;
    this.#masks[position * SHORTS + 3] = 0;
  }

  modify(fd: number, events: number): void {
    const position = this.#positions.get(fd)!;
    this.#muted.delete(fd);
    this.#hidden.delete(fd);
    this.#fds[position * INTS] = fd;
    this.#masks[position * SHORTS + 2] = events;
  }

  remove(fd: number): void {
    const position = this.#positions.get(fd)!;
    const last = --this.#size;
    const moved = this.#fds[last * INTS];
    this.#fds.copyWithin(position * INTS, last * INTS, (last + 1) * INTS);
    this.#positions.set(moved < 0 ? ~moved : moved, position);
    this.#positions.delete(fd);
    this.#muted.delete(fd);
    this.#hidden.delete(fd);
  }

  /** Stops asking for the bits in revents, until `unmute` or `modify`. */
  mute(fd: number, revents: number): void {
    const position = this.#positions.get(fd)!;
    const events = this.#masks[position * SHORTS + 2];
    if (!this.#muted.has(fd)) this.#muted.set(fd, events);
    this.#masks[position * SHORTS + 2] = events & ~revents;
    // POLLERR and POLLHUP are reported whether asked for or not.
    if ((revents & (POLLERR | POLLHUP)) === 0) return;
    this.#fds[position * INTS] = ~fd;
    this.#hidden.add(fd);
  }

  /** Asks every muted entry again for everything it was registered for. */
  unmute(): void {
    for (const [fd, events] of this.#muted) this.modify(fd, events);
  }

  /** One poll(2), or two if an entry is hidden: the number of entries with revents, or -errno. */
  wait(timeoutMs: number): number {
    if (this.#hidden.size === 0) return this.#poll(this.#fds, this.#size, timeoutMs);
    const count = this.#poll(this.#fds, this.#size, Math.min(timeoutMs, PAUSE_MS));
    if (count !== 0) return count;
    this.#reveal();
    return this.#poll(this.#fds, this.#size, 0);
  }

  /**
   * Has a thread call found when `wait` would find something.
   * @returns after how many milliseconds to call `wait` in any case: Infinity unless an entry is hidden
   */
  watch(found: () => void, ref: boolean): number {
    this.#watch ??= LoopWatch.ofThread();
    this.#watch.beginPoll(found, ref, this.#fds, this.#size);
    return this.#hidden.size === 0 ? Infinity : PAUSE_MS;
  }

  /** Stops the thread's wait. Whether there was one. */
  stopWatching(): boolean {
    return this.#watch?.cancel() === true;
  }

  /** Lists the count entries that the last wait found. Returns all their revents together. */
  collect(count: number, fds: Int32Array, revents: Uint16Array): number {
    let any = 0;
    for (let position = 0, found = 0; found < count; position++) {
      const mask = this.#masks[position * SHORTS + 3];
      if (mask === 0) continue;
      any |= mask;
      fds[found] = this.#fds[position * INTS];
      revents[found++] = mask;
    }
    return any;
  }

  close(): void {
    this.#watch?.close();
  }

  /** An entry hidden for its error may by now have an event that was asked for. */
  #reveal(): void {
    for (const fd of this.#hidden) this.#fds[this.#positions.get(fd)! * INTS] = fd;
    this.#hidden.clear();
  }

  #grow(): void {
    const fds = new Int32Array(this.#fds.length * 2);
    fds.set(this.#fds);
    this.#fds = fds;
    this.#masks = new Uint16Array(fds.buffer);
  }
}
