import { grown, lengthFor } from './growth.js';

let counts = new Uint32Array(1024);

/**
 * The descriptors that are registered in this thread. If one of them is closed, and the package opens a descriptor
 * of its own, that must not get the number: it would be watched in its place.
 */
export const registrations = {
  /** How many selectors have each descriptor registered, indexed by descriptor. */
  get counts(): Uint32Array {
    return counts;
  },

  add(fd: number): void {
    if (fd >= counts.length) counts = grown(counts, new Uint32Array(lengthFor(fd)));
    counts[fd]++;
  },

  remove(fd: number): void {
    counts[fd]--;
  },
};
