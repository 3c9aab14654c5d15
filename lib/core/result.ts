import { native } from './binding.js';
import { EAGAIN, EBADF, EWOULDBLOCK } from './errno.js';
import { type SystemError, systemError } from './errors.js';

/**
 * The error of the system call that has just failed. Call it before anything else is asked of the addon.
 * @param result what the call returned: `-errno`
 * @param hint a sentence that tells the reader the way out
 */
export function failure(result: number, fd?: number, hint?: string): SystemError {
  return systemError(result, native.failedCall(), fd, hint);
}

/** Returns the result of a system call, or throws its error. */
export function check(result: number, fd?: number): number {
  if (result < 0) throw failure(result, fd);
  return result;
}

export function wouldBlock(result: number): boolean {
  return result === EAGAIN || result === EWOULDBLOCK;
}

/** Returns the result of a system call, or null for "would block". Throws any other error. */
export function orNull(result: number, fd: number): number | null {
  if (result >= 0) return result;
  if (wouldBlock(result)) return null;
  throw failure(result, fd);
}

/** Adds the closed descriptor to an EBADF, which does not say which one it means. */
export function withClosed(error: SystemError, fds: number[]): SystemError {
  const closed = error.errno === EBADF ? fds.find((fd) => native.isOpen(fd) < 0) : undefined;
  return closed === undefined ? error : Object.assign(error, { fd: closed });
}

/**
 * @throws SystemError EBADF, in the name of syscall, if fd is not open or was opened with O_PATH; on Windows ENOTSOCK
 *   if it is no socket
 */
export function assertWatchable(fd: number, syscall: string): void {
  const result = native.isWatchable(fd);
  if (result >= 0) return;
  throw systemError(result, syscall, fd, native.onlySockets ? 'Windows can wait for sockets only' : undefined);
}
