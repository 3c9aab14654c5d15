import type { Descriptor } from '../core/descriptor.js';
import { drain, openWakeChannel } from '../descriptors/wake-channel.js';
import { Waker } from '../descriptors/waker.js';

/** The waker that a selector gives out: the selector closes it, and to wake a closed selector is harmless. */
class OwnWaker extends Waker {
  override wake(): void {
    if (this.fd >= 0) super.wake();
  }

  override close(): void {}

  closeWithSelector(): void {
    super.close();
  }
}

/** The wake-ups of a selector: a flag for its own thread, and for others a descriptor that it watches. */
export class WakeUps {
  #asked = false;
  #heard = false;
  #waker: OwnWaker | undefined;
  #readFd = -1;
  /** Where there are eventfds, the waker's own. */
  #readEnd: Descriptor | undefined;

  /** Whether this thread has asked for one since the last `take`. */
  get asked(): boolean {
    return this.#asked;
  }

  ask(): void {
    this.#asked = true;
  }

  /** What was asked for; from here on all is new. */
  take(): boolean {
    const asked = this.#asked;
    this.#asked = this.#heard = false;
    return asked;
  }

  /** Whether the kernel has reported one by another thread since the last `take`. */
  get heard(): boolean {
    return this.#heard;
  }

  /** Hears of a descriptor that is readable and of no registration. */
  hear(fd: number): void {
    if (fd < 0 || fd !== this.#readFd) return;
    drain(fd);
    this.#heard = true;
  }

  /** Whether it is the descriptor that is watched for them. */
  has(fd: number): boolean {
    return fd === this.#readFd;
  }

  /** @param watch starts watching the descriptor that it is given */
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
    // A callback may close the selector in the middle of a batch that has it.
    this.#readFd = -1;
    try {
      this.#waker?.closeWithSelector();
    } finally {
      this.#readEnd?.close();
    }
  }
}
