import type { Descriptor } from '../core/descriptor.js';
import { drain, openWakeChannel } from '../descriptors/wake-channel.js';
import { Waker } from '../descriptors/waker.js';

/** The waker that a selector hands out. The selector closes it, and waking a closed selector does nothing. */
class OwnWaker extends Waker {
  override wake(): void {
    if (this.fd >= 0) super.wake();
  }

  override close(): void {}

  closeWithSelector(): void {
    super.close();
  }
}

/** The wake-ups of a selector: a flag for its own thread, and a descriptor that it watches for other threads. */
export class WakeUps {
  #requested = false;
  #received = false;
  #waker: OwnWaker | undefined;
  /** The same descriptor as the waker's where there are eventfds. */
  #readEnd: Descriptor | undefined;
  /** Its number; -1 while there is none. */
  #readFd = -1;

  /** Whether this thread has requested one since the last `consume`. */
  get requested(): boolean {
    return this.#requested;
  }

  request(): void {
    this.#requested = true;
  }

  /** Returns whether this thread has requested one, and forgets what was requested and received so far. */
  consume(): boolean {
    const requested = this.#requested;
    this.#requested = this.#received = false;
    return requested;
  }

  /** Whether one from another thread was received since the last `consume`. */
  get received(): boolean {
    return this.#received;
  }

  /** Drains the wake-up descriptor if fd, which is ready and not registered, is that. */
  receive(fd: number): void {
    if (fd < 0 || fd !== this.#readFd) return;
    drain(fd);
    this.#received = true;
  }

  /** Whether fd is one that wake-ups go through. */
  has(fd: number): boolean {
    return fd === this.#readFd || fd === this.#waker?.fd;
  }

  /**
   * The waker, made at the first call.
   * @param watch starts to watch the wake-up descriptor
   */
  waker(watch: (fd: number) => void): Waker {
    if (this.#waker !== undefined) return this.#waker;
    const [readEnd, writeEnd] = openWakeChannel();
    try {
      watch(readEnd.fd);
    } catch (error) {
      writeEnd.close();
      readEnd.close();
      throw error;
    }
    this.#readFd = readEnd.fd;
    this.#readEnd = readEnd;
    this.#waker = new OwnWaker(writeEnd);
    return this.#waker;
  }

  close(): void {
    // A callback may close the selector in the middle of a batch that has the wake-up descriptor in it.
    this.#readFd = -1;
    try {
      this.#waker?.closeWithSelector();
    } finally {
      this.#readEnd?.close();
    }
  }
}
