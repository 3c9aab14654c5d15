import { native } from '../core/binding.js';
import { Descriptor } from '../core/descriptor.js';
import { registrations } from '../core/registrations.js';
import { check } from '../core/result.js';

const ONE = BigUint64Array.of(1n);
/** An eventfd gives 8 bytes, a pipe what there is. */
const scratch = new Uint8Array(4096);

/**
 * Opens what a wake-up goes through, which coalesces: an eventfd(2), whose ends are one descriptor, or a
 * pipe where there is none. Neither blocks, and neither has a number that is registered.
 */
export function openWakeChannel(): [readEnd: Descriptor, writeEnd: Descriptor] {
  if (native.eventfd !== undefined) {
    const both = Descriptor.made(check(native.eventfd(0, false, registrations.counts)));
    return [both, both];
  }
  const fds = new Int32Array(2);
  check(native.wakePipe(fds, registrations.counts));
  return [Descriptor.made(fds[0]), Descriptor.made(fds[1])];
}

/** Makes the read end readable. That it cannot take any more (EAGAIN) means that it is. */
export function post(writeFd: number): number {
  return native.write(writeFd, ONE);
}

/** Makes the read end wait for the next `post`. */
export function drain(readFd: number): void {
  while (native.read(readFd, scratch) === scratch.length);
}
