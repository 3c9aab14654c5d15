/** The length for an array indexed by descriptor that has room for fd: a power of two. */
export function lengthFor(fd: number): number {
  return 2 ** Math.ceil(Math.log2(fd + 1));
}

/** Copies the shorter array into the longer one, and returns that. */
export function grown<T extends Float64Array | Uint32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
