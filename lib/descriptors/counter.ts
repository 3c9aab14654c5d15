import { native } from '../core/binding.js';
import { orNull } from '../core/result.js';

/** The 64-bit number that reading an eventfd or a timerfd takes from it; null if it would block. */
export function readCounter(fd: number): bigint | null {
  const value = new BigUint64Array(1);
  return orNull(native.read(fd, value), fd) === null ? null : value[0];
}
