import {
  EPOLLERR,
  EPOLLET,
  EPOLLEXCLUSIVE,
  EPOLLHUP,
  EPOLLIN,
  EPOLLONESHOT,
  EPOLLOUT,
  EPOLLPRI,
  EPOLLRDHUP,
  EVENT_PRIORITY,
  EVENT_READ,
  EVENT_WRITE,
} from '../calls/constants.js';
import { EpollEventList, MAX_EVENTS, NO_GENERATION } from '../calls/epoll-event-list.js';
import { SelectSet } from '../calls/select-set.js';
import { EINVAL, EPERM } from '../core/errno.js';
import { systemError } from '../core/errors.js';
import { failure } from '../core/result.js';
import { PAUSE_MS } from '../core/timeout.js';
import type { BackEnd } from './back-end.js';
import { BaseSelector } from './base.js';
import { EpollEntries } from './epoll-entries.js';
import { type CheckedRegisterOptions, checkSelectorOptions, type Features, type SelectorOptions } from './options.js';
import { Unpollables } from './unpollables.js';

const READ_BITS = EPOLLIN | EPOLLHUP | EPOLLERR | EPOLLRDHUP;
const WRITE_BITS = EPOLLOUT | EPOLLHUP | EPOLLERR;
const WHY_EPERM =
  'epoll cannot watch regular files and the like, which never block: ' +
  "{ unpollable: 'ready' } reports them ready at every wait, as poll and select do";

const WHY_EXCLUSIVE =
  'an exclusive registration takes EVENT_READ, EVENT_WRITE, trigger and EPOLLWAKEUP, no other flags, and no epoll descriptor';
const WHY_NO_CHANGE =
  'the kernel does not modify an exclusive registration, nor make one exclusive: unregister it and register it again';

/** EVENT_* bits as EPOLL* bits. */
function toEpollEvents(events: number): number {
  return (
    (events & EVENT_READ ? EPOLLIN : 0) |
    (events & EVENT_WRITE ? EPOLLOUT : 0) |
    (events & EVENT_PRIORITY ? EPOLLPRI : 0)
  );
}

/** EPOLL* bits as EVENT_* bits: a hang-up or an error makes both directions ready. */
function fromEpollEvents(revents: number): number {
  return (
    (revents & READ_BITS ? EVENT_READ : 0) |
    (revents & WRITE_BITS ? EVENT_WRITE : 0) |
    (revents & EPOLLPRI ? EVENT_PRIORITY : 0)
  );
}

class EpollBackEnd implements BackEnd {
  readonly features: Features;
  readonly #entries = new EpollEntries();
  readonly #unpollables: Unpollables | undefined;
  /** Has room for one event more than there are registrations: epoll_wait insists on room for one. */
  #list = new EpollEventList(64);
  /** How many descriptors are registered. */
  #size = 0;
  /** Whether a registration was removed since the last wait: its list may still hold events of that entry. */
  #removed = false;
  /** Whether the last wait found an event of an entry without a registration. */
  #foundStale = false;
  /** How many waits in a row have found one. */
  #staleWaits = 0;
  /** Whether a rebuild has failed for want of a descriptor or memory, so that stale entries keep firing. */
  #isStuck = false;
  /** Whether the last wait found an event of a registration. Only kept while stuck. */
  #reported = false;
  #changed = () => {};

  constructor(unpollable: 'throw' | 'ready') {
    const regularFiles = unpollable === 'ready';
    this.features = Object.freeze({ edge: true, oneShot: true, exclusive: true, regularFiles, maxFd: Infinity });
    this.#unpollables = regularFiles ? new Unpollables() : undefined;
  }

  get fd(): number {
    return this.#entries.set.fd;
  }

  toNativeBits({ edge, oneShot, exclusive, flags }: CheckedRegisterOptions): number {
    const bits = (edge ? EPOLLET : 0) | (oneShot ? EPOLLONESHOT : 0) | (exclusive ? EPOLLEXCLUSIVE : 0);
    return (bits | flags) >>> 0;
  }

  add(fd: number, events: number, nativeBits: number): void {
    const mask = (toEpollEvents(events) | nativeBits) >>> 0;
    const isExclusive = (mask & EPOLLEXCLUSIVE) !== 0;
    const result = this.#entries.add(fd, mask);
    if (result === EPERM && this.#unpollables !== undefined) {
      this.#unpollables.add(fd, mask);
      this.#entries.record(fd, mask);
      this.#changed();
    } else if (result < 0) {
      const why = result === EINVAL && isExclusive ? WHY_EXCLUSIVE : undefined;
      throw failure(result, fd, result === EPERM ? WHY_EPERM : why);
    }
    this.#size++;
    // The watch in progress may not be an exclusive one.
    if (isExclusive) this.#changed();
  }

