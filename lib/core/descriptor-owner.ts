import { inspect } from 'node:util';
import type { Descriptor } from './descriptor.js';
import { closed } from './errors.js';
import { show } from './inspect.js';

/** An object that stands for one descriptor, which it owns until `close()`. */
export abstract class DescriptorOwner implements Disposable {
  readonly #name: string;
  readonly #descriptor: Descriptor;

  /**
   * @param name what errors call it, as 'the socket'
   * @internal
   */
  constructor(name: string, descriptor: Descriptor) {
    this.#name = name;
    this.#descriptor = descriptor;
  }

  /** The descriptor: -1 once it is closed. */
  get fd(): number {
    return this.#descriptor.fd;
  }

  /** Whether it was closed, or its descriptor given away. */
  get closed(): boolean {
    return this.#descriptor.fd < 0;
  }

  /** close(2). Closing twice is harmless. */
  close(): void {
    this.#descriptor.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** @internal */
  [inspect.custom](): object {
    return show(this, () => ({ fd: this.fd, closed: this.closed }));
  }

  /**
   * @returns the descriptor
   * @throws Error ERR_CLOSED
   * @internal
   */
  protected assertOpen(): number {
    const { fd } = this.#descriptor;
    if (fd < 0) throw closed(this.#name);
    return fd;
  }
}
