import type { FileObject } from '../core/file-object.js';
import { grown, lengthFor } from '../core/growth.js';
import { registrations } from '../core/registrations.js';
import type { SelectorKey } from './key.js';

/**
 * The keys of a selector, indexed by descriptor. The kernel hands out the lowest free number, so the arrays stay
 * dense, and a look-up costs one load.
 */
export class KeyTable<D> implements Iterable<SelectorKey<D>> {
  #keys: (SelectorKey<D> | undefined)[] = Array.from<undefined>({ length: 16 });
  #since = new Float64Array(16);
  #nativeBits = new Uint32Array(16);
  #size = 0;
  #registered = 0;

  get size(): number {
    return this.#size;
  }

  /** How many registrations there have been: the time on the clock of this table. */
  get now(): number {
    return this.#registered;
  }

  get(fd: number): SelectorKey<D> | undefined {
    return this.#keys[fd];
  }

  /** The time at which fd was registered. */
  since(fd: number): number {
    return this.#since[fd];
  }

  /** What the back end got beside the key's events. */
  nativeBits(fd: number): number {
    return this.#nativeBits[fd];
  }

  /** The key that was registered with this very object, whatever its descriptor is now. */
  find(fileObject: FileObject): SelectorKey<D> | undefined {
    for (const key of this) if (key.fileObject === fileObject) return key;
    return undefined;
  }

  add(key: SelectorKey<D>, nativeBits: number): void {
    const { fd } = key;
    if (fd >= this.#keys.length) this.#grow(fd);
    this.#size++;
    this.#since[fd] = ++this.#registered;
    registrations.add(fd);
    this.replace(key, nativeBits);
  }

  /** Replaces the key of a registration. */
  replace(key: SelectorKey<D>, nativeBits: number): void {
    this.#keys[key.fd] = key;
    this.#nativeBits[key.fd] = nativeBits;
  }

  delete(fd: number): void {
    this.#keys[fd] = undefined;
    this.#size--;
    registrations.remove(fd);
  }

  clear(): void {
    for (const key of this) registrations.remove(key.fd);
    this.#keys = [];
    this.#size = 0;
  }

  *[Symbol.iterator](): Generator<SelectorKey<D>, undefined> {
    for (let fd = 0; fd < this.#keys.length; fd++) {
      const key = this.#keys[fd];
      if (key !== undefined) yield key;
    }
    return undefined;
  }

  #grow(fd: number): void {
    const length = lengthFor(fd);
    // V8 keeps an array that grows by its length as an array. Assigning far past the end would turn it into a hash
    // table.
    this.#keys.length = length;
    this.#since = grown(this.#since, new Float64Array(length));
    this.#nativeBits = grown(this.#nativeBits, new Uint32Array(length));
  }
}