  change(fd: number, events: number, nativeBits: number, oldEvents: number): void {
    const mask = (toEpollEvents(events) | nativeBits) >>> 0;
    if (this.#unpollables?.has(fd)) {
      this.#unpollables.change(fd, mask);
      this.#entries.record(fd, mask, this.#entries.generation(fd));
      this.#changed();
      return;
    }
    const isExclusive = ((mask | this.#entries.mask(fd)) & EPOLLEXCLUSIVE) !== 0;
    // Flags alone may have asked for these events so far, and an edge may have come and gone.
    const isMore = (events & ~oldEvents) !== 0;
    const result = this.#entries.change(fd, mask, isMore);
    if (result < 0) throw systemError(result, 'epoll_ctl', fd, isExclusive ? WHY_NO_CHANGE : undefined);
  }

  remove(fd: number): void {
    if (this.#unpollables?.has(fd)) {
      this.#unpollables.remove(fd);
      this.#entries.erase(fd);
    } else {
      this.#entries.remove(fd);
    }
    this.#size--;
    this.#removed = true;
  }

  wait(timeoutMs: number): number {
    this.#entries.requeueTaken();
    if (this.#foundStale || this.#staleWaits > 0) this.#rebuildIfStale();
    this.#removed = false;
    this.#entries.startWait();
    // Here rather than in add: a callback may register while the events of the last wait are in the list.
    if (this.#size >= this.#list.capacity) this.#growList();
    const timeout = this.#isStuck ? this.#pause(timeoutMs) : timeoutMs;
    this.#reported = false;
    const count = this.#entries.kept === undefined ? this.#askAll(timeout, 0) : this.#askAndReportKept();
    if (this.#entries.mayHaveDisarmed) this.#disarm();
    return count;
  }

  waitError(result: number): Error {
    return failure(result, this.#entries.set.fd);
  }

  readyFd(i: number): number {
    const fd = this.#list.fd(i);
    const generation = this.#list.high(i);
    if (this.#entries.generation(fd) === generation || this.#entries.isEarlierGeneration(fd, generation)) {
      // An entry that was armed again since it fired reports this again if it is still ready.
      return this.#entries.armedSinceWait && this.#entries.isArmed(fd) ? -1 : fd;
    }
    if (!this.#removed && generation !== NO_GENERATION) this.#foundStale = true;
    return -1;
  }

  readyEvents(i: number): number {
    return fromEpollEvents(this.#list.events(i));
  }

  readyRevents(i: number): number {
    if (this.#isStuck) this.#reported = true;
    return this.#list.events(i);
  }

  mute(i: number): void {
    const fd = this.#list.fd(i);
    const revents = this.#list.events(i);
    if (this.#unpollables?.has(fd)) {
      this.#unpollables.mute(fd, this.#entries.mask(fd), revents);
      this.#entries.arm(fd);
    } else if (!this.#entries.mute(fd, revents)) {
      this.#foundStale = true;
    }
  }

  unmute(): void {
    this.#unpollables?.unmute();
    this.#entries.unmute();
  }

  requeue(i: number): void {
    const fd = this.#list.fd(i);
    if (this.#unpollables?.has(fd)) {
      this.#unpollables.change(fd, this.#entries.mask(fd));
      this.#entries.arm(fd);
    } else {
      this.#entries.requeue(fd);
    }
  }

  startWatching(found: () => void, changed: () => void, ref: boolean): number {
    this.#changed = changed;
    if (this.#unpollables !== undefined && this.#unpollables.wait() !== 0) return 0;
    this.#entries.stopWatching();
    if (this.#entries.kept !== undefined) return 0;
    if (this.#isStuck) return PAUSE_MS;
    this.#entries.watch(found, changed, ref);
    return Infinity;
  }

  stopWatching(): void {
    this.#entries.stopWatching();
  }

  close(): void {
    this.#entries.close();
  }

  /** A stale entry seen in two waits in a row is level-triggered and will fire for ever: rebuild. */
  #rebuildIfStale(): void {
    this.#staleWaits = this.#foundStale ? this.#staleWaits + 1 : 0;
    this.#foundStale = false;
    if (this.#staleWaits < 2) {
      this.#isStuck = false;
      return;
    }
    this.#isStuck = !this.#entries.rebuild();
    if (!this.#isStuck) this.#staleWaits = 0;
  }

  /**
   * Sleeps if epoll_wait would return at once with nothing but stale events. Returns the timeout for the wait after
   * that.
   */
  #pause(timeoutMs: number): number {
    if (!this.#reported) new SelectSet().wait(Math.min(timeoutMs, PAUSE_MS));
    return 0;
  }

  #growList(): void {
    this.#list = new EpollEventList(Math.min(2 * Math.max(this.#size, this.#list.capacity), MAX_EVENTS));
  }

  /** Waits, but reserves room in the list. */
  #ask(timeoutMs: number, reserved: number): number {
    let count = this.#entries.set.wait(this.#list, this.#list.capacity - reserved, timeoutMs);
    // The list has room for every registration. If stale entries fill it, events of registrations may be missing.
    while (count === this.#list.capacity - reserved && this.#list.capacity < MAX_EVENTS) {
      for (let i = 0; i < count; i++) this.#requeueOwn(i);
      this.#growList();
      count = this.#entries.set.wait(this.#list, this.#list.capacity - reserved, 0);
    }
    return count;
  }

  /** Has the next wait report event i again, if it is a registration's. */
  #requeueOwn(i: number): void {
    const fd = this.#list.fd(i);
    const isDisarmed = (this.#entries.mask(fd) & EPOLLONESHOT) !== 0 && !this.#entries.isArmed(fd);
    if (this.#entries.generation(fd) === this.#list.high(i) && !isDisarmed) this.#entries.requeue(fd);
  }

  /** Asks epoll, and poll for the files that epoll refuses. */
  #askAll(timeoutMs: number, reserved: number): number {
    const unpollables = this.#unpollables;
    if (unpollables === undefined) return this.#ask(timeoutMs, reserved);
    const extra = unpollables.wait();
    if (extra < 0) return extra;
    const count = this.#ask(extra > 0 ? 0 : timeoutMs, extra + reserved);
    if (count < 0) return count;
    unpollables.appendTo(this.#list, extra, (fd) => this.#entries.generation(fd));
    return this.#list.length;
  }

  /** Adds the event that the entries have kept to those that are found without waiting. */
  #askAndReportKept(): number {
    const count = this.#askAll(0, 1);
    const { kept } = this.#entries;
    if (count < 0 || kept === undefined) return count;
    const list = this.#list;
    let i = 0;
    while (i < list.length && (list.fd(i) !== kept.fd || list.high(i) !== kept.generation)) i++;
    if (i === list.length) list.push(kept.events, kept.fd, kept.generation);
    this.#entries.dropKept();
    return list.length;
  }

  /** Follows the kernel, which has disarmed the one-shot entries that it reported. */
  #disarm(): void {
    const list = this.#list;
    for (let i = 0; i < list.length; i++) {
      const fd = list.fd(i);
      if (this.#entries.generation(fd) !== list.high(i) || (this.#entries.mask(fd) & EPOLLONESHOT) === 0) continue;
      // Nobody waits for the events of a disarmed entry.
      if (!this.#entries.disarm(fd)) list.ignore(i);
      if (this.#unpollables?.has(fd)) this.#unpollables.change(fd, 0);
    }
  }
}

/**
 * epoll(7), Linux: the cost of a wait depends on how many descriptors are ready, not on how many are registered.
 *
 * The kernel keeps its entries by number and open file together. When a descriptor is closed while a duplicate of it
 * is open, its entry stays and reports events under a number that means something else by now. So each registration
 * has a generation, in the upper half of its event data, which tells its events from those of such a stale entry.
 */
export class EpollSelector<D = unknown> extends BaseSelector<D> {
  readonly #backEnd: EpollBackEnd;

  /**
   * @throws TypeError ERR_INVALID_ARG_TYPE, RangeError ERR_OUT_OF_RANGE
   * @throws Error ERR_NOT_SUPPORTED where there is no epoll
   * @throws SystemError EMFILE, ENFILE, ENOMEM from epoll_create1(2)
   */
  constructor(options?: SelectorOptions) {
    const checked = checkSelectorOptions(options);
    const backEnd = new EpollBackEnd(checked.unpollable);
    super(checked, backEnd);
    this.#backEnd = backEnd;
  }

  get backend(): 'epoll' {
    return 'epoll';
  }

  /**
   * The epoll descriptor, which can be registered with another selector: it is readable while a descriptor
   * registered here is ready. -1 once it is closed.
   */
  get fd(): number {
    return this.#backEnd.fd;
  }
}
