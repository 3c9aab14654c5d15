import { SelectSet } from '../calls/select-set.js';
import { checkFdSetSize } from '../calls/select.js';
import { notSupported } from '../core/errors.js';
import { assertOpen, failure, withClosed } from '../core/result.js';
import { BaseSelector } from './base.js';
import type { Features, SelectorOptions, Watch } from './options.js';

/**
 * select(2): everywhere, and slow with many descriptors. Refuses descriptors from `fdSetSize` on
 * (default FD_SETSIZE) at `register()`. Reports no `revents`.
 */
export class SelectSelector<D = unknown> extends BaseSelector<D> {
  readonly features: Features;
  readonly #size: number;
  readonly #set = new SelectSet();
  readonly #fds = new Set<number>();
  #readyFds = new Int32Array(64);
  #ready = new Uint8Array(64);

  constructor(options?: SelectorOptions) {
    super(options);
    this.#size = checkFdSetSize(this.options.fdSetSize);
    this.features = Object.freeze({
      edge: false,
      oneShot: false,
      exclusive: false,
      regularFiles: true,
      maxFd: this.#size - 1,
    });
  }

  get backend(): 'select' {
    return 'select';
  }

  protected override toNativeBits({ flags }: Watch): number {
    if (flags !== 0) throw notSupported('select has no flags: use poll or epoll');
    return 0;
  }

  protected override add(fd: number, events: number): void {
    // As the descriptor is open now, the process's descriptor table reaches that far, and it never
    // shrinks: should the descriptor be closed later, the kernel will say so instead of ignoring it.
    assertOpen(fd, 'select');
    this.#set.set(fd, events);
    this.#fds.add(fd);
    this.#changed();
  }

  protected override change(fd: number, events: number): void {
    this.#set.set(fd, events);
    this.#changed();
  }

  protected override remove(fd: number): void {
    this.#set.set(fd, 0);
    this.#fds.delete(fd);
    this.#changed();
  }

  protected override wait(timeoutMs: number): number {
    const count = this.#set.wait(timeoutMs);
    // On 0 the sets are empty, whatever the kernel left in them.
    if (count <= 0) return count;
    if (this.#readyFds.length < this.#fds.size) {
      this.#readyFds = new Int32Array(2 * this.#fds.size);
      this.#ready = new Uint8Array(2 * this.#fds.size);
    }
    return this.#set.collect(this.#readyFds, this.#ready);
  }

  protected override waitError(result: number): Error {
    return withClosed(failure(result), [...this.#fds]);
  }

  protected override readyFd(i: number): number {
    return this.#readyFds[i];
  }

  protected override readyEvents(i: number): number {
    return this.#ready[i];
  }

  protected override readyRevents(): number {
    return 0;
  }

  /** select answers only what it was asked. */
  protected override park(): void {}

  protected override unpark(): void {}

  /** Level-triggered: it comes again by itself. */
  protected override giveBack(): void {}

  protected override startWatching(found: () => void, ref: boolean): number {
    this.#set.watch(found, ref);
    return Infinity;
  }

  protected override stopWatching(): void {
    this.#set.stopWatching();
  }

  protected override release(): void {
    this.#set.close();
    this.#fds.clear();
  }

  /** The thread waits on a copy of the set, and must let go of what was removed. */
  #changed(): void {
    if (this.#set.stopWatching()) this.attemptSoon();
  }
}
