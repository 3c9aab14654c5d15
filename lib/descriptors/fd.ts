import { native } from '../core/binding.js';
import { checkBoolean, checkBuffer, checkData, checkFd } from '../core/check.js';
import { check, orNull } from '../core/result.js';
import { supported } from '../core/supported.js';

/**
 * read(2) into a buffer, or recv of a socket on Windows.
 * @returns the number of bytes; 0 at the end of the stream; null if it would block
 */
export function read(fd: number, buffer: Uint8Array): number | null {
  return orNull(native.read(checkFd(fd), checkBuffer(buffer, 'buffer')), fd);
}

/**
 * write(2), or send to a socket on Windows. Text is encoded as UTF-8.
 * @returns how many bytes were written, perhaps not all; null if it would block
 * @throws SystemError EPIPE if nobody reads any more
 */
export function write(fd: number, data: Uint8Array | string): number | null {
  return orNull(native.write(checkFd(fd), checkData(data, 'data')), fd);
}

/** close(2), or closesocket on Windows. The number is free afterwards, even if the kernel reports an error of earlier writes. */
export function close(fd: number): void {
  native.forget(checkFd(fd));
  check(native.close(fd), fd);
}

/** dup(2): another descriptor of the same open file, with the lowest free number; any number on Windows. CLOEXEC. */
export function dup(fd: number): number {
  return check(native.dup(checkFd(fd)), fd);
}

/**
 * dup2(2): makes target a descriptor of the same open file as fd, and closes what it was before. CLOEXEC.
 * @returns target
 * @throws Error ERR_NOT_SUPPORTED on Windows: use `dup`
 */
export function dup2(fd: number, target: number): number {
  checkFd(fd);
  checkFd(target, 'target');
  const call = supported(native.dup2, 'Windows has no dup2(2), as sockets have no numbers to choose: use dup');
  const result = check(call(fd, target), fd);
  if (fd !== target) native.forget(target);
  return result;
}

/**
 * Whether reads and writes block: fcntl(2), O_NONBLOCK. A flag of the open file, which duplicates share.
 * @throws Error ERR_NOT_SUPPORTED on Windows
 */
export function getBlocking(fd: number): boolean {
  checkFd(fd);
  const call = supported(native.getBlocking, 'Windows does not tell whether a socket blocks: use setBlocking');
  return check(call(fd), fd) === 1;
}

export function setBlocking(fd: number, blocking: boolean): void {
  check(native.setBlocking(checkFd(fd), checkBoolean(blocking, 'blocking')), fd);
}
