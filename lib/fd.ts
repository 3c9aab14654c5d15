import { native } from './binding.js';
import { checkBoolean, checkBuffer, checkData, checkFd, checkInteger, readOptions } from './check.js';
import { check, invalidType } from './errors.js';
import { orNull } from './would-block.js';

export { type EventFd, eventfd } from './event-fd.js';
export { type ExitStatus, type PidFd, pidfd } from './pid-fd.js';
export { type Signals, signals } from './signals.js';
export { type TimerFd, timerfd } from './timer-fd.js';

/**
 * pipe(2): both ends CLOEXEC, the caller's to close.
 * @param options.blocking default false
 */
export function pipe(options?: { blocking?: boolean }): [readFd: number, writeFd: number] {
  const { blocking = false } = readOptions(options, ['blocking']);
  const fds = new Int32Array(2);
  check(native.pipe(fds, checkBoolean(blocking, 'options.blocking')), 'pipe2');
  return [fds[0], fds[1]];
}

/**
 * read(2) into a buffer.
 * @returns how many bytes; 0 at the end of the stream; null if it would block
 */
export function read(fd: number, buffer: Uint8Array): number | null {
  return orNull(native.read(checkFd(fd), checkBuffer(buffer, 'buffer')), 'read', fd);
}

/**
 * write(2). Text is encoded as UTF-8.
 * @returns how many bytes were taken, perhaps not all; null if it would block
 * @throws SystemError EPIPE where nobody reads any more
 */
export function write(fd: number, data: Uint8Array | string): number | null {
  return orNull(native.write(checkFd(fd), checkData(data, 'data')), 'write', fd);
}

/** close(2). The number is free afterwards, even where the kernel reports an error of earlier writes. */
export function close(fd: number): void {
  native.forget(checkFd(fd));
  check(native.close(fd), 'close', fd);
}

/** dup(2): a second descriptor of the same open file, with the lowest free number. CLOEXEC. */
export function dup(fd: number): number {
  return check(native.dup(checkFd(fd)), 'dup', fd);
}

/**
 * dup2(2): makes target a descriptor of the same open file as fd, closing what it was before. CLOEXEC.
 * @returns target
 */
export function dup2(fd: number, target: number): number {
  const result = check(native.dup2(checkFd(fd), checkFd(target, 'target')), 'dup2', fd);
  if (fd !== target) native.forget(target);
  return result;
}

/** Whether reads and writes wait: fcntl(2), O_NONBLOCK. It belongs to the open file, so duplicates share it. */
export function getBlocking(fd: number): boolean {
  return check(native.getBlocking(checkFd(fd)), 'fcntl', fd) === 1;
}

export function setBlocking(fd: number, blocking: boolean): void {
  check(native.setBlocking(checkFd(fd), checkBoolean(blocking, 'blocking')), 'fcntl', fd);
}

/** How many descriptors the process may have: getrlimit(2), RLIMIT_NOFILE. Infinity where there is no limit. */
export function getDescriptorLimit(): { soft: number; hard: number } {
  const limits = new Float64Array(2);
  check(native.getDescriptorLimit(limits), 'getrlimit');
  return { soft: limits[0], hard: limits[1] };
}

/**
 * setrlimit(2), RLIMIT_NOFILE, the soft limit; Node itself raises it to the hard one when it starts.
 * Open descriptors past it stay usable.
 * @param soft 0 to the hard limit, or Infinity
 * @throws SystemError EINVAL above the hard limit
 */
export function setDescriptorLimit(soft: number): void {
  if (typeof soft !== 'number') throw invalidType('soft', 'a number', soft);
  if (soft !== Infinity) checkInteger(soft, 'soft', 0, Number.MAX_SAFE_INTEGER);
  check(native.setDescriptorLimit(soft), 'setrlimit');
}
