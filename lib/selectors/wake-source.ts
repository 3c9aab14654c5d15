import { Descriptor } from '../descriptor.js';
import { drain, openWakeChannel } from '../wake-channel.js';
import { Waker } from '../waker.js';

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

/** What a selector watches beside the registered descriptors, so that other threads can wake it. */
export class WakeSource {
  readonly waker: Waker;
  /** Readable after a wake-up, until `drain`. */
  readonly fd: number;
  readonly #ownWaker: OwnWaker;
  readonly #readEnd: Descriptor | undefined;

  constructor() {
    const [readFd, writeFd] = openWakeChannel();
    this.fd = readFd;
    this.#readEnd = readFd === writeFd ? undefined : new Descriptor(readFd);
    this.waker = this.#ownWaker = new OwnWaker(writeFd);
  }

  drain(): void {
    drain(this.fd);
  }

  close(): void {
    this.#ownWaker.closeWithSelector();
    this.#readEnd?.close();
  }
}
