import { native } from '../core/binding.js';
import { LoopWatch } from './loop-watch.js';

const WORD_BITS = 32;
const { unit, flip } = native.selectLayout;

/**
 * The descriptor sets of select(2): six bitmaps in one block of memory, the read, write and except sets of the caller,
 * then those of the kernel's answer. They grow with the highest descriptor, also past FD_SETSIZE, which limits C's
 * fd_set but not the kernel.
 *
 * Interest and readiness are masks of three bits, in the order of the sets: 1, 2, 4.
 */
export class SelectSet {
  /** 32-bit words in a bitmap: a multiple of the layout's unit. */
  #words = 32;
  #bits = new Uint32Array(6 * this.#words);
  #highest = -1;
  #watch: LoopWatch | undefined;

  /** The highest descriptor in any set, -1 if all are empty. */
  get highest(): number {
    return this.#highest;
  }

  /** Puts fd into the sets that interest names, and takes it out of the others. */
  set(fd: number, interest: number): void {
    if (fd >= this.#words * WORD_BITS) this.#grow(fd);
    const word = (fd >>> 5) ^ flip;
    const bit = 1 << (fd & 31);
    for (let set = 0; set < 3; set++) {
      const index = set * this.#words + word;
      const bits = this.#bits[index];
      this.#bits[index] = (interest >>> set) & 1 ? bits | bit : bits & ~bit;
    }
    if (interest !== 0) this.#highest = Math.max(this.#highest, fd);
    else if (fd === this.#highest) this.#lower();
  }

  /** Makes one select(2). Returns the number of bits set in the answer, or -errno. */
  wait(timeoutMs: number): number {
    return native.select(this.#bits, this.#highest + 1, timeoutMs);
  }

  /** Waits on a thread, and calls found once `wait` would find something. */
  watch(found: () => void, ref: boolean): void {
    this.#watch ??= LoopWatch.ofThread();
    this.#watch.beginSelect(found, ref, this.#bits, this.#highest + 1);
  }

  /** Returns whether a thread was waiting. */
  stopWatching(): boolean {
    return this.#watch?.cancel() === true;
  }

  /** What the last wait reported for fd. Only valid if it found something: after 0 the kernel may leave bits set. */
  ready(fd: number): number {
    const index = 3 * this.#words + ((fd >>> 5) ^ flip);
    const bit = fd & 31;
    return this.#answer(index, bit);
  }

  /** Lists the ready descriptors of the last wait, each once, and returns their number. */
  collect(fds: Int32Array, ready: Uint8Array): number {
    const words = this.#words;
    const last = this.#highest >>> 5;
    let count = 0;
    for (let word = 0; word <= last; word++) {
      const index = 3 * words + (word ^ flip);
      let any = this.#bits[index] | this.#bits[index + words] | this.#bits[index + 2 * words];
      while (any !== 0) {
        const bit = 31 - Math.clz32(any & -any);
        fds[count] = word * WORD_BITS + bit;
        ready[count++] = this.#answer(index, bit);
        any &= any - 1;
      }
    }
    return count;
  }

  close(): void {
    this.#watch?.close();
  }

  #answer(index: number, bit: number): number {
    const bits = this.#bits;
    const read = (bits[index] >>> bit) & 1;
    const write = (bits[index + this.#words] >>> bit) & 1;
    const except = (bits[index + 2 * this.#words] >>> bit) & 1;
    return read | (write << 1) | (except << 2);
  }

  #grow(fd: number): void {
    const needed = Math.ceil((fd + 1) / (unit * WORD_BITS)) * unit;
    const words = Math.max(2 * this.#words, needed);
    const bits = new Uint32Array(6 * words);
    for (let set = 0; set < 3; set++) {
      bits.set(this.#bits.subarray(set * this.#words, (set + 1) * this.#words), set * words);
    }
    this.#bits = bits;
    this.#words = words;
  }

  #lower(): void {
    for (let word = this.#highest >>> 5; word >= 0; word--) {
      const index = word ^ flip;
      const any = this.#bits[index] | this.#bits[index + this.#words] | this.#bits[index + 2 * this.#words];
      if (any !== 0) {
        this.#highest = word * WORD_BITS + 31 - Math.clz32(any);
        return;
      }
    }
    this.#highest = -1;
  }
}
