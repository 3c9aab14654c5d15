import { inspect } from 'node:util';
import { native } from '../core/binding.js';
import { checkInteger, INT_MAX } from '../core/check.js';
import { noSuchIndex, notSupported } from '../core/errors.js';
import { show } from '../core/inspect.js';

const WORD_BYTES = 4;
const layout = native.epollLayout ?? { header: 0, stride: 3, events: 0, low: 1, high: 2 };
const { header, stride } = layout;

/** The most events epoll_wait(2) takes: their size in bytes must fit an int. */
export const MAX_EVENTS = Math.floor(INT_MAX / (stride * WORD_BYTES));

/** What to throw where there is no epoll. */
export function noEpoll(): Error {
  return notSupported(`this system has no epoll: use ${native.poll === undefined ? 'select' : 'poll or select'}`);
}

/** The upper half of the data of an event that must be ignored. No registration has this generation. */
export const NO_GENERATION = 0;

/**
 * A reusable array of struct epoll_event, which the kernel fills in place. `Epoll.waitInto` and the methods below
 * allocate nothing. epoll_wait(2)
 */
export class EpollEventList {
  readonly #capacity: number;
  #length = 0;
  readonly #words: Uint32Array;
  readonly #timeout: Float64Array;
  readonly #arguments: Int32Array;
  readonly #memory: ArrayBuffer;
  readonly #wait: (memory: ArrayBuffer) => number;

  /**
   * @param capacity how many events one wait can return: 1 to 178956970 (x86-64)
   * @throws RangeError ERR_OUT_OF_RANGE, TypeError ERR_INVALID_ARG_TYPE
   * @throws Error ERR_NOT_SUPPORTED where there is no epoll
   */
  constructor(capacity: number) {
    if (native.epollWait === undefined) throw noEpoll();
    this.#capacity = checkInteger(capacity, 'capacity', 1, MAX_EVENTS);
    this.#memory = new ArrayBuffer((header + capacity * stride) * WORD_BYTES);
    this.#timeout = new Float64Array(this.#memory, 0, 1);
    this.#arguments = new Int32Array(this.#memory, 8, 2);
    this.#words = new Uint32Array(this.#memory, header * WORD_BYTES);
    this.#wait = native.epollWait;
  }

  /** Whether value is an EpollEventList of this copy of the package. @internal */
  static isList(value: unknown): value is EpollEventList {
    return typeof value === 'object' && value !== null && #memory in value;
  }

  /** How many events the list has room for. */
  get capacity(): number {
    return this.#capacity;
  }

  /** How many events the last wait found. */
  get length(): number {
    return this.#length;
  }

  /**
   * The low 32 bits of the data of event i: the descriptor, unless other data was given.
   * @throws RangeError ERR_OUT_OF_RANGE if i is not below `length`
   */
  fd(i: number): number {
    if (typeof i !== 'number' || i >>> 0 !== i || i >= this.#length) throw this.#noEvent(i);
    return this.#words[i * stride + layout.low];
  }

  /** What the kernel reported: EPOLL* bits, unsigned. */
  events(i: number): number {
    if (typeof i !== 'number' || i >>> 0 !== i || i >= this.#length) throw this.#noEvent(i);
    return this.#words[i * stride + layout.events];
  }

  /** All 64 bits of the data that was given to epoll_ctl(2). */
  data(i: number): bigint {
    if (typeof i !== 'number' || i >>> 0 !== i || i >= this.#length) throw this.#noEvent(i);
    const low = BigInt(this.#words[i * stride + layout.low]);
    return (BigInt(this.#words[i * stride + layout.high]) << 32n) | low;
  }

  /** The upper 32 bits of the data. @internal */
  high(i: number): number {
    return this.#words[i * stride + layout.high];
  }

  /** Marks event i to be ignored. @internal */
  ignore(i: number): void {
    this.#words[i * stride + layout.high] = NO_GENERATION;
  }

  /** Appends an event that did not come from epoll_wait. There must be room for it. @internal */
  push(events: number, low: number, high: number): void {
    const word = this.#length++ * stride;
    this.#words[word + layout.events] = events;
    this.#words[word + layout.low] = low;
    this.#words[word + layout.high] = high;
  }

  /** One epoll_wait(2), or epoll_pwait2(2) for a fraction of a millisecond: the number of events, or -errno. @internal */
  wait(epfd: number, maxEvents: number, timeoutMs: number): number {
    this.#timeout[0] = timeoutMs;
    this.#arguments[0] = epfd;
    this.#arguments[1] = maxEvents;
    const count = this.#wait(this.#memory);
    this.#length = count > 0 ? count : 0;
    return count;
  }

  /** @internal */
  [inspect.custom](): object {
    return show(this, () => ({ capacity: this.#capacity, length: this.#length }));
  }

  #noEvent(i: unknown): Error {
    return noSuchIndex(i, this.#length, 'events');
  }
}
