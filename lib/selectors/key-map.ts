import { inspect } from 'node:util';
import type { KeyTable } from './key-table.js';
import type { SelectorKey } from './key.js';

/** A live, read-only view of a selector's keys. Iterates in the order of the descriptors. */
export class KeyMap<D> implements ReadonlyMap<number, SelectorKey<D>> {
  readonly #keys: KeyTable<D>;

  constructor(keys: KeyTable<D>) {
    this.#keys = keys;
    Object.freeze(this);
  }

  get size(): number {
    return this.#keys.size;
  }

  get [Symbol.toStringTag](): string {
    return 'KeyMap';
  }

  get(fd: number): SelectorKey<D> | undefined {
    return Number.isInteger(fd) ? this.#keys.get(fd) : undefined;
  }

  has(fd: number): boolean {
    return this.get(fd) !== undefined;
  }

  *keys(): Generator<number, undefined> {
    for (const key of this.#keys) yield key.fd;
    return undefined;
  }

  values(): Generator<SelectorKey<D>, undefined> {
    return this.#keys[Symbol.iterator]();
  }

  *entries(): Generator<[number, SelectorKey<D>], undefined> {
    for (const key of this.#keys) yield [key.fd, key];
    return undefined;
  }

  forEach(callback: (key: SelectorKey<D>, fd: number, map: ReadonlyMap<number, SelectorKey<D>>) => void, thisArg?: unknown): void {
    for (const key of this.#keys) callback.call(thisArg, key, key.fd, this);
  }

  [Symbol.iterator](): Generator<[number, SelectorKey<D>], undefined> {
    return this.entries();
  }

  /** @internal */
  [inspect.custom](): object {
    return #keys in this ? new Map(this) : this;
  }
}
