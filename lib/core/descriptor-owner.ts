import { inspect } from 'node:util';
import { native } from './binding.js';
import { Descriptor } from './descriptor.js';
import { closed } from './errors.js';
import { show } from './inspect.js';
import { orNull } from './result.js';

/** An object that stands for one descriptor, made for it, and owns it until `close()`. */
export abstract class DescriptorOwner implements Disposable {
  readonly #name: string;
  readonly #descriptor: Descriptor;

  /** @internal */
  constructor(name: string, fd: number) {
    this.#name = name;
    this.#descriptor = Descriptor.made(fd);
  }

  /** -1 once it is closed. */
  get fd(): number {
    return this.#descriptor.fd;
  }

  /** Closing twice is harmless. */
  close(): void {
    this.#descriptor.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** @internal */
  [inspect.custom](): object {
    return show(this, () => ({ fd: this.fd, closed: this.fd < 0 }));
  }

  /** @throws Error ERR_CLOSED */
  protected openFd(): number {
    if (this.#descriptor.fd < 0) throw closed(`the ${this.#name}`);
    return this.#descriptor.fd;
  }

  /** The 64-bit number that reading an eventfd or timerfd takes from it; null if it would block. */
  protected readCounter(): bigint | null {
    const fd = this.openFd();
    const value = new BigUint64Array(1);
    return orNull(native.read(fd, value), fd) === null ? null : value[0];
  }
}
