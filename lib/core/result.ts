import { EAGAIN, EWOULDBLOCK } from './errno.js';
import { systemError } from './errors.js';

export function wouldBlock(result: number): boolean {
  return result === EAGAIN || result === EWOULDBLOCK;
}

/** Passes on what a system call returned; null for "would block". Other failures are thrown. */
export function orNull(result: number, syscall: string, fd: number): number | null {
  if (result >= 0) return result;
  if (wouldBlock(result)) return null;
  throw systemError(result, syscall, fd);
}
