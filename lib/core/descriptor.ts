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
 * Owns one descriptor and closes it once: in `close()`, or, without one, when the owner was collected or
 * its thread ended. After `close()` or `release()` the number is somebody else's, and nothing here touches
 * it again; nor if it was closed behind the owner's back and is another file's.
 */
export class Descriptor implements Disposable {
  #fd: number;
  readonly #owned: Owned;

  /** Of a descriptor that the addon has just made, and entered as owned. */
  static made(fd: number): Descriptor {
    return new Descriptor(fd, native.ticketOf(fd));
  }

  /** Takes over one that was somebody else's. */
  constructor(fd: number, ticket: number = native.own(fd)) {
    this.#fd = fd;
    this.#owned = { fd, ticket };
    collected.register(this, this.#owned, this);
  }

  /** -1 once it is closed or released. */
  get fd(): number {
    return this.#fd;
  }

  /** Has something done before it is closed, however that comes about. action must not refer to the owner. */
  beforeClose(action: () => void): void {
    this.#owned.beforeClose = action;
  }

  /** Gives up ownership. */
  release(): number {
    const fd = this.#end();
    native.disown(fd, this.#owned.ticket);
    return fd;
  }

  /** @throws SystemError EBADF if it was closed by its number before */
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
