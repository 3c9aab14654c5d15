/** How long an array indexed by descriptor is to be so that it has room for fd, and doubles when it grows. */
export function lengthFor(fd: number): number {
  return 2 ** Math.ceil(Math.log2(fd + 1));
}

/** The longer array, with what was in the shorter one. */
export function grown<T extends Float64Array | Uint32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
