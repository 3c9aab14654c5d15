import { native } from './binding.js';
import { check } from './errors.js';

const collected = new FinalizationRegistry<number>((fd) => {
  native.disown(fd);
  native.close(fd);
});

/**
 * Owns one descriptor and closes it once: in `close()`, or, without one, when the owner was collected or
 * its thread ended.
 * After `close()` or `release()` the number is somebody else's, and nothing here touches it again.
 */
export class Descriptor implements Disposable {
  #fd: number;

  constructor(fd: number) {
    this.#fd = fd;
    native.own(fd);
    collected.register(this, fd, this);
  }

  /** -1 once it is closed or released. */
  get fd(): number {
    return this.#fd;
  }

  /** Gives up ownership. */
  release(): number {
    const fd = this.#fd;
    if (fd < 0) return fd;
    collected.unregister(this);
    native.disown(fd);
    this.#fd = -1;
    return fd;
  }

  close(): void {
    if (this.#fd < 0) return;
    const fd = this.release();
    check(native.close(fd), 'close', fd);
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
