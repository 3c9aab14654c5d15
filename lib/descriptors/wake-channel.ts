import { native } from '../core/binding.js';
import { Descriptor } from '../core/descriptor.js';
import { ECONNREFUSED, ECONNRESET, EPIPE } from '../core/errno.js';
import { registrations } from '../core/registrations.js';
import { check } from '../core/result.js';

const ONE = BigUint64Array.of(1n);
/** An eventfd gives 8 bytes, a pipe all that is in it. */
const scratch = new Uint8Array(4096);

/**
 * Opens what wake-ups go through: an eventfd(2), which is both ends, or a pipe where there is none, or a pair of
 * sockets on Windows. Neither end blocks, and neither gets a number that is registered.
 */
export function openWakeChannel(): [readEnd: Descriptor, writeEnd: Descriptor] {
  if (native.eventfd !== undefined) {
    const both = Descriptor.made(check(native.eventfd(0, false, registrations.counts)));
    return [both, both];
  }
  const fds = new Int32Array(2);
  check(native.wakePair(fds, registrations.counts));
  return [Descriptor.made(fds[0]), Descriptor.made(fds[1])];
}

/** Makes the read end readable. EAGAIN means that it is already. */
export function post(writeFd: number): number {
  return native.write(writeFd, ONE);
}

/** Whether `post` has found that nobody reads any more. */
export function isAbandoned(result: number): boolean {
  return result === EPIPE || result === ECONNREFUSED || result === ECONNRESET;
}

/** What a read returns at least if there may be more: datagrams are read one by one. */
const MORE = native.onlySockets ? 1 : scratch.length;

/** Drains the wake-up descriptor. */
export function drain(readFd: number): void {
  while (native.read(readFd, scratch) >= MORE);
}
