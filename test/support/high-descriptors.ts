import { close, dup, dup2 } from 'io-selectors/fd';
import * as fd from 'io-selectors/fd';
import { has } from './capability.js';
import { ownedFd, pipe } from './descriptors.js';
import { openDescriptors } from './witness.js';

/**
 * A free number below FD_SETSIZE that stays free: the kernel hands out the lowest number, so nothing else in this
 * process takes one up here after a test has closed it.
 */
function highNumber(): number {
  const taken = openDescriptors();
  for (;;) {
    const number = 512 + Math.floor(Math.random() * 500);
    if (!taken.has(number)) return number;
  }
}

/** A duplicate with a high number, for tests that close it. With the system's choice of number if it has no dup2. */
export function dupHigh(original: number): number {
  return ownedFd(has.dup2 ? dup2(original, highNumber()) : dup(original));
}

/** A non-blocking pipe with high numbers, for tests that close an end. */
export function highPipe(): [readFd: number, writeFd: number] {
  if (!has.dup2) return pipe();
  const low = fd.pipe();
  const [readFd, writeFd] = low.map(dupHigh);
  low.forEach(close);
  return [readFd, writeFd];
}
