import { native } from './binding.js';
import { check } from './errors.js';

const ONE = BigUint64Array.of(1n);
/** An eventfd gives 8 bytes, a pipe what there is. */
const scratch = new Uint8Array(4096);

/**
 * Opens what a wake-up goes through, which coalesces: an eventfd(2), whose ends are one descriptor, or a
 * pipe where there is none. Neither blocks; both are the caller's to close.
 *
 * @param isTaken whether the read end must not have this number
 */
export function openWakeChannel(isTaken: (fd: number) => boolean = () => false): [readFd: number, writeFd: number] {
  if (native.eventfd !== undefined) {
    const fd = renumbered(check(native.eventfd(0, false), 'eventfd'), isTaken);
    return [fd, fd];
  }
  const fds = new Int32Array(2);
  check(native.pipe(fds, false), 'pipe2');
  try {
    return [renumbered(fds[0], isTaken), fds[1]];
  } catch (error) {
    native.close(fds[1]);
    throw error;
  }
}

/** The same under another number. Each that does not do is held until one is found. */
function renumbered(fd: number, isTaken: (fd: number) => boolean): number {
  if (!isTaken(fd)) return fd;
  try {
    return renumbered(check(native.dup(fd), 'dup', fd), isTaken);
  } finally {
    native.close(fd);
  }
}

/** Makes the read end readable. That it cannot take any more (EAGAIN) means that it is. */
export function post(writeFd: number): number {
  return native.write(writeFd, ONE);
}

/** Makes the read end wait for the next `post`. */
export function drain(readFd: number): void {
  while (native.read(readFd, scratch) === scratch.length);
}
