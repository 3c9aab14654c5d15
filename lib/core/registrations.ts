import { grown, lengthFor } from './growth.js';

let counts = new Uint32Array(1024);

/**
 * The descriptors that are registered in this thread. One may have been closed meanwhile: a descriptor of the
 * package's own with that number would be taken for it.
 */
export const registrations = {
  /** By descriptor: how many have it registered. */
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
