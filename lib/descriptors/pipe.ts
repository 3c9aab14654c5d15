import { native } from '../core/binding.js';
import { checkBoolean, readOptions } from '../core/check.js';
import { check } from '../core/result.js';

/**
 * pipe(2). Both ends are CLOEXEC, and the caller closes them.
 * @param options.blocking default false
 */
export function pipe(options?: { blocking?: boolean }): [readFd: number, writeFd: number] {
  const { blocking = false } = readOptions(options, ['blocking']);
  const fds = new Int32Array(2);
  check(native.pipe(fds, checkBoolean(blocking, 'options.blocking')));
  return [fds[0], fds[1]];
}
