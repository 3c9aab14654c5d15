import { native } from './binding.js';
import { check } from './result.js';

interface Owned {
  readonly fd: number;
  readonly ticket: number;
  beforeClose?: () => void;
}

const collected = new FinalizationRegistry<Owned>(({ fd, ticket, beforeClose }) => {
  beforeClose?.();
  native.closeCollected(fd, ticket);
});

/**
 * Owns one descriptor and closes it once: in `close()`, or when the owner is collected or its thread ends. After
 * `close()` or `release()` the number is somebody else's and is left alone, and so is a number that was closed
 * behind the owner's back and belongs to another file by now.
 */
export class Descriptor implements Disposable {
  #fd: number;
  readonly #owned: Owned;

  /** Owns a descriptor that the addon has just made, and has already recorded as owned. */
  static made(fd: number): Descriptor {
    return new Descriptor(fd, native.ticketOf(fd));
  }

  /** Takes over a descriptor from the caller. */
  constructor(fd: number, ticket: number = native.own(fd)) {
    this.#fd = fd;
    this.#owned = { fd, ticket };
    collected.register(this, this.#owned, this);
  }

  /** -1 once it is closed or released. */
  get fd(): number {
    return this.#fd;
  }

  /**
   * Calls action before the descriptor is closed, also when that is done by the garbage collector. action must not
   * keep the owner alive.
   */
  beforeClose(action: () => void): void {
    this.#owned.beforeClose = action;
  }

  /** Gives up ownership. */
  release(): number {
    const fd = this.#end();
    native.disown(fd, this.#owned.ticket);
    return fd;
  }

  /** @throws SystemError EBADF if it was already closed by its number */
  close(): void {
    if (this.#fd < 0) return;
    this.#owned.beforeClose?.();
    const fd = this.#end();
    check(native.closeOwned(fd, this.#owned.ticket), fd);
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #end(): number {
    const fd = this.#fd;
    this.#fd = -1;
    collected.unregister(this);
    return fd;
  }
}
