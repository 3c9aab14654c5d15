import { native } from '../core/binding.js';
import { checkBoolean, readOptions } from '../core/check.js';
import { check } from '../core/result.js';
import { supported } from '../core/supported.js';

/**
 * pipe(2). Both ends are CLOEXEC, and the caller closes them.
 * @param options.blocking default false
 * @throws Error ERR_NOT_SUPPORTED on Windows: use `socketPair`
 */
export function pipe(options?: { blocking?: boolean }): [readFd: number, writeFd: number] {
  const { blocking = false } = readOptions(options, ['blocking']);
  checkBoolean(blocking, 'options.blocking');
  const call = supported(native.pipe, 'Windows has no pipes that can be waited on: use socketPair');
  const fds = new Int32Array(2);
  check(call(fds, blocking));
  return [fds[0], fds[1]];
}
