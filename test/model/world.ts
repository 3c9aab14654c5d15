import { closeSync } from 'node:fs';
import * as io from 'io-selectors/fd';
import type { File, Kind } from './file.js';
import { make } from './make.js';
import { Truth } from './truth.js';

/** A descriptor number in a sequence, open or closed. */
export interface Slot {
  readonly id: number;
  readonly fd: number;
  /** Undefined if it is closed. */
  file: File | undefined;
  /** A file object with this number, until it is closed. */
  object: { fd: number };
}

/** High numbers start here: above Node's own, and below FD_SETSIZE. */
const BASE = 700;
/** Numbers for descriptors that are closed in the same operation. */
const LITTER_BASE = 800;

/** The descriptors of one sequence. */
export class World {
  readonly slots = new Map<number, Slot>();
  /** Whether descriptors keep the number that the kernel gives them, the lowest free one. */
  readonly #low: boolean;

  constructor(low: boolean) {
    this.#low = low;
  }

  fileAt(fd: number): File | undefined {
    return this.slotAt(fd)?.file;
  }

  slotAt(fd: number): Slot | undefined {
    for (const slot of this.slots.values()) if (slot.fd === fd) return slot;
    return undefined;
  }

  /** Asks poll(2) about every descriptor. */
  look(): Truth {
    return new Truth([...this.slots.values()]);
  }

  open(kind: Kind, ids: readonly number[]): void {
    for (const id of ids) if (this.slots.get(id)?.file !== undefined) return;
    const made = make(kind);
    made.forEach(([fd, file], i) => this.#place(ids[i], fd, file));
  }

  close({ id, fd, file, object }: Slot, by: 'package' | 'fs'): void {
    if (by === 'fs') closeSync(fd);
    else {
      io.close(fd);
      object.fd = -1;
    }
    this.slots.set(id, { id, fd, file: undefined, object });
    if (file !== undefined) lose(file);
  }

  dup({ fd, file }: Slot, id: number): void {
    if (file !== undefined && this.slots.get(id)?.file === undefined) this.#place(id, io.dup(fd), file);
  }

  dup2(fd: number, file: File, over: Slot): void {
    if (fd === over.fd) return;
    io.dup2(fd, over.fd);
    this.slots.set(over.id, { ...over, file, object: { fd: over.fd } });
    file.descriptors++;
    if (over.file !== undefined) lose(over.file);
  }

  /** Makes duplicates, uses each, and closes them. */
  litter({ fd }: Slot, count: number, use: (fd: number) => void): number[] {
    const numbers = Array.from({ length: count }, (_, i) => io.dup2(fd, LITTER_BASE + i));
    for (const number of numbers) use(number);
    for (const number of numbers) io.close(number);
    return numbers;
  }

  /** Forgets closed numbers that nobody uses. */
  forget(isUsed: (fd: number) => boolean): void {
    for (const { id, fd, file } of this.slots.values()) {
      if (file === undefined && !isUsed(fd)) this.slots.delete(id);
    }
  }

  closeAll(): void {
    for (const slot of this.slots.values()) if (slot.file !== undefined) this.close(slot, 'package');
  }

  #place(id: number, made: number, file: File): void {
    let fd = made;
    if (!this.#low) {
      fd = io.dup2(made, BASE + id);
      io.close(made);
    }
    // A closed number is in use again.
    const former = this.slotAt(fd);
    if (former !== undefined) this.slots.delete(former.id);
    this.slots.set(id, { id, fd, file, object: { fd } });
    file.descriptors++;
  }
}

function lose(file: File): void {
  file.descriptors--;
  if (!file.isOpen) file.touch();
}
