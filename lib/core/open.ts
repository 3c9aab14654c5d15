import { native } from './binding.js';
import { check } from './errors.js';

/** Whether fd is open and of a kind that can be watched. fcntl(2) */
export function isOpen(fd: number): boolean {
  return native.isOpen(fd) === 0;
}

/** @throws SystemError EBADF in the name of syscall if fd is not open, or was opened with O_PATH */
export function assertOpen(fd: number, syscall: string): void {
  check(native.isOpen(fd), syscall, fd);
}
