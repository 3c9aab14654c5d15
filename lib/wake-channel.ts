import { native } from './binding.js';
import { check } from './errors.js';

const ONE = BigUint64Array.of(1n);
/** An eventfd gives 8 bytes, a pipe what there is. */
const scratch = new Uint8Array(4096);

/**
 * Opens what a wake-up goes through, which coalesces: an eventfd(2), whose ends are one descriptor, or a
 * pipe where there is none. Neither blocks; both are the caller's to close.
 */
export function openWakeChannel(): [readFd: number, writeFd: number] {
  if (native.eventfd !== undefined) {
    const fd = check(native.eventfd(0, false), 'eventfd');
    return [fd, fd];
  }
  const fds = new Int32Array(2);
  check(native.pipe(fds, false), 'pipe2');
  return [fds[0], fds[1]];
}

/** Makes the read end readable. That it cannot take any more (EAGAIN) means that it is. */
export function post(writeFd: number): number {
  return native.write(writeFd, ONE);
}

/** Makes the read end wait for the next `post`. */
export function drain(readFd: number): void {
  while (native.read(readFd, scratch) === scratch.length);
}
